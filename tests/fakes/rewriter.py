"""Questions made whole as scripted."""

from collections.abc import Sequence

from bot.core.errors import Unrewritten
from bot.core.nouns import Account, Call
from bot.core.ports import NOBODYS, Errand, Rewriter, Rewritten

CALL = Call(model="scripted", tokens_in=20, tokens_out=5, ms=1.0)


class ScriptedRewriter(Rewriter):
    """Says `whole`; `because`: says nothing."""

    def __init__(self, whole: str = "", *, leans: bool = True, because: str | None = None) -> None:
        self._whole, self._leans, self._because = whole, leans, because
        self.asked: list[tuple[str, tuple[str, ...]]] = []

    @property
    def name(self) -> str:
        return "scripted/rewriter"

    def rewrite(
        self,
        question: str,
        before: Sequence[str],
        *,
        max_characters: int,  # noqa: ARG002
        errand: Errand = NOBODYS,  # noqa: ARG002
    ) -> Rewritten:
        self.asked.append((question, tuple(before)))
        if self._because is not None:
            raise Unrewritten(self._because)
        return Rewritten(self._whole, self._leans, Account(calls=(CALL,)), self.name)
