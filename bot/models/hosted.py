"""What does a text mean, as a vector, by a model that somebody else runs? Any that LiteLLM knows.

A text's vector is asked for by its own words alone; which texts share a request is never seen in it. What a server
sends that is no vector is refused, and never mended: it would be searched for years.
"""

from collections.abc import Sequence

import numpy as np

from bot.core.errors import Unembedded
from bot.core.portions import portions
from bot.core.ports import Vector
from bot.models.gateway.door import Limits
from bot.models.gateway.embedding import EmbeddingModel
from bot.models.gateway.faults import AskOtherwise, Kind, NoReply

MOST_CHARACTERS = 8_000  # of a text; a passage has some 2,000. Models that take fewer get half, and half of that
LEAST_CHARACTERS = 500  # what a model does not take at this length it does not take
AT_ONCE = 32  # texts in one request; servers that take fewer get half, and half of that
_TOO_MUCH = frozenset({Kind.TOO_LONG, Kind.NOT_ACCEPTED})
REST_S = 5  # seconds for which no question asks a server that has just not answered one
OF_A_SYNC = Limits(patience_s=60, pause_s=1, attempts=6)  # for each request


class Hosted:
    """The port `Embedder` on a model behind LiteLLM. Its name is the model's, with the length of its vectors: a model
    that comes back with longer ones is another.
    """

    def __init__(self, model: EmbeddingModel, dimensions: int, limits: Limits = OF_A_SYNC) -> None:
        self._model, self._dimensions, self._limits = model, dimensions, limits

    @property
    def name(self) -> str:
        return f"{self._model.model}@{self._dimensions}"

    @property
    def dimensions(self) -> int:
        return self._dimensions

    def within(self, patience_s: float) -> "Hosted":
        """The same, for somebody who waits."""
        return Hosted(self._model, self._dimensions, Limits(patience_s=patience_s, pause_s=0.2, rest_s=REST_S))

    def embed(self, texts: Sequence[str]) -> Vector:
        none = np.empty((0, self._dimensions), dtype=np.float32)
        readable = [_readable(text) for text in texts]
        return np.concatenate([none, *(self._asked(some) for some in portions(readable, AT_ONCE))])

    def _asked(self, texts: Sequence[str]) -> Vector:
        try:
            return self._some(texts, self._limits.until())
        except NoReply as fault:
            raise unembedded(self._model, fault) from None

    def _some(self, texts: Sequence[str], until: float) -> Vector:
        """What is refused together may be taken one by one, and what is refused whole may be taken cut."""
        try:
            rows = self._model.embed(texts, until, self._limits)
        except AskOtherwise as refused:
            if refused.kind not in _TOO_MUCH or (len(texts) == 1 and len(texts[0]) <= LEAST_CHARACTERS):
                raise
            if len(texts) == 1:
                return self._some([texts[0][: len(texts[0]) // 2]], until)
            half = len(texts) // 2
            return np.concatenate([self._some(some, until) for some in (texts[:half], texts[half:])])
        if rows.shape[1] != self._dimensions:
            raise AskOtherwise(Kind.MALFORMED)
        return rows


def dimensions_of(model: EmbeddingModel, limits: Limits) -> int:
    """Asked once: how long this model's vectors are."""
    try:
        return int(model.embed(["How long is a vector?"], limits.until(), limits).shape[1])
    except NoReply as fault:
        raise unembedded(model, fault) from None


def unembedded(model: EmbeddingModel, fault: NoReply) -> Unembedded:
    return Unembedded(model.model, fault.kind.value, model.settings_of(fault))


def _readable(text: str) -> str:
    """Servers refuse nothing at all, and half an emoji is no text."""
    cut = text[:MOST_CHARACTERS].encode("utf-8", errors="replace").decode()
    return cut if cut.strip() else "."
