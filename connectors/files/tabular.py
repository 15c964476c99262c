"""Rows of plain texts as a table whose columns have names, if its first row gives any. Pure."""

from collections.abc import Iterator, Sequence

from connectors.files.headers import is_header
from connectors.markdown.blocks import Block, Run
from connectors.markdown.losses import Losses
from connectors.markdown.spare import Spare
from connectors.markdown.tables import Cell, in_rows


def tabular(
    rows: Sequence[Sequence[str]], losses: Losses, spare: Spare, *, headers: int | None = None
) -> Iterator[Block]:
    """`headers`: how many rows are known to be the columns' names; None: it is looked for."""
    width = max(map(len, rows))
    whole = [[*row, *[""] * (width - len(row))] for row in rows]
    if headers is None:
        headers = int(is_header(whole))
    cells = [[_cell(text, is_header=at < headers) for text in row] for at, row in enumerate(whole)]
    yield from in_rows(cells, losses, spare)


def _cell(text: str, *, is_header: bool) -> Cell:
    return Cell(runs=(Run(text),) if text else (), length=len(text), is_header=is_header, columns=1, rows=1)
