"""What Sketchpad asks in its modals: one field of each common kind, required and optional."""

from typing import Any

from tests.browser.gallery import Json, option, plain

TAKEN = "There is a poll of that name."
PAST = "That day is over."


def field(name: str, label: str, element: Json, *, optional: bool = False, hint: str = "") -> Json:
    return {
        "type": "input",
        "block_id": name,
        "label": plain(label),
        "element": {**element, "action_id": "it"},  # the same everywhere: an answer is found by its block
        "optional": optional,
    } | ({"hint": plain(hint)} if hint else {})


def modal(title: str, *blocks: Json, submit: str | None = "Save", callback_id: str = "", **more: Any) -> Json:
    shown: Json = {"type": "modal", "title": plain(title), "blocks": list(blocks), "callback_id": callback_id, **more}
    return shown | ({"submit": plain(submit), "close": plain("Cancel")} if submit else {"close": plain("Close")})


def a_poll(channel: str) -> Json:
    choices = [option("tea"), option("coffee"), option("water")]
    return modal(
        "New poll",
        field("name", "Name", {"type": "plain_text_input", "max_length": 40}, hint="As people will see it"),
        field("about", "What it is about", {"type": "plain_text_input", "multiline": True}, optional=True),
        field("drink", "Drink", {"type": "static_select", "placeholder": plain("Choose"), "options": choices}),
        field("extras", "Extras", {"type": "multi_static_select", "options": choices}, optional=True),
        field("owner", "Owner", {"type": "users_select"}),
        field("rules", "Rules", {"type": "checkboxes", "options": [option("secret"), option("final")]}, optional=True),
        field(
            "size",
            "Size",
            {
                "type": "radio_buttons",
                "options": [option("small"), option("large")],
                "initial_option": option("small"),
            },
        ),
        field("day", "Day", {"type": "datepicker"}),
        field("votes", "Votes each", {"type": "number_input", "is_decimal_allowed": False, "min_value": "1"}),
        field("mail", "Send it to", {"type": "email_text_input"}, optional=True),
        {
            "type": "actions",
            "block_id": "steps",
            "elements": [
                {"type": "button", "action_id": "explain", "text": plain("Explain")},
                {"type": "button", "action_id": "shorten", "text": plain("Shorten")},
            ],
        },
        callback_id="poll",
        private_metadata=channel,
        notify_on_close=True,
    )


def a_short_poll(channel: str) -> Json:
    name = field("name", "Name", {"type": "plain_text_input"})
    return modal("New poll", name, callback_id="short", private_metadata=channel)


def an_explanation() -> Json:
    said = {"type": "section", "text": plain("A poll asks everybody here the same question.")}
    return modal("About polls", said, submit=None)


def held(view: Json, name: str) -> Any:
    """What stands in a field, whatever its kind."""
    entry = dict(view["state"]["values"][name]["it"])
    entry.pop("type")
    (value,) = entry.values()
    return value


def wrong(view: Json) -> dict[str, str]:
    """By block, as ``response_action: errors`` wants it."""
    found = {}
    if held(view, "name") == "taken":
        found["name"] = TAKEN
    if held(view, "day") < "2026-01-01":
        found["day"] = PAST
    return found
