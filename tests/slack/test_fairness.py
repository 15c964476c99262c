"""Whoever floods a channel waits for what Slack takes there, a message a second; nobody else does."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.slack.office import ANSWER, Office, office, running, until

FLOOD = 30
MEANWHILE = 4  # replies to the flood, and so about as many seconds; who had to wait for it would wait for a dozen


@pytest.fixture
def acme(tmp_path: Path, database_url: str) -> Iterator[Office]:
    with office(tmp_path, database_url) as opened, running(opened):
        yield opened


def test_while_one_channel_is_flooded_a_direct_message_is_answered_at_once(acme: Office) -> None:
    for _ in range(FLOOD):
        acme.asks("zoe", channel="general")
    until(lambda: acme.replies("general"))
    before = len(acme.replies("general"))
    acme.asks("ana")
    until(lambda: acme.replies(acme.direct("ana")))
    assert len(acme.replies("general")) - before <= MEANWHILE
    assert ANSWER in acme.reply(acme.direct("ana")).text
