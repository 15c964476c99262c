"""One moment of everything searchable: both retrievers, exact within a scope, as if nothing else existed.

Immutable: several threads may search one moment while the next is being made.
"""

from collections import Counter
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from bot.core.ports import Hit, Scope, Vector
from bot.core.terms import spellings
from bot.stores.keywords import keyword_scores
from bot.stores.nearest import nearest
from bot.stores.passages import term_id
from bot.stores.segments import Rows, Segment
from bot.stores.visible import Part, Visible
from policies.languages import OTHERS, Language

_DECIMALS = 6
_ROUNDED = 1e-6  # further apart, two scores stay in their order when they are rounded

_ALONE = ("", "", 0)  # no tie is to be broken

Found = tuple[Rows, NDArray[np.float64]]


class Moment:
    def __init__(self, generation: int, parts: Sequence[Part]) -> None:
        self.generation, self.parts = generation, tuple(parts)

    def __len__(self) -> int:
        return sum(part.count for part in self.parts)

    def keywords(self, text: str, scope: Scope, k: int) -> tuple[Hit, ...]:
        visible = self._visible(scope)
        languages = tuple(language for language in OTHERS if _has(visible, language))
        words = [tuple(map(term_id, spelt)) for spelt in spellings(text, languages)]
        scores = keyword_scores(words, visible)
        found = [(np.flatnonzero(of_part > 0), of_part) for of_part in scores]
        return _best(visible, [(rows, of_part[rows]) for rows, of_part in found], k)

    def vectors(self, vector: Vector, scope: Scope, k: int) -> tuple[Hit, ...]:
        """A question that is not a number is like nothing."""
        vector = np.ascontiguousarray(vector, dtype=np.float32)
        visible = self._visible(scope) if np.isfinite(vector).all() else []
        visible = [part for part in visible if part.segment.vectors.shape[1] == len(vector)]
        return _best(visible, [nearest(vector, part, k) for part in visible], k)

    def _visible(self, scope: Scope) -> list[Visible]:
        return [seen for part in self.parts if (seen := part.visible(scope)).count]


def _has(visible: Sequence[Visible], language: Language) -> bool:
    marker = term_id(language.marker)
    return any(len(part.postings(marker)[0]) for part in visible)


def _best(visible: Sequence[Visible], found: Sequence[Found], k: int) -> tuple[Hit, ...]:
    """The first k of all parts; ties are broken by content, document and ordinal."""
    best = [
        (-score, row, at)
        for at, (part, (rows, scores)) in enumerate(zip(visible, found, strict=True))
        for row, score in _best_of(part.segment, rows, scores, k)
    ]
    times = Counter(score for score, _, _ in best)
    best.sort(key=lambda hit: (hit[0], visible[hit[2]].segment.tie_key(hit[1]) if times[hit[0]] > 1 else _ALONE))
    placed = [
        part.segment.placed(np.array([row for _, row, of in best[:k] if of == at], dtype=np.int64))
        for at, part in enumerate(visible)
    ]
    return tuple(Hit(passage, -score, place) for score, _, at in best[:k] for passage, place in [next(placed[at])])


def _best_of(segment: Segment, rows: Rows, scores: NDArray[np.float64], k: int) -> list[tuple[int, float]]:
    if len(rows) > k > 0:
        near = scores >= np.partition(scores, -k)[-k] - _ROUNDED
        rows, scores = rows[near], scores[near]
    rounded = np.round(scores, _DECIMALS)
    order = np.lexsort((segment.tie[rows], -rounded))[:k]
    return [(int(rows[at]), float(rounded[at])) for at in order]
