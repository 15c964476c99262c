"""Finds what a text can be written from when no model writes it: more sentences than answer a question, as they stand in the
documents on its subject.
"""

from collections.abc import Sequence
from typing import Final

from bot.core.ports import NOBODYS, Composed, Embedder, Errand, Hear
from bot.core.subject import subject
from bot.models.extractive import Extractive, Wish
from bot.models.units import Unit
from policies.contract import Violation
from policies.evidence import Claim, Evidence
from policies.qualifiers import denials, limits
from policies.rules import AnswerRules

_SPREAD: Final = 3.0  # how much further below the best a sentence may be than in an answer


class Outlined:
    """The port `Composer` for drafts without a model."""

    def __init__(self, embedder: Embedder | None) -> None:
        self._extractive = Extractive(embedder, Wish(_stands_alone, _SPREAD))

    @property
    def name(self) -> str:
        return "outlined"

    def compose(
        self,
        question: str,
        evidence: Evidence,
        rules: AnswerRules,
        *,
        violations: Sequence[Violation] = (),  # noqa: ARG002
        said: Sequence[Claim] = (),  # noqa: ARG002
        errand: Errand = NOBODYS,
        hear: Hear | None = None,  # noqa: ARG002
    ) -> Composed:
        draft, by = self._extractive.compose(subject(question) or question, evidence, rules, errand=errand)
        return Composed(draft, by.model_copy(update={"composer": self.name}))


def _stands_alone(unit: Unit) -> bool:
    """In a draft nobody sees what stood over a sentence: under `Not paid`, a list of costs says the contrary."""
    return not any(denials(heading) or limits(heading) for heading in unit.path)
