"""Every other way in which Slack says no, as a table: the method, the arguments, the code."""

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from slack_sdk import WebClient

from bot.playground.slack import CannotDo, RateLimits, SlackEmulator, forms
from bot.playground.slack.richtext import mentioned, rich_text
from tests.playground.company import a_company
from tests.playground.test_every_method import EVERYTHING
from tests.playground.test_web_api import refusal

Json = dict[str, Any]
GENERAL, QUIET, SECRET = "C000000001", "C000000004", "C000000002"
ANA = "U000000002"
HOME: Json = {"type": "home", "blocks": []}

TABLE: list[tuple[str, Json, str]] = [
    ("api.test", {"error": "my_error"}, "my_error"),
    ("assistant.threads.setStatus", {"channel_id": GENERAL, "thread_ts": "1.1"}, "invalid_arguments"),
    ("assistant.threads.setStatus", {"channel_id": QUIET, "thread_ts": "1.1", "status": "x"}, "not_in_channel"),
    ("assistant.threads.setStatus", {"channel_id": GENERAL, "thread_ts": "1.1", "status": "x", "loading_messages": ["x"] * 11}, "invalid_arguments"),
    ("assistant.threads.setSuggestedPrompts", {"channel_id": GENERAL, "prompts": []}, "invalid_arguments"),
    ("assistant.threads.setSuggestedPrompts", {"channel_id": GENERAL, "prompts": [{"title": "x"}]}, "invalid_arguments"),
    ("bots.info", {"bot": "B9"}, "bot_not_found"),
    ("chat.appendStream", {"channel": GENERAL, "ts": "1.1"}, "no_text"),
    ("chat.appendStream", {"channel": GENERAL, "ts": "1.1", "markdown_text": "x"}, "message_not_found"),
    ("chat.appendStream", {"channel": GENERAL, "ts": "1.1", "markdown_text": "x" * 12_001}, "msg_too_long"),
    ("chat.getPermalink", {"channel": GENERAL, "message_ts": "1.1"}, "message_not_found"),
    ("chat.postEphemeral", {"channel": GENERAL, "user": ANA}, "no_text"),
    ("chat.postEphemeral", {"channel": GENERAL, "user": ANA, "text": "x" * 40_001}, "msg_too_long"),
    ("chat.postEphemeral", {"channel": GENERAL, "user": "U9", "text": "x"}, "user_not_found"),
    ("chat.postMessage", {"channel": GENERAL, "attachments": [{}] * 101}, "too_many_attachments"),
    ("chat.postMessage", {"channel": GENERAL, "text": "x", "blocks": {"type": "divider"}}, "invalid_blocks_format"),
    ("chat.postMessage", {"channel": GENERAL, "text": "x", "metadata": "{"}, "invalid_metadata_format"),
    ("chat.postMessage", {"text": "x"}, "invalid_arguments"),
    ("chat.startStream", {"channel": GENERAL, "thread_ts": "1.1", "recipient_team_id": "T", "recipient_user_id": ANA, "task_display_mode": "x"}, "invalid_arguments"),
    ("conversations.history", {"channel": GENERAL, "limit": 0}, "invalid_arguments"),
    ("conversations.history", {"channel": GENERAL, "limit": "many"}, "invalid_arguments"),
    ("conversations.history", {"channel": GENERAL, "oldest": "x"}, "invalid_ts_oldest"),
    ("conversations.join", {"channel": SECRET}, "method_not_supported_for_channel_type"),
    ("conversations.list", {"types": "private"}, "invalid_types"),
    ("conversations.open", {"users": ""}, "users_list_not_supplied"),
    ("conversations.open", {"users": ",".join([ANA] * 9)}, "too_many_users"),
    ("oauth.v2.access", {}, "invalid_client_id"),
    ("reactions.add", {"channel": GENERAL, "name": "eyes"}, "no_item_specified"),
    ("reactions.add", {"channel": GENERAL, "timestamp": "1.1", "name": "eyes"}, "message_not_found"),
    ("team.info", {"team": "T9"}, "team_not_found"),
    ("users.info", {"user": "U9"}, "user_not_found"),
    ("views.open", {"trigger_id": "1.1.1", "view": "{"}, "invalid_arguments"),
    ("views.open", {"trigger_id": "1.1.1", "view": 7}, "invalid_arguments"),
    ("views.open", {"trigger_id": "1.1.1"}, "invalid_arguments"),
    ("views.publish", {"user_id": ANA, "view": {"type": "modal", "blocks": []}}, "invalid_arguments"),
    ("views.publish", {"user_id": "U9", "view": HOME}, "user_not_found"),
    ("views.update", {"external_id": "mine", "view": HOME}, "not_found"),
]  # fmt: skip


@pytest.fixture
def rich() -> Iterator[SlackEmulator]:
    with SlackEmulator(a_company(scopes=EVERYTHING), rates=RateLimits.off()) as slack:
        yield slack


def test_slack_says_no(rich: SlackEmulator) -> None:
    """One emulator for the whole table: nothing in it changes anything."""
    client = WebClient(token=rich.bot_token(), base_url=rich.url)
    said = [(m, a, refusal(lambda m=m, a=a: client.api_call(m, json=a))["error"]) for m, a, _ in TABLE]  # type: ignore[misc]
    assert said == TABLE
    assert rich.as_user("ana").visible_messages("general") == []


def test_an_app_without_a_home_tab_cannot_publish_one() -> None:
    with SlackEmulator(a_company(home_tab=False), rates=RateLimits.off()) as slack:
        client = WebClient(token=slack.bot_token(), base_url=slack.url)
        assert refusal(lambda: client.views_publish(user_id=ANA, view=HOME))["error"] == "not_enabled"


def test_a_home_tab_is_redrawn_only_with_the_latest_hash(rich: SlackEmulator) -> None:
    client = WebClient(token=rich.bot_token(), base_url=rich.url)
    old = client.views_publish(user_id=ANA, view=HOME)["view"]["hash"]
    client.views_publish(user_id=ANA, view=HOME, hash=old)
    assert refusal(lambda: client.views_publish(user_id=ANA, view=HOME, hash=old))["error"] == "hash_conflict"


def test_a_cleared_status_is_gone(rich: SlackEmulator) -> None:
    client = WebClient(token=rich.bot_token(), base_url=rich.url)
    ana = rich.as_user("ana")
    asked = ana.post("general", "hi")
    for status in ("is thinking…", ""):
        client.assistant_threads_setStatus(channel_id=GENERAL, thread_ts=asked.ts, status=status)
        assert ana.status("general", asked.ts) == status


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("hi", ["text"]),
        ("<@U1> hi", ["user", "text"]),
        ("see <https://x.test|this> in <#C1|general>", ["text", "link", "text", "channel"]),
        ("<https://x.test>", ["link"]),
        ("a < b", ["text"]),
    ],
)
def test_what_people_type_becomes_rich_text(text: str, kinds: list[str]) -> None:
    section = rich_text(text, "b")["elements"][0]
    assert [e["type"] for e in section["elements"]] == kinds


@given(st.text())
def test_any_text_becomes_rich_text(text: str) -> None:
    assert rich_text(text, "b")["type"] == "rich_text"


def test_only_real_mentions_count() -> None:
    assert mentioned("<@U1> and <@U2|ben> but not @U3 or <@u4>") == {"U1", "U2"}


def options(kind: str, **more: Any) -> Json:
    chosen = [{"text": {"type": "plain_text", "text": v}, "value": v} for v in "ab"]
    return {"type": kind, "action_id": "it", "options": chosen, **more}


@pytest.mark.parametrize(
    ("element", "entry", "expected"),
    [
        (options("checkboxes"), ["a", "b"], {"selected_options": options("x")["options"]}),
        (options("radio_buttons"), "b", {"selected_option": options("x")["options"][1]}),
        (options("static_select", initial_option=options("x")["options"][0]), None, {"selected_option": options("x")["options"][0]}),
        ({"type": "plain_text_input", "action_id": "it", "initial_value": "was"}, None, {"value": "was"}),
        ({"type": "multi_users_select", "action_id": "it"}, ["U1"], {"selected_users": ["U1"]}),
        ({"type": "timepicker", "action_id": "it"}, "08:00", {"selected_time": "08:00"}),
    ],
)  # fmt: skip
def test_fields_hold_what_was_entered(element: Json, entry: Any, expected: Json) -> None:
    blocks = [{"type": "input", "block_id": "b", "element": element}]
    values = forms.filled(blocks, {}, {} if entry is None else {"it": entry})
    assert values["b"]["it"] == {"type": element["type"], **expected}
    assert forms.incomplete(blocks, values) == {}


def test_forms_know_their_fields_and_options() -> None:
    blocks = [{"type": "input", "block_id": "b", "element": options("static_select")}]
    with pytest.raises(CannotDo, match="no field"):
        forms.filled(blocks, {}, {"other": "x"})
    with pytest.raises(CannotDo, match="not one of the options"):
        forms.filled(blocks, {}, {"b": "c"})
    long = {"type": "plain_text_input", "action_id": "it", "max_length": 2}
    blocks = [{"type": "input", "block_id": "b", "element": long}]
    assert "at most 2" in forms.incomplete(blocks, forms.filled(blocks, {}, {"it": "abc"}))["b"]


def test_what_people_type_is_shown_as_they_typed_it() -> None:
    section = rich_text("R&amp;D &lt;3 &amp;lt; <@U1>", "b")["elements"][0]
    assert section["elements"] == [{"type": "text", "text": "R&D <3 &lt; "}, {"type": "user", "user_id": "U1"}]
