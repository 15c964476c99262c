"""What sync writes, for one source. Each method is one transaction, and holds the lease of the job it is part of."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime

from sqlmodel import Session, col, select

from bot.core.nouns import DocumentId, Event, PassageId, Piece, document_id, source_of
from bot.core.ports import Staged
from bot.stores import access, changes, passages
from bot.stores.database import Database
from bot.stores.ledger.book import Ledger
from bot.stores.passages import IS_NOT_LIVE, PassageStore
from bot.stores.sources import ACTIVE, Sources
from bot.stores.tables import PassageRow, SourceRow
from connectors.model import AccessChanged, Cursor, Gone, Groups, Known, Problem, SourceDocument


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
        self._sources, self._passages = Sources(database), PassageStore(database)

    def known(self) -> dict[str, Known]:
        return dict(self._passages.known(self._source))

    def cursor(self) -> Cursor | None:
        cursor = self._sources.cursor(self._source)
        return Cursor(cursor) if cursor is not None else None

    def knows_people(self) -> bool:
        with self._database.reading() as session:
            row = session.exec(select(SourceRow).where(col(SourceRow.name) == self._source)).one()
            return row.groups_digest is not None and not row.open

    def replace_groups(self, groups: Groups, now: datetime) -> bool:
        with self._writing() as session:
            return access.replace_groups(session, self._source, groups, now)

    def hide(self, deleted: Sequence[str], access_changes: Sequence[AccessChanged]) -> None:
        with self._writing() as session:
            passages.retire_documents(session, [self._id(id_) for id_ in deleted])
            for change in access_changes:
                passages.set_access(session, self._id(change.id), access.intern(session, self._source, change.access))
            changes.note(session, map(self._id, (*deleted, *(change.id for change in access_changes))))

    def stage(self, documents: Sequence[tuple[SourceDocument, Sequence[Piece]]]) -> tuple[Staged, ...]:
        with self._writing() as session:
            ours = [self._id(document.id) for document, _ in documents]
            before = passages.lists_of(session, ours)
            staged = tuple(passages.stage(session, self._source, document, pieces) for document, pieces in documents)
            confined = passages.lists_of(session, ours).items() - before.items()
            changes.note(session, (document for document, _ in confined))
            return staged

    def go_live(self, staged: Sequence[Staged], *, embedded_by: str | None) -> None:
        with self._writing() as session:
            for document in staged:
                passages.go_live(session, self._source, document, embedded_by=embedded_by)
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

    def finish(self, event: Event, *, began: datetime, cursor: Cursor | None, problems: Sequence[Problem]) -> None:
        with self._writing() as session:
            self._sources.finish_pass(session, self._source, began=began, cursor=cursor, problems=problems)
            self._ledger.append(session, [event], self._clock())

    @contextmanager
    def _writing(self) -> Iterator[Session]:
        """A source that was removed while it is being read stays removed: whoever removes it locks its row first too.

        One that was added again under this name is another: what was read of the first is not written to it.
        """
        with self._database.writing() as session:
            self._hold(session)
            ours = select(SourceRow.state, SourceRow.added_at).where(col(SourceRow.name) == self._source)
            if session.exec(ours.with_for_update()).first() != (ACTIVE, self._added_at):
                raise Gone(f"{self._source} was removed meanwhile")
            yield session

    def _id(self, id_at_source: str) -> DocumentId:
        return document_id(self._source, id_at_source)
