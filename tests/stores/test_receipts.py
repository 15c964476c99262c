from datetime import timedelta

import pytest

from bot.core.errors import LostLease
from bot.core.nouns import CommandLine, Event, Incoming, Question, new_receipt_id
from bot.core.receipt import fold
from bot.core.record import asked_in
from bot.stores.database import Database
from bot.stores.inbox import Inbox
from bot.stores.leases import Claim
from bot.stores.ledger.book import Ledger
from bot.stores.receipts import Receipts
from policies.people import Email
from tests.fakes.passages import NOON, some_evidence
from tests.stores.ledgers import KEY
from tests.threads import at_once

ANA = Email("ana@acme.test")
TEXTS = [f"Sentence {number} of the handbook." for number in range(60)]


def received(receipts: Receipts) -> Claim:
    question = Question(receipt=new_receipt_id(), text="Leave?", asker=ANA, place=CommandLine(), asked_at=NOON)
    claim = receipts.take_and_claim(Incoming.once(question))
    assert claim is not None
    return claim


def test_two_questions_that_find_the_same_texts_in_opposite_orders_wait_for_neither(database: Database) -> None:
    inbox = Inbox(database, owner="here", length=timedelta(seconds=30))
    receipts = Receipts(database, Ledger(database, KEY), inbox, lambda: NOON)
    for turn in range(5):
        texts = [f"{text} Edition {turn}." for text in TEXTS]
        works = [receipts.open(received(receipts)) for _ in range(2)]
        orders = (some_evidence(*texts), some_evidence(*reversed(texts)))

        def record(number: int) -> None:
            works[number].record_evidence(Event(kind="retrieved"), orders[number])  # noqa: B023 - used in this turn

        at_once(2, record)


def test_a_question_says_what_it_was_spelled_as_in_its_next_attempt_and_in_its_receipt(database: Database) -> None:
    inbox = Inbox(database, owner="here", length=timedelta(seconds=30))
    receipts = Receipts(database, Ledger(database, KEY), inbox, lambda: NOON)
    question = Question(
        receipt=new_receipt_id(),
        text="Leave in a channel?",
        asker=ANA,
        place=CommandLine(),
        asked_at=NOON,
        written="Leave in <#C2>?",
    )
    claim = receipts.take_and_claim(Incoming.once(question))
    assert claim is not None
    work = receipts.open(claim)
    work.reword("Leave in #hr?")
    assert (work.question.text, work.question.written) == ("Leave in #hr?", None)
    work.try_again(Event(kind="delayed"), "away", timedelta())
    again = inbox.claim(NOON)
    assert again is not None
    assert receipts.open(again).question == work.question
    assert receipts.newest_wording(question.receipt) == work.question
    events = receipts.happened(question.receipt)
    assert asked_in(events, question.receipt) == work.question
    assert fold(receipts.events(question.receipt), receipts.evidence).asked == work.question
    assert "C2" not in str([one.body for one in events])  # what was sent is kept nowhere else
    with pytest.raises(LostLease):
        work.reword("Leave elsewhere?")
    assert asked_in(receipts.happened(question.receipt), question.receipt) == work.question
