"""Which interactive elements Block Kit has, and what each must look like. Facts only: the numbers are in ``limits``."""

from collections.abc import Mapping
from typing import Final

from bot.playground.slack import limits
from bot.playground.slack.schema import Check, anything, array, boolean, by_type, one_of, shape, string, text

PLAIN: Final = "plain_text"
BOTH: Final = ("plain_text", "mrkdwn")


def label(most: int) -> Check:
    return text(most, PLAIN)


IDENTIFIER: Final = string(limits.IDENTIFIER, least=1)
URL: Final = string(limits.URL_TEXT, least=1)
KIND: Final = {"type": anything}
CONFIRM: Final = shape(
    {"title": label(100), "text": text(limits.CONFIRM_TEXT, *BOTH), "confirm": label(30), "deny": label(30)},
    {"style": one_of("primary", "danger")},
)
OPTION: Final = shape(
    {"text": text(limits.OPTION_TEXT, *BOTH), "value": string(limits.OPTION_VALUE, least=1)},
    {"description": text(limits.OPTION_TEXT, *BOTH), "url": URL},
)
GROUP: Final = shape({"label": label(limits.OPTION_TEXT), "options": array(OPTION, most=limits.OPTIONS)}, {})
SHARED: Final = {"action_id": IDENTIFIER, "confirm": CONFIRM, "focus_on_load": boolean}
MENU: Final = {**SHARED, "placeholder": label(limits.PLACEHOLDER_TEXT)}
INPUT: Final = {**SHARED, "placeholder": label(limits.PLACEHOLDER_TEXT), "dispatch_action_config": anything}

BUTTON: Final = shape(
    {**KIND, "text": label(limits.BUTTON_TEXT)},
    {
        **SHARED,
        "value": string(limits.BUTTON_VALUE),
        "url": URL,
        "style": one_of("primary", "danger"),
        "accessibility_label": string(limits.BUTTON_TEXT),
    },
)
IMAGE: Final = shape({**KIND, "alt_text": string(limits.ALT_TEXT)}, {"image_url": URL, "slack_file": anything})
FEEDBACK_BUTTON: Final = shape(
    {"text": label(limits.BUTTON_TEXT), "value": string(limits.BUTTON_VALUE)},
    {"accessibility_label": string(limits.BUTTON_TEXT)},
)
URL_SOURCE: Final = shape({**KIND, "url": URL, "text": string(limits.URL_TEXT)}, {})


def _menu(*more: str, options: bool = False, many: bool = False) -> Check:
    extra: dict[str, Check] = dict.fromkeys(more, anything)
    if options:
        extra |= {"options": array(OPTION, most=limits.OPTIONS), "option_groups": array(GROUP, most=limits.OPTIONS)}
    if many:
        extra["max_selected_items"] = anything
    return shape(KIND, {**MENU, **extra})


def _choices(most: int) -> Check:
    return shape(
        {**KIND, "options": array(OPTION, most=most)},
        {**SHARED, "initial_option": OPTION, "initial_options": array(OPTION, most=most)},
    )


def _input(*more: str) -> Check:
    return shape(KIND, {**INPUT, **dict.fromkeys(more, anything)})


ELEMENTS: Final[Mapping[str, Check]] = {
    "button": BUTTON,
    "image": IMAGE,
    "feedback_buttons": shape(
        {**KIND, "positive_button": FEEDBACK_BUTTON, "negative_button": FEEDBACK_BUTTON}, {"action_id": IDENTIFIER}
    ),
    "icon_button": shape(
        {**KIND, "icon": anything, "text": label(limits.BUTTON_TEXT)},
        {
            **SHARED,
            "value": string(limits.BUTTON_VALUE),
            "accessibility_label": anything,
            "visible_to_user_ids": anything,
        },
    ),
    "overflow": shape({**KIND, "options": array(OPTION, most=5)}, SHARED),
    "static_select": _menu("initial_option", options=True),
    "multi_static_select": _menu("initial_options", options=True, many=True),
    "external_select": _menu("initial_option", "min_query_length"),
    "multi_external_select": _menu("initial_options", "min_query_length", many=True),
    "users_select": _menu("initial_user"),
    "multi_users_select": _menu("initial_users", many=True),
    "conversations_select": _menu(
        "initial_conversation", "default_to_current_conversation", "filter", "response_url_enabled"
    ),
    "multi_conversations_select": _menu(
        "initial_conversations", "default_to_current_conversation", "filter", many=True
    ),
    "channels_select": _menu("initial_channel", "response_url_enabled"),
    "multi_channels_select": _menu("initial_channels", many=True),
    "checkboxes": _choices(10),
    "radio_buttons": _choices(10),
    "datepicker": _menu("initial_date"),
    "timepicker": _menu("initial_time", "timezone"),
    "datetimepicker": shape(KIND, {**SHARED, "initial_date_time": anything}),
    "plain_text_input": _input("initial_value", "multiline", "min_length", "max_length"),
    "email_text_input": _input("initial_value"),
    "url_text_input": _input("initial_value"),
    "number_input": _input("initial_value", "is_decimal_allowed", "min_value", "max_value"),
    "rich_text_input": _input("initial_value"),
    "file_input": shape(KIND, {**SHARED, "filetypes": anything, "max_files": anything}),
}


def some(*names: str) -> Check:
    return by_type({name: ELEMENTS[name] for name in names})


MENUS: Final = tuple(n for n in ELEMENTS if n.endswith("_select"))
PICKERS: Final = ("datepicker", "timepicker", "datetimepicker", "checkboxes", "radio_buttons")
INPUTS: Final = tuple(n for n in ELEMENTS if n.endswith("_input"))
IN_ACTIONS: Final = some("button", "overflow", *MENUS, *PICKERS)
IN_SECTION: Final = some("button", "image", "overflow", *MENUS, *PICKERS)
IN_INPUT: Final = some(*INPUTS, *MENUS, *PICKERS)
IN_CONTEXT_ACTIONS: Final = some("feedback_buttons", "icon_button")
IN_CARD: Final = some("button", "overflow")
