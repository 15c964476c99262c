"""What we have to do ourselves. Asking twice for work that still waits is asking once."""

import json
import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, update
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from bot.stores.database import Database, insert_new
from bot.stores.leases import Leases
from bot.stores.tables import JobRow


class Jobs(Leases[JobRow]):
    def __init__(self, database: Database, *, owner: str, length: timedelta) -> None:
        super().__init__(database, JobRow, owner=owner, length=length)

    def end_all(self, session: Session) -> int:
        """A dead process's job whose like was asked for again meanwhile is done with: the new one does it."""
        superseded = (
            update(JobRow)
            .where(col(JobRow.state) == "claimed", _its_like("waiting"))
            .values(state="done", lease_until=None, error="superseded")
        )
        session.execute(superseded, execution_options={"synchronize_session": False})
        return super().end_all(session)

    def enqueue(self, session: Session, kind: str, key: str, payload: dict[str, object], *, now: datetime) -> str:
        """The id of the job that now waits: a new one, or the one that waited already. What that one has to do, it does."""
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
        same = (col(JobRow.kind) == kind) & (col(JobRow.key) == key) & (col(JobRow.state) == "waiting")
        choice = select(JobRow).where(same).with_for_update().execution_options(populate_existing=True)
        while True:  # the one that waited may be claimed between the two statements; then there is room for ours
            insert_new(session, JobRow, [row])
            waiting = session.exec(choice).first()
            if waiting is not None:
                waiting.payload = json.dumps(_both(json.loads(waiting.payload), payload))
                return waiting.id

    def _free(self, now: datetime) -> ColumnElement[bool]:
        """Two of a kind and key never run beside each other: two syncs of one source would clear away each other's."""
        return super()._free(now) & ~_its_like("claimed")


def _both(old: Mapping[str, object], new: Mapping[str, object]) -> dict[str, object]:
    """The newer payload counts; but what somebody asked for and did not get yet is not taken back by another."""
    return {**new, **{name: True for name, value in old.items() if value is True}}


def _its_like(state: str) -> ColumnElement[bool]:
    like = aliased(JobRow)
    same = (col(like.kind) == col(JobRow.kind)) & (col(like.key) == col(JobRow.key)) & (col(like.id) != col(JobRow.id))
    return select(like.id).where(same, col(like.state) == state).correlate(JobRow).exists()
