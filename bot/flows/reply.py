"""One reply for one audience: what it may be made of, what it is made into, and what of that is proven."""

import math
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime
from typing import NamedTuple

from bot.core.clock import Stopwatch, Timer, timer
from bot.core.failpoints import Reach
from bot.core.nouns import Byline, CommandLine, Event, Judging, ListId, Part, Question, SlackPlace, Wording
from bot.core.ports import Composer, Embedder, Errand, Guesser, Judge, Rewriter, Scope, Work
from bot.core.proposals import Acting
from bot.flows.answered import Answers, Asked, Made, keep, recalled
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
from bot.flows.tell import Stage, Telling
from bot.steps.caution import cautioned
from bot.steps.judge import judged
from bot.steps.recheck import Unreadable
from bot.steps.retrieve import Retrieved
from bot.steps.verify import formed, overruled, settle, violated
from policies.channels import Named, named
from policies.contract import Rule, Violation
from policies.evidence import Answer, Claim, Draft, Evidence, Refusal, RefusalReason, Reply
from policies.intents import ModelClass, Route
from policies.people import Audience, Person, is_known_at
from policies.rules import AnswerRules, Rules

Writer = Callable[[ModelClass, Embedder | None], Composer]
"""Of a class of models; one that compares as the search did."""


@dataclass(frozen=True)
class Answering:
    """What answering needs of the world, beside reading."""

    reading: Reading
    composer: Writer
    reach: Reach
    summariser: Writer | None = None  # these two: None, and whoever writes answers writes these
    drafter: Writer | None = None
    rewriter: Rewriter | None = None
    judge: Judge | None = None  # with one, a reply is shown when it is whole
    guesser: Callable[[Embedder | None], Guesser] | None = None  # likewise; without one, whatever is said is a question
    answers: Answers | None = None  # None: each is made anew
    acting: Acting | None = None  # None: nothing is ever done
    patience_s: float = math.inf  # for one answer, with everything that models are asked for it
    timer: Timer = timer

    def writing(self, way: Route) -> Composer:
        """Whoever writes what becomes of such a request."""
        particular = {"summarise": self.summariser, "draft": self.drafter}.get(way.does)
        return (particular or self.composer)(way.model_class, self.reading.meaning().embedder)

    def errand(self, question: Question) -> Errand:
        """From now on. Budgets count for whoever asks, on whatever surface."""
        return Errand(whose=str(question.asker), until=self.timer() + self.patience_s)

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
    stage: Stage | None = None  # None: a reply is shown when it is whole


def reply_for(attempt: Attempt, audience: Audience, way: Route, *, aside: bool = False) -> Part:
    if not audience.complete:
        return Part(reply=Refusal(reason=RefusalReason.UNKNOWN_AUDIENCE), evidence=Evidence(), aside=aside)
    sought, answers = sought_by(attempt, audience, way), attempt.house.answers
    is_draft = way.does == "draft"  # it is one text, which nobody reads sentence by sentence
    attempt = replace(attempt, stage=None) if aside or is_draft or attempt.house.judge is not None else attempt
    part = _as_before(attempt, sought, answers) if answers is not None else _made(attempt, sought)[0]
    reply = _cautioned(part.reply, part.evidence, attempt)
    if is_draft and isinstance(reply, Answer):
        reply = reply.model_copy(update={"is_draft": True})
    return part.model_copy(update={"aside": aside, "reply": reply})


def _as_before(attempt: Attempt, sought: Sought, answers: Answers) -> Part:
    """As it was made for others who asked the same; if nobody did, it is made, and kept for those who will."""
    house = attempt.house
    composer = house.writing(sought.route)
    judge = house.judge.name if house.judge is not None else None
    asked = Asked(sought, attempt.work, house.reading, composer.name, judge, attempt.rules.digest)
    key = asked.key()
    known = recalled(asked, key, answers, house.reach)
    attempt.watch.lap("recall")
    if known is not None:
        return known
    part, made = _made(attempt, sought)
    if made is not None:
        keep(asked, key, answers, made, part)
    return part


def _made(attempt: Attempt, sought: Sought) -> tuple[Part, Made | None]:
    """Anew, from what there is. Without that of which it was made: nothing could be confirmed."""
    house = attempt.house
    sought = sought._replace(errand=house.errand(attempt.work.question))
    made = until_readable(sought, house.reading, lambda scope: _consider(attempt, sought, scope))
    if made is None:
        unanswered = Refusal(reason=RefusalReason.UNANSWERED)
        return Part(reply=_saying_where_unknown(unanswered, sought, attempt), evidence=Evidence()), None
    evidence, by = made.found.evidence, made.by[-1]
    settled = settle(made.draft, made.violations)
    reply = formed(sought.wording.understood, settled, evidence, attempt.rules.answers.topics)
    part = Part(
        reply=_saying_where_unknown(reply, sought, attempt),
        evidence=evidence,
        model=by.composer,
        shortfall=by.shortfall,
    )
    return part, made


def _cautioned(reply: Reply, evidence: Evidence, attempt: Attempt) -> Reply:
    reading = attempt.house.reading
    return cautioned(reply, evidence, attempt.rules.answers.ages, read=reading.texts_read_at(), now=attempt.now)


def _saying_where_unknown(reply: Reply, sought: Sought, attempt: Attempt) -> Reply:
    """Of the reader's own standing alone, never of what there is at those sources; and to nobody but them."""
    if not isinstance(reply, Refusal) or reply.reason is not RefusalReason.UNANSWERED:
        return reply
    match sought.audience.people:
        case (person,):
            house = attempt.house.reading
            read = {source for source, moment in house.read_at().items() if moment is not None}
            scope = sought.route.scope  # in which a place may be all of a source that there is
            here = {source for source in read if not scope or any(Named(source).covers(named(one)) for one in scope)}
            unknown = sorted(source for source in here if not is_known_at(person, source))
            sign_in = may_sign_in_at(unknown, person, attempt) if unknown else ()
            listed = tuple(source for source in unknown if source in house.by_address())
            return reply.model_copy(update={"unknown_at": tuple(unknown), "sign_in_at": sign_in, "by_address": listed})
        case _:
            return reply


def may_sign_in_at(sources: Sequence[str], person: Person, attempt: Attempt) -> tuple[str, ...]:
    """Of these, where they may sign in to be known. To them alone: others need not know where that is."""
    offered = frozenset(attempt.house.reading.signs_in()) if person.email is not None else frozenset[str]()
    found = tuple(source for source in sources if source in offered)
    return found if found and (_is_aside(attempt.work.question) or is_alone(attempt)) else ()


def _is_aside(question: Question) -> bool:
    return isinstance(question.place, SlackPlace) and question.place.alone


def is_alone(attempt: Attempt) -> bool:
    """Whether nobody but the asker reads the reply, now or later: Slack gives no other conversation such an id; and what it
    gives is looked up.
    """
    question, rules = attempt.work.question, attempt.rules
    match question.place:
        case CommandLine():
            return True
        case SlackPlace():
            people = attempt.house.reading.people
            asker = people.asker(question)
            readers = people.readers(question, asker, declared=rules.audience.full_members.principals)
            return question.place.channel.startswith("D") and readers.complete and readers.people == (asker,)


def cites_beyond(part: Part, beyond: frozenset[ListId]) -> Part | None:
    """An answer from what the asker may read and the others may not: for the asker alone, if it cites any of that."""
    if not isinstance(part.reply, Answer):
        return None
    cited = {citation.passage for claim in part.reply.claims for citation in claim.citations}
    lists = {found.list_id for found in part.evidence.found if found.passage.handle in cited}
    return part if lists & beyond else None


def sought_by(attempt: Attempt, audience: Audience, way: Route) -> Sought:
    return Sought(attempt.wording, audience, way, attempt.rules.answers, attempt.now)


def _consider(attempt: Attempt, sought: Sought, scope: Scope) -> tuple[Made, Unreadable]:
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
        telling = _telling(attempt, sought, evidence, asking)
        made = _compose(attempt, sought, scope, found, telling)
        watch.lap("compose")
        house.reach("ask.after_compose")
        unreadable = with_what_is_shut(asking.result(), evidence, sought, house.reading)
    watch.lap("recheck")
    if unreadable and telling is not None:
        telling.take_back()
    work.record(Event(kind="composed", body=_composed(made, unreadable, telling)))
    return made, unreadable


def _telling(attempt: Attempt, sought: Sought, evidence: Evidence, asking: Future[Unreadable]) -> Telling | None:
    if attempt.stage is None:
        return None
    house = attempt.house
    return Telling(
        attempt.stage, attempt.work, sought, evidence, house.reading, asking, reach=house.reach, watch=attempt.watch
    )


class Drafted(NamedTuple):
    """What is left to say after each try, who wrote it, and what a judge said of it."""

    draft: Draft
    violations: tuple[Violation, ...]
    by: tuple[Byline, ...]
    judged: tuple[Judging, ...]


class _Try(NamedTuple):
    draft: Draft
    by: Byline
    violations: tuple[Violation, ...]
    judging: Judging | None

    @property
    def refused(self) -> tuple[Claim, ...]:
        """What a judge said no to."""
        no = {one.claim for one in self.violations if one.rule is Rule.NOT_SUPPORTED}
        return tuple(claim for number, claim in enumerate(self.draft.claims) if number in no)


def _compose(attempt: Attempt, sought: Sought, scope: Scope, looked: Retrieved, telling: Telling | None) -> Made:
    text, evidence = sought.wording.understood, looked.evidence
    made = drafted(attempt.house, sought.route, text, evidence, sought.rules, sought.errand, telling)
    dropped = telling.dropped if telling is not None else ()
    return Made(scope, looked, made.draft, made.violations, made.by, dropped, made.judged)


def drafted(
    house: Answering,
    way: Route,
    text: str,
    evidence: Evidence,
    rules: AnswerRules,
    errand: Errand,
    telling: Telling | None = None,
) -> Drafted:
    """A draft that breaks the contract gets one more try, with what it broke. What was said of it by then stays said."""
    tries = [_tried(house, way, text, evidence, rules, errand, telling)]
    if tries[0].violations:
        tries.append(_tried(house, way, text, evidence, rules, errand, telling, before=tries[0]))
    last = tries[-1]
    return Drafted(
        last.draft,
        overruled(text, last.draft, last.violations, evidence, rules.topics),
        tuple(one.by for one in tries),
        tuple(one.judging for one in tries if one.judging is not None),
    )


def _tried(
    house: Answering,
    way: Route,
    text: str,
    evidence: Evidence,
    rules: AnswerRules,
    errand: Errand,
    telling: Telling | None,
    *,
    before: _Try | None = None,
) -> _Try:
    draft, by = house.writing(way).compose(
        text,
        evidence,
        rules,
        violations=before.violations if before is not None else (),
        said=telling.said if telling is not None else (),
        errand=errand,
        hear=telling.hear if telling is not None else None,
    )
    found = violated(text, draft, evidence, rules.answer)
    refused = before.refused if before is not None else ()
    return _Try(draft, by, *judged(text, draft, found, evidence, house.judge, errand, refused=refused))


def _composed(made: Made, unreadable: Unreadable, telling: Telling | None) -> dict[str, object]:
    told = {} if telling is None else {"dropped": [one.model_dump(mode="json") for one in telling.dropped]}
    return {**composed(Drafted(made.draft, made.violations, made.by, made.judged), unreadable), **told}


def composed(made: Drafted, unreadable: Unreadable) -> dict[str, object]:
    """For the ledger."""
    judged_ = {"judged": [one.model_dump(mode="json") for one in made.judged]} if made.judged else {}
    return {
        "draft": made.draft.model_dump(mode="json"),
        "violations": [violation.model_dump(mode="json") for violation in made.violations],
        "by": [by.model_dump(mode="json") for by in made.by],
        "unreadable": unreadable_body(unreadable),
        **judged_,
    }
