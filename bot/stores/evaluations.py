"""Runs of the golden set: each is wanted once, and once it is over it stays as it is."""

import json
import secrets
from collections.abc import Mapping
from datetime import datetime
from typing import Final

from sqlalchemy import update
from sqlmodel import Session, col, select

from bot.core.clock import Clock
from bot.core.evaluated import Evaluation, EvaluationState
from bot.core.nouns import Event, ReceiptId, SlackUser
from bot.stores import jobs
from bot.stores.database import Database, changed, insert_new
from bot.stores.ledger.book import Ledger
from bot.stores.tables import EvaluationRow

_KEPT: Final = 10  # of which an admin is shown
_STATES: Final[tuple[EvaluationState, ...]] = ("asked", "done", "failed")


def ask(session: Session, receipt: ReceiptId, by: str, user: SlackUser, now: datetime) -> tuple[Evaluation, bool]:
    """The one that is wanted now, and whether it is new: while one is not over, another would measure the same."""
    row = session.exec(select(EvaluationRow).where(col(EvaluationRow.state) == "asked")).first()
    if row is not None:
        return _evaluation(row), False
    values = {"id": f"v_{secrets.token_hex(8)}", "receipt": receipt, "by": by, "asked_at": now, "state": "asked"}
    insert_new(session, EvaluationRow, [{**values, "team": user.team, "user": user.user}])
    made = session.exec(select(EvaluationRow).where(col(EvaluationRow.receipt) == receipt)).one()
    jobs.enqueue(session, jobs.EVALUATE, made.id, {}, now=now)
    return _evaluation(made), True


class EvaluationStore:
    def __init__(self, database: Database, ledger: Ledger, clock: Clock) -> None:
        self._database, self._ledger, self._clock = database, ledger, clock

    def runs(self) -> tuple[Evaluation, ...]:
        newest = select(EvaluationRow).order_by(col(EvaluationRow.asked_at).desc(), col(EvaluationRow.id)).limit(_KEPT)
        with self._database.reading() as session:
            return tuple(map(_evaluation, session.exec(newest)))

    def run(self, id_: str) -> Evaluation | None:
        with self._database.reading() as session:
            row = session.get(EvaluationRow, (self._database.workspace, id_))
            return _evaluation(row) if row is not None else None

    def before(self, run: Evaluation) -> Evaluation | None:
        """The newest that came to something before this one was asked for."""
        done = (col(EvaluationRow.state) == "done") & (col(EvaluationRow.asked_at) < run.asked_at)
        newest = select(EvaluationRow).where(done).order_by(col(EvaluationRow.asked_at).desc()).limit(1)
        with self._database.reading() as session:
            row = session.exec(newest).first()
            return _evaluation(row) if row is not None else None

    def finish(self, id_: str, figures: Mapping[str, float] | None) -> None:
        """None: it failed. Once it is over, nothing changes it."""
        now, state = self._clock(), "done" if figures is not None else "failed"
        waits = (col(EvaluationRow.id) == id_) & (col(EvaluationRow.state) == "asked")
        text = json.dumps(dict(figures), sort_keys=True) if figures is not None else None
        with self._database.writing() as session:
            over = update(EvaluationRow).where(waits).values(state=state, finished_at=now, figures=text)
            if changed(session, over) == 1:
                row = session.get_one(EvaluationRow, (self._database.workspace, id_))
                body = {"run": id_, "state": state, "figures": figures}
                self._ledger.append(session, [Event(kind="evaluated", receipt=ReceiptId(row.receipt), body=body)], now)


def _evaluation(row: EvaluationRow) -> Evaluation:
    return Evaluation(
        id=row.id,
        user=SlackUser(team=row.team, user=row.user),
        by=row.by,
        asked_at=row.asked_at,
        state=next(state for state in _STATES if state == row.state),
        finished_at=row.finished_at,
        figures=json.loads(row.figures) if row.figures is not None else None,
    )
