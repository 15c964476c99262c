"""How a question becomes a reply. Nothing is shown that is not in the ledger; nothing is used that may not be read.

    claim → audience → route → retrieve → compose → verify → re-check access → close → post → done

The steps of an attempt that died are taken again, except those before `closed`: what was decided stays decided, unless
a source has taken back since then what it was decided from.
"""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple, assert_never

from bot.core.clock import Stopwatch, as_text
from bot.core.failpoints import Reach
from bot.core.nouns import Event
from bot.core.ports import Composer, Poster, Scope, Work
from bot.core.record import evidence_body, reply_from
from bot.flows.read import (
    Reading,
    Sought,
    ask_sources,
    confirm,
    gather,
    retrieved,
    unreadable_body,
    until_readable,
    with_what_is_shut,
)
from bot.steps.recheck import Unreadable
from bot.steps.route import route
from bot.steps.verify import settle, violated
from policies.contract import Violation
from policies.evidence import Clarification, Draft, Evidence, Refusal, RefusalReason, Reply
from policies.intents import Route
from policies.people import Audience
from policies.rules import Rules


@dataclass(frozen=True)
class Answering:
    """What answering needs of the world, beside reading."""

    reading: Reading
    composer: Composer
    reach: Reach


@dataclass(frozen=True)
class Outcome:
    """A reply with what it was made of."""

    reply: Reply
    evidence: Evidence
    route: Route | None
    model: str | None
    timings_ms: Mapping[str, float]


@dataclass(frozen=True)
class _Attempt:
    """One attempt at one question. `now` is one moment for the whole of it, and the receipt says which."""

    work: Work
    house: Answering
    rules: Rules
    now: datetime
    watch: Stopwatch


class _Considered(NamedTuple):
    evidence: Evidence
    draft: Draft
    violations: tuple[Violation, ...]


def answer(work: Work, house: Answering, poster: Poster) -> Outcome:
    house.reach("ask.after_claim")
    attempt = _Attempt(work, house, _pinned_rules(work, house.reading), house.reading.clock(), Stopwatch())
    outcome = _recall(attempt) or _decide(attempt)
    house.reach("ask.after_close")
    where = poster.post(work.question, outcome.reply, outcome.evidence)
    house.reach("ask.after_post")
    work.finish(Event(kind="posted", body={"attempt": work.attempt, "to": dict(where)}))
    return outcome


def _pinned_rules(work: Work, reading: Reading) -> Rules:
    """Those of the first attempt: a question is judged by the rules under which it was taken up."""
    claimed = work.recorded("claimed")
    return reading.rules(claimed.body["rules"] if claimed is not None else None)


def _recall(attempt: _Attempt) -> Outcome | None:
    """What an earlier attempt decided and recorded, for this one to show: if it may still be shown."""
    work = attempt.work
    closed = work.recorded("closed")
    if closed is None:
        return None
    body = closed.body
    outcome = Outcome(
        reply=reply_from(body["reply"]),
        evidence=work.evidence(closed),
        route=Route.model_validate(body["route"]) if body["route"] else None,
        model=body["model"],
        timings_ms=body["timings_ms"],
    )
    shown = _may_still_be_shown(attempt, outcome)
    work.record(Event(kind="recalled", body={"attempt": work.attempt, "shown": shown}))  # the fence: is it still ours?
    return outcome if shown else None


def _may_still_be_shown(attempt: _Attempt, outcome: Outcome) -> bool:
    if outcome.route is None or not outcome.evidence.found:
        return True
    reading, question = attempt.house.reading, attempt.work.question
    audience = reading.audience(reading.access.person(question.asker), question.place)
    sought = Sought(question.text, audience, outcome.route, attempt.rules.answers.evidence, attempt.now)
    return not confirm(outcome.evidence, sought, reading)


def _decide(attempt: _Attempt) -> Outcome:
    """Everything up to the closed receipt."""
    work, house = attempt.work, attempt.house
    claimed = {"attempt": work.attempt, "now": as_text(attempt.now), "rules": attempt.rules.digest}
    work.record(Event(kind="claimed", body=claimed))
    way = route(work.question.text, attempt.rules)
    attempt.watch.lap("route")
    outcome = _outcome(attempt, way)
    house.reach("ask.before_close")
    body = {
        "reply": outcome.reply.model_dump(mode="json"),
        "evidence": evidence_body(outcome.evidence),
        "route": outcome.route.model_dump(mode="json") if outcome.route else None,
        "model": outcome.model,
        "timings_ms": dict(outcome.timings_ms),
    }
    work.record(Event(kind="closed", body=body))
    return outcome


def _outcome(attempt: _Attempt, way: Route | Clarification) -> Outcome:
    timings = attempt.watch.laps
    match way:
        case Clarification():
            return Outcome(reply=way, evidence=Evidence(), route=None, model=None, timings_ms=timings)
        case Route():
            person = attempt.house.reading.access.person(attempt.work.question.asker)
            if not person.principals:
                unknown = Refusal(reason=RefusalReason.UNKNOWN_PERSON)
                return Outcome(reply=unknown, evidence=Evidence(), route=way, model=None, timings_ms=timings)
            reply, evidence = _from_evidence(
                attempt, attempt.house.reading.audience(person, attempt.work.question.place), way
            )
            model = attempt.house.composer.name
            return Outcome(reply=reply, evidence=evidence, route=way, model=model, timings_ms=timings)
        case _:
            assert_never(way)


def _from_evidence(attempt: _Attempt, audience: Audience, way: Route) -> tuple[Reply, Evidence]:
    limits = attempt.rules.answers.evidence
    sought = Sought(attempt.work.question.text, audience, way, limits, attempt.now)
    considered = until_readable(sought, attempt.house.reading, lambda scope: _consider(attempt, sought, scope))
    if considered is None:
        return Refusal(reason=RefusalReason.UNANSWERED), Evidence()
    return settle(considered.draft, considered.violations), considered.evidence


def _consider(attempt: _Attempt, sought: Sought, scope: Scope) -> tuple[_Considered, Unreadable]:
    """One round. The sources are asked while the composer writes."""
    work, house, watch = attempt.work, attempt.house, attempt.watch
    evidence = gather(sought, scope, house.reading)
    watch.lap("retrieve")
    work.record_evidence(Event(kind="retrieved", body=retrieved(evidence, sought, scope, house.reading)), evidence)
    watch.lap("record")
    house.reach("ask.after_retrieve")
    with ThreadPoolExecutor(1) as beside:
        asking = beside.submit(ask_sources, evidence, sought, house.reading)
        considered = _compose(attempt, sought.text, evidence)
        watch.lap("compose")
        house.reach("ask.after_compose")
        unreadable = with_what_is_shut(asking.result(), evidence, sought, house.reading)
    watch.lap("recheck")
    work.record(Event(kind="composed", body=_composed(considered, unreadable)))
    return considered, unreadable


def _compose(attempt: _Attempt, text: str, evidence: Evidence) -> _Considered:
    """A draft that breaks the contract gets one more try, with what it broke."""
    composer, rules = attempt.house.composer, attempt.rules.answers
    draft = composer.compose(text, evidence, rules)
    found = violated(draft, evidence, rules.answer)
    if found:
        draft = composer.compose(text, evidence, rules, violations=found)
        found = violated(draft, evidence, rules.answer)
    return _Considered(evidence, draft, found)


def _composed(considered: _Considered, unreadable: Unreadable) -> dict[str, object]:
    return {
        "draft": considered.draft.model_dump(mode="json"),
        "violations": [violation.model_dump(mode="json") for violation in considered.violations],
        "unreadable": unreadable_body(unreadable),
    }
