"""What becomes of a judge's verdicts: they take away, and open nothing."""

import pytest

from bot.core.nouns import Judging, Verdict
from bot.core.ports import NOBODYS, Errand, Judge
from bot.steps.judge import Judged, judged
from policies.contract import Rule, Violation
from policies.evidence import Citation, Claim, Draft, Evidence
from tests.fakes.judge import Says, ScriptedJudge
from tests.fakes.passages import some_evidence

LEAVE = "Everybody has 27 days of leave. Unused days expire in March."
EVIDENCE = some_evidence(LEAVE)
ONE = Claim(text="Leave is 27 days.", citations=(Citation(passage=1, quote="27 days of leave"),))
OTHER = Claim(text="Days expire in March.", citations=(Citation(passage=1, quote="Unused days expire in March."),))
QUOTED = Claim(text=LEAVE, citations=(Citation(passage=1, quote=LEAVE),))
BROKEN = Violation(claim=0, rule=Rule.NOT_VERBATIM, detail="x")


def step(*claims: Claim, judge: Judge | None, found: tuple[Violation, ...] = ()) -> Judged:
    return judged("How many?", Draft(claims=claims), found, EVIDENCE, judge, NOBODYS)


@pytest.mark.parametrize(("says", "broken"), [("yes", []), ("unclear", []), ("no", [1])])
def test_only_a_no_takes_a_claim_away(says: Says, broken: list[int]) -> None:
    judge = ScriptedJudge(lambda text: says if text == OTHER.text else "yes")
    made = step(ONE, OTHER, judge=judge)
    assert [(one.claim, one.rule) for one in made.violations] == [(number, Rule.NOT_SUPPORTED) for number in broken]
    assert made.judging is not None


def test_a_yes_opens_nothing_that_the_contract_has_shut() -> None:
    judge = ScriptedJudge()
    made = step(ONE, OTHER, judge=judge, found=(BROKEN,))
    assert made.violations == (BROKEN,)
    assert judge.asked == [(OTHER.text,)]


def test_what_was_said_no_to_stays_refused_whatever_is_said_of_it_later() -> None:
    judge = ScriptedJudge()
    draft = Draft(claims=(ONE, OTHER))
    for one in (judge, None):
        made = judged("How many?", draft, (), EVIDENCE, one, NOBODYS, refused=(OTHER,))
        assert [(broken.claim, broken.rule) for broken in made.violations] == [(1, Rule.NOT_SUPPORTED)]
    assert judge.asked == [(ONE.text,)]


class Meddler(ScriptedJudge):
    """Says no to what it was not asked about."""

    def judge(self, question: str, claims: object, evidence: Evidence, errand: Errand = NOBODYS) -> Judging:  # noqa: ARG002
        return Judging(by=self.name, verdicts=tuple(Verdict(claim=n, supported="no") for n in (-1, 0, 7)))


def test_a_verdict_on_what_nobody_asked_about_is_none() -> None:
    assert step(QUOTED, OTHER, judge=Meddler()).violations == ()


@pytest.mark.parametrize(
    ("judge", "claims"),
    [
        pytest.param(None, (ONE,), id="without a judge"),
        pytest.param(ScriptedJudge(), (), id="without a claim"),
        pytest.param(ScriptedJudge(), (QUOTED,), id="in the document's own words"),
    ],
)
def test_where_there_is_nothing_to_judge_nobody_is_asked(
    judge: ScriptedJudge | None, claims: tuple[Claim, ...]
) -> None:
    assert step(*claims, judge=judge) == Judged((), None)
    assert judge is None or judge.asked == []


@pytest.mark.parametrize(
    ("text", "quotes"),
    [
        pytest.param("Everybody has 27 days", [LEAVE], id="a part of its quote"),
        pytest.param(f"Not so: {LEAVE}", [LEAVE], id="its quote and more"),
        pytest.param("| A |\n| --- |\n| 2 |", ["| A |"], id="a row that it does not quote"),
    ],
)
def test_a_claim_that_is_not_all_quoted_is_judged(text: str, quotes: list[str]) -> None:
    judge = ScriptedJudge()
    step(Claim(text=text, citations=tuple(Citation(passage=1, quote=quote) for quote in quotes)), judge=judge)
    assert len(judge.asked) == 1


def test_rows_under_their_header_are_their_quotes() -> None:
    judge = ScriptedJudge()
    quotes = tuple(Citation(passage=1, quote=quote) for quote in ("| A |", "| 2 |"))
    step(Claim(text="| A |\n| --- |\n| 2 |", citations=quotes), judge=judge)
    assert judge.asked == []


def test_a_judge_that_says_nothing_changes_nothing_and_says_why() -> None:
    made = step(ONE, judge=ScriptedJudge(because="timeout"))
    assert made == Judged((), Judging(by="scripted/judge", because="timeout"))
