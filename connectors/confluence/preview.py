"""What would be read of a site, how much, and by whom could it be read? Looked at, and kept nowhere.

All texts are listed, for nothing else tells how long they are. Restrictions are asked of some pages only: it would be a
request for each.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Final, NamedTuple

from connectors.confluence import access, normalise, people
from connectors.confluence.accounts import accounts
from connectors.confluence.normalise import Entry, Space, space_id
from connectors.confluence.reader import Reader
from connectors.confluence.wire import Attachment, Comment, Content, Kind
from connectors.model import Problem, SourceDocument
from policies.access import AccessList, may_read
from policies.people import Noun, Person

MOST_ASKED: Final = 100  # pages, of their restriction


class Readers(Noun):
    """Of the people whose address is known, how many may read a space."""

    key: str
    name: str
    people: int


class Audience(Noun):
    spaces: tuple[Readers, ...]
    people: int
    problems: tuple[Problem, ...]


class Restricted(Noun):
    """Of so many pages that were asked about, so many are restricted, and of so many that could not be found out."""

    asked: int
    restricted: int
    unknown: int


class Seen(NamedTuple):
    document: SourceDocument
    problems: tuple[Problem, ...]


class _Place(NamedTuple):
    space: Space
    page: str  # whose labels count


def documents(reader: Reader) -> Iterator[Seen]:
    """Everything in the allowed spaces, as it would be read; of attachments their names alone."""
    spaces, places = reader.spaces(), dict[str, _Place]()
    numbers = [space.id for space in spaces.values()]
    for listed_as in Kind:
        for part in reader.client.listed(listed_as, spaces=numbers, bodies=True):
            ours = [one for one in (normalise.entry(listed_as, thing) for thing in part.things) if one.current]
            for one in ours:
                place = _place(one, spaces, places)
                if place is not None:
                    places[one.id] = place
            here = [one for one in ours if one.id in places]
            shown = reader.in_scope((one.id, places[one.id].page) for one in here)
            yield from (_read(reader.settings.site, places[one.id].space, one) for one in here if one.id in shown)


def audience(reader: Reader, now: datetime) -> Audience:
    found = people.resolve(reader.source, accounts(reader), {})
    someone = [Person(email=email, principals=held) for email, held in found.members.items()]
    spaces = reader.spaces()
    layers, problems = reader.layers(list(spaces), spaces)
    return Audience(
        spaces=tuple(
            Readers(
                key=space.key,
                name=space.name,
                people=sum(may_read(one, AccessList(layers=(layers[name],)), now) for one in someone),
            )
            for name, space in spaces.items()
        ),
        people=len(someone),
        problems=(*found.problems, *problems),
    )


def restricted(reader: Reader, pages: list[str]) -> Restricted:
    """Of some of these, evenly spread."""
    some = pages[:: max(1, len(pages) // MOST_ASKED)][:MOST_ASKED]
    layers, problems = reader.layers(some, {})
    known = Counter(access.is_restricted(layer, reader.source) for layer in layers.values())
    return Restricted(asked=len(some), restricted=known[True] - len(problems), unknown=len(problems))


def _place(one: Entry, spaces: Mapping[str, Space], places: Mapping[str, _Place]) -> _Place | None:
    """An answer to a comment lies where that comment does."""
    if one.kind in access.HANGING:
        return places.get(one.parent or "")
    space = spaces.get(space_id(one.space or ""))
    return None if space is None else _Place(space, one.id)


def _read(site: str, space: Space, one: Entry) -> Seen:
    match one.thing:
        case Content():
            return Seen(*normalise.content(site, space, one, ()))
        case Comment():
            return Seen(*normalise.comment(site, space, one, ()))
        case Attachment():
            return Seen(*normalise.attachment(site, space, one, (), None))
