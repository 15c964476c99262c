"""A small company with its Slack, and the real bot in it, in this process: what people write is what a test drives."""

import os
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal

import pytest
from starlette.routing import BaseRoute

from bot import app, service
from bot.core.clock import Clock, utc_now
from bot.core.nouns import ReceiptId
from bot.core.proposals import AnyTool
from bot.playground.slack import Channel, Delivery, Message, Person, RateLimits, SlackEmulator, SlackWorld
from bot.settings import Settings
from bot.stores.ledger.book import Recorded
from bot.web.slack import EVENTS
from tests import company, read_before
from tests.console import Console
from tests.world import CHROMA, SHORT_LEASE

QUESTION = "How many days of annual leave do I have?"
ANSWER = "27 days of paid annual leave"
SECRET = "How many weeks of salary is the severance payment?"
SECRET_ANSWER = "19 weeks of salary"
PATIENCE_S = 30.0


def a_slack_world() -> SlackWorld:
    """ana (engineering), ben (HR) and zoe (sales) of the small company, a guest, somebody of another company, a bot."""
    world = SlackWorld(team="Acme", domain="acme")
    footnote = world.add_app(commands=["/footnote"])
    for name in ("ana", "ben", "zoe"):
        world.add_user(name, email=f"{name}@acme.test")
    world.add_user("guest", email="guest@else.test", restricted=True)
    world.add_user("stranger", email="stranger@umbrella.test", team=world.add_team("Umbrella"))
    world.add_user("robot", bot=True)
    world.add_channel("general", members=["ana", "ben", "zoe", footnote], general=True)
    world.add_channel("hr", members=["ben", footnote], private=True)
    world.add_channel("eng-hr", members=["ana", "ben", "robot", footnote], private=True)
    world.add_channel("guests", members=["ana", "guest", footnote], private=True)
    return world


Over = Literal["socket", "http"]
OVER: Over = "http" if os.environ.get("FOOTNOTE_TEST_SLACK_OVER") == "http" else "socket"  # noqa: TID251 - the suite's own switch
either_way = pytest.mark.parametrize("over", ["socket", "http"])
"""For tests of what Slack delivers: on its socket, and over HTTP. All others go one way, which the switch chooses."""

ANEW = {"FOOTNOTE_ANSWERS_KEPT_MB": "0"}  # the same is asked over and over, and is to be answered each time


@dataclass
class Office:
    """`records`: the same home's, for whoever looks in over and over."""

    slack: SlackEmulator
    settings: Settings
    records: app.Records

    def person(self, name: str) -> Person:
        return self.slack.as_user(name)

    @property
    def us(self) -> str:
        return self.slack.mention("footnote")

    def direct(self, name: str) -> Channel:
        return self.slack.world.im(name, next(iter(self.slack.world.apps.values())))

    def asks(
        self, name: str, text: str = QUESTION, *, channel: str | None = None, thread: str | None = None
    ) -> Message:
        """In a channel, the bot is named; without one, in the direct conversation."""
        if channel is None:
            return self.person(name).post(self.direct(name), text, thread_ts=thread)
        return self.person(name).post(channel, f"{self.us} {text}", thread_ts=thread)

    def replies(self, place: str | Channel, under: str | None = None) -> list[Message]:
        """The bot's messages there, oldest first."""
        channel = place if isinstance(place, Channel) else self.slack.world.channel(place)
        with self.slack.world.lock:
            return [
                message
                for message in channel.messages.values()
                if message.app_id and (under is None or message.thread_ts == under)
            ]

    def reply(self, place: str | Channel, under: str | None = None) -> Message:
        """The only one."""
        until(lambda: self.replies(place, under))
        (found,) = self.replies(place, under)
        return found

    def console(self, **variables: str) -> Console:
        """The same home, for `footnote serve` in a process of its own, and whatever looks into it afterwards."""
        ours = self.settings
        slack = {"SLACK_API_URL": self.slack.url, "SLACK_APP_TOKEN": self.slack.app_token()}
        environment = {**slack, "FOOTNOTE_EMBEDDER": "none", **ANEW, **SHORT_LEASE, **variables}
        for name, secret in (
            ("SLACK_BOT_TOKEN", ours.slack_bot_token),
            ("DATABASE_URL", ours.database_url),
        ):
            if secret is not None:
                environment[name] = secret.get_secret_value()
        if ours.chroma_url is not None:
            environment["CHROMA_URL"] = ours.chroma_url
        return Console(ours.home, environment)

    def settled(self, patience_s: float = PATIENCE_S) -> None:
        """Everything was delivered, and everything that was asked is done."""
        self.slack.hub.accepted()
        post = self.slack.hub.post
        until(lambda: not post.due and not post.waiting and not self.records.inbox.waits(), patience_s)

    def receipts(self, most: int = 100) -> list[tuple[Recorded, ...]]:
        """The events of each, the newest first."""
        with self.records.database.reading() as session:
            found = [opened.receipt for opened in self.records.ledger.receipts(session, most)]
        return [self.records.receipts.events(ReceiptId(receipt)) for receipt in found]

    def events(self, kind: str) -> list[dict[str, Any]]:
        return [event.body or {} for events in self.receipts() for event in events if event.kind == kind]


_SOONER_S: Final = (0.0, 1.0, 5.0)  # than Slack's minutes: what was sent while a bot ended comes to the next one


@contextmanager
def office(
    folder: Path,
    database_url: str,
    *,
    world: SlackWorld | None = None,
    delivery: Delivery | None = None,
    rates: RateLimits | None = None,
    documents: Mapping[str, str] = company.DOCUMENTS,
    people: str = company.PEOPLE,
    over: Over | None = None,
    routes: Sequence[BaseRoute] = (),
    **settings: Any,
) -> Iterator[Office]:
    """The company has been read; nobody is in Slack yet: see `running`. `over`: as Slack reaches us. `routes`: a page on it."""
    rates, delivery = rates or RateLimits.off(), delivery or Delivery(redelivery_s=_SOONER_S)
    emulator = SlackEmulator(world or a_slack_world(), delivery=delivery, rates=rates, routes=routes)
    with emulator as slack:
        named: dict[str, Any] = {
            "SLACK_BOT_TOKEN": slack.bot_token(),
            **_way(slack, over or OVER),
            "SLACK_API_URL": slack.url,
            "DATABASE_URL": database_url if database_url.startswith("postgresql") else None,
            "CHROMA_URL": CHROMA,
        }
        settings = {"answers_kept_mb": 0, **settings}  # as above
        ours = Settings(home=folder / "home", embedder="none", lease_s=2, **named, **settings)
        with read_before.records(ours, folder / "company", documents, people) as records:
            yield Office(slack, ours, records)


def _way(slack: SlackEmulator, over: Over) -> dict[str, Any]:
    if over == "http":
        return {"SLACK_SIGNING_SECRET": slack.signing_secret(), "port": 0}
    return {"SLACK_APP_TOKEN": slack.app_token()}


@contextmanager
def running(office: Office, clock: Clock = utc_now, tools: Sequence[AnyTool] | None = None) -> Iterator[service.AtWork]:
    """Reached as its settings say: on its socket, or over HTTP. `tools`: all that can be done."""
    with (
        app.records(office.settings, clock) as records,
        service.in_slack(records, None, command="test", tools=tools) as at_work,
    ):
        if office.settings.slack_app_token is None:
            office.slack.deliver_to(f"http://127.0.0.1:{at_work.port}{EVENTS}")
        try:
            yield at_work
        finally:
            office.slack.deliver_to(None)


def until(happens: Callable[[], object], patience_s: float = PATIENCE_S) -> None:
    deadline = time.monotonic() + patience_s
    while not happens():
        assert time.monotonic() < deadline, "it does not happen"
        time.sleep(0.02)
