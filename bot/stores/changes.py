"""Of which documents did what may be found change, and since when? So that an index reads again only those.

A row outlives its document: whoever remembers the document learns that it went. The generation is advanced in the
same transaction and held locked to its end, so whoever sees a generation sees every change up to it.
"""

from collections.abc import Iterable

from sqlalchemy import bindparam
from sqlmodel import Session, col, select

from bot.stores.database import insert_into
from bot.stores.generations import INDEX, advance
from bot.stores.tables import DocumentChangeRow

_LATER = (
    select(DocumentChangeRow.document)
    .where(col(DocumentChangeRow.generation) > bindparam("before"))
    .order_by(col(DocumentChangeRow.document))
)


def note(session: Session, documents: Iterable[str]) -> None:
    """Last in a transaction, but for the ledger: nobody else can note a change until it ends."""
    changed = sorted(set(documents))
    if not changed:
        return
    at, workspace = advance(session, INDEX), session.info["workspace"]
    written = insert_into(session, DocumentChangeRow)
    written = written.on_conflict_do_update(
        index_elements=["workspace", "document"], set_={"generation": written.excluded.generation}
    )
    session.execute(written, [{"workspace": workspace, "document": one, "generation": at} for one in changed])


def since(session: Session, before: int) -> list[str]:
    """The documents that changed after this generation."""
    return list(session.execute(_LATER, {"before": before}).scalars())
