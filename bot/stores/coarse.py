"""A first look at every vector of a large segment, at a byte a number: which rows may be among the nearest at all?

It decides nothing. What it lets through is looked at in full, and it lets through all that its own error may hide.
"""

from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

import numkong
import numpy as np
from numpy.typing import NDArray

from bot.core.ports import Vector

LARGE: Final = 8_192  # rows of a segment for which it is worth it
_CODES: Final = 127
_SLACK: Final = 1.001  # for the roundings of the bound itself

Codes = NDArray[np.int8]


class Coded(NamedTuple):
    """Of each row: its codes, how much one of them is worth, and how long what they leave out is."""

    codes: Codes
    steps: Vector
    rests: Vector


def coded(vectors: Iterable[Vector]) -> Iterator[Coded]:
    """Of vectors in portions. A vector that is not a number is coded as nought."""
    for some in vectors:
        rows = np.where(np.isfinite(some).all(axis=1, keepdims=True), some, np.float32(0))
        steps = np.abs(rows).max(axis=1, initial=0) / np.float32(_CODES)
        codes = np.rint(rows / np.where(steps > 0, steps, np.float32(1))[:, None])
        yield Coded(codes.astype(np.int8), steps, np.linalg.norm(rows - codes * steps[:, None], axis=1))


def nothing(dimensions: int) -> Coded:
    none = np.empty(0, dtype=np.float32)
    return Coded(np.empty((0, dimensions), dtype=np.int8), none, none)


def looked_at(vector: Vector, of: Coded, largest_norm: float) -> tuple[Vector, Vector]:
    """About the product of each row with this vector, and by how much that may be wrong."""
    step = float(np.abs(vector).max(initial=0.0)) / _CODES
    numbers = np.rint(vector / (step or 1.0)).astype(np.int8)
    products = np.asarray(numkong.cdist(of.codes, numbers[None], "dot"))  # whole numbers: the same on every processor
    about = products.reshape(-1).astype(np.float32)
    about *= of.steps * np.float32(step)
    norm, wrong_asked = (float(np.linalg.norm(each)) for each in (vector, vector - numbers * step))
    wrong = of.rests * np.float32((norm + wrong_asked) * _SLACK) + np.float32(wrong_asked * largest_norm * _SLACK)
    return about, wrong
