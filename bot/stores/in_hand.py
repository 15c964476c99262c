"""What somebody works on, under its lease. Whatever they write of it, its events with it, is written by the one who holds it."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any, Generic, TypeVar

from sqlmodel import Session

from bot.core.clock import Clock
from bot.core.nouns import Event, ReceiptId
from bot.stores.database import Database
from bot.stores.leases import Claim, Leases
from bot.stores.ledger.book import Ledger

Queue = TypeVar("Queue", bound=Leases[Any])
Written = TypeVar("Written")


class InHand(Generic[Queue]):
    """`receipt`: where its events stand."""

    def __init__(
        self, queue: Queue, database: Database, ledger: Ledger, clock: Clock, claim: Claim, receipt: ReceiptId
    ) -> None:
        self._queue, self._database, self._ledger, self._clock = queue, database, ledger, clock
        self._claim, self.receipt = claim, receipt
        self.attempt = claim.attempts

    def check_lease(self) -> None:
        self._queue.check(self._claim)

    def renew(self) -> None:
        self._queue.renew(self._claim, self._clock())

    def record(self, *events: Event) -> None:
        self._held(lambda session, now: self._append(session, events, now))

    def try_again(self, event: Event, error: str, after: timedelta) -> None:
        def write(session: Session, now: datetime) -> None:
            self._queue.again(session, self._claim, now + after, error=error)
            self._append(session, (event,), now)

        self._held(write)

    def fail(self, event: Event, error: str) -> None:
        def write(session: Session, now: datetime) -> None:
            self._queue.finish(session, self._claim, now, error=error)
            self._append(session, (event,), now)

        self._held(write)

    def _held(self, write: Callable[[Session, datetime], Written]) -> Written:
        with self._database.writing() as session:
            self._queue.hold(session, self._claim)
            return write(session, self._clock())

    def _append(self, session: Session, events: Sequence[Event], now: datetime) -> None:
        ours = [event.model_copy(update={"receipt": self.receipt}) for event in events]
        self._ledger.append(session, ours, now)
