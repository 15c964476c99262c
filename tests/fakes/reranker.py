"""An order as scripted."""

from collections.abc import Callable, Collection, Sequence

from bot.core.errors import Unranked
from bot.core.nouns import Reordering, Sent
from bot.core.ports import NOBODYS, Errand, Reranker


def told(passages: int, because: str | None = None) -> Reordering:
    """What a receipt says of it, where everything is of source acme."""
    sent = Sent(model="scripted/reranker", passages=passages, sources=("acme",))
    return Reordering(by="scripted/reranker", passages=passages, because=because, sent=sent)


class ScriptedReranker(Reranker):
    """Scores each text by itself; `scores`, where they are given, whatever the texts; `because`: gives none, whether or not it was sent anything. `sees`: the
    sources that it may be sent.
    """

    def __init__(
        self,
        score: Callable[[str], float] = len,
        *,
        scores: Sequence[float] | None = None,
        because: str | None = None,
        is_sent: bool = True,
        sees: frozenset[str] | None = None,
    ) -> None:
        self._score, self._scores, self._sees = score, scores, sees
        self._because, self._is_sent = because, is_sent
        self.asked: list[tuple[str, tuple[str, ...]]] = []
        self.errands: list[Errand] = []

    @property
    def name(self) -> str:
        return "scripted/reranker"

    def sending(self, question: str, texts: Sequence[str], sources: Collection[str]) -> Sent | None:  # noqa: ARG002
        if self._sees is not None and not set(sources) <= self._sees:
            return None
        return Sent(model=self.name, passages=len(texts), sources=tuple(sorted(sources)))

    def rerank(self, question: str, texts: Sequence[str], *, errand: Errand = NOBODYS) -> Sequence[float]:
        self.errands.append(errand)
        self.asked.append((question, tuple(texts)))
        if self._because is not None:
            raise Unranked(self._because, is_sent=self._is_sent)
        return self._scores if self._scores is not None else [self._score(text) for text in texts]
