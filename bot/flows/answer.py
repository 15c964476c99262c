"""How a question becomes a reply. Nothing is shown that is not in the ledger; nothing is used that may not be read.

    claim → audience → route → retrieve → compose → verify → re-check access → close → still the same readers? → post

The steps of an attempt that died are taken again, except those before `closed`: what was decided stays decided, unless
a source has taken back since then what it was decided from, or others read along by now.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple, assert_never

from bot.core.clock import Stopwatch, as_text
from bot.core.nouns import Event, Part
from bot.core.ports import Poster, Work
from bot.core.record import audience_body, part_body, part_from
from bot.flows.read import Reading, confirm
from bot.flows.reply import Answering, Attempt, reply_aside, reply_for, sought_by
from bot.steps.route import route
from connectors.model import Retryable
from policies.evidence import Clarification, Evidence, Refusal, RefusalReason, Reply
from policies.intents import Route
from policies.people import Audience, Person
from policies.rules import Rules

_TURNS = 4  # how often others may come to read along before we wait until they have settled


@dataclass(frozen=True)
class Outcome:
    """A reply with what it was made of. `aside` is what the asker alone may read beyond what the place may."""

    reply: Reply
    evidence: Evidence
    route: Route | None
    model: str | None
    timings_ms: Mapping[str, float]
    aside: Part | None = None

    @property
    def parts(self) -> tuple[Part, ...]:
        here = Part(reply=self.reply, evidence=self.evidence)
        return (here, self.aside) if self.aside is not None else (here,)


class _Decided(NamedTuple):
    """An outcome, and for whom it was made. Without readers it is the same for everybody."""

    outcome: Outcome
    readers: Audience | None


def answer(work: Work, house: Answering, poster: Poster) -> Outcome:
    house.reach("ask.after_claim")
    attempt = Attempt(work, house, _pinned_rules(work, house.reading), house.reading.clock(), Stopwatch())
    outcome = _for_those_who_read_it(attempt, _recall(attempt) or _decide(attempt))
    house.reach("ask.after_close")
    shown = [dict(_shown(work, poster, part)) for part in outcome.parts]
    house.reach("ask.after_post")
    work.finish(Event(kind="posted", body={"attempt": work.attempt, "to": shown}))
    return outcome


def _shown(work: Work, poster: Poster, part: Part) -> Mapping[str, str]:
    """Looking who reads along, or showing the part before, may have taken long: the question may be withdrawn by now."""
    work.check_lease()
    return poster.post(work.question, part, again=work.attempt > 1)


def _pinned_rules(work: Work, reading: Reading) -> Rules:
    """Those of the first attempt: a question is judged by the rules under which it was taken up."""
    claimed = work.recorded("claimed")
    return reading.rules(claimed.body["rules"] if claimed is not None else None)


def _for_those_who_read_it(attempt: Attempt, decided: _Decided) -> Outcome:
    """Whoever came to the place meanwhile must be allowed to read it too: then it is decided again, for them as well."""
    for _ in range(_TURNS):
        if decided.readers is None or _alike(decided.readers, _readers(attempt, _asker(attempt))):
            return decided.outcome
        decided = _decide(attempt)
    raise Retryable("who reads along keeps changing")


def _asker(attempt: Attempt) -> Person:
    return attempt.house.reading.people.asker(attempt.work.question)


def _readers(attempt: Attempt, asker: Person) -> Audience:
    declared = attempt.rules.audience.full_members.principals
    return attempt.house.reading.people.readers(attempt.work.question, asker, declared=declared)


def _alike(one: Audience, other: Audience) -> bool:
    """The same people, in whatever order; bots read nothing."""
    return one.complete == other.complete and set(one.people) == set(other.people)


def _recall(attempt: Attempt) -> _Decided | None:
    """What an earlier attempt decided and recorded, for this one to show: if it may still be shown."""
    work = attempt.work
    closed = work.recorded("closed")
    if closed is None:
        return None
    body = closed.body
    here = part_from(body, work.evidence)
    outcome = Outcome(
        reply=here.reply,
        evidence=here.evidence,
        route=Route.model_validate(body["route"]) if body["route"] else None,
        model=body["model"],
        timings_ms=body["timings_ms"],
        aside=part_from(body["aside"], work.evidence, aside=True) if body["aside"] else None,
    )
    asker = _asker(attempt)
    readers = _readers(attempt, asker) if body["readers"] else None
    shown = readers is None or (
        _not_for(asker) is None
        and _named(body["readers"]) == _named(audience_body(readers))
        and _may_still_be_shown(attempt, outcome, readers, asker)
    )
    work.record(Event(kind="recalled", body={"attempt": work.attempt, "shown": shown}))  # the fence: is it still ours?
    return _Decided(outcome, readers) if shown else None


def _named(readers: Mapping[str, object]) -> tuple[object, ...]:
    """Who they are, as far as the receipt says. What they may read is asked anew."""
    return readers["digest"], readers["complete"]


def _may_still_be_shown(attempt: Attempt, outcome: Outcome, readers: Audience, asker: Person) -> bool:
    assert outcome.route is not None, "what was looked up has a route"
    for part in outcome.parts:
        audience = Audience.only(asker) if part.aside else readers
        if part.evidence.found and confirm(
            part.evidence, sought_by(attempt, audience, outcome.route), attempt.house.reading
        ):
            return False
    return True


def _decide(attempt: Attempt) -> _Decided:
    """Everything up to the closed receipt."""
    work, house = attempt.work, attempt.house
    claimed = {"attempt": work.attempt, "now": as_text(attempt.now), "rules": attempt.rules.digest}
    work.record(Event(kind="claimed", body=claimed))
    way = route(work.question.text, attempt.rules)
    attempt.watch.lap("route")
    decided = _decided(attempt, way)
    house.reach("ask.before_close")
    work.record(Event(kind="closed", body=_closed(decided)))
    return decided


def _decided(attempt: Attempt, way: Route | Clarification) -> _Decided:
    match way:
        case Clarification():
            return _Decided(_without_evidence(attempt, way, None), None)
        case Route():
            asker = _asker(attempt)
            refusal = _not_for(asker)
            if refusal is not None:
                return _Decided(_without_evidence(attempt, refusal, way), None)
            readers = _readers(attempt, asker)
            attempt.watch.lap("audience")
            return _Decided(_from_evidence(attempt, asker, readers, way), readers)
        case _:
            assert_never(way)


def _not_for(asker: Person) -> Refusal | None:
    if asker.outsider:
        return Refusal(reason=RefusalReason.NOT_A_MEMBER)
    if not asker.principals:
        return Refusal(reason=RefusalReason.UNKNOWN_PERSON)
    return None


def _without_evidence(attempt: Attempt, reply: Reply, way: Route | None) -> Outcome:
    return Outcome(reply=reply, evidence=Evidence(), route=way, model=None, timings_ms=attempt.watch.laps)


def _from_evidence(attempt: Attempt, asker: Person, readers: Audience, way: Route) -> Outcome:
    here = reply_for(attempt, readers, way)
    return Outcome(
        reply=here.reply,
        evidence=here.evidence,
        route=way,
        model=attempt.house.composer.name,
        timings_ms=attempt.watch.laps,
        aside=reply_aside(attempt, asker, readers, way),
    )


def _closed(decided: _Decided) -> dict[str, object]:
    outcome = decided.outcome
    here, *beside = map(part_body, outcome.parts)
    return {
        **here,
        "aside": beside[0] if beside else None,
        "readers": audience_body(decided.readers) if decided.readers else None,
        "route": outcome.route.model_dump(mode="json") if outcome.route else None,
        "model": outcome.model,
        "timings_ms": dict(outcome.timings_ms),
    }
