"""With a judge, what it says no to is not said; without its word, everything is as if there were none, but for the receipt."""

import json
from dataclasses import replace
from typing import Any

import pytest

from bot.core.nouns import Event
from bot.core.ports import Composed
from bot.flows.answer import Outcome, answer
from bot.flows.answered import Answers
from policies.evidence import Answer, Citation, Claim, Draft, Evidence, Refusal, RefusalReason
from policies.rules import AnswerRules
from tests.fakes.composer import ScriptedComposer
from tests.fakes.judge import ScriptedJudge
from tests.fakes.work import FakeWork
from tests.flows.world import ANA, World

LEAVE = "Leave is 25 days. Unused days expire in March."
DAYS = Claim(text="There are 25 days.", citations=(Citation(passage=1, quote="25 days"),))
MARCH = Claim(text="Days expire in March.", citations=(Citation(passage=1, quote="Unused days expire in March."),))
WRONG = Claim(text="There are 26 days.", citations=(Citation(passage=1, quote="25 days"),))


@pytest.fixture
def world() -> World:
    world = World("acme")
    world.knows(ANA, "acme/staff")
    world.writes("leave.md", LEAVE, "acme/staff")
    return world


def asked(
    world: World, judge: ScriptedJudge | None, *drafts: Draft, answers: Answers | None = None
) -> tuple[FakeWork, Outcome, ScriptedComposer]:
    composer, work = ScriptedComposer(*drafts, log=world.log), world.asks("How many days of leave are there?")
    house = replace(world.answering(composer), judge=judge, answers=answers)
    return work, answer(work, house, world.poster), composer


def texts(outcome: Outcome) -> list[str]:
    return [claim.text for claim in outcome.reply.claims] if isinstance(outcome.reply, Answer) else []


def composed(work: FakeWork) -> dict[str, Any]:
    return next(event.body for event in work.kept.events if event.kind == "composed")


def no_to(claim: Claim) -> ScriptedJudge:
    return ScriptedJudge(lambda text: "no" if text == claim.text else "yes")


def test_claim_that_a_judge_says_no_to_is_written_once_more_with_that_named(world: World) -> None:
    _, outcome, composer = asked(world, no_to(MARCH), Draft(claims=(DAYS, MARCH)), Draft(claims=(DAYS,)))
    assert texts(outcome) == [DAYS.text]
    assert [[(one.claim, one.rule) for one in tried.violations] for tried in composer.asked] == [
        [],
        [(1, "not_supported")],
    ]


def test_claim_that_stays_so_is_dropped_without_being_asked_about_again(world: World) -> None:
    work, outcome, _ = asked(world, no_to(MARCH), Draft(claims=(DAYS, MARCH)))
    assert texts(outcome) == [DAYS.text]
    told = [[one["supported"] for one in each["verdicts"]] for each in composed(work)["judged"]]
    assert told == [["yes", "no"], ["yes"]]
    assert {each["by"] for each in composed(work)["judged"]} == {"scripted/judge"}


def test_where_every_claim_is_said_no_to_nothing_is_proven(world: World) -> None:
    _, outcome, _ = asked(world, ScriptedJudge(lambda _: "no"), Draft(claims=(DAYS, MARCH)))
    assert outcome.reply == Refusal(reason=RefusalReason.UNPROVEN)


def test_judge_that_says_yes_to_everything_opens_nothing(world: World) -> None:
    judge = ScriptedJudge()
    with_it = asked(world, judge, Draft(claims=(WRONG, DAYS)))
    without = asked(world, None, Draft(claims=(WRONG, DAYS)))
    assert with_it[1].reply == without[1].reply
    assert judge.asked == [(DAYS.text,)] * 2


@pytest.mark.parametrize("judge", [ScriptedJudge(because="timeout"), ScriptedJudge(lambda _: "unclear")])
def test_without_a_word_of_the_judge_the_answer_is_that_without_a_judge(world: World, judge: ScriptedJudge) -> None:
    work, outcome, _ = asked(world, judge, Draft(claims=(DAYS, MARCH)))
    plain, expected, _ = asked(world, None, Draft(claims=(DAYS, MARCH)))
    assert (outcome.reply, outcome.evidence) == (expected.reply, expected.evidence)
    assert len(composed(work)["judged"]) == 1
    assert "judged" not in composed(plain)
    assert json.dumps(composed(work)["judged"]).count(MARCH.text) == 0  # what it said it of stands in the draft


class Telling(ScriptedComposer):
    """Lets each claim be heard as it is written."""

    def compose(self, question: str, evidence: Evidence, rules: AnswerRules, **how: Any) -> Composed:
        made = super().compose(question, evidence, rules, **how)
        for claim in made.draft.claims if how["hear"] is not None else ():
            how["hear"](claim, self.name)
        return made


@pytest.mark.parametrize("judge", [None, ScriptedJudge()], ids=["without a judge", "with one"])
def test_with_a_judge_nothing_is_told_before_it_is_whole(world: World, judge: ScriptedJudge | None) -> None:
    world.poster.grows = True
    work = world.asks("How many days of leave are there?")
    house = replace(world.answering(Telling(Draft(claims=(DAYS,)), log=world.log)), judge=judge)
    assert texts(answer(work, house, world.poster)) == [DAYS.text]
    assert (len(world.poster.grown), "said" in work.kinds) == ((1, True) if judge is None else (0, False))


def test_judge_is_on_the_errand_of_who_writes(world: World) -> None:
    judge = ScriptedJudge()
    _, _, composer = asked(world, judge, Draft(claims=(DAYS,)))
    assert judge.errands == [composer.asked[0].errand]


@pytest.mark.parametrize(("judge", "is_kept"), [(ScriptedJudge(), True), (ScriptedJudge(because="busy"), False)])
def test_answer_on_which_a_judge_had_no_say_is_not_kept(world: World, judge: ScriptedJudge, *, is_kept: bool) -> None:
    answers = Answers(1_000_000)
    asked(world, judge, Draft(claims=(DAYS,)), answers=answers)
    work, _, _ = asked(world, judge, Draft(claims=(DAYS,)), answers=answers)
    assert ("answered_in" in _body(work, "retrieved")) == is_kept


def test_what_was_kept_without_a_judge_is_not_said_where_there_is_one(world: World) -> None:
    answers, judge = Answers(1_000_000), no_to(DAYS)
    assert texts(asked(world, None, Draft(claims=(DAYS,)), answers=answers)[1]) == [DAYS.text]
    assert texts(asked(world, judge, Draft(claims=(DAYS,)), answers=answers)[1]) == []


def _body(work: FakeWork, kind: str) -> dict[str, Any]:
    found: Event = next(event for event in work.kept.events if event.kind == kind)
    return found.body
