"""What of a segment exists for one search: slices of its rows, and which rows in them are alive and within the scope."""

from collections.abc import Collection
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from bot.core.ports import Scope
from bot.stores.segments import Mask, Rows, Segment

_WORTH_SLICING = 200  # postings a slice of them costs as much as being looked through


class File(NamedTuple):
    name: str
    digest: str


@dataclass(frozen=True, eq=False)
class Part:
    """A segment, and which of its rows are still true. `file`: where it lies; without one it is in memory."""

    segment: Segment
    alive: Mask
    file: File | None = None

    @classmethod
    def whole(cls, segment: Segment, file: File | None = None) -> Self:
        return cls(segment, np.ones(segment.rows, dtype=np.bool_), file)

    @cached_property
    def count(self) -> int:
        return int(np.count_nonzero(self.alive))

    def without(self, documents: Collection[str]) -> "Part":
        rows = self.segment.rows_of(documents)
        if not self.alive[rows].any():
            return self
        alive = self.alive.copy()
        alive[rows] = False
        return Part(self.segment, alive, self.file)

    def visible(self, scope: Scope) -> "Visible":
        left_out = self.segment.rows_of(scope.without_documents)
        only = self.segment.rows_of(scope.documents) if scope.documents is not None else None
        return Visible(self, *self.segment.slices_of(scope.lists), left_out, only)


class Visible:
    """Rows of one part. `starts` and `ends` are slices in order, none of which touch."""

    def __init__(self, part: Part, starts: Rows, ends: Rows, left_out: Rows, only: Rows | None = None) -> None:
        self.part, self.starts, self.ends = part, starts, ends
        edges = np.zeros(part.segment.rows + 1, dtype=np.int8)
        edges[starts] = 1
        edges[ends] = -1
        self.mask = np.cumsum(edges[:-1], dtype=np.int8).view(np.bool_) & part.alive
        self.mask[left_out] = False
        if only is not None:
            named = np.zeros_like(self.mask)
            named[only] = True
            self.mask &= named
        self.count = int(np.count_nonzero(self.mask))
        self.length = int(part.segment.length.sum(where=self.mask, dtype=np.int64))

    @cached_property
    def whole(self) -> bool:
        return self.count == self.part.segment.rows

    def postings(self, term: int) -> tuple[NDArray[np.int32], NDArray[np.uint16]]:
        """Who of the visible has this term, in the order of the rows, and how often."""
        segment = self.part.segment
        at = int(np.searchsorted(segment.terms, np.uint64(term)))
        if not self.count or at == len(segment.terms) or int(segment.terms[at]) != term:
            return segment.owner[:0], segment.count[:0]
        first, last = segment.postings[at : at + 2].tolist()
        owner, count = segment.owner[first:last], segment.count[first:last]
        if self.whole:
            return owner, count
        if len(self.starts) * _WORTH_SLICING < len(owner):
            owner, count = self._sliced(owner, count)
        seen = self.mask[owner]
        return np.compress(seen, owner), np.compress(seen, count)

    def _sliced(
        self, owner: NDArray[np.int32], count: NDArray[np.uint16]
    ) -> tuple[NDArray[np.int32], NDArray[np.uint16]]:
        firsts = np.searchsorted(owner, self.starts.astype(np.int32)).tolist()
        lasts = np.searchsorted(owner, self.ends.astype(np.int32)).tolist()
        if len(firsts) == 1:
            return owner[firsts[0] : lasts[0]], count[firsts[0] : lasts[0]]
        spans = [slice(*span) for span in zip(firsts, lasts, strict=True)]
        return np.concatenate([owner[span] for span in spans]), np.concatenate([count[span] for span in spans])
