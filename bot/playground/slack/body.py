"""What are the arguments of this HTTP request? Query, form, multipart or JSON; an empty JSON body is no arguments at all."""

import json
from typing import Any

from starlette.requests import Request

from bot.playground.slack.errors import SlackError
from bot.playground.slack.nouns import Json

FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")


async def arguments(request: Request) -> Json:
    found: Json = dict(request.query_params)
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind in FORMS:
        async with request.form() as form:
            return found | {name: _plain(value) for name, value in form.items()}
    raw = await request.body()
    if not raw.strip():
        return found
    if kind == "application/json":
        return found | _object(raw)
    raise SlackError("invalid_post_type" if kind else "missing_post_type")


def _object(raw: bytes) -> Json:
    try:
        parsed: Any = json.loads(raw)
    except (json.JSONDecodeError, UnicodeDecodeError):
        raise SlackError("invalid_json") from None
    if not isinstance(parsed, dict):
        raise SlackError("json_not_object")
    return parsed


def _plain(value: Any) -> str:
    """An uploaded file counts by its name: the emulator keeps no contents."""
    return value if isinstance(value, str) else str(getattr(value, "filename", ""))
