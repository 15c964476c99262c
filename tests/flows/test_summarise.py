"""A conversation is retold as it stands: on record before it is shown, shown once, and with nothing that was not said."""

from dataclasses import replace

import pytest

from bot.core.errors import LostLease
from bot.core.nouns import Question, ReceiptId, SlackPlace
from bot.core.receipt import fold
from bot.core.record import ERASED, evidence_from
from bot.flows.answer import Outcome, answer
from bot.models.condensed import Condensed
from connectors.model import Retryable
from policies.evidence import Answer, Citation, Claim, Draft, Refusal, RefusalReason, Shortened
from tests.fakes.composer import Script, ScriptedComposer, quoting
from tests.fakes.conversations import FakeConversations, said
from tests.fakes.guesser import ScriptedGuesser
from tests.fakes.passages import NOON
from tests.fakes.work import FakeWork
from tests.flows.test_receipt_folded import Line
from tests.flows.world import ANA, BO, World, rules_with

PLACE = SlackPlace(team="T1", channel="C1", message="1700000099.000100", thread="1700000001.000100")
TALK = [
    said("1700000001.000100", "Ana", "Which supplier do we take?"),
    said("1700000002.000100", "Bo", "We decided on Northwind."),
]
UNPROVEN = Draft(claims=(Claim(text="We decided on Contoso.", citations=(Citation(passage=2, quote="Contoso"),)),))


@pytest.fixture
def world() -> World:
    world = World()
    world.guesser = ScriptedGuesser(thread="summary")
    world.people.beside = [world.access.person(BO)]
    return world


@pytest.fixture
def talks() -> FakeConversations:
    return FakeConversations(there={"C1": [*TALK]})


def asks(*, loses_lease_at: int | None = None) -> FakeWork:
    question = Question(receipt=ReceiptId("r_1"), text="summarise this thread", asker=ANA, place=PLACE, asked_at=NOON)
    return FakeWork(question, loses_lease_at=loses_lease_at)


def retold(world: World, talks: FakeConversations | None, work: FakeWork, *script: Script) -> Outcome:
    made = world.answering()
    writer = ScriptedComposer(*script) if script else Condensed(None)
    house = replace(made, reading=replace(made.reading, conversations=talks), summariser=lambda *_: writer)
    return answer(work, house, world.poster)


def test_messages_are_on_record_before_they_are_retold_and_that_before_it_is_shown(
    world: World, talks: FakeConversations
) -> None:
    work = asks()
    outcome = retold(world, talks, work)
    assert isinstance(outcome.reply, Answer)
    assert [claim.text for claim in outcome.reply.claims] == [
        "Ana: Which supplier do we take?",
        "Bo: We decided on Northwind.",
    ]
    assert work.kinds == ["claimed", "retrieved", "composed", "closed", "posted"]
    assert sorted(work.kept.texts.values()) == sorted(one.text for one in TALK)
    retrieved = work.kept.events[1].body["conversation"]
    assert (retrieved["channel"], retrieved["thread"], retrieved["messages"]) == ("C1", PLACE.thread, 2)
    assert TALK[0].text not in str(work.kept.events)[: str(work.kept.events).index("composed")]
    assert all(connector.asked == [] for connector in world.connectors.values())


@pytest.mark.parametrize("dies_at", range(1, 6))
def test_wherever_an_attempt_dies_the_next_one_shows_it_once(
    world: World, talks: FakeConversations, dies_at: int
) -> None:
    work = asks(loses_lease_at=dies_at)
    with pytest.raises(LostLease):
        retold(world, talks, work)
    shown = len(world.poster.posted)
    outcome = retold(world, talks, work.again())
    assert isinstance(outcome.reply, Answer)
    assert [one.again for one in world.poster.posted[shown:]] == [True]
    assert {one.reply for one in world.poster.posted} == {outcome.reply}
    assert not [one for one in world.poster.posted if one.aside]


@pytest.mark.parametrize(
    ("draft", "reason"),
    [
        pytest.param(UNPROVEN, RefusalReason.UNPROVEN_SUMMARY, id="nothing of it was said"),
        pytest.param(Draft(answerable=False), RefusalReason.EMPTY_CONVERSATION, id="nothing to say"),
        pytest.param(Draft(clarify="Which thread?"), RefusalReason.EMPTY_CONVERSATION, id="a question back"),
    ],
)
def test_what_is_no_summary_is_refused_as_such(
    world: World, talks: FakeConversations, draft: Draft, reason: RefusalReason
) -> None:
    assert retold(world, talks, asks(), draft).reply == Refusal(reason=reason)


def test_where_nobody_speaks_there_is_nothing_to_retell(world: World) -> None:
    assert retold(world, None, asks()).reply == Refusal(reason=RefusalReason.NO_SUMMARY)
    assert retold(world, FakeConversations(), asks()).reply == Refusal(reason=RefusalReason.UNREADABLE_LINK)


def test_what_there_was_no_room_for_is_told(world: World, talks: FakeConversations) -> None:
    world.rules = rules_with("characters = 60000 ", "characters = 1000 ")
    talks.there["C1"] = [TALK[0], said("1700000001.500000", "Bo", "long " * 300), TALK[1]]
    reply = retold(world, talks, asks(), quoting).reply
    assert isinstance(reply, Answer)
    assert reply.caveats == (Shortened(left_out=1),)
    assert [claim.text for claim in reply.claims] == [one.text for one in TALK]


def test_an_edit_meanwhile_is_what_is_retold(world: World, talks: FakeConversations) -> None:
    edited = TALK[1].model_copy(update={"text": "We decided on Contoso."})
    looks = iter(range(100))
    talks.when_read = lambda: talks.there.update(C1=[TALK[0], edited]) if next(looks) == 1 else None
    work = asks()
    reply = retold(world, talks, work).reply
    assert isinstance(reply, Answer)
    assert reply.claims[-1].text == "Bo: We decided on Contoso."
    assert work.kinds.count("retrieved") == 2


def test_what_keeps_changing_is_left_for_later(world: World, talks: FakeConversations) -> None:
    looks = iter(range(100))
    talks.when_read = lambda: talks.there.update(C1=[said("1700000001.000100", "Ana", f"Is it {next(looks)} of them?")])
    with pytest.raises(Retryable):
        retold(world, talks, asks())
    assert world.poster.posted == []


def test_its_receipt_reads_back_and_erased_messages_say_so(world: World, talks: FakeConversations) -> None:
    work = asks()
    retold(world, talks, work)
    lines = [Line(number, "", one.kind, one.receipt, one.body) for number, one in enumerate(work.kept.events)]
    receipt = fold(lines, lambda named: evidence_from(named, work.kept.texts))
    conversation = receipt.here.last_look.conversation
    assert conversation is not None
    assert (conversation.channel, conversation.messages, receipt.state) == ("C1", 2, "answered")
    assert [one.author for one in receipt.here.evidence.passages] == ["Ana", "Bo"]
    erased = fold(lines, lambda named: evidence_from(named, {}))
    assert {one.text for one in erased.here.evidence.passages} == {ERASED}
