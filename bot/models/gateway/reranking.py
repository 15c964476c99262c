"""A model's judgement of texts: one number for each, by how well it answers a question."""

from collections.abc import Sequence

from pydantic import Field, ValidationError

from bot.models.gateway.door import Door, Limits, Wire
from bot.models.gateway.faults import AskOtherwise, Kind, NoReply

SETTING = "FOOTNOTE_RERANKER"


class RerankingModel:
    """One model that reranks."""

    def __init__(self, model: str, limits: Limits) -> None:
        self._door, self._limits = Door(model, setting=SETTING), limits

    @property
    def model(self) -> str:
        return self._door.model

    def settings_of(self, fault: NoReply) -> tuple[str, ...]:
        return self._door.settings_of(fault)

    def scores(self, question: str, texts: Sequence[str]) -> tuple[float, ...]:
        """In the order of the texts."""
        until = self._limits.until()
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
