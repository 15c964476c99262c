"""What a plain text says, block by block: paragraphs, headings, lists. Pure. Whatever else stands in it is letters: nothing
becomes a link, a mention or markup. The only links there are stand below it, and are ours.
"""

import re
from collections.abc import Iterator
from itertools import groupby
from typing import Final, NamedTuple

MOST_LEVELS: Final = 6
_HEADING: Final = re.compile(r"(#{1,6}) +(\S.*)")
_ITEM: Final = re.compile(r"[-*•] +(\S.*)")
_UNSPEAKABLE: Final = re.compile(
    "[^\t\n\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]"  # in XML, whatever it is written as
    "|[\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\U000e0000-\U000e007f]"  # that hide, or turn text
)


class Heading(NamedTuple):
    level: int
    text: str


class Items(NamedTuple):
    texts: tuple[str, ...]


class Paragraph(NamedTuple):
    lines: tuple[str, ...]


Block = Heading | Items | Paragraph


class Link(NamedTuple):
    """Made by us, never read from a text. Without an address it is a name."""

    text: str
    url: str = ""


class Below(NamedTuple):
    """What stands under a text, under a heading of ours: links."""

    heading: str = ""
    links: tuple[Link, ...] = ()


NOTHING_BELOW: Final = Below()


def blocks(text: str) -> Iterator[Block]:
    lines = [line.rstrip() for line in spoken(text).split("\n")]
    for kind, some in groupby(lines, key=_kind):
        match kind:
            case "heading":
                yield from (Heading(len(found[1]), found[2]) for line in some if (found := _HEADING.fullmatch(line)))
            case "item":
                yield Items(tuple(found[1] for line in some if (found := _ITEM.fullmatch(line))))
            case "text":
                yield Paragraph(tuple(some))
            case _:
                pass


def spoken(text: str) -> str:
    """Without what no document can hold, and what a reader would not see. Joiners stay: emoji, and scripts, need them."""
    return _UNSPEAKABLE.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def _kind(line: str) -> str:
    if not line.strip():
        return ""
    if _HEADING.fullmatch(line):
        return "heading"
    return "item" if _ITEM.fullmatch(line) else "text"
