"""What is counted is what the ledger says; and nothing in it names anybody."""

from datetime import timedelta
from typing import Any

import pytest

from bot.core.nouns import Event, ReceiptId
from bot.ops.counted import Counted, Standing, Waiting
from tests.fakes.passages import NOON

CALL = {"model": "m", "tokens_in": 100, "tokens_out": 20, "ms": 3.0, "dollars": 0.5}
PASSED = {"model": "openai/some", "because": "timeout"}
CLOSED = {"reply": {"kind": "answer"}, "timings_ms": {"retrieve": 40.0, "compose": 800.0}}


def standing() -> Standing:
    queue = Waiting("", 0, 0, None).with_more("waiting", 3, NOON - timedelta(seconds=30))
    queue = queue.with_more("claimed", 2, NOON - timedelta(seconds=90))._replace(what="slack_question")
    return Standing(NOON, (queue,), {("wiki", "content"): NOON - timedelta(minutes=10)})


class Ticking:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def counted(look: Any = standing, timer: Ticking | None = None) -> Counted:
    return Counted(look, timer or Ticking())


def lines(of: Counted) -> dict[str, float]:
    said = (line.rpartition(" ") for line in of.text().decode().splitlines() if not line.startswith("#"))
    return {name: float(value) for name, _, value in said if not name.partition("{")[0].endswith("_created")}


@pytest.mark.parametrize(
    ("kind", "body", "name", "value"),
    [
        pytest.param("asked", {}, "footnote_questions_total", 1, id="a question"),
        pytest.param("posted", {"to": []}, 'footnote_questions_ended_total{end="posted"}', 1, id="its end"),
        pytest.param("failed", {}, 'footnote_questions_ended_total{end="failed"}', 1, id="a failure"),
        pytest.param("delayed", {}, "footnote_questions_delayed_total", 1, id="another attempt"),
        pytest.param("closed", CLOSED, 'footnote_replies_total{kind="answer"}', 1, id="a reply"),
        pytest.param("closed", CLOSED, 'footnote_step_seconds_sum{step="compose"}', 0.8, id="a step"),
        pytest.param("closed_aside", {}, "footnote_asides_total", 1, id="an aside"),
        pytest.param(
            "composed", {"by": [{"calls": [CALL]}]}, 'footnote_model_calls_total{errand="write"}', 1, id="a call"
        ),
        pytest.param(
            "composed",
            {"by": [{"calls": [CALL]}, {"calls": [CALL]}]},
            'footnote_model_tokens_total{errand="write",way="in"}',
            200,
            id="its tokens",
        ),
        pytest.param(
            "composed",
            {"by": [{"passed": [PASSED]}]},
            'footnote_model_failures_total{because="timeout",model="openai/some"}',
            1,
            id="no answer",
        ),
        pytest.param(
            "claimed",
            {"wording": {"rewriting": {"calls": [CALL]}}},
            'footnote_model_dollars_total{errand="rewrite"}',
            0.5,
            id="a rewriting",
        ),
        pytest.param(
            "closed",
            {**CLOSED, "guesses": [{"calls": [CALL]}]},
            'footnote_model_calls_total{errand="route"}',
            1,
            id="a guess",
        ),
        pytest.param("feedback", {"useful": False}, 'footnote_feedback_total{useful="no"}', 1, id="a word of feedback"),
        pytest.param("synced", {"source": "wiki"}, 'footnote_syncs_total{end="done",source="wiki"}', 1, id="a sync"),
        pytest.param(
            "sync_failed", {"source": "wiki"}, 'footnote_syncs_total{end="failed",source="wiki"}', 1, id="a failed one"
        ),
    ],
)
def test_each_event_counts_once(kind: str, body: dict[str, Any], name: str, value: float) -> None:
    ours = counted()
    ours.hear(Event(kind=kind, receipt=ReceiptId("r_1"), body=body))
    assert lines(ours)[name] == pytest.approx(value)


def test_an_event_that_is_not_understood_stops_nobody() -> None:
    ours = counted()
    ours.hear(Event(kind="closed", body={"odd": 1}))
    ours.hear(Event(kind="asked", receipt=ReceiptId("r_1")))
    assert lines(ours)["footnote_questions_total"] == 1


def test_a_reply_takes_from_the_question_to_the_post() -> None:
    timer = Ticking()
    ours = counted(timer=timer)
    ours.hear(Event(kind="asked", receipt=ReceiptId("r_1")))
    timer.now = 4.0
    ours.hear(Event(kind="posted", receipt=ReceiptId("r_1"), body={"to": []}))
    ours.hear(Event(kind="posted", receipt=ReceiptId("r_elsewhere"), body={"to": []}))
    assert lines(ours)["footnote_reply_seconds_count"] == 1
    assert lines(ours)["footnote_reply_seconds_sum"] == 4


def test_how_things_stand_is_asked_at_each_reading() -> None:
    found = lines(counted())
    assert found['footnote_queue{state="waiting",what="slack_question"}'] == 3
    assert found['footnote_queue{state="in_hand",what="slack_question"}'] == 2
    assert found['footnote_queue_oldest_seconds{what="slack_question"}'] == 90
    assert found['footnote_source_age_seconds{loop="content",source="wiki"}'] == 600
    assert found["footnote_database_up"] == 1


def test_without_a_database_what_was_counted_is_still_told() -> None:
    def away() -> Standing:
        raise OSError("postgresql://ana:hunter@db has gone away")

    ours = counted(away)
    ours.slack_limited("chat.postMessage")
    assert lines(ours)["footnote_database_up"] == 0
    assert lines(ours)['footnote_slack_limited_total{method="chat.postMessage"}'] == 1
    assert b"hunter" not in ours.text()
