"""What does somebody want who typed `/footnote channel …`, and how much of all there is can be used in a channel? Pure."""

import re
from collections.abc import Collection, Iterator, Mapping
from typing import Final, Literal, NamedTuple, get_args

from bot.core.nouns import ListId
from bot.core.ports import Shelf
from policies.channels import ChannelRules, Mode, named, within
from policies.people import Audience

Wish = Literal["experts", "persona", "tone", "output"]

EVERYTHING: Final = "everything"
NONE: Final = "packaged"  # as everywhere: what was set is taken back

_MODES: Final[Mapping[str, Mode]] = {"follow-ups": "follow_ups", **{mode: mode for mode in get_args(Mode)}}
_WORD = re.compile(r"(?:\"[^\"]*\"|[^\s\"])+")
_NAMED = re.compile(r"<#([CG][A-Z0-9]{2,40})(?:\|[^<>]*)?>")  # as Slack writes a channel


class ChannelShow(NamedTuple):
    """What holds in this channel, and what may be used there."""


class ChannelEdit(NamedTuple):
    """All that is settled for it, in a form."""


class ChannelClear(NamedTuple):
    """Nothing is settled for it any more."""


class ChannelScope(NamedTuple):
    """None: everything."""

    places: tuple[str, ...]


class ChannelMode(NamedTuple):
    """None: as packaged."""

    mode: Mode | None


class ChannelWish(NamedTuple):
    """One part of its profile. None: it is taken back."""

    part: Wish
    text: str | None


ChannelCommand = ChannelShow | ChannelEdit | ChannelClear | ChannelScope | ChannelMode | ChannelWish


def parsed(verb: str, rest: str) -> ChannelCommand | None:
    """None: it cannot be understood."""
    if not rest:
        return _ALONE.get(verb.lower())
    match verb.lower():
        case "scope":
            return _scope(tuple(_words(rest)))
        case "mode":
            return _mode(rest.lower())
        case "profile":
            return _wish(*_first(rest))
        case _:
            return None


_ALONE: Final[Mapping[str, ChannelCommand]] = {
    "": ChannelShow(),
    "clear": ChannelClear(),
    **dict.fromkeys(("scope", "mode", "profile"), ChannelEdit()),
}


def _scope(places: tuple[str, ...]) -> ChannelCommand:
    return ChannelScope(() if places in {(EVERYTHING,), (NONE,)} else places)


def _mode(name: str) -> ChannelCommand | None:
    if name == NONE:
        return ChannelMode(None)
    return ChannelMode(_MODES[name]) if name in _MODES else None


def _wish(part: str, text: str) -> ChannelCommand | None:
    for one in get_args(Wish):
        if one == part.lower() and text:
            named = _NAMED.fullmatch(text) if one == "experts" else None
            return ChannelWish(one, None if text == NONE else named.group(1) if named else text)
    return None


def _words(text: str) -> Iterator[str]:
    """A name in quotes may hold spaces; a telephone's quotes are quotes."""
    straight = text.translate({0x201C: '"', 0x201D: '"', 0x201E: '"'})
    return (found.group().replace('"', "") for found in _WORD.finditer(straight))


def _first(text: str) -> tuple[str, str]:
    first, _, rest = text.strip().partition(" ")
    return first, rest.strip()


class Preview(NamedTuple):
    """Of all documents: so many are `beyond` the scope, so many of the others are `shut` to somebody who reads there. None:
    whoever asks is answered alone, from what they may read. Who reads there: `people`, of whom so many are `guests` or of other
    companies, and so many more `unknown` to every source; None: that could not be found out. `nothing_in`: places of the scope
    where there is nothing.
    """

    documents: int
    beyond: int
    shut: int | None
    people: int | None
    guests: int
    unknown: int
    nothing_in: tuple[str, ...]

    @property
    def usable(self) -> int:
        return self.documents - self.beyond - (self.shut or 0)


class Foreseen(NamedTuple):
    """What can be used in a channel as it is, and what could once a change of its rules is agreed to."""

    channel: str
    now: Preview
    then: Preview


def preview(
    here: ChannelRules, shelves: Mapping[Shelf, int], readable: Collection[ListId], readers: Audience | None
) -> Preview:
    """Without readers it is for each who asks."""
    is_inside = within(here.scope)
    inside = {shelf: count for shelf, count in shelves.items() if is_inside(shelf.where, shelf.labels)}
    people = readers.people if readers is not None else ()
    return Preview(
        documents=sum(shelves.values()),
        beyond=sum(shelves.values()) - sum(inside.values()),
        shut=_shut(inside, readable) if readers is not None else None,
        people=len(people) if readers is not None and readers.complete else None,
        guests=sum(one.outsider for one in people),
        unknown=sum(not one.outsider and not one.principals for one in people),
        nothing_in=nothing_in(here.scope, shelves),
    )


def nothing_in(scope: Collection[str], shelves: Mapping[Shelf, int]) -> tuple[str, ...]:
    """A name or a label that was misspelt, or of a source that was not read yet."""
    ours = [(one, named(one)) for one in scope]
    return tuple(one for one, place in ours if not any(place.has(shelf.where, shelf.labels) for shelf in shelves))


def _shut(inside: Mapping[Shelf, int], readable: Collection[ListId]) -> int:
    return sum(count for shelf, count in inside.items() if shelf.list_id not in readable)
