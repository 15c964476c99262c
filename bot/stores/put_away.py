"""What waits in a workspace that has removed us: none of it is done any more. Whoever has something of it in hand loses it at
the next write. What was asked and answered stays, until it is erased.
"""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Update, update
from sqlmodel import Session, col, select

from bot.core.nouns import Event, ReceiptId
from bot.core.proposals import Stage
from bot.stores.database import Database, changed
from bot.stores.leader import TIMERS
from bot.stores.ledger.book import Ledger
from bot.stores.tables import EvaluationRow, ExecutionRow, InboxRow, JobRow, Leased, ReviewRow

_OPEN = ("waiting", "claimed")
_PUT_AWAY: Mapping[str, Stage] = {
    "proposed": "declined",
    "confirmed": "declined",
    "approved": "declined",
    "claimed": "unknown",
}


def put_away(database: Database, ledger: Ledger, why: str, now: datetime) -> int:
    """How many things that were. Doing it again finds nothing."""
    with database.writing() as session:
        asked = select(InboxRow.id).where(col(InboxRow.state).in_(_OPEN))
        held = select(ReviewRow.id).where(col(ReviewRow.state).in_(_OPEN))
        receipts = sorted({*session.exec(asked), *session.exec(held)})
        shut = {"finished_at": now, "lease_until": None, "error": why}
        questions = changed(session, _open(InboxRow).values(state="withdrawn", fence=col(InboxRow.fence) + 1, **shut))
        reviews = _open(ReviewRow).values(state="failed", stage="withdrawn", fence=col(ReviewRow.fence) + 1, **shut)
        session.execute(reviews)
        jobs = _open(JobRow).where(col(JobRow.kind) != TIMERS)
        errands = changed(session, jobs.values(state="failed", fence=col(JobRow.fence) + 1, **shut))
        waits = update(EvaluationRow).where(col(EvaluationRow.state) == "asked")
        session.execute(waits.values(state="failed", finished_at=now))
        events = [Event(kind="withdrawn", receipt=receipt) for receipt in receipts]
        events += _acts(session, why, now)
        ledger.append(session, [*events, Event(kind="shut_out", body={"why": why})], now)
    return questions + errands


def _acts(session: Session, why: str, now: datetime) -> list[Event]:
    """What may have happened is never taken for what has not."""
    events = []
    for row in session.exec(select(ExecutionRow).where(col(ExecutionRow.state).in_(_OPEN)).with_for_update()).all():
        stage = _PUT_AWAY.get(row.stage)
        row.state, row.fence, row.finished_at, row.lease_until, row.error = "failed", row.fence + 1, now, None, why
        if stage is not None:
            row.stage, row.because = stage, "put_away"
            kind = "act_declined" if stage == "declined" else "act_ended"
            body = {"proposal": row.id, "digest": row.digest, "stage": stage, "because": "put_away"}
            events.append(Event(kind=kind, receipt=ReceiptId(row.receipt), body=body))
    return events


def _open(table: type[Leased]) -> Update:
    return update(table).where(col(table.state).in_(_OPEN))
