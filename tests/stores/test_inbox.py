from datetime import UTC, datetime, timedelta

import pytest

from bot.core.errors import LostLease
from bot.core.nouns import CommandLine, Incoming, Question, SlackPlace, SlackUser, new_receipt_id
from bot.stores.database import Database
from bot.stores.inbox import CLI_QUESTION, Inbox
from bot.stores.leases import Claim
from bot.stores.ledger.book import Ledger
from bot.stores.receipts import Receipts
from policies.people import Email
from tests.stores.ledgers import KEY
from tests.threads import at_once

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
LENGTH = timedelta(seconds=30)


def receive(database: Database, key: str, text: str = "How much leave?") -> bool:
    question = Question(
        receipt=new_receipt_id(), text=text, asker=Email("ana@acme.test"), place=CommandLine(), asked_at=NOON
    )
    with database.writing() as session:
        return Inbox(database, owner="here", length=LENGTH).receive(
            session, Incoming(question=question, key=key, subject=key, lane=key), now=NOON
        )


def test_the_same_key_is_received_once_however_many_bring_it(database: Database) -> None:
    assert sorted(at_once(8, lambda _: receive(database, "message:1"))) == [False] * 7 + [True]
    assert [state for _, state in Inbox(database, owner="here", length=LENGTH).states()] == ["waiting"]


def test_what_came_first_stays_as_it_came(database: Database) -> None:
    assert receive(database, "message:1", "first")
    assert not receive(database, "message:1", "second")
    claim = Inbox(database, owner="here", length=LENGTH).claim(NOON)
    assert claim is not None
    assert Question.model_validate_json(claim.payload).text == "first"
    assert claim.kind == CLI_QUESTION
    assert claim.id == Question.model_validate_json(claim.payload).receipt


def test_a_key_that_was_answered_is_not_received_again(database: Database) -> None:
    inbox = Inbox(database, owner="here", length=LENGTH)
    receive(database, "message:1")
    claim = inbox.claim(NOON)
    assert claim is not None
    with database.writing() as session:
        inbox.finish(session, claim, NOON)
    assert not receive(database, "message:1")
    assert inbox.claim(NOON) is None


def test_different_keys_are_all_received(database: Database) -> None:
    assert at_once(8, lambda number: receive(database, f"message:{number}")) == [True] * 8
    assert len(Inbox(database, owner="here", length=LENGTH).states()) == 8


def test_what_is_to_be_tried_again_waits_until_it_is_due(database: Database) -> None:
    inbox = Inbox(database, owner="here", length=LENGTH)
    receive(database, "message:1")
    claim = inbox.claim(NOON)
    assert claim is not None
    later = NOON + timedelta(minutes=5)
    again(database, inbox, claim, later)
    assert inbox.claim(later - timedelta(microseconds=1)) is None
    taken = inbox.claim(later)
    assert taken is not None
    assert (taken.attempts, taken.fence) == (2, 2)
    with pytest.raises(LostLease):
        again(database, inbox, claim, later)


def again(database: Database, inbox: Inbox, claim: Claim, due_at: datetime) -> None:
    with database.writing() as session:
        inbox.again(session, claim, due_at, error="later")


def test_what_is_received_and_claimed_at_once_is_never_there_for_another(database: Database) -> None:
    question = Question(
        receipt=new_receipt_id(), text="?", asker=Email("ana@acme.test"), place=CommandLine(), asked_at=NOON
    )
    ours, theirs = (Inbox(database, owner=owner, length=LENGTH) for owner in ("here", "there"))
    receipts = Receipts(database, Ledger(database, KEY), ours, clock=lambda: NOON)
    claim = receipts.take_and_claim(Incoming.once(question))
    assert claim is not None
    assert (claim.id, claim.attempts, claim.fence) == (question.receipt, 1, 1)
    assert theirs.claim(NOON) is None
    assert receipts.take_and_claim(Incoming.once(question)) is None
    assert [event.kind for event in receipts.events(question.receipt)] == ["asked"]


def said(
    database: Database,
    text: str,
    message: str,
    *,
    thread: str | None = None,
    channel: str = "C1",
    edited: str | None = None,
    minutes: int = 0,
) -> Question:
    """As Slack's messages come in."""
    place = SlackPlace(team="T", channel=channel, message=message, thread=thread, edited=edited)
    asker = SlackUser(team="T", user="U1")
    question = Question(
        receipt=new_receipt_id(), text=text, asker=asker, place=place, asked_at=NOON + timedelta(minutes=minutes)
    )
    subject = f"slack:T:{channel}:{message}"
    key = f"{subject}:{edited or ''}"
    incoming = Incoming(question=question, key=key, subject=subject, lane=f"lane:{thread}", revision=edited or "")
    inbox = Inbox(database, owner="here", length=LENGTH)
    with database.writing() as session:
        assert inbox.receive(session, incoming, now=NOON)
        inbox.withdraw_outdated(session, subject)
    return question


def before(database: Database, question: Question, minutes: float = 30) -> list[str]:
    inbox = Inbox(database, owner="here", length=LENGTH)
    return [one.text for one in inbox.before(question, timedelta(minutes=minutes))]


def test_thread_is_what_was_asked_in_it_before_oldest_first(database: Database) -> None:
    said(database, "first", "100.1", thread="100.1")
    said(database, "another thread", "101.1", thread="101.1")
    said(database, "another channel", "100.5", thread="100.1", channel="C2")
    said(database, "second", "102.1", thread="100.1", minutes=600)
    asked = said(database, "third", "103.1", thread="100.1", minutes=900)
    said(database, "later", "104.1", thread="100.1")
    assert before(database, asked) == ["first", "second"]


def test_thread_below_a_direct_message_begins_with_that_message(database: Database) -> None:
    said(database, "first", "100.1")
    said(database, "beside it", "100.2")
    assert before(database, said(database, "second", "101.1", thread="100.1", minutes=900)) == ["first"]


def test_outside_threads_only_what_was_asked_just_now_is_followed(database: Database) -> None:
    said(database, "this morning", "100.1")
    said(database, "in a thread", "150.1", thread="100.1", minutes=100)
    said(database, "just now", "200.1", minutes=100)
    assert before(database, said(database, "and?", "201.1", minutes=120)) == ["just now"]


def test_thread_has_the_newest_wording_and_nothing_that_was_taken_back(database: Database) -> None:
    said(database, "frist", "100.1", thread="100.1")
    said(database, "first", "100.1", thread="100.1", edited="100.9")
    said(database, "taken back", "101.1", thread="100.1")
    with database.writing() as session:
        Inbox(database, owner="here", length=LENGTH).forget(session, "slack:T:C1:101.1", now=NOON)
        Inbox(database, owner="here", length=LENGTH).withdraw_outdated(session, "slack:T:C1:101.1")
    assert before(database, said(database, "and?", "102.1", thread="100.1")) == ["first"]


def test_command_line_has_no_thread(database: Database) -> None:
    receive(database, "message:1")
    place = CommandLine()
    asked = Question(receipt=new_receipt_id(), text="and?", asker=Email("ana@acme.test"), place=place, asked_at=NOON)
    assert before(database, asked) == []
