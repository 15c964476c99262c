"""What people can do at Slack's client and what they see: never more than the real one allows."""

from collections.abc import Callable
from typing import Any

import pytest
from slack_sdk import WebClient

from bot.playground.slack import CannotDo, SlackEmulator
from tests.playground.listener import Listener, ack_all

Listen = Callable[..., Listener]
Json = dict[str, Any]


def plain(text: str) -> Json:
    return {"type": "plain_text", "text": text}


@pytest.mark.parametrize(
    ("who", "sees"),
    [
        ("ana", {"general", "secret", "hidden", "quiet", "partners"}),
        ("ben", {"general", "hidden", "quiet", "partners"}),
        ("gus", {"secret"}),
        ("eve", {"partners"}),
        ("sam", set()),
        ("old", set()),
    ],
)
def test_each_sees_their_own_channels(slack: SlackEmulator, who: str, sees: set[str]) -> None:
    assert {c.name for c in slack.as_user(who).channels() if c.kind in ("public", "private")} == sees


def test_nobody_reads_or_writes_where_they_are_not(slack: SlackEmulator) -> None:
    with pytest.raises(CannotDo):
        slack.as_user("ben").visible_messages("secret")
    with pytest.raises(CannotDo):
        slack.as_user("gus").post("general", "hi")
    with pytest.raises(CannotDo):
        slack.as_user("gus").join("general")
    with pytest.raises(CannotDo):
        slack.as_user("old").post("general", "hi")


def test_a_member_may_read_a_public_channel_and_join_it_to_write(slack: SlackEmulator) -> None:
    ana = slack.as_user("ana")
    slack.as_user("ben").post("quiet", "hi")
    assert [m["text"] for m in ana.visible_messages("quiet")] == ["hi"]
    with pytest.raises(CannotDo):
        ana.post("quiet", "hello")
    assert ana.join("quiet")
    assert not ana.join("quiet")
    ana.post("quiet", "hello")
    ana.leave("quiet")


def test_nobody_leaves_where_everybody_is(slack: SlackEmulator) -> None:
    ana, general = slack.as_user("ana"), slack.world.channel("general")
    general.general = True
    with pytest.raises(CannotDo, match="everybody stays"):
        ana.leave("general")
    with pytest.raises(CannotDo, match="everybody stays"):
        ana.remove("general", "ben")


def test_words_belong_to_who_said_them(slack: SlackEmulator) -> None:
    said = slack.as_user("ana").post("general", "hi")
    with pytest.raises(CannotDo):
        slack.as_user("ben").edit("general", said.ts, "x")
    with pytest.raises(CannotDo):
        slack.as_user("ben").delete("general", said.ts)
    with pytest.raises(CannotDo):
        slack.as_user("ana").post("general", "   ")


def test_an_unknown_command_is_refused_before_anything_is_sent(slack: SlackEmulator) -> None:
    with pytest.raises(CannotDo, match="not a valid command"):
        slack.as_user("ana").slash("/dance", channel="general")


def test_a_command_nobody_takes_says_so_to_who_typed_it(slack: SlackEmulator) -> None:
    ana = slack.as_user("ana")
    assert ana.slash("/footnote", "status", channel="general").error == "dispatch_failed"
    assert "dispatch_failed" in ana.visible_messages("general")[-1]["text"]
    assert slack.as_user("ben").visible_messages("general") == []


def test_a_command_may_be_typed_in_the_direct_conversation(slack: SlackEmulator, listen: Listen) -> None:
    listener = listen(slack, answer=ack_all)
    slack.as_user("ana").slash("/footnote", "status")
    assert listener.wait(1)[0]["payload"]["channel_name"] == "directmessage"


def test_members_open_channels_and_guests_do_not(slack: SlackEmulator) -> None:
    slack.as_user("ana").create("plans", private=True, members=["ben"])
    assert "plans" in {c.name for c in slack.as_user("ben").channels()}
    with pytest.raises(CannotDo):
        slack.as_user("gus").create("mine")


def test_a_command_carries_what_bolt_needs(slack: SlackEmulator, listen: Listen) -> None:
    listener = listen(slack, answer=lambda _: {"response_type": "in_channel", "text": "to all"})
    slack.as_user("ana").slash("/footnote", "status now", channel="general")
    sent = listener.wait(1)[0]
    assert (sent["type"], sent["accepts_response_payload"]) == ("slash_commands", True)
    assert (sent["payload"]["command"], sent["payload"]["text"]) == ("/footnote", "status now")
    assert slack.as_user("ben").visible_messages("general")[-1]["text"] == "to all"


ELEMENTS: list[tuple[str, Json, Any, Json]] = [
    ("button", {"type": "button", "text": plain("Go"), "value": "v"}, None, {"value": "v"}),
    (
        "feedback",
        {
            "type": "feedback_buttons",
            "positive_button": {"text": plain("+"), "value": "good"},
            "negative_button": {"text": plain("-"), "value": "bad"},
        },
        "bad",
        {"value": "bad"},
    ),
    (
        "overflow",
        {"type": "overflow", "options": [{"text": plain("A"), "value": "a"}]},
        "a",
        {"selected_option": {"text": plain("A"), "value": "a"}},
    ),
    ("people", {"type": "users_select"}, "U1", {"selected_user": "U1"}),
    ("date", {"type": "datepicker"}, "2026-11-20", {"selected_date": "2026-11-20"}),
]


@pytest.mark.parametrize(("element", "value", "expected"), [e[1:] for e in ELEMENTS], ids=[e[0] for e in ELEMENTS])
def test_what_is_clicked_is_reported(
    slack: SlackEmulator, client: WebClient, listen: Listen, element: Json, value: Any, expected: Json
) -> None:
    listener = listen(slack, answer=ack_all)
    kind = "context_actions" if element["type"] == "feedback_buttons" else "actions"
    blocks = [{"type": kind, "elements": [{**element, "action_id": "it"}]}]
    posted = client.chat_postMessage(channel="#general", text="choose", blocks=blocks)
    assert slack.as_user("ben").click("general", posted["ts"], "it", value=value).acked
    payload = listener.interactions[-1]
    assert payload["type"] == "block_actions"
    assert payload["user"]["id"] == slack.world.user("ben").id
    assert payload["container"]["message_ts"] == payload["message"]["ts"] == posted["ts"]
    assert expected.items() <= payload["actions"][0].items()


def test_only_its_reader_clicks_an_ephemeral_message(slack: SlackEmulator, client: WebClient, listen: Listen) -> None:
    listener = listen(slack, answer=ack_all)
    general, ana = slack.world.channel("general").id, slack.as_user("ana")
    blocks = [{"type": "actions", "elements": [{"type": "button", "action_id": "go", "text": plain("Go")}]}]
    seen = client.chat_postEphemeral(channel=general, user=ana.id, text="x", blocks=blocks)["message_ts"]
    with pytest.raises(CannotDo):
        slack.as_user("ben").click("general", seen, "go")
    assert ana.click("general", seen, "go").acked
    payload = listener.wait(1)[0]["payload"]
    assert payload["container"]["is_ephemeral"] is True
    assert "message" not in payload


def test_what_is_not_there_cannot_be_clicked(slack: SlackEmulator, client: WebClient) -> None:
    posted = client.chat_postMessage(channel="#general", text="x")
    with pytest.raises(CannotDo):
        slack.as_user("ana").click("general", posted["ts"], "nothing")
    with pytest.raises(CannotDo):
        slack.as_user("sam").click("general", posted["ts"], "nothing")


def test_one_thread_can_be_looked_at_alone(slack: SlackEmulator, client: WebClient) -> None:
    ana = slack.as_user("ana")
    asked = ana.post("general", "q")
    ana.post("general", "else")
    client.chat_postMessage(channel="#general", text="a", thread_ts=asked.ts)
    general = slack.world.channel("general").id
    client.chat_postEphemeral(channel=general, user=ana.id, text="psst", thread_ts=asked.ts)
    assert [m["text"] for m in ana.visible_messages("general", thread_ts=asked.ts)] == ["q", "a", "psst"]
