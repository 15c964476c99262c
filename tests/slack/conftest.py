"""How Slack reaches the bot in these tests: as the suite's switch says, or as a test's parameter does."""

import pytest

from tests.slack.office import OVER, Over


@pytest.fixture
def over() -> Over:
    return OVER
