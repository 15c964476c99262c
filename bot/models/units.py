"""What can an answer be made of? The evidence, taken apart into units that each make sense alone, word for word."""

import re
from collections.abc import Iterator, Sequence
from enum import StrEnum
from typing import NamedTuple

from bot.core.markdown import Block, Kind, blocks, plain, without_marker
from bot.core.sentences import sentences
from policies.evidence import Evidence, Passage

_QUOTE_MARK = re.compile(r"^[ \t]*>[ \t]?", re.MULTILINE)
_CALLOUT = re.compile(r"\[![A-Za-z]+\]")
_POINTS_BACK = re.compile(
    r"(?:It|This|That|They|These|Those|He|She|Otherwise|Then|Both|Such|Afterwards|Instead|Es|Dies\w*|Dit|Dat"
    r"|There(?! (?:is|are|was|were|has|have|will|may|must|can)\b))\b"
)
_LABEL_WORDS = 3
_STRONG = re.compile(r"\*\*.{1,200}?\*\*\W*|__.{1,200}?__\W*")


class Shape(StrEnum):
    SENTENCE = "sentence"
    ITEM = "item"  # of a list
    STEPS = "steps"  # a list, under the line that leads into it
    ROW = "row"  # of a table
    CODE = "code"


class Unit(NamedTuple):
    """`lines` are what a claim of it says; `above` is what a claim says before them (a table's header)."""

    shape: Shape
    passage: Passage
    rank: int  # of its passage in the evidence, from 0
    position: int  # in its passage
    block: int  # units of one list or table share it
    lines: tuple[str, ...]
    above: tuple[str, ...] = ()
    below: tuple[str, ...] = ()  # closes what was cut (a code fence); no quote
    under: tuple[str, ...] = ()  # the heading right over a list, without which its items say little
    path: tuple[str, ...] = ()  # the headings over it, from the title down
    about: str = ""  # these and the line it stands under: what it is about, never what it says
    ordered: bool = False

    @property
    def text(self) -> str:
        return "\n".join((*self.above, *self.lines, *self.below))

    @property
    def size(self) -> int:
        return len(self.above) + len(self.lines) + len(self.below)


def units(evidence: Evidence) -> tuple[Unit, ...]:
    return tuple(unit for rank, passage in enumerate(evidence.passages) for unit in _of_passage(passage, rank))


class _Place(NamedTuple):
    """Where in the evidence a block stands."""

    passage: Passage
    rank: int
    block: int
    path: tuple[str, ...]
    about: str


def _of_passage(passage: Passage, rank: int) -> Iterator[Unit]:
    found = blocks(passage.text)
    position = 0
    for number, block in enumerate(found):
        lead = _lead(found, number)
        path = tuple(dict.fromkeys((*passage.heading_path, *block.path)))
        about = " › ".join(path)
        place = _Place(passage, rank, number, path, f"{about}: {plain(lead)}" if lead else about)
        under = _right_over(found, number)
        for unit in _of_block(block, lead, place):
            if any(character.isalnum() for line in unit.lines for character in line):
                yield unit._replace(position=position, under=under)
                position += 1


def _lead(found: Sequence[Block], number: int) -> str:
    """The line that leads into a list, a table or code: the last sentence of the paragraph above it."""
    above = found[number - 1] if number else None
    if above is None or above.kind is not Kind.PARAGRAPH or found[number].kind in (Kind.PARAGRAPH, Kind.QUOTE):
        return ""
    return list(sentences(above.text))[-1]


def _right_over(found: Sequence[Block], number: int) -> tuple[str, ...]:
    is_headed = number > 0 and found[number].kind is Kind.LIST and found[number - 1].kind is Kind.HEADING
    return (found[number - 1].text,) if is_headed and "\n" not in found[number - 1].text else ()


def _of_block(block: Block, lead: str, place: _Place) -> Iterator[Unit]:
    match block.kind:
        case Kind.PARAGRAPH:
            yield from _of_text(block.text, place, without_last=_leads_in(block.text))
        case Kind.QUOTE:
            yield from _of_quote(block, place)
        case Kind.LIST:
            yield from _of_list(block, lead, place)
        case Kind.TABLE:
            yield from (_unit(Shape.ROW, (row,), place)._replace(above=block.head) for row in block.rows)
        case Kind.CODE:
            yield _unit(Shape.CODE, tuple(block.text.split("\n")), place)._replace(above=_shown(lead))
        case Kind.HEADING | Kind.HTML:
            return  # a heading says what something is about; it states nothing


def _shown(lead: str) -> tuple[str, ...]:
    """A lead-in that a claim says too: one that promises what follows."""
    return tuple(lead.split("\n")) if _leads_in(lead) else ()


def _leads_in(text: str) -> bool:
    """Into what stands below, and says nothing without it: `Two things:`, or `**Plan**` alone on its line."""
    said = text.rstrip("*_ ")
    return said.endswith(":") or (_STRONG.fullmatch(text) is not None and said[-1:].isalnum())


def _of_quote(block: Block, place: _Place) -> Iterator[Unit]:
    for line in _QUOTE_MARK.sub("", block.text).split("\n"):
        if not _CALLOUT.match(line):
            yield from _of_text(line, place)


def _of_text(text: str, place: _Place, *, without_last: bool = False) -> Iterator[Unit]:
    """Sentence by sentence. A question that the text itself asks stays with its answer, a label with what it names, and
    a sentence that points back (`It …`) with the one before.
    """
    found = list(sentences(text))
    found = found[: len(found) - without_last]
    kept, before, at = -1, -1, 0  # where what is kept for the next sentence begins; where the one before began
    for number, sentence in enumerate(found, start=1):
        begins = text.index(sentence, at)
        at = begins + len(sentence)
        if kept < 0 and _STRONG.fullmatch(sentence) and _announces(sentence, is_last=number == len(found)):
            kept = begins
            continue
        if kept < 0 and before >= 0 and _POINTS_BACK.match(sentence):
            kept = before
        yield _unit(Shape.SENTENCE, (" ".join(text[kept if kept >= 0 else begins : at].split("\n")),), place)
        kept, before = -1, begins


def _announces(strong: str, *, is_last: bool) -> bool:
    """A question that the text itself answers, or a label: `401(k).`"""
    said = plain(strong)
    return said.endswith("?") or (not is_last and len(said.split()) <= _LABEL_WORDS)


def _of_list(block: Block, lead: str, place: _Place) -> Iterator[Unit]:
    lines = tuple(line for line in block.text.split("\n") if line.strip())
    yield _unit(Shape.STEPS, lines, place)._replace(above=_shown(lead), ordered=block.ordered)
    for item in block.items:
        yield _unit(Shape.ITEM, tuple(line for line in without_marker(item).split("\n") if line.strip()), place)


def _unit(shape: Shape, lines: tuple[str, ...], place: _Place) -> Unit:
    return Unit(shape, place.passage, place.rank, 0, place.block, lines, path=place.path, about=place.about)
