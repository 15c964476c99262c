"""What does an event say of messages that nobody addressed to us? Pure. A reply is kept by its place: what it says is read
when it is needed, and never believed of an event.
"""

import re
from typing import Any, Final, NamedTuple

from bot.slack.heard import SPOKEN, Us

_NAME: Final = re.compile(r"[!-~]{1,255}")


class Replied(NamedTuple):
    """A person wrote under a message."""

    channel: str
    thread: str
    message: str
    author: str


class Altered(NamedTuple):
    """What a message said is not what it says now; deleted: it says nothing any more."""

    channel: str
    message: str
    is_deleted: bool


def overheard(event: dict[str, Any], us: Us) -> Replied | Altered | None:
    match event:
        case {"type": "message", "subtype": "message_deleted", "channel": channel, "deleted_ts": message}:
            return Altered(channel, message, is_deleted=True) if _are_names(channel, message) else None
        case {"type": "message", "subtype": "message_changed", "channel": channel, "message": {"ts": message} as now}:
            return _altered(event, channel, message, now) if _are_names(channel, message) else None
        case {"type": "message", "channel": channel, "thread_ts": thread, "ts": message, "user": author}:
            is_reply = _are_names(channel, thread, message, author) and thread != message
            return Replied(channel, thread, message, author) if is_reply and _is_said(event, us) else None
        case _:
            return None


def _altered(event: dict[str, Any], channel: str, message: str, now: dict[str, Any]) -> Altered | None:
    """An unfurled link or a new reply alters nothing that anybody said."""
    is_deleted = now.get("subtype") == "tombstone"
    match event.get("previous_message"):
        case {"text": before} if before == now.get("text") and not is_deleted:
            return None
        case _:
            return Altered(channel, message, is_deleted=is_deleted)


def _is_said(event: dict[str, Any], us: Us) -> bool:
    """By a person, and not to us: that is a question."""
    text = event.get("text")
    to_us = isinstance(text, str) and (f"<@{us.user}>" in text or f"<@{us.user}|" in text)
    return event.get("subtype") in SPOKEN and not event.get("bot_id") and event["user"] != us.user and not to_us


def _are_names(*given: object) -> bool:
    return all(isinstance(one, str) and _NAME.fullmatch(one) for one in given)
