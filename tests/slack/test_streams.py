"""Answers that a model writes are shown claim by claim, each proven first, and end as one whole message."""

import itertools
import json
import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bot.core.failpoints import armed
from bot.core.nouns import Part, Question, ReceiptId, SlackPlace, SlackUser
from bot.playground.slack import Message, RateLimits, limits, messages
from bot.slack import connection, poster
from bot.slack.poster import SlackPoster
from tests.fakes.model_server import ModelServer, Pace, Reply, model_server
from tests.fakes.passages import NOON
from tests.slack.office import QUESTION, Office, office, running, until
from tests.slack.replies import of, read

LEAVE = "Every full-time employee has 27 days of paid annual leave per calendar year."
Open = Callable[..., tuple[Office, ModelServer]]


def claim(text: str, *quotes: tuple[int, str]) -> dict[str, Any]:
    return {"text": text, "citations": [{"passage": passage, "quote": quote} for passage, quote in quotes]}


def draft(*claims: dict[str, Any], **pace: Any) -> Reply:
    text = json.dumps({"answerable": True, "claims": claims, "clarify": None})
    return Reply(text, pace=Pace(**{"tokens_a_second": 100, **pace}))


PROVEN = claim(
    "You have 27 days of paid annual leave a year.", (1, "Everybody has 27 days of paid annual leave a year.")
)
EXPIRE = claim("Unused days expire on 31 March.", (1, "Unused days expire on 31 March of the following year."))


@pytest.fixture
def open_office(tmp_path: Path, database_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Open]:
    """With a model that answers as scripted, and the bot at work unless `at_work=False`."""
    with ExitStack() as stack:

        def make(*script: Reply, at_work: bool = True, **options: Any) -> tuple[Office, ModelServer]:
            server = stack.enter_context(model_server(*script))
            for name, value in server.environment.items():
                monkeypatch.setenv(name, value)
            made = stack.enter_context(office(tmp_path, database_url, **{"model": "openai/some", **options}))
            if at_work:
                stack.enter_context(running(made))
            return made, server

        yield make


def calls(acme: Office, *methods: str) -> list[str]:
    """What was said, in order, without what was tried in vain."""
    return [
        request.method
        for request in acme.slack.requests.all()
        if request.method.startswith("chat.") and request.outcome == "ok" and (not methods or request.method in methods)
    ]


def said(message: Message) -> str:
    return read(message.blocks)


def is_whole(acme: Office, message: Message) -> None:
    """It looks as it would if it had come at once, and carries what a post carries."""
    assert message.stream is None
    assert [block["type"] for block in message.blocks] == [
        "rich_text",
        "rich_text",
        "section",
        "context_actions",
        "actions",
    ]
    assert said(message).count("27 days") == said(message).count("31 March") == 1
    assert message.metadata is not None
    assert message.metadata["event_payload"].keys() == {"nonce"}
    assert [event["to"][0]["message"] for event in acme.events("posted")].count(message.ts) == 1


def one_whole(acme: Office, asked: Message, place: str = "general") -> Message:
    until(lambda: acme.replies(place, asked.ts))
    acme.settled()
    whole = acme.reply(place, asked.ts)
    is_whole(acme, whole)
    return whole


SLOW = draft(PROVEN, EXPIRE, tokens_a_second=40)
FAST = draft(PROVEN, EXPIRE, tokens_a_second=0)


# --- as it should be ---------------------------------------------------------------------------------------------------


def test_claims_are_shown_while_the_model_writes_and_end_as_one_whole_message(open_office: Open) -> None:
    acme, _ = open_office(SLOW)
    asked = acme.asks("ana", channel="general")
    first = acme.reply("general", asked.ts)
    assert first.stream is not None
    assert "27 days" in said(first)
    assert "31 March" not in said(first)
    assert one_whole(acme, asked).ts == first.ts
    assert calls(acme) == ["chat.startStream", "chat.appendStream", "chat.stopStream"]
    assert [event["by"].partition("+")[0] for event in acme.events("said")] == ["openai/some"] * 2
    assert acme.events("closed")[0]["shortfall"] is None


def test_it_is_the_same_message_as_one_that_comes_at_once(open_office: Open) -> None:
    acme, _ = open_office(FAST)
    told = one_whole(acme, acme.asks("ana", channel="general"))
    acme.slack.faults.fail("chat.startStream", "slack_error", code="not_allowed")
    posted = one_whole(acme, acme.asks("ana", f"{QUESTION} (again)", channel="general"))
    assert posted.text
    assert _plain(told.blocks) == _plain(posted.blocks)


def _plain(blocks: list[dict[str, Any]]) -> str:
    without = [{name: value for name, value in block.items() if name != "block_id"} for block in blocks]
    return re.sub(r"r_[0-9a-f]{24}", "r_", json.dumps(without))


def test_nothing_that_slack_would_parse_is_streamed_and_slack_is_told_for_whom(open_office: Open) -> None:
    acme, _ = open_office(FAST)
    one_whole(acme, acme.asks("ana", channel="general"))
    (start,) = acme.slack.requests.of("chat.startStream")
    assert (start.args["recipient_user_id"], start.args["recipient_team_id"]) == (
        acme.person("ana").id,
        acme.slack.world.home.id,
    )
    for request in [*acme.slack.requests.of("chat.appendStream"), start]:
        assert "markdown_text" not in request.args
        assert {block["type"] for chunk in json.loads(request.args["chunks"]) for block in chunk["blocks"]} == {
            "rich_text"
        }


def test_in_a_thread_of_a_direct_conversation_nobody_else_is_named(open_office: Open) -> None:
    acme, _ = open_office(FAST)
    head = acme.person("ana").post(acme.direct("ana"), "Hello")
    until(lambda: acme.replies(acme.direct("ana")))
    acme.asks("ana", thread=head.ts)
    until(lambda: acme.slack.requests.of("chat.stopStream"))
    (start,) = acme.slack.requests.of("chat.startStream")
    assert not start.args.keys() & {"recipient_user_id", "recipient_team_id"}


def test_beside_the_question_where_no_message_can_grow_it_is_posted(open_office: Open) -> None:
    acme, _ = open_office(FAST)
    acme.asks("ana")
    assert "27 days" in acme.reply(acme.direct("ana")).text
    acme.settled()
    assert calls(acme) == ["chat.postMessage"]


def test_answer_to_an_edited_question_says_so_first(open_office: Open) -> None:
    acme, _ = open_office(FAST)
    asked = acme.person("ana").post("general", "Good morning")
    acme.person("ana").edit("general", asked.ts, f"{acme.us} {QUESTION}")
    until(lambda: acme.replies("general", asked.ts))
    acme.settled()
    message = acme.reply("general", asked.ts)
    assert message.blocks[0]["type"] == "context"
    assert calls(acme)[-1] == "chat.stopStream"


def test_why_and_feedback_find_what_grew(open_office: Open) -> None:
    acme, _ = open_office(FAST)
    whole = one_whole(acme, acme.asks("ana", channel="general"))
    acme.person("zoe").click("general", whole.ts, "why")
    until(lambda: "27 days" in str(acme.person("zoe").view()))  # it is on record a moment before it is drawn
    assert acme.events("explained")


# --- when Slack does not take it ----------------------------------------------------------------------------------------

NOT_DONE = [
    pytest.param("error_500", {}, id="Slack is down"),
    pytest.param("rate_limited", {"seconds": 1}, id="too many"),
    pytest.param("html", {}, id="a proxy's page"),
    pytest.param("slack_error", {"code": "internal_error"}, id="a fault of Slack's"),
    pytest.param("slack_error", {"code": "message_not_in_streaming_state"}, id="it no longer grows"),
    pytest.param("slack_error", {"code": "stopped_by_user"}, id="somebody stopped it"),
    pytest.param("slack_error", {"code": "invalid_blocks"}, id="the blocks are refused"),
    pytest.param("slack_error", {"code": "unknown_method"}, id="there is no such thing"),
    pytest.param("lost_reply", {}, id="done, and the reply is lost"),
    pytest.param("truncated", {}, id="done, and half the reply comes"),
]


@pytest.mark.parametrize(("fault", "options"), NOT_DONE)
@pytest.mark.parametrize("method", ["chat.startStream", "chat.appendStream", "chat.stopStream"])
def test_whatever_happens_on_the_way_there_is_one_whole_message(
    open_office: Open, method: str, fault: Any, options: dict[str, Any]
) -> None:
    acme, _ = open_office(FAST, at_work=False)
    acme.slack.faults.fail(method, fault, **options)
    with running(acme):
        one_whole(acme, acme.asks("ana", channel="general"))


@pytest.mark.parametrize("fault", ["error_500", "lost_reply", "slack_error"])
def test_whole_that_can_neither_be_stopped_nor_updated_is_posted_in_place_of_it(open_office: Open, fault: Any) -> None:
    acme, _ = open_office(FAST, at_work=False)
    acme.slack.faults.fail("chat.appendStream", "slack_error", code="message_not_in_streaming_state")
    acme.slack.faults.fail("chat.update", fault, code="cant_update_message")
    with running(acme):
        one_whole(acme, acme.asks("ana", channel="general"))


def test_unfinished_message_that_somebody_deleted_is_posted_as_a_whole(open_office: Open) -> None:
    acme, _ = open_office(SLOW)
    asked = acme.asks("ana", channel="general")
    first = acme.reply("general", asked.ts)
    messages.delete(acme.slack.world, acme.slack.world.channel("general"), first)
    assert one_whole(acme, asked).ts != first.ts


def test_too_many_appends_lose_no_text(open_office: Open) -> None:
    acme, _ = open_office(FAST, at_work=False)
    acme.slack.faults.fail("chat.appendStream", "rate_limited", times=5, seconds=30)
    with running(acme):
        one_whole(acme, acme.asks("ana", channel="general"))
    assert calls(acme) == ["chat.startStream", "chat.stopStream"]


def test_more_than_slack_lets_grow_at_a_time_are_posted(open_office: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    assert limits.Rate(poster._STARTS, poster._STARTS_S) == limits.RATES["chat.startStream"]
    few = limits.Rate(calls=4, window_s=3_600)  # so many as Slack lets take a busy machine longer than its minute
    monkeypatch.setattr(limits, "RATES", {**limits.RATES, "chat.startStream": few})
    monkeypatch.setattr(poster, "_STARTS", few.calls)
    monkeypatch.setattr(poster, "_STARTS_S", few.window_s)
    acme, _ = open_office(FAST, rates=RateLimits(), workers=4)
    app = next(iter(acme.slack.world.apps.values()))
    heads = [acme.slack.world.add_channel(f"c{number}", members=["ana", "ben", app]) for number in range(6)]
    people = itertools.cycle(["ana", "ben"])
    asked = [
        (head, acme.asks(next(people), f"{QUESTION} ({number})", channel=head.name))  # none as it was asked before
        for number, head in enumerate(heads)
    ]
    for head, message in asked:
        one_whole(acme, message, head.name or "")
    assert len(acme.slack.requests.of("chat.startStream")) == 4
    assert calls(acme).count("chat.postMessage") == 2


def test_stream_that_lived_too_long_is_updated(open_office: Open) -> None:
    acme, _ = open_office(SLOW)
    asked = acme.asks("ana", channel="general")
    first = acme.reply("general", asked.ts)
    assert first.stream is not None
    aged = replace(first, stream=replace(first.stream, started_at=first.stream.started_at - 301))
    acme.slack.world.channel("general").messages[first.ts] = aged
    assert one_whole(acme, asked).ts == first.ts
    assert calls(acme)[-1] == "chat.update"


# --- when the question, or who reads it, changes meanwhile ------------------------------------------------------------


def test_question_deleted_in_mid_answer_leaves_nothing(open_office: Open) -> None:
    acme, _ = open_office(SLOW)
    asked = acme.asks("ana", channel="general")
    acme.reply("general", asked.ts)
    acme.person("ana").delete("general", asked.ts)
    until(lambda: not acme.replies("general"))
    acme.settled()
    assert acme.replies("general") == []


@pytest.mark.parametrize("fault", ["error_500", "lost_reply"])
def test_what_is_taken_back_is_taken_back_though_slack_is_away_for_a_moment(open_office: Open, fault: Any) -> None:
    acme, _ = open_office(SLOW)
    acme.slack.faults.fail("chat.delete", fault)
    asked = acme.asks("ana", channel="general")
    acme.reply("general", asked.ts)
    acme.person("ana").delete("general", asked.ts)
    until(lambda: not acme.replies("general"))


def test_question_edited_in_mid_answer_is_answered_in_its_new_wording_alone(open_office: Open) -> None:
    acme, _ = open_office(SLOW)
    asked = acme.asks("ana", channel="general")
    first = acme.reply("general", asked.ts)
    acme.person("ana").edit("general", asked.ts, f"{acme.us} When do unused days of leave expire?")
    until(lambda: len(acme.receipts()) == 2)
    acme.settled()
    (whole,) = acme.replies("general", asked.ts)
    assert whole.ts != first.ts
    assert "You edited your question" in said(whole)


def test_guest_who_comes_in_mid_answer_finds_nothing_of_it(open_office: Open) -> None:
    acme, _ = open_office(SLOW)
    asked = acme.asks("ben", channel="eng-hr")
    first = acme.reply("eng-hr", asked.ts)
    acme.person("ben").invite("eng-hr", "guest")
    until(lambda: acme.replies("eng-hr", asked.ts) and acme.replies("eng-hr", asked.ts)[0].ts != first.ts)
    acme.settled()
    assert "27 days" not in said(acme.reply("eng-hr", asked.ts))
    assert first.ts not in {message.ts for message in acme.replies("eng-hr")}


def test_colleague_who_comes_in_mid_answer_finds_one_whole_answer(open_office: Open) -> None:
    acme, _ = open_office(SLOW)
    asked = acme.asks("ben", channel="eng-hr")
    acme.reply("eng-hr", asked.ts)
    acme.person("ben").invite("eng-hr", "zoe")
    one_whole(acme, asked, "eng-hr")


def test_models_that_break_off_in_mid_answer_are_completed_and_it_is_said(open_office: Open) -> None:
    text = json.dumps({"answerable": True, "claims": [PROVEN, EXPIRE], "clarify": None})
    acme, _ = open_office(Reply(text, pace=Pace(dies_at=len(text) - 20)))
    asked = acme.asks("ana", channel="general")
    until(lambda: acme.replies("general", asked.ts))
    acme.settled()
    whole = acme.reply("general", asked.ts)
    assert (said(whole).count("27 days"), said(whole).count("31 March")) == (1, 1)
    assert "the rest is in the documents' own words" in said(whole)


def test_that_somebody_checks_it_is_taken_back_by_the_next_process(open_office: Open) -> None:
    acme, _ = open_office(FAST, at_work=False)
    web = connection.client(acme.slack.bot_token(), acme.slack.url)
    us, ana = connection.who_we_are(web), acme.person("ana")
    asked = ana.post("general", "How many days?")
    place = SlackPlace(team=us.team, channel=acme.slack.world.channel("general").id, message=asked.ts, thread=asked.ts)
    question = Question(
        receipt=ReceiptId("r_1"), text="?", asker=SlackUser(team=us.team, user=ana.id), place=place, asked_at=NOON
    )
    SlackPoster(web, us, armed(None)).hold(question, again=False)
    assert len(acme.replies("general", asked.ts)) == 1
    other = question.model_copy(update={"receipt": "r_2"})
    SlackPoster(web, us, armed(None)).take_back(other, again=True)
    assert len(acme.replies("general", asked.ts)) == 1
    SlackPoster(web, us, armed(None)).take_back(question, again=True)
    assert acme.replies("general", asked.ts) == []


@pytest.mark.parametrize("how", ["edited", "deleted"])
def test_what_was_left_half_told_goes_when_its_question_is_known_to_have_changed(open_office: Open, how: str) -> None:
    acme, _ = open_office(FAST, at_work=False)
    web = connection.client(acme.slack.bot_token(), acme.slack.url)
    us, ana = connection.who_we_are(web), acme.person("ana")
    asked = ana.post("general", "How many days?")
    channel, answered = acme.slack.world.channel("general").id, of("Leave is 27 days.")
    place = SlackPlace(team=us.team, channel=channel, message=asked.ts, thread=asked.ts)
    before = Question(
        receipt=ReceiptId("r_1"), text="?", asker=SlackUser(team=us.team, user=ana.id), place=place, asked_at=NOON
    )
    edited = before.model_copy(update={"receipt": "r_2", "place": place.model_copy(update={"edited": "2.2"})})
    SlackPoster(web, us, armed(None)).grow(before, Part(reply=answered[0], evidence=answered[1]))
    assert acme.replies("general", asked.ts)
    next_process = SlackPoster(web, us, armed(None))
    if how == "edited":
        next_process.take_back(edited, again=False)
    else:
        next_process.rest(place)
    assert acme.replies("general", asked.ts) == []
