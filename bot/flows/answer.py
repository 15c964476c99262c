"""How a question becomes a reply. Nothing is shown that is not in the ledger; nothing is used that may not be read.

    claim → one too many? → rewrite → audience → route → retrieve → compose → verify → re-check access → close
          → still the same readers? → post

The steps of an attempt that died are taken again, except those before `closed`: what was decided stays decided, unless
a source has taken back since then what it was decided from, or others read along by now.

Where the asker may read more than the others do, the same follows for the asker alone. By then the place has its reply:
it cannot be seen there whether there was more, nor what became of it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import NamedTuple, assert_never

from bot.core.clock import Stopwatch, as_text
from bot.core.nouns import Event, ListId, Part, SlackPlace, Wording
from bot.core.ports import Poster, Rewriter, Work
from bot.core.record import audience_body, part_body, part_from
from bot.flows.read import Reading, confirm
from bot.flows.reply import Answering, Attempt, reply_aside, reply_for, sought_by
from bot.steps.pace import one_too_many
from bot.steps.rewrite import rewrite
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


class _Decided(NamedTuple):
    """An outcome, who asked, and for whom it was made. Without readers it is the same for everybody."""

    outcome: Outcome
    asker: Person | None
    readers: Audience | None


class _Away(NamedTuple):
    """A refusal of one question too many, and whether the asker is told of it."""

    outcome: Outcome
    told: bool


class _Shown(NamedTuple):
    """What the place got, and where that is. `more` for the asker alone are lists which nobody else there may read."""

    outcome: Outcome
    to: Mapping[str, str]
    more: frozenset[ListId]


def answer(work: Work, house: Answering, poster: Poster) -> Outcome:
    house = house.pinned()
    house.reach("ask.after_claim")
    rules = _pinned_rules(work, house.reading)
    attempt = Attempt(work, house, rules, _wording(work, rules, None), house.reading.clock(), Stopwatch())
    away = _turned_away(attempt)
    if away is not None:
        return _left(attempt, poster, away)
    if house.rewriter is not None:  # not before: a flood of questions is no flood of calls
        attempt = replace(attempt, wording=_wording(work, rules, house.rewriter))
        attempt.watch.lap("rewrite")
    here = _shown_before(attempt) or _show_here(attempt, poster)
    aside = _decided_aside(attempt, here) if here.more else None
    shown = [here.to] if aside is None else [here.to, _posted(work, poster, aside)]
    house.reach("ask.after_post")
    work.finish(Event(kind="posted", body={"attempt": work.attempt, "to": shown}))
    return replace(here.outcome, aside=aside)


def _turned_away(attempt: Attempt) -> _Away | None:
    """One too many: nothing is looked up for it, neither who asks nor what they may read."""
    work = attempt.work
    closed = work.recorded("closed") if work.attempt > 1 else None
    if closed is not None:
        return _Away(_outcome_from(closed, work), told=closed.body["told"]) if "told" in closed.body else None
    pace = work.pace()
    refusal = one_too_many(pace, attempt.rules.answers.question)
    if refusal is None:
        return None
    work.record(_claimed(attempt))
    decided = _Decided(_without_evidence(attempt, refusal, None), None, None)
    body = {**_closed(decided, attempt.rules), "pace": pace._asdict()}
    return _Away(decided.outcome, told=work.record_turned_away(Event(kind="closed", body=body)))


def _left(attempt: Attempt, poster: Poster, away: _Away) -> Outcome:
    """Said once a minute to whoever asks: each time, it would be a flood of ours."""
    work = attempt.work
    attempt.house.reach("ask.after_close")
    shown = []
    if away.told:
        shown.append(_posted(work, poster, Part(reply=away.outcome.reply, evidence=Evidence())))
    else:
        poster.leave(work.question, again=work.attempt > 1)
    attempt.house.reach("ask.after_post")
    work.finish(Event(kind="posted", body={"attempt": work.attempt, "to": shown}))
    return away.outcome


def _show_here(attempt: Attempt, poster: Poster) -> _Shown:
    """To everyone at the place; on record as soon as it is not the end."""
    work, house = attempt.work, attempt.house
    outcome, _, readers = _for_those_who_read_it(attempt, _recall(attempt) or _decide(attempt))
    more = _more(attempt, readers) if readers is not None else frozenset()
    house.reach("ask.after_close")
    to = _posted(work, poster, Part(reply=outcome.reply, evidence=outcome.evidence))
    if more:
        work.record_shown(Event(kind="shown", body={"attempt": work.attempt, "to": [to]}))
        house.reach("aside.after_show")
    return _Shown(outcome, to, more)


def _shown_before(attempt: Attempt) -> _Shown | None:
    """By an attempt that got no further: the place has what it gets."""
    shown, closed = attempt.work.recorded("shown"), attempt.work.recorded("closed")
    if shown is None or closed is None:
        return None
    (to,) = shown.body["to"]
    asker = _asker(attempt)
    more = _more(attempt, _readers(attempt, asker)) if _not_for(asker) is None else frozenset()
    return _Shown(_outcome_from(closed, attempt.work), to, more)


def _posted(work: Work, poster: Poster, part: Part) -> dict[str, str]:
    """Looking who reads along, or composing the aside, may have taken long: the question may be withdrawn by now."""
    work.check_lease()
    return dict(poster.post(work.question, part, again=work.attempt > 1))


def _more(attempt: Attempt, readers: Audience) -> frozenset[ListId]:
    """What the asker may read, and not everyone who reads along."""
    access = attempt.house.reading.access
    alone = Audience.only(_asker(attempt))
    return access.readable(alone, attempt.now) - access.readable(readers, attempt.now)


def _decided_aside(attempt: Attempt, here: _Shown) -> Part | None:
    """An answer for the asker alone, if there is one that stands on more than what the place may read."""
    work, house, way = attempt.work, attempt.house, here.outcome.route
    assert way is not None, "what was looked up has a route"
    asker = _asker(attempt)
    if _not_for(asker) is not None:
        return None
    part = _recall_aside(attempt, asker, way)
    if part is None:
        part = reply_aside(attempt, asker, here.more, way)
        if part is not None:
            work.record(Event(kind="closed_aside", body=part_body(part)))
    house.reach("aside.after_close")
    return part


def _recall_aside(attempt: Attempt, asker: Person, way: Route) -> Part | None:
    closed = attempt.work.recorded("closed_aside")
    if closed is None:
        return None
    part = part_from(closed.body, attempt.work.evidence, aside=True)
    shown = _may_still_be_shown(attempt, part.evidence, Audience.only(asker), way)
    attempt.work.record(Event(kind="recalled_aside", body={"attempt": attempt.work.attempt, "shown": shown}))
    return part if shown else None


def _pinned_rules(work: Work, reading: Reading) -> Rules:
    """Those of the first attempt: a question is judged by the rules under which it was taken up."""
    claimed = work.recorded("claimed")
    return reading.rules(claimed.body["rules"] if claimed is not None else None)


def _wording(work: Work, rules: Rules, rewriter: Rewriter | None) -> Wording:
    """That of the first attempt, too: what was said in the thread may have been taken back since, and a model may use
    other words now.
    """
    claimed = work.recorded("claimed")
    if claimed is not None and "wording" in claimed.body:
        return Wording.model_validate(claimed.body["wording"])
    follow_ups, place = rules.answers.follow_ups, work.question.place
    said = work.thread(timedelta(minutes=follow_ups.within_minutes))
    in_thread = isinstance(place, SlackPlace) and place.thread is not None
    return rewrite(work.question.text, said, follow_ups, one_subject=in_thread, rewriter=rewriter)


def _for_those_who_read_it(attempt: Attempt, decided: _Decided) -> _Decided:
    """Whoever came to the place meanwhile must be allowed to read it too: then it is decided again, for them as well."""
    for _ in range(_TURNS):
        if decided.readers is None or _alike(decided.readers, _readers(attempt, _asker(attempt))):
            return decided
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
    outcome = _outcome_from(closed, work)
    asker = _asker(attempt)
    readers = _readers(attempt, asker) if closed.body["readers"] else None
    shown = readers is None or (
        _not_for(asker) is None
        and _named(closed.body["readers"]) == _named(audience_body(readers))
        and _may_still_be_shown(attempt, outcome.evidence, readers, outcome.route)
    )
    work.record(Event(kind="recalled", body={"attempt": work.attempt, "shown": shown}))  # the fence: is it still ours?
    return _Decided(outcome, asker, readers) if shown else None


def _outcome_from(closed: Event, work: Work) -> Outcome:
    body = closed.body
    here = part_from(body, work.evidence)
    return Outcome(
        reply=here.reply,
        evidence=here.evidence,
        route=Route.model_validate(body["route"]) if body["route"] else None,
        model=here.model,
        timings_ms=body["timings_ms"],
    )


def _named(readers: Mapping[str, object]) -> tuple[object, ...]:
    """Who they are, as far as the receipt says. What they may read is asked anew."""
    return readers["digest"], readers["complete"]


def _may_still_be_shown(attempt: Attempt, evidence: Evidence, audience: Audience, way: Route | None) -> bool:
    assert way is not None, "what was looked up has a route"
    return not evidence.found or not confirm(evidence, sought_by(attempt, audience, way), attempt.house.reading)


def _decide(attempt: Attempt) -> _Decided:
    """Everything up to the closed receipt."""
    work, house = attempt.work, attempt.house
    work.record(_claimed(attempt))
    way = route(work.question.text, attempt.rules)
    attempt.watch.lap("route")
    decided = _decided(attempt, way)
    house.reach("ask.before_close")
    work.record(Event(kind="closed", body=_closed(decided, attempt.rules)))
    return decided


def _claimed(attempt: Attempt) -> Event:
    body = {
        "attempt": attempt.work.attempt,
        "now": as_text(attempt.now),
        "rules": attempt.rules.digest,
        "wording": attempt.wording.model_dump(mode="json"),
    }
    return Event(kind="claimed", body=body)


def _decided(attempt: Attempt, way: Route | Clarification) -> _Decided:
    match way:
        case Clarification():
            return _Decided(_without_evidence(attempt, way, None), None, None)
        case Route():
            asker = _asker(attempt)
            refusal = _not_for(asker)
            if refusal is not None:
                return _Decided(_without_evidence(attempt, refusal, way), asker, None)
            readers = _readers(attempt, asker)
            attempt.watch.lap("audience")
            return _Decided(_from_evidence(attempt, readers, way), asker, readers)
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


def _from_evidence(attempt: Attempt, readers: Audience, way: Route) -> Outcome:
    here = reply_for(attempt, readers, way)
    return Outcome(
        reply=here.reply,
        evidence=here.evidence,
        route=way,
        model=here.model,
        timings_ms=dict(attempt.watch.laps),
    )


def _closed(decided: _Decided, rules: Rules) -> dict[str, object]:
    outcome = decided.outcome
    return {
        **part_body(Part(reply=outcome.reply, evidence=outcome.evidence, model=outcome.model)),
        "asker": decided.asker.name if decided.asker else None,
        "readers": audience_body(decided.readers) if decided.readers else None,
        "declared": sorted(rules.audience.full_members.principals),
        "route": outcome.route.model_dump(mode="json") if outcome.route else None,
        "timings_ms": dict(outcome.timings_ms),
    }
