"""`kill -9` at every point between a message in Slack and its reply: the next process answers, and nobody is told twice.

The emulator lives in the test's process, and `footnote serve` in one of its own. Each question leads to both parts of a
reply: one for the place, and one for the asker alone.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from bot import app
from bot.core.failpoints import FAILPOINTS
from bot.playground.slack import Delivery, Message
from tests.console import KILLED, Console, Running
from tests.slack.office import SECRET, SECRET_ANSWER, Office, office, until
from tests.world import CHROMA

PLACE = "eng-hr"
NOT_OF_SLACK = {"ask.after_receive"}
POINTS = [name for name in FAILPOINTS if name.startswith(("slack.", "ask.", "aside.")) and name not in NOT_OF_SLACK]
SOON_S = 8.0


@pytest.fixture
def acme(tmp_path: Path, database_url: str) -> Iterator[Office]:
    """Slack waits a second for an acknowledgement, and sends what has none again and again, for a while."""
    delivery = Delivery(ack_s=1.0, redelivery_s=(0.3,) * 60)
    with office(tmp_path, database_url, delivery=delivery) as opened:
        yield opened


@contextmanager
def serving(console: Console, **variables: str) -> Iterator[Running]:
    """Until it is killed, or told to end."""
    process = console.start("serve", **variables)
    try:
        yield process
    finally:
        if process.is_alive:
            process.terminate()
        process.wait(timeout_s=30)


def dies(process: Running) -> None:
    until(lambda: not process.is_alive)
    assert process.process.exitcode == KILLED


def answered_once(acme: Office, *asked: Message) -> None:
    """In the place and aside; on record; and done."""
    until(lambda: len(acme.replies(PLACE)) >= len(asked) and len(acme.replies(acme.direct("ben"))) >= len(asked))
    acme.settled()
    for message in asked:
        (here,) = acme.replies(PLACE, message.ts)
        assert SECRET_ANSWER not in str(here.blocks) + here.text
    aside = acme.replies(acme.direct("ben"))
    assert [SECRET_ANSWER in message.text for message in aside] == [True] * len(asked)
    receipts = acme.receipts()
    assert len(receipts) == len(asked)
    for events in receipts:
        kinds = [event.kind for event in events]
        assert (kinds[0], kinds[-1], kinds.count("posted"), kinds.count("failed")) == ("asked", "posted", 1, 0)
        shown = [one["message"] for one in (events[-1].body or {})["to"]]
        assert len(shown) == 2
        assert set(shown) <= {message.ts for message in [*acme.replies(PLACE), *aside]}
    with app.records(acme.settings) as records:
        assert {state for _, state in records.inbox.states()} == {"done"}


def is_signed(acme: Office) -> None:
    verified = acme.console().run("audit", "verify")
    assert verified.code == 0, verified.out + verified.err


@pytest.mark.parametrize("failpoint", POINTS)
def test_a_question_whose_process_died_is_answered_once_by_the_next(acme: Office, failpoint: str) -> None:
    console = acme.console()
    with serving(console, FOOTNOTE_FAILPOINT=failpoint) as first:
        asked = acme.asks("ben", SECRET, channel=PLACE)
        dies(first)
    with serving(console):
        answered_once(acme, asked)
    is_signed(acme)


@pytest.mark.parametrize("posts_before", [0, 1], ids=["to the place", "aside"])
def test_a_process_that_dies_while_slack_takes_its_message_is_not_heard_twice(acme: Office, posts_before: int) -> None:
    """Slack has it, and nobody was told so."""
    console, place = acme.console(), acme.direct("ben") if posts_before else PLACE
    acme.slack.faults.fail("chat.postMessage", "slow", seconds=3.0, skip=posts_before)
    with serving(console) as first:
        asked = acme.asks("ben", SECRET, channel=PLACE)
        until(lambda: acme.replies(place))
        first.kill()
        dies(first)
    with serving(console):
        answered_once(acme, asked)
    is_signed(acme)


def test_who_is_told_to_end_finishes_what_is_in_hand_soon_and_leaves_the_rest_to_the_next(acme: Office) -> None:
    console = acme.console(FOOTNOTE_WORKERS="1")
    acme.slack.faults.fail("users.info", "slow", seconds=1.0)
    with serving(console) as first:
        asked = [acme.asks("ben", SECRET, channel=PLACE) for _ in range(4)]
        until(lambda: acme.slack.requests.of("users.info") and len(acme.receipts()) == len(asked))
        began = time.monotonic()
        first.terminate()
        assert first.process.join(SOON_S) is None
        assert time.monotonic() - began < SOON_S
        assert first.process.exitcode == 0
        assert len(acme.replies(PLACE)) < len(asked)
    with serving(console):
        answered_once(acme, *asked)
    is_signed(acme)


@pytest.mark.skipif(CHROMA is None, reason="on one machine, one process has the home")
def test_the_other_process_takes_over_what_a_dead_one_had(acme: Office) -> None:
    console = acme.console()
    asked: list[Message] = []
    with serving(console, FOOTNOTE_FAILPOINT="ask.after_compose") as first, serving(console):

        def one_more() -> bool:
            """One at a time: of a channel with more to answer than it takes, the other might keep everything in hand."""
            asked.append(acme.asks("ben", SECRET, channel=PLACE))
            until(lambda: not first.is_alive or len(acme.replies(acme.direct("ben"))) == len(asked))
            return not first.is_alive

        until(one_more)
        answered_once(acme, *asked)
    is_signed(acme)
