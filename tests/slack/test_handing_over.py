"""No document answers: whoever asked has people asked, is told what they reply, and its author may save it. In Slack."""

from collections.abc import Iterator
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot import app
from bot.core.clock import utc_now
from bot.core.handing import ExpertReply, HandOver
from bot.core.nouns import ReceiptId, SlackPlace, SlackUser
from bot.playground.slack import Message
from bot.slack import connection
from bot.slack.audience import SlackPeople
from bot.slack.experts import SlackExperts
from bot.slack.poster import SlackPoster
from connectors.model import AccessUnknown
from policies.experts import SAVED
from policies.rules import INTENTS
from tests.slack.office import Office, running, until
from tests.slack.people import (
    KNOWN,
    PRIVATE,
    PUBLIC,
    UNANSWERED,
    Open,
    an_office,
    at,
    buttons,
    handed_over,
    hands_over,
    heads,
    kinds,
    lines,
    opens,
    posted,
    refused,
    replied,
    rule,
    saved,
    settled,
)
from tests.slack.replies import read


@pytest.fixture
def open_office(tmp_path: Path, database_url: str) -> Iterator[Open]:
    with ExitStack() as stack:

        def make(experts: str | None = PUBLIC, **options: Any) -> Office:
            made = stack.enter_context(an_office(tmp_path, database_url, experts, **options))
            stack.enter_context(running(made))
            return made

        yield make


def answer(acme: Office, name: str, channel: str | None = None) -> Message:
    return refused(acme, name, channel)


def whispers(acme: Office, channel: str) -> list[Any]:
    return list(acme.slack.world.channel(channel).ephemerals)


def sends(acme: Office, name: str, kind: str, **payload: object) -> None:
    """As Slack would send it, if Slack could be made to send anything; nobody waits for it."""
    app_ = next(iter(acme.slack.world.apps.values()))
    sent = acme.slack.interactions._interaction(kind, app_, acme.person(name).user) | {"trigger_id": "1.1.1", **payload}
    acme.slack.hub.ask(app_, "interactive", sent, accepts_response=False)


def submits(acme: Office, name: str, what: str, about: object, **entries: str) -> None:
    values = {block: {block: {"type": "plain_text_input", "value": value}} for block, value in entries.items()}
    view = {"id": "V1", "type": "modal", "callback_id": what, "private_metadata": about, "state": {"values": values}}
    sends(acme, name, "view_submission", view=view, response_urls=[])


def presses(acme: Office, name: str, what: str, value: object, channel: str = PUBLIC) -> None:
    place = acme.slack.world.channel(channel).id
    container = {"type": "message", "message_ts": "1.1", "channel_id": place, "is_ephemeral": False}
    pressed = {"type": "button", "action_id": what, "block_id": "b", "value": value, "action_ts": "1.1"}
    sends(acme, name, "block_actions", container=container, actions=[pressed], state={"values": {}})


def test_from_a_question_that_nobody_answers_to_one_that_an_expert_did_until_the_reply_is_deleted(
    open_office: Open,
) -> None:
    acme = open_office()
    question = handed_over(acme, "zoe", channel="general")
    assert UNANSWERED in question.text
    assert "Where it was asked" in read(question.blocks)
    first = acme.replies("general")[0]
    assert "Asked in a channel of those who may know." in first.text
    assert "ask_a_person" not in buttons(first)
    reply = replied(acme, question)
    told = acme.replies("general")[-1]
    assert f"Ben replied to “{UNANSWERED}”: {KNOWN}" in told.text
    assert told.thread_ts == first.thread_ts
    saved(acme, question, days="30")
    (line,) = lines(acme, PUBLIC, question)
    assert "saved this as the answer" in line.text
    assert buttons(line) == []
    for name, place in (("ana", None), ("zoe", "general")):
        said = answer(acme, name, place)
        assert KNOWN in said.text
        assert f"{UNANSWERED} · Ben · saved " in said.text
        assert f"/p{reply.ts.replace('.', '')}?thread_ts=" in said.text
    acme.person("ben").delete(PUBLIC, reply.ts)
    settled(acme)
    assert KNOWN not in answer(acme, "ana").text
    assert "deleted by whoever wrote it" in acme.slack.world.channel("general").messages[told.ts].text
    assert "nothing to save" in lines(acme, PUBLIC, question)[0].text
    assert kinds(acme).count("saved_answer_ended") == 1


def test_what_is_said_in_a_private_channel_is_answered_with_to_its_readers_alone(open_office: Open) -> None:
    """ana and ben read `desk`; zoe does not, nor does everybody in `general`."""
    acme = open_office(PRIVATE)
    question = handed_over(acme, "zoe", PRIVATE)
    assert "Where it was asked" not in read(question.blocks)
    replied(acme, question, experts=PRIVATE)
    told = acme.replies(acme.direct("zoe"))[-1]
    assert "You are not in there" in told.text
    (line,) = lines(acme, PRIVATE, question)
    acme.person("ana").click(PRIVATE, line.ts, "send_reply")
    until(lambda: whispers(acme, PRIVATE))
    assert "Only whoever wrote the reply can send it" in whispers(acme, PRIVATE)[0].text
    assert "cellar" not in str(acme.direct("zoe").messages)
    acme.person("ben").click(PRIVATE, line.ts, "send_reply")
    settled(acme)
    sent = acme.direct("zoe").messages[told.ts]
    assert KNOWN in sent.text
    assert "archives" not in str(sent.blocks)
    assert buttons(lines(acme, PRIVATE, question)[0]) == ["save_answer"]
    saved(acme, question, experts=PRIVATE)
    assert KNOWN in answer(acme, "ana").text
    assert KNOWN in answer(acme, "ben", "eng-hr").text
    shut = answer(acme, "zoe").text
    assert "found no answer" in shut
    assert SAVED not in shut  # that there is such a source, and that she is nobody there, is nothing to tell her
    here = answer(acme, "ana", "general")
    assert "found no answer" in here.text
    until(lambda: any("You asked in a channel" in one.text for one in acme.replies(acme.direct("ana"))))
    assert KNOWN in acme.replies(acme.direct("ana"))[-1].text  # aside: the place never knows
    assert KNOWN not in answer(acme, "ana", "guests").text
    ben = acme.person("ben")
    ben.remove(PRIVATE, "ana")
    settled(acme)
    assert KNOWN not in answer(acme, "ana").text
    assert KNOWN in answer(acme, "ben").text
    ben.invite(PRIVATE, "zoe")
    settled(acme)
    assert KNOWN in answer(acme, "zoe").text


def test_what_slack_never_told_of_is_caught_before_it_is_shown(open_office: Open) -> None:
    acme = open_office()
    question = handed_over(acme)
    reply = replied(acme, question)
    saved(acme, question)
    assert KNOWN in answer(acme, "ana").text
    world = acme.slack.world
    with world.lock:  # as if the event had been lost
        channel = world.channel(PUBLIC)
        channel.threads[question.ts].remove(reply.ts)
        kept = channel.messages.pop(reply.ts)
    assert KNOWN not in answer(acme, "ana").text
    with world.lock:
        channel.messages[reply.ts] = kept
        channel.threads[question.ts].append(reply.ts)
    assert KNOWN in answer(acme, "ana").text
    acme.person("ben").edit(PUBLIC, reply.ts, "Nobody knows where it is kept.")
    settled(acme)
    assert "cellar" not in answer(acme, "ana").text
    assert buttons(lines(acme, PUBLIC, question)[0]) == ["save_answer"]
    saved(acme, question)
    assert "Nobody knows where it is kept." in answer(acme, "ana").text


def test_when_its_time_is_over_it_is_an_answer_no_more_from_that_moment_on(tmp_path: Path, database_url: str) -> None:
    late = timedelta(0)
    with an_office(tmp_path, database_url, PUBLIC) as acme, running(acme, lambda: utc_now() + late):
        question = handed_over(acme)
        replied(acme, question)
        saved(acme, question, days="2")
        assert KNOWN in answer(acme, "ana").text
        late = timedelta(days=2, minutes=1)
        assert KNOWN not in answer(acme, "ana").text
        with app.records(acme.settings, lambda: utc_now() + late) as records:
            app.ask_for_sync(records, [SAVED])
        until(lambda: "saved_answer_ended" in kinds(acme))
        settled(acme)
        assert buttons(lines(acme, PUBLIC, question)[0]) == ["save_answer"]


def test_only_whoever_asked_hands_over_only_its_author_saves_and_forgeries_do_nothing(open_office: Open) -> None:
    acme = open_office()
    message = refused(acme, "zoe", "general")
    shown = opens(acme, "ana", "general", message)
    assert "Only whoever asked" in str(shown)
    assert "submit" not in shown
    receipt = acme.receipts()[0][0].receipt
    for about in (receipt, "r_" + "f" * 24, "x" * 3000, "", None, 7, f"{receipt}\n"):
        submits(acme, "ana", "ask_a_person", about, text="I want to know")
        presses(acme, "guest", "ask_a_person", about)
    settled(acme)
    assert heads(acme, PUBLIC) == []
    hands_over(acme, "zoe", "general", message)
    question = posted(acme, PUBLIC)
    submits(acme, "zoe", "ask_a_person", receipt, text="Once more")
    replied(acme, question)
    (line,) = lines(acme, PUBLIC, question)
    assert "Only whoever wrote the reply" in str(opens(acme, "zoe", PUBLIC, line, "save_answer"))
    (reply,) = [one["value"] for block in line.blocks for one in block.get("elements", ()) if "value" in one]
    for about in (reply, "e_" + "f" * 24, "", None, f"{reply} "):
        submits(acme, "zoe", "save_answer", about, question="Mine?", days="9")
    for days in ("0", "731", "-1", "1e3", "٣", "", "9" * 50):
        submits(acme, "ben", "save_answer", reply, question="Where?", days=days)
    submits(acme, "ben", "save_answer", reply, question="  ", days="9")
    presses(acme, "ben", "save_answer", reply, "general")
    settled(acme)
    assert len(heads(acme, PUBLIC)) == 1
    assert "saving_wanted" not in kinds(acme)
    saved(acme, question)
    assert kinds(acme).count("answer_saved") == 1
    shown = opens(acme, "ben", PUBLIC, line, "save_answer") if buttons(lines(acme, PUBLIC, question)[0]) else {}
    assert "submit" not in shown


def test_without_a_channel_there_is_no_button_and_a_restricted_subject_has_one_by_its_rule_only(
    open_office: Open,
) -> None:
    acme = open_office(None)
    assert buttons(refused(acme, "zoe")) == []
    assert at(acme) == []
    secret = '\n[secrets]\ndoes = "refuse"\nrisk = "high"\nwords = ["espresso"]\nask_in = "C_"\n'.replace(
        "C_", acme.slack.world.channel(PUBLIC).id
    )
    intents = app.packaged_rules()[INTENTS]
    rule(acme, "", **{INTENTS: intents + secret})
    said = refused(acme, "zoe")
    assert "that is a rule here" in said.text
    assert buttons(said) == []
    rule(acme, "", **{INTENTS: intents + secret + "hand_over = true\n"})
    hands_over(acme, "zoe", acme.direct("zoe"), refused(acme, "zoe"), "May I know?")
    assert "May I know?" in posted(acme, PUBLIC).text
    assert at(acme) == [acme.slack.world.channel(PUBLIC).id]


def test_after_an_answer_that_did_not_help_its_asker_alone_is_offered_people(open_office: Open) -> None:
    acme = open_office()
    asked = acme.asks("zoe", channel="general")
    until(lambda: acme.replies("general", asked.ts))
    settled(acme)
    (said,) = acme.replies("general", asked.ts)
    assert "ask_a_person" not in buttons(said)
    receipt = acme.receipts()[0][0].receipt
    for name in ("ben", "zoe"):
        acme.person(name).click("general", said.ts, "feedback", value=f"{receipt}:not_useful")
    until(lambda: len(whispers(acme, "general")) == 2)
    offered = {one.user: buttons(one) for one in whispers(acme, "general")}
    assert offered == {acme.person("ben").id: [], acme.person("zoe").id: ["ask_a_person"]}
    (mine,) = [one for one in whispers(acme, "general") if buttons(one)]
    hands_over(acme, "zoe", "general", mine)
    assert "How many days of annual leave" in posted(acme, PUBLIC).text
    assert "27 days" not in str(acme.slack.world.channel(PUBLIC).messages)


def test_where_the_bot_is_not_the_asker_is_told_so(open_office: Open) -> None:
    acme = open_office("cold")
    message = refused(acme, "zoe")
    hands_over(acme, "zoe", acme.direct("zoe"), message)
    settled(acme)
    first = acme.replies(acme.direct("zoe"))[-1]
    assert "I could not post your question" in first.text
    hands_over(acme, "zoe", acme.direct("zoe"), message)
    settled(acme)
    second = acme.replies(acme.direct("zoe"))[-1]
    assert "I could not post your question" in second.text
    assert second.ts != first.ts
    assert kinds(acme).count("experts_not_asked") == 2


def test_what_is_given_up_is_said_to_whoever_waits_and_may_be_clicked_again(
    open_office: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    def breaks_once(method: str) -> None:
        def broken(*_: object) -> str:
            monkeypatch.undo()
            raise RuntimeError(method)

        monkeypatch.setattr(SlackExperts, method, broken)

    acme = open_office()
    message = refused(acme, "zoe")
    breaks_once("name")
    hands_over(acme, "zoe", acme.direct("zoe"), message)
    settled(acme)
    assert heads(acme, PUBLIC) == []
    assert "I could not post your question" in acme.replies(acme.direct("zoe"))[-1].text
    assert kinds(acme).count("experts_not_asked") == 1
    hands_over(acme, "zoe", acme.direct("zoe"), message)
    question = posted(acme, PUBLIC)
    replied(acme, question)
    breaks_once("link")
    saved(acme, question)
    (line,) = lines(acme, PUBLIC, question)
    assert "could not be saved" in line.text
    assert buttons(line) == ["save_answer"]
    assert kinds(acme).count("saving_refused") == 1


def test_hostile_words_are_shown_as_what_they_are(open_office: Open) -> None:
    acme = open_office()
    hostile = "<!channel> <@U1> <https://evil.example/x|leave> *now* " + "x" * 2_900
    message = refused(acme, "zoe")
    hands_over(acme, "zoe", acme.direct("zoe"), message, hostile[:3_000])
    question = posted(acme, PUBLIC)
    replied(acme, question, text="<!here> see https://evil.example/y " + "y" * 30_000)
    for one in (question, *lines(acme, PUBLIC, question), *acme.replies(acme.direct("zoe"))):
        assert "<!" not in one.text
        assert "evil.example/" not in [block.get("url") for block in one.blocks]
        assert '"url": "https://evil' not in str(one.blocks).replace("'", '"')
        assert "broadcast" not in str(one.blocks)


def test_each_message_is_said_once_however_often_it_is_asked_for(open_office: Open) -> None:
    """Between what Slack took and what is on record, a process may die."""
    acme = open_office()
    world = acme.slack.world
    web = connection.client(acme.slack.bot_token(), acme.slack.url)
    us = connection.who_we_are(web)
    with app.records(acme.settings) as records:
        people = SlackPeople(web, records.access, team=us.team, bot_user=us.user)
        experts = SlackExperts(web, us, people, SlackPoster(web, us, lambda _: None))
        asked = acme.person("zoe").post(acme.direct("zoe"), "Hello")
        place = SlackPlace(team=us.team, channel=acme.direct("zoe").id, message=asked.ts)
        zoe = SlackUser(team=us.team, user=acme.person("zoe").id)
        handed = HandOver(
            id="h_1", receipt=ReceiptId("r_1"), asker=zoe, place=place, experts=world.channel(PUBLIC).id, text="Where?"
        )
        posts = {experts.ask(handed, "Where?", name="Zoe", link=None) for _ in range(3)}
        (head,) = posts
        assert head is not None
        assert [one.ts for one in heads(acme, PUBLIC)] == [head]
        said = acme.person("ben").post(PUBLIC, KNOWN, thread_ts=head)
        reply = ExpertReply(
            id="e_1", hand_over="h_1", channel=handed.experts, thread=head, message=said.ts, author=said.user
        )
        now = experts.said(reply.channel, reply.thread, reply.message)
        assert now is not None
        assert (now.author, now.text) == (said.user, KNOWN)
        assert experts.said(reply.channel, reply.thread, "1.1") is None
        assert experts.said(reply.channel, "1.1", "1.1") is None
        acme.slack.faults.fail("conversations.replies", "slack_error", code="not_in_channel")
        with pytest.raises(AccessUnknown):
            experts.said(reply.channel, reply.thread, reply.message)
        acme.slack.faults.fail("chat.postMessage", "slack_error", code="is_inactive")
        assert experts.tell(handed, reply, "aside", now, name="Ben", link=None) is None
        assert len({experts.offer(reply, None) for _ in range(2)}) == 1
        for how in ("here", "aside"):
            assert len({experts.tell(handed, reply, how, now, name="Ben", link=None) for _ in range(2)}) == 1
