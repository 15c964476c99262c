from datetime import timedelta

from bot.core.nouns import CommandLine, Event, Incoming, Question, new_receipt_id
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
