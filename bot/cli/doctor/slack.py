"""Slack: is it reached, are the tokens good, may the app do what it has to, and do our clocks agree?"""

from collections.abc import Iterator
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import partial
from typing import Final

from bot.cli.doctor import installations
from bot.cli.doctor.asked import NOTHING_GOES, asked, named, unanswered
from bot.cli.doctor.examined import Check, Finding, fault, note, well
from bot.core.clock import Clock
from bot.settings import Settings
from bot.slack.features import lacking, switched_on
from policies.rules import Rules

_MOST_SKEW_S: Final = 60.0


def checks(settings: Settings, clock: Clock) -> list[Check]:
    bot = partial(_of_several if settings.installed_by_oauth else _bot, settings, clock)
    return [
        Check("slack", lambda: list(bot())),
        Check("slack connection", lambda: [_connection(settings)]),
    ]


def _bot(settings: Settings, clock: Clock) -> Iterator[Finding]:
    if settings.slack_bot_token is None:
        yield fault(
            "slack token",
            "SLACK_BOT_TOKEN is not set.",
            why=NOTHING_GOES,
            fix="Create the app from `footnote manifest`, install it, and copy its bot token (xoxb-…) from OAuth & Permissions.",
        )
        return
    said = asked(settings, "auth.test", settings.slack_bot_token.get_secret_value())
    if isinstance(said, str):
        yield unanswered(
            "slack token", "SLACK_BOT_TOKEN", said, "Copy it again from OAuth & Permissions of the app's page."
        )
        return
    yield well("slack token", f"It is taken: workspace {said.data['team_id']}, user {said.data['user_id']}.")
    yield _clock(said.headers.get("date"), clock())


def _of_several(settings: Settings, clock: Clock) -> Iterator[Finding]:
    """Whose tokens are looked at one by one: see `installations`."""
    yield from installations.alone(settings)
    said = asked(settings, "api.test", None)
    if isinstance(said, str):
        yield unanswered("slack", "a question without a token", said, "Look at SLACK_API_URL, if that is set.")
    else:
        yield _clock(said.headers.get("date"), clock())


def scopes(settings: Settings, rules: Rules) -> list[Check]:
    """May the app do what these rules switch on? Nothing is said of a token that is not taken: that was told."""
    if settings.slack_bot_token is None or settings.installed_by_oauth:
        return []
    token = settings.slack_bot_token.get_secret_value()

    def found() -> list[Finding]:
        said = asked(settings, "auth.test", token)
        return [] if isinstance(said, str) else [_scopes(said.headers.get("x-oauth-scopes"), rules)]

    return [Check("slack scopes", found)]


def _scopes(given: str | None, rules: Rules) -> Finding:
    if given is None:
        return note("slack scopes", "Slack did not say which scopes the token has.")
    missing = lacking([scope.strip() for scope in given.split(",")], switched_on(rules))
    if not missing:
        return well("slack scopes", "The app may do all that it has to.")
    return fault(
        "slack scopes",
        f"The app has not been given {named(missing)}.",
        why="What needs them does not work.",
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
        said = asked(settings, "apps.connections.open", settings.slack_app_token.get_secret_value())
        if not isinstance(said, str):
            return well("slack connection", "Socket Mode: the app's token opens a socket.")
        fix = "Make one with connections:write under Basic Information, App-Level Tokens, and turn Socket Mode on."
        return unanswered("slack connection", "SLACK_APP_TOKEN", said, fix)
    if settings.slack_signing_secret is not None:
        return note(
            "slack connection",
            "HTTP: that the signing secret is the right one shows when Slack calls.",
            fix="`footnote manifest --url https://…`, and Retry beside the request URL under Event Subscriptions.",
        )
    return fault(
        "slack connection",
        "Neither SLACK_APP_TOKEN nor SLACK_SIGNING_SECRET is set.",
        why="Slack cannot reach us: " + NOTHING_GOES,
        fix="For Socket Mode set SLACK_APP_TOKEN (xapp-…, connections:write); for HTTP, SLACK_SIGNING_SECRET.",
    )
