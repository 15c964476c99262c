"""How Slack cuts a collection into pages. A cursor names the next item; it must never lose or repeat one while nothing changes."""

import base64
import binascii
from collections.abc import Callable, Sequence
from typing import TypeVar

from bot.playground.slack import limits
from bot.playground.slack.errors import SlackError

Item = TypeVar("Item")


def page(
    items: Sequence[Item], *, key: Callable[[Item], str], noun: str, cursor: str, limit: int, most: int
) -> tuple[list[Item], str]:
    """One page, and the cursor of the next ("" at the end). ``most`` is how many Slack is willing to give at once."""
    if limit < 0 or limit > limits.PAGE:
        raise SlackError("invalid_limit")
    start = _position(items, key, noun, cursor)
    size = min(limit or most, most)
    rest = items[start + size : start + size + 1]
    return list(items[start : start + size]), _cursor(noun, key(rest[0])) if rest else ""


def _cursor(noun: str, key: str) -> str:
    return base64.b64encode(f"{noun}:{key}".encode()).decode()


def _position(items: Sequence[Item], key: Callable[[Item], str], noun: str, cursor: str) -> int:
    if not cursor:
        return 0
    try:
        kind, _, wanted = base64.b64decode(cursor, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        raise SlackError("invalid_cursor") from None
    found = [i for i, item in enumerate(items) if key(item) == wanted]
    if kind != noun or not found:
        raise SlackError("invalid_cursor")
    return found[0]
