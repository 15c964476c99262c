"""`footnote serve` and `footnote manifest`."""

import os
import signal
import sys
from importlib import resources

from bot import app, service
from bot.cli import weights
from bot.cli.terminal import command, complain


def serve() -> None:
    with command() as settings, app.records(settings) as records:
        embedder = weights.wanted(records)
        with service.in_slack(records, embedder, command="footnote serve") as at_work:
            us = at_work.us
            complain(f"Footnote is in Slack (workspace {us.team}, user {us.user}). Ctrl+C ends it.")
            until_told_to_stop()
            complain("Finishing what is in hand …")


def manifest() -> None:
    sys.stdout.write((resources.files("bot.slack") / "manifest.json").read_text(encoding="utf-8"))


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
