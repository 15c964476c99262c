"""What a person filled in becomes ``state.values``. It checks only what Slack's client checks before it sends anything."""

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any, Final

from bot.playground.slack.blocks import elements_of
from bot.playground.slack.errors import CannotDo
from bot.playground.slack.nouns import Json

EMAIL: Final = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
URL: Final = re.compile(r"https?://\S+")
NUMBER: Final = re.compile(r"-?\d+(\.\d+)?")
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


VALUELESS: Final = frozenset({"button", "feedback_buttons", "icon_button", "overflow"})


def fields(blocks: list[Json]) -> Iterator[tuple[Json, Json]]:
    """Each element that holds a value, with its block."""
    for block in blocks:
        for element in elements_of(block):
            if "action_id" in element and element["type"] not in VALUELESS:
                yield block, element


def filled(blocks: list[Json], known: Mapping[str, Json], given: Mapping[str, Any]) -> dict[str, Json]:
    """The state after these entries, named by action_id or by block_id. An entry of None empties its field."""
    names = {e["action_id"] for _, e in fields(blocks)} | {b["block_id"] for b, _ in fields(blocks)}
    unknown = set(given) - names
    if unknown:
        raise CannotDo(f"there is no field {sorted(unknown)} in this view")
    values: dict[str, Json] = {}
    for block, element in fields(blocks):
        block_id, action_id = block["block_id"], element["action_id"]
        name = next((n for n in (action_id, block_id) if n in given), None)
        before = known.get(block_id, {}).get(action_id) or held(element, _initial(element))
        values.setdefault(block_id, {})[action_id] = before if name is None else held(element, given[name])
    return values


def picked(known: Mapping[str, Json], block: Json, element: Json, entry: Any) -> dict[str, Json]:
    """The state after one choice; pressing a button chooses nothing."""
    values = {block_id: dict(entries) for block_id, entries in known.items()}
    if element["type"] not in VALUELESS:
        values[block["block_id"]][element["action_id"]] = held(element, entry)
    return values


def held(element: Json, entry: Any) -> Json:
    kind = element["type"]
    if entry == "":  # an empty field holds nothing
        entry = None
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
        elif isinstance(entry, str) and (wrong := _wrong(element, entry)):
            found[block["block_id"]] = wrong
    return found


def _wrong(element: Json, entry: str) -> str | None:
    """The words are ours: Slack's depend on the client."""
    least, most = element.get("min_length", 0), element.get("max_length", 3_000)
    match element["type"]:
        case "plain_text_input" if len(entry) < least:
            return f"Must be at least {least} characters."
        case "plain_text_input" if len(entry) > most:
            return f"Must be at most {most} characters."
        case "email_text_input" if not EMAIL.fullmatch(entry):
            return "Enter a valid email address."
        case "url_text_input" if not URL.fullmatch(entry):
            return "Enter a valid URL."
        case "number_input":
            return _wrong_number(element, entry)
        case _:
            return None


def _wrong_number(element: Json, entry: str) -> str | None:
    if not NUMBER.fullmatch(entry):
        return "Enter a number."
    if "." in entry and not element.get("is_decimal_allowed"):
        return "Enter a whole number."
    if "min_value" in element and Decimal(entry) < Decimal(str(element["min_value"])):
        return f"Must be at least {element['min_value']}."
    if "max_value" in element and Decimal(entry) > Decimal(str(element["max_value"])):
        return f"Must be at most {element['max_value']}."
    return None


def _initial(element: Json) -> Any:
    return next((v for k, v in element.items() if k.startswith("initial_")), None)
