"""A small ledger with everything in it, for the tests that read it and for those that damage it."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from bot.core.nouns import Event, ReceiptId
from bot.stores.database import Database
from bot.stores.ledger.book import Ledger
from bot.stores.ledger.checkpoints import Checkpoint
from bot.stores.ledger.key import LedgerKey

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
KEY = LedgerKey(Ed25519PrivateKey.from_private_bytes(b"a test's own key, of thirty-two."))
OTHER_KEY = LedgerKey(Ed25519PrivateKey.from_private_bytes(b"another key, of thirty-two bytes"))
SIZE = 25
SIGNED = (5, 12, 21)
ERASED = (3, 6, 7)
ERASING = 12


def some_events(count: int, first: int = 0) -> list[Event]:
    return [_event(number) for number in range(first, first + count)]


def append(database: Database, ledger: Ledger, events: Sequence[Event], at: datetime = NOON) -> tuple[int, ...]:
    with database.writing() as session:
        return ledger.append(session, events, at)


def checkpoint(database: Database, ledger: Ledger, at: datetime = NOON) -> Checkpoint:
    with database.writing() as session:
        return ledger.checkpoint(session, at)


def filled(database: Database) -> tuple[Ledger, tuple[Checkpoint, ...]]:
    """25 events: checkpoints after 5, 12 and 21; 3, 6 and 7 erased by event 12; the last four not signed yet."""
    ledger = Ledger(database, KEY)
    made = []
    append(database, ledger, some_events(5))
    made.append(checkpoint(database, ledger))
    append(database, ledger, some_events(7, first=5), NOON + timedelta(minutes=1))
    made.append(checkpoint(database, ledger, NOON + timedelta(minutes=1)))
    with database.writing() as session:
        assert ledger.erase(session, ERASED, "asked to", NOON + timedelta(minutes=2)) == ERASING
    append(database, ledger, some_events(8, first=13), NOON + timedelta(minutes=3))
    made.append(checkpoint(database, ledger, NOON + timedelta(minutes=3)))
    append(database, ledger, some_events(4, first=21), NOON + timedelta(minutes=4))
    return ledger, tuple(made)


def _event(number: int) -> Event:
    receipt = None if number % 6 == 4 else ReceiptId(f"r_{number // 4}")
    return Event(
        kind=("opened", "retrieved", "closed")[number % 3], receipt=receipt, body={"n": number, "text": "čaj ☕"}
    )
