"""Which small blocks do all replies share? Facts of Block Kit; what is said in them is said elsewhere."""

import re
from collections.abc import Sequence
from typing import Any

from bot.slack import words
from bot.slack.render.characters import one_line, shortened
from bot.slack.render.parts import Run
from bot.slack.render.richtext import rich_text, section

Json = dict[str, Any]

ASK_A_PERSON = "ask_a_person"  # the button, and the view behind it

SMALL_CHARACTERS = 2_000
BUTTON_CHARACTERS = 75
_NUMBER = re.compile(r"[0-9]")
_SIGNS = {"useful": True, "not_useful": False}


def one_run(text: str) -> Json:
    return rich_text([section((Run(text),))])


def plain_text(text: str) -> Json:
    return {"type": "plain_text", "text": text, "emoji": False}


def mrkdwn(text: str) -> Json:
    """`text` has been made safe; `verbatim`: Slack looks for no further addresses and names in it."""
    return {"type": "mrkdwn", "text": text, "verbatim": True}


def note(text: str) -> Json:
    """In small print; nothing in it is parsed."""
    return {"type": "context", "elements": [plain_text(shortened(text, SMALL_CHARACTERS))]}


def buttons(*named: tuple[str, str], value: str) -> Json:
    """Each with its text and what a click on it is called."""
    return {
        "type": "actions",
        "elements": [
            {"type": "button", "action_id": action_id, "text": plain_text(text), "value": value}
            for text, action_id in named
        ],
    }


def ask(receipt: str) -> Json:
    """Whom to ask, a rule says; what, the receipt."""
    return buttons((words.ASK_A_PERSON, ASK_A_PERSON), value=receipt)


def choices(options: Sequence[str], receipt: str) -> Json:
    """A click says the number of its option; what that is, the receipt says."""
    return {
        "type": "actions",
        "elements": [
            {
                "type": "button",
                "action_id": f"choose:{number}",
                "text": plain_text(shortened(one_line(option), BUTTON_CHARACTERS)),
                "value": f"{receipt}:{number}",
            }
            for number, option in enumerate(options)
        ],
    }


def option_pressed(value: str) -> tuple[str, int] | None:
    """The receipt and the number of the option, from what a click sent; somebody may have made that up."""
    receipt, _, number = value.rpartition(":")
    return (receipt, int(number)) if receipt and _NUMBER.fullmatch(number) else None


def feedback(receipt: str) -> Json:
    """A click tells which of the two it was by its value alone, so each says that behind the receipt."""
    both = {
        "type": "feedback_buttons",
        "action_id": "feedback",
        "positive_button": {"text": plain_text(words.USEFUL), "value": f"{receipt}:useful"},
        "negative_button": {"text": plain_text(words.NOT_USEFUL), "value": f"{receipt}:not_useful"},
    }
    return {"type": "context_actions", "elements": [both]}


def feedback_pressed(value: str) -> tuple[str, bool] | None:
    """The receipt and whether it was useful, from what a click sent; somebody may have made that up."""
    receipt, _, sign = value.rpartition(":")
    return (receipt, _SIGNS[sign]) if receipt and sign in _SIGNS else None
