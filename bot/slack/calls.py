"""Asking Slack, and naming what goes wrong by what to do next. It never repeats what Slack said beyond an error's code.

Retryable       the network, Slack itself or its limits; the SDK has tried again already
AccessUnknown   it will not tell us, or we do not understand it
"""

import re
from collections.abc import Iterator
from http.client import HTTPException
from typing import Final, TypeVar

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
        "ratelimited",
        "request_timeout",
        "service_unavailable",
        "team_added_to_org",
    }
)
_CODE: Final = re.compile(r"[a-z_]{1,64}")


def ask(client: WebClient, method: str, payload: type[AnyPayload], **arguments: str | int) -> AnyPayload:
    try:
        return payload.model_validate(client.api_call(method, params=arguments).data)
    except SlackApiError as refusal:
        raise _by_recovery(method, refusal.response) from None
    except ValidationError:
        raise AccessUnknown(f"{method}: not understood") from None
    except (OSError, HTTPException, ValueError) as trouble:  # no connection; or half an answer
        raise Retryable(f"{method}: {type(trouble).__name__}") from None
    except (SlackClientError, AttributeError):  # the SDK takes whatever is JSON for an object
        raise AccessUnknown(f"{method}: not understood") from None


def pages(client: WebClient, method: str, page: type[AnyPage], **arguments: str) -> Iterator[AnyPage]:
    """Every page, to the last one."""
    cursors = {""}
    cursor = ""
    while len(cursors) <= _MOST_PAGES:
        answered = ask(client, method, page, limit=_PAGE, cursor=cursor, **arguments)
        yield answered
        cursor = answered.next_cursor
        if not cursor:
            return
        if cursor in cursors:
            break
        cursors.add(cursor)
    raise AccessUnknown(f"{method}: no last page")


def _by_recovery(method: str, refusal: SlackResponse) -> Retryable | AccessUnknown:
    body = refusal.data if isinstance(refusal.data, dict) else {}
    code = body.get("error")
    if not isinstance(code, str) or not _CODE.fullmatch(code):
        code = "no answer of Slack's"  # a proxy's page, as a rule
    status = refusal.status_code
    if status == _TOO_MANY or status >= _BROKEN or code in _TRANSIENT or code == "no answer of Slack's":
        return Retryable(f"{method}: {code}")
    return AccessUnknown(f"{method}: {code}")
