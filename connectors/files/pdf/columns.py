"""In which order is a page read? From the top, but where it is set in two columns: there the left one first.

Two columns of prose are lines that nearly fill their side; what does not is a table, and stays beside what it stands beside.
"""

from collections.abc import Sequence
from statistics import median
from typing import Final, NamedTuple

from connectors.files.pdf.nouns import Line, Page, lines

_LEAST_LINES: Final = 5  # of a column
_GUTTER: Final = 0.8  # of the size of a letter
_FROM, _TO, _STEP = 0.3, 0.7, 0.02  # of the width of what is written
_FULL: Final = 0.75  # of the width of its side
_FULL_LINES: Final = 0.5
_LETTERS: Final = 18  # of a line of prose, at the least


class Stretch(NamedTuple):
    lines: tuple[Line, ...]
    rules: tuple[tuple[float, float, float], ...]


class _Split(NamedTuple):
    """Lines from `first` up to, not including, `end` have nothing at `x`."""

    first: int
    end: int
    x: float


def stretches(page: Page) -> list[Stretch]:
    found = _split(page.lines)
    if found is None:
        return [Stretch(page.lines, page.rules)] if page.lines else []
    between = page.lines[found.first : found.end]
    left = lines([word for line in between for word in line.words if word.right <= found.x])
    right = lines([word for line in between for word in line.words if word.right > found.x])
    above, below = page.lines[: found.first], page.lines[found.end :]
    parts = [Stretch(above, page.rules)] if above else []
    return [*parts, *(one for part in (left, right, below) for one in stretches(page._replace(lines=part)))]


def _split(found: Sequence[Line], *, may_go_deeper: bool = True) -> _Split | None:
    if len(found) < _LEAST_LINES:
        return None
    left, right = min(line.left for line in found), max(line.right for line in found)
    steps = int((_TO - _FROM) / _STEP) + 1
    places = [left + (right - left) * (_FROM + _STEP * at) for at in range(steps)]
    splits = [split for x in places if (split := _longest(found, x, may_go_deeper=may_go_deeper)) is not None]
    return max(splits, key=lambda split: (split.end - split.first, -abs(split.x - (left + right) / 2)), default=None)


def _longest(found: Sequence[Line], x: float, *, may_go_deeper: bool) -> _Split | None:
    """Only the longest run without anything at `x` is looked at; one that is no prose is none."""
    first, best = 0, (0, 0)
    for at, line in enumerate([*found, None]):
        if line is None or _crosses(line, x):
            if at - first > best[1] - best[0]:
                best = (first, at)
            first = at + 1
    split = _Split(*best, x)
    between = found[split.first : split.end]
    return split if _is_prose(between, x, may_go_deeper=may_go_deeper) else None


def _crosses(line: Line, x: float) -> bool:
    room = _GUTTER * line.size / 2
    return any(word.left < x + room and word.right > x - room for word in line.words)


def _is_prose(between: Sequence[Line], x: float, *, may_go_deeper: bool) -> bool:
    """Of three columns, two are first taken for one."""
    words = [word for line in between for word in line.words]
    left = lines([word for word in words if word.right <= x])
    right = lines([word for word in words if word.left > x])
    if not _fills(left):
        return False
    return _fills(right) or (may_go_deeper and _split(right, may_go_deeper=False) is not None)


def _fills(side: Sequence[Line]) -> bool:
    if len(side) < _LEAST_LINES:
        return False
    start, end = min(line.left for line in side), max(line.right for line in side)
    full = sum(line.right - line.left >= _FULL * (end - start) for line in side)
    return full >= _FULL_LINES * len(side) and median(len(line.text) for line in side) >= _LETTERS
