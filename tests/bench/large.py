"""A company of many passages, made by lot and written straight into the stores: what it costs to search is the same.

Words have the frequencies of a language. Topics are clusters of vectors, and access follows topics, as it does; lists
are of very different sizes, and a person may read any number of them.
"""

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import insert

from bot.core.nouns import ListId, PassageId
from bot.core.ports import Scope, Vector
from bot.stores.database import Database
from bot.stores.index import Index
from bot.stores.passages import LIVE, term_id
from bot.stores.schema import migrate
from bot.stores.tables import AccessListRow, DocumentRow, LayerRow, PassageRow, SourceRow, VectorRow
from bot.stores.vectors import Vectors, embedded_client
from policies.people import Audience, Email, Person, Principal

DIMENSIONS: Final = 384
PIECES: Final = 5  # of each document
LISTS: Final = 400
TOPICS: Final = 200
WORDS: Final = 60_000
NOON: Final = datetime(2026, 3, 1, 12, tzinfo=UTC)
SOURCE: Final = "big"
WORKSPACE: Final = "bench"
EMBEDDER: Final = "by lot"
_AT_ONCE: Final = 5_000


@dataclass(frozen=True)
class Company:
    home: Path
    database: Database
    vectors: Vectors
    matrix: Vector
    lists: NDArray[np.int64]  # of each passage
    centres: Vector

    @property
    def passages(self) -> int:
        return len(self.lists)

    def index(self, *, tail: int = 4096) -> Index:
        return Index(self.database, self.vectors, self.home / "index", tail=tail)

    def readable(self, share: float) -> list[int]:
        """Lists that hold about this share of all passages, small and large ones."""
        if share == 1:
            return list(range(LISTS))
        sizes = np.bincount(self.lists, minlength=LISTS)
        chosen: list[int] = []
        left = share * self.passages
        for one in np.random.default_rng(round(share * 1000)).permutation(LISTS).tolist():
            if sizes[one] <= left:
                chosen.append(one)
                left -= int(sizes[one])
        return sorted(chosen)

    def question(self, dice: np.random.Generator, visible: Sequence[int]) -> tuple[str, Vector]:
        """About a topic that some of the visible passages have; six words, some rare and some in every tenth passage."""
        vector = self.centres[int(dice.choice(list(visible))) % TOPICS] + dice.normal(0, 0.05, DIMENSIONS)
        ranks = [*dice.integers(20, 200, 2), *dice.integers(200, 3_000, 2), *dice.integers(3_000, WORDS, 2)]
        return " ".join(word(int(rank)) for rank in ranks), (vector / np.linalg.norm(vector)).astype(np.float32)


def word(rank: int) -> str:
    return f"w{rank}x"


@cache
def list_id(number: int) -> str:
    """As `bot.stores.access` names the list of one layer, so that what is changed later gets into the same."""
    return f"{SOURCE}:{hashlib.sha256(json.dumps([f'n{number}']).encode()).hexdigest()[:24]}"


def scope_of(lists: Sequence[int]) -> Scope:
    return Scope(frozenset(ListId(list_id(one)) for one in lists))


def reader_of(lists: Sequence[int]) -> Audience:
    held = frozenset(Principal(f"{SOURCE}/group:{one}") for one in lists)
    return Audience(people=(Person(email=Email("reader@acme.test"), principals=held),), complete=True)


def company(home: Path, passages: int) -> Company:
    """New, with its rows; its vectors are written by `write_vectors`."""
    home.mkdir(parents=True)
    made = opened(home, passages)
    migrate(made.database)
    _write_access(made.database)
    written = Texts(made.passages)
    for some in _portions(made.passages):
        _write(made, some, written)
    return made


def opened(home: Path, passages: int) -> Company:
    """One that was made before: what is by lot is the same each time."""
    dice = np.random.default_rng(7)
    database = Database(f"sqlite:///{home / 'footnote.db'}", WORKSPACE)
    vectors = Vectors(embedded_client(home / "chroma"), workspace=WORKSPACE, embedder=EMBEDDER, dimensions=DIMENSIONS)
    weights = 1 / (np.arange(LISTS) + 3)
    lists = np.repeat(dice.choice(LISTS, size=passages // PIECES, p=weights / weights.sum()), PIECES)
    centres = dice.standard_normal((TOPICS, DIMENSIONS)).astype(np.float32)
    centres /= np.linalg.norm(centres, axis=1, keepdims=True)
    matrix = np.empty((len(lists), DIMENSIONS), dtype=np.float32)
    for some in _portions(len(lists)):
        noise = dice.standard_normal((len(some), DIMENSIONS), dtype=np.float32) / np.float32(DIMENSIONS**0.5)
        rows = centres[lists[some] % TOPICS] + noise
        matrix[some] = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    return Company(home, database, vectors, matrix, lists, centres)


def passage_id(number: int) -> str:
    return hashlib.sha256(b"%d" % number).hexdigest()[:32]


def write_vectors(made: Company) -> None:
    for some in _portions(made.passages):
        made.vectors.put([PassageId(passage_id(number)) for number in some.tolist()], made.matrix[some])


def texts(passages: int) -> Iterator[tuple[int, str, NDArray[np.int64]]]:
    """The words of each passage, the same each time."""
    steepness = 1 / (np.arange(WORDS) + 8)
    cumulated = np.cumsum(steepness / steepness.sum())
    dice = np.random.default_rng(11)
    for number in range(passages):
        ranks = np.searchsorted(cumulated, dice.random(int(dice.integers(50, 150))))
        yield number, " ".join(map(word, ranks.tolist())), ranks


class Texts:
    """Read in order, beside what else is written of each passage."""

    def __init__(self, passages: int) -> None:
        self._texts = texts(passages)
        self._ids = np.array([term_id(word(rank)) for rank in range(WORDS)], dtype="<u8")

    def next(self) -> tuple[str, bytes, bytes]:
        _, text, ranks = next(self._texts)
        found, counts = np.unique(self._ids[ranks], return_counts=True)
        return text, found.astype("<u8").tobytes(), counts.astype("<u2").tobytes()


def _write(made: Company, some: NDArray[np.int64], written: Texts) -> None:
    documents: list[dict[str, Any]] = []
    rows: list[dict[str, Any]] = []
    for number in some.tolist():
        owner = f"{SOURCE}:{number // PIECES}"
        if number % PIECES == 0:
            documents.append(_document(owner, int(made.lists[number])))
        text, ids, counts = written.next()
        rows.append(
            {
                "workspace": WORKSPACE,
                "id": passage_id(number),
                "document": owner,
                "ordinal": number % PIECES,
                "content_hash": hashlib.sha256(text.encode()).hexdigest()[:32],
                "heading_path": [],
                "text": text,
                "term_ids": ids,
                "term_counts": counts,
                "state": LIVE,
            }
        )
    with made.database.writing() as session:
        session.execute(insert(DocumentRow), documents)
        session.execute(insert(PassageRow), rows)
        session.execute(
            insert(VectorRow), [{"workspace": "bench", "passage": row["id"], "embedder": EMBEDDER} for row in rows]
        )


def _document(owner: str, its_list: int) -> dict[str, Any]:
    return {
        "workspace": WORKSPACE,
        "id": owner,
        "source": SOURCE,
        "id_at_source": owner.partition(":")[2],
        "title": owner,
        "url": None,
        "place": "",
        "updated": NOON,
        "version": "v",
        "label": None,
        "list_id": list_id(its_list),
    }


def _write_access(database: Database) -> None:
    with database.writing() as session:
        session.add(
            SourceRow(workspace=WORKSPACE, name=SOURCE, kind="folder", settings={}, state="active", added_at=NOON)
        )
        for one in range(LISTS):
            grants: list[list[str | None]] = [[f"{SOURCE}/group:{one}", None]]
            session.add(LayerRow(workspace=WORKSPACE, source=SOURCE, node=f"n{one}", grants=grants))
            session.add(AccessListRow(workspace=WORKSPACE, id=list_id(one), source=SOURCE, nodes=[f"n{one}"]))


def _portions(count: int) -> Iterator[NDArray[np.int64]]:
    for first in range(0, count, _AT_ONCE):
        yield np.arange(first, min(first + _AT_ONCE, count))
