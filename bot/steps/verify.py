"""Is every claim of this draft proven by the evidence as the composer saw it? What is not proven is not said."""

from collections.abc import Sequence

from policies.contract import Violation, violations
from policies.evidence import Answer, Clarification, Draft, Evidence, Refusal, RefusalReason, Reply
from policies.rules import AnswerLimits


def violated(draft: Draft, evidence: Evidence, limits: AnswerLimits) -> tuple[Violation, ...]:
    return violations(draft, evidence, max_claim_characters=limits.max_claim_characters)


def settle(draft: Draft, found: Sequence[Violation]) -> Reply:
    """The reply that a draft becomes once its violated claims are dropped."""
    if draft.clarify is not None:
        return Clarification(reason="composer", question=draft.clarify)
    if not draft.answerable or not draft.claims:
        return Refusal(reason=RefusalReason.UNANSWERED)
    broken = {violation.claim for violation in found}
    proven = tuple(claim for number, claim in enumerate(draft.claims) if number not in broken)
    return Answer(claims=proven) if proven else Refusal(reason=RefusalReason.UNPROVEN)
