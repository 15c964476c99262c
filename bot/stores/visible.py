"""What of a segment exists for one search: slices of its rows, and which rows in them are alive and within the scope."""

import threading
from collections.abc import Collection
from dataclasses import dataclass, replace
from functools import cached_property
from typing import NamedTuple, Self

import numpy as np
from cachetools import LRUCache
from numpy.typing import NDArray

from bot.core.ports import Scope
from bot.stores.segments import Mask, Rows, Segment

_SCOPES = 8  # that a part remembers: both retrievers, and the next questions, have the same
_WORTH_SLICING = 200  # postings a slice of them costs as much as being looked through


class File(NamedTuple):
    name: str
    digest: str


class Part:
    """A segment, and which of its rows are still true. `file`: where it lies; without one it is in memory.

    Nothing of it changes but what it remembers: what was visible within the scopes that were asked for last.
    """

    def __init__(self, segment: Segment, alive: Mask, file: File | None = None) -> None:
        self.segment, self.alive, self.file = segment, alive, file
        self._remembering = threading.Lock()
        self._seen: LRUCache[Scope, Visible] = LRUCache(_SCOPES)

    @classmethod
    def whole(cls, segment: Segment, file: File | None = None) -> Self:
        return cls(segment, np.ones(segment.rows, dtype=np.bool_), file)

    @cached_property
    def count(self) -> int:
        return int(np.count_nonzero(self.alive))

    def without(self, documents: Collection[str]) -> "Part":
        rows = self.segment.rows_of(documents)
        rows = rows[self.alive[rows]]
        if not len(rows):
            return self
        alive = self.alive.copy()
        alive[rows] = False
        part = Part(self.segment, alive, self.file)
        with self._remembering:
            part._seen.update((scope, seen.without(rows)) for scope, seen in self._seen.items())
        return part

    def visible(self, scope: Scope) -> "Visible":
        with self._remembering:
            seen = self._seen.get(scope)
        if seen is None:
            seen = Visible.within(self, scope)
            with self._remembering:
                self._seen[scope] = seen
        return seen


@dataclass(frozen=True, eq=False)
class Visible:
    """Rows of one segment. `starts` and `ends` are slices in order, none of which touch, that all of them are in."""

    segment: Segment
    starts: Rows
    ends: Rows
    mask: Mask
    count: int
    length: int

    @classmethod
    def within(cls, part: Part, scope: Scope) -> Self:
        segment, (starts, ends) = part.segment, part.segment.slices_of(scope.lists)
        edges = np.zeros(segment.rows + 1, dtype=np.int8)
        edges[starts] = 1
        edges[ends] = -1
        mask = np.cumsum(edges[:-1], dtype=np.int8).view(np.bool_) & part.alive
        mask[segment.rows_of(scope.without_documents)] = False
        if scope.documents is not None:
            named = np.zeros_like(mask)
            named[segment.rows_of(scope.documents)] = True
            mask &= named
        length = int(segment.length.sum(where=mask, dtype=np.int64))
        return cls(segment, starts, ends, mask, int(np.count_nonzero(mask)), length)

    def without(self, rows: Rows) -> "Visible":
        """As if it were made anew after these died, at the cost of a copy."""
        gone, mask = rows[self.mask[rows]], self.mask.copy()
        mask[gone] = False
        length = self.length - int(self.segment.length[gone].sum(dtype=np.int64))
        return replace(self, mask=mask, count=self.count - len(gone), length=length)

    @cached_property
    def whole(self) -> bool:
        return self.count == self.segment.rows

    def postings(self, term: int) -> tuple[NDArray[np.int32], NDArray[np.uint16]]:
        """Who of the visible has this term, in the order of the rows, and how often."""
        segment = self.segment
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
