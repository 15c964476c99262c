"""`footnote serve` and `footnote manifest`."""

import signal
import sys
import threading
from importlib import resources

from bot import app, service
from bot.cli import weights
from bot.cli.terminal import command, complain


def serve() -> None:
    with command() as settings, app.records(settings) as records:
        embedder = weights.fetched(settings)
        with service.in_slack(records, embedder, command="footnote serve") as at_work:
            us = at_work.us
            complain(f"Footnote is in Slack (workspace {us.team}, user {us.user}). Ctrl+C ends it.")
            until_told_to_stop()
            complain("Finishing what is in hand …")


def manifest() -> None:
    sys.stdout.write((resources.files("bot.slack") / "manifest.json").read_text(encoding="utf-8"))


def until_told_to_stop() -> None:
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    stop.wait()
