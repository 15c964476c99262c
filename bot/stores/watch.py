"""Who looks after the models: which of them an admin has paused, and when each was last heard. Nothing that was said is here."""

import threading
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from sqlmodel import select

from bot.core.clock import Clock
from bot.stores import halts
from bot.stores.database import Database, insert_into
from bot.stores.tables import ModelHeardRow

_AGAIN: Final = timedelta(minutes=1)  # so that a busy day is not one write more for each question


class Heard(NamedTuple):
    """When it last answered, and when and why, by kind, it last did not."""

    answered_at: datetime | None
    failed_at: datetime | None
    because: str | None


class ModelWatch:
    """The port `Watch`. A pause holds from the next call on, in every process."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database, self._clock = database, clock
        self._lock = threading.Lock()
        self._written: dict[tuple[str, str | None], datetime] = {}

    def is_paused(self, model: str) -> bool:
        with self._database.reading() as session:
            return model in halts.halted(session, halts.MODEL)

    def heard(self, model: str, because: str | None) -> None:
        now = self._clock()
        with self._lock:
            before = self._written.get((model, because))
            if before is not None and now - before < _AGAIN:
                return
            self._written[model, because] = now
        values = {"answered_at": now} if because is None else {"failed_at": now, "because": because}
        with self._database.writing(ahead=True) as session:
            ours = {"workspace": self._database.workspace, "name": model}
            insert = insert_into(session, ModelHeardRow)
            written = insert.on_conflict_do_update(
                index_elements=list(ours), set_={name: insert.excluded[name] for name in values}
            )
            session.execute(written, {**ours, **values})

    def all_heard(self) -> Mapping[str, Heard]:
        with self._database.reading() as session:
            rows = session.exec(select(ModelHeardRow))
            return {row.name: Heard(row.answered_at, row.failed_at, row.because) for row in rows}
