"""Where on a sheet are its tables? Pure. People leave rows and columns free between them, write a title above and remarks
below, and leave a row free within: what goes on under a table without names of its own belongs to it.
"""

from bisect import bisect_left
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from connectors.files.arrangement import Area
from connectors.files.headers import is_header
from connectors.files.tabular import tabular
from connectors.markdown.blocks import Block, Heading, Paragraph, Run
from connectors.markdown.losses import Losses
from connectors.markdown.spare import Spare

_MOST_ABOVE: Final = 5  # rows
_LONGEST_TITLE: Final = 80
_SHORTEST_REMARK: Final = 25
_LITTLE: Final = 2  # cells


class Grid:
    """The texts of a sheet by row and column."""

    def __init__(self) -> None:
        self.texts: dict[tuple[int, int], str] = {}
        self.bold: set[tuple[int, int]] = set()
        self.across: set[tuple[int, int]] = set()  # what only stands there because a cell to its left is as wide

    def put(self, row: int, column: int, text: str, *, is_bold: bool = False) -> None:
        self.texts[row, column] = text
        if is_bold:
            self.bold.add((row, column))

    def spread(self, merged: Collection[Area], *, most: int) -> None:
        """What is merged stands in each of its places; no more of them than may be."""
        for area in merged:
            text = self.texts.get((area.top, area.left))
            places = (area.right - area.left + 1) * (area.bottom - area.top + 1)
            if text is None or places > most:
                continue
            most -= places
            is_bold = (area.top, area.left) in self.bold
            for row in range(area.top, area.bottom + 1):
                for column in range(area.left, area.right + 1):
                    self.put(row, column, text, is_bold=is_bold)
                    if column > area.left:
                        self.across.add((row, column))

    def leave_out(self, rows: Collection[int], columns: Collection[int]) -> None:
        """As somebody sees it who does not know that there is more: the others close the gap."""
        if not rows and not columns:
            return
        above, beside = sorted(rows), sorted(columns)

        def place(at: tuple[int, int]) -> tuple[int, int]:
            return at[0] - bisect_left(above, at[0]), at[1] - bisect_left(beside, at[1])

        kept = {at: text for at, text in self.texts.items() if at[0] not in rows and at[1] not in columns}
        self.texts = {place(at): text for at, text in kept.items()}
        self.bold = {place(at) for at in self.bold if at in kept}
        self.across = {place(at) for at in self.across if at in kept}


@dataclass
class _Part:
    """A table with what stands above and below it; or that alone."""

    columns: tuple[int, int]
    titles: list[str]
    rows: list[list[str]]
    headers: int
    remarks: list[str]


def arranged(grid: Grid, losses: Losses, spare: Spare) -> Iterator[Block]:
    """From the top; of what stands side by side, from the left."""
    parts: list[_Part] = []
    for places in _regions(sorted(grid.texts)):
        part = _taken_apart(_Region(grid, places))
        above = next((one for one in reversed(parts) if one.columns == part.columns and one.rows), None)
        if above is not None and part.rows and not part.titles and not part.headers and above.headers:
            above.rows += part.rows
            above.remarks += part.remarks
        else:
            parts.append(part)
    for at, part in enumerate(parts):
        heads_a_table = bool(part.rows) or (at + 1 < len(parts) and bool(parts[at + 1].rows))
        yield from _titles(part.titles, heads_a_table=heads_a_table)
        if part.headers or max(map(len, part.rows), default=0) > _LITTLE:
            yield from tabular(part.rows, losses, spare, headers=part.headers)
        else:
            yield from (Paragraph((Run(_pair(row)),)) for row in part.rows)
        yield from (Paragraph((Run(text),)) for text in part.remarks)


def _titles(titles: Sequence[str], *, heads_a_table: bool) -> Iterator[Block]:
    for at, text in enumerate(titles):
        is_title = at == 0 and heads_a_table and len(text) <= _LONGEST_TITLE and not text.endswith(".")
        yield Heading(3, (Run(text),)) if is_title else Paragraph((Run(text),))


def _pair(row: Sequence[str]) -> str:
    """Of two cells beside each other, which no row of names is above."""
    first, *others = filter(None, row)
    return first if not others else f"{first.removesuffix(':')}: {' '.join(others)}"


class _Region:
    """A rectangle around what has neither a free row nor a free column within."""

    def __init__(self, grid: Grid, places: Collection[tuple[int, int]]) -> None:
        rows, columns = sorted({row for row, _ in places}), sorted({column for _, column in places})
        self.columns = (columns[0], columns[-1])
        self.width = len(columns)
        self.rows = [[grid.texts.get((row, column), "") for column in columns] for row in rows]
        self._filled = [[(row, column) for column in columns if (row, column) in grid.texts] for row in rows]
        self._grid = grid

    def says_one_thing(self, at: int) -> bool:
        """In one cell, or in one as wide as several."""
        return sum(place not in self._grid.across for place in self._filled[at]) == 1

    def said(self, at: int) -> str:
        return next(filter(None, self.rows[at]), "")

    def has_wide_cell(self, at: int) -> bool:
        return any(place in self._grid.across for place in self._filled[at])

    def is_bold(self, at: int) -> bool:
        return all(place in self._grid.bold for place in self._filled[at])

    def filled(self, at: int) -> int:
        return len(self._filled[at])


def _taken_apart(region: _Region) -> _Part:
    if region.width == 1:
        return _Part(region.columns, [row[0] for row in region.rows], [], 0, [])
    first, end = 0, len(region.rows)
    while first < min(end, _MOST_ABOVE) and region.says_one_thing(first):
        first += 1
    while end > first + 1 and region.says_one_thing(end - 1) and len(region.said(end - 1)) >= _SHORTEST_REMARK:
        end -= 1
    titles = [region.said(at) for at in range(first)]
    names = _row_of_names(region, first, end)
    titles += [" ".join(filter(None, region.rows[at])) for at in range(first, names)]
    rows = region.rows[names:end]
    return _Part(
        region.columns,
        titles,
        rows,
        _headers(region, names, rows),
        [region.said(at) for at in range(end, len(region.rows))],
    )


def _row_of_names(region: _Region, first: int, end: int) -> int:
    """Further below only if all above it says little: who wrote it, and when."""
    for at in range(first, min(end, first + _MOST_ABOVE)):
        is_whole = region.filled(at) >= region.width > _LITTLE
        if is_whole and is_header(region.rows[at:end], stands_out=region.is_bold(at)):
            return at
        if region.filled(at) > _LITTLE:
            break
    return first


def _headers(region: _Region, at: int, rows: Sequence[Sequence[str]]) -> int:
    """Names over names are two rows of them, which tell the columns apart together."""
    if region.has_wide_cell(at) and len(rows) > 2:  # noqa: PLR2004 - two of names, and one below
        together = [f"{over} {name}".strip() for over, name in zip(rows[0], rows[1], strict=True)]
        if is_header([together, *rows[2:]], stands_out=region.is_bold(at)):
            return 2
    return int(is_header(rows, stands_out=region.is_bold(at)))


def _regions(places: Sequence[tuple[int, int]]) -> Iterator[Sequence[tuple[int, int]]]:
    """Cut at free rows, then at free columns, until there is none."""
    for band in _cut(places, 0):
        beside = list(_cut(sorted(band, key=lambda place: place[1]), 1))
        if len(beside) == 1 or any(len({column for _, column in one}) == 1 for one in beside):
            yield band
        else:
            for one in beside:
                yield from _regions(sorted(one))


def _cut(places: Sequence[tuple[int, int]], axis: int) -> Iterator[list[tuple[int, int]]]:
    """Sorted along that axis."""
    held: list[tuple[int, int]] = []
    for place in places:
        if held and place[axis] > held[-1][axis] + 1:
            yield held
            held = []
        held.append(place)
    if held:
        yield held
