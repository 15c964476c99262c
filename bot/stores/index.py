"""One moment of everything searchable, in memory: both retrievers, exact within a scope.

What is live in SQL is what is in the index, always; a passage whose vector is missing is found by its words alone.
This version holds all of it in arrays and is made anew when the index generation moves.
"""

import threading
from collections.abc import Iterable, Mapping
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import select
from sqlmodel import Session, col

from bot.core.nouns import PassageId
from bot.core.ports import Hit, Scope, Search, Vector
from bot.core.terms import terms
from bot.stores.database import Database
from bot.stores.generations import INDEX, generation
from bot.stores.keywords import Keywords, Mask
from bot.stores.passages import LIVE, term_id
from bot.stores.tables import DocumentRow, PassageRow
from bot.stores.vectors import Vectors

_DECIMALS = 6
_ROUGHLY = 1e-4  # more than twice what the fast product can be wrong by, for unit vectors: no candidate is passed over


class Entry(NamedTuple):
    """What an index row knows of its passage, in the order by which ties are broken."""

    content_hash: str
    document: str
    ordinal: int
    passage: PassageId
    list_id: str


class Index:
    """Gives the newest moment; several threads may search one moment while the next is being made."""

    def __init__(self, database: Database, vectors: Vectors | None) -> None:
        self._database, self._vectors = database, vectors
        self._moment: tuple[int, Moment] | None = None
        self._making = threading.Lock()

    def newest(self) -> Search:
        with self._making, self._database.reading() as session:
            at = generation(session, INDEX)
            if self._moment is None or self._moment[0] != at:
                self._moment = (at, _read(session, self._vectors))
            return self._moment[1]


class Moment:
    """An immutable index."""

    def __init__(self, entries: list[Entry], keywords: Keywords, vectors: Vector, has_vector: Mask) -> None:
        self.entries = entries
        self._keywords, self._vectors, self._has_vector = keywords, vectors, has_vector
        self._lists = _positions(entry.list_id for entry in entries)
        self._documents = _positions(entry.document for entry in entries)
        tie_order = sorted(range(len(entries)), key=lambda row: entries[row])
        self._tie = np.empty(len(entries), dtype=np.int64)
        self._tie[tie_order] = np.arange(len(entries))

    def keywords(self, text: str, scope: Scope, k: int) -> tuple[Hit, ...]:
        visible = self._visible(scope)
        scores = self._keywords.score({term_id(term) for term in terms(text)}, visible)
        return self._best(np.flatnonzero(scores > 0), scores, k)

    def vectors(self, vector: Vector, scope: Scope, k: int) -> tuple[Hit, ...]:
        """Exact: a fast product picks candidates, and an arithmetic that never depends on how many rows there are
        gives the scores, so that a hidden row cannot move the last digit of a visible one.
        """
        rows = np.flatnonzero(self._visible(scope) & self._has_vector)
        if not len(rows):
            return ()
        if len(rows) > k > 0:
            rough = self._vectors[rows] @ vector
            rows = rows[rough >= np.partition(rough, -k)[-k] - _ROUGHLY]
        scores = np.zeros(len(self.entries), dtype=np.float64)
        scores[rows] = (self._vectors[rows].astype(np.float64) * vector.astype(np.float64)).sum(axis=1)
        return self._best(rows, scores, k)

    def _visible(self, scope: Scope) -> Mask:
        visible = np.zeros(len(self.entries), dtype=np.bool_)
        for list_id in scope.lists:
            visible[self._lists.get(list_id, [])] = True
        for document in scope.without_documents:
            visible[self._documents.get(document, [])] = False
        return visible

    def _best(self, rows: NDArray[np.int64], scores: NDArray[np.float64], k: int) -> tuple[Hit, ...]:
        rounded = np.round(scores[rows], _DECIMALS)
        order = np.lexsort((self._tie[rows], -rounded))[:k]
        return tuple(Hit(self.entries[rows[at]].passage, float(rounded[at])) for at in order)


def _read(session: Session, vectors: Vectors | None) -> Moment:
    rows = session.execute(
        select(
            col(PassageRow.content_hash),
            col(PassageRow.document),
            col(PassageRow.ordinal),
            col(PassageRow.id),
            col(DocumentRow.list_id),
            col(PassageRow.term_ids),
            col(PassageRow.term_counts),
        )
        .join(DocumentRow, col(DocumentRow.id) == col(PassageRow.document))
        .where(col(PassageRow.state) == LIVE)
        .order_by(col(PassageRow.id))
    ).all()
    entries = [Entry(row[0], row[1], row[2], PassageId(row[3]), row[4]) for row in rows]
    matrix, has_vector = _matrix(entries, vectors)
    return Moment(entries, Keywords([row[5] for row in rows], [row[6] for row in rows]), matrix, has_vector)


def _matrix(entries: list[Entry], vectors: Vectors | None) -> tuple[Vector, Mask]:
    present = np.zeros(len(entries), dtype=np.bool_)
    if vectors is None:
        return np.zeros((len(entries), 0), dtype=np.float32), present
    positions = {entry.passage: row for row, entry in enumerate(entries)}
    found, rows = vectors.get(list(positions))
    matrix = np.zeros((len(entries), rows.shape[1]), dtype=np.float32)
    where = np.array([positions[id_] for id_ in found], dtype=np.int64)
    matrix[where], present[where] = rows, True
    return matrix, present


def _positions(keys: Iterable[str]) -> Mapping[str, NDArray[np.int64]]:
    positions: dict[str, list[int]] = {}
    for row, key in enumerate(keys):
        positions.setdefault(key, []).append(row)
    return {key: np.array(rows, dtype=np.int64) for key, rows in positions.items()}
