"""Whoever floods a channel waits for what Slack takes there; nobody else does."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.slack.office import ANSWER, Office, office, running, until

FLOOD = 30
AT_ONCE_S = 3.0  # on a busy machine; a flood of thirty takes half a minute


@pytest.fixture
def acme(tmp_path: Path, database_url: str) -> Iterator[Office]:
    with office(tmp_path, database_url) as opened, running(opened):
        yield opened


def test_while_one_channel_is_flooded_a_direct_message_is_answered_at_once(acme: Office) -> None:
    for _ in range(FLOOD):
        acme.asks("zoe", channel="general")
    until(lambda: acme.replies("general"))
    asked_at = time.monotonic()
    acme.asks("ana")
    until(lambda: acme.replies(acme.direct("ana")))
    assert time.monotonic() - asked_at < AT_ONCE_S
    assert ANSWER in acme.reply(acme.direct("ana")).text
    assert len(acme.replies("general")) < FLOOD
