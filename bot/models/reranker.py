"""Which passages answer best, by a model that somebody else runs? It is sent the question and what is to be compared."""

from collections.abc import Sequence

import structlog

from bot.core.errors import Unranked
from bot.models.gateway.faults import Kind, NoReply
from bot.models.gateway.reranking import RerankingModel

MOST_CHARACTERS = 4_000  # of a text; a passage has some 2,000

log = structlog.get_logger()


class HostedReranker:
    """The port `Reranker` on a model behind LiteLLM."""

    def __init__(self, model: RerankingModel) -> None:
        self._model = model
        self._said: set[Kind] = set()

    @property
    def name(self) -> str:
        return self._model.model

    def rerank(self, question: str, texts: Sequence[str]) -> Sequence[float]:
        try:
            return self._model.scores(_readable(question), [_readable(text) for text in texts])
        except NoReply as fault:
            self._say_once(fault)
            raise Unranked(fault.kind.value) from None

    def _say_once(self, fault: NoReply) -> None:
        """An operator reads it; it says the kind of error, and which settings to look at."""
        if fault.kind in self._said:
            return
        self._said.add(fault.kind)
        look_at = self._model.settings_of(fault)
        log.warning(
            "the reranker gave no order, so the one without it holds; this is said once",
            model=self.name,
            because=fault.kind.value,
            **({"look_at": " and ".join(look_at)} if look_at else {}),
        )


def _readable(text: str) -> str:
    return text[:MOST_CHARACTERS].encode("utf-8", errors="replace").decode()
