"""What waits in a workspace that has removed us: none of it is done any more. Whoever has something of it in hand loses it at
the next write. What was asked and answered stays, until it is erased.
"""

from datetime import datetime

from sqlalchemy import Update, update
from sqlmodel import col, select

from bot.core.nouns import Event
from bot.stores.database import Database, changed
from bot.stores.leader import TIMERS
from bot.stores.ledger.book import Ledger
from bot.stores.tables import EvaluationRow, InboxRow, JobRow, Leased, ReviewRow

_OPEN = ("waiting", "claimed")


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
        ledger.append(session, [*events, Event(kind="shut_out", body={"why": why})], now)
    return questions + errands


def _open(table: type[Leased]) -> Update:
    return update(table).where(col(table.state).in_(_OPEN))
