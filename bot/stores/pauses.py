"""Whether anything is answered at all. A pause takes what is being answered, checked, done or handed over out of the hands of
whoever does it: their next write fails, and nothing that they have made is shown.
"""

from datetime import datetime

from sqlalchemy import delete
from sqlmodel import Session, col

from bot.core.admin import Paused
from bot.stores import reviews
from bot.stores.database import Database, changed, insert_new
from bot.stores.handing import ERRAND
from bot.stores.inbox import CLI_QUESTION, SLACK_QUESTION
from bot.stores.jobs import take_away_all
from bot.stores.leases import take_away
from bot.stores.tables import ExecutionRow, InboxRow, PauseRow, ReviewRow


def paused(session: Session) -> Paused | None:
    row = session.get(PauseRow, session.info["workspace"])
    return Paused(row.by, row.at) if row is not None else None


def pause(session: Session, by: str, now: datetime) -> bool:
    """Whether it is new."""
    if insert_new(session, PauseRow, [{"by": by, "at": now}]) == 0:
        return False
    questions = col(InboxRow.kind).in_((CLI_QUESTION, SLACK_QUESTION))
    take_away(session, InboxRow, questions)
    take_away(session, ReviewRow)
    take_away(session, ExecutionRow)
    take_away_all(session, ERRAND)
    return True


def resume(session: Session, now: datetime) -> bool:
    """Whether it was paused. Whoever was to check an answer meanwhile has as much time left as they had."""
    was = paused(session)
    if was is None or changed(session, delete(PauseRow)) != 1:
        return False
    reviews.make_up_for(session, was.at, now)
    return True


class Pauses:
    def __init__(self, database: Database) -> None:
        self._database = database

    def now(self) -> Paused | None:
        with self._database.reading() as session:
            return paused(session)
