"""Is this question one too many? Decided from counts, before anything is looked up."""

from bot.core.ports import Pace
from policies.evidence import Refusal, RefusalReason
from policies.rules import QuestionLimits


def one_too_many(pace: Pace, limits: QuestionLimits) -> Refusal | None:
    """The asker's own limit comes first: whoever floods us is not excused by what others ask."""
    if limits.a_minute_by_one is not None and pace.by_one > limits.a_minute_by_one:
        return Refusal(reason=RefusalReason.TOO_MANY)
    if limits.a_minute_by_all is not None and pace.by_all > limits.a_minute_by_all:
        return Refusal(reason=RefusalReason.TOO_MANY_BY_ALL)
    return None
