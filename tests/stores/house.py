"""A source with its catalogue, and documents to put in, for the tests of the stores. Driven as sync drives them."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from sqlmodel import Session

from bot.core.failpoints import Reach
from bot.core.nouns import ListId, PassageId, Piece, document_id
from bot.core.ports import Staged
from bot.stores.access import AccessStore
from bot.stores.catalogue import SourceCatalogue
from bot.stores.database import Database
from bot.stores.index import Index
from bot.stores.ledger.book import Ledger
from bot.stores.passages import PassageStore, passage_ids
from bot.stores.sources import Sources
from bot.stores.tables import SourceRow
from bot.stores.vectors import Vectors
from connectors.model import AccessChanged, Batch, Delete, Groups, OwnedLayer, SourceDocument
from policies.access import Grant, Layer
from policies.people import Audience, Email, Person, Principal, principal
from tests.fakes.embedder import HashingEmbedder
from tests.stores.ledgers import KEY

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
EMBEDDER = HashingEmbedder()


def layer(*names: str, source: str = "acme", node: str | None = None, until: datetime | None = None) -> OwnedLayer:
    """A layer that any of these opens; named by its content unless `node` says otherwise."""
    grants = frozenset(Grant(principal=principal(source, name), valid_until=until) for name in names)
    return OwnedLayer(node=node or "+".join(sorted(names)) + str(until or ""), layer=Layer(grants=grants))


EVERYBODY = (layer("anyone"),)


def document(
    id_: str,
    *paragraphs: str,
    access: Sequence[OwnedLayer] = EVERYBODY,
    place: str = "handbook",
    kind: str = "page",
    labels: Sequence[str] = (),
) -> SourceDocument:
    text = "\n\n".join(paragraphs)
    return SourceDocument(
        id=id_,
        title=f"Page {id_}",
        url=f"https://acme.test/{id_}",
        updated=NOON,
        place=place,
        kind=kind,
        version=hashlib.sha256(text.encode()).hexdigest(),
        text=text,
        access=tuple(access),
        labels=tuple(labels),
    )


def pieces(of: SourceDocument) -> list[Piece]:
    """One a paragraph: how documents are cut is not what is tested here."""
    return [Piece(ordinal=at, heading_path=(), text=text) for at, text in enumerate(of.text.split("\n\n")) if text]


def ids_of(of: SourceDocument, source: str = "acme") -> tuple[PassageId, ...]:
    return passage_ids(document_id(source, of.id), pieces(of))


def groups(members: dict[str, Sequence[str]], *, source: str = "acme", is_open: bool = False) -> Groups:
    held = {
        Email(email): frozenset(principal(source, name) for name in (*names, f"user:{email}", "anyone"))
        for email, names in members.items()
    }
    return Groups(members=held, open=is_open, digest=repr(sorted((email, sorted(has)) for email, has in held.items())))


def hidden(deleted: Sequence[str], access: Sequence[AccessChanged]) -> Batch:
    return Batch(changes=(*(Delete(id=id_) for id_ in deleted), *access))


@dataclass(frozen=True)
class House:
    """One source of one workspace, in as many processes as are made of it."""

    database: Database
    vectors: Vectors | None = None
    source: str = "acme"
    home: Path | None = None

    @property
    def catalogue(self) -> SourceCatalogue:
        ledger = Ledger(self.database, KEY)
        return SourceCatalogue(
            self.database, ledger, self.source, added_at=self.added_at, hold=_nobody_else, clock=lambda: NOON
        )

    @property
    def added_at(self) -> datetime:
        with self.database.reading() as session:
            return session.get_one(SourceRow, (self.database.workspace, self.source)).added_at

    def index(self, *, tail: int = 4096, reach: Reach = lambda _: None) -> Index:
        """As a process that starts now has it. It is written out after so many changes as `tail` says."""
        assert self.home is not None
        return Index(self.database, self.vectors, self.home / "index", reach=reach, tail=tail)

    @property
    def passages(self) -> PassageStore:
        return PassageStore(self.database)

    def added(self, at: datetime = NOON) -> "House":
        with self.database.writing() as session:
            Sources(self.database).add(session, self.source, "folder", {"path": "/x"}, at)
        return self

    def removed(self) -> int:
        with self.database.writing() as session:
            return Sources(self.database).remove(session, self.source)

    def stage(self, *documents: SourceDocument) -> tuple[Staged, ...]:
        return self.catalogue.stage([(each, pieces(each)) for each in documents])

    def embed(self, staged: Sequence[Staged]) -> None:
        if self.vectors is not None:
            texts = {id_: piece.embedded_text for each in staged for id_, piece in each.passages if id_ in each.fresh}
            self.vectors.put(list(texts), EMBEDDER.embed(list(texts.values())))

    def go_live(self, staged: Sequence[Staged]) -> None:
        self.catalogue.go_live(staged, embedded_by=EMBEDDER.name if self.vectors is not None else None)

    def bring(self, *documents: SourceDocument) -> tuple[Staged, ...]:
        staged = self.stage(*documents)
        self.embed(staged)
        self.go_live(staged)
        return staged

    def know(self, members: dict[str, Sequence[str]], *, is_open: bool = False) -> bool:
        return self.catalogue.replace_groups(groups(members, source=self.source, is_open=is_open))

    def texts(self, of: SourceDocument) -> list[str]:
        """What is live of these passages, in order."""
        live = self.passages.live(ids_of(of, self.source)).values()
        return [stored.passage.text for stored in sorted(live, key=lambda stored: stored.passage.ordinal)]

    def readers(self, of: SourceDocument, *names: str, now: datetime = NOON) -> frozenset[str]:
        """Which of these people may read what is live of this document: by the lists, and by the predicate."""
        store = AccessStore(self.database)
        live = list(self.passages.live(ids_of(of, self.source)).values())
        return frozenset(
            name
            for name in names
            if live and all(stored.list_id in readable(store, store.person(Email(name)), now=now) for stored in live)
        )


def readable(store: AccessStore, *people: Person, now: datetime = NOON) -> frozenset[ListId]:
    return store.readable(Audience(people=people, complete=True), now)


def holder(email: str, *principals: str) -> Person:
    return Person(email=Email(email), principals=frozenset(Principal(held) for held in principals))


def _nobody_else(_: Session) -> None:
    """The lease of a job is tested elsewhere."""
