"""Blocks where only a line has room: in a table's cell, a heading, a link. No word is lost, only where its line ended."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from typing import assert_never

from connectors.confluence.storage.nouns import Item
from connectors.markdown.blocks import (
    Block,
    Code,
    Entry,
    Heading,
    Listing,
    Paragraph,
    Quote,
    Rule,
    Run,
    Runs,
    Table,
    says_something,
)

_BETWEEN = Run(" · ")
_SPACE = Run(" ")
_PUNCTUATES = frozenset(".!?:;,…。！？")


def on_one_line(items: Sequence[Item], grouped: Callable[[Iterable[Item]], tuple[Block, ...]]) -> Runs:
    found = [item for item in items if isinstance(item, Run)]
    return tuple(found) if len(found) == len(items) else in_one(grouped(items))


def in_one(blocks: Iterable[Block]) -> Runs:
    """Lines side by side, with a sign between them where they do not end with one of their own."""
    found: list[Run] = []
    for line in _lines(blocks):
        if found:
            found.append(_SPACE if _ends_with_sign(found) else _BETWEEN)
        found.extend(line)
    return tuple(found)


def _ends_with_sign(runs: Sequence[Run]) -> bool:
    text = next((run.text.rstrip() for run in reversed(runs) if run.text.strip()), "")
    return text[-1:] in _PUNCTUATES


def _lines(blocks: Iterable[Block]) -> Iterator[list[Run]]:
    for block in blocks:
        for line in _of_block(block):
            if says_something(line):
                yield line


def _of_block(block: Block) -> Iterator[list[Run]]:
    match block:
        case Paragraph(runs) | Heading(_, runs):
            yield from _at_breaks(runs)
        case Listing(entries):
            for entry in entries:
                yield from _of_entry(entry)
        case Quote(blocks):
            yield from _lines(blocks)
        case Code(text):
            yield from ([Run(line.strip(), code=True)] for line in text.split("\n"))
        case Table(header, rows):
            for row in (header, *rows):
                yield _cells(row)
        case Rule():
            return
        case _:
            assert_never(block)


def _at_breaks(runs: Sequence[Run]) -> Iterator[list[Run]]:
    line: list[Run] = []
    for run in runs:
        first, *others = run.text.split("\n")
        line.append(replace(run, text=first))
        for text in others:
            yield line
            line = [replace(run, text=text)]
    yield line


def _of_entry(entry: Entry) -> Iterator[list[Run]]:
    """A bullet says nothing beside what stands between the lines anyway; a number and a check box do."""
    mark = f"{entry.number}. " if entry.number is not None else ""
    if entry.done is not None:
        mark = "[x] " if entry.done else "[ ] "
    for line in _lines(entry.blocks):
        yield [Run(mark), *line] if mark else line
        mark = ""


def _cells(row: Sequence[Runs]) -> list[Run]:
    found: list[Run] = []
    for cell in filter(says_something, row):
        found += [Run(", "), *cell] if found else cell
    return found
