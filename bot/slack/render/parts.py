"""What does a claim say? Its words with their emphasis, its lists, tables and code: nothing that leads anywhere.

Markdown of a document or a model ends here. A link's target is dropped and its text stays; what is not understood is
text. Nothing that a reader should see is ever lost.
"""

import re
import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from markdown_it import MarkdownIt
from markdown_it.token import Token

from bot.core.markdown import cells, is_item
from bot.slack.render.characters import visible

DEEPEST = 18  # markdown-it stops at 20, without a word about what it leaves out
PARSED_CHARACTERS = 12_000  # Slack shows no more than that, and some rules look back over a whole line


@dataclass(frozen=True)
class Run:
    """Words of one look."""

    text: str
    bold: bool = False
    italic: bool = False
    struck: bool = False
    code: bool = False


Runs = tuple[Run, ...]


class Paragraph(NamedTuple):
    runs: Runs


class Quote(NamedTuple):
    runs: Runs


class Item(NamedTuple):
    """Of a list. Without a number: a bullet."""

    runs: Runs
    depth: int = 0
    number: int | None = None


class Code(NamedTuple):
    text: str


class Table(NamedTuple):
    """The first row is the header. All rows are equally long."""

    rows: tuple[tuple[Runs, ...], ...]


Part = Paragraph | Quote | Item | Code | Table


def parts(text: str) -> tuple[Part, ...]:
    source = _prepared(visible(text))
    tokens = _PARSER.parse(source) if len(source) <= PARSED_CHARACTERS else []
    if not tokens or any(token.level >= DEEPEST for token in tokens):
        return tuple(Paragraph((Run(line),)) for line in source.split("\n") if line.strip())
    return tuple(_Walk(source.split("\n")).parts(tokens))


class _Parser(MarkdownIt):
    def validateLink(self, url: str) -> bool:  # noqa: ARG002, N802 - theirs
        """A link that markdown-it does not trust would be shown with its target."""
        return True


def _parser() -> MarkdownIt:
    parser = _Parser("commonmark", {"html": False}).enable(["table", "strikethrough"])
    # A definition would vanish, a line under a text make it a heading; an image is a link after an exclamation mark.
    return parser.disable(["reference", "lheading", "image"])


_PARSER = _parser()


def _prepared(text: str) -> str:
    """A claim is cut out of its document: what was indented there stands alone now."""
    first, *rest = text.split("\n")
    if is_item(first) and first.startswith("    "):
        first, *rest = textwrap.dedent(text).split("\n")
    elif first[:1].strip() and not is_item(first):
        rest = textwrap.dedent("\n".join(rest)).split("\n") if rest else []
    return "\n".join(_with_lists_apart([first, *rest]))


def _with_lists_apart(lines: Sequence[str]) -> Iterator[str]:
    """In Markdown a list that begins at 5 does not interrupt the line that leads into it; for people it does."""
    before = ""
    for line in lines:
        if before.rstrip("*_ ").endswith(":") and not before[:1].isspace() and is_item(line) and not is_item(before):
            yield ""
        yield line
        before = line


class _Walk:
    """One pass over the tokens of one claim."""

    def __init__(self, lines: Sequence[str]) -> None:
        self._lines = lines
        self._lists: list[Iterator[int | None]] = []  # the numbers of the items to come
        self._quoted = 0
        self._in_heading = False
        self._in_table = False
        self._opened: Item | None = None  # an item of which nothing was given out yet

    def parts(self, tokens: Sequence[Token]) -> Iterator[Part]:
        for at, token in enumerate(tokens):
            match token.type:
                case "bullet_list_open" | "ordered_list_open":
                    self._lists.append(_numbers(tokens, at))
                case "bullet_list_close" | "ordered_list_close":
                    self._lists.pop()
                case "blockquote_open" | "blockquote_close":
                    self._quoted += token.nesting
                case "heading_open" | "heading_close":
                    self._in_heading = token.nesting > 0
                case "table_close":
                    self._in_table = False
                case _:
                    yield from self._shown(token)

    def _shown(self, token: Token) -> Iterator[Part]:
        match token.type:
            case "list_item_open":
                self._opened = Item((), len(self._lists) - 1, next(self._lists[-1]))
            case "list_item_close":
                yield from self._item_alone()
            case "inline" if not self._in_table:
                yield self._said(_runs(token.children or []))
            case "fence" | "code_block":
                yield from self._item_alone()
                yield Code(token.content.rstrip("\n"))
            case "table_open":
                yield from self._item_alone()
                yield self._table(token)
                self._in_table = True
            case _:
                pass

    def _said(self, runs: Runs) -> Part:
        if self._in_heading:
            runs = tuple(replace(run, bold=True) for run in runs)
        if (item := self._opened) is not None:
            self._opened = None
            return item._replace(runs=runs)
        return Quote(runs) if self._quoted else Paragraph(runs)

    def _item_alone(self) -> Iterator[Part]:
        """Its bullet or number, before something that cannot stand beside it."""
        if self._opened is not None:
            yield self._opened
        self._opened = None

    def _table(self, token: Token) -> Table:
        """From its lines: Markdown drops the cells for which there is no header."""
        first, end = token.map or (0, 0)
        lines = [_QUOTED.sub("", line) for line in self._lines[first:end]]
        rows = [cells(line) for at, line in enumerate(lines) if at != 1]  # the ruler
        width = max(map(len, rows))
        return Table(tuple(tuple(_cell(cell) for cell in [*row, *[""] * (width - len(row))]) for row in rows))


_QUOTED = re.compile(r"^[ \t>]*(?:[-*+]|\d{1,9}[.)])?[ \t>]*(?=\|)|^[ \t>]+")


def _cell(text: str) -> Runs:
    inline = _PARSER.parseInline(text.replace("\\|", "|"))
    return _runs(inline[0].children or []) if inline else ()


def _numbers(tokens: Sequence[Token], opened: int) -> Iterator[int | None]:
    """As the document writes them; `1. 1. 1.` is how some write 1, 2, 3."""
    token = tokens[opened]
    if token.type == "bullet_list_open":
        while True:
            yield None
    written = []
    for inner in tokens[opened + 1 :]:
        if inner.level == token.level:
            break
        if inner.type == "list_item_open" and inner.level == token.level + 1:
            written.append(int(inner.info or 1))
    lazy = len(written) > 1 and len(set(written)) == 1
    yield from range(written[0], written[0] + len(written)) if lazy else written


_STYLES = {"strong": "bold", "em": "italic", "s": "struck"}


def _runs(children: Sequence[Token]) -> Runs:
    found: list[Run] = []
    depth = {"bold": 0, "italic": 0, "struck": 0}
    for at, token in enumerate(children):
        name, _, _ = token.type.partition("_")
        if name in _STYLES:
            depth[_STYLES[name]] += token.nesting
            continue
        text = token.content
        if token.type in {"softbreak", "hardbreak"}:
            text = "\n"
        elif token.type == "text" and at + 1 < len(children) and children[at + 1].type == "link_open":
            text = _without_image_mark(text, children, at + 1)
        if text := visible(text):
            found.append(Run(text, depth["bold"] > 0, depth["italic"] > 0, depth["struck"] > 0, name == "code"))
    return tuple(found)


def _without_image_mark(text: str, children: Sequence[Token], link: int) -> str:
    return text[:-1] if text.endswith("!") and children[link].markup != "autolink" else text


def ending_with(found: Sequence[Part], tail: str) -> tuple[Part, ...]:
    """With these words at the end: on the last line, in the last cell of a table, or below what has no place for them."""
    if not tail:
        return tuple(found)
    match found[-1] if found else None:
        case Paragraph(runs) | Quote(runs) | Item(runs) as last:
            return (*found[:-1], last._replace(runs=(*runs, Run(f" {tail}"))))
        case Table((*rows, cells)) if any(words(cell).strip() for cell in cells):
            return (*found[:-1], Table((*rows, _cells_ending_with(cells, tail))))
        case _:
            return (*found, Paragraph((Run(tail),)))


def _cells_ending_with(cells: Sequence[Runs], tail: str) -> tuple[Runs, ...]:
    """In the last one that says something: in an empty one it would be taken for what stands there."""
    last = max(at for at, cell in enumerate(cells) if words(cell).strip())
    return tuple((*cell, Run(f" {tail}")) if at == last else cell for at, cell in enumerate(cells))


def words(runs: Sequence[Run]) -> str:
    return "".join(run.text for run in runs)
