"""Blocks as Markdown. Lists and quotations nest no deeper than a renderer follows; what is deeper stands at the deepest."""

import re
from collections.abc import Iterator, Sequence
from typing import Final, assert_never

from connectors.markdown.blocks import (
    Block,
    Code,
    Entry,
    Heading,
    Listing,
    Look,
    Paragraph,
    Quote,
    Rule,
    Run,
    Runs,
    Table,
)
from connectors.markdown.escaping import Place
from connectors.markdown.spans import in_cell, line

MOST_NESTED: Final = 6  # markdown-it reads to 20 of its own levels, of which a list has two
_TICKS = re.compile(r"`+")
_NO_LANGUAGE = re.compile(r"[^\w+#.-]+")


def written(blocks: Sequence[Block]) -> str:
    return "\n".join(_blocks(blocks, Place.TEXT, 0))


def _blocks(blocks: Sequence[Block], place: Place, depth: int) -> Iterator[str]:
    before: Block | None = None
    for block in blocks:
        lines = list(_block(block, place, depth))
        if not lines:
            continue
        if before is not None and not (place is Place.ITEM and _follows_at_once(before, block)):
            yield ""
        yield from lines
        before = block


def _follows_at_once(before: Block, block: Block) -> bool:
    """In an item, where an empty line would make its list a loose one. Only a list from 1 can interrupt a paragraph."""
    match block:
        case Listing(entries):
            return isinstance(before, Paragraph) and entries[0].number in {None, 1}
        case Code():
            return isinstance(before, Paragraph)
        case _:
            return False


def _block(block: Block, place: Place, depth: int) -> Iterator[str]:
    match block:
        case Paragraph(runs):
            yield from _lines(line(runs, place))
        case Heading(level, runs):
            yield from _heading(level, runs, place)
        case Listing(entries):
            yield from _list(entries, depth)
        case Table():
            yield from _table(block)
        case Code(text, language):
            yield from _code(text, language)
        case Quote(blocks):
            inner = _blocks(blocks, Place.ITEM, depth + 1)
            yield from (
                inner if depth >= MOST_NESTED else (f"> {one}".rstrip() if not one else f"> {one}" for one in inner)
            )
        case Rule():
            yield "---"
        case _:
            assert_never(block)


def _lines(text: str) -> Iterator[str]:
    """Two blanks at the end of a line are a break; before an empty line it needs none."""
    found = text.split("\n")
    for at, one in enumerate(found):
        has_next = at + 1 < len(found) and found[at + 1]
        yield f"{one}  " if one and has_next else one


def _heading(level: int, runs: Sequence[Run], place: Place) -> Iterator[str]:
    """Inside a list or a quotation it heads nothing that goes on below, and is its first line."""
    if place is Place.TEXT:
        text = " ".join(line(runs, Place.HEADING).split("\n"))
        yield f"{'#' * level} {text}"
    else:
        bold = [Run(run.text, max(run.look, Look.BOLD), run.code, run.link, run.image) for run in runs]
        yield from _lines(line(bold, place))


def _list(entries: Sequence[Entry], depth: int) -> Iterator[str]:
    for entry in entries:
        marker = "- " if entry.number is None else f"{entry.number}. "
        box = "" if entry.done is None else "[x] " if entry.done else "[ ] "
        inner, deeper = (entry.blocks, ()) if depth + 1 < MOST_NESTED else _without_lists(entry.blocks)
        first = True
        for one in _blocks(inner, Place.ITEM, depth + 1):
            lead = f"{marker}{box}" if first else " " * len(marker)
            yield lead + one if one else ""
            first = False
        for block in deeper:
            yield from _block(block, Place.ITEM, depth)


def _without_lists(blocks: Sequence[Block]) -> tuple[tuple[Block, ...], tuple[Block, ...]]:
    lists = tuple(block for block in blocks if isinstance(block, Listing))
    return tuple(block for block in blocks if not isinstance(block, Listing)), lists


def _table(table: Table) -> Iterator[str]:
    """What is merged is one cell in many places, and written once."""
    texts: dict[int, str] = {}
    yield _row([_cell(cell, texts) for cell in table.header])
    yield "|" + "---|" * len(table.header)
    for row in table.rows:
        yield _row([_cell(cell, texts) for cell in row])


def _cell(runs: Runs, texts: dict[int, str]) -> str:
    text = texts.get(id(runs))
    if text is None:
        text = texts[id(runs)] = in_cell(runs)
    return text


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _code(text: str, language: str) -> Iterator[str]:
    fence = "`" * max(3, 1 + max(map(len, _TICKS.findall(text)), default=0))
    yield fence + _NO_LANGUAGE.sub("", language).lower()
    yield from text.split("\n")
    yield fence
