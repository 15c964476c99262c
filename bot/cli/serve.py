"""`footnote serve` and `footnote manifest`."""

import os
import signal
from collections.abc import Callable

from bot import app, service
from bot.cli import weights
from bot.cli.doctor.stores import is_there
from bot.cli.terminal import command, complain, print_json
from bot.core.errors import BadUse
from bot.core.ports import Embedder
from bot.settings import Settings
from bot.slack.manifest import manifest as described
from bot.web.install import INSTALL
from policies.rules import Rules


def serve(*, host: str | None, port: int | None) -> None:
    with command() as found, app.records(_listening(found, host, port)) as records:
        if records.settings.installed_by_oauth:
            _serve_several(records)
            return
        embedder = weights.wanted(records)
        with service.in_slack(records, embedder, command="footnote serve") as at_work:
            us = at_work.us
            complain(f"Footnote is in Slack (workspace {us.team}, user {us.user}). Ctrl+C ends it.")
            if at_work.port is not None:
                complain(f"It listens on {records.settings.host}:{at_work.port}.")
            until_told_to_stop()
            complain("Finishing what is in hand …")


def _serve_several(records: app.Records) -> None:
    from bot.service import several

    with several.in_several(records, _embedders(records), command="footnote serve") as served:
        settings = records.settings
        complain(f"Footnote listens on {settings.host}:{served.port}. Whoever opens {INSTALL} there installs it.")
        until_told_to_stop()
        complain("Finishing what is in hand …")


def _embedders(records: app.Records) -> Callable[[app.Records], Embedder | None]:
    """The weights are read once; what was embedded is remembered in each workspace by itself. A hosted embedder is each
    one's own, for it counts against that one's budget.
    """
    from bot.models.remembered import Remembered

    if "/" in records.settings.embedder:
        return weights.wanted
    shared = weights.wanted(records)
    return lambda _: shared.apart() if isinstance(shared, Remembered) else shared


def manifest(url: str | None) -> None:
    with command() as settings:
        by_oauth = settings.installed_by_oauth
        if by_oauth and url is None:
            raise BadUse(
                "SLACK_CLIENT_ID is set, and an app that is installed by OAuth is called over HTTP: say where it is, as in "
                "`footnote manifest --url https://footnote.acme.test`; or unset it for an app of one workspace."
            )
        print_json(described(None if by_oauth else _in_force(settings), url, by_oauth=by_oauth))


def _in_force(settings: Settings) -> Rules:
    """Where nothing is kept yet, nothing is made for that."""
    if not is_there(settings):
        return app.rules_in_force(None)
    with app.records(settings) as records:
        return app.rules_in_force(records)


def _listening(found: Settings, host: str | None, port: int | None) -> Settings:
    given = {name: value for name, value in (("host", host), ("port", port)) if value is not None}
    return found.model_copy(update=given)


def until_told_to_stop() -> None:
    """By a pipe, into which the system itself writes that a signal came. What waits for an event or a lock may miss
    one that comes in the moment before, and a handler that sets an event may wait for the lock of who waits for it.
    """
    told, tell = os.pipe()
    os.set_blocking(tell, False)
    signal.set_wakeup_fd(tell, warn_on_full_buffer=False)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: None)
    os.read(told, 1)
    signal.set_wakeup_fd(-1)
    for end in (told, tell):
        os.close(end)
