"""What a receipt comes to, folded from the events of real attempts: done, half done, taken up again, refused, erased."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import pytest

from bot.core.errors import LostLease
from bot.core.nouns import Event, Question, ReceiptId, SlackPlace, SlackUser
from bot.core.receipt import Receipt, fold
from bot.core.record import ERASED, evidence_from
from bot.flows.answer import answer
from bot.worker import GaveUp
from policies.evidence import Answer, Claim, Clarification, Draft, Evidence, Refusal, RefusalReason
from policies.people import Email
from tests.fakes.composer import ScriptedComposer
from tests.fakes.passages import NOON
from tests.fakes.work import FakeWork
from tests.flows.world import ANA, BO, QUESTION, STRANGER, World

UNCITED = Draft(claims=(Claim(text="Leave is plenty."),))
PUBLIC, SECRET = "Leave is 25 days.", "Leave of directors is 60 days."


class Line(NamedTuple):
    """An event as a ledger would hold it."""

    seq: int
    at: str
    kind: str
    receipt: ReceiptId | None
    body: Mapping[str, Any] | None


@pytest.fixture
def world() -> World:
    """Ana reads along."""
    world = World()
    world.knows(ANA, "acme/staff")
    world.knows(BO, "acme/hr", "acme/staff")
    world.writes("leave.md", PUBLIC, "acme/staff")
    return world


def asks(world: World, text: str = QUESTION, asker: Email = BO) -> FakeWork:
    work = world.asks(text, asker)
    asked = Event(
        kind="asked", receipt=ReceiptId("r_1"), body=work.question.model_dump(mode="json", exclude={"receipt"})
    )
    work.kept.events.append(asked)
    return work


def folded(work: FakeWork, *, erased: Sequence[str] = (), without_texts: bool = False, first: int = 10) -> Receipt:
    lines = [
        Line(first + n, f"at {n}", event.kind, ReceiptId("r_1"), None if event.kind in erased else event.body)
        for n, event in enumerate(work.kept.events)
    ]
    texts = {} if without_texts else work.kept.texts
    return fold(lines, lambda named: evidence_from(named, texts))


def test_an_answer_is_told_with_all_that_led_to_it(world: World) -> None:
    work = asks(world)
    answer(work, world.answering(), world.poster)
    receipt = folded(work)
    assert (receipt.state, receipt.is_over, receipt.attempts) == ("answered", True, 1)
    assert receipt.asked == work.question
    assert (receipt.asker, receipt.rules, receipt.now) == (BO, world.rules.digest, NOON)
    assert receipt.route is not None
    look = receipt.here.last_look
    assert look.audience is not None
    assert look.audience.people == (BO,)
    assert look.evidence == receipt.here.evidence
    assert [found.ranks.vectors for found in look.evidence.found] == [1]
    assert look.draft is not None
    assert isinstance(receipt.here.reply, Answer)
    assert receipt.here.post is not None
    assert receipt.aside.reply is None
    assert [(one.seq, one.kind) for one in receipt.events][:2] == [(10, "asked"), (11, "claimed")]


def test_an_aside_is_kept_apart_from_what_the_place_got(world: World) -> None:
    world.writes("secret.md", SECRET, "acme/hr")
    world.people.beside = [world.access.person(ANA)]
    work = asks(world)
    answer(work, world.answering(), world.poster)
    receipt = folded(work)
    here, aside = receipt.here.last_look.audience, receipt.aside.last_look.audience
    assert here is not None
    assert aside is not None
    assert (here.people, aside.people) == ((ANA, BO), (BO,))
    assert [one.text for one in receipt.here.evidence.passages] == [PUBLIC]
    assert SECRET in [one.text for one in receipt.aside.evidence.passages]
    assert isinstance(receipt.aside.reply, Answer)


def test_as_far_as_it_has_come_is_what_is_told_of_a_question_in_hand(world: World) -> None:
    answer(whole := asks(world), world.answering(), world.poster)
    for events in range(1, len(whole.kept.events)):
        work = asks(world)
        work.kept.events, work.kept.texts = whole.kept.events[:events], whole.kept.texts
        receipt = folded(work)
        assert (receipt.state, receipt.is_over) == ("working", False)
        assert receipt.asked == whole.question


def test_what_the_place_was_shown_counts_before_the_aside_is_done(world: World) -> None:
    world.writes("secret.md", SECRET, "acme/hr")
    world.people.beside = [world.access.person(ANA)]
    answer(work := asks(world), world.answering(), world.poster)
    until = work.kinds.index("shown") + 1
    del work.kept.events[until:]
    receipt = folded(work)
    assert (receipt.state, receipt.is_over) == ("answered", False)
    assert receipt.here.post is not None
    assert receipt.aside.post is None


@pytest.mark.parametrize("write", range(1, 6))
def test_of_an_attempt_that_died_nothing_is_told_but_that_it_was(world: World, write: int) -> None:
    work = asks(world)
    work._loses_lease_at = write
    with pytest.raises(LostLease):
        answer(work, world.answering(), world.poster)
    answer(work.again(), world.answering(), world.poster)
    receipt = folded(work)
    assert (receipt.state, receipt.attempts) == ("answered", 2)
    assert len(receipt.here.looks) == 1
    assert [one.text for one in receipt.here.evidence.passages] == [PUBLIC]


def test_a_round_that_a_source_took_back_is_told_beside_the_one_that_counts(world: World) -> None:
    taken = world.writes("old.md", "Leave was 20 days.", "acme/staff")
    world.takes_back("old.md")
    answer(work := asks(world), world.answering(), world.poster)
    receipt = folded(work)
    assert [look.unreadable_documents for look in receipt.here.looks] == [(taken,), ()]
    assert receipt.here.last_look.without == {taken}
    assert [one.text for one in receipt.here.evidence.passages] == [PUBLIC]


def test_a_refusal_and_a_clarification_need_no_evidence(world: World) -> None:
    answer(stranger := asks(world, asker=STRANGER), world.answering(), world.poster)
    answer(empty := asks(world, "?"), world.answering(), world.poster)
    refused, clarified = folded(stranger), folded(empty)
    assert (refused.state, refused.here.reply) == ("refused", Refusal(reason=RefusalReason.UNKNOWN_PERSON))
    assert (clarified.state, clarified.route) == ("clarified", None)
    assert isinstance(clarified.here.reply, Clarification)
    assert refused.here.looks == clarified.here.looks == ()


def test_a_draft_that_could_not_be_proven_is_told_with_what_it_broke(world: World) -> None:
    answer(work := asks(world), world.answering(ScriptedComposer(UNCITED)), world.poster)
    receipt = folded(work)
    assert receipt.here.reply == Refusal(reason=RefusalReason.UNPROVEN)
    assert [violation.rule for violation in receipt.here.last_look.violations] == ["uncited"]


def test_how_it_ended_is_told_where_there_is_no_reply(world: World) -> None:
    work = asks(world)
    failed = Event(kind="failed", receipt=ReceiptId("r_1"), body={"attempt": 3, "error": GaveUp.__name__})
    work.kept.events.append(failed)
    assert (folded(work).state, folded(work).error, folded(work).attempts) == ("failed", "GaveUp", 3)
    work.kept.events[-1] = Event(kind="withdrawn", receipt=ReceiptId("r_1"))
    assert (folded(work).state, folded(work).error) == ("withdrawn", None)


def test_an_aside_that_failed_takes_nothing_back(world: World) -> None:
    world.writes("secret.md", SECRET, "acme/hr")
    world.people.beside = [world.access.person(ANA)]
    answer(work := asks(world), world.answering(), world.poster)
    del work.kept.events[work.kinds.index("shown") + 1 :]
    work.kept.events.append(Event(kind="failed", receipt=ReceiptId("r_1"), body={"attempt": 1, "error": "Broken"}))
    receipt = folded(work)
    assert (receipt.state, receipt.error, receipt.is_over) == ("answered", "Broken", True)


KINDS = ("asked", "claimed", "retrieved", "composed", "closed", "posted")


@pytest.mark.parametrize("kind", KINDS)
def test_what_was_erased_is_absent_and_the_rest_is_told(world: World, kind: str) -> None:
    answer(work := asks(world), world.answering(), world.poster)
    receipt = folded(work, erased=[kind])
    assert [one.kind for one in receipt.events if one.erased] == [kind]
    assert (receipt.asked is None) == (kind == "asked")
    assert (receipt.here.reply is None) == (kind == "closed")
    assert (receipt.rules is None) == (kind == "claimed")


def test_a_receipt_with_nothing_left_in_it_can_still_be_told(world: World) -> None:
    answer(work := asks(world), world.answering(), world.poster)
    receipt = folded(work, erased=KINDS)
    assert (receipt.state, receipt.is_over, receipt.attempts) == ("erased", True, 0)
    assert (receipt.asked, receipt.route, receipt.here.reply, receipt.here.post) == (None, None, None, None)
    assert receipt.here.evidence == receipt.here.last_look.evidence == Evidence()


def test_erased_texts_say_so(world: World) -> None:
    answer(work := asks(world), world.answering(), world.poster)
    receipt = folded(work, without_texts=True)
    assert [one.text for one in receipt.here.evidence.passages] == [ERASED]


def test_a_question_from_slack_names_its_message(world: World) -> None:
    place = SlackPlace(team="T1", channel="C1", message="10.1", thread="10.1")
    who = SlackUser(team="T1", user="U1")
    question = Question(receipt=ReceiptId("r_1"), text="?", asker=who, place=place, asked_at=NOON)
    body = question.model_dump(mode="json", exclude={"receipt"})
    assert fold([Line(0, "", "asked", ReceiptId("r_1"), body)], lambda _: Evidence()).asked == question
