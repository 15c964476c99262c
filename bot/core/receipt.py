"""What does the ledger say of one question, as a whole? Pure: events go in, one value comes out.

It shows what was written and nothing else. What was erased, or has not happened yet, is absent, never guessed; where an
attempt died or was overtaken, the one after it counts.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import pairwise
from typing import Any, Final, Literal, Protocol, assert_never

from bot.core.nouns import Byline, Event, Judging, Question, ReceiptId, Reordering, Sent, Wording
from bot.core.record import reply_from
from policies.contract import Violation
from policies.evidence import Answer, Claim, Clarification, Draft, Evidence, Notice, Refusal, Reply
from policies.intents import Route
from policies.people import Noun

_ENDS: Final = frozenset({"posted", "failed", "withdrawn"})
_SHOWN: Final = frozenset({"posted", "shown"})
_OF_REVIEWS: Final = frozenset(
    {
        "held",
        "review_asked",
        "review_passed",
        "review_moved",
        "review_decided",
        "review_unanswered",
        "review_outdated",
        "review_closed",
    }
)

ReadBack = Callable[[Sequence[Mapping[str, Any]]], Evidence]
"""The evidence that an event names, with its texts; an erased one says so."""

State = Literal["working", "held", "answered", "refused", "clarified", "failed", "withdrawn", "erased"]


class Happened(Protocol):
    """An event as the ledger holds it. No body: erased."""

    @property
    def seq(self) -> int: ...

    @property
    def at(self) -> str: ...

    @property
    def kind(self) -> str: ...

    @property
    def receipt(self) -> ReceiptId | None: ...

    @property
    def body(self) -> Mapping[str, Any] | None: ...


class Entry(Noun):
    """One line of the ledger."""

    seq: int
    kind: str
    at: str
    erased: bool = False


class Readers(Noun):
    """Who it was made for. Of a large channel only the size is known."""

    size: int
    complete: bool
    people: tuple[str, ...] | None = None
    bots: tuple[str, ...] = ()


class Spoken(Noun):
    """A claim that readers were shown before the reply was whole: by whom, and how long after the question was taken up."""

    claim: Claim
    by: str
    ms: float


class Dropped(Noun):
    """A claim that was heard, and not shown for what it broke."""

    claim: Claim
    violations: tuple[Violation, ...]


class Overheard(Noun):
    """How much of which conversation was read: of the thread under a message or, without one, of what was said last."""

    channel: str
    thread: str | None = None
    messages: int
    left_out: int = 0


class Looked(Noun):
    """One look for evidence: for whom, within which lists, by which embedder, or why without it; and what was made of it.
    `answered_in`: nothing was searched; evidence and draft are those of this receipt, where the same was asked.
    """

    wording: Wording | None = None  # None: written before there were any
    conversation: Overheard | None = None  # None: documents were searched
    audience: Readers | None = None
    answered_in: ReceiptId | None = None
    embedder: str | None = None
    embedder_sent: Sent | None = None
    without_vectors: str | None = None
    reordering: Reordering | None = None
    evidence: Evidence = Evidence()
    lists: frozenset[str] = frozenset()
    without: frozenset[str] = frozenset()
    draft: Draft | None = None
    by: Byline | None = None  # of the draft
    violations: tuple[Violation, ...] = ()
    spoken: tuple[Spoken, ...] = ()
    dropped: tuple[Dropped, ...] = ()
    judged: tuple[Judging, ...] = ()  # for each try of which a judge was asked
    unreadable_documents: tuple[str, ...] = ()
    unreadable_sources: tuple[str, ...] = ()


class Post(Noun):
    """Where a reply was shown. On the command line there is no such place."""

    channel: str | None = None
    message: str | None = None
    removed: Mapping[str, int] = {}  # what was masked in it


class Told(Noun):
    """A reply and what it was made from: what everyone at the place got, or the asker alone."""

    looks: tuple[Looked, ...] = ()  # more than one where a source took something back meanwhile
    reply: Reply | None = None
    evidence: Evidence = Evidence()
    post: Post | None = None

    @property
    def last_look(self) -> Looked:
        return self.looks[-1] if self.looks else Looked()


class Receipt(Noun):
    """Everything that one question led to."""

    id: ReceiptId
    asked: Question | None = None
    attempts: int = 0
    now: datetime | None = None
    rules: str | None = None
    asker: str | None = None
    audience: Readers | None = None  # None, too, where the reply is the same for everybody
    declared: tuple[str, ...] = ()
    route: Route | None = None
    model: str | None = None
    timings_ms: Mapping[str, float] = {}
    here: Told = Told()
    aside: Told = Told()
    review: tuple[Event, ...] = ()  # none: nobody had to check it
    error: str | None = None
    is_over: bool = False
    state: State = "working"
    events: tuple[Entry, ...] = ()


def fold(events: Sequence[Happened], read_back: ReadBack) -> Receipt:
    """`events` are all of one receipt, in the order of the ledger."""
    counting = _counting(events)
    claimed, decided = _body(counting, "claimed"), _body(counting, "closed")
    closed = {**decided, **_body(counting, "review_closed")}  # what a person made of it is what the place got
    end = next((event for event in reversed(events) if event.kind in _ENDS), None)
    at_place, beside = _apart(counting)
    here = _told(at_place, closed, read_back)
    posts = _posts(counting)
    aside = _told(beside, _body(counting, "closed_aside"), read_back)
    failed = end is not None and end.kind == "failed"
    return Receipt(
        id=events[0].receipt or ReceiptId(""),
        asked=_asked(events),
        attempts=max((one.body["attempt"] for one in events if one.body and "attempt" in one.body), default=0),
        now=claimed.get("now"),
        rules=claimed.get("rules"),
        asker=closed.get("asker"),
        audience=_readers(closed.get("readers")),
        declared=tuple(closed.get("declared", ())),
        route=Route.model_validate(closed["route"]) if closed.get("route") else None,
        model=closed.get("model"),
        timings_ms=closed.get("timings_ms", {}),
        here=here.model_copy(update={"post": posts[0] if posts else None}),
        aside=aside.model_copy(update={"post": posts[1] if len(posts) > 1 else None}),
        error=end.body.get("error") if failed and end is not None and end.body else None,
        is_over=end is not None,
        review=tuple(_review(counting)),
        state=_state(here.reply, end, kinds=frozenset(one.kind for one in counting)),
        events=tuple(Entry(seq=one.seq, kind=one.kind, at=one.at, erased=one.body is None) for one in events),
    )


def _counting(events: Sequence[Happened]) -> Sequence[Happened]:
    """From the last time that it was decided anew: what came before led to nothing."""
    begun = [at for at, event in enumerate(events) if event.kind == "claimed"]
    return events[begun[-1] :] if begun else events


def _apart(events: Sequence[Happened]) -> tuple[Sequence[Happened], Sequence[Happened]]:
    """Until the reply at the place was decided, and what followed for the asker alone."""
    closed = next((at for at, event in enumerate(events) if event.kind == "closed"), len(events))
    return events[:closed], events[closed:]


def _told(events: Sequence[Happened], closed: Mapping[str, Any], read_back: ReadBack) -> Told:
    return Told(
        looks=tuple(_looks(events, read_back)),
        reply=reply_from(closed["reply"]) if closed.get("reply") else None,
        evidence=read_back(closed["evidence"]) if closed.get("evidence") else Evidence(),
    )


def _looks(events: Sequence[Happened], read_back: ReadBack) -> Iterator[Looked]:
    """Each `retrieved` with what follows until the next: which claims were said, and the `composed`, if that has come."""
    begun = [at for at, event in enumerate(events) if event.kind == "retrieved"]
    for at, end in pairwise([*begun, len(events)]):
        following = events[at + 1 : end]
        spoken = tuple(_spoken(one.body) for one in following if one.kind == "said" and one.body)
        yield _looked(events[at].body or {}, _body(following, "composed"), read_back).model_copy(
            update={"spoken": spoken}
        )


def _spoken(body: Mapping[str, Any]) -> Spoken:
    return Spoken(claim=Claim.model_validate(body["claim"]), by=body["by"], ms=body["ms"])


def _looked(found: Mapping[str, Any], made: Mapping[str, Any], read_back: ReadBack) -> Looked:
    filters, unreadable = found.get("filters", {}), made.get("unreadable", {})
    return Looked(
        wording=Wording.model_validate(found["wording"]) if found.get("wording") else None,
        conversation=overheard(found.get("conversation")),
        audience=_readers(found.get("audience")),
        answered_in=found.get("answered_in"),
        embedder=found.get("embedder"),
        embedder_sent=Sent.model_validate(found["embedder_sent"]) if found.get("embedder_sent") else None,
        without_vectors=found.get("without_vectors"),
        reordering=Reordering.model_validate(found["reordering"]) if found.get("reordering") else None,
        evidence=read_back(found["evidence"]) if found.get("evidence") else Evidence(),
        lists=frozenset(filters.get("lists", ())),
        without=frozenset(filters.get("without", ())),
        draft=Draft.model_validate(made["draft"]) if made.get("draft") else None,
        by=Byline.model_validate(made["by"][-1]) if made.get("by") else None,
        violations=tuple(map(Violation.model_validate, made.get("violations", ()))),
        judged=tuple(map(Judging.model_validate, made.get("judged", ()))),
        dropped=tuple(map(Dropped.model_validate, made.get("dropped", ()))),
        unreadable_documents=tuple(unreadable.get("documents", ())),
        unreadable_sources=tuple(unreadable.get("sources", ())),
    )


def overheard(body: Mapping[str, Any] | None) -> Overheard | None:
    """As the ledger has it."""
    return Overheard.model_validate({name: body[name] for name in Overheard.model_fields}) if body else None


def _readers(body: Mapping[str, Any] | None) -> Readers | None:
    if not body:
        return None
    return Readers(
        size=body["size"],
        complete=body["complete"],
        people=tuple(body["people"]) if "people" in body else None,
        bots=tuple(body.get("bots", ())),
    )


def _posts(events: Sequence[Happened]) -> tuple[Post, ...]:
    """The end says where; until then, what the place was shown."""
    said = _body(events, "posted") or _body(events, "shown")
    return tuple(
        Post(channel=one.get("channel"), message=one.get("message"), removed=one.get("removed", {}))
        for one in said.get("to", ())
    )


def _asked(events: Sequence[Happened]) -> Question | None:
    body = _body(events, "asked")
    return Question.model_validate({**body, **_body(events, "spelled"), "receipt": events[0].receipt}) if body else None


def _review(events: Sequence[Happened]) -> Iterator[Event]:
    """Who was asked to check it, and what came of it. What was erased is not told."""
    for one in events:
        if one.kind in _OF_REVIEWS and one.body:
            yield Event(kind=one.kind, receipt=one.receipt, body=dict(one.body))


def _state(reply: Reply | None, end: Happened | None, *, kinds: frozenset[str]) -> State:
    """Of what the place got: an aside that failed takes nothing back."""
    is_shown = bool(kinds & _SHOWN)
    if end is not None and end.kind != "posted" and not is_shown:
        return "withdrawn" if end.kind == "withdrawn" else "failed"
    if not is_shown:
        return "held" if "held" in kinds else "working"
    match reply:
        case Answer() | Notice():
            return "answered"
        case Refusal():
            return "refused"
        case Clarification():
            return "clarified"
        case None:  # it was shown, and that is all that is left
            return "erased"
        case _:
            assert_never(reply)


def _body(events: Sequence[Happened], kind: str) -> Mapping[str, Any]:
    """Of the newest one; empty if there is none, or it was erased."""
    return next((event.body or {} for event in reversed(events) if event.kind == kind), {})
