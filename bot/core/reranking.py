"""In which order does a model that compares the question with each passage put the best of what was found?

It is shown passages that the audience may read, and nothing else. Whatever goes wrong with it, the order stays as it was.
"""

import math
from collections.abc import Mapping
from typing import NamedTuple

from bot.core.errors import Unranked
from bot.core.nouns import PassageId, Reordering
from bot.core.ports import NOBODYS, Errand, Reranker, Stored

_DECIMALS = 6
_MALFORMED = "malformed"
_NOT_ALLOWED = "not_allowed"


class Reordered(NamedTuple):
    """`scores` are of all that it was shown, or there are none. `told` is for the receipt; None: nobody was asked."""

    scores: Mapping[PassageId, float] = {}
    told: Reordering | None = None


def reordered(
    question: str, first: Mapping[PassageId, Stored], reranker: Reranker, errand: Errand = NOBODYS
) -> Reordered:
    """`first` are the best so far."""
    if len(first) < 2:  # noqa: PLR2004 - one is in order
        return Reordered()
    texts = [_shown(one) for one in first.values()]
    sent = reranker.sending(question, texts, {one.passage.source for one in first.values()})
    if sent is None:
        return Reordered(told=Reordering(by=reranker.name, passages=len(first), because=_NOT_ALLOWED))
    told = Reordering(by=reranker.name, passages=len(first), sent=sent)
    try:
        scores = reranker.rerank(question, texts, errand=errand)
    except Unranked as why:
        return Reordered(told=told.model_copy(update={"because": why.because, "sent": sent if why.is_sent else None}))
    if len(scores) != len(first) or not all(map(math.isfinite, scores)):
        return Reordered(told=told.model_copy(update={"because": _MALFORMED}))
    scored = {id_: round(score, _DECIMALS) for id_, score in zip(first, scores, strict=True)}
    return Reordered(scored, told)


def _shown(stored: Stored) -> str:
    """Where it stands and what it says, as it stands in the vector space too."""
    path = " › ".join(stored.passage.heading_path)
    return f"{path}\n{stored.passage.text}" if path else stored.passage.text
