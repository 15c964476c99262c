"""Documents and their passages in SQL: the authority on what is searchable.

A passage is `staged` while its vector is not yet durable, `live` while it may be found, and `retired` until its
vector is gone. A document's new version goes live in one transaction, so nobody ever sees half of one.
"""

import hashlib
import json
import threading
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
from cachetools import LRUCache
from sqlalchemy import ColumnElement, Text, bindparam, cast, delete, func, literal_column, update
from sqlalchemy import select as sql_select
from sqlalchemy.orm import defer
from sqlmodel import Session, SQLModel, col, select

from bot.core.cited import full_place
from bot.core.nouns import DocumentId, ListId, PassageId, Piece, document_id
from bot.core.portions import portions
from bot.core.ports import Place, Placed, Shelf, Staged, Stored
from bot.core.terms import terms
from bot.stores import changes
from bot.stores.access import access_lists, intern, layers_of, list_id_of, owned_layers
from bot.stores.database import MOST_PARAMETERS, Database, insert_into
from bot.stores.generations import INDEX, generation
from bot.stores.tables import DocumentRow, EmbedderRow, PassageRow, VectorRow
from connectors.model import OwnedLayer, SourceDocument
from policies.access import NOBODY, AccessList
from policies.channels import within
from policies.evidence import Passage
from policies.languages import ENGLISH, language_of

STAGED, LIVE, RETIRED = "staged", "live", "retired"
PREPARING = "preparing"  # of an embedder: nobody has made an index of its vectors yet
IS_NOT_LIVE = col(PassageRow.state) != literal_column("'live'")  # spelled out: the index of those is a partial one
_ROUTES = 32  # and channels, that narrow where they look, of which the documents are remembered
_WITHOUT_TERMS = (defer(PassageRow.term_ids), defer(PassageRow.term_counts))  # type: ignore[arg-type]


class _Live(NamedTuple):
    """Columns and not rows: a question looks at more than a hundred of these."""

    id: str
    document: str
    ordinal: int
    content_hash: str
    heading_path: str
    text: str
    source: str
    title: str
    url: str | None
    place: str
    updated: datetime | None
    version: str
    list_id: str


_COLUMNS: list[Any] = [
    *(getattr(PassageRow, name) for name in _Live._fields[:4]),
    cast(PassageRow.heading_path, Text),
    PassageRow.text,
    *(getattr(DocumentRow, name) for name in _Live._fields[6:]),
]
_LIVE = (
    sql_select(*_COLUMNS)
    .join(DocumentRow, col(DocumentRow.id) == col(PassageRow.document))
    .where(col(PassageRow.state) == LIVE, col(PassageRow.id).in_(bindparam("some", expanding=True)))
)


_PLACED = (
    sql_select(
        *(getattr(PassageRow, name) for name in ("id", "document", "ordinal", "content_hash")),
        *(getattr(DocumentRow, name) for name in ("updated", "list_id")),
    )
    .join(DocumentRow, col(DocumentRow.id) == col(PassageRow.document))
    .where(col(PassageRow.state) == LIVE, col(PassageRow.id).in_(bindparam("some", expanding=True)))
)

_LISTS_OF = select(DocumentRow.id, DocumentRow.list_id).where(
    col(DocumentRow.id).in_(bindparam("some", expanding=True))
)
_SET_ACCESS = (
    update(DocumentRow)
    .where(col(DocumentRow.id) == bindparam("of"))
    .values(list_id=bindparam("list"))
    .execution_options(synchronize_session=False)  # nobody holds these rows as objects
)
_SET_LABELS = (
    update(DocumentRow)
    .where(col(DocumentRow.id) == bindparam("of"))
    .values(labels=bindparam("labels"))
    .execution_options(synchronize_session=False)
)
_PASSAGES_OF = select(PassageRow.id, PassageRow.ordinal, PassageRow.state).where(
    col(PassageRow.document) == bindparam("document")
)
_PASSAGES = SQLModel.metadata.tables[str(PassageRow.__tablename__)]
_MOVED = (
    update(_PASSAGES)
    .where(_PASSAGES.c.workspace == bindparam("of"), _PASSAGES.c.id == bindparam("passage"))
    .values(ordinal=bindparam("place"), state=bindparam("now"))
)


class PassageStore:
    def __init__(self, database: Database) -> None:
        self._database = database
        self._documents_in: LRUCache[tuple[int, frozenset[str], frozenset[str]], frozenset[str]] = LRUCache(_ROUTES)
        self._remembering = threading.Lock()

    def placed(self, ids: Sequence[PassageId]) -> Mapping[PassageId, Placed]:
        with self._database.reading() as session:
            rows = [row for some in portions(ids, MOST_PARAMETERS) for row in session.execute(_PLACED, {"some": some})]
            lists = access_lists(session, {ListId(row[-1]) for row in rows})
            return {
                PassageId(id_): Placed(
                    Place(document, ordinal, content_hash, updated, ListId(list_id)), lists.get(ListId(list_id), NOBODY)
                )
                for id_, document, ordinal, content_hash, updated, list_id in rows
            }

    def live(self, ids: Sequence[PassageId]) -> Mapping[PassageId, Stored]:
        with self._database.reading() as session:
            rows = [
                _Live(*row) for some in portions(ids, MOST_PARAMETERS) for row in session.execute(_LIVE, {"some": some})
            ]
            lists = access_lists(session, {ListId(row.list_id) for row in rows})
            return {PassageId(row.id): _stored(row, lists) for row in rows}

    def access_of(self, documents: Sequence[str]) -> Mapping[str, AccessList]:
        with self._database.reading() as session:
            theirs = lists_of(session, documents)
            lists = access_lists(session, set(theirs.values()))
            return {document: lists.get(list_id, NOBODY) for document, list_id in theirs.items()}

    def documents_in(self, spaces: Collection[str], kinds: Collection[str]) -> frozenset[str]:
        """Remembered until any document changes, for a route asks the same each time."""
        with self._database.reading() as session:
            key = (generation(session, INDEX), frozenset(spaces), frozenset(kinds))
            with self._remembering:
                found = self._documents_in.get(key)
            if found is None:
                columns = (getattr(DocumentRow, name) for name in ("id", "source", "place", "labels", "kind"))
                is_inside = within(spaces)
                found = frozenset(
                    id_
                    for id_, source, place, written, kind in session.execute(sql_select(*columns))
                    if (not kinds or kind in kinds) and is_inside(full_place(source, place), labels_in(written))
                )
                with self._remembering:
                    self._documents_in[key] = found
            return found

    def shelves(self) -> Mapping[Shelf, int]:
        """How many documents there are of each."""
        columns = [col(getattr(DocumentRow, name)) for name in ("source", "place", "list_id", "labels")]
        found: Counter[Shelf] = Counter()
        with self._database.reading() as session:
            rows = session.execute(sql_select(*columns, func.count()).group_by(*columns))
            for source, place, list_id, written, count in rows:
                found[Shelf(full_place(source, place), ListId(list_id), labels_in(written))] += count
        return found

    def texts(self, ids: Sequence[PassageId]) -> Mapping[PassageId, str]:
        """What is to be embedded for these, as far as they are live."""
        with self._database.reading() as session:
            found = {}
            for some in portions(ids, MOST_PARAMETERS):
                wanted = col(PassageRow.id).in_(some) & (col(PassageRow.state) == LIVE)
                for row in session.exec(select(PassageRow).where(wanted).options(*_WITHOUT_TERMS)):
                    piece = Piece(ordinal=row.ordinal, heading_path=tuple(row.heading_path), text=row.text)
                    found[PassageId(row.id)] = piece.embedded_text
            return found

    def not_embedded_by(self, embedder: str) -> Sequence[PassageId]:
        """Live passages that have no vector of this embedder."""
        with self._database.reading() as session:
            return [PassageId(id_) for id_ in session.exec(select(PassageRow.id).where(lacks_vector(embedder)))]

    def embedded_by(self, embedder: str) -> Sequence[PassageId]:
        with self._database.reading() as session:
            ours = (col(PassageRow.state) == LIVE) & _has_vector(embedder)
            return [PassageId(id_) for id_ in session.exec(select(PassageRow.id).where(ours))]

    def without_row(self, ids: Collection[PassageId]) -> Sequence[PassageId]:
        with self._database.reading() as session:
            present = set(session.exec(select(PassageRow.id)))
        return sorted(id_ for id_ in ids if id_ not in present)

    def mark(self, ids: Sequence[PassageId], embedder: str) -> None:
        """These have a vector of this embedder now; those of them that are gone by now do not."""
        with self._database.writing() as session:
            noted: list[str] = []
            for some in portions(ids, MOST_PARAMETERS):
                fresh = col(PassageRow.id).in_(some) & ~_has_vector(embedder)
                rows = session.exec(select(PassageRow.id, PassageRow.document).where(fresh)).all()
                _note_vectors(session, [id_ for id_, _ in rows], embedder)
                noted += [document for _, document in rows]
            _note_changes(session, noted, embedder)

    def unmark(self, ids: Sequence[PassageId], embedder: str) -> None:
        """Their vectors of this embedder are lost."""
        with self._database.writing() as session:
            noted: list[str] = []
            for some in portions(ids, MOST_PARAMETERS):
                theirs = col(PassageRow.id).in_(some) & _has_vector(embedder)
                noted += session.exec(select(PassageRow.document).where(theirs)).all()
                session.execute(
                    delete(VectorRow).where(col(VectorRow.passage).in_(some), col(VectorRow.embedder) == embedder)
                )
            _note_changes(session, noted, embedder)


def _note_changes(session: Session, documents: Sequence[str], embedder: str) -> None:
    """Whoever searches has to read these again; unless nobody can have read anything of this embedder yet."""
    state = session.exec(select(EmbedderRow.state).where(col(EmbedderRow.name) == embedder)).first()
    if state != PREPARING:
        changes.note(session, documents)


def _has_vector(embedder: str) -> ColumnElement[bool]:
    theirs = (col(VectorRow.workspace) == col(PassageRow.workspace)) & (col(VectorRow.passage) == col(PassageRow.id))
    return select(VectorRow.passage).where(theirs, col(VectorRow.embedder) == embedder).exists()


def lacks_vector(embedder: str) -> ColumnElement[bool]:
    """Of passages: may be found, and not by this embedder's meaning."""
    return (col(PassageRow.state) == LIVE) & ~_has_vector(embedder)


def _note_vectors(session: Session, ids: Sequence[str], embedder: str) -> None:
    rows = [{"workspace": session.info["workspace"], "passage": id_, "embedder": embedder} for id_ in ids]
    if rows:
        session.execute(insert_into(session, VectorRow).on_conflict_do_nothing(), rows)


def stage(session: Session, source: str, document: SourceDocument, pieces: Sequence[Piece]) -> Staged:
    """Writes what is new of this version, not yet searchable. Passages that are live already stay as they are.

    Until it is live, the old text may be read only by those who may read both: the new version may be shut, or it may
    be open because what was secret has been taken out.
    """
    owner = document_id(source, document.id)
    list_id = _intern_confined(session, source, owner, document.access)
    named = tuple(zip(passage_ids(owner, pieces), pieces, strict=True))
    present = {id_ for id_, _, _ in session.execute(_PASSAGES_OF, {"document": owner})}
    fresh = [(id_, piece) for id_, piece in named if id_ not in present]
    if fresh:
        workspace = session.info["workspace"]
        session.execute(insert_into(session, PassageRow), [_row(workspace, id_, owner, piece) for id_, piece in fresh])
    return Staged(document=document, list_id=list_id, passages=named, fresh=tuple(id_ for id_, _ in fresh))


def _intern_confined(session: Session, source: str, document: DocumentId, access: Sequence[OwnedLayer]) -> ListId:
    """The new version's list. Meanwhile the old one's layers, as they were before, hold beside it."""
    old = lists_of(session, [document]).get(document)
    nodes = {owned.node: owned.layer for owned in access}
    if old == list_id_of(source, list(nodes)) and layers_of(session, source, nodes) == nodes:
        return old
    before = owned_layers(session, old) if old is not None else ()
    new = intern(session, source, access)
    if old is None or (old == new and owned_layers(session, new) == before):
        return new
    both = [*map(_by_content, before), *access] if before and access else []
    set_access(session, document, intern(session, source, both))
    return new


def _by_content(owned: OwnedLayer) -> OwnedLayer:
    """Under a name that no later change of its node reaches."""
    grants = sorted(grant.model_dump_json() for grant in owned.layer.grants)
    return OwnedLayer(node=f"was:{_hash(*grants, str(owned.layer.unsure))[:24]}", layer=owned.layer)


def go_live(session: Session, source: str, staged: Staged, *, embedded_by: str | None) -> None:
    """The new version replaces the old one. Passages that were live already keep their vectors."""
    document = staged.document
    owner = document_id(source, document.id)
    row: dict[str, Any] = {
        "workspace": session.info["workspace"],
        "id": owner,
        "source": source,
        "id_at_source": document.id,
        "title": document.title,
        "url": document.url,
        "place": document.place,
        "kind": document.kind,
        "updated": document.updated,
        "version": document.version,
        "label": document.label,
        "list_id": staged.list_id,
        "labels": _written(document.labels),
    }
    written = insert_into(session, DocumentRow)
    replaced = {name: written.excluded[name] for name in row if name not in {"workspace", "id"}}
    session.execute(written.on_conflict_do_update(index_elements=["workspace", "id"], set_=replaced), [row])
    ordinals = {id_: piece.ordinal for id_, piece in staged.passages}
    fresh, moved = [], []
    for id_, ordinal, state in session.execute(_PASSAGES_OF, {"document": owner}):
        now = (ordinals[id_], LIVE) if id_ in ordinals else (ordinal, RETIRED)
        if (ordinal, state) != now:
            moved.append({"of": row["workspace"], "passage": id_, "place": now[0], "now": now[1]})
        fresh += [id_] if state == STAGED and id_ in ordinals else []
    if moved:
        session.execute(_MOVED, moved)
    if embedded_by is not None:
        _note_vectors(session, fresh, embedded_by)


def labels_in(written: str) -> tuple[str, ...]:
    return tuple(written.split("\n")) if written else ()


def _written(labels: Sequence[str]) -> str:
    return "\n".join(labels)


def lists_of(session: Session, documents: Sequence[str]) -> dict[str, ListId]:
    some_documents = portions(documents, MOST_PARAMETERS)
    return {
        id_: ListId(list_id) for some in some_documents for id_, list_id in session.execute(_LISTS_OF, {"some": some})
    }


def set_access(session: Session, document: DocumentId, list_id: ListId) -> None:
    session.execute(_SET_ACCESS, {"of": document, "list": list_id})


def set_labels(session: Session, document: DocumentId, labels: Sequence[str]) -> None:
    session.execute(_SET_LABELS, {"of": document, "labels": _written(labels)})


def retire_documents(session: Session, documents: Sequence[str]) -> None:
    """Nobody finds them any more; their passages wait for their vectors to go."""
    for some in portions(documents, MOST_PARAMETERS):
        session.execute(update(PassageRow).where(col(PassageRow.document).in_(some)).values(state=RETIRED))
        session.execute(delete(DocumentRow).where(col(DocumentRow.id).in_(some)))


def purge(session: Session, ids: Sequence[PassageId]) -> None:
    """Only rows that nobody can find are ever deleted, however late this comes."""
    for some in portions(ids, MOST_PARAMETERS):
        hidden = select(PassageRow.id).where(col(PassageRow.id).in_(some), col(PassageRow.state) != LIVE)
        dead = session.exec(hidden.with_for_update()).all()
        session.execute(delete(VectorRow).where(col(VectorRow.passage).in_(dead)))
        session.execute(delete(PassageRow).where(col(PassageRow.id).in_(dead)))


def passage_ids(document: DocumentId, pieces: Iterable[Piece]) -> tuple[PassageId, ...]:
    """Named by document, content and, where a document says the same twice, which of the two.

    Its place in the document is not part of the name, so that a paragraph put in at the top renames nothing below.
    """
    seen: Counter[str] = Counter()
    ids = []
    for piece in pieces:
        content = content_hash(piece)
        ids.append(PassageId(_hash(document, content, str(seen[content]))[:32]))
        seen[content] += 1
    return tuple(ids)


def content_hash(piece: Piece) -> str:
    return _hash(*piece.heading_path, "", piece.text)[:32]


def term_vector(text: str) -> tuple[bytes, bytes]:
    """A text's terms as two arrays: 64-bit names of the terms, in order, and how often each occurs."""
    counts: Counter[int] = Counter()
    language = language_of(text)
    for term, times in Counter(terms(text, language)).items():
        counts[term_id(term)] += times
    if language is not ENGLISH:
        counts[term_id(language.marker)] = 1
    ids = sorted(counts)
    return (
        np.array(ids, dtype="<u8").tobytes(),
        np.array([min(counts[id_], 65_535) for id_ in ids], dtype="<u2").tobytes(),
    )


@lru_cache(maxsize=65_536)
def term_id(term: str) -> int:
    return int.from_bytes(hashlib.blake2b(term.encode(), digest_size=8).digest(), "little")


def _row(workspace: str, id_: PassageId, document: DocumentId, piece: Piece) -> dict[str, object]:
    ids, counts = term_vector(piece.embedded_text)
    return {
        "workspace": workspace,
        "id": id_,
        "document": document,
        "ordinal": piece.ordinal,
        "content_hash": content_hash(piece),
        "heading_path": list(piece.heading_path),
        "text": piece.text,
        "term_ids": ids,
        "term_counts": counts,
        "state": STAGED,
    }


def _stored(row: _Live, lists: Mapping[ListId, AccessList]) -> Stored:
    list_id = ListId(row.list_id)
    return Stored(
        passage=Passage(
            handle=1,
            id=row.id,
            document=row.document,
            source=row.source,
            title=row.title,
            url=row.url,
            place=row.place,
            updated=row.updated,
            version=row.version,
            ordinal=row.ordinal,
            heading_path=_headings(row.heading_path),
            text=row.text,
        ),
        content_hash=row.content_hash,
        list_id=list_id,
        access=lists.get(list_id, NOBODY),
    )


@lru_cache(maxsize=16_384)
def _headings(text: str) -> tuple[str, ...]:
    return tuple(json.loads(text))


def _hash(*parts: str) -> str:
    whole = hashlib.sha256()
    for part in parts:
        data = part.encode()
        whole.update(len(data).to_bytes(8, "big") + data)
    return whole.hexdigest()
