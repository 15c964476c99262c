"""A model's vectors: one for each text, in the order of the texts, whatever the order in which they come."""

from collections.abc import Sequence
from typing import Annotated

import numpy as np
from pydantic import Field, ValidationError

from bot.core.ports import Vector
from bot.models.gateway.door import Door, Limits, Wire
from bot.models.gateway.faults import AskOtherwise, Kind, NoReply

SETTING = "FOOTNOTE_EMBEDDER"
_MOST_DIMENSIONS = 16_384
_SHORTEST = 1e-6  # below that, a vector points nowhere


class EmbeddingModel:
    """One model that embeds."""

    def __init__(self, model: str) -> None:
        self._door = Door(model, setting=SETTING)

    @property
    def model(self) -> str:
        return self._door.model

    def settings_of(self, fault: NoReply) -> tuple[str, ...]:
        return self._door.settings_of(fault)

    def embed(self, texts: Sequence[str], until: float, limits: Limits) -> Vector:
        """One row of unit length for each text, all equally long."""
        return self._door.patiently(lambda: self._once(texts, until), until, limits)

    def _once(self, texts: Sequence[str], until: float) -> Vector:
        return _rows(self._door.call("embedding", until, input=list(texts), encoding_format="float"), len(texts))


class _Embedding(Wire):
    index: int
    embedding: Annotated[list[float], Field(min_length=1, max_length=_MOST_DIMENSIONS)]


class _Embedded(Wire):
    data: list[_Embedding]


def _rows(said: object, count: int) -> Vector:
    try:
        data = sorted(_Embedded.model_validate(said).data, key=lambda one: one.index)
    except ValidationError:
        raise AskOtherwise(Kind.MALFORMED) from None
    if [one.index for one in data] != list(range(count)) or len({len(one.embedding) for one in data}) != 1:
        raise AskOtherwise(Kind.MALFORMED)
    return _of_unit_length(np.array([one.embedding for one in data], dtype=np.float64))


def _of_unit_length(rows: np.ndarray) -> Vector:
    """In double precision, and each row by itself: its last bits are not its neighbours' business."""
    with np.errstate(over="ignore"):  # what is too long to be measured is refused below
        lengths = np.array([np.linalg.norm(row) for row in rows])
    if not np.isfinite(lengths).all() or (lengths < _SHORTEST).any():
        raise AskOtherwise(Kind.MALFORMED)
    unit: Vector = (rows / lengths[:, None]).astype(np.float32)
    return unit
