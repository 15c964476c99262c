"""Verdicts as scripted."""

from collections.abc import Callable, Mapping
from typing import Literal

from bot.core.nouns import Judging, Verdict
from bot.core.ports import NOBODYS, Errand, Judge
from policies.evidence import Claim, Evidence

Says = Literal["yes", "no", "unclear"]


class ScriptedJudge(Judge):
    """By the text of each claim; `because`: it says nothing."""

    def __init__(self, says: Callable[[str], Says] = lambda _: "yes", *, because: str | None = None) -> None:
        self._says, self._because = says, because
        self.asked: list[tuple[str, ...]] = []
        self.errands: list[Errand] = []

    @property
    def name(self) -> str:
        return "scripted/judge"

    def judge(
        self,
        question: str,  # noqa: ARG002
        claims: Mapping[int, Claim],
        evidence: Evidence,  # noqa: ARG002
        errand: Errand = NOBODYS,
    ) -> Judging:
        self.asked.append(tuple(claim.text for claim in claims.values()))
        self.errands.append(errand)
        if self._because is not None:
            return Judging(by=self.name, because=self._because)
        said = (Verdict(claim=number, supported=self._says(claim.text)) for number, claim in claims.items())
        return Judging(by=self.name, verdicts=tuple(said))
