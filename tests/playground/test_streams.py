"""A message written piece by piece, with slack_sdk's own helper."""

import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from slack_sdk.models.messages.chunk import TaskUpdateChunk

from bot.playground.slack import ManualClock, SlackEmulator
from tests.playground.test_web_api import refusal


@pytest.fixture
def asked(slack: SlackEmulator) -> str:
    return slack.as_user("ana").post("general", "what is new?").ts


def test_slack_sdks_stream_ends_as_one_message_with_blocks(slack: SlackEmulator, client: WebClient, asked: str) -> None:
    general, ana = slack.world.channel("general").id, slack.as_user("ana")
    stream = client.chat_stream(
        channel=general,
        thread_ts=asked,
        recipient_team_id=slack.world.home.id,
        recipient_user_id=ana.id,
        buffer_size=1,
    )
    stream.append(markdown_text="**hello ")
    assert ana.visible_messages("general")[-1]["streaming"] is True
    stream.append(chunks=[TaskUpdateChunk(id="1", title="Reading", status="in_progress")])
    stream.append(chunks=[TaskUpdateChunk(id="1", title="Reading", status="complete")])
    stream.append(markdown_text="world**")
    done = stream.stop(blocks=[{"type": "divider"}], metadata={"event_type": "a", "event_payload": {"nonce": "1"}})
    assert done["message"]["text"] == "**hello world**"
    assert [b["type"] for b in done["message"]["blocks"]] == ["markdown", "task_card", "divider"]
    assert done["message"]["blocks"][1]["status"] == "complete"
    assert done["message"]["metadata"]["event_payload"] == {"nonce": "1"}
    assert ana.visible_messages("general")[-1]["streaming"] is False


def test_a_stream_in_a_channel_is_seen_by_everybody_there(slack: SlackEmulator, client: WebClient, asked: str) -> None:
    general, ana = slack.world.channel("general").id, slack.world.user("ana").id
    client.chat_startStream(
        channel=general, thread_ts=asked, recipient_team_id="T1", recipient_user_id=ana, markdown_text="for all"
    )
    assert slack.as_user("ben").visible_messages("general")[-1]["text"] == "for all"


@pytest.mark.parametrize(
    ("extra", "error"),
    [
        ({}, "missing_recipient_team_id"),
        ({"recipient_team_id": "T1"}, "missing_recipient_user_id"),
        ({"recipient_team_id": "T1", "recipient_user_id": "U9"}, "user_not_found"),
    ],
)
def test_in_a_channel_a_stream_needs_a_recipient(
    slack: SlackEmulator, client: WebClient, asked: str, extra: dict[str, str], error: str
) -> None:
    general = slack.world.channel("general").id
    args = {"channel": general, "thread_ts": asked, **extra}
    assert refusal(lambda: client.api_call("chat.startStream", json=args))["error"] == error


def test_in_a_direct_conversation_it_needs_none(slack: SlackEmulator, client: WebClient) -> None:
    asked = slack.as_user("ana").post("@footnote", "hi")
    im = slack.world.im("ana", "footnote").id
    assert client.chat_startStream(channel=im, thread_ts=asked.ts)["ok"]


def test_a_stream_needs_a_thread(slack: SlackEmulator, client: WebClient) -> None:
    im = slack.world.im("ana", "footnote").id
    said = refusal(lambda: client.api_call("chat.startStream", json={"channel": im}))
    assert said["error"] == "invalid_arguments"


def test_after_five_minutes_it_takes_nothing_more_but_can_be_updated(still: SlackEmulator, clock: ManualClock) -> None:
    client = WebClient(token=still.bot_token(), base_url=still.url)
    asked = still.as_user("ana").post("@footnote", "hi")
    im = still.world.im("ana", "footnote").id
    stream = client.chat_stream(channel=im, thread_ts=asked.ts, buffer_size=1)
    stream.append(markdown_text="one")
    assert stream.ts is not None
    ts = stream.ts
    assert refusal(lambda: client.chat_update(channel=im, ts=ts, text="x"))["error"] == "streaming_state_conflict"
    clock.advance(301)
    with pytest.raises(SlackApiError, match="message_not_in_streaming_state"):
        stream.append(markdown_text="two")
    with pytest.raises(SlackApiError, match="message_not_in_streaming_state"):
        stream.stop()
    assert client.chat_update(channel=im, ts=ts, text="all of it")["ok"]
    assert still.as_user("ana").visible_messages("@footnote")[-1]["text"] == "all of it"


def test_a_finished_message_is_no_stream(slack: SlackEmulator, client: WebClient) -> None:
    posted = client.chat_postMessage(channel="#general", text="x")
    said = refusal(lambda: client.chat_appendStream(channel=posted["channel"], ts=posted["ts"], markdown_text="y"))
    assert said["error"] == "message_not_in_streaming_state"


def test_a_person_may_stop_it(slack: SlackEmulator, client: WebClient) -> None:
    ana = slack.as_user("ana")
    asked = ana.post("@footnote", "hi")
    im = slack.world.im("ana", "footnote").id
    ts = str(client.chat_startStream(channel=im, thread_ts=asked.ts)["ts"])
    assert ana.stop("@footnote", asked.ts) == (ts,)
    said = refusal(lambda: client.chat_appendStream(channel=im, ts=ts, markdown_text="y"))
    assert said["error"] == "stopped_by_user"
    assert client.chat_stopStream(channel=im, ts=ts)["ok"]


def test_a_chunk_of_bad_blocks_is_refused(slack: SlackEmulator, client: WebClient) -> None:
    asked = slack.as_user("ana").post("@footnote", "hi")
    im = slack.world.im("ana", "footnote").id
    chunks = [{"type": "blocks", "blocks": [{"type": "poem"}]}]
    said = refusal(lambda: client.chat_startStream(channel=im, thread_ts=asked.ts, chunks=chunks))
    assert said["error"] == "invalid_blocks"


def test_pieces_come_to_no_more_than_a_message_may_hold(slack: SlackEmulator, client: WebClient) -> None:
    asked = slack.as_user("ana").post("@footnote", "hi")
    im = slack.world.im("ana", "footnote").id

    def dividers(count: int) -> list[dict[str, object]]:
        return [{"type": "blocks", "blocks": [{"type": "divider"}] * count}]

    ts = str(client.chat_startStream(channel=im, thread_ts=asked.ts, chunks=dividers(30))["ts"])
    said = refusal(lambda: client.chat_appendStream(channel=im, ts=ts, chunks=dividers(21)))
    assert said["error"] == "invalid_blocks"
    said = refusal(lambda: client.chat_stopStream(channel=im, ts=ts, blocks=[{"type": "divider"}] * 21))
    assert said["error"] == "invalid_blocks"
    assert client.chat_appendStream(channel=im, ts=ts, chunks=dividers(20))["ok"]
    assert client.chat_stopStream(channel=im, ts=ts)["ok"]
