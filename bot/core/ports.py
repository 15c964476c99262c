"""What the flows and steps need from the world. Each port has one fake in tests/fakes and at least one adapter."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from bot.core.nouns import Byline, Call, Event, ListId, Part, PassageId, Piece, Question, ReceiptId, Said
from connectors.model import Batch, Cursor, Groups, Loop, Memory, Problem, SourceDocument
from policies.access import AccessList
from policies.contract import Violation
from policies.evidence import Draft, Evidence, Passage
from policies.people import Audience, Email, Person, Principal
from policies.rules import AnswerRules

Vector = NDArray[np.float32]


class Embedder(Protocol):
    """Meaning as a vector. The vector of a text never depends on what else is embedded with it."""

    @property
    def name(self) -> str: ...

    @property
    def dimensions(self) -> int: ...

    def embed(self, texts: Sequence[str]) -> Vector:
        """One row of unit length for each text. `Unembedded`, where it cannot be had this time."""
        ...


class Rewritten(NamedTuple):
    """`leans`: whether the question could not be understood by itself."""

    whole: str
    leans: bool
    call: Call


class Rewriter(Protocol):
    """Puts a follow-up so that it can be understood by itself. Nothing that it returns is searched before it is checked."""

    @property
    def name(self) -> str: ...

    def rewrite(self, question: str, before: Sequence[str], *, max_characters: int) -> Rewritten:
        """`before` is what people asked in the same conversation, oldest first. `Unrewritten`, where it cannot be had."""
        ...


class Reranker(Protocol):
    """Compares a question with each of a few texts. Nothing that it returns is believed before it is counted."""

    @property
    def name(self) -> str: ...

    def rerank(self, question: str, texts: Sequence[str]) -> Sequence[float]:
        """A score for each text, in their order; the higher, the better. `Unranked`, where that cannot be had."""
        ...


class Composed(NamedTuple):
    """A draft, and who wrote it: not always the composer that was asked."""

    draft: Draft
    by: Byline


class Composer(Protocol):
    """Makes a draft from evidence. Nothing that it returns is believed before it is verified."""

    @property
    def name(self) -> str: ...

    def compose(
        self, question: str, evidence: Evidence, rules: AnswerRules, *, violations: Sequence[Violation] = ()
    ) -> Composed:
        """`violations` are those of the draft before, when this is the second try."""
        ...


class Scope(NamedTuple):
    """The only passages that exist for one search: of these lists and, where they are named, of these documents."""

    lists: frozenset[ListId]
    without_documents: frozenset[str] = frozenset()
    documents: frozenset[str] | None = None

    def has(self, list_id: ListId, document: str) -> bool:
        named = self.documents is None or document in self.documents
        return list_id in self.lists and named and document not in self.without_documents


class Place(NamedTuple):
    """Where a passage stands: enough to rank it by."""

    document: str
    ordinal: int
    content_hash: str
    updated: datetime | None
    list_id: ListId


class Hit(NamedTuple):
    """`place` is as the index has it, if it has one; the rows decide."""

    passage: PassageId
    score: float
    place: Place | None = None


class Search(Protocol):
    """Both retrievers over one moment of the index: exact within the scope, as if nothing else existed."""

    def keywords(self, text: str, scope: Scope, k: int) -> tuple[Hit, ...]: ...

    def vectors(self, vector: Vector, scope: Scope, k: int) -> tuple[Hit, ...]: ...


class Placed(NamedTuple):
    """Where a live passage stands by its rows at this moment, and the access list that its document carries."""

    place: Place
    access: AccessList


class Stored(NamedTuple):
    """A live passage as a whole, with the same list."""

    passage: Passage  # its handle is given later
    content_hash: str
    list_id: ListId
    access: AccessList

    @property
    def place(self) -> Place:
        passage = self.passage
        return Place(passage.document, passage.ordinal, self.content_hash, passage.updated, self.list_id)

    @property
    def document(self) -> str:
        return self.passage.document


class Index(Protocol):
    def newest(self) -> Search: ...


@dataclass(frozen=True)
class Meaning:
    """An embedder and the index of its vectors, had together: a question and the passages that it is compared with are
    never of different ones. Without an embedder it is searched by words alone.
    """

    embedder: Embedder | None
    index: Index


class Access(Protocol):
    """Who people are, and which access lists an audience may read."""

    def person(self, email: Email) -> Person: ...

    def people(self, emails: Collection[Email]) -> Mapping[Email, Person]:
        """Many at once, each with an entry."""
        ...

    def readable(self, audience: Audience, now: datetime) -> frozenset[ListId]: ...


class People(Protocol):
    """Who asks a question, and who will see its reply; every surface has its own way to know."""

    def asker(self, question: Question) -> Person:
        """Whoever cannot be identified holds nothing."""
        ...

    def readers(self, question: Question, asker: Person, *, declared: frozenset[Principal]) -> Audience:
        """Everyone who will see it at this moment. `declared` is what a full member counts as having whom no source
        knows.
        """
        ...


class Passages(Protocol):
    """Of passages by their ids, those that are live right now; the others are left out."""

    def placed(self, ids: Sequence[PassageId]) -> Mapping[PassageId, Placed]:
        """Of many, at little cost."""
        ...

    def live(self, ids: Sequence[PassageId]) -> Mapping[PassageId, Stored]: ...

    def documents_in(self, spaces: Collection[str], kinds: Collection[str]) -> frozenset[str]:
        """Those in any of these spaces, and of any of these kinds; without one sort of names, that sort does not count."""
        ...

    def access_of(self, documents: Sequence[str]) -> Mapping[str, AccessList]:
        """The lists that these documents carry right now; one that is not there any more is left out."""
        ...


class Pace(NamedTuple):
    """The how-manieth question of its minute one is: of its asker, and of everybody. 0: it does not count."""

    by_one: int = 0
    by_all: int = 0


class Work(Protocol):
    """One question, held under a lease. Everything here fails with `LostLease` once another worker has it."""

    @property
    def question(self) -> Question: ...

    @property
    def attempt(self) -> int: ...

    def thread(self, within: timedelta) -> Sequence[Said]:
        """The questions that were put before this one in its thread, oldest first, as they are worded now; outside
        threads, in the same direct conversation and no longer ago. Those that were taken back are left out.
        """
        ...

    def recorded(self, kind: str) -> Event | None:
        """The newest event of this kind in the receipt: what an earlier attempt got done before it died."""
        ...

    def evidence(self, named: Sequence[Mapping[str, Any]]) -> Evidence:
        """The evidence that an event names, read back."""
        ...

    def record(self, *events: Event) -> None:
        """Durable when it returns."""
        ...

    def record_evidence(self, event: Event, evidence: Evidence) -> None:
        """The event, and the texts it names by digest, together."""
        ...

    def record_shown(self, event: Event) -> None:
        """The same, and whoever asks next in that place need not wait any longer for what is still to be done."""
        ...

    def pace(self) -> Pace:
        """The same for every attempt, and for every wording of the question."""
        ...

    def record_turned_away(self, event: Event) -> bool:
        """Whether the asker is to be told, which is once a minute; that is put into the event, as `told`."""
        ...

    def check_lease(self) -> None:
        """Before each effect that cannot be taken back: is it still ours?"""
        ...

    def finish(self, event: Event) -> None:
        """The last event, and the question is done, together."""
        ...


class History(Protocol):
    """What the ledger says of a receipt."""

    def happened(self, receipt: ReceiptId) -> Sequence[Event]:
        """In order; erased bodies are empty."""
        ...

    def evidence(self, named: Sequence[Mapping[str, Any]]) -> Evidence: ...

    def note(self, event: Event) -> None: ...


class Poster(Protocol):
    """Shows a reply to the people who asked. `again`: an earlier attempt may have shown it already, and it is shown once."""

    def post(self, question: Question, part: Part, *, again: bool) -> Mapping[str, str]:
        """Where it went, for the receipt."""
        ...

    def leave(self, question: Question, *, again: bool) -> None:
        """Nothing will be shown: whatever announced it is taken back."""
        ...

    def fail(self, question: Question, *, aside: bool, again: bool) -> None:
        """Says that there will be no reply, and under which receipt an operator finds out why. `aside`: the place has
        its reply; what is missing is the asker's alone, and so is this.
        """
        ...


class Staged(NamedTuple):
    """A document's next version, written but not yet searchable."""

    document: SourceDocument
    list_id: ListId
    passages: tuple[tuple[PassageId, Piece], ...]
    fresh: tuple[PassageId, ...]  # those that have no vector yet


class Reached(NamedTuple):
    """How far a loop has come with what is written in the same transaction, and which nodes are no longer there."""

    loop: Loop
    cursor: Cursor | None
    forgotten: tuple[str, ...]


class Catalogue(Protocol):
    """What sync writes, for one source. Each method is one transaction, by the worker that holds the work."""

    @property
    def memory(self) -> Memory: ...

    def cursor(self, loop: Loop) -> Cursor | None: ...

    def knows_people(self) -> bool:
        """Whether the last snapshot said who exists, so that nobody else is known."""
        ...

    def replace_groups(self, groups: Groups) -> bool:
        """Whether anything changed."""
        ...

    def hide(self, batch: Batch, reached: Reached | None = None) -> None:
        """All of it but new texts: its nodes, deletions and changed access hold from here on."""
        ...

    def stage(self, documents: Sequence[tuple[SourceDocument, Sequence[Piece]]]) -> tuple[Staged, ...]: ...

    def go_live(self, staged: Sequence[Staged], reached: Reached | None = None, *, embedded_by: str | None) -> None: ...

    def leftovers(self) -> Sequence[PassageId]:
        """Passages that may not be found, whose vectors are still to go."""
        ...

    def purge(self, ids: Sequence[PassageId]) -> None: ...

    def begin(self, loop: Loop) -> datetime:
        """When this pass began, or the one that it goes on with."""
        ...

    def finish(self, loop: Loop, *, began: datetime, problems: Sequence[Problem]) -> None:
        """A whole pass of this loop ended."""
        ...

    def stop(self, loop: Loop, *, why: str) -> None:
        """A pass of this loop was not completed."""
        ...

    def record(self, event: Event) -> None: ...


class VectorStore(Protocol):
    """The durable home of the vectors. It decides nothing: what may be found stands in the catalogue."""

    def put(self, ids: Sequence[PassageId], vectors: Vector) -> None: ...

    def delete(self, ids: Sequence[PassageId]) -> None: ...

    def ids(self) -> Iterable[PassageId]: ...

    def count(self) -> int: ...


class Maker(NamedTuple):
    """An embedder, and where its vectors are kept."""

    embedder: Embedder
    vectors: VectorStore


class Embedding(Protocol):
    """Which live passages have a vector of which embedder."""

    def embedded_by(self, embedder: str) -> Sequence[PassageId]: ...

    def not_embedded_by(self, embedder: str) -> Sequence[PassageId]: ...

    def texts(self, ids: Sequence[PassageId]) -> Mapping[PassageId, str]: ...

    def without_row(self, ids: Collection[PassageId]) -> Sequence[PassageId]:
        """Those of which the catalogue knows nothing, in whatever state."""
        ...

    def mark(self, ids: Sequence[PassageId], embedder: str) -> None: ...

    def unmark(self, ids: Sequence[PassageId], embedder: str) -> None:
        """Their vectors are lost."""
        ...


class Succession(Protocol):
    """Which embedder serves, and which is to. All of this raises `Gone` once the embedder is not wanted any more."""

    def check_wanted(self, embedder: str) -> None: ...

    def settle(self, embedder: str) -> None:
        """It has (nearly) all its vectors, and an index of them is about to be made: from here on, whatever it gets is
        a change that the index has to read.
        """
        ...

    def switch(self, embedder: str) -> bool:
        """Whether it serves now, in one transaction; not if a passage has no vector of it yet."""
        ...
