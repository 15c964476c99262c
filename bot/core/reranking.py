"""In which order does a model that compares the question with each passage put the best of what was found?

It is shown passages that the audience may read, and nothing else. Whatever goes wrong with it, the order stays as it was.
"""

import math
from collections.abc import Mapping
from typing import NamedTuple

from bot.core.errors import Unranked
from bot.core.nouns import PassageId, Reordering
from bot.core.ports import Reranker, Stored

_DECIMALS = 6
_MALFORMED = "malformed"


class Reordered(NamedTuple):
    """`scores` are of all that it was shown, or there are none. `told` is for the receipt; None: nobody was asked."""

    scores: Mapping[PassageId, float] = {}
    told: Reordering | None = None


def reordered(question: str, first: Mapping[PassageId, Stored], reranker: Reranker) -> Reordered:
    """`first` are the best so far."""
    if len(first) < 2:  # noqa: PLR2004 - one is in order
        return Reordered()
    try:
        scores = reranker.rerank(question, [_shown(one) for one in first.values()])
    except Unranked as why:
        return Reordered(told=Reordering(by=reranker.name, passages=len(first), because=why.because))
    if len(scores) != len(first) or not all(map(math.isfinite, scores)):
        return Reordered(told=Reordering(by=reranker.name, passages=len(first), because=_MALFORMED))
    scored = {id_: round(score, _DECIMALS) for id_, score in zip(first, scores, strict=True)}
    return Reordered(scored, Reordering(by=reranker.name, passages=len(first)))


def _shown(stored: Stored) -> str:
    """Where it stands and what it says, as it stands in the vector space too."""
    path = " › ".join(stored.passage.heading_path)
    return f"{path}\n{stored.passage.text}" if path else stored.passage.text
