"""BM25 over the visible passages alone: document frequency, count and length come from what the scope contains, so a
hidden passage changes neither a score nor an order.
"""

from collections.abc import Collection, Sequence

import numpy as np
from numpy.typing import NDArray

_K1, _B = 1.2, 0.75

Scores = NDArray[np.float64]
Mask = NDArray[np.bool_]


class Keywords:
    """The terms of all live passages as arrays, postings sorted by term."""

    def __init__(self, term_ids: Sequence[bytes], term_counts: Sequence[bytes]) -> None:
        sizes = np.array([len(ids) // 8 for ids in term_ids], dtype=np.int64)
        ids = np.frombuffer(b"".join(term_ids), dtype="<u8")
        counts = np.frombuffer(b"".join(term_counts), dtype="<u2")
        owners = np.repeat(np.arange(len(sizes), dtype=np.int32), sizes)
        order = np.argsort(ids, kind="stable")
        self._ids, self._counts, self._owners = ids[order], counts[order].astype(np.float64), owners[order]
        self._lengths = np.bincount(owners, weights=counts, minlength=len(sizes))

    def score(self, terms: Collection[int], visible: Mask) -> Scores:
        """A score for every passage, zero where it is hidden or has none of the terms. Summed in the terms' order."""
        scores = np.zeros(len(visible), dtype=np.float64)
        if not visible.any():
            return scores
        total, average = int(visible.sum()), self._lengths[visible].mean() or 1.0
        for term in sorted(terms):
            owners, counts = self._postings(term)
            seen = visible[owners]
            owners, counts = owners[seen], counts[seen]
            norm = _K1 * (1 - _B + _B * self._lengths[owners] / average)
            scores[owners] += _idf(total, len(owners)) * counts * (_K1 + 1) / (counts + norm)
        return scores

    def _postings(self, term: int) -> tuple[NDArray[np.int32], Scores]:
        first, last = np.searchsorted(self._ids, np.array([term, term + 1], dtype=np.uint64))
        return self._owners[first:last], self._counts[first:last]


def _idf(total: int, containing: int) -> float:
    return float(np.log1p((total - containing + 0.5) / (containing + 0.5)))
