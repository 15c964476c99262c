"""Answers that are held until a person has checked them: where each is, whose turn it is, and which click decided. Whatever
moves is moved by one conditional update, with its event in the same transaction.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final, Literal

from sqlalchemy import ColumnElement, update
from sqlmodel import Session, col, func, select

from bot.core.checked import ReviewStanding
from bot.core.clock import Clock
from bot.core.nouns import Event, Question, ReceiptId, Shows, SlackPlace, SlackUser, Turn
from bot.core.record import evidence_from, intents_of
from bot.stores.database import Database, changed, insert_new
from bot.stores.in_hand import InHand
from bot.stores.leases import Claim, Leases
from bot.stores.ledger.book import Ledger
from bot.stores.tables import InboxRow, ReviewRow, ReviewTurnRow
from bot.stores.texts import evidence_texts
from policies.evidence import Evidence
from policies.review import TRANSITIONS, Ruling, Stage

KIND: Final = "review"
_OPEN: Final = ("waiting", "claimed")


class ReviewStore(Leases[ReviewRow]):
    """The `Reviews` port, and the queue of what is to be done for any of them: a deadline is when one is due."""

    def __init__(self, database: Database, ledger: Ledger, clock: Clock, *, owner: str, length: timedelta) -> None:
        super().__init__(database, ReviewRow, owner=owner, length=length)
        self._ledger, self._clock = ledger, clock

    def open(self, claim: Claim) -> "OpenReview":
        return OpenReview(self, self._database, self._ledger, self._clock, claim)

    def turn(self, id: str) -> tuple[Turn, Stage, bool] | None:  # noqa: A002 - it is the turn's
        with self._database.reading() as session:
            row = session.exec(select(ReviewTurnRow).where(col(ReviewTurnRow.id) == id)).first()
            review = session.exec(select(ReviewRow).where(col(ReviewRow.id) == row.receipt)).first() if row else None
            if row is None or review is None:
                return None
            return _turn(row), _stage(review), review.turn == row.number

    def decided_by(self, turn: Turn) -> SlackUser | None:
        last = select(ReviewTurnRow).join(
            ReviewRow,
            (col(ReviewRow.id) == col(ReviewTurnRow.receipt))
            & (col(ReviewRow.workspace) == col(ReviewTurnRow.workspace))
            & (col(ReviewRow.turn) == col(ReviewTurnRow.number)),
        )
        decided = col(ReviewRow.stage).in_(("approved", "declined"))
        with self._database.reading() as session:
            row = session.exec(last.where(col(ReviewTurnRow.receipt) == turn.receipt, decided)).first()
            return SlackUser(team=row.team, user=row.reviewer) if row is not None else None

    def rule(self, turn: Turn, ruling: Ruling, event: Event) -> bool:
        now = self._clock()
        theirs = (col(ReviewRow.id) == turn.receipt) & (col(ReviewRow.turn) == turn.number)
        ruled = update(ReviewRow).where(theirs, *_may_become(ruling)).values(stage=ruling, due_at=now)
        with self._database.writing(ahead=True) as session:
            is_ours = changed(session, ruled) == 1
            if is_ours:
                self._ledger.append(session, [event.model_copy(update={"receipt": turn.receipt})], now)
        return is_ours

    def standing(self) -> tuple[ReviewStanding, ...]:
        """The port `ReviewQueue`."""
        open_ones = select(ReviewRow).where(
            col(ReviewRow.stage).in_(("held", "asked")), col(ReviewRow.state).in_(_OPEN)
        )
        with self._database.reading() as session:
            found = [self._standing(session, row) for row in session.exec(open_ones)]
        return tuple(sorted(found, key=lambda one: one.held_at))

    def _standing(self, session: Session, row: ReviewRow) -> ReviewStanding:
        events = self._ledger.events(session, ReceiptId(row.id))
        theirs = (col(ReviewTurnRow.receipt) == row.id) & (col(ReviewTurnRow.number) == row.turn)
        turn = session.exec(select(ReviewTurnRow).where(theirs)).first()
        return ReviewStanding(
            receipt=ReceiptId(row.id),
            intents=intents_of(next((one.body or {} for one in reversed(events) if one.kind == "closed"), {})),
            held_at=Question.model_validate_json(row.payload).asked_at,
            reviewer=SlackUser(team=turn.team, user=turn.reviewer) if turn is not None else None,
            number=row.turn,
            until=turn.until if turn is not None else None,
        )

    def rest(self, session: Session, claim: Claim, until: datetime, now: datetime) -> None:
        """Until then; or not at all, if somebody has decided meanwhile."""
        waits = {"state": "waiting", "lease_until": None, "attempts": 0, "error": None}
        asked = update(ReviewRow).where(self._held(claim), col(ReviewRow.stage) == "asked")
        if changed(session, asked.values(due_at=until, **waits)) == 0:
            self._set(session, claim, due_at=now, **waits)

    def move(self, session: Session, claim: Claim, instead_of: Stage, **values: object) -> bool:
        here = (col(ReviewRow.stage) == instead_of) & self._held(claim)
        return changed(session, update(ReviewRow).where(here).values(**values)) == 1


class OpenReview(InHand[ReviewStore]):
    """The `Review` port."""

    def __init__(self, store: ReviewStore, database: Database, ledger: Ledger, clock: Clock, claim: Claim) -> None:
        self.question = Question.model_validate_json(claim.payload)
        super().__init__(store, database, ledger, clock, claim, self.question.receipt)

    def stage(self) -> Stage:
        with self._database.reading() as session:
            return _stage(session.exec(select(ReviewRow).where(col(ReviewRow.id) == self._claim.id)).one())

    def turns(self) -> Sequence[Turn]:
        ours = select(ReviewTurnRow).where(col(ReviewTurnRow.receipt) == self._claim.id)
        with self._database.reading() as session:
            return [_turn(row) for row in session.exec(ours.order_by(col(ReviewTurnRow.number)))]

    def happened(self) -> Sequence[Event]:
        receipt = self.question.receipt
        with self._database.reading() as session:
            events = self._ledger.events(session, receipt)
        return [Event(kind=one.kind, receipt=receipt, body=one.body or {}) for one in events]

    def evidence(self, named: Sequence[Mapping[str, Any]]) -> Evidence:
        with self._database.reading() as session:
            return evidence_from(named, evidence_texts(session, named))

    def ask(self, turn: Turn, event: Event, *, instead_of: Stage) -> bool:
        def write(session: Session, now: datetime) -> bool:
            if not self._queue.move(session, self._claim, instead_of, stage="asked", turn=turn.number):
                return False
            body = turn.model_dump(exclude={"reviewer"})
            row = {**body, "team": turn.reviewer.team, "reviewer": turn.reviewer.user}
            assert insert_new(session, ReviewTurnRow, [row]) == 1, "turns are counted under the lease"
            self._append(session, (event,), now)
            return True

        assert "asked" in TRANSITIONS[instead_of]
        return self._held(write)

    def move(self, stage: Stage, event: Event, *, instead_of: Stage) -> bool:
        def write(session: Session, now: datetime) -> bool:
            is_moved = self._queue.move(session, self._claim, instead_of, stage=stage)
            if is_moved:
                self._append(session, (event,), now)
            return is_moved

        assert stage in TRANSITIONS[instead_of]
        return self._held(write)

    def located(self, turn: Turn, channel: str, message: str) -> None:
        self._held(lambda session, _: _change(session, turn, channel=channel, message=message))

    def turned(self, turn: Turn, shows: Shows) -> None:
        self._held(lambda session, _: _change(session, turn, shows=shows))

    def is_at(self, stage: Stage) -> bool:
        self._queue.check(self._claim)
        return self.stage() == stage

    def rest(self, until: datetime) -> None:
        with self._database.writing() as session:
            self._queue.rest(session, self._claim, until, self._clock())

    def finish(self, event: Event | None) -> None:
        """Signed, too, if it is the end of the receipt."""

        def write(session: Session, now: datetime) -> None:
            self._queue.finish(session, self._claim, now)
            if event is not None:
                self._append(session, (event,), now)
                self._ledger.checkpoint(session, now)

        self._held(write)


def begin(session: Session, question: Question, now: datetime) -> None:
    """From here on its answer waits for a person."""
    assert isinstance(question.place, SlackPlace), "only there it can be asked for"
    receipt = question.receipt
    row = {
        "id": receipt,
        "kind": KIND,
        "key": receipt,
        "payload": question.model_dump_json(),
        "state": "waiting",
        "due_at": now,
        "attempts": 0,
        "fence": 0,
        "subject": question.place.subject,
        "stage": "held",
        "turn": 0,
    }
    insert_new(session, ReviewRow, [row])


def move_on(session: Session, receipt: ReceiptId, to: Literal["next", "nobody"], now: datetime) -> bool:
    """Whether it waited for somebody. Whoever is at work on it finds it so; a click that was first has decided."""
    this = (col(ReviewRow.id) == receipt) & col(ReviewRow.state).in_(_OPEN)
    if to == "nobody":
        ends = update(ReviewRow).where(this, *_may_become("nobody"), col(ReviewRow.stage) != "approved")
        return changed(session, ends.values(stage="nobody", due_at=now)) == 1
    asked = session.exec(select(ReviewRow).where(this, col(ReviewRow.stage) == "asked").with_for_update()).first()
    if asked is None:
        return False
    theirs = (col(ReviewTurnRow.receipt) == receipt) & (col(ReviewTurnRow.number) == asked.turn)
    session.execute(update(ReviewTurnRow).where(theirs).values(until=now))
    asked.due_at = now
    return True


def make_up_for(session: Session, since: datetime, now: datetime) -> None:
    """Nobody could check anything since then, so whoever was asked has as much time left as they had."""
    asked = select(ReviewRow).where(col(ReviewRow.stage) == "asked", col(ReviewRow.state).in_(_OPEN))
    for row in session.exec(asked.with_for_update()).all():
        theirs = (col(ReviewTurnRow.receipt) == row.id) & (col(ReviewTurnRow.number) == row.turn)
        turn = session.exec(select(ReviewTurnRow).where(theirs)).one()
        if turn.until > since:  # whoever looks before then finds that it is not over, and rests
            turn.until += now - since


def withdraw(session: Session, subject: str, now: datetime) -> list[ReceiptId]:
    """Those of a message that has other words by now, or is gone. Whoever is about to show one finds it so."""
    newest = select(func.max(InboxRow.revision)).where(col(InboxRow.subject) == subject).scalar_subquery()
    outdated = (
        select(ReviewRow.id)
        .join(InboxRow, (col(InboxRow.id) == col(ReviewRow.id)) & (col(InboxRow.workspace) == col(ReviewRow.workspace)))
        .where(col(ReviewRow.subject) == subject, *_may_become("withdrawn"), col(InboxRow.revision) < newest)
    )
    found = [ReceiptId(receipt) for receipt in session.exec(outdated)]
    for receipt in found:
        gone = update(ReviewRow).where(col(ReviewRow.id) == receipt, *_may_become("withdrawn"))
        session.execute(gone.values(stage="withdrawn", due_at=now))
    return found


def _may_become(stage: Stage) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    before = [one for one, after in TRANSITIONS.items() if stage in after]
    return col(ReviewRow.stage).in_(before), col(ReviewRow.state).in_(_OPEN)


def _change(session: Session, turn: Turn, **values: object) -> None:
    session.execute(update(ReviewTurnRow).where(col(ReviewTurnRow.id) == turn.id).values(**values))


def _stage(row: ReviewRow) -> Stage:
    return next(stage for stage in TRANSITIONS if stage == row.stage)


def _turn(row: ReviewTurnRow) -> Turn:
    body = row.model_dump(exclude={"workspace", "team", "reviewer"})
    return Turn(**body, reviewer=SlackUser(team=row.team, user=row.reviewer))
