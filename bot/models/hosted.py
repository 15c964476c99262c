"""What does a text mean, as a vector, by a model that somebody else runs? Any that LiteLLM knows.

A text's vector is asked for by its own words alone, without those that it is not to see; which texts share a request is never seen in it. What a server
sends that is no vector is refused, and never mended: it would be searched for years.
"""

from collections.abc import Sequence
from functools import partial

import numpy as np

from bot.core.errors import Unembedded
from bot.core.portions import portions
from bot.core.ports import NOBODYS, Cost, Errand, Purse, Vector
from bot.models.gateway.door import Limits
from bot.models.gateway.embedding import Embedded, EmbeddingModel
from bot.models.gateway.faults import AskOtherwise, Kind, NoReply
from bot.models.paid import UNCOUNTED, check_there, microdollars, paid, tokens_of
from policies.redaction.kinds import InForce, Redaction
from policies.redaction.view import masked

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

    def __init__(
        self,
        model: EmbeddingModel,
        dimensions: int,
        limits: Limits = OF_A_SYNC,
        redaction: InForce = Redaction,
        *,
        purse: Purse = UNCOUNTED,
    ) -> None:
        self._model, self._dimensions, self._limits = model, dimensions, limits
        self._redaction, self._purse = redaction, purse

    @property
    def name(self) -> str:
        return f"{self._model.model}@{self._dimensions}"

    @property
    def dimensions(self) -> int:
        return self._dimensions

    def within(self, patience_s: float, *, purse: Purse = UNCOUNTED) -> "Hosted":
        """The same, for somebody who waits, and has so much to spend."""
        limits = Limits(patience_s=patience_s, pause_s=0.2, rest_s=REST_S)
        return Hosted(self._model, self._dimensions, limits, self._redaction, purse=purse)

    def embed(self, texts: Sequence[str], *, errand: Errand = NOBODYS) -> Vector:
        none = np.empty((0, self._dimensions), dtype=np.float32)
        rules = self._redaction()
        readable = [_readable(masked(text, rules, "model")) for text in texts]
        return np.concatenate([none, *(self._asked(some, errand) for some in portions(readable, AT_ONCE))])

    def _asked(self, texts: Sequence[str], errand: Errand) -> Vector:
        try:
            return self._some(texts, errand._replace(until=min(errand.until, self._limits.until())))
        except NoReply as fault:
            raise unembedded(self._model, fault) from None

    def _some(self, texts: Sequence[str], errand: Errand) -> Vector:
        """What is refused together may be taken one by one, and what is refused whole may be taken cut."""
        try:
            rows = self._paid(texts, errand).rows
        except AskOtherwise as refused:
            if refused.kind not in _TOO_MUCH or (len(texts) == 1 and len(texts[0]) <= LEAST_CHARACTERS):
                raise
            if len(texts) == 1:
                return self._some([texts[0][: len(texts[0]) // 2]], errand)
            half = len(texts) // 2
            return np.concatenate([self._some(some, errand) for some in (texts[:half], texts[half:])])
        if rows.shape[1] != self._dimensions:
            raise AskOtherwise(Kind.MALFORMED)
        return rows

    def _paid(self, texts: Sequence[str], errand: Errand) -> Embedded:
        check_there(self._model.rests(self._limits), errand.until)
        send = partial(self._model.embed, texts, errand.until, self._limits)
        return paid(self._purse, errand.whose, self._cost(tokens_of(texts)), send, came_to=self._came_to)

    def _came_to(self, said: Embedded) -> Cost | None:
        return self._cost(said.tokens) if said.tokens is not None else None

    def _cost(self, tokens: int) -> Cost:
        price = self._model.price
        return Cost(tokens, microdollars(price.of(tokens) if price is not None else None))


def dimensions_of(model: EmbeddingModel, limits: Limits) -> int:
    """Asked once: how long this model's vectors are."""
    try:
        return int(model.embed(["How long is a vector?"], limits.until(), limits).rows.shape[1])
    except NoReply as fault:
        raise unembedded(model, fault) from None


def unembedded(model: EmbeddingModel, fault: NoReply) -> Unembedded:
    return Unembedded(model.model, fault.kind.value, model.settings_of(fault))


def _readable(text: str) -> str:
    """Servers refuse nothing at all, and half an emoji is no text."""
    cut = text[:MOST_CHARACTERS].encode("utf-8", errors="replace").decode()
    return cut if cut.strip() else "."
