"""Both retrievers over the passages of a fake, exact within the scope."""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from bot.core.nouns import PassageId
from bot.core.ports import Embedder, Hit, Index, Scope, Search, Stored, Vector
from tests.fakes.embedder import HashingEmbedder, tokens
from tests.fakes.passages import FakePassages


@dataclass
class FakeSearch(Search):
    """One moment: what is stored later is not found."""

    stored: dict[PassageId, Stored]
    embedder: Embedder = field(default_factory=HashingEmbedder)
    asked: list[tuple[str, Scope, int]] = field(default_factory=list)
    generation: int = 0

    def keywords(self, text: str, scope: Scope, k: int) -> tuple[Hit, ...]:
        """Each passage scores the share of the question's words that it has."""
        self.asked.append(("keywords", scope, k))
        wanted = set(tokens(text))
        hits = self._best(scope, len(self.stored), lambda one: len(wanted & set(tokens(one))) / max(1, len(wanted)))
        return tuple(hit for hit in hits if hit.score > 0)[:k]

    def vectors(self, vector: Vector, scope: Scope, k: int) -> tuple[Hit, ...]:
        self.asked.append(("vectors", scope, k))
        if not np.isfinite(vector).all():
            return ()
        return self._best(scope, k, lambda one: float(self.embedder.embed([one])[0] @ vector))

    def _best(self, scope: Scope, k: int, score: Callable[[str], float]) -> tuple[Hit, ...]:
        hits = [
            (round(score(one.passage.text), 6), one)
            for one in self.stored.values()
            if scope.has(one.list_id, one.passage.document)
        ]
        hits = sorted(
            hits, key=lambda hit: (-hit[0], hit[1].content_hash, hit[1].passage.document, hit[1].passage.ordinal)
        )
        return tuple(Hit(PassageId(one.passage.id), points) for points, one in hits[:k])


@dataclass
class FakeIndex(Index):
    passages: FakePassages

    def newest(self) -> Search:
        return FakeSearch(dict(self.passages.stored), generation=self.passages.generation)


@dataclass
class FixedSearch(Search):
    """Finds what it was told, in that order, whatever is asked and whatever the scope: a retriever that is wrong."""

    words: tuple[Hit, ...] = ()
    meaning: tuple[Hit, ...] = ()
    generation: int = 0
    asked: list[tuple[str, Scope, int]] = field(default_factory=list)

    def keywords(self, text: str, scope: Scope, k: int) -> tuple[Hit, ...]:  # noqa: ARG002
        self.asked.append(("keywords", scope, k))
        return self.words[:k]

    def vectors(self, vector: Vector, scope: Scope, k: int) -> tuple[Hit, ...]:  # noqa: ARG002
        self.asked.append(("vectors", scope, k))
        return self.meaning[:k]
