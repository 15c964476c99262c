"""Which small blocks do all replies share? Facts of Block Kit; what is said in them is said elsewhere."""

from typing import Any

from bot.slack import words
from bot.slack.render.characters import shortened
from bot.slack.render.parts import Run
from bot.slack.render.richtext import rich_text, section

Json = dict[str, Any]

SMALL_CHARACTERS = 2_000
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


def button(text: str, *, action_id: str, value: str) -> Json:
    one = {"type": "button", "action_id": action_id, "text": plain_text(text), "value": value}
    return {"type": "actions", "elements": [one]}


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
