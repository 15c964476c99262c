"""Is every claim of this draft proven by the evidence as the composer saw it? What is not proven is not said."""

from collections.abc import Sequence

from policies.contract import Violation, violations
from policies.evidence import Answer, Clarification, Draft, Evidence, Refusal, RefusalReason, Reply
from policies.rules import AnswerLimits
from policies.topics import Topics, in_form, laid_down


def violated(question: str, draft: Draft, evidence: Evidence, limits: AnswerLimits) -> tuple[Violation, ...]:
    return violations(
        draft,
        evidence,
        max_claim_characters=limits.max_claim_characters,
        question=question,
        min_support=limits.min_support,
    )


def overruled(
    question: str, draft: Draft, found: Sequence[Violation], evidence: Evidence, topics: Topics
) -> tuple[Violation, ...]:
    """What was found, and what the rest breaks of what an admin has laid down."""
    return (*found, *laid_down(draft, found, evidence, question, topics))


def formed(question: str, reply: Reply, evidence: Evidence, topics: Topics) -> Reply:
    """As answers on its subject have to look."""
    return in_form(reply, evidence, question, topics) if isinstance(reply, Answer) else reply


def settle(draft: Draft, found: Sequence[Violation]) -> Reply:
    """The reply that a draft becomes once its violated claims are dropped."""
    if draft.asks_back:
        return _asked_back(draft, found)
    if not draft.answerable or not draft.claims:
        return Refusal(reason=RefusalReason.UNANSWERED)
    broken = {violation.claim for violation in found}
    proven = tuple(claim for number, claim in enumerate(draft.claims) if number not in broken)
    return Answer(claims=proven) if proven else Refusal(reason=RefusalReason.UNPROVEN)


def _asked_back(draft: Draft, found: Sequence[Violation]) -> Reply:
    """With the options that may be offered. One alone is no choice."""
    broken = {violation.option for violation in found if violation.claim is None}
    offered = tuple(option for number, option in enumerate(draft.options) if number not in broken)
    options = offered if len(offered) > 1 else ()
    if None in broken or not (draft.clarify or options):
        return Refusal(reason=RefusalReason.UNPROVEN)
    return Clarification(reason="composer" if draft.clarify else "which", question=draft.clarify, options=options)
