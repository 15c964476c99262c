"""Of which documents did what may be found change, and since when? So that an index reads again only those.

A row outlives its document: whoever remembers the document learns that it went. The generation is advanced in the
same transaction and held locked to its end, so whoever sees a generation sees every change up to it.
"""

from collections.abc import Iterable

from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col, select

from bot.core.portions import portions
from bot.stores.database import MOST_PARAMETERS
from bot.stores.generations import INDEX, advance
from bot.stores.tables import DocumentChangeRow

_COLUMNS = 3


def note(session: Session, documents: Iterable[str]) -> None:
    """Last in a transaction, but for the ledger: nobody else can note a change until it ends."""
    changed = sorted(set(documents))
    if not changed:
        return
    at, workspace = advance(session, INDEX), session.info["workspace"]
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    for some in portions(changed, MOST_PARAMETERS // _COLUMNS):
        rows = [{"workspace": workspace, "document": document, "generation": at} for document in some]
        written = insert(DocumentChangeRow).values(rows)
        session.execute(
            written.on_conflict_do_update(
                index_elements=["workspace", "document"], set_={"generation": written.excluded.generation}
            )
        )


def since(session: Session, before: int) -> list[str]:
    """The documents that changed after this generation."""
    later = select(DocumentChangeRow.document).where(col(DocumentChangeRow.generation) > before)
    return list(session.exec(later.order_by(col(DocumentChangeRow.document))))
