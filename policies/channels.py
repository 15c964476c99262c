"""What admins have settled for one channel. It can only narrow where an answer is looked for, and change how it is put: never
what may be read, what has to be proven, what is masked, or who checks it.
"""

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Annotated, Literal, NamedTuple

from pydantic import AfterValidator, Field

from policies.experts import Channel
from policies.people import Noun
from policies.spelt import value

Mode = Literal["mention", "follow_ups", "private"]
"""`mention`: who names us is answered where they asked. `follow_ups`: whoever was answered in a thread need not name us again
in it. `private`: who names us is answered alone.
"""

_LABELLED = re.compile(r"(?P<place>.*[^#](?:##)*)#(?P<label>[^\s#/]+)")
_CHANNEL = re.compile(r"[CG][A-Z0-9]{2,40}")


def _one_line(text: str) -> str:
    if not text.isprintable() or not text.strip():
        raise ValueError("it has to be one line of text")
    return text.strip()


def _no_empty_step(place: str) -> str:
    if not all(step.strip() for step in named(place).place.split("/")):
        raise ValueError("a place is a source, or one below it, such as `wiki`, `wiki/HR` or `wiki/HR#policy`")
    return place


Place = Annotated[str, Field(max_length=300), AfterValidator(_one_line), AfterValidator(_no_empty_step)]
"""A source, or a space or folder in one, with all that is below it: `wiki`, `wiki/HR`; or of these what has a label there:
`wiki/HR#policy`. A `#` of a name is written twice where a label could be meant: `wiki/F##net`.
"""

_Wish = Annotated[str, Field(max_length=200), AfterValidator(_one_line)]


class Style(Noun):
    """How models are asked to put what they write, in words of an admin's. Whoever quotes does without."""

    persona: _Wish | None = None
    tone: _Wish | None = None
    output: tuple[_Wish, ...] = Field(default=(), max_length=5)

    def over(self, other: "Style") -> "Style":
        """What this one leaves open is as the other has it."""
        return Style(
            persona=self.persona or other.persona, tone=self.tone or other.tone, output=self.output or other.output
        )


class Profile(Style):
    """`experts`: the channel where people are asked about what no document answered here."""

    experts: Channel | None = None


class ChannelRules(Noun):
    """Without a scope all that there is may be used there, as far as everyone there may read it."""

    scope: tuple[Place, ...] = Field(default=(), min_length=1, max_length=50)
    mode: Mode = "mention"
    profile: Profile = Profile()


def is_channel(name: str) -> bool:
    """A direct conversation is none: nothing is settled for it."""
    return _CHANNEL.fullmatch(name) is not None


class Named(NamedTuple):
    """What a place of a scope says. Without a label: all that is there."""

    place: str
    label: str | None = None

    def has(self, place: str, labels: Collection[str]) -> bool:
        """In it, or below it."""
        return f"{place}/".startswith(f"{self.place}/") and (self.label is None or self.label in labels)

    def covers(self, other: "Named") -> bool:
        """Whatever the other one has, this one has."""
        return self.has(other.place, () if other.label is None else (other.label,))


def named(place: str) -> Named:
    """A label knows no capitals."""
    found = _LABELLED.fullmatch(place)
    if found is None:
        return Named(place.replace("##", "#"))
    return Named(found["place"].replace("##", "#"), label(found["label"]))


def label(text: str) -> str:
    return text.lower()


def labels_of(places: Iterable[str]) -> frozenset[str]:
    """Those that they name."""
    return frozenset(label for one in places if (label := named(one).label) is not None)


def within(places: Collection[str]) -> Callable[[str, Collection[str]], bool]:
    """Of a document, by where it is and its labels: is it in one of these? None is everything."""
    ours = [named(one) for one in places]
    return lambda place, labels: not ours or any(one.has(place, labels) for one in ours)


def is_wider(before: Collection[str], after: Collection[str]) -> bool:
    """Whether anything may be found in the one scope that could not be in the other; none is everything."""
    then = [named(one) for one in before]
    return bool(then) and (not after or not all(any(old.covers(named(one)) for old in then) for one in after))


def as_written(here: ChannelRules) -> str:
    """To be edited; what is not settled stands there as an example, for nothing."""
    profile = here.profile
    lines = (
        _line("scope", list(here.scope) or None, ["handbook", "wiki/HR"]),
        _line("mode", here.mode if here.mode != "mention" else None, "private"),
        "\n[profile]",
        _line("tone", profile.tone, "short and matter-of-fact"),
        _line("persona", profile.persona, "a colleague from the people team"),
        _line("output", list(profile.output) or None, ["Begin with the number that was asked for."]),
        _line("experts", profile.experts, "C0123456789"),
    )
    return "\n".join(lines)


def _line(name: str, found: str | list[str] | None, example: str | list[str]) -> str:
    return f"# {name} = {value(example)}" if found is None else f"{name} = {value(found)}"


def settled_for(channel: str, channels: Mapping[str, ChannelRules]) -> ChannelRules:
    return channels.get(channel, ChannelRules())
