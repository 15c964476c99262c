"""A document as blocks. Each block is whole source lines, word for word, so that whatever is cut from it can be quoted.

Only the block structure is parsed. Text that would cost too much (very long, or made to be hostile) is read plainly:
headings and paragraphs, in one pass.
"""

import re
from collections.abc import Iterator, Sequence
from enum import StrEnum
from functools import cache, lru_cache
from typing import NamedTuple

from markdown_it import MarkdownIt
from markdown_it.token import Token

PARSED_CHARACTERS = 400_000  # markdown-it needs up to 15 µs a character; beyond this a document is read plainly
LONGEST_TITLE = 200
REMEMBERED_CHARACTERS = 10_000  # of a text; passages are shorter, documents are taken apart once
PARSED_LINE = 20_000  # no hand writes such a line, and some rules look back over a whole line

_ATX = re.compile(r" {0,3}(#{1,6})(?=[ \t]|$)")
_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")
_TASK = re.compile(r"\[[ xX]\][ \t]")
_MARKER = re.compile(r"[ \t>]*(?:[-*+]|\d{1,9}[.)])(?:[ \t]+|$)")
_EMPHASIS = re.compile(r"(\*\*|__|[*_`])(?=\S)(.+?)(?<=\S)\1")
_BAR = re.compile(r"(?<!\\)\|")
_LINKED = re.compile(r"!?\[([^\]\[]*)\]\([^()\s]*\)")


class Kind(StrEnum):
    HEADING = "heading"
    PARAGRAPH = "paragraph"
    LIST = "list"
    TABLE = "table"
    CODE = "code"
    QUOTE = "quote"
    HTML = "html"


class Span(NamedTuple):
    """Lines `first` up to, not including, `end`."""

    first: int
    end: int


class Block(NamedTuple):
    """A part of a document under its headings. What only one kind has is empty for the others."""

    kind: Kind
    span: Span
    text: str
    path: tuple[str, ...]  # of a heading: with itself
    level: int = 0  # of a heading
    ordered: bool = False  # of a list: its order matters
    items: tuple[str, ...] = ()  # of a list: each with its marker and everything nested in it
    head: tuple[str, ...] = ()  # of a table: header line and separator
    rows: tuple[str, ...] = ()  # of a table


def blocks(text: str) -> tuple[Block, ...]:
    """Every line that is not blank is in exactly one block, in order."""
    return _remembered(text) if len(text) <= REMEMBERED_CHARACTERS else _blocks(text)


@lru_cache(maxsize=512)
def _remembered(text: str) -> tuple[Block, ...]:
    """A passage is taken apart by everyone who looks into it: what is compared, what answers, what goes on."""
    return _blocks(text)


def _blocks(text: str) -> tuple[Block, ...]:
    source = lines(text)
    found = list(_parsed(source) if _is_affordable(source) else _plain(source))
    return tuple(_under_headings(_without_gaps(found, source), source))


def lines(text: str) -> list[str]:
    """The lines as Markdown counts them; Python's own `splitlines` knows more line ends than Markdown does."""
    return text.replace("\r\n", "\n").replace("\r", "\n").split("\n")


def without_marker(item: str) -> str:
    """A list item's text without its bullet, number or check box."""
    found = _MARKER.match(item)
    body = item[found.end() :] if found else item
    box = _TASK.match(body)
    return body[box.end() :] if box else body


def is_item(line: str) -> bool:
    return _MARKER.match(line) is not None


def is_fence(line: str) -> bool:
    return _FENCE.match(line[:100]) is not None


def cells(row: str) -> list[str]:
    """Of a table's line. A bar that is escaped belongs to its cell."""
    return [cell.strip() for cell in _BAR.split(row.strip().removeprefix("|").removesuffix("|"))]


def plain(text: str) -> str:
    """Words without emphasis and link targets, for a title or for comparing; never for quoting."""
    return _EMPHASIS.sub(r"\2", _LINKED.sub(r"\1", text)).strip()


class _Raw(NamedTuple):
    kind: Kind
    span: Span
    title: str = ""
    level: int = 0
    ordered: bool = False
    parts: tuple[Span, ...] = ()  # items of a list


def _is_affordable(source: Sequence[str]) -> bool:
    return sum(map(len, source)) + len(source) <= PARSED_CHARACTERS and max(map(len, source)) <= PARSED_LINE


@cache
def _parser() -> MarkdownIt:
    """It keeps nothing of what it reads, so all threads have one; each rule is looked up before anybody else has it."""
    parser = MarkdownIt("commonmark").enable("table")
    parser.core.ruler.enableOnly(["normalize", "block"])  # nothing here needs what is inside a paragraph
    parser.parse("x")
    return parser


_KINDS = {
    "heading_open": Kind.HEADING,
    "bullet_list_open": Kind.LIST,
    "ordered_list_open": Kind.LIST,
    "table_open": Kind.TABLE,
    "fence": Kind.CODE,
    "code_block": Kind.CODE,
    "blockquote_open": Kind.QUOTE,
    "html_block": Kind.HTML,
}


def _parsed(source: Sequence[str]) -> Iterator[_Raw]:
    tokens = _parser().parse("\n".join(source))
    for at, token in enumerate(tokens):
        if token.level == 0 and token.nesting >= 0 and token.map and token.type != "inline":
            kind = _KINDS.get(token.type, Kind.PARAGRAPH)
            heading = kind is Kind.HEADING
            yield _Raw(
                kind=kind,
                span=Span(*token.map),
                title=tokens[at + 1].content if heading else "",
                level=int(token.tag[1]) if heading else 0,
                ordered=token.type == "ordered_list_open",
                parts=tuple(_items(tokens, at)) if kind is Kind.LIST else (),
            )


def _items(tokens: Sequence[Token], opened: int) -> Iterator[Span]:
    """An item reaches to where the next one begins."""
    for token in tokens[opened + 1 :]:
        if token.level == 0:
            return
        if token.level == 1 and token.type == "list_item_open" and token.map:
            yield Span(*token.map)


def _plain(source: Sequence[str]) -> Iterator[_Raw]:
    """Headings and paragraphs, by looking at each line once."""
    start, fence = 0, ""
    for number, line in enumerate(source):
        mark = _FENCE.match(line[:100])
        if mark and (not fence or mark.group(1).startswith(fence)):
            fence = "" if fence else mark.group(1)
        heading = None if fence or len(line) > PARSED_LINE else _ATX.match(line)
        if heading or not line.strip():
            if start < number:
                yield _Raw(Kind.PARAGRAPH, Span(start, number))
            start = number + 1
        if heading:
            title = line[heading.end() :].strip().rstrip("#").strip()
            yield _Raw(Kind.HEADING, Span(number, number + 1), title, len(heading.group(1)))
    if start < len(source):
        yield _Raw(Kind.PARAGRAPH, Span(start, len(source)))


def _without_gaps(found: Sequence[_Raw], source: Sequence[str]) -> Iterator[_Raw]:
    """Some lines make no token (link definitions); they are text all the same, and nothing is lost."""
    end = 0
    for raw in found:
        yield from _gap(end, raw.span.first, source)
        yield raw
        end = raw.span.end
    yield from _gap(end, len(source), source)


def _gap(first: int, end: int, source: Sequence[str]) -> Iterator[_Raw]:
    span = _trimmed(Span(first, end), source)
    if span.first < span.end:
        yield _Raw(Kind.PARAGRAPH, span)


def _trimmed(span: Span, source: Sequence[str]) -> Span:
    first, end = span
    while first < end and not source[first].strip():
        first += 1
    while end > first and not source[end - 1].strip():
        end -= 1
    return Span(first, end)


def _under_headings(found: Iterator[_Raw], source: Sequence[str]) -> Iterator[Block]:
    open_headings: list[tuple[int, str]] = []
    for raw in found:
        span = _trimmed(raw.span, source)
        if span.first == span.end:
            continue
        if raw.kind is Kind.HEADING:
            open_headings = [heading for heading in open_headings if heading[0] < raw.level]
            open_headings.append((raw.level, plain(raw.title[:LONGEST_TITLE])))
        yield _block(raw, span, source, tuple(title for _, title in open_headings if title))


def _block(raw: _Raw, span: Span, source: Sequence[str], path: tuple[str, ...]) -> Block:
    is_table = raw.kind is Kind.TABLE
    return Block(
        kind=raw.kind,
        span=span,
        text="\n".join(source[span.first : span.end]),
        path=path,
        level=raw.level,
        ordered=raw.ordered,
        items=tuple(_item_texts(raw.parts, span, source)),
        head=tuple(source[span.first : span.first + 2]) if is_table else (),
        rows=tuple(source[span.first + 2 : span.end]) if is_table else (),
    )


def _item_texts(parts: Sequence[Span], span: Span, source: Sequence[str]) -> Iterator[str]:
    """From each item's first line to where the next begins, so that no line falls between two items."""
    for at, part in enumerate(parts):
        first = span.first if at == 0 else part.first
        end = parts[at + 1].first if at + 1 < len(parts) else span.end
        yield "\n".join(source[first:end]).rstrip()
