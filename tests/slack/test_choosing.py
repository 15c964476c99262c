"""A question that can mean several things is asked back with buttons; the click asks it anew, for whoever asked, once."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from bot import app
from bot.playground.slack import Message, Person
from tests import company
from tests.slack.office import Office, Over, either_way, office, running, until
from tests.slack.replies import inside, of_type, read

Open = Callable[..., Office]

QUESTION = "How many weeks of parental leave do I have?"
PARENTAL = """\
---
title: Parental leave
access: [[group:staff]]
---
# Parental leave

Whoever wants it asks for it ten weeks ahead.

## Germany

Everybody has 60 weeks of parental leave.

## Netherlands

Everybody has 26 weeks of parental leave.
"""
SECRET = (
    PARENTAL.replace("Germany", "Atlantis")
    .replace("60", "99")
    .replace("[[group:staff]]", "[[group:staff], [group:hr]]")
)
DOCUMENTS = {**company.DOCUMENTS, "hr/parental.md": PARENTAL}


@pytest.fixture
def open_office(tmp_path: Path, database_url: str, over: Over) -> Iterator[Open]:
    with ExitStack() as stack:

        def make(*, at_work: bool = True, **options: Any) -> Office:
            made = stack.enter_context(office(tmp_path, database_url, over=over, **{"documents": DOCUMENTS, **options}))
            if at_work:
                stack.enter_context(running(made))
            return made

        yield make


def buttons(message: Message) -> list[str]:
    return [one["text"]["text"] for one in inside(message.blocks) if one.get("type") == "button"]


def asked_back(acme: Office, name: str = "zoe", channel: str | None = None) -> Message:
    acme.asks(name, QUESTION, channel=channel)
    reply = acme.reply(channel or acme.direct(name))
    acme.settled()
    assert buttons(reply) == ["Germany", "Netherlands"]
    return reply


def answers(acme: Office, place: Any, count: int) -> list[Message]:
    until(lambda: len(acme.replies(place)) >= count)
    acme.settled()
    return acme.replies(place)


def whispers(acme: Office, channel: str) -> list[str]:
    return [one.text for one in acme.slack.world.channel(channel).ephemerals]


def presses(acme: Office, person: Person, container: object, value: object) -> None:
    """A click as Slack would send it, if Slack could be made to send anything; nobody waits for it."""
    app_ = next(iter(acme.slack.world.apps.values()))
    pressed = {"type": "button", "action_id": "choose:0", "block_id": "b", "value": value, "action_ts": "1.1"}
    payload = acme.slack.interactions._interaction("block_actions", app_, person.user)
    payload |= {"trigger_id": "1.1.1", "state": {"values": {}}, "container": container, "actions": [pressed]}
    acme.slack.hub.ask(app_, "interactive", payload, accepts_response=False)


def test_a_click_asks_the_whole_question_anew_in_its_thread(open_office: Open) -> None:
    acme = open_office()
    back = asked_back(acme, channel="general")
    assert "which of these" in back.text
    assert "• Germany\n• Netherlands" in back.text
    acme.person("zoe").click("general", back.ts, "choose:1")
    first, answer = answers(acme, "general", 2)
    assert (answer.thread_ts, first.ts) == (back.thread_ts, back.ts)
    assert "26 weeks" in answer.text
    assert "60 weeks" not in answer.text
    assert "edited" not in answer.text
    (newest, before) = acme.receipts()
    assert newest[0].body is not None
    assert newest[0].body["text"] == f"{QUESTION} (Netherlands)"
    assert [event.kind for event in before][-2:] == ["posted", "chosen"]
    assert before[-1].body == {"option": "Netherlands", "anew": newest[0].receipt}


def test_the_buttons_give_way_to_what_was_chosen(open_office: Open) -> None:
    acme = open_office()
    back = asked_back(acme)
    zoe, place = acme.person("zoe"), acme.direct("zoe")
    zoe.click(place, back.ts, "choose:0")
    until(lambda: not buttons(place.messages[back.ts]))
    shown = place.messages[back.ts]
    assert "Chosen: Germany" in read(shown.blocks)
    assert "which of these" in shown.text
    assert "Chosen: Germany" in shown.text
    assert "Netherlands" not in shown.text
    assert "60 weeks" in answers(acme, place, 2)[1].text
    assert shown.thread_ts is None


@either_way
def test_two_clicks_are_one_answer_whatever_the_second_is_on(open_office: Open) -> None:
    acme = open_office(at_work=False)
    with running(acme):
        back = asked_back(acme)
        zoe, place = acme.person("zoe"), acme.direct("zoe")
        (actions,) = of_type(back.blocks, "actions")
        here = {"type": "message", "message_ts": back.ts, "channel_id": place.id, "is_ephemeral": False}
        first, *_ = actions["elements"]
        presses(acme, zoe, here, first["value"])
        until(lambda: len(acme.receipts()) == 2)  # over HTTP whatever comes at once is in no order
        for pressed in [*actions["elements"], *actions["elements"]]:
            presses(acme, zoe, here, pressed["value"])
        answers(acme, place, 2)
        until(lambda: not buttons(place.messages[back.ts]))
    assert len(acme.replies(place)) == 2
    assert len(acme.receipts()) == 2
    assert "60 weeks" in acme.replies(place)[1].text
    assert "Chosen: Germany" in read(place.messages[back.ts].blocks)


def test_only_whoever_asked_may_choose_and_others_are_told_so_alone(open_office: Open) -> None:
    acme = open_office()
    back = asked_back(acme, channel="general")
    acme.person("ben").click("general", back.ts, "choose:0")
    until(lambda: whispers(acme, "general"))
    acme.settled()
    (told,) = acme.slack.world.channel("general").ephemerals
    assert "Only whoever asked" in told.text
    assert (told.user, told.thread_ts) == (acme.person("ben").id, back.thread_ts)
    assert buttons(acme.replies("general")[0]) == ["Germany", "Netherlands"]
    assert len(acme.receipts()) == 1
    acme.person("zoe").click("general", back.ts, "choose:0")
    assert "60 weeks" in answers(acme, "general", 2)[1].text


def test_an_option_of_a_question_that_was_taken_back_is_told_of(open_office: Open) -> None:
    acme = open_office()
    asked = acme.asks("zoe", QUESTION, channel="general")
    back = acme.reply("general")
    acme.settled()
    acme.person("zoe").delete("general", asked.ts)
    acme.settled()
    acme.person("zoe").click("general", back.ts, "choose:0")
    until(lambda: whispers(acme, "general"))
    assert "taken back or changed" in whispers(acme, "general")[0]
    acme.settled()
    assert len(acme.replies("general")) == 1


def test_an_option_of_a_question_that_was_edited_since_is_told_of(open_office: Open) -> None:
    acme = open_office()
    asked = acme.asks("zoe", QUESTION, channel="general")
    back = acme.reply("general")
    acme.settled()
    acme.person("zoe").edit("general", asked.ts, f"{acme.us} How many days of annual leave do I have?")
    answers(acme, "general", 2)
    acme.person("zoe").click("general", back.ts, "choose:0")
    until(lambda: whispers(acme, "general"))
    acme.settled()
    assert len(acme.replies("general")) == 2


def test_whoever_takes_the_question_back_takes_back_what_they_chose(open_office: Open) -> None:
    acme = open_office()
    asked = acme.asks("zoe", QUESTION, channel="general")
    back = acme.reply("general")
    acme.settled()
    acme.slack.faults.fail("conversations.members", "slow", seconds=1.0, times=3)
    acme.slack.faults.fail("conversations.info", "slow", seconds=1.0, times=3)
    acme.person("zoe").invite("general", "robot")  # who reads along is asked anew
    acme.person("zoe").click("general", back.ts, "choose:0")
    acme.person("zoe").delete("general", asked.ts)
    acme.settled()
    assert len(acme.replies("general")) == 1
    assert "withdrawn" in [event.kind for event in acme.receipts()[0]]


def test_a_click_outlives_the_process_that_took_it_in(open_office: Open) -> None:
    acme = open_office(at_work=False)
    place = acme.direct("zoe")
    with running(acme):
        back = asked_back(acme)
        acme.slack.faults.fail("chat.postMessage", "error_500")
        acme.person("zoe").click(place, back.ts, "choose:1")
        until(lambda: len(acme.receipts()) == 2)
    with running(acme):
        assert "26 weeks" in answers(acme, place, 2)[1].text


def test_forged_clicks_ask_nothing(open_office: Open) -> None:
    acme = open_office()
    zoe, place = acme.person("zoe"), acme.direct("zoe")
    mine, theirs = asked_back(acme), asked_back(acme, "ben")
    (actions,) = of_type(theirs.blocks, "actions")
    receipt = actions["elements"][0]["value"].split(":")[0]
    own = of_type(mine.blocks, "actions")[0]["elements"][0]["value"].split(":")[0]
    here = {"type": "message", "message_ts": mine.ts, "channel_id": place.id, "is_ephemeral": False}
    there = {"type": "message", "message_ts": theirs.ts, "channel_id": acme.direct("ben").id, "is_ephemeral": False}
    values = (
        f"{receipt}:0", f"{receipt}:1", f"{own}:2", f"{own}:9", f"{own}:-1", f"{own}:00", f"{own}:Spain", f"{own}:", own,
        f"{own}:٣", f"{own}:0:0", ":0", "r_" + "f" * 24 + ":0", "x" * 2_000_000, "", None, 7, {"a": 1}, f"{own}:0\n",
    )  # fmt: skip
    for container in (here, there, {}, None, {**here, "message_ts": "1.1"}, {**here, "channel_id": "C_OTHER"}):
        for value in values:
            if value == f"{own}:0" and container == here:
                continue
            presses(acme, zoe, container, value)
    until(lambda: not acme.slack.hub.post.waiting, patience_s=60)
    acme.settled()
    assert len(acme.receipts()) == 2
    assert len(acme.replies(place)) == len(acme.replies(acme.direct("ben"))) == 1
    assert buttons(acme.replies(place)[0]) == ["Germany", "Netherlands"]
    zoe.click(place, mine.ts, "choose:0")
    assert "60 weeks" in answers(acme, place, 2)[1].text


def test_what_the_others_may_not_read_is_no_option_and_changes_none(open_office: Open) -> None:
    acme = open_office(documents={**DOCUMENTS, "hr/secret.md": SECRET})
    ben = acme.asks("ben", QUESTION, channel="eng-hr")
    until(lambda: acme.replies("eng-hr", ben.ts))
    acme.settled()
    (here,) = acme.replies("eng-hr", ben.ts)
    assert buttons(here) == ["Germany", "Netherlands"]
    assert "Atlantis" not in str(here)


def test_an_erased_receipt_says_so(open_office: Open) -> None:
    acme = open_office()
    back = asked_back(acme, channel="general")
    with app.records(acme.settings) as records, records.database.writing() as session:
        (events,) = acme.receipts()
        records.ledger.erase(session, [event.seq for event in events], "asked for", now=records.clock())
    acme.person("zoe").click("general", back.ts, "choose:0")
    until(lambda: whispers(acme, "general"))
    assert "no longer kept" in whispers(acme, "general")[0]
