"""One question too many: nothing is looked up for it, its asker is told once a minute, and its receipt says why."""

from collections.abc import Sequence
from typing import Any

import pytest

from bot.core.errors import LostLease
from bot.core.ports import Pace
from bot.flows.answer import answer
from policies.evidence import Answer, Refusal, RefusalReason
from policies.rules import QuestionLimits
from tests.fakes.work import FakeWork
from tests.flows.world import ANA, RULES, World

LIMITS = RULES.answers.question
TOO_MANY = Refusal(reason=RefusalReason.TOO_MANY)


def over(limits: QuestionLimits) -> Pace:
    assert limits.a_minute_by_one is not None
    return Pace(limits.a_minute_by_one + 1, limits.a_minute_by_one + 1)


@pytest.fixture
def world() -> World:
    world = World("acme")
    world.knows(ANA, "acme/staff")
    world.writes("leave.md", "Leave is 25 days.", "acme/staff")
    return world


def one_too_many(world: World, *, tells: bool = True) -> FakeWork:
    work = world.asks()
    work.kept.pace, work.kept.tells = over(LIMITS), tells
    return work


def bodies(work: FakeWork, kind: str) -> Sequence[dict[str, Any]]:
    return [event.body for event in work.kept.events if event.kind == kind]


def test_one_too_many_is_refused_and_nothing_is_looked_up(world: World) -> None:
    world.people.asker = world.people.readers = _nobody_is_asked  # type: ignore[method-assign]
    work = one_too_many(world)
    outcome = answer(work, world.answering(), world.poster)
    assert outcome.reply == TOO_MANY
    assert world.log == ["claimed", "closed", "post", "posted"]
    assert world.poster.posted[0].reply == TOO_MANY
    assert work.kept.done
    (closed,) = bodies(work, "closed")
    assert closed["reply"] == TOO_MANY.model_dump(mode="json")
    assert closed["pace"] == over(LIMITS)._asdict()
    assert (closed["told"], closed["asker"], closed["readers"], closed["evidence"]) == (True, None, None, [])


def _nobody_is_asked(*_: object, **__: object) -> Any:
    raise AssertionError("who asks, or reads along, costs a look-up")


def test_whoever_was_told_in_this_minute_is_not_told_again_but_has_a_receipt(world: World) -> None:
    work = one_too_many(world, tells=False)
    assert answer(work, world.answering(), world.poster).reply == TOO_MANY
    assert world.poster.posted == []
    assert world.poster.left == [work.question]
    assert work.kinds == ["claimed", "closed", "posted"]
    assert bodies(work, "posted") == [{"attempt": 1, "to": []}]
    assert work.kept.done


def test_the_last_within_the_limit_is_answered(world: World) -> None:
    work = world.asks()
    work.kept.pace = Pace(over(LIMITS).by_one - 1, over(LIMITS).by_all - 1)
    assert isinstance(answer(work, world.answering(), world.poster).reply, Answer)
    assert "told" not in bodies(work, "closed")[0]


@pytest.mark.parametrize("tells", [True, False], ids=["told", "not told"])
@pytest.mark.parametrize("at", [1, 2, 3])
def test_attempt_that_dies_is_taken_up_to_the_same_end(world: World, at: int, tells: bool) -> None:  # noqa: FBT001
    work = one_too_many(world, tells=tells)
    dead = FakeWork(work.question, kept=work.kept, loses_lease_at=at, log=world.log)
    with pytest.raises(LostLease):
        answer(dead, world.answering(), world.poster)
    posted_before = len(world.poster.posted)
    again = dead.again()
    assert answer(again, world.answering(), world.poster).reply == TOO_MANY
    assert len(bodies(again, "closed")) == 1
    assert again.kept.done
    assert [shown.again for shown in world.poster.posted[posted_before:]] == ([True] if tells else [])


def test_what_was_decided_to_be_answered_is_answered_though_others_asked_meanwhile(world: World) -> None:
    """Whoever received one first may have been slower to write it down."""
    work = world.asks(loses_lease_at=5)
    with pytest.raises(LostLease):
        answer(work, world.answering(), world.poster)
    assert work.kinds[-1] == "closed"
    again = work.again()
    again.kept.pace = over(LIMITS)
    assert isinstance(answer(again, world.answering(), world.poster).reply, Answer)
