"""The cells of a page's table, and what stands astray between them. A table that only frames something is what it frames."""

from collections.abc import Iterable
from typing import Final

from connectors.confluence.storage.elements import attribute, is_hidden, name_of, whole_number, words
from connectors.confluence.storage.flat import in_one
from connectors.confluence.storage.nouns import Element, Item, Reader
from connectors.markdown.blocks import Block, Code, Look, Paragraph, Run
from connectors.markdown.tables import Cell, in_rows, not_bold

_WIDEST_SPAN: Final = 100
_LONGEST_SPAN: Final = 65_534  # HTML's own
_CELLS: Final = frozenset({"td", "th"})
_PARTS: Final = frozenset({"thead", "tbody", "tfoot"})


def table(element: Element, reader: Reader, look: Look) -> Iterable[Item]:
    found = _Found(reader, look)
    found.look_into(element)
    yield from found.astray
    rows = [row for row in found.rows if row]
    if len(rows) == 1 and len(rows[0]) == 1:
        yield from reader.blocks_of(rows[0][0], look)
    elif rows:
        yield from in_rows([[_cell(inner, reader, look) for inner in row] for row in rows], reader.losses, reader.spare)


class _Found:
    """The rows of a table, each as its cells, and what stands between them though nothing may."""

    def __init__(self, reader: Reader, look: Look) -> None:
        self.rows: list[list[Element]] = []
        self.astray: list[Block] = []
        self._reader = reader
        self._look = look

    def look_into(self, element: Element) -> None:
        self._say(element.text)
        for inner in element:
            name = name_of(inner)
            if is_hidden(inner):
                self._reader.losses.add("hidden text")
            elif name in _PARTS:
                self.look_into(inner)
            elif name == "tr":
                self.rows.append([])
                self.look_into(inner)
            elif name in _CELLS and self.rows:
                self.rows[-1].append(inner)
            else:
                look = Look.BOLD if name == "caption" else self._look
                self.astray.extend(self._reader.blocks_of(inner, look))
            self._say(inner.tail)

    def _say(self, text: str | None) -> None:
        if text and text.strip():
            self.astray.append(Paragraph((Run(words(text), self._look),)))


def _cell(element: Element, reader: Reader, look: Look) -> Cell:
    blocks = reader.blocks_of(element, look)
    for block in blocks:
        if isinstance(block, Code) and "\n" in block.text:
            reader.losses.add("line ends of code in a table")
    runs = in_one(blocks)
    is_header = name_of(element) == "th" or _is_in_head(element)
    return Cell(
        runs=not_bold(runs) if is_header else runs,
        length=sum(len(run.text) for run in runs),
        is_header=is_header,
        columns=whole_number(attribute(element, "colspan"), least=1, most=_WIDEST_SPAN, otherwise=1),
        rows=whole_number(attribute(element, "rowspan"), least=1, most=_LONGEST_SPAN, otherwise=1),
    )


def _is_in_head(element: Element) -> bool:
    row = element.getparent()
    part = row.getparent() if row is not None else None
    return part is not None and name_of(part) == "thead"
