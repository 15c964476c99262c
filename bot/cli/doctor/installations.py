"""Installed by OAuth: does the key open what is sealed, does Slack take each token, and does each one renew?"""

from collections.abc import Iterator, Sequence
from typing import Final

from bot import app
from bot.cli.doctor.asked import asked, named, unanswered
from bot.cli.doctor.examined import Check, Finding, fault, note, well
from bot.core.errors import Unready
from bot.core.installing import Installed, Tokens
from bot.service import several
from bot.settings import Settings
from bot.slack.features import lacking, switched_on

_NAME: Final = "installations"
_STOPS: Final = "Nobody is answered there."
_AGAIN: Final = "Open /slack/install of this bot in that workspace, and allow it again."


def checks(records: app.Records) -> list[Check]:
    """Nothing, where there is one workspace and its token is a setting; or where one of several is looked at by itself."""
    settings = records.settings
    is_asked = settings.installed_by_oauth and not several.is_installed(settings)
    return [Check(_NAME, lambda: list(_found(records)))] if is_asked else []


def alone(settings: Settings) -> Sequence[Finding]:
    """What can be told of the settings."""
    if settings.slack_signing_secret is None:
        return [
            fault(
                _NAME,
                "SLACK_CLIENT_ID is set, and SLACK_SIGNING_SECRET is not.",
                why="An app that is installed by OAuth is called over HTTP, and what calls it has to be signed.",
                fix="Copy the signing secret from Basic Information of the app's page.",
            )
        ]
    return []


def _found(records: app.Records) -> Iterator[Finding]:
    listed = several.installations(records)
    live = [one for one in listed.all() if one.state == "live"]
    if not live:
        yield note(_NAME, "The app is installed in no workspace.", fix="Open /slack/install of this bot in a browser.")
    for one in live:
        try:
            tokens = listed.tokens(one.id)
        except Unready as trouble:
            yield fault(f"{_NAME} {one.id}", str(trouble), why=_STOPS, fix="Do what is said there.")
            continue
        if tokens is not None:
            yield from _of_one(records, one, tokens)


def _of_one(records: app.Records, one: Installed, tokens: Tokens) -> Iterator[Finding]:
    name = f"{_NAME} {one.id}"
    said = asked(records.settings, "auth.test", tokens.bot.get_secret_value())
    if isinstance(said, str):
        yield unanswered(name, "its token", said, _AGAIN, why=_STOPS)
        return
    with app.records(several.of_workspace(records.settings, one), records.clock, beside=records) as theirs:
        missing = lacking(one.scopes.split(","), switched_on(app.rules_in_force(theirs)))
    if missing:
        yield fault(name, f"It was not given {named(missing)}.", why="What needs them does not work there.", fix=_AGAIN)
    elif one.trouble is not None and one.trouble != "unreachable":
        ends = f"{one.expires_at:%Y-%m-%d %H:%M} UTC" if one.expires_at is not None else "its end"
        what = f"Slack does not renew its token ({one.trouble}): it holds until {ends}."
        yield fault(name, what, why="From then on nobody is answered there.", fix=_AGAIN)
    else:
        yield well(name, "Its token is taken, and it may do all that it has to.")
