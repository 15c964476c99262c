"""While everything is stopped nothing is looked up, nothing is shown that was made, and whoever asks is told so."""

from typing import Any

import pytest

from bot.core.nouns import Event
from bot.flows.answer import answer
from connectors.model import Retryable
from policies.evidence import Answer, Draft, Evidence, Refusal, RefusalReason
from tests.fakes.composer import ScriptedComposer, quoting
from tests.fakes.poster import Posted
from tests.fakes.work import FakeWork
from tests.flows.world import ANA, World

PAUSED = Refusal(reason=RefusalReason.PAUSED)


@pytest.fixture
def world() -> World:
    world = World("acme")
    world.knows(ANA, "acme/staff")
    world.writes("leave.md", "Leave is 25 days.", "acme/staff")
    return world


def paused(world: World, *, tells: bool = True) -> FakeWork:
    work = world.asks()
    work.kept.paused, work.kept.tells = True, tells
    return work


def _nobody_is_asked(*_: object, **__: object) -> Any:
    raise AssertionError("who asks, or reads along, costs a look-up")


def test_nothing_is_looked_up_and_the_asker_is_told(world: World) -> None:
    world.people.asker = world.people.readers = _nobody_is_asked  # type: ignore[method-assign]
    work = paused(world)
    assert answer(work, world.answering(), world.poster).reply == PAUSED
    assert world.log == ["claimed", "closed", "post", "posted"]
    assert work.kept.done


def test_whoever_was_told_in_this_minute_is_not_told_again(world: World) -> None:
    work = paused(world, tells=False)
    answer(work, world.answering(), world.poster)
    assert (world.poster.posted, world.poster.left) == ([], [work.question])


def test_what_was_made_when_the_pause_began_is_not_shown(world: World) -> None:
    work = world.asks()

    def stop(evidence: Evidence) -> Draft:
        work.kept.paused = True
        return quoting(evidence)

    with pytest.raises(Retryable):
        answer(work, world.answering(ScriptedComposer(stop)), world.poster)
    assert world.poster.posted == []
    assert answer(work.again(), world.answering(), world.poster).reply == PAUSED
    assert [one.reply for one in world.poster.posted] == [PAUSED]


def test_what_was_shown_before_the_pause_is_on_record_as_shown(world: World) -> None:
    """Its process died, or lost the question, before it could write that down."""
    work = world.asks()

    def dies(_: Posted) -> None:
        work.kept.paused = True
        raise KeyboardInterrupt

    world.poster.when_posted = dies
    with pytest.raises(KeyboardInterrupt):
        answer(work, world.answering(), world.poster)
    world.poster.when_posted = lambda _: None
    assert isinstance(answer(work.again(), world.answering(), world.poster).reply, Answer)
    assert all(isinstance(one.reply, Answer) for one in world.poster.posted)


def test_what_was_told_of_an_answer_is_taken_back(world: World) -> None:
    work = paused(world)
    work.record(Event(kind="said", body={}))
    answer(work.again(), world.answering(), world.poster)
    assert world.poster.taken_back == 1


def test_after_the_pause_the_same_is_answered(world: World) -> None:
    answer(paused(world), world.answering(), world.poster)
    assert isinstance(answer(world.asks(), world.answering(), world.poster).reply, Answer)
