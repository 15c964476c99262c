"""Which blocks Slack refuses, and in which words."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.playground.slack.blocks import check_blocks, total_text
from bot.playground.slack.errors import SlackError
from bot.playground.slack.surfaces import check_chunks, check_message_blocks, check_metadata, check_view

Json = dict[str, Any]


def plain(text: str) -> Json:
    return {"type": "plain_text", "text": text}


def section(text: str) -> Json:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}}


def button(**fields: Any) -> Json:
    return {"type": "button", "action_id": "a", "text": plain("Why"), **fields}


def actions(*elements: Json) -> Json:
    return {"type": "actions", "elements": list(elements)}


def feedback() -> Json:
    pair = {
        "positive_button": {"text": plain("Good"), "value": "+"},
        "negative_button": {"text": plain("Bad"), "value": "-"},
    }
    return {"type": "context_actions", "elements": [{"type": "feedback_buttons", "action_id": "f", **pair}]}


TASK = {"type": "task_card", "task_id": "1", "title": "Read", "status": "complete"}
GOOD: dict[str, Json] = {
    "section": section("x" * 3000),
    "fields": {"type": "section", "fields": [plain("a")] * 10},
    "divider": {"type": "divider"},
    "header": {"type": "header", "text": plain("x" * 150)},
    "markdown": {"type": "markdown", "text": "x" * 12_000},
    "context": {"type": "context", "elements": [plain("a")] * 10},
    "image in context": {
        "type": "context",
        "elements": [{"type": "image", "image_url": "https://x.test", "alt_text": ""}],
    },
    "button": actions(button(text=plain("x" * 75), value="v" * 2000, style="primary")),
    "25 buttons": actions(*(button(action_id=f"a{i}") for i in range(25))),
    "feedback": feedback(),
    "task": TASK | {"sources": [{"type": "url", "url": "https://x.test", "text": "Handbook"}]},
    "plan": {"type": "plan", "title": "Looking", "tasks": [TASK]},
    "alert": {"type": "alert", "text": plain("Careful"), "level": "warning"},
    "card": {"type": "card", "title": plain("Leave"), "actions": [button()]},
    "table": {"type": "table", "rows": [[{"type": "raw_text", "text": "a"}] * 20] * 100},
    "container": {
        "type": "container",
        "title": plain("Sources"),
        "is_collapsible": True,
        "child_blocks": [section("a")],
    },
    "rich text": {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": []}]},
    "menu": section("a")
    | {"accessory": {"type": "static_select", "action_id": "m", "options": [{"text": plain("A"), "value": "a"}]}},
}
BAD: list[tuple[str, Any, str]] = [
    ("section too long", section("x" * 3001), "must be less than 3001 characters [json-pointer:/blocks/0/text/text]"),
    ("section empty", section(""), "must be more than 0 characters [json-pointer:/blocks/0/text/text]"),
    ("section of nothing", {"type": "section"}, "must define either `text` or `fields` [json-pointer:/blocks/0]"),
    ("header too long", {"type": "header", "text": plain("x" * 151)}, "must be less than 151 characters [json-pointer:/blocks/0/text/text]"),
    ("header in mrkdwn", {"type": "header", "text": {"type": "mrkdwn", "text": "a"}}, "unsupported type: mrkdwn [json-pointer:/blocks/0/text/type]"),
    ("markdown too long", {"type": "markdown", "text": "x" * 12_001}, "must be less than 12001 characters [json-pointer:/blocks/0/text]"),
    ("button text", actions(button(text=plain("x" * 76))), "must be less than 76 characters [json-pointer:/blocks/0/elements/0/text/text]"),
    ("button value", actions(button(value="v" * 2001)), "must be less than 2001 characters [json-pointer:/blocks/0/elements/0/value]"),
    ("action_id", actions(button(action_id="a" * 256)), "must be less than 256 characters [json-pointer:/blocks/0/elements/0/action_id]"),
    ("26 buttons", actions(*(button(action_id=f"a{i}") for i in range(26))), "no more than 25 items allowed [json-pointer:/blocks/0/elements]"),
    ("no buttons", actions(), "no fewer than 1 items allowed [json-pointer:/blocks/0/elements]"),
    ("11 in context", {"type": "context", "elements": [plain("a")] * 11}, "no more than 10 items allowed [json-pointer:/blocks/0/elements]"),
    ("6 feedbacks", {"type": "context_actions", "elements": feedback()["elements"] * 6}, "no more than 5 items allowed [json-pointer:/blocks/0/elements]"),
    ("button in context", {"type": "context", "elements": [button()]}, "unsupported type: button [json-pointer:/blocks/0/elements/0/type]"),
    ("unknown block", {"type": "poem"}, "unsupported type: poem [json-pointer:/blocks/0/type]"),
    ("no type", {}, "missing required field: type [json-pointer:/blocks/0]"),
    ("not an object", "hello", "must provide an object [json-pointer:/blocks/0]"),
    ("unknown field", {"type": "divider", "colour": "red"}, "invalid additional property: colour [json-pointer:/blocks/0]"),
    ("task status", TASK | {"status": "done"}, "must be one of the allowed values [json-pointer:/blocks/0/status]"),
    ("101 rows", {"type": "table", "rows": [[{"type": "raw_text", "text": "a"}]] * 101}, "no more than 100 items allowed [json-pointer:/blocks/0/rows]"),
    ("same action twice", actions(button(), button()), "`action_id` a already exists in this block [json-pointer:/blocks/0]"),
]  # fmt: skip


@pytest.mark.parametrize("name", GOOD)
def test_slack_takes(name: str) -> None:
    check_message_blocks([GOOD[name]])


@pytest.mark.parametrize(("block", "complaint"), [case[1:] for case in BAD], ids=[case[0] for case in BAD])
def test_slack_refuses(block: Any, complaint: str) -> None:
    with pytest.raises(SlackError) as caught:
        check_message_blocks([block])
    assert caught.value.code == "invalid_blocks"
    assert complaint in caught.value.extra["errors"]
    assert f"[ERROR] {complaint}" in caught.value.extra["response_metadata"]["messages"]


def test_fifty_blocks_and_no_more() -> None:
    check_message_blocks([{"type": "divider"}] * 50)
    assert check_blocks([{"type": "divider"}] * 51) == ["no more than 50 items allowed [json-pointer:/blocks]"]


def test_a_view_takes_a_hundred() -> None:
    assert check_blocks([{"type": "divider"}] * 100, in_view=True) == []
    assert check_blocks([{"type": "divider"}] * 101, in_view=True) == [
        "no more than 100 items allowed [json-pointer:/blocks]"
    ]


def test_block_ids_are_unique() -> None:
    twice = [{"type": "divider", "block_id": "b"}] * 2
    assert check_blocks(twice) == ["`block_id` already exists [json-pointer:/blocks/1/block_id]"]


def test_all_the_text_together_is_limited_too() -> None:
    check_message_blocks([section("x" * 2640)] * 5)
    with pytest.raises(SlackError, match="msg_blocks_too_long"):
        check_message_blocks([section("x" * 2641)] * 5)


def test_blocks_that_are_no_list_have_no_format() -> None:
    with pytest.raises(SlackError, match="invalid_blocks_format"):
        check_message_blocks({"type": "divider"})


@pytest.mark.parametrize("metadata", [[], "x"])
def test_metadata_is_an_object(metadata: Any) -> None:
    with pytest.raises(SlackError, match="invalid_metadata_format"):
        check_metadata(metadata)


def test_metadata_has_a_type_and_a_payload() -> None:
    check_metadata({"event_type": "answer", "event_payload": {"nonce": "1"}})
    with pytest.raises(SlackError, match="invalid_metadata_schema"):
        check_metadata({"event_type": "answer"})
    with pytest.raises(SlackError, match="metadata_too_large"):
        check_metadata({"event_type": "answer", "event_payload": {"nonce": "1" * 20_000}})


MODAL: Json = {"type": "modal", "title": plain("Why"), "blocks": [{"type": "divider"}]}
FIELD = {"type": "input", "label": plain("Name"), "element": {"type": "plain_text_input", "action_id": "n"}}


@pytest.mark.parametrize(
    ("view", "complaint"),
    [
        (MODAL | {"private_metadata": "x" * 3001}, "must be less than 3001 characters [json-pointer:/view/private_metadata]"),
        (MODAL | {"title": plain("x" * 25)}, "must be less than 25 characters [json-pointer:/view/title/text]"),
        (MODAL | {"callback_id": "x" * 256}, "must be less than 256 characters [json-pointer:/view/callback_id]"),
        (MODAL | {"blocks": [FIELD]}, "missing required field: submit [json-pointer:/view]"),
        (MODAL | {"blocks": [section("")]}, "must be more than 0 characters [json-pointer:/view/blocks/0/text/text]"),
        (MODAL | {"blocks": [{"type": "markdown", "text": "a"}]}, "unsupported type: markdown [json-pointer:/view/blocks/0/type]"),
        ({"type": "modal", "blocks": []}, "missing required field: title [json-pointer:/view]"),
        ({"type": "home", "blocks": []}, "must be `modal` here [json-pointer:/view/type]"),
    ],
)  # fmt: skip
def test_slack_refuses_a_view(view: Json, complaint: str) -> None:
    with pytest.raises(SlackError) as caught:
        check_view(view)
    assert caught.value.code == "invalid_arguments"
    assert f"[ERROR] {complaint}" in caught.value.extra["response_metadata"]["messages"]


def test_a_view_of_250_kb_is_too_large() -> None:
    with pytest.raises(SlackError, match="view_too_large"):
        check_view(MODAL | {"blocks": [section("x" * 2900)] * 100})


@pytest.mark.parametrize(
    "chunk",
    [
        {"type": "poem"},
        {"type": "task_update", "id": "1", "title": "a", "status": "done"},
        {"type": "markdown_text"},
        "x",
    ],
)
def test_slack_refuses_a_chunk(chunk: Any) -> None:
    with pytest.raises(SlackError, match="invalid_chunks"):
        check_chunks([chunk])


ANYTHING = st.recursive(
    st.sampled_from(["section", "actions", "context", "table", "rich_text", "plain_text", "button"])
    | st.none()
    | st.booleans()
    | st.integers()
    | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["type", "text", "elements", "block_id", "accessory", "rows"]), inner, max_size=3
        )
    ),
    max_leaves=10,
)


@given(st.lists(ANYTHING, max_size=4))
def test_nonsense_is_refused_and_never_breaks_the_emulator(blocks: list[Any]) -> None:
    assert outcome(blocks) in {"taken", "invalid_blocks"}


def outcome(blocks: list[Any]) -> str:
    try:
        check_message_blocks(blocks)
    except SlackError as refusal:
        return refusal.code
    return "taken"


@given(st.lists(st.text(max_size=50), max_size=20))
def test_text_is_counted_wherever_it_is(texts: list[str]) -> None:
    nested = [{"type": "container", "child_blocks": [section(t)]} for t in texts]
    assert total_text(nested) == sum(map(len, texts))
