"""The real Footnote on the sample company, in this process, beside Sketchpad: what people see of it is what a browser shows."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from pydantic import SecretStr

from bot import app, service
from bot.cli.demo.company import Company
from bot.cli.demo.desk import Desk
from bot.cli.demo.listing import listed
from bot.playground.confluence import ConfluenceEmulator
from bot.playground.slack import SlackEmulator
from bot.settings import Settings
from tests.browser.second_app import Sketchpad
from tests.inside import synced

PATIENCE_S = 20.0


@dataclass
class Footnote:
    slack: SlackEmulator
    sketchpad: Sketchpad
    settings: Settings

    @property
    def origin(self) -> str:
        return self.slack.origin

    def clear(self) -> None:
        """Nothing was said, and nobody has a modal open. What is still being written is waited for."""
        self.settled()
        world = self.slack.world
        with world.lock:
            for channel in world.channels.values():
                channel.messages.clear()
                channel.threads.clear()
                channel.ephemerals.clear()
            for kept in (world.stacks, world.statuses, world.titles, world.prompts, world.choices, world.homes):
                kept.clear()
        self.sketchpad.heard.clear()

    def settled(self) -> None:
        """Everything was delivered, and everything that was asked is done."""
        post, deadline = self.slack.hub.post, time.monotonic() + PATIENCE_S
        self.slack.hub.accepted()
        while post.due or post.waiting or self._is_asked() or self._is_written():
            assert time.monotonic() < deadline, "it is never over"
            time.sleep(0.02)

    def _is_asked(self) -> bool:
        with app.records(self.settings) as records:
            return records.inbox.waits()

    def _is_written(self) -> bool:
        with self.slack.world.lock:
            return any(m.stream for c in self.slack.world.channels.values() for m in c.messages.values())


@contextmanager
def at_work(
    slack: SlackEmulator, sketchpad: Sketchpad, company: Company, site: ConfluenceEmulator, desk: Desk, folder: Path
) -> Iterator[Footnote]:
    installed = slack.world.app("Footnote")
    settings = Settings(
        home=folder / "home",
        workspace="browser",
        embedder="none",
        slack_bot_token=SecretStr(slack.bot_token(installed)),
        slack_app_token=SecretStr(slack.app_token(installed)),
        slack_api_url=slack.url,
    )
    with app.records(settings) as records, app.assistant(records, None, command="test") as assistant:
        for name in listed(records, company, site):
            synced(assistant, name)
    with (
        app.records(settings) as records,
        service.in_slack(records, None, command="test") as working,
        desk.opened(records, working.assistant),
    ):
        yield Footnote(slack, sketchpad, settings)
