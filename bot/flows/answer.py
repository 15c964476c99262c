"""How a question becomes a reply. Nothing is shown that is not in the ledger; nothing is used that may not be read.

    claim → one too many? → rewrite → route → audience → retrieve → compose → verify → re-check access → close
          → still the same readers? → post

Where a model writes and the place can show it, claims are told while it does: see `flows.tell`. Whatever ends an attempt
before its reply is whole takes back what was told of it.

The steps of an attempt that died are taken again, except those before `closed`: what was decided stays decided, unless
a source has taken back since then what it was decided from, or others read along by now.

What is to be done is proposed, and done by nobody before whoever asked has confirmed it: see `flows.act`; and so is what is to be
done with a text that is to be written: see `flows.drafting`.

What people have said to each other is retold on a way of its own, for whoever reads it anyway: see `flows.summarise`.

Where the route asks for it, an answer is held instead of posted: see `flows.review`. Nothing else than an answer is, for
nothing else says what a document says.

Whoever was answered in a thread may not have to name us there again. What they say then is replied to with an answer, or a
question back, or not at all: it may not have been meant for us.

Where the asker may read more than the others do, the same follows for the asker alone. By then the place has its reply:
it cannot be seen there whether there was more, nor what became of it. Not where a person checks answers: that one would be
unchecked.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from typing import Any, NamedTuple

from bot.core.clock import Stopwatch, as_text
from bot.core.errors import LostLease
from bot.core.nouns import Event, ListId, Part, Question, Shortfall, SlackPlace, Wording
from bot.core.ports import Guess, Poster, Work
from bot.core.proposals import Acting, Proposal, ProposalId
from bot.core.record import audience_body, part_body, part_from
from bot.flows.act import proposed
from bot.flows.by_rule import not_for, said_by_rule
from bot.flows.drafting import drafted, placed_by
from bot.flows.read import Reading, confirm
from bot.flows.reply import Answering, Attempt, cites_beyond, sought_by
from bot.flows.requests import Guessing, Sorted, narrowed, reply_to_all, reviewed, sort_out
from bot.flows.seen import AsSeen
from bot.flows.summarise import still_stands, summary_for
from bot.flows.tell import OthersReadAlong, Stage
from bot.steps.pace import one_too_many
from bot.steps.rewrite import rewrite
from bot.steps.route import asked_back
from connectors.model import Retryable
from policies.evidence import Answer, Clarification, Evidence, Refusal, RefusalReason, Reply
from policies.experts import channel_for
from policies.intents import Request, Route
from policies.local import rules_in
from policies.people import Audience, Person
from policies.rules import Rules

_MOST_TOLD = 3  # of what a message may have been
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
    shortfall: Shortfall | None = None
    requests: tuple[Request, ...] = ()
    left_out: int = 0
    proposal: Proposal | None = None


class _Decided(NamedTuple):
    """An outcome, who asked, and for whom it was made. Without readers it is the same for everybody: it was said by rule, or it
    retells what is read anyway where it is retold.
    """

    outcome: Outcome
    asker: Person | None
    readers: Audience | None
    guesses: tuple[Guess, ...] = ()


class _Away(NamedTuple):
    """A refusal of one question too many, and whether the asker is told of it."""

    outcome: Outcome
    told: bool


class _Shown(NamedTuple):
    """What the place got, and where that is. `more` for the asker alone are lists which nobody else there may read. `held`:
    it got word that a person checks the answer first. `left`: it got nothing.
    """

    outcome: Outcome
    to: Mapping[str, Any]
    more: frozenset[ListId] = frozenset()
    held: bool = False
    left: bool = False


def answer(work: Work, house: Answering, poster: Poster) -> Outcome:
    house = house.pinned()
    poster = AsSeen(poster, lambda: house.reading.rules(None).redaction)
    house.reach("ask.after_claim")
    rules = _pinned_rules(work, house.reading)
    attempt = Attempt(work, house, rules, _wording(work, rules, None), house.reading.clock(), Stopwatch())
    away = _turned_away(attempt, poster)
    if away is not None:
        return _left(attempt, poster, away)
    attempt = _spelled(attempt)  # not before, nor is a model asked: a flood of questions is no flood of calls
    if house.rewriter is not None:
        attempt = replace(attempt, wording=_wording(work, rules, house))
        attempt.watch.lap("rewrite")
    here = _shown_before(attempt) or _show_here(attempt, poster)
    if here.held:
        return _held(attempt, poster, here)
    if here.left:
        work.finish(Event(kind="posted", body={"attempt": work.attempt, "to": []}))
        return here.outcome
    aside = _decided_aside(attempt, here) if here.more and not work.is_paused() else None
    shown = [here.to] if aside is None else [here.to, _posted(work, poster, aside)]
    house.reach("ask.after_post")
    work.finish(Event(kind="posted", body={"attempt": work.attempt, "to": shown}))
    return replace(here.outcome, aside=aside)


def _spelled(attempt: Attempt) -> Attempt:
    work, conversations = attempt.work, attempt.house.reading.conversations
    if work.question.written is None or conversations is None:
        return attempt
    work.reword(conversations.spelled(work.question))
    return replace(attempt, wording=_wording(work, attempt.rules, None))


def _held(attempt: Attempt, poster: Poster, here: _Shown) -> Outcome:
    """Once that is on record, whoever tends it sees to the notice; until then, nobody else knows of it."""
    work = attempt.work
    attempt.house.reach("review.after_notice")
    try:
        work.hold(Event(kind="held", body={"attempt": work.attempt, "to": [here.to]}))
    except LostLease:
        if work.is_withdrawn():
            poster.unhold(work.question)
        raise
    attempt.house.reach("review.after_hold")
    return here.outcome


def _turned_away(attempt: Attempt, poster: Poster) -> _Away | None:
    """One too many, or one during a pause: nothing is looked up for it, neither who asks nor what they may read."""
    work = attempt.work
    closed = work.recorded("closed") if work.attempt > 1 else None
    if closed is not None and "told" in closed.body:
        return _Away(_outcome_from(closed, work), told=closed.body["told"])
    if work.is_paused() and not (closed is not None and _is_shown(work, poster)):
        return _away(attempt, Refusal(reason=RefusalReason.PAUSED), {})
    if closed is not None:
        return None
    pace = work.pace()
    refusal = one_too_many(pace, attempt.rules.answers.question)
    if refusal is not None:
        return _away(attempt, refusal, {"pace": pace._asdict()})
    return _away(attempt, Refusal(reason=RefusalReason.NOT_ADDRESSED), {}) if _is_for_others(attempt) else None


def _is_for_others(attempt: Attempt) -> bool:
    """Seen before anybody is asked what it may mean. Where it cannot be seen, it is."""
    question, conversations = attempt.work.question, attempt.house.reading.conversations
    return _is_unnamed(question) and (conversations is None or not conversations.is_with_us(question))


def _is_unnamed(question: Question) -> bool:
    return isinstance(question.place, SlackPlace) and question.place.unnamed


def _is_shown(work: Work, poster: Poster) -> bool:
    """What was shown before a pause is on record as that."""
    return work.recorded("shown") is not None or poster.is_shown(work.question)


def _away(attempt: Attempt, refusal: Refusal, why: Mapping[str, object]) -> _Away:
    work = attempt.work
    work.record(_claimed(attempt))
    decided = _Decided(_without_evidence(attempt, refusal, None), None, None)
    body = {**_closed(decided, attempt.rules), **why}
    if _is_unnamed(work.question):
        work.record(Event(kind="closed", body={**body, "told": False}))
        return _Away(decided.outcome, told=False)
    return _Away(decided.outcome, told=work.record_turned_away(Event(kind="closed", body=body)))


def _left(attempt: Attempt, poster: Poster, away: _Away) -> Outcome:
    """Said once a minute to whoever asks: each time, it would be a flood of ours."""
    work = attempt.work
    attempt.house.reach("ask.after_close")
    shown = []
    if work.attempt > 1:
        poster.take_back(work.question, again=True)
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
    attempt = replace(attempt, stage=_stage(attempt, poster))
    with _taking_back(work, poster):
        outcome, _, readers, _ = _for_those_who_read_it(attempt, _recall(attempt) or _decide(attempt))
        house.reach("ask.after_close")
        _check_not_paused(work, poster)
        _propose(attempt, outcome.proposal)
        if _is_unnamed(work.question) and not isinstance(outcome.reply, Answer | Clarification):
            work.check_lease()
            poster.leave(work.question, again=work.attempt > 1)
            return _Shown(outcome, {}, left=True)
        if isinstance(outcome.reply, Answer) and _is_checked(outcome):
            work.check_lease()
            return _Shown(outcome, dict(poster.hold(work.question, again=work.attempt > 1)), held=True)
        more = _more(attempt, readers, outcome) if readers is not None else frozenset()
        to = _posted(work, poster, _with_a_way_on(_part(outcome), attempt))
    if more:
        work.record_shown(Event(kind="shown", body={"attempt": work.attempt, "to": [to]}))
        house.reach("aside.after_show")
    return _Shown(outcome, to, more)


def _propose(attempt: Attempt, proposal: Proposal | None) -> None:
    """What is on record with the draft; once, whatever becomes of this attempt. What one that died had proposed with another
    draft is over.
    """
    acting = attempt.house.acting
    if acting is None or (proposal is None and attempt.work.attempt == 1):
        return
    attempt.house.reach("draft.before_propose")
    attempt.work.check_lease()
    before = _another(attempt, acting, proposal)
    if proposal is not None:
        acting.executions.propose(proposal, after=before)
    attempt.house.reach("draft.after_propose")


def _another(attempt: Attempt, acting: Acting, proposal: Proposal | None) -> ProposalId | None:
    """Declined, if it was not."""
    before = acting.executions.newest(attempt.work.question.receipt) if attempt.work.attempt > 1 else None
    if before is None or not before.proposal.sources or (proposal is not None and before.digest == proposal.digest):
        return None
    event = Event(kind="act_declined", body={"because": "outdated"})
    if before.stage == "proposed":
        acting.executions.move(before.proposal.id, "declined", event, because="outdated")
    return before.proposal.id


def _check_not_paused(work: Work, poster: Poster) -> None:
    """A pause takes the lease of what is in hand; of two at the same moment, one may not see the other's row."""
    if work.is_paused() and not (work.attempt > 1 and poster.is_shown(work.question)):
        raise Retryable("all answers are stopped")


def _stage(attempt: Attempt, poster: Poster) -> Stage | None:
    """Not where an attempt that died may have shown the whole: a message is looked for before it is posted."""
    question = attempt.work.question
    may_be_there = attempt.work.attempt > 1 and attempt.work.recorded("closed") is not None
    if may_be_there or _is_unnamed(question) or not poster.may_grow(question):
        return None
    return Stage(
        grow=partial(poster.grow, question),
        take_back=partial(poster.take_back, question, again=False),
        still=_still(attempt),
    )


def _still(attempt: Attempt) -> Callable[[Audience], bool]:
    """From now on. Who they are is looked at when it may have changed; a large channel is not gone through each time."""
    glance = partial(attempt.house.reading.people.as_of, attempt.work.question)
    seen = glance()

    def still(readers: Audience) -> bool:
        nonlocal seen
        now = glance()
        if now is None or now != seen:
            if not _is_for_who_reads_it(attempt, readers):
                return False
            seen = now
        return True

    return still


@contextmanager
def _taking_back(work: Work, poster: Poster) -> Iterator[None]:
    """What an attempt that died had told, at once; and what this one tells, if it comes to nothing."""
    poster.take_back(work.question, again=work.attempt > 1 and work.recorded("said") is not None)
    try:
        yield
    except BaseException:
        with suppress(Retryable):
            poster.take_back(work.question, again=False)
        raise


def _shown_before(attempt: Attempt) -> _Shown | None:
    """By an attempt that got no further: the place has what it gets."""
    shown, closed = attempt.work.recorded("shown"), attempt.work.recorded("closed")
    if shown is None or closed is None:
        return None
    (to,) = shown.body["to"]
    asker = _asker(attempt)
    outcome = _outcome_from(closed, attempt.work)
    more = _more(attempt, _readers(attempt, asker), outcome) if not_for(asker) is None else frozenset()
    return _Shown(outcome, to, more)


def _posted(work: Work, poster: Poster, part: Part) -> dict[str, Any]:
    """Looking who reads along, or composing the aside, may have taken long: the question may be withdrawn by now."""
    work.check_lease()
    asks = {"asks_in": part.asks_in} if part.asks_in is not None else {}
    return {**poster.post(work.question, part, again=work.attempt > 1), **asks}


def _is_checked(outcome: Outcome) -> bool:
    return outcome.route is not None and bool(reviewed(outcome.route, outcome.requests))


def _more(attempt: Attempt, readers: Audience, outcome: Outcome) -> frozenset[ListId]:
    """What the asker may read, and not everyone who reads along."""
    if _is_checked(outcome):
        return frozenset()
    access = attempt.house.reading.access
    alone = Audience.only(_asker(attempt))
    return access.readable(alone, attempt.now) - access.readable(readers, attempt.now)


def _decided_aside(attempt: Attempt, here: _Shown) -> Part | None:
    """An answer for the asker alone, if there is one that stands on more than what the place may read."""
    work, house, way = attempt.work, attempt.house, here.outcome.route
    assert way is not None, "what was looked up has a route"
    asker = _asker(attempt)
    if not_for(asker) is not None:
        return None
    part = _recall_aside(attempt, asker, way)
    if part is None:
        found = Sorted(way, here.outcome.requests, here.outcome.left_out)
        part = cites_beyond(reply_to_all(attempt, Audience.only(asker), found, aside=True), here.more)
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
    """Those of the first attempt, as they hold where it was asked: a question is judged by the rules under which it was taken
    up.
    """
    claimed, place = work.recorded("claimed"), work.question.place
    rules = reading.rules(claimed.body["rules"] if claimed is not None else None)
    return rules_in(place.channel, rules) if isinstance(place, SlackPlace) else rules


def _wording(work: Work, rules: Rules, asking: Answering | None) -> Wording:
    """That of the first attempt, too: what was said in the thread may have been taken back since, and a model may use
    other words now.
    """
    claimed = work.recorded("claimed")
    if claimed is not None and "wording" in claimed.body:
        return Wording.model_validate(claimed.body["wording"])
    follow_ups, place = rules.answers.follow_ups, work.question.place
    said = work.thread(timedelta(minutes=follow_ups.within_minutes))
    in_thread = isinstance(place, SlackPlace) and place.thread is not None
    if asking is None:
        return rewrite(work.question.text, said, follow_ups, one_subject=in_thread)
    return rewrite(
        work.question.text,
        said,
        follow_ups,
        one_subject=in_thread,
        rewriter=asking.rewriter,
        errand=asking.errand(work.question),
    )


def _for_those_who_read_it(attempt: Attempt, decided: _Decided | None) -> _Decided:
    """Whoever came to the place meanwhile must be allowed to read it too: then it is decided again, for them as well."""
    for _ in range(_TURNS):
        if decided is not None and _is_for_who_reads_it(attempt, decided.readers):
            return decided
        if attempt.stage is not None:
            attempt.stage.take_back()
        decided = _decide(attempt)
    raise Retryable("who reads along keeps changing")


def _is_for_who_reads_it(attempt: Attempt, readers: Audience | None) -> bool:
    return readers is None or _alike(readers, _readers(attempt, _asker(attempt)))


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
    shown = (
        _still_holds(attempt, outcome.evidence, asker)
        if readers is None
        else not_for(asker) is None
        and _named(closed.body["readers"]) == _named(audience_body(readers))
        and _may_still_be_shown(attempt, outcome.evidence, readers, outcome.route)
    )
    work.record(Event(kind="recalled", body={"attempt": work.attempt, "shown": shown}))  # the fence: is it still ours?
    return _Decided(outcome, asker, readers) if shown else None


def _still_holds(attempt: Attempt, evidence: Evidence, asker: Person) -> bool:
    """What was said by rule always does; what retells a conversation, if all of that still stands there."""
    return not evidence.found or (not asker.outsider and still_stands(attempt, evidence))


def _outcome_from(closed: Event, work: Work) -> Outcome:
    body = closed.body
    here = part_from(body, work.evidence)
    return Outcome(
        reply=here.reply,
        evidence=here.evidence,
        route=Route.model_validate(body["route"]) if body["route"] else None,
        model=here.model,
        timings_ms=body["timings_ms"],
        shortfall=here.shortfall,
        requests=tuple(map(Request.model_validate, body.get("requests", ()))),
        left_out=body.get("left_out", 0),
        proposal=Proposal.model_validate(body["proposal"]) if "proposal" in body else None,
    )


def _part(outcome: Outcome) -> Part:
    return Part(
        reply=outcome.reply,
        evidence=outcome.evidence,
        model=outcome.model,
        shortfall=outcome.shortfall,
        offer=outcome.route.offers if outcome.route is not None else None,
    )


def _with_a_way_on(part: Part, attempt: Attempt) -> Part:
    """Under a refusal people may be asked, if a rule says whom; under an answer only once it is said not to have helped."""
    asks = isinstance(part.reply, Refusal) and isinstance(attempt.work.question.place, SlackPlace)
    channel = channel_for(attempt.work.question.text, part.reply, attempt.rules.experts) if asks else None
    return part.model_copy(update={"asks_in": channel})


def _named(readers: Mapping[str, object]) -> tuple[object, ...]:
    """Who they are, as far as the receipt says. What they may read is asked anew."""
    return readers["digest"], readers["complete"]


def _may_still_be_shown(attempt: Attempt, evidence: Evidence, audience: Audience, way: Route | None) -> bool:
    assert way is not None, "what was looked up has a route"
    return not evidence.found or not confirm(evidence, sought_by(attempt, audience, way), attempt.house.reading)


def _decide(attempt: Attempt) -> _Decided | None:
    """Everything up to the closed receipt. None: others read along by now, of which it was told some."""
    work, house = attempt.work, attempt.house
    work.record(_claimed(attempt))
    try:
        decided = _decided(attempt)
    except OthersReadAlong:
        return None
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


def _decided(attempt: Attempt) -> _Decided:
    text = attempt.work.question.text
    back = asked_back(text, attempt.rules)
    if back is not None:
        attempt.watch.lap("route")
        return _Decided(_without_evidence(attempt, back, None), None, None)
    asker = _asker(attempt)
    guessing = None if asker.outsider else _guessing(attempt)
    found = sort_out(text, attempt.rules, guessing, whole=attempt.wording.whole)
    attempt.watch.lap("route")
    said = proposed(attempt, asker, found) or said_by_rule(attempt, asker, found.route)
    if said is not None:
        return _Decided(_without_evidence(attempt, said, found.route), asker, None, found.guesses)
    if found.route.does == "summarise":
        part = summary_for(narrowed(attempt, found.route), found.route)
        return _Decided(_from_part(attempt, part, found), asker, None, found.guesses)
    readers = _readers(attempt, asker)
    attempt.watch.lap("audience")
    return _Decided(_from_evidence(attempt, readers, found, asker), asker, readers, found.guesses)


def _guessing(attempt: Attempt) -> Guessing | None:
    house = attempt.house
    if house.guesser is None:
        return None
    guesser = house.guesser(house.reading.meaning().embedder)
    errand = house.errand(attempt.work.question)
    return lambda text: guesser.guess(text, attempt.rules.intents, errand)


def _without_evidence(attempt: Attempt, reply: Reply, way: Route | None) -> Outcome:
    return Outcome(reply=reply, evidence=Evidence(), route=way, model=None, timings_ms=attempt.watch.laps)


def _from_evidence(attempt: Attempt, readers: Audience, found: Sorted, asker: Person) -> Outcome:
    here, where = reply_to_all(attempt, readers, found), placed_by(attempt, asker, found)
    if isinstance(here.reply, Answer) and reviewed(found.route, found.requests) and not _is_in_slack(attempt):
        here = Part(reply=Refusal(reason=RefusalReason.NEEDS_SLACK), evidence=Evidence())
    if where is None:
        return _from_part(attempt, here, found)
    part, proposal = drafted(attempt, asker, found, where, here)
    return replace(_from_part(attempt, part, found), proposal=proposal)


def _from_part(attempt: Attempt, part: Part, found: Sorted) -> Outcome:
    return Outcome(
        reply=part.reply,
        evidence=part.evidence,
        route=found.route,
        model=part.model,
        timings_ms=dict(attempt.watch.laps),
        shortfall=part.shortfall,
        requests=found.requests,
        left_out=found.left_out,
    )


def _is_in_slack(attempt: Attempt) -> bool:
    return isinstance(attempt.work.question.place, SlackPlace)


def _closed(decided: _Decided, rules: Rules) -> dict[str, object]:
    outcome = decided.outcome
    return {
        **part_body(_part(outcome)),
        "asker": decided.asker.name if decided.asker else None,
        "readers": audience_body(decided.readers) if decided.readers else None,
        "declared": sorted(rules.audience.full_members.principals),
        "route": outcome.route.model_dump(mode="json") if outcome.route else None,
        "timings_ms": dict(outcome.timings_ms),
        **_several(outcome),
        **({"proposal": outcome.proposal.model_dump(mode="json")} if outcome.proposal is not None else {}),
        **({"guesses": list(map(_guessed, decided.guesses))} if decided.guesses else {}),
    }


def _several(outcome: Outcome) -> dict[str, object]:
    if not outcome.requests:
        return {}
    return {"requests": [one.model_dump(mode="json") for one in outcome.requests], "left_out": outcome.left_out}


def _guessed(guess: Guess) -> dict[str, object]:
    """The likeliest few of what it may have been, who said so, and what that came to."""
    likeliest = sorted(guess.scores.items(), key=lambda one: -one[1])[:_MOST_TOLD]
    account = guess.account.model_dump(mode="json")
    return {"by": guess.by, "because": guess.because, "scores": dict(likeliest), **account}
