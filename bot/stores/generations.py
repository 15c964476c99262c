"""Numbers that grow when something changed, read by whoever remembers something made from it."""

from typing import Final

from sqlalchemy import bindparam, update
from sqlmodel import Session, col, select

from bot.stores.database import insert_new
from bot.stores.tables import GenerationRow

ACCESS: Final = "access"
INDEX: Final = "index"

_GROWN: Final = (
    update(GenerationRow)
    .where(col(GenerationRow.name) == bindparam("of"))
    .values(value=GenerationRow.value + 1)
    .returning(col(GenerationRow.value))
    .execution_options(synchronize_session=False)  # nobody holds these rows as objects
)
_VALUE: Final = select(GenerationRow.value).where(col(GenerationRow.name) == bindparam("of"))


def generation(session: Session, name: str) -> int:
    return session.execute(_VALUE, {"of": name}).scalar() or 0


def advance(session: Session, name: str) -> int:
    """Grows with the caller's transaction: whoever sees the new number sees what it stands for."""
    at = session.execute(_GROWN, {"of": name}).scalar_one_or_none()
    if at is None:
        first = insert_new(session, GenerationRow, [{"name": name, "value": 1}])
        at = 1 if first else session.execute(_GROWN, {"of": name}).scalar_one()
    return int(at)
