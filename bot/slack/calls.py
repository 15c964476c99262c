"""Calling Slack, and naming what goes wrong by what to do next. It never repeats what Slack said beyond an error's code.

Retryable       the network, Slack itself or its limits; the SDK has waited already, where waiting helps anybody
Limited         the same, where Slack has done nothing for certain
Refused         Slack has understood, and will not; or we do not understand it
AccessUnknown   the same, where we asked who may read what
"""

import json
import re
from collections.abc import Collection, Iterator, Mapping
from http.client import HTTPException
from typing import Any, Final, TypeVar

from pydantic import ValidationError
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.web import SlackResponse

from bot.slack.wire import Page, Payload
from connectors.model import AccessUnknown, Retryable

AnyPayload = TypeVar("AnyPayload", bound=Payload)
AnyPage = TypeVar("AnyPage", bound=Page)

_PAGE: Final = 999  # Slack wants less than 1000
_MOST_PAGES: Final = 500
_TOO_MANY, _BROKEN = 429, 500

_TRANSIENT: Final = frozenset(
    {
        "fatal_error",
        "fetch_members_failed",
        "internal_error",
        "invalid_cursor",  # whom it named has left meanwhile
        "request_timeout",
        "service_unavailable",
        "team_added_to_org",
    }
)
_CODE: Final = re.compile(r"[a-z_]{1,64}")


class Limited(Retryable):
    """Slack has not done it, and would a moment later."""


class Refused(Exception):  # noqa: N818 - named by recovery, not by kind
    """Asking again would change nothing."""

    def __init__(self, method: str, code: str) -> None:
        super().__init__(f"{method}: {code}")
        self.code = code

    def is_about(self, codes: Collection[str]) -> bool:
        return self.code in codes


def call(client: WebClient, method: str, payload: type[AnyPayload], **arguments: Any) -> AnyPayload:
    """Lists and objects go as JSON inside a form, which Slack takes for every method."""
    try:
        return payload.model_validate(client.api_call(method, data=_form(arguments)).data)
    except SlackApiError as refusal:
        raise _by_recovery(method, refusal.response) from None
    except ValidationError:
        raise Refused(method, "not understood") from None
    except (OSError, HTTPException, ValueError) as trouble:  # no connection; or half an answer
        raise Retryable(f"{method}: {type(trouble).__name__}") from None
    except (SlackClientError, AttributeError):  # the SDK takes whatever is JSON for an object
        raise Refused(method, "not understood") from None


def ask(client: WebClient, method: str, payload: type[AnyPayload], **arguments: str | int) -> AnyPayload:
    """About people and places."""
    try:
        return call(client, method, payload, **arguments)
    except Refused as refused:
        raise AccessUnknown(str(refused)) from None


def ask_all(client: WebClient, method: str, page: type[AnyPage], **arguments: str) -> Iterator[AnyPage]:
    """About people and places, to the last page."""
    try:
        yield from pages(client, method, page, **arguments)
    except Refused as refused:
        raise AccessUnknown(str(refused)) from None


def pages(client: WebClient, method: str, page: type[AnyPage], **arguments: Any) -> Iterator[AnyPage]:
    """Every page, to the last one."""
    cursors = {""}
    cursor = ""
    while len(cursors) <= _MOST_PAGES:
        answered = call(client, method, page, limit=_PAGE, cursor=cursor, **arguments)
        yield answered
        cursor = answered.next_cursor
        if not cursor:
            return
        if cursor in cursors:
            break
        cursors.add(cursor)
    raise Refused(method, "no last page")


def _form(arguments: Mapping[str, Any]) -> dict[str, str]:
    given = {name: value for name, value in arguments.items() if value is not None}
    return {name: value if isinstance(value, str) else json.dumps(value) for name, value in given.items()}


def _by_recovery(method: str, refusal: SlackResponse) -> Retryable | Refused:
    body = refusal.data if isinstance(refusal.data, dict) else {}
    code = body.get("error")
    if not isinstance(code, str) or not _CODE.fullmatch(code):
        code = "no answer of Slack's"  # a proxy's page, as a rule
    status = refusal.status_code
    if status == _TOO_MANY or code == "ratelimited":
        return Limited(f"{method}: {code}")
    if status >= _BROKEN or code in _TRANSIENT or code == "no answer of Slack's":
        return Retryable(f"{method}: {code}")
    return Refused(method, code)
