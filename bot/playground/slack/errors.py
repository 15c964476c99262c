"""What can go wrong: ``SlackError`` is Slack's own answer to an app, ``CannotDo`` tells a person (or a test) no.

SlackError   a method refuses; its code is Slack's, and the reply is still HTTP 200
CannotDo     a human action that Slack's client would not offer
"""

from typing import Any


class SlackError(Exception):
    """Slack refused the call."""

    def __init__(self, code: str, **extra: Any) -> None:
        super().__init__(code)
        self.code = code
        self.extra = extra

    def body(self) -> dict[str, Any]:
        return {"ok": False, "error": self.code, **self.extra}


class CannotDo(Exception):  # noqa: N818 - it is not an error of the program: the client would not offer this
    """Slack's client would not let this person do that."""


def complaints(code: str, messages: list[str]) -> SlackError:
    """The shape Slack uses when it says what is wrong with blocks, a view or other arguments."""
    extra: dict[str, Any] = {"response_metadata": {"messages": [f"[ERROR] {message}" for message in messages]}}
    if code == "invalid_blocks":
        extra["errors"] = messages
    return SlackError(code, **extra)
