"""`footnote serve` and `footnote manifest`."""

import os
import signal

from bot import app, service
from bot.cli import weights
from bot.cli.terminal import command, complain, print_json
from bot.settings import Settings
from bot.slack.manifest import manifest as described


def serve(*, host: str | None, port: int | None) -> None:
    with command() as found, app.records(_listening(found, host, port)) as records:
        embedder = weights.wanted(records)
        with service.in_slack(records, embedder, command="footnote serve") as at_work:
            us = at_work.us
            complain(f"Footnote is in Slack (workspace {us.team}, user {us.user}). Ctrl+C ends it.")
            if at_work.port is not None:
                complain(f"It listens on {records.settings.host}:{at_work.port}.")
            until_told_to_stop()
            complain("Finishing what is in hand …")


def manifest(url: str | None) -> None:
    with command():
        print_json(described(url))


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
