"""What is taken out for a while: a source is not read, a model not asked. What was read of it before stays as it is."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final, Literal

from sqlalchemy import delete
from sqlmodel import Session, col, select

from bot.core.admin import Paused
from bot.stores.database import Database, changed, insert_new
from bot.stores.generations import INDEX, advance
from bot.stores.tables import HaltRow

Kind = Literal["source", "model"]
SOURCE: Final = "source"
MODEL: Final = "model"


def halt(session: Session, kind: Kind, name: str, by: str, now: datetime) -> bool:
    """Whether it is new. Answers that are kept are forgotten by it: whoever was halted may have written them."""
    is_new = insert_new(session, HaltRow, [{"kind": kind, "name": name, "by": by, "at": now}]) == 1
    if is_new and kind == MODEL:
        advance(session, INDEX)
    return is_new


def go_on(session: Session, kind: Kind, name: str) -> bool:
    """Whether it was halted."""
    return changed(session, delete(HaltRow).where(col(HaltRow.kind) == kind, col(HaltRow.name) == name)) == 1


def halted(session: Session, kind: Kind) -> Mapping[str, Paused]:
    """By their names."""
    rows = session.exec(select(HaltRow).where(col(HaltRow.kind) == kind))
    return {row.name: Paused(row.by, row.at) for row in rows}


class Halts:
    def __init__(self, database: Database) -> None:
        self._database = database

    def of(self, kind: Kind) -> Mapping[str, Paused]:
        with self._database.reading() as session:
            return halted(session, kind)
