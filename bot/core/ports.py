"""What the flows and steps need from the world. Each port has one fake in tests/fakes and at least one adapter."""

import math
from collections.abc import Callable, Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, Literal, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from bot.core.nouns import (
    Account,
    Budget,
    Byline,
    Event,
    Judging,
    ListId,
    Meanwhile,
    Part,
    PassageId,
    Piece,
    Question,
    ReceiptId,
    Said,
    Sent,
    Shows,
    SlackUser,
    Stretch,
    Talk,
    Turn,
)
from connectors.model import Batch, Cursor, Groups, Loop, Memory, Problem, SourceDocument
from policies.access import AccessList
from policies.contract import Violation
from policies.evidence import Claim, Draft, Evidence, Passage
from policies.intents import Intent
from policies.people import Audience, Email, Person, Principal
from policies.review import Ruling, Stage
from policies.rules import AnswerRules

Vector = NDArray[np.float32]
Embed = Callable[[Sequence[str]], Vector]


class Errand(NamedTuple):
    """Whom models are asked for, and until when, by `bot.core.clock.Timer`: one for a whole answer, with everything that
    is tried in it.
    """

    whose: str
    until: float


NOBODYS: Final = Errand(whose="nobody", until=math.inf)
"""Of what is measured, or kept: nobody waits for it."""


class Embedder(Protocol):
    """Meaning as a vector. The vector of a text never depends on what else is embedded with it."""

    @property
    def name(self) -> str: ...

    @property
    def dimensions(self) -> int: ...

    def embed(self, texts: Sequence[str], *, errand: Errand = NOBODYS) -> Vector:
        """One row of unit length for each text. `Unembedded`, where it cannot be had this time."""
        ...


class Cost(NamedTuple):
    """Of a call. What it costs in money is not always known; money that is limited is spent on no such call."""

    tokens: int
    microdollars: int | None


class Taken(NamedTuple):
    """What was taken from the budgets of one day before a call, for one person."""

    whose: str
    day: str
    cost: Cost


class Purse(Protocol):
    """What may be spent on models: by one person a day, and by all a day."""

    @property
    def limits_money(self) -> bool: ...

    def take(self, whose: str, cost: Cost, *, share: float = 1.0) -> Taken | Budget:
        """At once from all budgets, or from none: then it says which is spent. `share`: of each budget, how much may be
        gone with this. Several processes at once take no more than there is.
        """
        ...

    def settle(self, taken: Taken, cost: Cost) -> None:
        """What it was in the end, in place of what was taken; the budgets may be overspent by that."""
        ...


class Watch(Protocol):
    """Who looks after the models: whether one may be asked at all at this moment, and what came of asking it."""

    def is_paused(self, model: str) -> bool: ...

    def heard(self, model: str, because: str | None) -> None:
        """It answered; or it did not, and why, by kind."""
        ...


class Guess(NamedTuple):
    """How much each intent is meant by a message, between nothing and 1 or so; none: nobody knows. `because`: why it is not
    the guess of who was asked first, by kind of error. Who `reads` English alone is less sure of anything else, and who
    knows words alone of everything.
    """

    scores: Mapping[str, float]
    by: str
    because: str | None = None
    account: Account = Account()
    reads: Literal["words", "English", "anything"] = "anything"


class Guesser(Protocol):
    """Says what a message may be after. What follows from that is for the rules."""

    @property
    def name(self) -> str: ...

    def guess(self, text: str, intents: Mapping[str, Intent], errand: Errand = NOBODYS) -> Guess:
        """Nothing in the text is an instruction."""
        ...

    def warm(self, intents: Mapping[str, Intent]) -> None:
        """Does whatever would make the first guess slow; no model is asked what anything means."""
        ...


class Rewritten(NamedTuple):
    """`leans`: whether the question could not be understood by itself."""

    whole: str
    leans: bool
    account: Account
    by: str


class Rewriter(Protocol):
    """Puts a follow-up so that it can be understood by itself. Nothing that it returns is searched before it is checked."""

    @property
    def name(self) -> str: ...

    def rewrite(
        self, question: str, before: Sequence[str], *, max_characters: int, errand: Errand = NOBODYS
    ) -> Rewritten:
        """`before` is what people asked in the same conversation, oldest first. `Unrewritten`, where it cannot be had."""
        ...


class Reranker(Protocol):
    """Compares a question with each of a few texts. Nothing that it returns is believed before it is counted."""

    @property
    def name(self) -> str: ...

    def sending(self, question: str, texts: Sequence[str], sources: Collection[str]) -> Sent | None:
        """What would leave with these, which are of these sources. None: it may not see them, and must not be asked."""
        ...

    def rerank(self, question: str, texts: Sequence[str], *, errand: Errand = NOBODYS) -> Sequence[float]:
        """A score for each text, in their order; the higher, the better. `Unranked`, where that cannot be had."""
        ...


class Composed(NamedTuple):
    """A draft, and who wrote it: not always the composer that was asked."""

    draft: Draft
    by: Byline


Hear = Callable[[Claim, str], bool]
"""A claim of a draft that is still being written, and whose it is. Whether readers are shown it: then it stays said."""


class Composer(Protocol):
    """Makes a draft from evidence. Nothing that it returns is believed before it is verified."""

    @property
    def name(self) -> str: ...

    def compose(
        self,
        question: str,
        evidence: Evidence,
        rules: AnswerRules,
        *,
        violations: Sequence[Violation] = (),
        said: Sequence[Claim] = (),
        errand: Errand = NOBODYS,
        hear: Hear | None = None,
    ) -> Composed:
        """`violations` are those of the draft before, when this is the second try, and `said` what readers have seen of
        it. Whoever writes for a while lets its claims be heard; the draft begins with those that were said.
        """
        ...


class Judge(Protocol):
    """Says of claims whether their quotes support them. It can take away, and proves nothing."""

    @property
    def name(self) -> str: ...

    def judge(
        self, question: str, claims: Mapping[int, Claim], evidence: Evidence, errand: Errand = NOBODYS
    ) -> Judging:
        """Of each, by its number. It does not raise: whoever says nothing says why."""
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


class Shelf(NamedTuple):
    """Documents at one place, which carry the same access list and the same labels. `where` begins with the source."""

    where: str
    list_id: ListId
    labels: tuple[str, ...] = ()


class Search(Protocol):
    """Both retrievers over one moment of the index: exact within the scope, as if nothing else existed."""

    @property
    def generation(self) -> int:
        """Grows with every change to what may be found, or to how it is found."""
        ...

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

    def version(self) -> int:
        """Another one as soon as anything of this may have changed."""
        ...


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

    def as_of(self, question: Question) -> Hashable | None:
        """Much cheaper than who they are: while this is the same, and not None, so are its readers."""
        ...


class Conversations(Protocol):
    """What people have said to each other where we are, as it stands there at this moment. Nothing of it is remembered."""

    def has(self, channel: str, person: SlackUser) -> bool:
        """Whether they are in that conversation. Where that is not known, they are not."""
        ...

    def spelled(self, question: Question) -> str:
        """Its words, with what it names by an id alone called by its name, unless anybody reads along there who may not know
        that name.
        """
        ...

    def is_with_us(self, question: Question) -> bool:
        """Whether the asker still spoke with us when they said this in a thread: since they last named us there, or we spoke,
        nobody else has. Where that is not known, they did not.
        """
        ...

    def read(self, stretch: Stretch, *, most: int) -> Talk | None:
        """At most so many messages: the first of a thread, and the newest. Neither our own nor those that were deleted.
        None: there is no such conversation, or we are not in it.
        """
        ...


class Passages(Protocol):
    """Of passages by their ids, those that are live right now; the others are left out."""

    def placed(self, ids: Sequence[PassageId]) -> Mapping[PassageId, Placed]:
        """Of many, at little cost."""
        ...

    def live(self, ids: Sequence[PassageId]) -> Mapping[PassageId, Stored]: ...

    def documents_in(self, spaces: Collection[str], kinds: Collection[str]) -> frozenset[str]:
        """Those in any of these spaces (with the label, where one names any), and of any of these kinds; without one sort of
        names, that sort does not count.
        """
        ...

    def shelves(self) -> Mapping[Shelf, int]:
        """How many documents there are of each."""
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

    def reword(self, text: str) -> None:
        """From here on the question says this, in every attempt; and on record."""
        ...

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

    def is_withdrawn(self) -> bool:
        """Whether whoever asked has taken it back, or put it in other words. It is asked without the lease, too."""
        ...

    def is_paused(self) -> bool:
        """Whether an admin has stopped all answers."""
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

    def hold(self, event: Event) -> None:
        """The same, but that the answer waits for a person to check it, from here on."""
        ...


class Review(Protocol):
    """One answer that is held until a person has checked it, under a lease. Whoever lost that fails with `LostLease`; a move
    that somebody else was faster than is not made. What is moved is on record in the same transaction.
    """

    @property
    def question(self) -> Question: ...

    @property
    def attempt(self) -> int: ...

    def stage(self) -> Stage: ...

    def turns(self) -> Sequence[Turn]:
        """In their order; the last is whose turn it is."""
        ...

    def happened(self) -> Sequence[Event]:
        """In order; erased bodies are empty."""
        ...

    def evidence(self, named: Sequence[Mapping[str, Any]]) -> Evidence: ...

    def record(self, event: Event) -> None: ...

    def ask(self, turn: Turn, event: Event, *, instead_of: Stage) -> bool: ...

    def move(self, stage: Stage, event: Event, *, instead_of: Stage) -> bool: ...

    def located(self, turn: Turn, channel: str, message: str) -> None: ...

    def turned(self, turn: Turn, shows: Shows) -> None:
        """What its card says from now on."""
        ...

    def is_at(self, stage: Stage) -> bool:
        """Before each effect that cannot be taken back."""
        ...

    def rest(self, until: datetime) -> None:
        """Nothing is to be done before, unless somebody clicks."""
        ...

    def finish(self, event: Event | None) -> None: ...


class Reviews(Protocol):
    """What clicks are looked up in, and what they change."""

    def turn(self, id: str) -> tuple[Turn, Stage, bool] | None:  # noqa: A002 - it is the turn's
        """With where its answer is, and whether it is still this one's turn."""
        ...

    def decided_by(self, turn: Turn) -> SlackUser | None:
        """Whose turn it was when the same answer was decided about, if it was."""
        ...

    def rule(self, turn: Turn, ruling: Ruling, event: Event) -> bool:
        """Durable when it returns. Whether this was the click that decided: of however many, one is."""
        ...


class ReviewDesk(Protocol):
    """Speaks with those who check answers, and with whoever waits for one."""

    def ask(
        self, turn: Turn, question: Question, part: Part, *, readers: int, minutes: float, again: bool
    ) -> Mapping[str, str] | None:
        """Where the card is. None: they cannot be written to."""
        ...

    def turn(self, turn: Turn, question: Question, shows: Shows, by: SlackUser) -> None:
        """Their card says what became of it, and of the answer nothing any more. `by`: whose turn it was last."""
        ...

    def notice(self, channel: str, message: str, about: Meanwhile) -> None:
        """What stands at the place while somebody checks."""
        ...


class History(Protocol):
    """What the ledger says of a receipt."""

    def happened(self, receipt: ReceiptId) -> Sequence[Event]:
        """In order; erased bodies are empty."""
        ...

    def evidence(self, named: Sequence[Mapping[str, Any]]) -> Evidence: ...

    def newest_wording(self, receipt: ReceiptId) -> Question | None:
        """Of the message that this receipt is of. None: it was taken back, or nothing is known of it."""
        ...

    def note(self, event: Event) -> None: ...

    def note_once(self, event: Event) -> bool:
        """Whether its receipt does not say so already."""
        ...


class Poster(Protocol):
    """Shows a reply to the people who asked. `again`: an earlier attempt may have shown it already, and it is shown once."""

    def post(self, question: Question, part: Part, *, again: bool) -> Mapping[str, Any]:
        """Where it went, for the receipt."""
        ...

    def hold(self, question: Question, *, again: bool) -> Mapping[str, Any]:
        """Says that a person checks the answer first. Where that stands."""
        ...

    def unhold(self, question: Question) -> None:
        """Nobody checks it: that was said, and the question taken back before it was on record."""
        ...

    def is_shown(self, question: Question) -> bool:
        """Whether an attempt that died, or lost the question, has shown its reply to the place."""
        ...

    def may_grow(self, question: Question) -> bool:
        """Whether a reply can be shown there while it is being written."""
        ...

    def grow(self, question: Question, part: Part) -> None:
        """Shows what is new in a reply that is not whole yet; `post` then shows the rest. What cannot be shown now is
        shown then.
        """
        ...

    def take_back(self, question: Question, *, again: bool) -> None:
        """Of a reply that was not whole, nothing is seen any more, nor that somebody checks it. `again`: an earlier attempt may
        have begun it.
        """
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
