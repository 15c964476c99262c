"""Would Slack accept these blocks? It answers with Slack's own complaints and must never repair anything."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from bot.playground.slack import limits
from bot.playground.slack.elements import (
    BOTH,
    IDENTIFIER,
    IMAGE,
    IN_ACTIONS,
    IN_CARD,
    IN_CONTEXT_ACTIONS,
    IN_INPUT,
    IN_SECTION,
    KIND,
    URL,
    URL_SOURCE,
    label,
)
from bot.playground.slack.schema import (
    Check,
    Complaints,
    anything,
    array,
    boolean,
    by_type,
    lazily,
    one_of,
    problem,
    shape,
    string,
    text,
)

COMMON: Final = {"block_id": string(limits.IDENTIFIER)}
RICH_PARTS: Final = ("rich_text_section", "rich_text_list", "rich_text_preformatted", "rich_text_quote")
RICH_TEXT: Final = shape(
    {**KIND, "elements": array(by_type(dict.fromkeys(RICH_PARTS, anything)), most=1_000, least=0)}, COMMON
)
TASK: Final = shape(
    {
        **KIND,
        "task_id": IDENTIFIER,
        "title": string(limits.SECTION_TEXT, least=1),
    },
    {
        **COMMON,
        "status": one_of("pending", "in_progress", "complete", "error"),
        "details": RICH_TEXT,
        "output": RICH_TEXT,
        "sources": array(by_type({"url": URL_SOURCE}), most=100, least=0),
    },
)
CELL: Final = by_type(
    {
        "rich_text": RICH_TEXT,
        "raw_text": shape({**KIND, "text": string(limits.SECTION_TEXT)}, {}),
        "raw_number": shape({**KIND, "value": anything}, {"text": anything}),
    }
)
CARD: Final = shape(
    KIND,
    {
        **COMMON,
        "hero_image": IMAGE,
        "icon": IMAGE,
        "title": text(limits.CARD_TITLE, *BOTH),
        "subtitle": text(limits.CARD_TITLE, *BOTH),
        "body": text(limits.CARD_BODY, *BOTH),
        "actions": array(IN_CARD, most=limits.ACTIONS_ELEMENTS),
    },
)


def _section(value: Any, at: str) -> Complaints:
    found = SECTION(value, at)
    if value.get("text") is None and not value.get("fields"):
        found.append(problem("must define either `text` or `fields`", at))
    return found


def _card(value: Any, at: str) -> Complaints:
    found = CARD(value, at)
    if not any(value.get(name) for name in ("hero_image", "title", "body", "actions")):
        found.append(problem("must define at least one of `hero_image`, `title`, `body` or `actions`", at))
    return found


def _in_message() -> Check:
    return by_type(BLOCKS)


SECTION: Final = shape(
    KIND,
    {
        **COMMON,
        "text": text(limits.SECTION_TEXT, *BOTH),
        "fields": array(text(limits.FIELD_TEXT, *BOTH), most=limits.SECTION_FIELDS),
        "accessory": IN_SECTION,
        "expand": boolean,
    },
)
BLOCKS: Final[Mapping[str, Check]] = {
    "section": _section,
    "divider": shape(KIND, COMMON),
    "header": shape({**KIND, "text": label(limits.HEADER_TEXT)}, {**COMMON, "level": anything}),
    "markdown": shape({**KIND, "text": string(limits.MARKDOWN_TEXT, least=1)}, COMMON),
    "image": shape(
        {**KIND, "alt_text": string(limits.ALT_TEXT)},
        {**COMMON, "image_url": URL, "slack_file": anything, "title": anything},
    ),
    "context": shape(
        {
            **KIND,
            "elements": array(
                by_type({"image": IMAGE, **{kind: text(limits.SECTION_TEXT, kind) for kind in BOTH}}),
                most=limits.CONTEXT_ELEMENTS,
            ),
        },
        COMMON,
    ),
    "actions": shape({**KIND, "elements": array(IN_ACTIONS, most=limits.ACTIONS_ELEMENTS)}, COMMON),
    "context_actions": shape(
        {**KIND, "elements": array(IN_CONTEXT_ACTIONS, most=limits.CONTEXT_ACTIONS_ELEMENTS)}, COMMON
    ),
    "rich_text": RICH_TEXT,
    "table": shape(
        {**KIND, "rows": array(array(CELL, most=limits.TABLE_COLUMNS), most=limits.TABLE_ROWS)},
        {**COMMON, "column_settings": anything},
    ),
    "task_card": TASK,
    "plan": shape(
        {**KIND, "title": string(limits.SECTION_TEXT, least=1)},
        {**COMMON, "tasks": array(by_type({"task_card": TASK}), most=100, least=0)},
    ),
    "alert": shape(
        {**KIND, "text": text(limits.SECTION_TEXT, *BOTH)},
        {**COMMON, "level": one_of("default", "info", "warning", "error", "success")},
    ),
    "card": _card,
    "carousel": shape({**KIND, "elements": array(by_type({"card": _card}), most=10)}, COMMON),
    "container": shape(
        {**KIND, "child_blocks": array(lazily(_in_message), most=10)},
        {
            **COMMON,
            **dict.fromkeys(("rich_text_title", "width", "icon", "has_header_divider"), anything),
            "title": label(limits.CARD_TITLE),
            "subtitle": text(limits.CARD_TITLE, *BOTH),
            "is_collapsible": boolean,
            "default_collapsed": boolean,
        },
    ),
    "video": anything,
    "file": anything,
    "input": shape(
        {**KIND, "label": label(limits.LABEL_TEXT), "element": IN_INPUT},
        {**COMMON, "hint": label(limits.LABEL_TEXT), "optional": boolean, "dispatch_action": boolean},
    ),
}
IN_MESSAGE: Final = _in_message()
NOT_IN_VIEWS: Final = frozenset({"markdown", "context_actions", "task_card", "plan", "table", "carousel", "file"})
IN_VIEW: Final = by_type({k: v for k, v in BLOCKS.items() if k not in NOT_IN_VIEWS})


def check_blocks(blocks: list[Any], *, in_view: bool = False, at: str = "/blocks") -> Complaints:
    most = limits.VIEW_BLOCKS if in_view else limits.MESSAGE_BLOCKS
    found = array(IN_VIEW if in_view else IN_MESSAGE, most=most, least=0)(blocks, at)
    return found or _duplicates(blocks, at)


def _duplicates(blocks: list[Any], at: str) -> Complaints:
    found: Complaints = []
    block_ids: set[str] = set()
    for i, block in enumerate(blocks):
        block_id = block.get("block_id")
        if block_id and block_id in block_ids:
            found.append(problem("`block_id` already exists", f"{at}/{i}/block_id"))
        block_ids.add(block_id)
        action_ids = [e["action_id"] for e in elements_of(block) if isinstance(e.get("action_id"), str)]
        found += [
            problem(f"`action_id` {a} already exists in this block", f"{at}/{i}")
            for a in dict.fromkeys(action_ids)
            if action_ids.count(a) > 1
        ]
    return found


def elements_of(block: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Everything in this block that somebody may click or fill in."""
    for name in ("elements", "actions"):
        yield from (e for e in block.get(name) or [] if isinstance(e, dict) and e.get("type") != "card")
    for name in ("accessory", "element"):
        if isinstance(block.get(name), dict):
            yield block[name]
    for name in ("child_blocks", "tasks", "elements"):
        yield from (e for child in block.get(name) or [] if _holds_elements(child) for e in elements_of(child))


def _holds_elements(child: Any) -> bool:
    return isinstance(child, dict) and (child.get("type") in BLOCKS)


def total_text(value: Any) -> int:
    """All the text in blocks, as Slack adds it up for ``msg_blocks_too_long`` (the rule is undocumented)."""
    if isinstance(value, dict):
        own = sum(len(v) for k, v in value.items() if k in {"text", "title", "alt_text"} and isinstance(v, str))
        return own + sum(total_text(v) for v in value.values() if isinstance(v, (dict, list)))
    return sum(total_text(v) for v in value) if isinstance(value, list) else 0


def identified(world_id: str, blocks: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Slack gives each block and each interactive element an id when the app gave none."""
    return [_identified(block, f"{world_id}{i}") for i, block in enumerate(blocks)]


def _identified(block: dict[str, Any], block_id: str) -> dict[str, Any]:
    done = {**block, "block_id": block.get("block_id") or block_id}
    named = {"actions": "elements", "context_actions": "elements", "card": "actions"}.get(block["type"], "")
    if block.get(named):
        done[named] = [{**e, "action_id": e.get("action_id") or f"{block_id}a{i}"} for i, e in enumerate(block[named])]
    nested = {"container": "child_blocks", "carousel": "elements"}.get(block["type"], "")
    if block.get(nested):
        done[nested] = [_identified(child, f"{block_id}c{i}") for i, child in enumerate(block[nested])]
    for name in ("accessory", "element"):
        if isinstance(block.get(name), dict) and block[name]["type"] != "image":
            done[name] = {**block[name], "action_id": block[name].get("action_id") or f"{block_id}a"}
    return done
