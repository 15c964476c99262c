"""What the suite for the port `Search` needs of each implementation: a place to put documents, and a search of it.

Another store is proven by adding one class here, and its name to `KINDS`.
"""

import secrets
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

import numpy as np

from bot.core.nouns import ListId, PassageId, document_id
from bot.core.ports import Scope, Search, Vector
from bot.stores.access import AccessStore
from bot.stores.database import Database
from bot.stores.vectors import Vectors
from connectors.model import AccessChanged
from policies.access import NOBODY
from tests.conftest import DIMENSIONS, ChromaClient
from tests.fakes.passages import FakePassages, a_passage
from tests.fakes.search import FakeSearch
from tests.stores.house import EMBEDDER, House, document, hidden, holder, ids_of, layer, readable

KINDS = ("fake", "segments", "one change a segment")


class Place(Protocol):
    """Documents of paragraphs, each of which one group may read."""

    def put(self, id_: str, group: str, *paragraphs: str) -> None:
        """New or again; then this is all that there is of it."""
        ...

    def move(self, id_: str, group: str) -> None: ...

    def drop(self, id_: str) -> None: ...

    def newest(self) -> Search: ...

    def scope(self, *groups: str, without: Collection[str] = (), only: Collection[str] | None = None) -> Scope: ...

    def name(self, id_: PassageId) -> tuple[str, int]:
        """Which paragraph of which document it is: two places give other ids."""
        ...


def _documents(names: Collection[str]) -> frozenset[str]:
    return frozenset(document_id("acme", id_) for id_ in names)


def asked(text: str) -> Vector:
    (vector,) = EMBEDDER.embed([text])
    return np.asarray(vector, dtype=np.float32)


class FakePlace:
    def __init__(self) -> None:
        self._passages = FakePassages()

    def put(self, id_: str, group: str, *paragraphs: str) -> None:
        self.drop(id_)
        for ordinal, text in enumerate(paragraphs):
            passage = a_passage(text, document=document_id("acme", id_), ordinal=ordinal)
            self._passages.add(passage, ListId(f"acme:{group}"), NOBODY)

    def move(self, id_: str, group: str) -> None:
        self._passages.stored = {
            one: stored._replace(list_id=ListId(f"acme:{group}"))
            if stored.passage.document == document_id("acme", id_)
            else stored
            for one, stored in self._passages.stored.items()
        }

    def drop(self, id_: str) -> None:
        self._passages.remove(document_id("acme", id_))

    def newest(self) -> Search:
        return FakeSearch(dict(self._passages.stored))

    def scope(self, *groups: str, without: Collection[str] = (), only: Collection[str] | None = None) -> Scope:
        lists = frozenset(ListId(f"acme:{group}") for group in groups)
        return Scope(lists, _documents(without), _documents(only) if only is not None else None)

    def name(self, id_: PassageId) -> tuple[str, int]:
        document, _, ordinal = id_.partition(":")[2].rpartition("#")
        return document, int(ordinal)


class SegmentPlace:
    """`tail`: after so many changed passages they are written out; 1 makes segments of almost every change."""

    def __init__(self, house: House, *, tail: int) -> None:
        self._house, self._index, self._tail = house, house.index(tail=tail), tail
        self._names: dict[PassageId, tuple[str, int]] = {}

    def put(self, id_: str, group: str, *paragraphs: str) -> None:
        made = document(id_, *paragraphs, access=(layer(f"group:{group}"),))
        self._house.bring(made)
        self._names |= {passage: (id_, at) for at, passage in enumerate(ids_of(made))}
        if self._tail == 1:
            self._index.newest()
            self._index.close()

    def move(self, id_: str, group: str) -> None:
        self._house.catalogue.hide(hidden([], [AccessChanged(id=id_, access=(layer(f"group:{group}"),))]))

    def drop(self, id_: str) -> None:
        self._house.catalogue.hide(hidden([id_], []))

    def newest(self) -> Search:
        return self._index.newest()

    def scope(self, *groups: str, without: Collection[str] = (), only: Collection[str] | None = None) -> Scope:
        person = holder("ana@acme.test", *(f"acme/group:{group}" for group in groups))
        lists = readable(AccessStore(self._house.database), person)
        return Scope(lists, _documents(without), _documents(only) if only is not None else None)

    def name(self, id_: PassageId) -> tuple[str, int]:
        return self._names[id_]

    def close(self) -> None:
        self._index.close()


class Places:
    """Makes places of one kind, each with nothing in it."""

    def __init__(self, kind: str, folder: Path, database: Callable[[], Database], chroma: ChromaClient) -> None:
        self._kind, self._folder, self._database, self._chroma = kind, folder, database, chroma

    @contextmanager
    def one(self) -> Iterator[Place]:
        if self._kind == "fake":
            yield FakePlace()
            return
        name = secrets.token_hex(6)
        database = Database(str(self._database().engine.url.render_as_string(hide_password=False)), name)
        vectors = Vectors(self._chroma(), workspace=name, embedder=EMBEDDER.name, dimensions=DIMENSIONS)
        house = House(database, vectors, home=self._folder / name).added()
        place = SegmentPlace(house, tail=1 if self._kind == "one change a segment" else 4096)
        try:
            yield place
        finally:
            place.close()
            database.close()
