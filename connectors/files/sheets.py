"""A workbook as Markdown: a heading for each sheet, each of its tables with the names of its columns, every value as the
workbook shows it. A formula is what it last came to; what is hidden there is no text here.
"""

import warnings
from collections.abc import Iterator
from typing import Final, cast

import openpyxl
from openpyxl.cell.read_only import ReadOnlyCell
from openpyxl.workbook.workbook import Workbook
from openpyxl.worksheet._read_only import ReadOnlyWorksheet

from connectors.files import places
from connectors.files.arrangement import Arrangement, arrangement
from connectors.files.formats import GENERAL, shown
from connectors.files.nouns import Converted, Limits
from connectors.files.package import Package
from connectors.files.regions import Grid, arranged
from connectors.markdown.blocks import Block, Heading, Run
from connectors.markdown.losses import Losses
from connectors.markdown.spare import Spare
from connectors.markdown.writing import written

_VISIBLE: Final = "visible"


def read(package: Package, limits: Limits) -> Converted:
    losses = Losses()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what it does not support is nothing that we read
        workbook = openpyxl.load_workbook(package.open(), read_only=True, data_only=True, keep_links=False)
    text = written(list(_Workbook(workbook, package, limits, losses).blocks()))
    return Converted(text=text, losses=(*losses.told(), *package.losses()))


class _Workbook:
    def __init__(self, workbook: Workbook, package: Package, limits: Limits, losses: Losses) -> None:
        self._workbook, self._package = workbook, package
        self._limits, self._losses = limits, losses
        self._cells_left = limits.most_cells

    def blocks(self) -> Iterator[Block]:
        sheets = self._workbook.worksheets
        self._losses.add(
            f"sheets beyond {self._limits.most_sheets:,}", times=max(0, len(sheets) - self._limits.most_sheets)
        )
        for sheet in sheets[: self._limits.most_sheets]:
            assert isinstance(sheet, ReadOnlyWorksheet)
            if sheet.sheet_state != _VISIBLE:
                self._losses.add("hidden sheets")
                continue
            found = list(self._tables(sheet))
            if found:
                yield Heading(places.LEVEL, (Run(sheet.title),))
                yield from found

    def _tables(self, sheet: ReadOnlyWorksheet) -> Iterator[Block]:
        laid = arrangement(self._package.part(_path(sheet)), self._limits)
        grid = self._grid(sheet, laid)
        self._losses.add("hidden rows", times=len(laid.hidden_rows))
        self._losses.add("hidden columns", times=len(laid.hidden_columns))
        if laid.last_row > self._limits.most_rows:
            self._losses.add(f"rows of a sheet beyond {self._limits.most_rows:,}")
        if laid.last_column > self._limits.most_columns:
            self._losses.add(f"columns of a sheet beyond {self._limits.most_columns:,}")
        yield from arranged(grid, self._losses, Spare(sum(map(len, grid.texts.values()))))

    def _grid(self, sheet: ReadOnlyWorksheet, laid: Arrangement) -> Grid:
        """Only what is visible, and no more than may be."""
        grid = Grid()
        sheet.reset_dimensions()  # what a file says of its own size is not believed
        for row in self._rows(sheet):
            filled = [cell for cell in row if cell.value is not None]
            if len(filled) > self._cells_left:
                self._losses.add(f"cells of the workbook beyond {self._limits.most_cells:,}")
                break
            self._cells_left -= len(filled)
            for cell in filled:
                text = " ".join(shown(cell.value, cell.number_format or GENERAL).split())
                if text:
                    grid.put(cell.row, cell.column, text, is_bold=cell.font.b is True)
        grid.spread(laid.merged, most=self._limits.most_cells)
        grid.leave_out(laid.hidden_rows, laid.hidden_columns)
        return grid

    def _rows(self, sheet: ReadOnlyWorksheet) -> Iterator[tuple[ReadOnlyCell, ...]]:
        rows = sheet.iter_rows(max_row=self._limits.most_rows, max_col=self._limits.most_columns)  # type: ignore[misc] # it is borrowed
        return cast("Iterator[tuple[ReadOnlyCell, ...]]", rows)


def _path(sheet: ReadOnlyWorksheet) -> str:
    """Of its part in the package, which nothing else tells."""
    found: str = sheet._worksheet_path  # type: ignore[attr-defined] # noqa: SLF001
    return found
