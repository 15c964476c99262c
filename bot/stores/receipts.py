"""Receipts being written: what a question led to, event by event, under the lease of whoever works on it."""

import threading
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from cachetools import LRUCache
from sqlmodel import Session

from bot.core.clock import Clock
from bot.core.nouns import Event, Incoming, Question, ReceiptId, Said, SlackUser
from bot.core.ports import Pace
from bot.core.record import evidence_from, texts_of
from bot.stores import reviews
from bot.stores.database import Database, insert_new
from bot.stores.in_hand import InHand
from bot.stores.inbox import Inbox
from bot.stores.leases import Claim
from bot.stores.ledger.book import Ledger, Recorded
from bot.stores.pauses import paused
from bot.stores.tables import TextRow
from bot.stores.texts import evidence_texts
from policies.evidence import Evidence


class Receipts:
    def __init__(self, database: Database, ledger: Ledger, inbox: Inbox, clock: Clock) -> None:
        self._database, self._ledger, self._inbox, self._clock = database, ledger, inbox, clock
        # Keys that are in the inbox for ever. Slack sends each mention twice, and a write for nothing is still a write.
        self._known: LRUCache[str, None] = LRUCache(4096)
        self._known_lock = threading.Lock()

    def take(self, incoming: Incoming) -> bool:
        """Durable when it returns: the question waits, and its receipt has begun. Whether it is new."""
        with self._known_lock:
            if incoming.key in self._known:
                return False
        now = self._clock()
        with self._database.writing(ahead=True) as session:
            is_new = self._take(session, incoming, now)
        with self._known_lock:  # only now: what was not committed is not known
            self._known[incoming.key] = None
        return is_new

    def take_and_claim(self, incoming: Incoming) -> Claim | None:
        """The same, and it is ours to answer, before anybody else can see it."""
        now = self._clock()
        with self._database.writing() as session:
            if not self._take(session, incoming, now):
                return None
            return self._inbox.claim_one(session, now, id=incoming.question.receipt)

    def forget(self, subject: str) -> None:
        """Whoever asked took it back."""
        now = self._clock()
        with self._database.writing() as session:
            if self._inbox.forget(session, subject, now=now):
                self._ledger.append(session, self._withdrawn(session, subject, now), now)

    def _take(self, session: Session, incoming: Incoming, now: datetime) -> bool:
        if not self._inbox.receive(session, incoming, now=now):
            return False
        receipt = incoming.question.receipt
        body = incoming.question.model_dump(mode="json", exclude={"receipt", "written"})
        asked = Event(kind="asked", receipt=receipt, body=body)
        self._ledger.append(
            session, [asked, *_chosen(incoming.question), *self._withdrawn(session, incoming.subject, now)], now
        )
        return True

    def _withdrawn(self, session: Session, subject: str, now: datetime) -> list[Event]:
        outdated = [*self._inbox.withdraw_outdated(session, subject), *reviews.withdraw(session, subject, now)]
        return [Event(kind="withdrawn", receipt=receipt) for receipt in outdated]

    def open(self, claim: Claim) -> "OpenReceipt":
        return OpenReceipt(self._database, self._ledger, self._inbox, self._clock, claim)

    def events(self, receipt: ReceiptId) -> tuple[Recorded, ...]:
        with self._database.reading() as session:
            return self._ledger.events(session, receipt)

    def happened(self, receipt: ReceiptId) -> Sequence[Event]:
        return [Event(kind=one.kind, receipt=receipt, body=one.body or {}) for one in self.events(receipt)]

    def evidence(self, named: Sequence[Mapping[str, Any]]) -> Evidence:
        with self._database.reading() as session:
            return evidence_from(named, evidence_texts(session, named))

    def lately(self, asker: SlackUser, most: int) -> Sequence[ReceiptId]:
        return self._inbox.lately(asker, most)

    def newest_wording(self, receipt: ReceiptId) -> Question | None:
        return self._inbox.newest_wording(receipt)

    def note(self, event: Event) -> None:
        """Something that happened outside any question's work."""
        with self._database.writing() as session:
            self._ledger.append(session, [event], self._clock())

    def note_once(self, event: Event) -> bool:
        with self._database.writing() as session:
            return self._ledger.append_once(session, event, self._clock())


class OpenReceipt(InHand[Inbox]):
    """The `Work` port."""

    def __init__(self, database: Database, ledger: Ledger, inbox: Inbox, clock: Clock, claim: Claim) -> None:
        self.question = Question.model_validate_json(claim.payload)
        super().__init__(inbox, database, ledger, clock, claim, self.question.receipt)

    def reword(self, text: str) -> None:
        question = self.question.model_copy(update={"text": text, "written": None})

        def write(session: Session, now: datetime) -> None:
            self._queue.reword(session, self._claim, question)
            self._append(session, (Event(kind="spelled", body={"text": text}),), now)

        self._held(write)
        self.question = question

    def thread(self, within: timedelta) -> Sequence[Said]:
        return [Said(by="person", text=one.text) for one in self._queue.before(self.question, within)]

    def recorded(self, kind: str) -> Event | None:
        with self._database.reading() as session:
            events = [event for event in self._ledger.events(session, self.question.receipt) if event.kind == kind]
        return Event(kind=kind, body=events[-1].body or {}) if events else None

    def evidence(self, named: Sequence[Mapping[str, Any]]) -> Evidence:
        with self._database.reading() as session:
            texts = evidence_texts(session, named)
        return evidence_from(named, texts)

    def record_shown(self, event: Event) -> None:
        def write(session: Session, now: datetime) -> None:
            self._queue.leave_lane(session, self._claim)
            self._append(session, (event,), now)

        self._held(write)

    def record_evidence(self, event: Event, evidence: Evidence) -> None:
        def write(session: Session, now: datetime) -> None:
            # In one order, whoever writes: two that hold what the other waits for would wait for ever.
            texts = sorted(texts_of(evidence).items())
            insert_new(session, TextRow, [{"digest": digest, "text": text} for digest, text in texts])
            self._append(session, (event,), now)

        self._held(write)

    def pace(self) -> Pace:
        with self._database.reading() as session:
            return self._queue.pace(session, self.question.receipt)

    def is_withdrawn(self) -> bool:
        return self._queue.withdrawn(self.question.receipt)

    def is_paused(self) -> bool:
        with self._database.reading() as session:
            return paused(session) is not None

    def record_turned_away(self, event: Event) -> bool:
        def write(session: Session, now: datetime) -> bool:
            told = self._queue.tell(session, self.question.receipt)
            self._append(session, (event.model_copy(update={"body": {**event.body, "told": told}}),), now)
            return told

        return self._held(write)

    def finish(self, event: Event) -> None:
        """Signed, too: from here on nobody can change this receipt unseen."""

        def write(session: Session, now: datetime) -> None:
            self._queue.finish(session, self._claim, now)
            self._append(session, (event,), now)
            self._ledger.checkpoint(session, now)

        self._held(write)

    def hold(self, event: Event) -> None:
        """Signed, too: what a person is asked about is what was decided."""

        def write(session: Session, now: datetime) -> None:
            self._queue.finish(session, self._claim, now)
            reviews.begin(session, self.question, now)
            self._append(session, (event,), now)
            self._ledger.checkpoint(session, now)

        self._held(write)

    def try_again(self, event: Event, error: str, after: timedelta, *, apart: bool = False) -> None:
        """`apart`: what was said after it is answered before."""

        def write(session: Session, now: datetime) -> None:
            if apart:
                self._queue.leave_lane(session, self._claim)
            self._queue.again(session, self._claim, now + after, error=error)
            self._append(session, (event,), now)

        self._held(write)


def _chosen(question: Question) -> list[Event]:
    """For the receipt of the question that was asked back: what it led to."""
    chosen = question.chosen
    if chosen is None:
        return []
    return [Event(kind="chosen", receipt=chosen.receipt, body={"option": chosen.option, "anew": question.receipt})]
