"""What was settled for a channel, in Slack: who gets what there, and what nobody else sees of it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bot.core.clock import utc_now
from policies.overrides import with_all
from tests import company
from tests.slack.office import ANSWER, QUESTION, SECRET, SECRET_ANSWER, Office, office, running, until
from tests.slack.test_commands import told, types, whispers
from tests.slack.test_commands_policy import card, shown

THERE = "general"


@pytest.fixture
def acme(tmp_path: Path, database_url: str) -> Iterator[Office]:
    with office(tmp_path, database_url, admins=("ana@acme.test", "ben@acme.test")) as made, running(made):
        yield made


def settle(acme: Office, channel: str = THERE, **body: Any) -> None:
    """As if it had been typed, and agreed to."""
    path, records = ("channels", acme.slack.world.channel(channel).id), acme.records
    with records.database.writing() as session:
        texts = with_all(records.config.newest().texts, path, body)
        records.config.save(session, texts, author="test", note="test", now=utc_now())


def seen_in(acme: Office, channel: str, name: str) -> list[str]:
    """By somebody there, of what is ours."""
    place = acme.slack.world.channel(channel)
    return [one.text for one in acme.replies(place)] + whispers(acme, name, channel)


def test_in_a_private_channel_whoever_asks_is_answered_alone_and_leaves_no_trace(acme: Office) -> None:
    settle(acme, mode="private")
    calls = len(acme.slack.requests.all())
    acme.asks("ana", channel=THERE)
    answered = acme.reply(acme.direct("ana"))
    acme.settled()
    assert ANSWER in answered.text
    assert "answered alone" in answered.text
    for name in ("ana", "ben", "zoe"):
        assert seen_in(acme, THERE, name) == []
    general = acme.slack.world.channel(THERE).id
    visible = ("chat.", "assistant.", "reactions.")
    since = acme.slack.requests.all()[calls:]
    there = [one for one in since if general in (one.args.get("channel"), one.args.get("channel_id"))]
    assert [one.method for one in there if one.method.startswith(visible)] == []
    acme.asks("ana", "What is the weight of the moon?", channel=THERE)
    until(lambda: len(acme.replies(acme.direct("ana"))) == 2)
    acme.settled()
    assert seen_in(acme, THERE, "ben") == []


def test_in_a_private_channel_each_gets_what_they_themselves_may_read(acme: Office) -> None:
    settle(acme, "eng-hr", mode="private")
    for name in ("ben", "ana"):
        acme.asks(name, SECRET, channel="eng-hr")
    bens, anas = acme.reply(acme.direct("ben")), acme.reply(acme.direct("ana"))
    acme.settled()
    assert SECRET_ANSWER in bens.text
    assert SECRET_ANSWER not in anas.text
    assert seen_in(acme, "eng-hr", "ana") == []


def test_who_may_explain_a_private_answer_finds_it_where_they_got_it(acme: Office) -> None:
    settle(acme, mode="private")
    acme.asks("ana", channel=THERE)
    direct, ana = acme.direct("ana"), acme.person("ana")
    answered = acme.reply(direct)
    ana.click(direct, answered.ts, "why")
    until(lambda: "paid annual leave" in str(view.body if (view := ana.view()) else ""))


def test_a_scope_holds_in_its_channel_and_in_no_direct_conversation(acme: Office) -> None:
    settle(acme, scope=["acme/eng"])
    acme.asks("ana", channel=THERE)
    refused = acme.reply(THERE)
    acme.settled()
    assert ANSWER not in refused.text
    acme.asks("ana")
    until(lambda: any(ANSWER in one.text for one in acme.replies(acme.direct("ana"))))
    closed = [body["route"]["scope"] for body in acme.events("closed")]
    assert sorted(closed) == [[], ["acme/eng"]]


def test_what_is_beyond_the_scope_is_not_told_to_the_asker_aside_either(acme: Office) -> None:
    settle(acme, "eng-hr", scope=["acme/eng"])
    acme.asks("ben", SECRET, channel="eng-hr")
    acme.reply("eng-hr")
    acme.settled()
    assert acme.replies(acme.direct("ben")) == []


# --- follow-ups


def follows(acme: Office, name: str, text: str, thread: str) -> None:
    acme.person(name).post(THERE, text, thread_ts=thread)


def asked_and_answered(acme: Office) -> str:
    first = acme.asks("ana", channel=THERE)
    acme.reply(THERE, first.ts)
    acme.settled()
    return first.ts


def test_in_a_thread_that_was_answered_whoever_asked_need_not_mention_us_again(acme: Office) -> None:
    settle(acme, mode="follow_ups")
    thread = asked_and_answered(acme)
    follows(acme, "ana", "How many days of annual leave do I have?", thread)
    until(lambda: len(acme.replies(THERE, thread)) == 2)
    follows(acme, "ana", "Thanks a lot!", thread)
    until(lambda: len(acme.events("posted")) == 3)
    acme.settled()
    assert len(acme.replies(THERE, thread)) == 2


def test_unless_it_is_settled_otherwise_a_follow_up_has_to_mention_us(acme: Office) -> None:
    thread = asked_and_answered(acme)
    follows(acme, "ana", QUESTION, thread)
    acme.settled()
    assert len(acme.events("asked")) == 1


def test_people_who_speak_with_each_other_are_left_alone(acme: Office) -> None:
    settle(acme, mode="follow_ups")
    thread = asked_and_answered(acme)
    follows(acme, "ben", QUESTION, thread)  # he has asked nothing here
    follows(acme, "ana", QUESTION, thread)  # this is said to him
    until(lambda: len(acme.events("posted")) == 2)
    acme.settled()
    assert len(acme.replies(THERE, thread)) == 1
    reasons = {(body.get("reply") or {}).get("reason") for body in acme.events("closed")}
    assert "not_addressed" in reasons
    acme.asks("ana", channel=THERE, thread=thread)
    until(lambda: len(acme.replies(THERE, thread)) == 2)
    follows(acme, "ana", QUESTION, thread)
    until(lambda: len(acme.replies(THERE, thread)) == 3)


def test_a_thread_that_cannot_be_read_is_nobodys_with_us(acme: Office) -> None:
    settle(acme, mode="follow_ups")
    thread = asked_and_answered(acme)
    acme.slack.faults.fail("conversations.replies", "slack_error", code="missing_scope", times=20)
    follows(acme, "ana", QUESTION, thread)
    until(lambda: len(acme.events("posted")) == 2)
    assert len(acme.replies(THERE, thread)) == 1


# --- by command


def test_an_admin_sees_what_holds_and_what_can_be_used_and_nobody_else_does(acme: Office) -> None:
    seen = told(acme, "ana", "channel", THERE)
    for part in ("scope = everything", 'mode = "mention"', "of 5 pages", "3 people read this channel"):
        assert part in seen
    assert "Severance" not in seen
    for text in ("channel", "channel scope acme/eng", "channel profile", "channel clear"):
        assert "Only admins can use this" in told(acme, "zoe", text, THERE)
    assert acme.events("configured") == []
    assert whispers(acme, "ben", THERE) == []


def test_a_label_narrows_a_place_and_a_wider_scope_waits_for_the_other_admin(tmp_path: Path, database_url: str) -> None:
    labelled = {
        path: text.replace("access:", "labels: [policy]\naccess:", 1) if path == "hr/leave.md" else text
        for path, text in company.DOCUMENTS.items()
    }
    admins = ("ana@acme.test", "ben@acme.test")
    with office(tmp_path, database_url, documents=labelled, admins=admins) as acme, running(acme):
        seen = told(acme, "ana", "channel scope acme/hr#policy acme/hr#pollicy", THERE)
        for part in (
            "1 of 5 pages",
            "4 beyond the scope of this channel",
            "acme/hr has no page with the label pollicy",
        ):
            assert part in seen
        acme.asks("ana", channel=THERE)
        assert ANSWER in acme.reply(THERE).text
        assert "I asked ben@acme.test" in told(acme, "ana", "channel scope acme/hr", THERE)


def test_guests_in_a_channel_are_the_reason_that_is_told(acme: Office) -> None:
    seen = told(acme, "ana", "channel", "guests")
    assert "0 of 5 pages" in seen
    assert "1 of them guests" in seen


def test_what_is_typed_holds_from_then_on(acme: Office) -> None:
    seen = told(acme, "ana", "channel scope acme/eng acme/hrr", THERE)
    assert "is in force" in seen
    assert "acme/hrr" in seen
    assert "has nothing in it" in seen
    acme.asks("ana", channel=THERE)
    assert ANSWER not in acme.reply(THERE).text
    assert "I asked ben@acme.test" in told(acme, "ana", "channel scope everything", THERE)
    assert "0 of 5 pages (0 %) can be used there now, and 2 of 5 pages (40 %) once you agree." in card(acme, "ben").text


def test_a_form_settles_a_channel_and_one_that_is_forged_does_not(acme: Office) -> None:
    types(acme, "ana", "channel profile", THERE)
    ana = acme.person("ana")
    until(ana.view)
    view = ana.view()
    assert view is not None
    text = str(view.body["blocks"][0]["element"]["initial_value"])
    assert "# scope" in text
    _forged(acme, "zoe", str(view.body["private_metadata"]), 'mode = "private"')
    _forged(acme, "ben", str(view.body["private_metadata"]), 'mode = "private"')
    acme.settled()
    assert acme.events("configured") == []
    assert "at most 200" in ana.submit({"text": f'{text}\ntone = "{"x" * 201}"'}).errors["text"]
    assert not ana.submit({"text": text.replace("# mode", "mode")}).errors
    until(lambda: "is in force" in shown(acme, "ana"))
    assert acme.records.config.rules().channels[acme.slack.world.channel(THERE).id].mode == "private"


def _forged(acme: Office, name: str, opened: str, text: str) -> None:
    app_, person = next(iter(acme.slack.world.apps.values())), acme.person(name)
    payload = {
        "type": "view_submission",
        "user": {"id": person.id, "team_id": person.user.team_id},
        "view": {
            "id": acme.slack.world.new_id("V"),
            "callback_id": "policy",
            "private_metadata": opened,
            "state": {"values": {"text": {"text": {"type": "plain_text_input", "value": text}}}},
        },
    }
    acme.slack.hub.ask(app_, "interactive", payload, accepts_response=True).result(timeout=30)


def test_the_rules_that_held_there_are_named_in_the_receipt(acme: Office) -> None:
    before = acme.records.config.rules().digest
    settle(acme, scope=["acme/hr"])
    acme.asks("ana", channel=THERE)
    acme.reply(THERE)
    acme.settled()
    (claimed,) = acme.events("claimed")
    assert claimed["rules"] == acme.records.config.rules().digest != before
