"""How Jira refuses: one shape for all, with messages and with what is wrong of each field."""

from collections.abc import Mapping
from typing import NoReturn

from bot.playground.confluence.errors import RefusedError


def refuse(status: int, *messages: str, fields: Mapping[str, str] | None = None) -> NoReturn:
    raise RefusedError(
        status, "; ".join(messages), body={"errorMessages": list(messages), "errors": dict(fields or {})}
    )


def no_issue() -> NoReturn:
    """The same for what is not there and for what this caller may not see."""
    refuse(404, "Issue does not exist or you do not have permission to see it.")


def no_project(key: str) -> NoReturn:
    refuse(404, f"No project could be found with key '{key}'.")
