"""Where on a page is a table? Where the words of neighbouring lines leave the same gaps. Rules that are drawn across say
which lines are one row; without them, a line whose first column is empty goes on with the row above.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from connectors.files.headers import is_header
from connectors.files.pdf.columns import Stretch
from connectors.files.pdf.nouns import Line, Word
from connectors.files.tabular import tabular
from connectors.markdown.blocks import Block
from connectors.markdown.losses import Losses
from connectors.markdown.spare import Spare

_GAP: Final = 0.75  # of the size of a letter
_LEAST_ROWS: Final = 2
_FAR: Final = 3.5  # heights of a line, between two of a table
_MARKER = re.compile(r"[-•·▪◦‣*–—]|\(?(?:\d{1,3}|[A-Za-z])[.)]")
_SHARE: Final = 0.6
_NEAR: Final = 3.0  # points
_FEW: Final = 3  # lines
_LINE: Final = 1.6  # sizes of a letter, from one line of a paragraph to the next

Rows = list[list[str]]
_Gap = tuple[float, float]


class Table(NamedTuple):
    """`columns`: where each begins. `stands_out`: its first row looks otherwise than the others."""

    rows: Rows
    headers: int
    columns: tuple[float, ...]
    stands_out: bool

    def goes_on_from(self, above: "Table") -> bool:
        """Whether it is the rest of a table that a page's end cut, whose columns' names stand there alone."""
        has_own = self.stands_out or self.rows[0] == above.rows[0]
        if has_own or len(self.columns) != len(above.columns) or not above.headers:
            return False
        return all(abs(ours - theirs) <= _NEAR for ours, theirs in zip(self.columns, above.columns, strict=True))


class Lines(NamedTuple):
    lines: tuple[Line, ...]


def pieces(stretch: Stretch) -> Iterator[Table | Lines]:
    found, held, at = stretch.lines, list[Line](), 0
    while at < len(found):
        end, gaps = _band(found, at)
        if not gaps or not _is_table(found[at:end], gaps) or _is_justified(found, at, end):
            end = at + 1
        elif not _are_items(found[at:end], gaps):
            if held:
                yield Lines(tuple(held))
                held = []
            yield _table(found[at:end], gaps, stretch)
            at = end
            continue
        held += found[at:end]
        at = end
    if held:
        yield Lines(tuple(held))


def blocks(rows: Rows, headers: int, losses: Losses, spare: Spare) -> Iterator[Block]:
    return tabular(rows, losses, spare, headers=headers)


def _band(found: Sequence[Line], first: int) -> tuple[int, list[_Gap]]:
    """How far down the same gaps go, and which: it ends before a line that would close one of them."""
    gaps, end = _gaps(found[first : first + 1]), first + 1
    while gaps and end < len(found) and _is_near(found[end - 1], found[end]):
        common = _gaps(found[first : end + 1])
        if len(common) < len(gaps) and (not common or end - first >= _LEAST_ROWS or _is_alone(found[end])):
            break
        gaps, end = common, end + 1
    while end > first + 1 and _filled(found[end - 1], gaps) == 1 and not _goes_on(found[end - 1], gaps):
        end -= 1
    return end, _gaps(found[first:end])


def _is_near(above: Line, below: Line) -> bool:
    return above.bottom - below.top < _FAR * max(above.size, below.size)


def _is_alone(line: Line) -> bool:
    return not _gaps([line])


def _gaps(found: Sequence[Line]) -> list[_Gap]:
    """What all of them leave free between what they fill together."""
    room = _GAP * max(line.size for line in found)
    words = sorted((word.left, word.right) for line in found for word in line.words)
    gaps: list[_Gap] = []
    end = words[0][1]
    for left, right in words[1:]:
        if left - end >= room:
            gaps.append((end, left))
        end = max(end, right)
    return gaps


def _filled(line: Line, gaps: Sequence[_Gap]) -> int:
    return sum(bool(text) for text in _texts([line], gaps))


def _goes_on(line: Line, gaps: Sequence[_Gap]) -> bool:
    return not _texts([line], gaps)[0]


def _is_table(found: Sequence[Line], gaps: Sequence[_Gap]) -> bool:
    if len(found) < _LEAST_ROWS:
        return False
    rows = [_texts([line], gaps) for line in found]
    whole = sum(sum(map(bool, row)) > 1 for row in rows)
    return whole >= _LEAST_ROWS and whole >= _SHARE * sum(bool(row[0]) for row in rows)


def _is_justified(found: Sequence[Line], first: int, end: int) -> bool:
    """Few lines between others that are as wide: words that were drawn apart so that both edges are straight."""
    if end - first > _FEW:
        return False
    around = [(found[at], found[at + 1]) for at in (first - 1, end - 1) if at >= 0 and at + 1 < len(found)]
    return any(_is_as_wide(above, below) for above, below in around)


def _is_as_wide(above: Line, below: Line) -> bool:
    is_next = above.bottom - below.bottom < _LINE * above.size
    return is_next and abs(above.left - below.left) < _NEAR and abs(above.right - below.right) < _NEAR


def _are_items(found: Sequence[Line], gaps: Sequence[_Gap]) -> bool:
    """Signs or numbers, one after the other, with a text beside each."""
    firsts = [row[0] for row in (_texts([line], gaps) for line in found) if row[0]]
    if sum(bool(_MARKER.fullmatch(first)) for first in firsts) * 2 > len(firsts):
        return True
    return len(gaps) == 1 and firsts == [str(at + 1) for at in range(len(firsts))]


def _texts(found: Sequence[Line], gaps: Sequence[_Gap]) -> list[str]:
    """Of one row, which may have several lines."""
    cells: list[list[str]] = [[] for _ in range(len(gaps) + 1)]
    for line in found:
        for word in line.words:
            cells[_column(word, gaps)].append(word.text)
    return [" ".join(cell) for cell in cells]


def _column(word: Word, gaps: Sequence[_Gap]) -> int:
    return sum(word.left >= right for _, right in gaps)


def _table(found: Sequence[Line], gaps: Sequence[_Gap], stretch: Stretch) -> Table:
    groups = _between_rules(found, stretch.rules) or _by_first_column(found, gaps)
    rows = [_texts(group, gaps) for group in groups]
    stands_out = all(line.is_bold for line in groups[0]) and not all(line.is_bold for line in groups[-1])
    columns = (min(line.left for line in found), *(right for _, right in gaps))
    return Table(rows, int(is_header(rows, stands_out=stands_out)), columns, stands_out)


def _between_rules(found: Sequence[Line], rules: Sequence[tuple[float, float, float]]) -> list[list[Line]]:
    """If most rows are ruled; a rule under the names alone rules nothing."""
    left, right = min(line.left for line in found), max(line.right for line in found)
    top, bottom = found[0].top, found[-1].bottom
    heights = sorted(
        {round(y, 1) for y, start, end in rules if bottom < y < top and start < right and end > left}, reverse=True
    )
    heights = [y for at, y in enumerate(heights) if not at or heights[at - 1] - y > _NEAR]
    groups: list[list[Line]] = [[] for _ in range(len(heights) + 1)]
    for line in found:
        groups[sum((line.top + line.bottom) / 2 < y for y in heights)].append(line)
    rows = [group for group in groups if group]
    return rows if len(heights) >= _LEAST_ROWS and len(rows) == len(heights) + 1 else []


def _by_first_column(found: Sequence[Line], gaps: Sequence[_Gap]) -> list[list[Line]]:
    rows: list[list[Line]] = []
    for line in found:
        if rows and (_goes_on(line, gaps) and _is_close(rows[-1][-1], line)):
            rows[-1].append(line)
        else:
            rows.append([line])
    return rows


def _is_close(above: Line, below: Line) -> bool:
    return above.bottom - below.bottom < _LINE * above.size
