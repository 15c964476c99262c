"""Up to the limit everything is answered; the next one is not, whoever's limit it is."""

import pytest

from bot.core.ports import Pace
from bot.steps.pace import one_too_many
from policies.evidence import Refusal, RefusalReason
from policies.rules import QuestionLimits

BOTH = QuestionLimits(max_characters=9, a_minute_by_one=2, a_minute_by_all=5)
ONE = QuestionLimits(max_characters=9, a_minute_by_one=2)
ALL = QuestionLimits(max_characters=9, a_minute_by_all=5)
NONE = QuestionLimits(max_characters=9)


@pytest.mark.parametrize(
    ("limits", "by_one", "by_all", "reason"),
    [
        pytest.param(BOTH, 3, 3, RefusalReason.TOO_MANY, id="one too many of one"),
        pytest.param(BOTH, 1, 6, RefusalReason.TOO_MANY_BY_ALL, id="one too many of all"),
        pytest.param(BOTH, 3, 6, RefusalReason.TOO_MANY, id="both: it is the asker's own"),
        pytest.param(ONE, 3, 99, RefusalReason.TOO_MANY, id="only one has a limit, and is over it"),
        pytest.param(ALL, 99, 99, RefusalReason.TOO_MANY_BY_ALL, id="only all have a limit, and are over it"),
        pytest.param(BOTH, 2, 5, None, id="the last of both"),
        pytest.param(ONE, 2, 99, None, id="only one has a limit"),
        pytest.param(ALL, 5, 5, None, id="only all have a limit"),
        pytest.param(NONE, 99, 99, None, id="no limits"),
        pytest.param(BOTH, 0, 0, None, id="what does not count"),
    ],
)
def test_one_too_many_is_refused(
    limits: QuestionLimits, by_one: int, by_all: int, reason: RefusalReason | None
) -> None:
    refusal = one_too_many(Pace(by_one, by_all), limits)
    assert refusal == (Refusal(reason=reason) if reason else None)
