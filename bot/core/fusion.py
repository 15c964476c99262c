"""One order from what both retrievers found, for each wording of the question, and from what a reranker made of the best.
Pure, and of what it is given alone: the same `Considered`, read back from a receipt, gives the same order again.

(1) A passage is worth its share of the best keyword score and its cosine: the first has no scale of its own, the second
has one. (2) To that comes a little of what the rest of its document is worth, above the middle of all that was found: one
page that speaks of it throughout is a better find than one that mentions it, and a long page gains nothing by its length.
(3) Then two small factors: how recently its document was changed, and how much its source is trusted.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from statistics import median

from bot.core.nouns import PassageId, source_of
from policies.evidence import Worth
from policies.people import Noun
from policies.rules import Factors, Ranking

_DECIMALS = 6
_DAY_S = 86_400

Scores = Mapping[int, float]


class Looked(Noun):
    """What both retrievers found for one wording, best first, and how much that wording counts. Passages and documents
    are named by their place in `Considered`.
    """

    weight: float
    keywords: tuple[tuple[int, float], ...]
    vectors: tuple[tuple[int, float], ...]


class Considered(Noun):
    """Everything an order is made of. `passages`, each with its document's place, are in the order in which ties are
    broken; `documents` have the moment of their last change.
    """

    documents: tuple[tuple[str, datetime | None], ...] = ()
    passages: tuple[tuple[PassageId, int], ...] = ()
    looks: tuple[Looked, ...] = ()
    reranked: tuple[tuple[int, float], ...] = ()

    @property
    def scores(self) -> Mapping[PassageId, float]:
        """A reranker's, of those that it has seen."""
        return {self.passages[at][0]: score for at, score in self.reranked}

    def with_reranked(self, scores: Mapping[PassageId, float]) -> "Considered":
        places = {id_: at for at, (id_, _) in enumerate(self.passages) if id_ in scores}
        return self.model_copy(update={"reranked": tuple((places[id_], score) for id_, score in scores.items())})


def ordered(
    considered: Considered, ranking: Ranking, factors: Factors, now: datetime
) -> tuple[tuple[PassageId, Worth], ...]:
    """Best first: those that a reranker has seen in its order, where that makes a difference, before all others."""
    by_worth = fused(considered, ranking, factors, now)
    scores = considered.scores
    seen = sorted((one for one in by_worth if one[0] in scores), key=lambda one: -scores[one[0]])
    return (*seen, *(one for one in by_worth if one[0] not in scores))


def fused(
    considered: Considered, ranking: Ranking, factors: Factors, now: datetime
) -> tuple[tuple[PassageId, Worth], ...]:
    """Best first."""
    of_document = [
        (_recency(updated, factors, now), factors.authority.get(source_of(name), 1.0))
        for name, updated in considered.documents
    ]
    weighed = {
        at: _weighed(own, rest, *of_document[_of(at, considered)])
        for at, (own, rest) in _with_documents(_own(considered.looks, ranking), considered, ranking)
    }
    order = sorted(weighed, key=lambda at: (-weighed[at].score, at))
    return tuple((considered.passages[at][0], weighed[at]) for at in order)


def _of(at: int, considered: Considered) -> int:
    return considered.passages[at][1]


def _own(looks: Sequence[Looked], ranking: Ranking) -> dict[int, float]:
    found = sorted({at for look in looks for scores in (look.keywords, look.vectors) for at, _ in scores})
    own = dict.fromkeys(found, 0.0)
    for look in looks:
        keywords, vectors = dict(look.keywords), dict(look.vectors)
        best = max(keywords.values(), default=0.0)
        # A passage that the vectors did not bring up is farther than the last that they did; how far is not known.
        floor = ranking.not_near * min(vectors.values(), default=0.0)
        for at in found:
            words = keywords.get(at, 0.0) / best if best > 0 else 0.0
            meaning = max(0.0, vectors.get(at, floor))
            own[at] += look.weight * (ranking.keywords * words + (1 - ranking.keywords) * meaning)
    return own


def _with_documents(own: Scores, considered: Considered, ranking: Ranking) -> Sequence[tuple[int, tuple[float, float]]]:
    """Of each passage what it is worth by itself, and by the rest of its document."""
    if not own:
        return ()
    middle = median(own.values())
    above: dict[int, list[tuple[float, int]]] = {}
    for at, score in own.items():
        above.setdefault(_of(at, considered), []).append((max(0.0, score - middle), at))
    together = []
    for members in above.values():
        members.sort(key=lambda member: (-member[0], member[1]))
        for _, at in members:
            others = [worth for worth, other in members if other != at]
            together.append((at, (own[at], ranking.document * _decayed(others, ranking.document_decay))))
    return together


def _decayed(worths: Collection[float], decay: float) -> float:
    return sum(worth * decay**place for place, worth in enumerate(worths))


def _weighed(own: float, rest: float, recency: float, authority: float) -> Worth:
    score = round((own + rest) * recency * authority, _DECIMALS)
    return Worth(round(own, _DECIMALS), round(rest, _DECIMALS), recency, authority, score)


def _recency(updated: datetime | None, factors: Factors, now: datetime) -> float:
    """What was changed today gains the whole of it, after each half-life half as much; what has no date, nothing."""
    if updated is None or not factors.recency:
        return 1.0
    age_days = max(0.0, (now - updated).total_seconds() / _DAY_S)
    return float(round(1 + factors.recency * 0.5 ** (age_days / factors.recency_half_life_days), _DECIMALS))
