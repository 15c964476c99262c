"""A PDF as Markdown. It holds signs at places and no more: lines, columns, paragraphs and tables are found again from where
they stand, a heading for each page. Nothing in it is run, and nothing that it refers to is fetched.

    signs        the file -> words, each with its place (pypdfium2)
    nouns        words, lines, pages
    repeated     what stands on every page, and says nothing
    columns      a page -> stretches to be read one after the other
    tables       lines whose words stand under each other
    paragraphs   lines -> headings, lists, paragraphs
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Final

from connectors.files import places
from connectors.files.nouns import Converted, Limits, Outcome, Unreadable
from connectors.files.pdf import columns, paragraphs, repeated, signs, tables
from connectors.files.pdf.nouns import Line, Page
from connectors.markdown.blocks import Block, Heading, Run
from connectors.markdown.losses import Losses
from connectors.markdown.spare import Spare
from connectors.markdown.writing import written

Piece = tables.Table | tables.Lines
NONE_READ: Final = Unreadable(reason="none of its pages can be read")
NO_TEXT: Final = Unreadable(reason="its pages are pictures (scanned, without text)")


def read(data: bytes, limits: Limits) -> Outcome:
    losses = Losses()
    pages = signs.pages(data, limits, losses)
    if isinstance(pages, Unreadable):
        return pages
    if not pages:
        return NONE_READ
    if not any(page.lines for page in pages):
        return NO_TEXT
    losses.add("pages scanned, without text", times=sum(not page.lines for page in pages))
    text = written(list(_blocks(repeated.left_out(pages, losses), losses)))
    return Converted(text=text, losses=losses.told())


def _blocks(pages: Sequence[Page], losses: Losses) -> Iterator[Block]:
    body, words = _body_size(pages), paragraphs.vocabulary(pages)
    sizes = paragraphs.heading_sizes(pages, body)
    last: Piece | None = None
    for page in pages:
        pieces = [piece for stretch in columns.stretches(page) for piece in tables.pieces(stretch)]
        if pieces:
            pieces[0] = _with_names(pieces[0], last)
            last = pieces[-1]
            yield Heading(places.LEVEL, (Run(places.page(page.number)),))
        found: list[Block] = []
        for piece in pieces:
            match piece:
                case tables.Table(rows=rows, headers=headers):
                    found += tables.blocks(rows, headers, losses, Spare(len(rows) * 100))
                case tables.Lines(lines=lines):
                    found = paragraphs.continued(found, list(paragraphs.blocks(lines, body, sizes, words)), words)
        yield from found


def _with_names(first: Piece, last: Piece | None) -> Piece:
    """A table that goes on from the page before has its columns' names here too."""
    if not isinstance(first, tables.Table) or not isinstance(last, tables.Table) or not first.goes_on_from(last):
        return first
    return first._replace(rows=[*last.rows[: last.headers], *first.rows], headers=last.headers)


def _body_size(pages: Sequence[Page]) -> float:
    """Of the most letters."""
    letters: Counter[float] = Counter()
    for page in pages:
        for line in page.lines:
            letters[_rounded(line)] += len(line.text)
    return letters.most_common(1)[0][0]


def _rounded(line: Line) -> float:
    return round(line.size * 2) / 2
