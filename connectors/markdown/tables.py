"""Tables, so that each row makes sense with the header alone: what is merged stands in each place that it spans, and
headers over headers become one.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from connectors.markdown.blocks import Block, Look, Paragraph, Run, Runs, Table, says_something
from connectors.markdown.losses import Losses
from connectors.markdown.spare import Spare

_EMPTY: Runs = ()


@dataclass(frozen=True, slots=True)
class Cell:
    runs: Runs
    length: int
    is_header: bool
    columns: int
    rows: int


def in_rows(rows: list[list[Cell]], losses: Losses, spare: Spare) -> Iterator[Block]:
    width = max(sum(cell.columns for cell in row) for row in rows)
    titles, rows = _titles(rows, width)
    for title in titles:
        yield Paragraph(tuple(replace(run, look=max(run.look, Look.BOLD)) for run in title))
    headers = _headers(rows)
    grid = _Grid(width, spare)
    lines = [_trimmed(line) for line in map(grid.line, rows)]
    if grid.gave_up:
        losses.add("merged cells of a table")
    body = tuple(line for line in lines[headers:] if line)
    over = _over(lines[:headers])
    widest = max(map(len, (over, *body)), default=0)
    if widest:
        yield Table(over + (_EMPTY,) * (widest - len(over)), body)


def _titles(rows: list[list[Cell]], width: int) -> tuple[list[Runs], list[list[Cell]]]:
    """A header across all columns, above the rest, is what the table is called."""
    first = 0
    while width > 1 and first < len(rows) - 1 and _is_across(rows[first], width) and rows[first][0].is_header:
        first += 1
    return [row[0].runs for row in rows[:first] if says_something(row[0].runs)], rows[first:]


def _is_across(row: Sequence[Cell], width: int) -> bool:
    return len(row) == 1 and row[0].columns >= width


def _headers(rows: Sequence[Sequence[Cell]]) -> int:
    """How many rows from the top are header. Without any marked one: a first row that is all bold."""
    found = 0
    while found < len(rows) and all(cell.is_header for cell in rows[found]):
        found += 1
    if found == len(rows):
        return 1
    if found or any(cell.is_header for row in rows for cell in row):
        return found
    return 1 if len(rows[0]) > 1 and all(map(_is_bold, rows[0])) else 0


def _is_bold(cell: Cell) -> bool:
    said = [run for run in cell.runs if run.text.strip()]
    return bool(said) and all(run.look is Look.BOLD for run in said)


def _over(lines: Sequence[Sequence[Runs]]) -> tuple[Runs, ...]:
    width = max(map(len, lines), default=0)
    return tuple(not_bold(_together([line[at] for line in lines if at < len(line)])) for at in range(width))


def _together(cells: Sequence[Runs]) -> Runs:
    """One above the other, each once."""
    found: list[Run] = []
    for cell in dict.fromkeys(filter(says_something, cells)):
        found += [Run(" "), *cell] if found else cell
    return tuple(found)


def not_bold(runs: Runs) -> Runs:
    return tuple(replace(run, look=Look.PLAIN) if run.look is Look.BOLD else run for run in runs)


def _trimmed(line: Sequence[Runs]) -> tuple[Runs, ...]:
    end = len(line)
    while end and not says_something(line[end - 1]):
        end -= 1
    return tuple(line[:end])


class _Grid:
    """Goes down the rows and knows which cells from above reach into the next. What would cost too much is left empty,
    and then no longer carried at all.
    """

    def __init__(self, width: int, spare: Spare) -> None:
        self.gave_up = False
        self._width = width
        self._spare = spare
        self._carries = True
        self._above: dict[int, tuple[int, Cell]] = {}  # by column: for how many more rows
        self._below: dict[int, tuple[int, Cell]] = {}

    def line(self, row: Sequence[Cell]) -> list[Runs]:
        line: list[Runs] = []
        for cell in row:
            self._from_above(line)
            across = self._width > 1 and _is_across(row, self._width)
            for nth in range(1 if across else cell.columns):
                if nth and not self._place():
                    break
                self._put(line, cell, cell.rows, again=nth > 0)
        last = max(self._above, default=-1)
        while len(line) <= last and self._carries:
            self._from_above(line)
            if len(line) <= last and self._place():
                line.append(_EMPTY)
        self._above, self._below = (self._below if self._carries else {}), {}
        return line

    def _from_above(self, line: list[Runs]) -> None:
        while (found := self._above.get(len(line))) is not None and self._place():
            self._put(line, found[1], found[0], again=True)

    def _put(self, line: list[Runs], cell: Cell, rows: int, *, again: bool) -> None:
        if rows > 1:
            self._below[len(line)] = (rows - 1, cell)
        line.append(self._again(cell) if again else cell.runs)

    def _again(self, cell: Cell) -> Runs:
        if not cell.length or self._spare.text(cell.length):
            return cell.runs
        self.gave_up = True
        return _EMPTY

    def _place(self) -> bool:
        if self._carries and not self._spare.place():
            self.gave_up, self._carries = True, False
        return self._carries
