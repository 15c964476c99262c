"""Is every claim of this draft proven by the evidence as the composer saw it? What is not proven is not said."""

from collections.abc import Sequence

from policies.contract import Violation, violations
from policies.evidence import Answer, Clarification, Draft, Evidence, Refusal, RefusalReason, Reply
from policies.rules import AnswerLimits


def violated(question: str, draft: Draft, evidence: Evidence, limits: AnswerLimits) -> tuple[Violation, ...]:
    return violations(draft, evidence, max_claim_characters=limits.max_claim_characters, question=question)


def settle(draft: Draft, found: Sequence[Violation]) -> Reply:
    """The reply that a draft becomes once its violated claims are dropped."""
    if draft.clarify is not None:
        return _asked_back(draft.clarify, found)
    if not draft.answerable or not draft.claims:
        return Refusal(reason=RefusalReason.UNANSWERED)
    broken = {violation.claim for violation in found}
    proven = tuple(claim for number, claim in enumerate(draft.claims) if number not in broken)
    return Answer(claims=proven) if proven else Refusal(reason=RefusalReason.UNPROVEN)


def _asked_back(question: str, found: Sequence[Violation]) -> Reply:
    if any(violation.claim is None for violation in found):
        return Refusal(reason=RefusalReason.UNPROVEN)
    return Clarification(reason="composer", question=question)
