"""Who writes when no model does: every question is answered, and its receipt says by whom, and why by them."""

from collections.abc import Sequence

from bot.core.nouns import Byline, Passed, Shortfall
from bot.core.ports import NOBODYS, Composed, Composer, Errand, Hear
from bot.models.gateway.faults import Kind
from bot.models.said import quoting_on
from bot.models.written import Unwritten, Written
from policies.contract import Violation
from policies.evidence import Claim, Draft, Evidence
from policies.rules import AnswerRules


class Fallback:
    """The port `Composer` by models; for the questions that none of them answers, by another composer."""

    def __init__(self, models: Written, otherwise: Composer) -> None:
        self._models, self._otherwise = models, otherwise

    @property
    def name(self) -> str:
        return self._models.name

    def compose(
        self,
        question: str,
        evidence: Evidence,
        rules: AnswerRules,
        *,
        violations: Sequence[Violation] = (),
        said: Sequence[Claim] = (),
        errand: Errand = NOBODYS,
        hear: Hear | None = None,
    ) -> Composed:
        try:
            return self._models.compose(
                question, evidence, rules, violations=violations, said=said, errand=errand, hear=hear
            )
        except Unwritten as why:
            if said:  # what is missing is what could not be proven: that is left out
                return Composed(Draft(claims=why.said), _told(Byline(composer=self.name), why))
            draft, by = self._otherwise.compose(question, evidence, rules, errand=errand)
            whole = quoting_on(why.said, draft, most=rules.answer.max_lines)
            return Composed(whole, _instead(by, self.name, why))


def _told(by: Byline, why: Unwritten) -> Byline:
    account = why.account
    return by.model_copy(
        update={
            "because": why.because.value,
            "calls": account.calls,
            "passed": account.passed,
            "sent": account.sent,
        }
    )


def _instead(by: Byline, model: str, why: Unwritten) -> Byline:
    shortfall = "rest" if why.said else _shortfall(why.account.passed)
    return _told(by, why).model_copy(update={"instead_of": model, "shortfall": shortfall})


def _shortfall(passed: Sequence[Passed]) -> Shortfall:
    """In the words of whoever reads the answer: what is spent comes back tomorrow, what is away sooner."""
    kinds = {one.because for one in passed}
    if Kind.SPENT in kinds:
        return "spent"
    return "kept" if kinds == {Kind.NOT_ALLOWED.value} else "away"
