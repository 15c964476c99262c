"""The cosine of a question with every visible passage, exact: a fast product picks candidates, and an arithmetic that
never depends on how many rows there are gives the scores, so that a hidden row cannot move the last digit of a visible
one.
"""

import numpy as np
from numpy.typing import NDArray

from bot.core.ports import Vector
from bot.stores.coarse import looked_at
from bot.stores.segments import Rows
from bot.stores.visible import Visible

_ROUGHLY = 1e-4  # more than twice what the fast product can be wrong by, for unit vectors: no candidate is passed over
_MUCH = 3  # where more than one row in so many is visible, a first look at all of them costs less than the product
_GAP = 24  # rows that are looked through in vain cost less than beginning again behind them


def nearest(vector: Vector, visible: Visible, k: int) -> tuple[Rows, NDArray[np.float64]]:
    """At least the k best of the visible rows that have a vector, and all that may tie with them; with their scores."""
    segment = visible.segment
    error = _ROUGHLY * max(1.0, segment.largest_norm * float(np.linalg.norm(vector)))
    if len(segment.codes) and visible.count * _MUCH > segment.rows:
        rows = _glanced(vector, visible, k, error)
    else:
        rows = _scanned(vector, visible, k, error)
    exact = segment.vectors[rows].astype(np.float64) * vector.astype(np.float64)
    return rows, exact.sum(axis=1)


def _glanced(vector: Vector, visible: Visible, k: int, error: float) -> Rows:
    """A first look at all rows of the segment, hidden ones too, and the fast product of what it cannot rule out."""
    segment = visible.segment
    about, wrong = looked_at(vector, segment.coded, segment.largest_norm)
    rows = np.flatnonzero(visible.mask & segment.has_vector)
    about, wrong = about[rows], wrong[rows]
    rows = rows[_among_best(about - wrong, k, error, about + wrong)]
    rough = segment.vectors[rows] @ vector
    return rows[_among_best(rough, k, error, rough)]


def _scanned(vector: Vector, visible: Visible, k: int, error: float) -> Rows:
    starts, rough, seen = _rough(vector, visible)
    np.putmask(rough, ~seen, -np.inf)
    seen &= _among_best(rough, k, error, rough)
    return _row_numbers(np.flatnonzero(seen), *starts)


def _among_best(at_least: Vector, k: int, error: float, at_most: Vector) -> NDArray[np.bool_]:
    """Which may be among the k best, if each is worth so much at least and so much at most, give or take the error."""
    if not len(at_least) > k > 0:
        return np.ones(len(at_least), dtype=np.bool_)
    return np.asarray(at_most >= np.partition(at_least, -k)[-k] - error)


def _rough(vector: Vector, visible: Visible) -> tuple[tuple[Rows, Rows], Vector, NDArray[np.bool_]]:
    """The fast product over slices, near ones joined; which of its rows count; and where each slice begins in it."""
    segment, (starts, ends) = visible.segment, _bridged(visible)
    offsets = np.concatenate([[0], np.cumsum(ends - starts)])
    rough = np.empty(int(offsets[-1]), dtype=np.float32)
    seen = np.empty(len(rough), dtype=np.bool_)
    for start, end, at in zip(starts.tolist(), ends.tolist(), offsets.tolist(), strict=False):
        np.matmul(segment.vectors[start:end], vector, out=rough[at : at + end - start])
        np.logical_and(visible.mask[start:end], segment.has_vector[start:end], out=seen[at : at + end - start])
    return (starts, offsets), rough, seen


def _bridged(visible: Visible) -> tuple[Rows, Rows]:
    if not len(visible.starts):
        return visible.starts, visible.ends
    far = visible.starts[1:] - visible.ends[:-1] > _GAP
    return visible.starts[np.append(True, far)], visible.ends[np.append(far, True)]


def _row_numbers(at: Rows, starts: Rows, offsets: Rows) -> Rows:
    if not len(starts):
        return at
    slice_ = np.searchsorted(offsets, at, side="right") - 1
    return at - offsets[slice_] + starts[slice_]
