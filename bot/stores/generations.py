"""Numbers that grow when something changed, read by whoever remembers something made from it."""

from typing import Final

from sqlalchemy import update
from sqlmodel import Session, col, select

from bot.stores.database import changed, insert_new
from bot.stores.tables import GenerationRow

ACCESS: Final = "access"
INDEX: Final = "index"


def generation(session: Session, name: str) -> int:
    return session.exec(select(GenerationRow.value).where(col(GenerationRow.name) == name)).first() or 0


def advance(session: Session, name: str) -> None:
    """Grows with the caller's transaction: whoever sees the new number sees what it stands for."""
    grown = update(GenerationRow).where(col(GenerationRow.name) == name).values(value=GenerationRow.value + 1)
    if changed(session, grown) == 0 and insert_new(session, GenerationRow, [{"name": name, "value": 1}]) == 0:
        changed(session, grown)
