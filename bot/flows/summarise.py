"""What was said in a conversation, in short, with a link to each message that proves it. Nothing of it is kept: the next one
who asks is told what stands there then.

    which conversation? → may it be retold here? → read → compose → verify → does it still stand there?
"""

from typing import Any, Final

from bot.core.clock import as_text
from bot.core.nouns import Event, Part, SlackPlace, SlackUser, Stretch
from bot.core.record import evidence_body
from bot.flows.reply import Attempt, Drafted, composed, drafted, is_alone
from bot.steps.listen import fitting, listened
from bot.steps.point import pointed
from bot.steps.recheck import Unreadable
from bot.steps.verify import settle
from connectors.model import Retryable
from policies.evidence import Answer, Clarification, Evidence, Refusal, RefusalReason, Reply, Shortened
from policies.intents import Route

_TURNS: Final = 4  # how often something may be changed there while it is retold


def summary_for(attempt: Attempt, way: Route) -> Part:
    """By what stands there in the end."""
    for _ in range(_TURNS):
        part = _retold(attempt, way)
        if part is not None:
            return part
    raise Retryable("what was said keeps changing")


def still_stands(attempt: Attempt, evidence: Evidence) -> bool:
    """All of it, word for word, and for whoever asked."""
    return not _gone(attempt, evidence)


def _retold(attempt: Attempt, way: Route) -> Part | None:
    """None: some of it was changed, deleted or closed to the asker meanwhile."""
    work, house, watch = attempt.work, attempt.house, attempt.watch
    heard = _heard(attempt)
    watch.lap("retrieve")
    if isinstance(heard, Refusal):
        return Part(reply=heard, evidence=Evidence())
    stretch, evidence, left_out = heard
    work.record_evidence(Event(kind="retrieved", body=_retrieved(attempt, stretch, evidence, left_out)), evidence)
    house.reach("ask.after_retrieve")
    errand, rules = house.errand(work.question), attempt.rules.answers
    made = drafted(house, way, work.question.text, evidence, rules, errand)
    watch.lap("compose")
    house.reach("ask.after_compose")
    gone = _gone(attempt, evidence)
    watch.lap("recheck")
    work.record(Event(kind="composed", body=composed(made, Unreadable(gone, frozenset()))))
    return None if gone else _part(made, evidence, left_out)


_Heard = tuple[Stretch, Evidence, int]


def _heard(attempt: Attempt) -> _Heard | Refusal:
    """What may be retold, as it stands at this moment, and how many messages there were beside."""
    rules, question = attempt.rules.answers.summary, attempt.work.question
    stretch = pointed(question.text, question.place, rules, attempt.now)
    conversations = attempt.house.reading.conversations
    if isinstance(stretch, Refusal) or conversations is None:
        return stretch if isinstance(stretch, Refusal) else Refusal(reason=RefusalReason.NO_SUMMARY)
    refused = _not_here(attempt, stretch)
    talk = conversations.read(stretch, most=rules.messages) if refused is None else None
    if talk is None:
        return refused or Refusal(reason=RefusalReason.UNREADABLE_LINK)
    if not talk.messages:
        return Refusal(reason=RefusalReason.EMPTY_CONVERSATION)
    talk = fitting(talk, rules.characters)
    return stretch, listened(talk, stretch.channel), talk.left_out


def _not_here(attempt: Attempt, stretch: Stretch) -> Refusal | None:
    """Where it was said, everyone who reads the reply reads it anyway: Slack shows them all that was said there. Elsewhere only
    the asker is told, alone, and only if they are in that conversation at this moment.
    """
    question, conversations = attempt.work.question, attempt.house.reading.conversations
    assert isinstance(question.place, SlackPlace)
    if stretch.channel == question.place.channel:
        return None
    if not is_alone(attempt):
        return Refusal(reason=RefusalReason.LINK_ELSEWHERE)
    assert isinstance(question.asker, SlackUser)
    is_in = conversations is not None and conversations.has(stretch.channel, question.asker)
    return None if is_in else Refusal(reason=RefusalReason.UNREADABLE_LINK)


def _gone(attempt: Attempt, evidence: Evidence) -> frozenset[str]:
    """The messages that do not stand there any more as they did."""
    now = _heard(attempt)
    versions = {} if isinstance(now, Refusal) else {one.document: one.version for one in now[1].passages}
    return frozenset(one.document for one in evidence.passages if versions.get(one.document) != one.version)


def _part(made: Drafted, evidence: Evidence, left_out: int) -> Part:
    by = made.by[-1]
    reply = _reply(made, left_out)
    return Part(reply=reply, evidence=evidence, model=by.composer, shortfall=by.shortfall)


def _reply(made: Drafted, left_out: int) -> Reply:
    settled = settle(made.draft, made.violations)
    match settled:
        case Answer():
            caveats = (Shortened(left_out=left_out),) if left_out else ()
            return settled.model_copy(update={"caveats": caveats})
        case Refusal(reason=RefusalReason.UNPROVEN):
            return Refusal(reason=RefusalReason.UNPROVEN_SUMMARY)
        case Refusal() | Clarification():  # a summary is of what there is: there is nothing to ask back
            return Refusal(reason=RefusalReason.EMPTY_CONVERSATION)
        case _:
            raise AssertionError("a draft becomes nothing else")


def _retrieved(attempt: Attempt, stretch: Stretch, evidence: Evidence, left_out: int) -> dict[str, Any]:
    """For the ledger: what was read, and where."""
    said = {"messages": len(evidence.found), "left_out": left_out}
    return {
        "wording": attempt.wording.model_dump(mode="json"),
        "now": as_text(attempt.now),
        "evidence": evidence_body(evidence),
        "conversation": {**stretch.model_dump(mode="json"), **said},
    }
