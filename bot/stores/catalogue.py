"""What sync writes, for one source. Each method is one transaction, and holds the lease of the job it is part of."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime

from sqlalchemy import bindparam
from sqlmodel import Session, col, select

from bot.core.nouns import DocumentId, Event, PassageId, Piece, document_id, source_of
from bot.core.ports import Reached, Staged
from bot.stores import access, changes, halts, loops, memory, passages
from bot.stores.database import Database
from bot.stores.ledger.book import Ledger
from bot.stores.memory import SourceMemory
from bot.stores.passages import IS_NOT_LIVE
from bot.stores.sources import ACTIVE
from bot.stores.tables import PassageRow, SourceRow
from connectors.model import (
    AccessChanged,
    Batch,
    Cursor,
    Delete,
    Gone,
    Groups,
    LabelsChanged,
    LayerChanged,
    Loop,
    Problem,
    SourceDocument,
)

_HELD = select(SourceRow.state, SourceRow.added_at).where(col(SourceRow.name) == bindparam("source")).with_for_update()


class SourceCatalogue:
    def __init__(
        self,
        database: Database,
        ledger: Ledger,
        source: str,
        *,
        added_at: datetime,
        hold: Callable[[Session], None],
        clock: Callable[[], datetime],
    ) -> None:
        self._database, self._ledger, self._source = database, ledger, source
        self._added_at, self._hold, self._clock = added_at, hold, clock
        self.memory = SourceMemory(database, source)

    def cursor(self, loop: Loop) -> Cursor | None:
        with self._database.reading() as session:
            return loops.checkpoint(session, self._source, loop).cursor

    def knows_people(self) -> bool:
        with self._database.reading() as session:
            row = session.exec(select(SourceRow).where(col(SourceRow.name) == self._source)).one()
            return row.groups_digest is not None and not row.open

    def replace_groups(self, groups: Groups) -> bool:
        with self._writing() as session:
            return access.replace_groups(session, self._source, groups)

    def hide(self, batch: Batch, reached: Reached | None = None) -> None:
        deleted = [change.id for change in batch.changes if isinstance(change, Delete)]
        access_changes = [change for change in batch.changes if isinstance(change, AccessChanged)]
        relabelled = [change for change in batch.changes if isinstance(change, LabelsChanged)]
        layers = [change.layer for change in batch.changes if isinstance(change, LayerChanged)]
        with self._writing() as session:
            memory.place(session, self._source, batch.nodes)
            access.set_layers(session, self._source, layers)
            passages.retire_documents(session, [self._id(id_) for id_ in deleted])
            for change in access_changes:
                passages.set_access(session, self._id(change.id), access.intern(session, self._source, change.access))
            for one in relabelled:
                passages.set_labels(session, self._id(one.id), one.labels)
            self._reached(session, reached)
            changed = (*deleted, *(one.id for one in access_changes), *(one.id for one in relabelled))
            changes.note(session, map(self._id, changed))

    def stage(self, documents: Sequence[tuple[SourceDocument, Sequence[Piece]]]) -> tuple[Staged, ...]:
        with self._writing() as session:
            ours = [self._id(document.id) for document, _ in documents]
            before = passages.lists_of(session, ours)
            staged = tuple(passages.stage(session, self._source, document, pieces) for document, pieces in documents)
            confined = passages.lists_of(session, ours).items() - before.items()
            changes.note(session, (document for document, _ in confined))
            return staged

    def go_live(self, staged: Sequence[Staged], reached: Reached | None = None, *, embedded_by: str | None) -> None:
        with self._writing() as session:
            for document in staged:
                passages.go_live(session, self._source, document, embedded_by=embedded_by)
            self._reached(session, reached)
            changes.note(session, (self._id(each.document.id) for each in staged))

    def leftovers(self) -> Sequence[PassageId]:
        """Ours, and those of sources that were removed; another source's staged passages are its own sync's business."""
        with self._database.reading() as session:
            found = session.exec(select(PassageRow.id, PassageRow.document).where(IS_NOT_LIVE)).all()
            others = set(session.exec(select(SourceRow.name).where(col(SourceRow.state) == ACTIVE))) - {self._source}
            return [PassageId(id_) for id_, document in found if source_of(document) not in others]

    def purge(self, ids: Sequence[PassageId]) -> None:
        with self._writing() as session:
            passages.purge(session, ids)

    def begin(self, loop: Loop) -> datetime:
        with self._writing() as session:
            return loops.begin(session, self._source, loop, self._clock())

    def finish(self, loop: Loop, *, began: datetime, problems: Sequence[Problem]) -> None:
        with self._writing() as session:
            loops.finish(session, self._source, loop, began=began, problems=problems)

    def stop(self, loop: Loop, *, why: str) -> None:
        with self._writing() as session:
            loops.stop(session, self._source, loop, why=why)

    def record(self, event: Event) -> None:
        with self._writing() as session:
            self._ledger.append(session, [event], self._clock())

    def _reached(self, session: Session, reached: Reached | None) -> None:
        if reached is not None:
            memory.forget(session, self._source, reached.forgotten)
            if reached.cursor is not None:
                loops.go_on(session, self._source, reached.loop, reached.cursor)

    @contextmanager
    def _writing(self) -> Iterator[Session]:
        """A source that was removed while it is being read stays removed: whoever removes it locks its row first too.

        One that was added again under this name is another: what was read of the first is not written to it.
        """
        with self._database.writing() as session:
            self._hold(session)
            if session.execute(_HELD, {"source": self._source}).first() != (ACTIVE, self._added_at):
                raise Gone(f"{self._source} was removed meanwhile")
            if self._source in halts.halted(session, halts.SOURCE):
                raise Gone(f"{self._source} was paused meanwhile")
            yield session

    def _id(self, id_at_source: str) -> DocumentId:
        return document_id(self._source, id_at_source)
