"""An order as scripted."""

from collections.abc import Callable, Sequence

from bot.core.errors import Unranked
from bot.core.ports import Reranker


class ScriptedReranker(Reranker):
    """Scores each text by itself; `scores`, where they are given, whatever the texts; `because`: gives none."""

    def __init__(
        self,
        score: Callable[[str], float] = len,
        *,
        scores: Sequence[float] | None = None,
        because: str | None = None,
    ) -> None:
        self._score, self._scores, self._because = score, scores, because
        self.asked: list[tuple[str, tuple[str, ...]]] = []

    @property
    def name(self) -> str:
        return "scripted/reranker"

    def rerank(self, question: str, texts: Sequence[str]) -> Sequence[float]:
        self.asked.append((question, tuple(texts)))
        if self._because is not None:
            raise Unranked(self._because)
        return self._scores if self._scores is not None else [self._score(text) for text in texts]
