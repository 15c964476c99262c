"""A page between its markup and its Markdown: blocks, and runs of words that have one look each."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Protocol

from lxml import etree

from connectors.confluence.storage.links import Links
from connectors.confluence.storage.losses import Losses
from connectors.confluence.storage.spare import Spare

Element = etree._Element  # noqa: SLF001 - lxml's own name for its type


class Look(IntEnum):
    """Words have the greatest of their looks: that something no longer holds must never be lost to its being bold."""

    PLAIN = 0
    ITALIC = 1
    BOLD = 2
    STRUCK = 3


@dataclass(frozen=True, slots=True)
class Run:
    """A new line in `text` is a break that the author made."""

    text: str
    look: Look = Look.PLAIN
    code: bool = False
    link: str = ""
    image: bool = False


Runs = tuple[Run, ...]
BREAK = Run("\n")


@dataclass(frozen=True, slots=True)
class Paragraph:
    runs: Runs


@dataclass(frozen=True, slots=True)
class Heading:
    level: int
    runs: Runs


@dataclass(frozen=True, slots=True)
class Entry:
    """Of a list. Without a number: a bullet. `done`: of a task."""

    blocks: "tuple[Block, ...]"
    number: int | None = None
    done: bool | None = None


@dataclass(frozen=True, slots=True)
class Listing:
    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """Rows may be shorter than the header, never longer. Without a header: its cells are empty."""

    header: tuple[Runs, ...]
    rows: tuple[tuple[Runs, ...], ...]


@dataclass(frozen=True, slots=True)
class Code:
    text: str
    language: str = ""


@dataclass(frozen=True, slots=True)
class Quote:
    blocks: "tuple[Block, ...]"


@dataclass(frozen=True, slots=True)
class Rule:
    pass


Block = Paragraph | Heading | Listing | Table | Code | Quote | Rule

Item = Run | Block | None
"""What an element's content is made of, in order. None: what stands before and after it is not one paragraph."""


class Reader(Protocol):
    """What each kind of element needs to read what is inside it."""

    @property
    def links(self) -> Links: ...

    @property
    def losses(self) -> Losses: ...

    @property
    def spare(self) -> Spare: ...

    def items(self, element: Element, look: Look = Look.PLAIN) -> list[Item]: ...

    def blocks(self, element: Element, look: Look = Look.PLAIN) -> tuple[Block, ...]: ...

    def blocks_of(self, element: Element, look: Look = Look.PLAIN) -> tuple[Block, ...]:
        """Of the element itself, as it is understood where it stands."""
        ...

    def rest(self, element: Element, look: Look, *understood: str) -> list[Item]:
        """Its content without what is understood elsewhere: text that stands where none should."""
        ...

    def runs(self, element: Element, look: Look = Look.PLAIN) -> Runs:
        """Everything in it on one line, but for the author's own breaks."""
        ...

    def person(self, user: Element) -> str: ...


Handler = Callable[[Element, Reader, Look], Iterable[Item]]


def says_something(runs: Sequence[Run]) -> bool:
    return any(run.text.strip() for run in runs)
