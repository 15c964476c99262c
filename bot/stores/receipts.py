"""Receipts being written: what a question led to, event by event, under the lease of whoever works on it."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlmodel import Session, col, select

from bot.core.clock import Clock
from bot.core.nouns import Event, Question, ReceiptId
from bot.core.record import evidence_from, texts_of
from bot.stores.database import Database, insert_new
from bot.stores.inbox import Inbox
from bot.stores.leases import Claim
from bot.stores.ledger.book import Ledger, Recorded
from bot.stores.tables import TextRow
from policies.evidence import Evidence


class Receipts:
    def __init__(self, database: Database, ledger: Ledger, inbox: Inbox, clock: Clock) -> None:
        self._database, self._ledger, self._inbox, self._clock = database, ledger, inbox, clock

    def receive(self, question: Question, *, key: str) -> Claim | None:
        """Durable when it returns: the question is ours to answer, and its receipt has begun. None: it is not new."""
        now = self._clock()
        with self._database.writing() as session:
            if not self._inbox.receive(session, question, key=key, now=now):
                return None
            claim = self._inbox.claim_one(session, now, id=question.receipt)
            body = question.model_dump(mode="json", exclude={"receipt"})
            self._ledger.append(session, [Event(kind="asked", receipt=question.receipt, body=body)], now)
        return claim

    def open(self, claim: Claim) -> "OpenReceipt":
        return OpenReceipt(self._database, self._ledger, self._inbox, self._clock, claim)

    def events(self, receipt: ReceiptId) -> tuple[Recorded, ...]:
        with self._database.reading() as session:
            return self._ledger.events(session, receipt)

    def note(self, event: Event) -> None:
        """Something that happened outside any question's work."""
        with self._database.writing() as session:
            self._ledger.append(session, [event], self._clock())


class OpenReceipt:
    """The `Work` port."""

    def __init__(self, database: Database, ledger: Ledger, inbox: Inbox, clock: Clock, claim: Claim) -> None:
        self._database, self._ledger, self._inbox, self._clock = database, ledger, inbox, clock
        self._claim = claim
        self.question = Question.model_validate_json(claim.payload)
        self.attempt = claim.attempts

    def recorded(self, kind: str) -> Event | None:
        with self._database.reading() as session:
            events = [event for event in self._ledger.events(session, self.question.receipt) if event.kind == kind]
        return Event(kind=kind, body=events[-1].body or {}) if events else None

    def evidence(self, event: Event) -> Evidence:
        with self._database.reading() as session:
            texts = evidence_texts(session, event.body)
        return evidence_from(event.body["evidence"], texts)

    def record(self, *events: Event) -> None:
        self._held(lambda session, now: self._append(session, events, now))

    def record_evidence(self, event: Event, evidence: Evidence) -> None:
        def write(session: Session, now: datetime) -> None:
            # In one order, whoever writes: two that hold what the other waits for would wait for ever.
            texts = sorted(texts_of(evidence).items())
            insert_new(session, TextRow, [{"digest": digest, "text": text} for digest, text in texts])
            self._append(session, (event,), now)

        self._held(write)

    def finish(self, event: Event) -> None:
        """Signed, too: from here on nobody can change this receipt unseen."""

        def write(session: Session, now: datetime) -> None:
            self._inbox.finish(session, self._claim, now)
            self._append(session, (event,), now)
            self._ledger.checkpoint(session, now)

        self._held(write)

    def fail(self, event: Event, error: str) -> None:
        def write(session: Session, now: datetime) -> None:
            self._inbox.finish(session, self._claim, now, error=error)
            self._append(session, (event,), now)

        self._held(write)

    def try_again(self, event: Event, error: str, after: timedelta) -> None:
        def write(session: Session, now: datetime) -> None:
            self._inbox.again(session, self._claim, now + after, error=error)
            self._append(session, (event,), now)

        self._held(write)

    def renew(self) -> None:
        self._inbox.renew(self._claim, self._clock())

    def _held(self, write: Callable[[Session, datetime], None]) -> None:
        with self._database.writing() as session:
            self._inbox.hold(session, self._claim)
            write(session, self._clock())

    def _append(self, session: Session, events: tuple[Event, ...], now: datetime) -> None:
        ours = [event.model_copy(update={"receipt": self.question.receipt}) for event in events]
        self._ledger.append(session, ours, now)


def evidence_texts(session: Session, body: Mapping[str, Any]) -> dict[str, str]:
    digests = [found["passage"]["text"] for found in body["evidence"]]
    return {row.digest: row.text for row in session.exec(select(TextRow).where(col(TextRow.digest).in_(digests)))}
