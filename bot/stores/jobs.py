"""What we have to do ourselves. Asking twice for work that still waits is asking once."""

import json
import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import ColumnElement, update
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from bot.stores.database import Database, insert_new
from bot.stores.leases import Leases, take_away
from bot.stores.tables import JobRow

SYNC: Final = "sync"
CLEAR: Final = "clear"
EVALUATE: Final = "evaluate"
REMOVED: Final = "removed"  # the key of the one job that clears away what is left of removed sources


class Jobs(Leases[JobRow]):
    def __init__(self, database: Database, *, owner: str, length: timedelta) -> None:
        super().__init__(database, JobRow, owner=owner, length=length)

    def end_all(self, session: Session) -> int:
        _give_way(session)
        return super().end_all(session)

    def enqueue(self, session: Session, kind: str, key: str, payload: dict[str, object], *, now: datetime) -> str:
        """The id of the job that now waits: a new one, or the one that waited already. What that one has to do, it does."""
        return enqueue(session, kind, key, payload, now=now)

    def is_waiting(self, session: Session, kind: str, key: str) -> bool:
        """Whether its like was asked for meanwhile: then that one does what both were to do."""
        return session.exec(_that_waits(kind, key)).first() is not None

    def is_in_hand(self, kind: str, key: str) -> bool:
        """Whether such a job waits, or is being done."""
        open_ones = (
            (col(JobRow.kind) == kind) & (col(JobRow.key) == key) & col(JobRow.state).in_(("waiting", "claimed"))
        )
        with self._database.reading() as session:
            return session.exec(select(JobRow.id).where(open_ones).limit(1)).first() is not None

    def is_held(self, kind: str, now: datetime) -> bool:
        """Whether somebody is at work on such a job at this moment."""
        held = (col(JobRow.kind) == kind) & (col(JobRow.state) == "claimed") & (col(JobRow.lease_until) >= now)
        with self._database.reading() as session:
            return session.exec(select(JobRow.id).where(held).limit(1)).first() is not None

    def _free(self, now: datetime) -> ColumnElement[bool]:
        """Two of a kind and key never run beside each other: two syncs of one source would clear away each other's."""
        return super()._free(now) & ~_its_like("claimed")


def take_away_all(session: Session, kind: str, key: str | None = None) -> None:
    """From whoever is at work on one of this kind; with a key, on this one."""
    wanted = [col(JobRow.kind) == kind, *([col(JobRow.key) == key] if key is not None else [])]
    _give_way(session, *wanted)
    take_away(session, JobRow, *wanted)


def enqueue(session: Session, kind: str, key: str, payload: Mapping[str, object], *, now: datetime) -> str:
    row = {
        "id": "j_" + secrets.token_hex(8),
        "kind": kind,
        "key": key,
        "payload": json.dumps(payload),
        "state": "waiting",
        "due_at": now,
        "attempts": 0,
        "fence": 0,
    }
    choice = _that_waits(kind, key)
    while True:  # the one that waited may be claimed between the two statements; then there is room for ours
        insert_new(session, JobRow, [row])
        waiting = session.exec(choice).first()
        if waiting is not None:
            waiting.payload = _as_json_of_both(waiting.payload, json.dumps(payload))
            return waiting.id


def drop(session: Session, kind: str, key: str, now: datetime) -> None:
    """Is not done any more, neither what waits nor what is being done: whoever is at it loses it at their next write."""
    wanted = (col(JobRow.kind) == kind) & (col(JobRow.key) == key) & col(JobRow.state).in_(("waiting", "claimed"))
    gone = {
        "state": "done",
        "fence": col(JobRow.fence) + 1,
        "lease_until": None,
        "finished_at": now,
        "error": "dropped",
    }
    session.execute(update(JobRow).where(wanted).values(**gone))


def _give_way(session: Session, *wanted: ColumnElement[bool]) -> None:
    """One that is taken from its process, and whose like was asked for meanwhile, is done with: the new one does both."""
    taken = select(JobRow).where(*wanted, col(JobRow.state) == "claimed", _its_like("waiting"))
    for job in session.exec(taken.with_for_update()).all():
        waiting = session.exec(_that_waits(job.kind, job.key)).one()
        waiting.payload = _as_json_of_both(job.payload, waiting.payload)
        job.state, job.lease_until, job.error = "done", None, "superseded"
    session.flush()


def _that_waits(kind: str, key: str) -> SelectOfScalar[JobRow]:
    same = (col(JobRow.kind) == kind) & (col(JobRow.key) == key) & (col(JobRow.state) == "waiting")
    return select(JobRow).where(same).with_for_update().execution_options(populate_existing=True)


def _as_json_of_both(old: str, new: str) -> str:
    """The newer payload counts; but what somebody asked for and did not get yet is not taken back by another."""
    asked: Mapping[str, object] = json.loads(old)
    return json.dumps({**json.loads(new), **{name: True for name, value in asked.items() if value is True}})


def _its_like(state: str) -> ColumnElement[bool]:
    like = aliased(JobRow)
    same = (col(like.kind) == col(JobRow.kind)) & (col(like.key) == col(JobRow.key)) & (col(like.id) != col(JobRow.id))
    return select(like.id).where(same, col(like.state) == state).correlate(JobRow).exists()
