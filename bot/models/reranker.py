"""Which passages answer best, by a model that somebody else runs? It is sent the question and what is to be compared."""

from collections.abc import Collection, Sequence
from functools import partial

import structlog

from bot.core.errors import Unranked
from bot.core.nouns import Sent
from bot.core.ports import NOBODYS, Cost, Errand, Purse, Watch
from bot.models.classes import Matter, sending
from bot.models.gateway.faults import Kind, NoReply, NotAsked
from bot.models.gateway.reranking import RerankingModel
from bot.models.paid import UNCOUNTED, UNWATCHED, check_there, microdollars, paid, tokens_of
from policies.disclosure import Disclosure
from policies.evidence import Evidence
from policies.redaction.kinds import InForce, Redaction
from policies.redaction.view import View

MOST_CHARACTERS = 4_000  # of a text; a passage has some 2,000

log = structlog.get_logger()


class HostedReranker:
    """The port `Reranker` on a model behind LiteLLM."""

    def __init__(
        self,
        model: RerankingModel,
        disclosure: Disclosure,
        purse: Purse = UNCOUNTED,
        redaction: InForce = Redaction,
        watch: Watch = UNWATCHED,
    ) -> None:
        self._model, self._disclosure, self._purse, self._redaction = model, disclosure, purse, redaction
        self._watch = watch
        self._said: set[Kind] = set()

    @property
    def name(self) -> str:
        return self._model.model

    def sending(self, question: str, texts: Sequence[str], sources: Collection[str]) -> Sent | None:
        view = self._view(question, texts)
        return sending(self._disclosure, self.name, Matter(len(texts), frozenset(sources), view.removed))

    def rerank(self, question: str, texts: Sequence[str], *, errand: Errand = NOBODYS) -> Sequence[float]:
        view = self._view(question, texts)
        asked, shown = _readable(view.question), [_readable(text) for text in view.beside]
        try:
            if self._watch.is_paused(self.name):
                raise NotAsked(Kind.PAUSED)
            check_there(self._model.rests, errand.until)
            send = partial(self._model.scores, asked, shown, until=errand.until)
            scores = paid(self._purse, errand.whose, self._estimated(asked, shown), send)
        except NoReply as fault:
            self._say_once(fault)
            if not isinstance(fault, NotAsked):
                self._watch.heard(self.name, fault.kind.value)
            raise Unranked(fault.kind.value, is_sent=not isinstance(fault, NotAsked)) from None
        self._watch.heard(self.name, None)
        return scores

    def _estimated(self, question: str, texts: Sequence[str]) -> Cost:
        """It reads the question with each of them. Few servers say what that was, so this is what it costs."""
        tokens, price = tokens_of([*texts, *([question] * len(texts))]), self._model.price
        return Cost(tokens, microdollars(price.of(tokens) if price is not None else None))

    def _view(self, question: str, texts: Sequence[str]) -> View:
        return View(Evidence(), self._redaction(), "model", question=question, beside=texts)

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
