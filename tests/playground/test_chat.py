"""Saying, changing, taking back: as an app sees it, and as people see what came of it."""

import pytest
from slack_sdk import WebClient

from bot.playground.slack import CannotDo, SlackEmulator
from tests.playground.test_web_api import refusal


def texts(slack: SlackEmulator, who: str, channel: str = "general") -> list[str]:
    return [m["text"] for m in slack.as_user(who).visible_messages(channel)]


def test_what_the_bot_says_people_see(slack: SlackEmulator, client: WebClient) -> None:
    client.chat_postMessage(channel="#general", text="hello")
    assert texts(slack, "ben") == ["hello"]


def test_posting_to_a_person_opens_the_direct_conversation(slack: SlackEmulator, client: WebClient) -> None:
    posted = client.chat_postMessage(channel=slack.world.user("gus").id, text="hello")
    assert posted["channel"].startswith("D")
    assert texts(slack, "gus", "@footnote") == ["hello"]


@pytest.mark.parametrize(
    ("channel", "error"),
    [("quiet", "not_in_channel"), ("hidden", "channel_not_found"), ("nowhere", "channel_not_found")],
)
def test_the_bot_cannot_post_where_it_is_not(slack: SlackEmulator, client: WebClient, channel: str, error: str) -> None:
    known = [c.id for c in slack.world.channels.values() if c.name == channel]
    assert refusal(lambda: client.chat_postMessage(channel=known[0] if known else channel, text="x"))["error"] == error


def test_an_archived_channel_is_closed(slack: SlackEmulator, client: WebClient) -> None:
    slack.world.channel("general").archived = True
    assert refusal(lambda: client.chat_postMessage(channel="#general", text="x"))["error"] == "is_archived"
    with pytest.raises(CannotDo):
        slack.as_user("ana").post("general", "x")


def test_blocks_that_are_refused_are_not_posted(slack: SlackEmulator, client: WebClient) -> None:
    long = [{"type": "section", "text": {"type": "mrkdwn", "text": "x" * 3001}}]
    said = refusal(lambda: client.chat_postMessage(channel="#general", text="x", blocks=long))
    assert said["error"] == "invalid_blocks"
    assert said["response_metadata"]["messages"][0].endswith("[json-pointer:/blocks/0/text/text]")
    assert texts(slack, "ana") == []


def test_text_is_cut_at_forty_thousand(slack: SlackEmulator, client: WebClient) -> None:
    client.chat_postMessage(channel="#general", text="x" * 40_001)
    assert [len(t) for t in texts(slack, "ana")] == [40_000]


def test_an_update_takes_four_thousand(client: WebClient) -> None:
    posted = client.chat_postMessage(channel="#general", text="x")
    long = refusal(lambda: client.chat_update(channel=posted["channel"], ts=posted["ts"], text="x" * 4_001))
    assert long["error"] == "msg_too_long"


@pytest.mark.parametrize(
    ("extra", "error"),
    [
        ({"markdown_text": "a", "text": "b"}, "markdown_text_conflict"),
        ({"markdown_text": "a" * 12_001}, "msg_too_long"),
        ({"text": ""}, "no_text"),
        ({"text": "a", "metadata": {"event_type": 1}}, "invalid_metadata_schema"),
        ({"text": "a", "blocks": "{"}, "invalid_blocks_format"),
    ],
)
def test_slack_refuses_the_content(client: WebClient, extra: dict[str, str], error: str) -> None:
    assert refusal(lambda: client.api_call("chat.postMessage", json={"channel": "#general", **extra}))["error"] == error


def test_only_own_messages_can_be_changed(slack: SlackEmulator, client: WebClient) -> None:
    asked = slack.as_user("ana").post("general", "hi")
    general = slack.world.channel("general").id
    assert refusal(lambda: client.chat_update(channel=general, ts=asked.ts, text="x"))["error"] == "cant_update_message"
    assert refusal(lambda: client.chat_delete(channel=general, ts=asked.ts))["error"] == "cant_delete_message"
    assert refusal(lambda: client.chat_delete(channel=general, ts="1.000001"))["error"] == "message_not_found"


def test_new_text_removes_old_blocks_and_marks_the_message_as_edited(slack: SlackEmulator, client: WebClient) -> None:
    posted = client.chat_postMessage(channel="#general", text="old", blocks=[{"type": "divider"}])
    changed = client.chat_update(channel=posted["channel"], ts=posted["ts"], text="new")
    assert "blocks" not in changed["message"]
    assert changed["message"]["edited"]["user"] == client.auth_test()["user_id"]


def test_new_blocks_keep_the_text_and_leave_no_mark(client: WebClient) -> None:
    posted = client.chat_postMessage(channel="#general", text="old")
    again = {"channel": posted["channel"], "ts": posted["ts"], "blocks": [{"type": "divider"}]}
    changed = client.api_call("chat.update", json=again)
    assert changed["text"] == "old"
    assert "edited" not in changed["message"]


def test_metadata_is_kept_and_shown_only_on_request(client: WebClient) -> None:
    data = {"event_type": "answer", "event_payload": {"nonce": "n1"}}
    posted = client.chat_postMessage(channel="#general", text="x", metadata=data)
    channel = posted["channel"]
    client.chat_update(channel=channel, ts=posted["ts"], text="y")
    assert client.conversations_history(channel=channel, include_all_metadata=True)["messages"][0]["metadata"] == data
    assert "metadata" not in client.conversations_history(channel=channel)["messages"][0]


def test_a_reply_to_a_reply_lands_in_the_same_thread(slack: SlackEmulator, client: WebClient) -> None:
    asked = slack.as_user("ana").post("general", "hi")
    first = client.chat_postMessage(channel="#general", text="1", thread_ts=asked.ts)
    second = client.chat_postMessage(channel="#general", text="2", thread_ts=first["ts"])
    assert second["message"]["thread_ts"] == asked.ts
    found = client.conversations_replies(channel=second["channel"], ts=asked.ts)["messages"]
    assert [m["text"] for m in found] == ["hi", "1", "2"]
    assert found[0]["reply_count"] == 2


def test_a_deleted_head_leaves_a_tombstone_when_there_are_replies(slack: SlackEmulator, client: WebClient) -> None:
    ana = slack.as_user("ana")
    asked = ana.post("general", "hi")
    client.chat_postMessage(channel="#general", text="1", thread_ts=asked.ts)
    ana.delete("general", asked.ts)
    assert texts(slack, "ana") == ["This message was deleted.", "1"]


def test_an_ephemeral_message_is_for_one_person_and_not_in_the_history(slack: SlackEmulator, client: WebClient) -> None:
    general, ana = slack.world.channel("general").id, slack.as_user("ana")
    client.chat_postEphemeral(channel=general, user=ana.id, text="psst")
    assert texts(slack, "ana") == ["psst"]
    assert texts(slack, "ben") == []
    assert client.conversations_history(channel=general)["messages"] == []
    ana.reload()
    assert texts(slack, "ana") == []


def test_an_ephemeral_message_cannot_be_updated(slack: SlackEmulator, client: WebClient) -> None:
    general, ana = slack.world.channel("general").id, slack.world.user("ana").id
    seen = client.chat_postEphemeral(channel=general, user=ana, text="psst")
    later = refusal(lambda: client.chat_update(channel=general, ts=seen["message_ts"], text="x"))
    assert later["error"] == "message_not_found"


def test_an_ephemeral_message_needs_somebody_who_is_there(slack: SlackEmulator, client: WebClient) -> None:
    general = slack.world.channel("general").id
    sam = slack.world.user("sam").id
    assert (
        refusal(lambda: client.chat_postEphemeral(channel=general, user=sam, text="x"))["error"]
        == "user_not_in_channel"
    )


def test_permalinks_of_replies_name_their_thread(slack: SlackEmulator, client: WebClient) -> None:
    asked = slack.as_user("ana").post("general", "hi")
    reply = client.chat_postMessage(channel="#general", text="1", thread_ts=asked.ts)
    link = client.chat_getPermalink(channel=reply["channel"], message_ts=reply["ts"])["permalink"]
    assert link.startswith("https://acme.slack.com/archives/")
    assert link.endswith(f"?thread_ts={asked.ts}&cid={reply['channel']}")


def test_a_status_is_cleared_by_the_answer_and_after_two_minutes(still: SlackEmulator) -> None:
    client = WebClient(token=still.bot_token(), base_url=still.url)
    ana = still.as_user("ana")
    for ending in ("answer", "time"):
        asked = ana.post("general", "hi")
        general = still.world.channel("general").id
        client.assistant_threads_setStatus(channel_id=general, thread_ts=asked.ts, status="is thinking…")
        assert ana.status("general", asked.ts) == "is thinking…"
        if ending == "answer":
            client.chat_postMessage(channel="#general", thread_ts=asked.ts, text="x")
        else:
            still.world.clock.advance(121)  # type: ignore[attr-defined]
        assert ana.status("general", asked.ts) == ""


def test_five_suggested_prompts_are_too_many(slack: SlackEmulator, client: WebClient) -> None:
    im = client.conversations_open(users=slack.world.user("ana").id)["channel"]["id"]
    prompts = [{"title": "a", "message": "b"}] * 5
    said = refusal(lambda: client.assistant_threads_setSuggestedPrompts(channel_id=im, prompts=prompts))
    assert said["error"] == "invalid_arguments"


def test_reactions_are_added_once(slack: SlackEmulator, client: WebClient) -> None:
    asked = slack.as_user("ana").post("general", "hi")
    where = {"channel": slack.world.channel("general").id, "timestamp": asked.ts, "name": "eyes"}
    client.reactions_add(**where)
    assert refusal(lambda: client.reactions_add(**where))["error"] == "already_reacted"
    client.reactions_remove(**where)
    assert refusal(lambda: client.reactions_remove(**where))["error"] == "no_reaction"
