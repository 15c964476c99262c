"""A model's judgement of texts: one number for each, by how well it answers a question."""

import math
from collections.abc import Sequence

from pydantic import Field, ValidationError

from bot.models.gateway.door import ANY_TERMS, Door, Limits, Price, Wire
from bot.models.gateway.faults import AskOtherwise, Kind, NoReply
from policies.disclosure import Terms

SETTING = "FOOTNOTE_RERANKER"


class RerankingModel:
    """One model that reranks."""

    def __init__(self, model: str, limits: Limits, *, terms: Terms = ANY_TERMS) -> None:
        self._door, self._limits = Door(model, setting=SETTING, terms=terms), limits

    @property
    def model(self) -> str:
        return self._door.model

    def settings_of(self, fault: NoReply) -> tuple[str, ...]:
        return self._door.settings_of(fault)

    @property
    def price(self) -> Price | None:
        return self._door.price

    @property
    def rests(self) -> Kind | None:
        """Why it is not asked just now."""
        return self._door.rests(self._limits)

    def scores(self, question: str, texts: Sequence[str], *, until: float = math.inf) -> tuple[float, ...]:
        """In the order of the texts. Within its own patience, and no longer than until then."""
        until = min(until, self._limits.until())
        return self._door.patiently(lambda: self._once(question, texts, until), until, self._limits)

    def _once(self, question: str, texts: Sequence[str], until: float) -> tuple[float, ...]:
        said = self._door.call(
            "rerank", until, query=question, documents=list(texts), top_n=len(texts), return_documents=False
        )
        return _scores(said, len(texts))


class _Result(Wire):
    index: int
    relevance_score: float = Field(allow_inf_nan=False)


class _Reranked(Wire):
    results: list[_Result]


def _scores(said: object, count: int) -> tuple[float, ...]:
    """Each text exactly once."""
    try:
        results = sorted(_Reranked.model_validate(said).results, key=lambda one: one.index)
    except ValidationError:
        raise AskOtherwise(Kind.MALFORMED) from None
    if [one.index for one in results] != list(range(count)):
        raise AskOtherwise(Kind.MALFORMED)
    return tuple(one.relevance_score for one in results)
