from datetime import UTC, datetime, timedelta

import pytest

from bot.core.errors import LostLease
from bot.core.nouns import CommandLine, Incoming, Question, new_receipt_id
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
