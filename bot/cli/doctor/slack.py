"""Slack: is it reached, are the tokens good, may the app do what it has to, and do our clocks agree?"""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import partial
from typing import Any, Final

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackClientError

from bot.cli.doctor import installations
from bot.cli.doctor.examined import Check, Finding, fault, note, well
from bot.core.clock import Clock
from bot.settings import Settings
from bot.slack.manifest import scopes

_PATIENCE_S: Final = 8
_MOST_SKEW_S: Final = 60.0
_NOTHING_GOES: Final = "Nobody is answered in Slack without it."


def checks(settings: Settings, clock: Clock) -> list[Check]:
    bot = partial(installations.alone, settings) if settings.installed_by_oauth else partial(_bot, settings, clock)
    return [
        Check("slack", lambda: list(bot())),
        Check("slack connection", lambda: [_connection(settings)]),
    ]


def _bot(settings: Settings, clock: Clock) -> Iterator[Finding]:
    if settings.slack_bot_token is None:
        yield fault(
            "slack token",
            "SLACK_BOT_TOKEN is not set.",
            why=_NOTHING_GOES,
            fix="Create the app from `footnote manifest`, install it, and copy its bot token (xoxb-…) from OAuth & Permissions.",
        )
        return
    asked = _asked(settings, "auth.test", settings.slack_bot_token.get_secret_value())
    if isinstance(asked, str):
        yield _unanswered(
            "slack token", "SLACK_BOT_TOKEN", asked, "Copy it again from OAuth & Permissions of the app's page."
        )
        return
    yield well("slack token", f"It is taken: workspace {asked.data['team_id']}, user {asked.data['user_id']}.")
    headers = {name.lower(): value for name, value in asked.headers.items()}
    yield _scopes(headers.get("x-oauth-scopes"))
    yield _clock(headers.get("date"), clock())


def _scopes(given: str | None) -> Finding:
    if given is None:
        return note("slack scopes", "Slack did not say which scopes the token has.")
    missing = scopes() - {scope.strip() for scope in given.split(",")}
    if not missing:
        return well("slack scopes", "The app may do all that it has to.")
    return fault(
        "slack scopes",
        f"The app has not been given {', '.join(sorted(missing))}.",
        why="Whatever needs them fails: questions are not heard, readers not known, or answers not posted.",
        fix="Put `footnote manifest` into App Manifest of the app's page, and install the app to the workspace again.",
    )


def _clock(date: str | None, now: datetime) -> Finding:
    try:
        theirs = parsedate_to_datetime(date or "")
    except (ValueError, TypeError):
        return note("clock", "Slack did not say what time it is.")
    skew_s = (now - (theirs if theirs.tzinfo else theirs.replace(tzinfo=UTC))).total_seconds()
    if abs(skew_s) <= _MOST_SKEW_S:
        return well("clock", "It agrees with Slack's.")
    return fault(
        "clock",
        f"This machine's clock is {abs(skew_s):.0f} s {'ahead of' if skew_s > 0 else 'behind'} Slack's.",
        why="Signed requests of Slack's are refused beyond five minutes, and so are ours at Google.",
        fix="timedatectl set-ntp true",
    )


def _connection(settings: Settings) -> Finding:
    """How Slack reaches us."""
    if settings.slack_app_token is not None:
        asked = _asked(settings, "apps.connections.open", settings.slack_app_token.get_secret_value())
        if not isinstance(asked, str):
            return well("slack connection", "Socket Mode: the app's token opens a socket.")
        fix = "Make one with connections:write under Basic Information, App-Level Tokens, and turn Socket Mode on."
        return _unanswered("slack connection", "SLACK_APP_TOKEN", asked, fix)
    if settings.slack_signing_secret is not None:
        return note(
            "slack connection",
            "HTTP: that the signing secret is the right one shows when Slack calls.",
            fix="`footnote manifest --url https://…`, and Retry beside the request URL under Event Subscriptions.",
        )
    return fault(
        "slack connection",
        "Neither SLACK_APP_TOKEN nor SLACK_SIGNING_SECRET is set.",
        why="Slack cannot reach us: " + _NOTHING_GOES,
        fix="For Socket Mode set SLACK_APP_TOKEN (xapp-…, connections:write); for HTTP, SLACK_SIGNING_SECRET.",
    )


class _Answer:
    def __init__(self, data: Mapping[str, Any], headers: Mapping[str, str]) -> None:
        self.data, self.headers = data, headers


def _asked(settings: Settings, method: str, token: str) -> _Answer | str:
    """What Slack says; or why not, by its code or the kind of error."""
    web = WebClient(token=token, base_url=settings.slack_api_url, timeout=_PATIENCE_S, retry_handlers=[])
    try:
        said = web.api_call(method)
    except SlackApiError as error:
        code = error.response.get("error") if isinstance(error.response.data, dict) else None
        return str(code or f"HTTP {error.response.status_code}")
    except (SlackClientError, OSError, ValueError) as error:
        return _UNREACHED + type(error).__name__
    return _Answer(said.data if isinstance(said.data, dict) else {}, said.headers)


_UNREACHED: Final = "!"


def _unanswered(check: str, token: str, because: str, fix: str) -> Finding:
    if because.startswith(_UNREACHED):
        return fault(
            check,
            f"Slack cannot be reached ({because.removeprefix(_UNREACHED)}).",
            why=_NOTHING_GOES,
            fix="Look at the network and the proxy (HTTPS_PROXY), or at SLACK_API_URL, if that is set.",
        )
    return fault(check, f"Slack does not accept {token} ({because}).", why=_NOTHING_GOES, fix=fix)
