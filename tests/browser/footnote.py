"""The real Footnote on the sample company, in this process, beside Sketchpad: what people see of it is what a browser shows."""

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from pydantic import SecretStr

from bot import app, service
from bot.cli.demo import jira, wiki
from bot.cli.demo.company import Company
from bot.cli.demo.desk import Desk
from bot.cli.demo.laid_down import lay_down
from bot.cli.demo.listing import listed
from bot.cli.demo.sites import Sites
from bot.playground.slack import SlackEmulator
from bot.playground.world import Person, World
from bot.settings import Settings
from bot.stores import pauses
from bot.worker import SYNC
from policies.experts import SAVED
from tests.browser.second_app import Sketchpad
from tests.inside import synced

PATIENCE_S = 20.0


class WikiAsItWas:
    """What people did to it is undone, and read."""

    def __init__(self, world: World) -> None:
        self._world, self._generation = world, world.generation
        self._before = [
            (one.id, one.read, one.body, one.status, one.parent_id) for one in world.confluence.content.values()
        ]

    @property
    def people(self) -> Mapping[str, Person]:
        """By their accounts."""
        return self._world.people

    def restore(self, settings: Settings) -> None:
        if self._world.generation == self._generation:
            return
        site = self._world.confluence
        for id_, read, body, status, parent in self._before:
            now = site.get(id_)
            if now.status != status:
                site.restore(id_)
            if now.parent_id != parent:
                site.move(id_, parent=parent)
            if now.read != read:
                site.restrict(id_, users=read.users, groups=read.groups, apps=read.apps)
            if now.body != body:
                site.edit(id_, body=body)
        self._generation = self._world.generation
        self._read(settings)

    def write(self, settings: Settings, title: str, body: str) -> None:
        """Somebody writes a page anew, and it is read."""
        site = self._world.confluence
        site.edit(next(one.id for one in site.content.values() if one.title == title), body=body)
        self._read(settings)

    def _read(self, settings: Settings) -> None:
        with app.records(settings) as records:
            app.ask_for_sync(records, [wiki.NAME])
            deadline = time.monotonic() + PATIENCE_S
            while records.jobs.is_in_hand(SYNC, wiki.NAME):
                assert time.monotonic() < deadline, "it is never read"
                time.sleep(0.02)


@dataclass
class Footnote:
    slack: SlackEmulator
    sketchpad: Sketchpad
    settings: Settings
    wiki: WikiAsItWas
    rules: int  # the version that holds before anybody changes anything

    @property
    def origin(self) -> str:
        return self.slack.origin

    def clear(self) -> None:
        """Nothing was said, and nobody has a modal open. What is still being written is waited for."""
        self.settled()
        self.wiki.restore(self.settings)
        self._as_laid_down()
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
        while post.due or post.waiting or self._is_asked() or self._is_written() or self._is_saved():
            assert time.monotonic() < deadline, "it is never over"
            time.sleep(0.02)

    def _as_laid_down(self) -> None:
        with app.records(self.settings) as records, records.database.writing() as session:
            pauses.resume(session, records.clock())
            laid_down = records.config.version(self.rules)
            assert laid_down is not None
            if records.config.newest().texts != laid_down.texts:
                records.config.roll_back(session, self.rules, author="test", now=records.clock())

    def _is_saved(self) -> bool:
        """As an answer; and it will be found."""
        with app.records(self.settings) as records:
            return records.jobs.is_in_hand(SYNC, SAVED)

    def _is_asked(self) -> bool:
        with app.records(self.settings) as records:
            return records.inbox.waits()

    def _is_written(self) -> bool:
        with self.slack.world.lock:
            return any(m.stream for c in self.slack.world.channels.values() for m in c.messages.values())


@contextmanager
def at_work(
    slack: SlackEmulator, sketchpad: Sketchpad, company: Company, reached: Sites, desk: Desk, folder: Path
) -> Iterator[Footnote]:
    installed = slack.world.app("Footnote")
    settings = jira.reached(
        Settings(
            home=folder / "home",
            workspace="browser",
            embedder="none",
            slack_bot_token=SecretStr(slack.bot_token(installed)),
            slack_app_token=SecretStr(slack.app_token(installed)),
            slack_api_url=slack.url,
            admins=company.admins,
        ),
        reached,
    )
    with app.records(settings) as records, app.assistant(records, None, command="test") as assistant:
        for name in listed(records, company, reached):
            synced(assistant, name)
        lay_down(records, company)
        rules = records.config.newest().version.number
    with (
        app.records(settings) as records,
        service.in_slack(records, None, command="test") as working,
        desk.opened(records, working.assistant, reached),
    ):
        yield Footnote(slack, sketchpad, settings, WikiAsItWas(reached.wiki.world), rules)
