"""`footnote demo`: a whole company on this machine, in a browser. The bot is the real one; the Slack it speaks to is ours."""

import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from functools import partial
from pathlib import Path

from pydantic import SecretStr

from bot import app, service
from bot.cli import weights
from bot.cli.demo import browser, jira, sites
from bot.cli.demo.company import Company, chosen
from bot.cli.demo.desk import Desk
from bot.cli.demo.laid_down import lay_down
from bot.cli.demo.listing import listed
from bot.cli.demo.sites import Sites
from bot.cli.demo.watch import watched
from bot.cli.serve import until_told_to_stop
from bot.cli.sync import bring_up_to_date
from bot.cli.terminal import command, complain, out, say
from bot.core.errors import BadUse, Unready
from bot.playground import web
from bot.playground.slack import SlackEmulator
from bot.settings import Settings

_PORT = 8420
_PATIENCE_S, _LOOK_S = 30.0, 0.02
_COMMAND = "footnote demo"


def demo(*, port: int | None, opens: bool, folder: Path | None, model: str | None) -> None:
    with command() as settings:
        company = chosen(folder)
        desk = Desk(company)
        with (
            _slack(company, desk, port) as slack,
            sites.running(company.documents) as reached,
            _footnote(jira.reached(_settings(settings, company, slack, model), reached), company, reached, desk),
        ):
            _wait_until_heard(slack)
            _welcome(f"{slack.origin}/", company, opens=opens)
            until_told_to_stop()
            complain("Finishing what is in hand …")


def _settings(settings: Settings, company: Company, slack: SlackEmulator, model: str | None) -> Settings:
    """On a home of its own, so that nothing of the demo mixes with what is real."""
    return settings.model_copy(
        update={
            "home": settings.home / company.home,
            "workspace": "demo",
            "database_url": None,
            "chroma_url": None,
            "ledger_key_file": None,
            "port": None,
            "slack_bot_token": SecretStr(slack.bot_token()),
            "slack_app_token": SecretStr(slack.app_token()),
            "slack_api_url": slack.url,
            "admins": company.admins,
            **({"model": model} if model is not None else {}),
        }
    )


@contextmanager
def _slack(company: Company, desk: Desk, port: int | None) -> Iterator[SlackEmulator]:
    routes = [*desk.routes(), *web.routes()]
    slack = SlackEmulator(company.world, port=_PORT if port is None else port, routes=routes)
    _start(slack, or_anywhere=port is None)
    try:
        yield slack
    finally:
        slack.stop()


def _start(slack: SlackEmulator, *, or_anywhere: bool) -> None:
    try:
        slack.start()
    except OSError as error:
        if not or_anywhere:
            reason = (error.strerror or str(error)).lower()
            raise BadUse(
                f"Port {slack.port} cannot be used: {reason}. Choose another --port, or leave it out."
            ) from error
        slack.port = 0
        slack.start()


@contextmanager
def _footnote(settings: Settings, company: Company, reached: Sites | None, desk: Desk) -> Iterator[None]:
    with app.records(settings) as records:
        with records.home.owned(_COMMAND, records.clock()):  # whoever comes second changes nothing for the first
            names = listed(records, company, reached)
        embedder = weights.wanted(records)
        for result in bring_up_to_date(records, embedder, names, command=_COMMAND):
            if result.error is not None:
                raise Unready(f"{_where(company, result.source)} cannot be read: {result.error}.")
        lay_down(records, company)
        with (
            service.in_slack(records, embedder, command=_COMMAND) as at_work,
            _watched(records, company),
            desk.opened(records, at_work.assistant, reached),
        ):
            yield


def _where(company: Company, source: str) -> str:
    if company.folder is not None and company.folder.source == source:
        return str(company.folder.path)
    return f"The {source} of {company.name}"


def _watched(records: app.Records, company: Company) -> AbstractContextManager[None]:
    if company.folder is None:
        return nullcontext()
    return watched(company.folder.path, partial(_read_again, records, company.folder.source))


def _read_again(records: app.Records, source: str) -> None:
    app.ask_for_sync(records, [source])


def _wait_until_heard(slack: SlackEmulator) -> None:
    """What is said before the bot is connected reaches it a minute later, as with Slack."""
    deadline = time.monotonic() + _PATIENCE_S
    while not slack.hub.count():
        if time.monotonic() > deadline:
            raise Unready("Footnote could not connect to the demo's Slack. Try again; if it happens again, tell us.")
        time.sleep(_LOOK_S)


def _welcome(address: str, company: Company, *, opens: bool) -> None:
    say(f"{company.name} is at {address}")
    say("Ctrl+C ends it.")
    out.file.flush()  # whoever started it may be reading along, and not at a terminal
    if opens and not browser.opened(address):
        complain("No browser could be opened from here: please open the address in one yourself.")
