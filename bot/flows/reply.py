"""One reply for one audience: what it may be made of, what it is made into, and what of that is proven."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime
from typing import NamedTuple

from bot.core.clock import Stopwatch
from bot.core.failpoints import Reach
from bot.core.nouns import Byline, Event, ListId, Part, Wording
from bot.core.ports import Composer, Embedder, Rewriter, Scope, Work
from bot.flows.read import (
    Reading,
    Sought,
    ask_sources,
    gather,
    retrieved,
    unreadable_body,
    until_readable,
    with_what_is_shut,
)
from bot.steps.recheck import Unreadable
from bot.steps.verify import settle, violated
from policies.contract import Violation
from policies.evidence import Answer, Draft, Evidence, Refusal, RefusalReason, Reply
from policies.intents import Route
from policies.people import Audience, Person, is_known_at
from policies.rules import Rules


@dataclass(frozen=True)
class Answering:
    """What answering needs of the world, beside reading."""

    reading: Reading
    composer: Callable[[Embedder | None], Composer]  # one that compares as the search did
    reach: Reach
    rewriter: Rewriter | None = None

    def pinned(self) -> "Answering":
        return replace(self, reading=self.reading.pinned())


@dataclass(frozen=True)
class Attempt:
    """One attempt at one question. `now` is one moment for the whole of it, and the receipt says which."""

    work: Work
    house: Answering
    rules: Rules
    wording: Wording
    now: datetime
    watch: Stopwatch


class _Considered(NamedTuple):
    evidence: Evidence
    draft: Draft
    violations: tuple[Violation, ...]
    by: tuple[Byline, ...]  # for each try


def reply_for(attempt: Attempt, audience: Audience, way: Route, *, aside: bool = False) -> Part:
    if not audience.complete:
        return Part(reply=Refusal(reason=RefusalReason.UNKNOWN_AUDIENCE), evidence=Evidence(), aside=aside)
    sought = sought_by(attempt, audience, way)
    considered = until_readable(sought, attempt.house.reading, lambda scope: _consider(attempt, sought, scope))
    if considered is None:
        unanswered = Refusal(reason=RefusalReason.UNANSWERED)
        return Part(reply=_saying_where_unknown(unanswered, sought, attempt), evidence=Evidence(), aside=aside)
    return Part(
        reply=_saying_where_unknown(settle(considered.draft, considered.violations), sought, attempt),
        evidence=considered.evidence,
        aside=aside,
        model=considered.by[-1].composer,
    )


def _saying_where_unknown(reply: Reply, sought: Sought, attempt: Attempt) -> Reply:
    """Of the reader's own standing alone, never of what there is at those sources; and to nobody but them."""
    if not isinstance(reply, Refusal) or reply.reason is not RefusalReason.UNANSWERED:
        return reply
    match sought.audience.people:
        case (person,):
            house = attempt.house.reading
            read = {source for source, moment in house.read_at().items() if moment is not None}
            unknown = sorted(source for source in read if not is_known_at(person, source))
            return reply.model_copy(update={"unknown_at": tuple(unknown)})
        case _:
            return reply


def reply_aside(attempt: Attempt, asker: Person, beyond: frozenset[ListId], way: Route) -> Part | None:
    """An answer from what the asker may read and the others may not: for the asker alone, if it cites any of that."""
    part = reply_for(attempt, Audience.only(asker), way, aside=True)
    if not isinstance(part.reply, Answer):
        return None
    cited = {citation.passage for claim in part.reply.claims for citation in claim.citations}
    lists = {found.list_id for found in part.evidence.found if found.passage.handle in cited}
    return part if lists & beyond else None


def sought_by(attempt: Attempt, audience: Audience, way: Route) -> Sought:
    return Sought(attempt.wording, audience, way, attempt.rules.answers, attempt.now)


def _consider(attempt: Attempt, sought: Sought, scope: Scope) -> tuple[_Considered, Unreadable]:
    """One round. The sources are asked while the composer writes."""
    work, house, watch = attempt.work, attempt.house, attempt.watch
    found = gather(sought, scope, house.reading)
    evidence = found.evidence
    watch.lap("retrieve")
    work.record_evidence(Event(kind="retrieved", body=retrieved(found, sought, scope, house.reading)), evidence)
    watch.lap("record")
    house.reach("ask.after_retrieve")
    with ThreadPoolExecutor(1) as beside:
        asking = beside.submit(ask_sources, evidence, sought, house.reading)
        considered = _compose(attempt, sought.wording.understood, evidence)
        watch.lap("compose")
        house.reach("ask.after_compose")
        unreadable = with_what_is_shut(asking.result(), evidence, sought, house.reading)
    watch.lap("recheck")
    work.record(Event(kind="composed", body=_composed(considered, unreadable)))
    return considered, unreadable


def _compose(attempt: Attempt, text: str, evidence: Evidence) -> _Considered:
    """A draft that breaks the contract gets one more try, with what it broke."""
    house, rules = attempt.house, attempt.rules.answers
    composer = house.composer(house.reading.meaning().embedder)
    draft, by = composer.compose(text, evidence, rules)
    found = violated(text, draft, evidence, rules.answer)
    if not found:
        return _Considered(evidence, draft, found, (by,))
    draft, by_again = composer.compose(text, evidence, rules, violations=found)
    return _Considered(evidence, draft, violated(text, draft, evidence, rules.answer), (by, by_again))


def _composed(considered: _Considered, unreadable: Unreadable) -> dict[str, object]:
    return {
        "draft": considered.draft.model_dump(mode="json"),
        "violations": [violation.model_dump(mode="json") for violation in considered.violations],
        "by": [by.model_dump(mode="json") for by in considered.by],
        "unreadable": unreadable_body(unreadable),
    }
