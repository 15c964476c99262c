"""One order from what both retrievers found, for each wording of the question. Pure, and of what it is given alone.

(1) A passage is worth its share of the best keyword score and its cosine: the first has no scale of its own, the second
has one. (2) To that comes a little of what the rest of its document is worth, above the middle of all that was found: one
page that speaks of it throughout is a better find than one that mentions it, and a long page gains nothing by its length.
"""

from collections.abc import Collection, Mapping, Sequence
from statistics import median
from typing import NamedTuple

from bot.core.nouns import PassageId
from policies.rules import Ranking

_DECIMALS = 6

Scores = Mapping[PassageId, float]


class Looked(NamedTuple):
    """What the retrievers found for one wording, and how much that wording counts."""

    weight: float
    keywords: Scores
    vectors: Scores


def fused(looks: Sequence[Looked], documents: Mapping[PassageId, str], ranking: Ranking) -> Mapping[PassageId, float]:
    own = _own(looks, ranking)
    return _with_documents(own, documents, ranking)


def _own(looks: Sequence[Looked], ranking: Ranking) -> dict[PassageId, float]:
    found = sorted({id_ for look in looks for scores in (look.keywords, look.vectors) for id_ in scores})
    own = dict.fromkeys(found, 0.0)
    for look in looks:
        best = max(look.keywords.values(), default=0.0)
        # A passage that the vectors did not bring up is farther than the last that they did; how far is not known.
        floor = ranking.not_near * min(look.vectors.values(), default=0.0)
        for id_ in found:
            words = look.keywords.get(id_, 0.0) / best if best > 0 else 0.0
            meaning = max(0.0, look.vectors.get(id_, floor))
            own[id_] += look.weight * (ranking.keywords * words + (1 - ranking.keywords) * meaning)
    return own


def _with_documents(
    own: Mapping[PassageId, float], documents: Mapping[PassageId, str], ranking: Ranking
) -> Mapping[PassageId, float]:
    if not own:
        return {}
    middle = median(own.values())
    above: dict[str, list[tuple[float, PassageId]]] = {}
    for id_, score in own.items():
        above.setdefault(documents[id_], []).append((max(0.0, score - middle), id_))
    together = {}
    for members in above.values():
        members.sort(reverse=True)
        for _, id_ in members:
            others = [worth for worth, other in members if other != id_]
            together[id_] = round(own[id_] + ranking.document * _decayed(others, ranking.document_decay), _DECIMALS)
    return together


def _decayed(worths: Collection[float], decay: float) -> float:
    return sum(worth * decay**place for place, worth in enumerate(worths))
