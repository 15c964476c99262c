"""What a person filled in becomes ``state.values``. It checks only what Slack's client checks before it sends anything."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from bot.playground.slack.blocks import elements_of
from bot.playground.slack.errors import CannotDo
from bot.playground.slack.nouns import Json

REQUIRED: Final = "Please complete this required field."
SELECTED: Final = {
    "users_select": "selected_user",
    "multi_users_select": "selected_users",
    "conversations_select": "selected_conversation",
    "multi_conversations_select": "selected_conversations",
    "channels_select": "selected_channel",
    "multi_channels_select": "selected_channels",
    "datepicker": "selected_date",
    "timepicker": "selected_time",
    "datetimepicker": "selected_date_time",
}
ONE_OPTION: Final = frozenset({"static_select", "external_select", "radio_buttons", "overflow"})
MANY_OPTIONS: Final = frozenset({"multi_static_select", "multi_external_select", "checkboxes"})


def field_of(kind: str) -> str:
    """Under which name an element reports what it holds."""
    if kind in ONE_OPTION:
        return "selected_option"
    if kind in MANY_OPTIONS:
        return "selected_options"
    return SELECTED.get(kind, "value")


_VALUELESS = frozenset({"button", "feedback_buttons", "icon_button", "overflow"})


def fields(blocks: list[Json]) -> Iterator[tuple[Json, Json]]:
    """Each element that holds a value, with its block."""
    for block in blocks:
        for element in elements_of(block):
            if "action_id" in element and element["type"] not in _VALUELESS:
                yield block, element


def filled(blocks: list[Json], known: Mapping[str, Json], given: Mapping[str, Any]) -> dict[str, Json]:
    """The state after these entries, named by action_id or by block_id."""
    names = {e["action_id"] for _, e in fields(blocks)} | {b["block_id"] for b, _ in fields(blocks)}
    unknown = set(given) - names
    if unknown:
        raise CannotDo(f"there is no field {sorted(unknown)} in this view")
    values: dict[str, Json] = {}
    for block, element in fields(blocks):
        block_id, action_id = block["block_id"], element["action_id"]
        before = known.get(block_id, {}).get(action_id) or held(element, _initial(element))
        entry = given.get(action_id, given.get(block_id))
        values.setdefault(block_id, {})[action_id] = before if entry is None else held(element, entry)
    return values


def held(element: Json, entry: Any) -> Json:
    kind = element["type"]
    if kind in ONE_OPTION and isinstance(entry, str):
        entry = option(element, entry)
    if kind in MANY_OPTIONS and isinstance(entry, (list, tuple)):
        entry = [option(element, e) if isinstance(e, str) else e for e in entry]
    return {"type": kind, field_of(kind): entry}


def option(element: Json, value: str) -> Json:
    """One of the options on offer, named by its value."""
    groups = element.get("option_groups") or [{"options": element.get("options") or []}]
    for group in groups:
        for found in group["options"]:
            if found["value"] == value:
                return dict(found)
    raise CannotDo(f"{value!r} is not one of the options")


def incomplete(blocks: list[Json], values: Mapping[str, Json]) -> dict[str, str]:
    """By block_id, what the client complains about before it submits."""
    found: dict[str, str] = {}
    for block, element in fields(blocks):
        if block["type"] != "input":
            continue
        entry = values[block["block_id"]][element["action_id"]].get(field_of(element["type"]))
        if entry in (None, "", []):
            if not block.get("optional"):
                found[block["block_id"]] = REQUIRED
        elif isinstance(entry, str) and len(entry) < element.get("min_length", 0):
            found[block["block_id"]] = f"Must be at least {element['min_length']} characters."
        elif isinstance(entry, str) and len(entry) > element.get("max_length", 3_000):
            found[block["block_id"]] = f"Must be at most {element.get('max_length', 3_000)} characters."
    return found


def _initial(element: Json) -> Any:
    return next((v for k, v in element.items() if k.startswith("initial_")), None)
