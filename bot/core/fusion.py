"""One order from what both retrievers found, for each wording of the question, and from what a reranker made of the best.
Pure, and of what it is given alone: the same `Considered`, read back from a receipt, gives the same order again.

(1) A passage is worth its share of the best keyword score and its cosine: the first has no scale of its own, the second
has one. (2) To that comes a little of what the rest of its document is worth, above the middle of all that was found: one
page that speaks of it throughout is a better find than one that mentions it, and a long page gains nothing by its length.
(3) Then two small factors: on how recent a day its document was changed, and how much its source is trusted.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from statistics import median

from bot.core.clock import day_of
from bot.core.nouns import PassageId, source_of
from policies.evidence import Worth
from policies.people import Noun
from policies.rules import Factors, Ranking

_DECIMALS = 6

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
    own, documents, passages = _own(considered.looks, ranking), considered.documents, considered.passages
    rest = _of_documents(own, considered, ranking)
    recency = {updated: _recency(updated, factors, now) for updated in {updated for _, updated in documents}}
    of_document = [(recency[updated], factors.authority.get(source_of(name), 1.0)) for name, updated in documents]
    weighed = {at: _weighed(score, rest.get(at, 0.0), *of_document[passages[at][1]]) for at, score in own.items()}
    order = sorted(weighed, key=lambda at: (-weighed[at].score, at))
    return tuple((passages[at][0], weighed[at]) for at in order)


def _own(looks: Sequence[Looked], ranking: Ranking) -> dict[int, float]:
    own = dict.fromkeys(
        sorted({at for look in looks for scores in (look.keywords, look.vectors) for at, _ in scores}), 0.0
    )
    by_words, by_meaning = ranking.keywords, 1 - ranking.keywords
    for look in looks:
        keywords, vectors = dict(look.keywords), dict(look.vectors)
        best = max(keywords.values(), default=0.0)
        # A passage that the vectors did not bring up is farther than the last that they did; how far is not known.
        floor = ranking.not_near * min(vectors.values(), default=0.0)
        for at in own:
            words = keywords.get(at, 0.0) / best if best > 0 else 0.0
            meaning = max(0.0, vectors.get(at, floor))
            own[at] += look.weight * (by_words * words + by_meaning * meaning)
    return own


def _of_documents(own: Scores, considered: Considered, ranking: Ranking) -> dict[int, float]:
    """What passages are worth by the rest of their documents; those that are not named, nothing."""
    middle = median(own.values()) if own else 0.0
    above: dict[int, list[tuple[float, int]]] = {}  # of a document, best first
    for at, score in own.items():
        if score > middle:
            above.setdefault(considered.passages[at][1], []).append((middle - score, at))
    for members in above.values():
        members.sort()
    others = ((at, above.get(considered.passages[at][1], ())) for at in own)
    return {
        at: ranking.document * _decayed([-less for less, other in members if other != at], ranking.document_decay)
        for at, members in others
        if members and (len(members) > 1 or members[0][1] != at)
    }


def _decayed(worths: Collection[float], decay: float) -> float:
    return sum(worth * decay**place for place, worth in enumerate(worths))


def _weighed(own: float, rest: float, recency: float, authority: float) -> Worth:
    score = round((own + rest) * recency * authority, _DECIMALS)
    return Worth(round(own, _DECIMALS), round(rest, _DECIMALS), recency, authority, score)


def _recency(updated: datetime | None, factors: Factors, now: datetime) -> float:
    """What was changed today gains the whole of it, after each half-life half as much; what has no date, nothing. Days are
    those of the calendar (UTC), so that on one day the same is found in the same order.
    """
    if updated is None or not factors.recency:
        return 1.0
    age_days = max(0, (day_of(now) - day_of(updated)).days)
    return float(round(1 + factors.recency * 0.5 ** (age_days / factors.recency_half_life_days), _DECIMALS))
