"""What does a message ask for, and which of it is answered? Each question of several is answered as if it had been put alone,
and all of them in one reply.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Final, NamedTuple

from bot.core.nouns import Part, Said
from bot.core.ports import Guess
from bot.core.questions import questions
from bot.core.subject import parted, subject
from bot.flows.read import confirm
from bot.flows.reply import Attempt, reply_for, sought_by
from bot.steps.rewrite import rewrite
from bot.steps.route import route
from connectors.model import Retryable
from policies.evidence import (
    Answer,
    Caveat,
    Claim,
    Conflict,
    Evidence,
    Found,
    Old,
    Refusal,
    RefusalReason,
    Reply,
    Section,
    Shortened,
    Superseded,
    Unread,
)
from policies.gate import places
from policies.intents import Request, Route
from policies.people import Audience
from policies.rules import Rules

_MOST_GUESSED: Final = 8  # questions of one message that anybody looks at
_TURNS: Final = 4  # how often a source may take something back while the others are answered

Guessing = Callable[[str], Guess]


class Sorted(NamedTuple):
    """`route` is the whole message's. `requests`: its questions, where it puts several, or puts one beside what is none;
    `left_out`: how many more there are.
    """

    route: Route
    requests: tuple[Request, ...] = ()
    left_out: int = 0
    guesses: tuple[Guess, ...] = ()


def sort_out(text: str, rules: Rules, guessing: Guessing | None, *, whole: str | None = None) -> Sorted:
    """Of a text that is neither empty nor too long. `whole`: what it means, where it follows up on something."""
    guesses: list[Guess] = []

    def where(part: str) -> Route:
        if guessing is not None:
            guesses.append(guessing(part))
        found = route(part, rules, guesses[-1] if guessing is not None else None)
        assert isinstance(found, Route), "a part of a question is no longer than the whole, and has words"
        return found

    found = _sorted(text, rules, where)
    if whole is not None and found.route.looks_up and any(map(_is_guarded, rules.intents.values())):
        way = where(whole[: rules.answers.question.max_characters])
        if way.does == "refuse" or (way.review and not reviewed(found.route, found.requests)):
            found = Sorted(way)  # what follows up on something guarded is that too
    return found._replace(guesses=tuple(guesses))


def _is_guarded(way: Route) -> bool:
    return way.does == "refuse" or way.review


def _sorted(text: str, rules: Rules, where: Callable[[str], Route]) -> Sorted:
    most = rules.answers.routing.questions
    parts = questions(text) if most > 1 else (text,)
    if len(parts) == 1:
        return Sorted(where(text))
    ways = [where(part) for part in parts[:_MOST_GUESSED]]
    drafts = {way.intent: way for way in ways if _is_kept(way)}
    if len(drafts) == 1 and all(way.does == "draft" for way in drafts.values()):
        return Sorted(next(iter(drafts.values())))
    asked = [Request(text=part, route=_beside_others(way)) for part, way in zip(parts, ways, strict=False)]
    kept = [one for one in asked if _is_kept(one.route)]
    if not any(one.route.looks_up for one in kept):
        return Sorted((kept or asked)[0].route)
    first = next(one.route for one in kept if one.route.looks_up)
    wants_more = next((one.route for one in asked if one.route.does == "act" or one.route.offers), None)
    offers = None if wants_more is None else wants_more.offers or "act"
    way = first.model_copy(update={"offers": offers})
    return Sorted(way, tuple(kept[:most]), max(0, len(kept) - most) + len(parts[_MOST_GUESSED:]))


def _is_kept(way: Route) -> bool:
    """Of several things in one message, those that are replied to."""
    return way.looks_up or way.does in {"refuse", "summarise"}


def _beside_others(way: Route) -> Route:
    """A text is written when nothing else is asked; beside something else, what documents say on it is told."""
    return way if way.does != "draft" else way.model_copy(update={"does": "answer", "offers": "draft"})


def reply_to_all(attempt: Attempt, audience: Audience, found: Sorted, *, aside: bool = False) -> Part:
    """In one reply, from evidence all of which may be read once the last of them is answered."""
    if reviewed(found.route, found.requests):
        attempt = replace(attempt, stage=None)  # nothing is told that nobody has checked
    if not found.requests:
        return reply_for(_about(narrowed(attempt, found.route), found.route), audience, found.route, aside=aside)
    attempt = replace(attempt, stage=None)  # under their headings nothing is told before it is whole
    for _ in range(_TURNS):
        told = [
            _reply_to(attempt, audience, number, found.requests, aside=aside) for number in range(len(found.requests))
        ]
        whole = _joined(found, told)
        if not confirm(whole.evidence, sought_by(attempt, audience, found.route), attempt.house.reading):
            return whole
    raise Retryable("sources keep taking back what was found")


def reviewed(way: Route, requests: Sequence[Request]) -> tuple[Route, ...]:
    """Of what is looked up for a message, the routes whose answers a person checks."""
    routes = [one.route for one in requests if one.route.looks_up] or [way]
    return tuple(route for route in routes if route.review)


def checked_by(way: Route, requests: Sequence[Request]) -> tuple[tuple[str, ...], float]:
    """Who checks all of it, in the order of the first of its rules, and how many minutes each has."""
    routes = reviewed(way, requests)
    first, *others = (route.reviewers for route in routes)
    minutes = min(route.review_within_minutes or 0 for route in routes)
    return tuple(one for one in first if all(one in each for each in others)), minutes


def _about(attempt: Attempt, way: Route) -> Attempt:
    """What a text is to be about is searched too: who is to read it stands in no document, and nor does where it is to go."""
    if way.does != "draft":
        return attempt
    asked, whole = parted(attempt.wording.asked, places(attempt.rules.tools)).writing, attempt.wording.whole
    said = {"asked": asked, "whole": subject(asked) if whole is None else whole}
    return replace(attempt, wording=attempt.wording.model_copy(update=said))


def narrowed(attempt: Attempt, way: Route) -> Attempt:
    """To what may be said of it: a route may say less of something than the rules allow, a text may be longer, and nobody is
    shown examples of something else.
    """
    answers = attempt.rules.answers
    allowed = answers.draft.max_lines if way.does == "draft" else answers.answer.max_lines
    limits = answers.answer.model_copy(update={"max_lines": min(allowed, way.max_claims or allowed)})
    of_it = answers.model_copy(update={"answer": limits, "examples": answers.examples.of(way.intent)})
    return replace(attempt, rules=attempt.rules.model_copy(update={"answers": of_it}))


def _reply_to(attempt: Attempt, audience: Audience, number: int, requests: Sequence[Request], *, aside: bool) -> Part:
    asked = requests[number]
    if not asked.route.looks_up:
        return Part(reply=refused(asked.route, attempt.rules), evidence=Evidence(), aside=aside)
    follow_ups = attempt.rules.answers.follow_ups
    before = attempt.work.thread(timedelta(minutes=follow_ups.within_minutes))
    beside = [Said(by="person", text=one.text) for one in requests[:number]]
    wording = rewrite(asked.text, [*before, *beside], follow_ups)
    meant = _in_words(wording.whole, attempt.rules)
    if meant is not None and meant.does == "refuse":
        return Part(reply=refused(meant, attempt.rules), evidence=Evidence(), aside=aside)
    return reply_for(replace(narrowed(attempt, asked.route), wording=wording), audience, asked.route, aside=aside)


def _in_words(whole: str | None, rules: Rules) -> Route | None:
    """Where a rule's words send what is meant by a question that follows up on another of the same message."""
    found = route(whole[: rules.answers.question.max_characters], rules) if whole is not None else None
    return found if isinstance(found, Route) else None


def refused(way: Route, rules: Rules) -> Refusal:
    intent = rules.intents[way.intent]
    reasons = {
        "refuse": RefusalReason.RESTRICTED,
        "decline": RefusalReason.OUT_OF_SCOPE,
        "act": RefusalReason.NO_TOOL,
        "summarise": RefusalReason.SUMMARY_BESIDE,
    }
    return Refusal(reason=reasons[way.does], says=intent.says, ask_in=intent.ask_in, hand_over=intent.hand_over)


def _joined(found: Sorted, told: Sequence[Part]) -> Part:
    """As one reply: each passage of each look under a handle of its own."""
    evidence: list[Found] = []
    claims: list[Claim] = []
    sections: list[Section] = []
    notes: list[str] = []
    caveats: list[Caveat] = []
    for asked, part in zip(found.requests, told, strict=True):
        after = max((one.passage.handle for one in evidence), default=0)
        evidence += [_moved(one, after) for one in part.evidence.found]
        match part.reply:
            case Answer():
                claims += [_moved_claim(claim, after) for claim in part.reply.claims]
                notes += part.reply.notes
                caveats += [_moved_caveat(caveat, after) for caveat in part.reply.caveats]
                sections.append(Section(question=asked.text, claims=len(part.reply.claims)))
            case Refusal():
                sections.append(Section(question=asked.text, claims=0, refusal=part.reply))
            case _:  # a question back
                refusal = Refusal(reason=RefusalReason.UNANSWERED)
                sections.append(Section(question=asked.text, claims=0, refusal=refusal))
    writing = next((part for part in told if isinstance(part.reply, Answer)), told[0])
    headed = tuple(sections) if len(sections) > 1 else ()
    return writing.model_copy(
        update={
            "reply": _whole(claims, notes, caveats, headed, found.left_out) or _worst(told),
            "evidence": Evidence(found=tuple(evidence)),
            "shortfall": next((part.shortfall for part in told if part.shortfall is not None), None),
        }
    )


def _whole(
    claims: Sequence[Claim],
    notes: Sequence[str],
    caveats: Sequence[Caveat],
    sections: tuple[Section, ...],
    left_out: int,
) -> Reply | None:
    if not claims:
        return None
    return Answer(
        claims=tuple(claims),
        notes=tuple(dict.fromkeys(notes)),
        caveats=tuple(dict.fromkeys(caveats)),
        sections=sections,
        left_out=left_out,
    )


def _worst(told: Sequence[Part]) -> Reply:
    """Where none is answered: a subject that is restricted says where to go; otherwise what became of the first."""
    restricted = (
        part.reply for part in told if isinstance(part.reply, Refusal) and part.reply.reason is RefusalReason.RESTRICTED
    )
    return next(restricted, told[0].reply)


def _moved(found: Found, after: int) -> Found:
    passage = found.passage.model_copy(update={"handle": found.passage.handle + after})
    others = tuple(one.model_copy(update={"passage": one.passage + after}) for one in found.disagreements)
    return found.model_copy(update={"passage": passage, "disagreements": others})


def _moved_caveat(caveat: Caveat, after: int) -> Caveat:
    match caveat:
        case Conflict():
            here, there = (
                one.model_copy(update={"passage": one.passage + after}) for one in (caveat.here, caveat.there)
            )
            return caveat.model_copy(update={"here": here, "there": there})
        case Superseded():
            return caveat.model_copy(update={"cited": caveat.cited + after, "by": caveat.by + after})
        case Old():
            return caveat.model_copy(update={"passage": caveat.passage + after})
        case Unread() | Shortened():
            return caveat


def _moved_claim(claim: Claim, after: int) -> Claim:
    citations = tuple(one.model_copy(update={"passage": one.passage + after}) for one in claim.citations)
    return claim.model_copy(update={"citations": citations})
