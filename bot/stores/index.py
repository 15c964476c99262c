"""The newest moment of everything searchable, and how it comes about. What is live in SQL is in it, always.

    segments on the disk, as the manifest names them → without what changed since → with that, as it is now

Nothing is read twice for one change: SQL says which documents changed since a generation, and a vector that any
segment has is not asked for again. A passage whose vector is missing is found by its words alone. When enough has
changed, a thread writes it into segments; one builder a machine, and every process takes up what it wrote.
"""

import secrets
import threading
from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from pathlib import Path

import numpy as np
import structlog
from sqlalchemy import Select, bindparam, func, select
from sqlmodel import Session, col

from bot.core.failpoints import Reach, armed
from bot.core.nouns import PassageId
from bot.core.portions import portions
from bot.core.ports import Vector
from bot.stores import changes
from bot.stores.database import MOST_PARAMETERS, Database, insert_new
from bot.stores.generations import INDEX, generation
from bot.stores.moment import Moment
from bot.stores.passages import LIVE
from bot.stores.segments import MOST_ROWS, MOST_TERMS, Entry, Made, Mask, make, merge
from bot.stores.shelf import Shelf
from bot.stores.tables import DocumentRow, GenerationRow, PassageRow
from bot.stores.vectors import Vectors, collection_name
from bot.stores.visible import Part

_ORIGIN = "index origin"  # a number by lot: which database this is
_AT_ONCE = 20_000  # passages read into one segment
_TAIL = 4_096  # rows that changed since the manifest, before they are written into segments
_LARGER = 2  # a segment up to so many times as large as what is to be written is written with it
_DEAD = 4  # a segment of which one in so many rows is dead is written again

_PASS = armed(None)

log = structlog.get_logger()


class Index:
    """`folder` is where the segments of all indexes of this home are."""

    def __init__(
        self,
        database: Database,
        vectors: Vectors | None,
        folder: Path,
        *,
        reach: Reach = _PASS,
        tail: int = _TAIL,
    ) -> None:
        self._database, self._vectors, self._folder, self._reach, self._tail = database, vectors, folder, reach, tail
        self._dimensions = vectors.dimensions if vectors is not None else 0
        self._making = threading.Lock()
        self._moment: Moment | None = None
        self._shelf: Shelf | None = None
        self._stamp: tuple[int, int] | None = None
        self._writer: threading.Thread | None = None
        self._refused = 0  # rows that could not be written the last time: it is not tried for every change

    def newest(self) -> Moment:
        with self._making:
            shelf = self._shelf = self._shelf or self._opened()
            self._take_up(shelf)
            if self._moment is None:
                self._moment = self._first(shelf)
            self._moment = self._caught_up(shelf, self._moment)
            self._write_soon(shelf, self._moment)
            return self._moment

    def close(self) -> None:
        """Waits for what is being written."""
        writer = self._writer
        if writer is not None:
            writer.join()

    def _opened(self) -> Shelf:
        name = self._vectors.name if self._vectors is not None else collection_name(self._database.workspace, "")
        with self._database.reading() as session:
            origin = generation(session, _ORIGIN)
        if not origin:
            with self._database.writing() as session:
                insert_new(session, GenerationRow, [{"name": _ORIGIN, "value": 1 + secrets.randbelow(2**31 - 2)}])
                origin = generation(session, _ORIGIN)
        return Shelf(
            folder_of(self._folder, name), of=f"{origin} {name}", dimensions=self._dimensions, reach=self._reach
        )

    def _take_up(self, shelf: Shelf) -> None:
        """What a builder has written since we looked, ourselves or another process. Without one, what we have holds."""
        stamp = shelf.stamp()
        if stamp is None or stamp == self._stamp:
            return
        kept, self._stamp = shelf.read(), stamp
        if kept is None:
            return
        with self._database.reading() as session:
            at = generation(session, INDEX)
            if at < kept.generation:
                return  # the database was put back to what it was before
            taken = self._changed(session, Moment(kept.generation, kept.parts), at, self._moment)
            if self._moment is None and len(taken) != _live_passages(session):
                return  # likewise, and it has moved on since
            self._moment = taken

    def _first(self, shelf: Shelf) -> Moment:
        """Everything is read. Another process that is at it is waited for."""
        try:
            with shelf.building(wait=True):
                self._stamp = None
                self._take_up(shelf)
                return self._moment or self._built(shelf)
        except OSError as error:
            _not_written(error)
            moment = self._built(None)
            self._refused = sum(part.count for part in moment.parts)
            return moment

    def _built(self, shelf: Shelf | None) -> Moment:
        with self._database.reading() as session:
            moment = Moment(generation(session, INDEX), ())
            for rows in _everything(session):
                made = self._made(rows)
                part = shelf.write(made) if shelf is not None else Part.whole(made.whole())
                moment = Moment(moment.generation, (*moment.parts, part))
        if shelf is not None:
            moment = _written(shelf, moment)
            self._stamp = shelf.stamp()
        return moment

    def _caught_up(self, shelf: Shelf, moment: Moment) -> Moment:
        with self._database.reading() as session:
            at = generation(session, INDEX)
            if at > moment.generation:
                return self._changed(session, moment, at)
        if at < moment.generation:  # the database was put back
            self._moment = None
            return self._first(shelf)
        return moment

    def _changed(self, session: Session, moment: Moment, at: int, known: Moment | None = None) -> Moment:
        """What changed since this moment is read again. Vectors that are known already are not."""
        documents = changes.since(session, moment.generation)
        parts = [part.without(documents) for part in moment.parts]
        parts = [part for part in parts if part.count]
        for rows in _live(session, documents):
            parts.append(Part.whole(self._made(rows, moment, *([known] if known else [])).whole()))
        return Moment(at, _few_in_memory(parts, self._dimensions))

    def _made(self, rows: Sequence[Entry], *known: Moment) -> Made:
        matrix = np.zeros((len(rows), self._dimensions), dtype=np.float32)
        present = np.zeros(len(rows), dtype=np.bool_)
        if self._vectors is not None:
            places = {entry.passage: at for at, entry in enumerate(rows)}
            documents = {entry.document for entry in rows}
            for moment in known:
                _copy_known(moment, documents, places, matrix, present)
            found, vectors = self._vectors.get([PassageId(id_) for id_, at in places.items() if not present[at]])
            where = np.array([places[id_] for id_ in found], dtype=np.int64)
            matrix[where], present[where] = vectors, True
        return make(rows, matrix, present)

    def _write_soon(self, shelf: Shelf, moment: Moment) -> None:
        rows = sum(part.count for part in moment.parts if part.file is None)
        if rows < max(self._tail, 2 * self._refused) or (self._writer is not None and self._writer.is_alive()):
            return
        self._writer = threading.Thread(target=self._write, args=(shelf, moment, rows), name="index", daemon=True)
        self._writer.start()

    def _write(self, shelf: Shelf, moment: Moment, rows: int) -> None:
        """Neither SQL nor Chroma is asked: a moment has everything. What other processes wrote meanwhile is as good."""
        try:
            with shelf.building(wait=False) as ours:
                if ours and shelf.stamp() in {None, self._stamp}:
                    _written(shelf, moment)
            self._refused = 0
        except OSError as error:
            self._refused = rows
            _not_written(error)


def folder_of(folder: Path, collection: str) -> Path:
    """Where the segments of one collection's index are, among those of all."""
    return folder / collection[-64:].strip("-")


def _written(shelf: Shelf, moment: Moment) -> Moment:
    """The same, all of it on the disk and in few segments."""
    kept, merged = _to_merge(moment.parts)
    if len(merged) > 1 or any(part.file is None or part.count < part.segment.rows for part in merged):
        dimensions = merged[0].segment.vectors.shape[1]
        merged = [shelf.write(merge([(part.segment, part.alive) for part in merged], dimensions))]
    parts = (*kept, *merged)
    shelf.publish(moment.generation, parts)
    return Moment(moment.generation, parts)


def _to_merge(parts: Sequence[Part]) -> tuple[list[Part], list[Part]]:
    """What stays as it is, and what is written as one: what is in memory, half dead, or no larger than these by much."""
    merged = [part for part in parts if part.file is None or (part.segment.rows - part.count) * _DEAD > part.count]
    kept: list[Part] = []
    for part in sorted((part for part in parts if part not in merged), key=lambda part: part.count):
        smaller = sum(each.count for each in merged)
        if (part.count <= _LARGER * smaller or not merged) and _fit(*merged, part):
            merged.append(part)
        else:
            kept.append(part)
    return kept, merged


def _few_in_memory(parts: Sequence[Part], dimensions: int) -> list[Part]:
    """The newest are the smallest; each is merged into the one before, unless that is much larger."""
    parts = list(parts)
    while len(parts) > 1 and (last := parts[-2:])[0].file is None and last[1].file is None:
        before, newest = last
        if before.count > _LARGER * newest.count or not _fit(before, newest):
            break
        parts[-2:] = [Part.whole(merge([(part.segment, part.alive) for part in last], dimensions).whole())]
    return parts


def _fit(*parts: Part) -> bool:
    rows, terms = sum(part.count for part in parts), sum(len(part.segment.terms) for part in parts)
    return rows < MOST_ROWS and terms < MOST_TERMS


def _copy_known(
    moment: Moment, documents: Collection[str], places: dict[str, int], matrix: Vector, present: Mask
) -> None:
    """A passage's vector never changes, so it may come from rows that are dead too."""
    for part in moment.parts:
        segment = part.segment
        rows = segment.rows_of(documents)
        rows = rows[segment.has_vector[rows]]
        pairs = ((row, places.get(id_.decode())) for row, id_ in zip(rows, segment.passage[rows], strict=True))
        for row, at in pairs:
            if at is not None and not present[at]:
                matrix[at], present[at] = segment.vectors[row], True


def _everything(session: Session) -> Iterator[list[Entry]]:
    last = ""
    while rows := _entries(session, _FURTHER, last=last):
        last = rows[-1].passage
        yield rows


def _live(session: Session, documents: Sequence[str]) -> Iterator[list[Entry]]:
    rows: list[Entry] = []
    for some in portions(documents, MOST_PARAMETERS):
        rows += _entries(session, _OF_DOCUMENTS, documents=some)
        if len(rows) >= _AT_ONCE:
            yield rows
            rows = []
    if rows:
        yield rows


_ENTRIES = (
    select(
        col(PassageRow.content_hash),
        col(PassageRow.document),
        col(PassageRow.ordinal),
        col(PassageRow.id),
        col(DocumentRow.list_id),
        col(PassageRow.term_ids),
        col(PassageRow.term_counts),
        col(DocumentRow.updated),
    )
    .join(DocumentRow, col(DocumentRow.id) == col(PassageRow.document))
    .where(col(PassageRow.state) == LIVE)
)
_FURTHER = _ENTRIES.where(col(PassageRow.id) > bindparam("last")).order_by(col(PassageRow.id)).limit(_AT_ONCE)
_OF_DOCUMENTS = _ENTRIES.where(col(PassageRow.document).in_(bindparam("documents", expanding=True)))


def _entries(
    session: Session, statement: Select[str, str, int, str, str, bytes, bytes, datetime | None], **given: object
) -> list[Entry]:
    return [Entry(*row) for row in session.execute(statement, given)]


def _live_passages(session: Session) -> int:
    counted = select(func.count()).select_from(PassageRow).where(col(PassageRow.state) == LIVE)
    return int(session.execute(counted).scalar_one())


def _not_written(error: OSError) -> None:
    log.warning("the index cannot be written, and is kept in memory", why=error.strerror)
