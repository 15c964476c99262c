"""From what a person writes in Slack to what they read there: once each, whatever way and however often it is delivered."""

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.core.clock import utc_now
from bot.playground.slack import Channel, Delivery, Message
from tests.slack.office import (
    ANSWER,
    QUESTION,
    SECRET,
    SECRET_ANSWER,
    Office,
    Over,
    either_way,
    office,
    running,
    until,
)

Open = Callable[..., Office]


@pytest.fixture
def open_office(tmp_path: Path, database_url: str, over: Over) -> Iterator[Open]:
    """The office, with the bot in it unless `at_work=False`."""
    with ExitStack() as stack:

        def make(*, at_work: bool = True, **options: Any) -> Office:
            made = stack.enter_context(office(tmp_path, database_url, over=over, **options))
            if at_work:
                stack.enter_context(running(made))
            return made

        yield make


def kinds(office: Office) -> list[list[str]]:
    return [[event.kind for event in events] for events in office.receipts()]


# --- who is answered, and where ------------------------------------------------------------------------------------


@either_way
def test_a_direct_message_is_answered_beside_it(open_office: Open) -> None:
    acme = open_office()
    acme.asks("ana")
    reply = acme.reply(acme.direct("ana"))
    assert ANSWER in reply.text
    assert reply.thread_ts is None
    assert reply.unfurl == (False, False)
    acme.settled()
    assert kinds(acme) == [["asked", "claimed", "retrieved", "composed", "closed", "posted"]]


@either_way
def test_a_mention_is_answered_in_its_thread(open_office: Open) -> None:
    acme = open_office()
    asked = acme.asks("ana", channel="general")
    reply = acme.reply("general")
    assert (ANSWER in reply.text, reply.thread_ts) == (True, asked.ts)
    acme.settled()
    assert acme.events("posted")[0]["to"] == [
        {"surface": "slack", "channel": acme.slack.world.channel("general").id, "message": reply.ts}
    ]


def test_what_does_not_name_the_bot_is_not_answered(open_office: Open) -> None:
    acme = open_office()
    acme.person("ana").post("general", QUESTION)
    acme.asks("ben", channel="general")
    acme.reply("general")
    acme.settled()
    assert len(acme.receipts()) == 1


def test_a_channel_reads_only_what_everyone_there_may_and_the_asker_the_rest_alone(open_office: Open) -> None:
    acme = open_office()
    acme.asks("ben", SECRET, channel="eng-hr")
    aside = acme.reply(acme.direct("ben"))
    here = acme.reply("eng-hr")
    assert "everyone here may read" in here.text
    assert SECRET_ANSWER not in str(here.blocks) + here.text
    assert SECRET_ANSWER in aside.text
    assert "for you alone" in aside.text


def test_where_everyone_may_read_it_nothing_is_said_aside(open_office: Open) -> None:
    acme = open_office()
    acme.asks("ben", SECRET, channel="hr")
    assert SECRET_ANSWER in acme.reply("hr").text
    acme.settled()
    assert acme.replies(acme.direct("ben")) == []


def test_somebody_who_joined_since_the_last_question_reads_along(open_office: Open) -> None:
    acme = open_office()
    acme.asks("ben", SECRET, channel="hr")
    assert SECRET_ANSWER in acme.reply("hr").text
    acme.person("ben").invite("hr", "zoe")
    until(lambda: not acme.slack.hub.post.waiting)
    again = acme.asks("ben", SECRET, channel="hr")
    assert SECRET_ANSWER not in acme.reply("hr", again.ts).text


def test_somebody_who_joins_while_it_is_answered_reads_along(open_office: Open) -> None:
    """The first question to Slack about the readers is answered late, and by then it is another truth."""
    acme = open_office()
    acme.slack.faults.fail("conversations.members", "slow", seconds=1.0)
    asked = acme.asks("ben", SECRET, channel="hr")
    until(lambda: acme.slack.requests.of("users.info"))
    acme.person("ben").invite("hr", "zoe")
    assert SECRET_ANSWER not in acme.reply("hr", asked.ts).text


@pytest.mark.parametrize(("name", "channel"), [("guest", None), ("guest", "guests"), ("stranger", None)])
def test_guests_and_people_of_other_companies_are_told_so(open_office: Open, name: str, channel: str | None) -> None:
    acme = open_office()
    acme.asks(name, channel=channel)
    reply = acme.reply(channel or acme.direct(name))
    assert "full members" in reply.text
    assert ANSWER not in reply.text


def test_where_a_guest_reads_along_nothing_is_shown_that_they_may_not_read(open_office: Open) -> None:
    acme = open_office()
    acme.asks("ana", channel="guests")
    assert ANSWER not in acme.reply("guests").text
    assert ANSWER in acme.reply(acme.direct("ana")).text


def test_where_the_readers_cannot_be_found_out_nothing_is_said_but_to_the_asker(open_office: Open) -> None:
    acme = open_office()
    acme.slack.faults.fail("conversations.members", "slack_error", code="missing_scope", times=50)
    acme.asks("ben", channel="hr")
    assert "could not find out who can read" in acme.reply("hr").text
    assert ANSWER in acme.reply(acme.direct("ben")).text


# --- once each -----------------------------------------------------------------------------------------------------


@either_way
@pytest.mark.parametrize("channel", [None, "general"], ids=["direct", "mention and message"])
def test_what_is_delivered_four_times_at_once_is_answered_once(open_office: Open, channel: str | None) -> None:
    acme = open_office(delivery=Delivery(copies=4, new_event_ids=True))
    acme.asks("ana", channel=channel)
    acme.reply(channel or acme.direct("ana"))
    acme.settled()
    assert len(acme.replies(channel or acme.direct("ana"))) == 1
    assert len(acme.receipts()) == 1


@either_way
def test_what_comes_again_after_a_restart_is_not_answered_again(open_office: Open) -> None:
    acme = open_office(at_work=False, delivery=Delivery(redelivery_s=(0.0, 0.5, 2.0)))
    with running(acme):
        message = acme.asks("ana", channel="general")
        acme.reply("general")
        acme.settled()
    with running(acme):
        acme.slack.hub.hear(_posted(acme.slack.world.channel("general"), message))
        until(lambda: acme.slack.hub.post.sent[-1].acked_at)
        acme.settled()
    assert len(acme.replies("general")) == 1
    assert len(acme.receipts()) == 1


def _posted(channel: Channel, message: Message) -> Any:
    from bot.playground.slack.changes import MessagePosted

    return MessagePosted(channel.id, message)


def test_an_edit_is_answered_once_more(open_office: Open) -> None:
    acme = open_office(delivery=Delivery(copies=3, new_event_ids=True))
    asked = acme.asks("ana", "What does the Team plan cost a month?", channel="general")
    assert "199 EUR" in acme.reply("general").text
    acme.person("ana").edit("general", asked.ts, f"{acme.us} {QUESTION}")
    until(lambda: len(acme.replies("general")) == 2)
    acme.settled()
    _, second = acme.replies("general")
    assert (ANSWER in second.text, "edited" in second.text) == (True, True)
    assert len(acme.receipts()) == 2


def test_a_question_that_is_edited_before_it_is_answered_is_answered_in_its_last_wording(open_office: Open) -> None:
    acme = open_office()
    acme.slack.faults.fail("users.info", "slow", seconds=1.0)
    asked = acme.asks("ana", "What does the Team plan cost a month?")
    until(lambda: len(acme.receipts()) == 1)
    acme.person("ana").edit(acme.direct("ana"), asked.ts, QUESTION)
    assert ANSWER in acme.reply(acme.direct("ana")).text
    acme.settled()
    assert sorted(events[-1] for events in kinds(acme)) == ["posted", "withdrawn"]


def test_a_link_that_slack_unfurls_is_no_new_question(open_office: Open) -> None:
    acme = open_office()
    asked = acme.asks("ana", channel="general")
    acme.reply("general")
    acme.person("zoe").post("general", "me too", thread_ts=asked.ts)
    acme.settled()
    assert len(acme.receipts()) == 1


@pytest.mark.parametrize("channel", [None, "general"], ids=["direct", "head of a thread"])
def test_a_question_that_is_taken_back_is_not_answered(open_office: Open, channel: str | None) -> None:
    acme = open_office()
    acme.slack.faults.fail("users.info", "slow", seconds=1.0)
    asked = acme.asks("ana", channel=channel)
    until(lambda: acme.slack.requests.of("assistant.threads.setStatus"))
    acme.person("ana").delete(channel or acme.direct("ana"), asked.ts)
    until(lambda: kinds(acme)[0][-1] == "withdrawn")
    acme.settled()
    time.sleep(0.5)
    assert acme.replies(channel or acme.direct("ana")) == []


@either_way
def test_questions_of_one_thread_are_answered_in_their_order(open_office: Open) -> None:
    """Over HTTP each comes on its own connection: that all of them have come is seen while the first is being answered."""
    acme = open_office(workers=4)
    head = acme.person("ana").post("general", "A few things:")
    acme.slack.faults.fail("users.info", "slow", seconds=3.0)
    asked = [acme.asks("ana", f"{QUESTION} (0)", channel="general", thread=head.ts)]
    until(lambda: acme.slack.requests.of("assistant.threads.setStatus"))
    asked += [acme.asks("ana", f"{QUESTION} ({number})", channel="general", thread=head.ts) for number in range(1, 6)]
    until(lambda: len(acme.receipts()) == len(asked))
    assert not acme.replies("general", head.ts)
    until(lambda: len(acme.replies("general", head.ts)) == len(asked))
    acme.settled()
    order = [events[0].body or {} for events in sorted(acme.receipts(), key=lambda events: events[-1].seq)]
    assert [body["place"]["message"] for body in order] == [message.ts for message in asked]


# --- a sign of life, and no silence -----------------------------------------------------------------------------------


def test_a_sign_of_life_comes_before_the_answer_and_goes_with_it(open_office: Open) -> None:
    acme = open_office()
    acme.slack.faults.fail("users.info", "slow", seconds=3.0)
    asked = acme.asks("ana")
    until(lambda: acme.person("ana").status(acme.direct("ana"), asked.ts))
    assert not acme.replies(acme.direct("ana"))
    acme.reply(acme.direct("ana"))
    until(lambda: not acme.person("ana").status(acme.direct("ana"), asked.ts))


@pytest.mark.parametrize(
    ("fault", "options"),
    [
        pytest.param("lost_reply", {}, id="posted, and the reply is lost"),
        pytest.param("truncated", {}, id="posted, and half the reply comes"),
        pytest.param("error_500", {}, id="Slack is down"),
        pytest.param("rate_limited", {"seconds": 1}, id="too many"),
        pytest.param("html", {}, id="a proxy's page"),
        pytest.param("slack_error", {"code": "invalid_blocks"}, id="the blocks are refused"),
        pytest.param("slack_error", {"code": "internal_error"}, id="a fault of Slack's"),
    ],
)
def test_whatever_happens_to_a_post_there_is_one_message(
    open_office: Open, fault: Any, options: dict[str, Any]
) -> None:
    acme = open_office()
    acme.slack.faults.fail("chat.postMessage", fault, **options)
    acme.asks("ana", channel="general")
    acme.reply("general")
    acme.settled()
    assert ANSWER in acme.reply("general").text
    assert acme.replies(acme.direct("ana")) == []
    assert kinds(acme)[0][-1] == "posted"


def test_whose_clock_is_wrong_posts_nothing_twice(open_office: Open) -> None:
    """What is looked for began with the question, and that is Slack's to say."""
    acme = open_office(at_work=False)
    acme.slack.faults.fail("chat.postMessage", "lost_reply", skip=1)
    with running(acme, clock=lambda: utc_now() + timedelta(days=1)):
        acme.asks("ben", SECRET, channel="eng-hr")
        acme.reply(acme.direct("ben"))
        acme.settled()
    assert SECRET_ANSWER in acme.reply(acme.direct("ben")).text
    assert len(acme.replies("eng-hr")) == 1


def test_where_no_message_can_be_put_the_asker_gets_it_alone(open_office: Open) -> None:
    acme = open_office()
    acme.slack.faults.fail("chat.postMessage", "slack_error", code="is_archived")
    acme.asks("ana", channel="general")
    assert ANSWER in acme.reply(acme.direct("ana")).text
    assert acme.replies("general") == []


def test_a_fault_of_ours_is_said_once_with_its_receipt_and_nothing_else(open_office: Open) -> None:
    acme = open_office(at_work=False)
    _break(acme)
    with running(acme):
        acme.asks("ana", channel="general")
        reply = acme.reply("general")
        acme.settled()
    receipt = acme.receipts()[0][0].receipt
    assert receipt is not None
    assert receipt in reply.text
    assert "Traceback" not in reply.text
    assert "evidence_text" not in reply.text
    assert kinds(acme)[0][-1] == "failed"
    assert len(acme.replies("general")) == 1


def _break(acme: Office) -> None:
    from sqlalchemy import text

    from bot import app

    with app.records(acme.settings) as records, records.database.engine.begin() as connection:
        connection.execute(text("ALTER TABLE evidence_text RENAME TO evidence_text_away"))


# --- bad input ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "said"),
    [
        pytest.param("", "What would you like to know?", id="empty"),
        pytest.param(":wave: :+1: 🎉", "What would you like to know?", id="only emoji"),
        pytest.param("<@U0NOBODY>", "What would you like to know?", id="only a name"),
        pytest.param("?!", "What would you like to know?", id="only signs"),
        pytest.param("leave " * 6_600, "longer than I can take in", id="40,000 characters"),
        pytest.param("```\nhow many days\n```\nof annual leave do I have?", ANSWER, id="a code block"),
        pytest.param("How many days of *annual* leave do I have? <https://x.test|here>", ANSWER, id="marked up"),
        pytest.param("How many days of annual\x00 leave do I have? \ud800", ANSWER, id="what no database takes"),
    ],
)
@pytest.mark.parametrize("channel", ["general", None], ids=["mention", "direct"])
def test_odd_messages_get_the_sensible_thing(open_office: Open, text: str, said: str, channel: str | None) -> None:
    acme = open_office()
    if channel is None and not text:
        return  # nobody can send nothing
    acme.asks("ana", text, channel=channel)
    assert said in acme.reply(channel or acme.direct("ana")).text


def test_an_image_without_a_word_is_asked_about(open_office: Open) -> None:
    acme = open_office()
    acme.person("ana").post(acme.direct("ana"), files=[acme.slack.world.add_file()])
    said = acme.reply(acme.direct("ana")).text
    assert "What would you like to know?" in said
    assert "not the file beside it" in said


def test_words_beside_a_file_are_answered_and_it_is_said_that_the_file_was_not_read(open_office: Open) -> None:
    acme = open_office()
    text, file = f"{acme.us} {QUESTION}", acme.slack.world.add_file()
    acme.person("ana").post("general", text, files=[file])
    said = acme.reply("general").text
    assert ANSWER in said
    assert "not the file beside it" in said
    acme.settled()
    assert acme.events("asked")[0]["beside"] == ["file"]


def test_another_bot_gets_no_answer_and_leaves_a_trace(open_office: Open) -> None:
    acme = open_office()
    acme.asks("robot", channel="eng-hr")
    acme.asks("ana", channel="eng-hr")
    acme.reply("eng-hr")
    acme.settled()
    assert len(acme.replies("eng-hr")) == 1
    assert len(acme.receipts()) == 1


# --- why, and was it useful -----------------------------------------------------------------------------------------------


@either_way
def test_why_shows_each_claim_in_its_passage(open_office: Open) -> None:
    acme = open_office()
    acme.asks("ana", channel="general")
    reply = acme.reply("general")
    acme.settled()
    zoe = acme.person("zoe")
    zoe.click("general", reply.ts, "why")
    until(lambda: ANSWER in str(zoe.view() and zoe.view().body))  # type: ignore[union-attr]
    assert acme.events("explained")


def test_why_shows_nothing_to_somebody_who_may_no_longer_read_it(open_office: Open) -> None:
    """The message stays in the channel; what it was made from is shown as far as whoever asks may read it now."""
    acme = open_office()
    acme.asks("ben", SECRET, channel="hr")
    reply = acme.reply("hr")
    acme.settled()
    acme.person("ben").invite("hr", "zoe")
    zoe = acme.person("zoe")
    zoe.click("hr", reply.ts, "why")
    until(lambda: zoe.view() is not None and "Looking up" not in str(zoe.view().body))  # type: ignore[union-attr]
    assert "19 weeks" not in str(zoe.view().body)  # type: ignore[union-attr]
    assert "Pelican" not in str(zoe.view().body)  # type: ignore[union-attr]


@either_way
def test_feedback_is_kept_with_the_receipt_and_thanked_for(open_office: Open) -> None:
    acme = open_office()
    acme.asks("ana", channel="general")
    reply = acme.reply("general")
    acme.settled()
    value = _feedback_value(reply, "negative_button")
    zoe = acme.person("zoe")
    zoe.click("general", reply.ts, "feedback", value=value)
    until(lambda: acme.events("feedback"))
    assert acme.events("feedback")[0] | {"channel": "", "message": "", "click": ""} == {
        "by": f"slack:{acme.slack.world.home.id}/{zoe.id}",
        "useful": False,
        "channel": "",
        "message": "",
        "click": "",
    }
    until(lambda: acme.slack.world.channel("general").ephemerals)


def test_a_forged_click_leaves_nothing_and_shows_nothing(open_office: Open) -> None:
    """Somebody puts the receipt of an answer that is not theirs behind a button of another message."""
    acme = open_office()
    acme.asks("ben", SECRET)
    theirs = acme.reply(acme.direct("ben"))
    acme.asks("zoe", channel="general")
    reply = acme.reply("general")
    acme.settled()
    for block in reply.blocks:
        for element in block.get("elements", []):
            if element.get("action_id") == "why":
                element["value"] = _feedback_value(theirs, "positive_button").split(":")[0]
            if element.get("action_id") == "feedback":
                element["positive_button"]["value"] = _feedback_value(theirs, "positive_button")
    zoe = acme.person("zoe")
    zoe.click("general", reply.ts, "why")
    zoe.click("general", reply.ts, "feedback", value=_feedback_value(theirs, "positive_button"))
    until(lambda: zoe.view() is not None and "Looking up" not in str(zoe.view().body))  # type: ignore[union-attr]
    assert "19 weeks" not in str(zoe.view().body)  # type: ignore[union-attr]
    assert acme.events("feedback") == []


def _feedback_value(message: Message, button: str) -> str:
    (element,) = [
        element
        for block in message.blocks
        for element in block.get("elements", [])
        if element.get("action_id") == "feedback"
    ]
    return str(element[button]["value"])
