"""Who writes when the model does not: every question is answered, and its receipt says by whom, and why by them."""

from collections.abc import Sequence

import structlog

from bot.core.nouns import Byline
from bot.core.ports import Composed, Composer
from bot.models.gateway.faults import Kind
from bot.models.written import Unwritten, Written
from policies.contract import Violation
from policies.evidence import Evidence
from policies.rules import AnswerRules

log = structlog.get_logger()


class Fallback:
    """The port `Composer` by a model; for the questions that it does not answer, by another composer."""

    def __init__(self, model: Written, otherwise: Composer) -> None:
        self._model, self._otherwise = model, otherwise
        self._said: set[Kind] = set()

    @property
    def name(self) -> str:
        return self._model.name

    def compose(
        self, question: str, evidence: Evidence, rules: AnswerRules, *, violations: Sequence[Violation] = ()
    ) -> Composed:
        try:
            return self._model.compose(question, evidence, rules, violations=violations)
        except Unwritten as why:
            self._say_once(why)
            draft, by = self._otherwise.compose(question, evidence, rules)
            return Composed(draft, _instead(by, self.name, why))

    def _say_once(self, why: Unwritten) -> None:
        """An operator reads it; it says the kind of error, and which settings to look at."""
        if why.because in self._said:
            return
        self._said.add(why.because)
        look_at = {"look_at": " and ".join(why.look_at)} if why.look_at else {}
        log.warning(
            "the model wrote no answer, so another composer did; this is said once",
            model=self.name,
            composer=self._otherwise.name,
            because=why.because.value,
            **look_at,
        )


def _instead(by: Byline, model: str, why: Unwritten) -> Byline:
    return by.model_copy(update={"instead_of": model, "because": why.because.value, "calls": why.calls})
