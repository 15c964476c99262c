"""A source in memory that is synced into the real stores, and a count of all that this costs."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from sqlmodel import select

from bot.core.failpoints import armed
from bot.core.nouns import PassageId
from bot.core.ports import Embedder, Maker, Vector, VectorStore
from bot.flows.sync import Progress, Syncing, Tally, sync
from bot.stores.tables import PassageRow
from bot.stores.vectors import Vectors
from tests.fakes.connector import FakeConnector
from tests.fakes.embedder import CountingEmbedder
from tests.stores.house import House, document, layer

ANA, BEN = "ana@acme.test", "ben@acme.test"
ENG = (layer("group:eng"),)
LONG = [" ".join(f"{word}{number}" for number in range(150)) + "." for word in ("pump", "valve", "motor")]


@dataclass
class CountingVectors(VectorStore):
    """Passes everything on and counts what was put and deleted."""

    inner: Vectors
    written: int = 0
    deleted: int = 0

    def put(self, ids: Sequence[PassageId], vectors: Vector) -> None:
        self.written += len(ids)
        self.inner.put(ids, vectors)

    def delete(self, ids: Sequence[PassageId]) -> None:
        self.deleted += len(ids)
        self.inner.delete(ids)

    def ids(self) -> Iterable[PassageId]:
        return self.inner.ids()

    def count(self) -> int:
        return self.inner.count()


@dataclass
class World:
    """A source, the stores, and what a sync did to them."""

    house: House
    source: FakeConnector
    embedder: CountingEmbedder
    vectors: CountingVectors
    progress: list[Progress] = field(default_factory=list)
    is_succeeded: bool = False

    def put(self, id_: str, *paragraphs: str, access: Sequence[object] = ENG) -> None:
        self.source.documents[id_] = document(id_, *paragraphs, access=access)  # type: ignore[arg-type]

    def syncing(self, embedder: Embedder | None, vectors: VectorStore | None) -> Syncing:
        return Syncing(
            serving=lambda: Maker(embedder, vectors) if embedder is not None and vectors is not None else None,
            stores=lambda: [vectors] if vectors is not None else [],
            is_succeeded=lambda: self.is_succeeded,
            embedding=self.house.passages,
            reach=armed(None),
            progress=self.progress.append,
        )

    @property
    def whole(self) -> Syncing:
        return self.syncing(self.embedder, self.vectors)

    def sync(self, house: Syncing | None = None) -> Tally:
        self.embedder.texts.clear()
        self.vectors.written = self.vectors.deleted = 0
        return sync(self.source, self.house.catalogue, house or self.whole, full=False)

    def rows(self) -> dict[str, str]:
        with self.house.database.reading() as session:
            return dict(session.exec(select(PassageRow.id, PassageRow.state)).all())

    def is_whole(self) -> bool:
        """Everything is live, has its vector, and there is no other."""
        rows = self.rows()
        return set(rows.values()) <= {"live"} and set(self.vectors.ids()) == rows.keys()
