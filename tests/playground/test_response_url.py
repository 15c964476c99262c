"""response_url: five answers in half an hour, where somebody clicked or typed a command."""

from collections.abc import Callable

import pytest
from slack_sdk import WebClient
from slack_sdk.webhook import WebhookClient

from bot.playground.slack import ManualClock, SlackEmulator
from tests.playground.listener import Listener, ack_all

Listen = Callable[..., Listener]
BUTTON = {"type": "button", "action_id": "go", "text": {"type": "plain_text", "text": "Go"}}
BLOCKS = [{"type": "actions", "elements": [BUTTON]}]


def texts(slack: SlackEmulator, who: str) -> list[str]:
    return [m["text"] for m in slack.as_user(who).visible_messages("general")]


@pytest.fixture
def hook(still: SlackEmulator, listen: Listen) -> WebhookClient:
    listener = listen(still, answer=ack_all)
    still.as_user("ana").slash("/footnote", channel="general")
    return WebhookClient(listener.wait(1)[0]["payload"]["response_url"])


def test_it_answers_one_person_unless_told_otherwise(still: SlackEmulator, hook: WebhookClient) -> None:
    assert hook.send(text="to you").body == "ok"
    hook.send(text="to all", response_type="in_channel")
    assert texts(still, "ana") == ["to you", "to all"]
    assert texts(still, "ben") == ["to all"]


def test_the_sixth_answer_is_refused(still: SlackEmulator, hook: WebhookClient) -> None:
    said = [hook.send(text=str(i)) for i in range(6)]
    assert [s.status_code for s in said] == [200] * 5 + [404]
    assert "used_url" in said[-1].body
    assert len(texts(still, "ana")) == 5


def test_after_half_an_hour_it_is_over(still: SlackEmulator, clock: ManualClock, hook: WebhookClient) -> None:
    clock.advance(1_801)
    assert "expired_url" in hook.send(text="late").body
    assert texts(still, "ana") == []


def test_an_unknown_one_is_not_found(still: SlackEmulator) -> None:
    assert WebhookClient(f"{still.origin}/actions/T1/H999").send(text="x").status_code == 404


def test_bad_blocks_are_refused_and_cost_nothing(still: SlackEmulator, hook: WebhookClient) -> None:
    for _ in range(6):
        assert "invalid_blocks" in hook.send(text="x", blocks=[{"type": "poem"}]).body
    assert "no_text" in hook.send().body
    assert hook.send(text="good").body == "ok"


def clicked(slack: SlackEmulator, listen: Listen, ts: str) -> WebhookClient:
    listener = listen(slack, answer=ack_all)
    slack.as_user("ana").click("general", ts, "go")
    return WebhookClient(listener.interactions[-1]["response_url"])


def test_a_click_may_replace_or_delete_the_message(slack: SlackEmulator, client: WebClient, listen: Listen) -> None:
    posted = client.chat_postMessage(channel="#general", text="choose", blocks=BLOCKS)
    hook = clicked(slack, listen, str(posted["ts"]))
    hook.send(text="chosen", replace_original=True)
    assert texts(slack, "ben") == ["chosen"]
    hook.send(delete_original=True)
    assert texts(slack, "ben") == []


def test_an_ephemeral_message_can_be_replaced_through_it(
    slack: SlackEmulator, client: WebClient, listen: Listen
) -> None:
    general, ana = slack.world.channel("general").id, slack.world.user("ana").id
    seen = client.chat_postEphemeral(channel=general, user=ana, text="choose", blocks=BLOCKS)
    hook = clicked(slack, listen, str(seen["message_ts"]))
    hook.send(text="first", replace_original=True)
    hook.send(text="second", replace_original=True)
    assert texts(slack, "ana") == ["second"]
    hook.send(delete_original=True)
    assert texts(slack, "ana") == []
