"""Drafts as scripted, one for each time it is asked."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from bot.core.nouns import Byline, Shortfall
from bot.core.ports import NOBODYS, Composed, Composer, Errand, Hear
from policies.contract import Violation
from policies.evidence import Citation, Claim, Draft, Evidence
from policies.rules import AnswerRules

Script = Draft | Callable[[Evidence], Draft]


class Asked(NamedTuple):
    question: str
    evidence: Evidence
    violations: tuple[Violation, ...]
    errand: Errand
    rules: AnswerRules


def quoting(evidence: Evidence) -> Draft:
    """Says each passage, word for word."""
    return Draft(
        claims=tuple(
            Claim(text=one.text, citations=(Citation(passage=one.handle, quote=one.text),)) for one in evidence.passages
        )
    )


class ScriptedComposer(Composer):
    """The last of the script stands for every time after it; without a script everything is quoted. `by`: who really
    wrote it, each time.
    """

    def __init__(
        self,
        *script: Script,
        log: list[str] | None = None,
        by: Sequence[str] = ("scripted",),
        shortfall: Shortfall | None = None,
    ) -> None:
        self._script, self._by, self._shortfall = script or (quoting,), by, shortfall
        self._log = log if log is not None else []
        self.asked: list[Asked] = []

    @property
    def name(self) -> str:
        return "scripted"

    def compose(
        self,
        question: str,
        evidence: Evidence,
        rules: AnswerRules,
        *,
        violations: Sequence[Violation] = (),
        said: Sequence[Claim] = (),  # noqa: ARG002
        errand: Errand = NOBODYS,
        hear: Hear | None = None,  # noqa: ARG002
    ) -> Composed:
        self._log.append("compose")
        scripted = self._script[min(len(self.asked), len(self._script) - 1)]
        by = Byline(composer=self._by[min(len(self.asked), len(self._by) - 1)], shortfall=self._shortfall)
        self.asked.append(Asked(question, evidence, tuple(violations), errand, rules))
        draft = scripted if isinstance(scripted, Draft) else scripted(evidence)
        return Composed(draft, by)
