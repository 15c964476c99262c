"""Would Slack accept this as a message, as a modal, as metadata? It raises Slack's refusal and must never repair anything."""

import json
from collections.abc import Mapping
from typing import Any, Final

from bot.playground.slack import limits
from bot.playground.slack.blocks import check_blocks, total_text
from bot.playground.slack.elements import label
from bot.playground.slack.errors import SlackError, complaints
from bot.playground.slack.nouns import Json
from bot.playground.slack.schema import Check, anything, boolean, problem, shape, string

VIEW_FIELDS: Final[Mapping[str, Check]] = {
    "callback_id": string(limits.IDENTIFIER),
    "external_id": string(limits.IDENTIFIER),
    "private_metadata": string(limits.PRIVATE_METADATA),
}
MODAL: Final = shape(
    {"type": anything, "title": label(limits.VIEW_TITLE), "blocks": anything},
    {
        **VIEW_FIELDS,
        "submit": label(limits.VIEW_TITLE),
        "close": label(limits.VIEW_TITLE),
        "clear_on_close": boolean,
        "notify_on_close": boolean,
        "submit_disabled": boolean,
    },
)
HOME: Final = shape({"type": anything, "blocks": anything}, VIEW_FIELDS)


def check_message_blocks(blocks: Any) -> None:
    if not isinstance(blocks, list):
        raise SlackError("invalid_blocks_format")
    found = check_blocks(blocks)
    if found:
        raise complaints("invalid_blocks", found)
    if any(block["type"] == "input" and not block.get("dispatch_action") for block in blocks):
        raise complaints("invalid_blocks", [problem("unsupported type: input", "/blocks")])
    if total_text(blocks) > limits.MESSAGE_BLOCKS_TEXT:
        raise SlackError("msg_blocks_too_long")


def check_metadata(metadata: Any) -> None:
    if not isinstance(metadata, dict):
        raise SlackError("invalid_metadata_format")
    if not metadata:
        return
    if not isinstance(metadata.get("event_type"), str) or not isinstance(metadata.get("event_payload"), dict):
        raise SlackError("invalid_metadata_schema")
    if len(json.dumps(metadata).encode()) > limits.METADATA_BYTES:
        raise SlackError("metadata_too_large")


def check_view(view: Any, *, home: bool = False) -> Json:
    """The view, if Slack would show it."""
    if not isinstance(view, dict):
        raise complaints("invalid_arguments", [problem("must provide an object", "/view")])
    if len(json.dumps(view).encode()) > limits.VIEW_BYTES:
        raise SlackError("view_too_large")
    wanted = "home" if home else "modal"
    if view.get("type") != wanted:
        raise complaints("invalid_arguments", [problem(f"must be `{wanted}` here", "/view/type")])
    found = (HOME if home else MODAL)(view, "/view")
    blocks = view.get("blocks")
    found += check_blocks(blocks, in_view=True, at="/view/blocks") if isinstance(blocks, list) else []
    if not home and not found and any(b["type"] == "input" for b in view["blocks"]) and not view.get("submit"):
        found.append(problem("missing required field: submit", "/view"))
    if found:
        raise complaints("invalid_arguments", found)
    return dict(view)


def check_chunks(chunks: Any) -> list[Json]:
    """Pieces of a stream: text, a task, a plan, blocks."""
    if not isinstance(chunks, list):
        raise SlackError("invalid_chunks")
    for chunk in chunks:
        match chunk:
            case {"type": "markdown_text", "text": str(said)} if len(said) <= limits.MARKDOWN_TEXT:
                pass
            case {
                "type": "task_update",
                "id": str(),
                "title": str(),
                "status": "pending" | "in_progress" | "complete" | "error",
            }:
                pass
            case {"type": "plan_update", "title": str()}:
                pass
            case {"type": "blocks", "blocks": list(blocks)}:
                check_message_blocks(blocks)
            case _:
                raise SlackError("invalid_chunks")
    return chunks
