"""`kill -9` at every point of an answer that is told claim by claim: what its process had begun goes, and the next process
shows exactly one whole answer.
"""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from bot.playground.slack import Delivery, Message
from tests.console import Console
from tests.fakes.model_server import ModelServer, Pace, Reply, model_server
from tests.faults.test_kill_slack import dies, is_signed, serving
from tests.slack.office import Office, office, until
from tests.slack.test_streams import EXPIRE, PROVEN, one_whole

TEXT = json.dumps({"answerable": True, "claims": [PROVEN, EXPIRE], "clarify": None})
POINTS = (
    *("tell.after_record", "tell.after_show", "ask.after_compose", "ask.before_close", "ask.after_close"),
    *("slack.before_send", "slack.after_send", "ask.after_post"),
)
CALLS = {  # and what is seen when Slack has taken it
    "chat.startStream": lambda message: len(message.blocks) == 1,
    "chat.appendStream": lambda message: len(message.blocks) == 2,
    "chat.stopStream": lambda message: message.stream is None,
}


@pytest.fixture
def server() -> Iterator[ModelServer]:
    with model_server(Reply(TEXT, pace=Pace(tokens_a_second=200))) as running:
        yield running


@pytest.fixture
def acme(tmp_path: Path, database_url: str) -> Iterator[Office]:
    delivery = Delivery(ack_s=1.0, redelivery_s=(0.3,) * 60)
    with office(tmp_path, database_url, delivery=delivery) as opened:
        yield opened


@pytest.fixture
def console(acme: Office, server: ModelServer) -> Console:
    return acme.console(FOOTNOTE_MODEL="openai/some", **server.environment)


def asked_and_died(acme: Office, console: Console, **variables: str) -> Message:
    with serving(console, **variables) as first:
        asked = acme.asks("ana", channel="general")
        dies(first)
    return asked


@pytest.mark.parametrize("failpoint", POINTS)
def test_answer_whose_process_died_in_the_middle_is_shown_once_and_whole(
    acme: Office, console: Console, failpoint: str
) -> None:
    asked = asked_and_died(acme, console, FOOTNOTE_FAILPOINT=failpoint)
    with serving(console):
        until(lambda: acme.events("posted"))
        one_whole(acme, asked)
    assert len(acme.events("posted")) == 1
    is_signed(acme)


@pytest.mark.parametrize(("method", "is_taken"), CALLS.items(), ids=CALLS.keys())
def test_process_that_dies_while_slack_takes_a_piece_leaves_one_whole_answer(
    acme: Office, console: Console, method: str, is_taken: Callable[[Message], bool]
) -> None:
    """Slack has it, and nobody was told so."""
    acme.slack.faults.fail(method, "slow", seconds=3.0)
    with serving(console) as first:
        asked = acme.asks("ana", channel="general")
        until(lambda: any(map(is_taken, acme.replies("general"))))
        first.kill()
        dies(first)
    with serving(console):
        until(lambda: acme.events("posted"))
        one_whole(acme, asked)
    is_signed(acme)


def test_unfinished_message_goes_as_soon_as_somebody_takes_the_question_up_again(
    acme: Office, console: Console, server: ModelServer
) -> None:
    asked = asked_and_died(acme, console, FOOTNOTE_FAILPOINT="tell.after_show")
    (begun,) = acme.replies("general", asked.ts)
    server.script = [Reply(TEXT, after_s=1.5)]
    server.asked.clear()
    with serving(console):
        until(lambda: server.asked)
        assert begun.ts not in {message.ts for message in acme.replies("general")}
        until(lambda: acme.events("posted"))
        one_whole(acme, asked)


def test_message_of_somebody_else_that_carries_our_nonce_is_left_alone(acme: Office, console: Console) -> None:
    asked = asked_and_died(acme, console, FOOTNOTE_FAILPOINT="tell.after_show")
    (begun,) = acme.replies("general", asked.ts)
    general = acme.slack.world.channel("general")
    copied = acme.person("zoe").post("general", "copied", thread_ts=asked.ts)
    copied.blocks[0]["block_id"] = begun.blocks[0]["block_id"]
    with serving(console):
        until(lambda: acme.events("posted"))
        one_whole(acme, asked)
    assert copied.ts in general.messages


def test_question_edited_while_nobody_worked_leaves_nothing_of_its_old_answer(
    acme: Office, console: Console, server: ModelServer
) -> None:
    asked = asked_and_died(acme, console, FOOTNOTE_FAILPOINT="tell.after_show")
    (begun,) = acme.replies("general", asked.ts)
    acme.person("ana").edit("general", asked.ts, f"{acme.us} And when do unused days of leave expire?")
    with serving(console):
        until(lambda: acme.events("posted"))
        acme.settled()
        (whole,) = acme.replies("general", asked.ts)
    assert whole.ts != begun.ts
    assert whole.stream is None


def test_question_deleted_while_nobody_worked_leaves_nothing(acme: Office, console: Console) -> None:
    asked = asked_and_died(acme, console, FOOTNOTE_FAILPOINT="tell.after_show")
    assert acme.replies("general", asked.ts)
    acme.person("ana").delete("general", asked.ts)
    with serving(console):
        until(lambda: not acme.replies("general"))
        acme.settled()
    assert acme.replies("general") == []
