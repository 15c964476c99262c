"""A model's vectors: one for each text, in the order of the texts, whatever the order in which they come."""

from collections.abc import Sequence
from typing import Annotated, NamedTuple

import numpy as np
from pydantic import Field, ValidationError

from bot.core.ports import Vector
from bot.models.gateway.door import ANY_TERMS, Door, Limits, Price, Wire
from bot.models.gateway.faults import AskOtherwise, Kind, NoReply
from policies.disclosure import Terms

SETTING = "FOOTNOTE_EMBEDDER"
_MOST_DIMENSIONS = 16_384
_SHORTEST = 1e-6  # below that, a vector points nowhere


class Embedded(NamedTuple):
    """`tokens`, as its server has counted them."""

    rows: Vector
    tokens: int | None


class EmbeddingModel:
    """One model that embeds."""

    def __init__(self, model: str, *, terms: Terms = ANY_TERMS) -> None:
        self._door = Door(model, setting=SETTING, terms=terms)

    @property
    def model(self) -> str:
        return self._door.model

    def settings_of(self, fault: NoReply) -> tuple[str, ...]:
        return self._door.settings_of(fault)

    @property
    def price(self) -> Price | None:
        return self._door.price

    def rests(self, limits: Limits) -> Kind | None:
        """Why it is not asked just now."""
        return self._door.rests(limits)

    def embed(self, texts: Sequence[str], until: float, limits: Limits) -> Embedded:
        """One row of unit length for each text, all equally long."""
        return self._door.patiently(lambda: self._once(texts, until), until, limits)

    def _once(self, texts: Sequence[str], until: float) -> Embedded:
        return _embedded(self._door.call("embedding", until, input=list(texts), encoding_format="float"), len(texts))


class _Embedding(Wire):
    index: int
    embedding: Annotated[list[float], Field(min_length=1, max_length=_MOST_DIMENSIONS)]


class _Usage(Wire):
    """A server that says nothing of it comes back as 0, or with nothing."""

    prompt_tokens: int | None = None


class _Answered(Wire):
    data: list[_Embedding]
    usage: _Usage | None = None


def _embedded(said: object, count: int) -> Embedded:
    try:
        answered = _Answered.model_validate(said)
    except ValidationError:
        raise AskOtherwise(Kind.MALFORMED) from None
    data = sorted(answered.data, key=lambda one: one.index)
    if [one.index for one in data] != list(range(count)) or len({len(one.embedding) for one in data}) != 1:
        raise AskOtherwise(Kind.MALFORMED)
    rows = _of_unit_length(np.array([one.embedding for one in data], dtype=np.float64))
    counted = answered.usage.prompt_tokens if answered.usage is not None else None
    return Embedded(rows, counted if counted is not None and counted > 0 else None)


def _of_unit_length(rows: np.ndarray) -> Vector:
    """In double precision, and each row by itself: its last bits are not its neighbours' business."""
    with np.errstate(over="ignore"):  # what is too long to be measured is refused below
        lengths = np.array([np.linalg.norm(row) for row in rows])
    if not np.isfinite(lengths).all() or (lengths < _SHORTEST).any():
        raise AskOtherwise(Kind.MALFORMED)
    unit: Vector = (rows / lengths[:, None]).astype(np.float32)
    return unit
