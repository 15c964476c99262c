"""Sources that are synced into the real stores and asked through the real flows, with a crash wherever one is wanted."""

import tempfile
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np
from sqlmodel import Session, col, select

from bot.core.nouns import PassageId, Wording
from bot.core.ports import Embedder, Maker, Meaning, Scope, Vector, VectorStore
from bot.flows.read import Reading, Sought, confirm, gather, until_readable
from bot.flows.search import search
from bot.flows.sync import Syncing, Tally, sync
from bot.steps.recheck import Unreadable
from bot.steps.route import route
from bot.stores.access import AccessStore
from bot.stores.catalogue import SourceCatalogue
from bot.stores.database import Database
from bot.stores.index import Index
from bot.stores.ledger.book import Ledger
from bot.stores.loops import checkpoint
from bot.stores.passages import LIVE, PassageStore
from bot.stores.sources import Sources
from bot.stores.tables import DocumentRow, PassageRow, SourceRow
from connectors.model import Connector, Loop
from policies.evidence import Evidence
from policies.intents import Route
from policies.people import Audience, Email, Principal
from tests.fakes.access import FakeAccess, FakePeople
from tests.fakes.embedder import CountingEmbedder
from tests.flows.world import RULES
from tests.stores.ledgers import KEY

WORKSPACE: Final = "acme"
MOST: Final = 60  # passages that one look shows: all there are


class Died(Exception):  # noqa: N818 - as a process does
    """At a failpoint."""


@dataclass
class KeptVectors(VectorStore):
    """Vectors in a dictionary, and how many were ever written."""

    rows: dict[PassageId, Vector] = field(default_factory=dict)
    written: int = 0

    def put(self, ids: Sequence[PassageId], vectors: Vector) -> None:
        self.written += len(ids)
        self.rows.update(zip(ids, np.asarray(vectors), strict=True))

    def delete(self, ids: Sequence[PassageId]) -> None:
        for id_ in ids:
            self.rows.pop(id_, None)

    def ids(self) -> Iterator[PassageId]:
        return iter(list(self.rows))

    def count(self) -> int:
        return len(self.rows)


class Source(NamedTuple):
    """One that a home reads. `connected` makes its connector: anew after a crash, as everything in memory is."""

    name: str
    kind: str
    connected: Callable[["SyncedHome"], Connector]


@dataclass
class SyncedHome:
    """One database, one index and one store of vectors, whatever the sources. `now` is what time it is at all of them."""

    sources: Sequence[Source]
    database: Database
    now: Callable[[], datetime]
    folder: Path
    embedder: Embedder = field(default_factory=CountingEmbedder)
    vectors: VectorStore = field(default_factory=KeptVectors)
    connectors: dict[str, Connector] = field(init=False)

    def __post_init__(self) -> None:
        with self.database.writing() as session:
            for source in self.sources:
                Sources(self.database).add(session, source.name, source.kind, {}, self.now())
        self.starts()

    def starts(self) -> None:
        """As a process that comes up."""
        self.access, self.passages = AccessStore(self.database), PassageStore(self.database)
        self.index = Index(self.database, None, self.folder / "index")
        self.connectors = {source.name: source.connected(self) for source in self.sources}

    def held(self, email: Email) -> frozenset[Principal]:
        return self.access.person(email).principals

    def sync(self, source: str, *loops: Loop, full: bool = False, dies_at: int | None = None) -> Tally:
        """`dies_at`: the how-manieth of the failpoints that it comes by."""
        passed = 0

        def reach(_: str) -> None:
            nonlocal passed
            passed += 1
            if passed == dies_at:
                raise Died

        house = Syncing(
            serving=lambda: Maker(self.embedder, self.vectors),
            stores=lambda: [self.vectors],
            is_succeeded=lambda: False,
            embedding=self.passages,
            reach=reach,
            progress=lambda _: None,
        )
        return sync(self.connectors[source], self._catalogue(source), house, full=full, loops=loops or None)

    def stopped(self, source: str, loop: Loop) -> str | None:
        """Why the newest pass of this loop was not completed."""
        with self.database.reading() as session:
            return checkpoint(session, source, loop).stopped

    # -- what is kept

    def live(self) -> dict[str, str]:
        """The whole text of each document that may be found, by its source and its own id there."""
        with self.database.reading() as session:
            of = select(PassageRow.document, PassageRow.text).where(col(PassageRow.state) == LIVE)
            found: dict[str, str] = {}
            for document, text in session.exec(of.order_by(col(PassageRow.document), col(PassageRow.ordinal))):
                name = named(document)
                found[name] = f"{found.get(name, '')}\n{text}"
            return found

    def retrievable(self, *addresses: str) -> set[str]:
        """What the lists of these people let them find of what is live: all of them."""
        people = tuple(self.access.people([Email(address) for address in addresses]).values())
        lists = self.access.readable(Audience(people=people, complete=True), self.now())
        with self.database.reading() as session:
            live = set(session.exec(select(PassageRow.document).where(col(PassageRow.state) == LIVE)))
            rows = session.exec(select(DocumentRow.id, DocumentRow.list_id)).all()
        return {named(document) for document, list_id in rows if list_id in lists and document in live}

    def is_whole(self) -> bool:
        """Every passage is live, stands once in its document, and has its vector; and there is no other."""
        with self.database.reading() as session:
            rows = session.exec(select(PassageRow.id, PassageRow.document, PassageRow.ordinal, PassageRow.state)).all()
            documents = set(session.exec(select(DocumentRow.id)))
        places = {(document, ordinal) for _, document, ordinal, _ in rows}
        return (
            {state for *_, state in rows} <= {LIVE}
            and len(places) == len(rows)
            and {document for document, _ in places} <= documents
            and set(self.vectors.ids()) == {id_ for id_, *_ in rows}
        )

    # -- what is shown

    def shown(self, text: str, *addresses: str) -> set[str]:
        """To one by the flow of a search; to several, who read along, by what every answer for them is made of."""
        house = self._reading()
        if len(addresses) == 1:
            _, evidence = search(text, Email(addresses[0]), MOST, house, note=lambda _: None, operator="test")
        else:
            evidence = self._for_all(text, addresses, house)
        return {named(passage.document) for passage in evidence.passages}

    def _for_all(self, text: str, addresses: Collection[str], house: Reading) -> Evidence:
        people = tuple(self.access.people([Email(address) for address in addresses]).values())
        way = route(text, RULES)
        assert isinstance(way, Route)
        limits = RULES.answers.evidence.model_copy(update={"passages": MOST})
        wanted = RULES.answers.model_copy(update={"evidence": limits})
        sought = Sought(Wording(asked=text), Audience(people=people, complete=True), way, wanted, self.now())

        def look(scope: Scope) -> tuple[Evidence, Unreadable]:
            found = gather(sought, scope, house).evidence
            return found, confirm(found, sought, house)

        return until_readable(sought, house, look) or Evidence()

    def _reading(self) -> Reading:
        return Reading(
            rules=lambda _: RULES,
            people=FakePeople(FakeAccess()),
            access=self.access,
            meaning=lambda: Meaning(None, self.index),
            passages=self.passages,
            connectors=lambda: self.connectors,
            read_at=dict,
            texts_read_at=dict,
            access_trusted_for=timedelta(0),
            clock=self.now,
        )

    def _catalogue(self, source: str) -> SourceCatalogue:
        with self.database.reading() as session:
            added_at = session.get_one(SourceRow, (WORKSPACE, source)).added_at
        return SourceCatalogue(
            self.database, Ledger(self.database, KEY), source, added_at=added_at, hold=_nobody_else, clock=self.now
        )


def named(document: str) -> str:
    """By its source and its own id there: `wiki:page:65540` is the wiki's 65540."""
    source, _, rest = document.partition(":")
    return f"{source}:{rest.rpartition(':')[2]}"


def moment(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


@contextmanager
def quick_folder() -> Iterator[Path]:
    """In memory where the machine has such a place: what is tested here is not the disk."""
    memory = Path("/dev/shm")  # noqa: S108
    with tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else None) as made:
        yield Path(made)


def _nobody_else(_: Session) -> None:
    """The lease of a job is tested elsewhere."""
