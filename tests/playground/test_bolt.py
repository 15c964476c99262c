"""The real Bolt, with its real Socket Mode client, against the emulator."""

import time
from collections.abc import Iterator
from typing import Any

import pytest
from slack_bolt import Ack, App, Respond, Say, SayStream, SetStatus
from slack_bolt.adapter.socket_mode import SocketModeHandler
from slack_sdk import WebClient

from bot.playground.slack import SlackEmulator
from tests.playground.listener import until

Json = dict[str, Any]
BUTTON = {"type": "button", "action_id": "why", "text": {"type": "plain_text", "text": "Why"}, "value": "opaque"}
FIELD = {
    "type": "input",
    "block_id": "b",
    "label": {"type": "plain_text", "text": "N"},
    "element": {"type": "plain_text_input", "action_id": "n"},
}
MODAL = {
    "type": "modal",
    "callback_id": "form",
    "title": {"type": "plain_text", "text": "Form"},
    "submit": {"type": "plain_text", "text": "Save"},
    "blocks": [FIELD],
}


class Bot:
    """A small app, which remembers what it heard."""

    def __init__(self, slack: SlackEmulator) -> None:
        self.slack = slack
        self.heard: list[Json] = []
        self.app = App(client=WebClient(token=slack.bot_token(), base_url=slack.url))
        self.app.event("app_mention")(self.mentioned)
        self.app.event("message")(self.told)
        self.app.command("/footnote")(self.commanded)
        self.app.action("why")(self.clicked)
        self.app.view("form")(self.submitted)
        self.handler = SocketModeHandler(
            self.app, slack.app_token(), web_client=WebClient(base_url=slack.url), ping_interval=1
        )
        self.handler.connect()  # type: ignore[no-untyped-call]

    def mentioned(self, event: Json, say: Say) -> None:
        blocks = [{"type": "actions", "elements": [BUTTON]}]
        say(text=f"you said {event['text']}", thread_ts=event["ts"], blocks=blocks)

    def told(self, event: Json, set_status: SetStatus, say_stream: SayStream) -> None:
        self.heard.append(event)
        if event.get("channel_type") == "im":
            set_status(status="is thinking…")
            stream = say_stream(buffer_size=1)
            stream.append(markdown_text="the ")
            stream.stop(markdown_text="answer")

    def commanded(self, ack: Ack, command: Json, respond: Respond, client: WebClient) -> None:
        if command["text"] == "form":
            ack()
            client.views_open(trigger_id=command["trigger_id"], view=MODAL)
        else:
            ack("at once")
            respond(text="a little later")

    def clicked(self, ack: Ack, body: Json, respond: Respond) -> None:
        ack()
        respond(text=f"because {body['actions'][0]['value']}", replace_original=False)

    def submitted(self, ack: Ack, view: Json) -> None:
        typed = view["state"]["values"]["b"]["n"]["value"]
        if typed == "taken":
            ack(response_action="errors", errors={"b": "Taken."})
        else:
            ack()


@pytest.fixture
def bot(slack: SlackEmulator) -> Iterator[Bot]:
    running = Bot(slack)
    yield running
    running.handler.close()  # type: ignore[no-untyped-call]


def test_a_conversation_with_bolt(slack: SlackEmulator, bot: Bot) -> None:
    ana = slack.as_user("ana")
    asked = ana.post("general", f"{slack.mention('footnote')} hi")
    until(lambda: len(ana.visible_messages("general")) == 2)
    answer = ana.visible_messages("general")[1]
    assert answer["thread_ts"] == asked.ts

    outcome = ana.click("general", answer["ts"], "why")
    assert outcome.acked
    until(lambda: ana.visible_messages("general")[-1]["text"] == "because opaque")
    assert slack.as_user("ben").visible_messages("general")[-1]["text"] != "because opaque"

    assert ana.slash("/footnote", channel="general").acked
    until(lambda: {"at once", "a little later"} <= {m["text"] for m in ana.visible_messages("general")})

    assert ana.slash("/footnote", "form", channel="general").acked
    until(lambda: ana.view() is not None)
    assert ana.submit({"n": "taken"}).errors == {"b": "Taken."}
    assert ana.submit({"n": "free"}).view is None

    ana.post("@footnote", "hello")
    until(lambda: ana.visible_messages("@footnote")[-1]["text"] == "the answer")
    until(lambda: not ana.visible_messages("@footnote")[-1]["streaming"])


@pytest.mark.parametrize("reason", ["warning", "refresh_requested", "dropped"])
def test_bolt_comes_back_and_nothing_is_lost(slack: SlackEmulator, bot: Bot, reason: str) -> None:
    ana = slack.as_user("ana")
    slack.delivery.redelivery_s = (0.0, 0.5, 1.0, 2.0, 4.0)
    slack.delivery.ack_s = 0.5
    for i in range(5):
        ana.post("general", f"before {i}")
    if reason == "dropped":
        slack.hub.drop()
    else:
        slack.hub.disconnect(reason, close_after_s=0.3)
    for i in range(20):
        ana.post("general", f"after {i}")
        time.sleep(0.02)
    expected = {f"before {i}" for i in range(5)} | {f"after {i}" for i in range(20)}
    until(lambda: {e["text"] for e in bot.heard} >= expected, within_s=15)
    until(lambda: slack.hub.count() == 1, within_s=5)
    assert slack.lost == []
