"""A document between its own format and its Markdown: blocks, and runs of words that have one look each."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum


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


def says_something(runs: Sequence[Run]) -> bool:
    return any(run.text.strip() for run in runs)
