"""A port on which Slack's requests are taken, with a desk that notes what it is handed; and requests as Slack signs them."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx
from slack_sdk import WebClient
from starlette.applications import Starlette
from starlette.routing import BaseRoute

from bot.core.clock import utc_now
from bot.core.failpoints import armed
from bot.core.nouns import Event, Incoming
from bot.playground.slack import App, SlackEmulator
from bot.playground.slack.requests import FORM, JSON, signed
from bot.slack import connection
from bot.slack.listeners import Hands, Listeners
from bot.web.server import Server
from bot.web.slack import EVENTS, Requests
from tests.slack.office import a_slack_world

SECRET = "a secret that Slack and we know"


@dataclass
class FakeDesk:
    """Keeps what it is handed, once it may: `shut` makes it wait, `broken` makes it fail."""

    taken: list[Incoming] = field(default_factory=list)
    open: threading.Event = field(default_factory=threading.Event)
    at: threading.Event = field(default_factory=threading.Event)
    broken: bool = False

    def take(self, incoming: Incoming) -> bool:
        self.at.set()
        assert self.open.wait(20)
        if self.broken:
            raise OSError("the disk is full")
        is_new = incoming.key not in {one.key for one in self.taken}
        self.taken.append(incoming)
        return is_new

    def forget(self, subject: str) -> None: ...

    def note(self, event: Event) -> None: ...


class FakeReaders:
    def member_moved(self, channel: str) -> None: ...

    def place_changed(self, channel: str) -> None: ...

    def user_changed(self, user: str | None, said: Any = None) -> None: ...


@dataclass
class Line:
    slack: SlackEmulator
    desk: FakeDesk
    requests: Requests
    server: Server
    rated: list[object]
    client: httpx.Client

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.port}{EVENTS}"

    @property
    def app(self) -> App:
        return next(iter(self.slack.world.apps.values()))

    def event(self, text: str = "How many days?", **changes: Any) -> bytes:
        world = self.slack.world
        said = {
            "type": "message",
            "channel": world.im("ana", self.app).id,
            "channel_type": "im",
            "user": world.user("ana").id,
            "text": text,
            "ts": world.new_ts(),
            **changes,
        }
        body = {"type": "event_callback", "team_id": world.home.id, "api_app_id": self.app.id, "event": said}
        return json.dumps(body).encode()

    def post(self, body: bytes, headers: dict[str, str] | None = None, **changes: str) -> httpx.Response:
        """Signed now, unless there are headers; `changes` replace them one by one."""
        given = {"content-type": JSON, **now_signed(body)} if headers is None else headers
        kept = {**given, **{name.replace("_", "-"): value for name, value in changes.items()}}
        return self.client.post(self.url, content=body, headers=kept)


def now_signed(body: bytes, secret: str = SECRET, *, ago_s: float = 0) -> dict[str, str]:
    return signed(secret, body, time.time() - ago_s)  # noqa: TID251 - Slack's clock, not the bot's


@contextmanager
def line(*, routes: Callable[[], list[BaseRoute]] = list) -> Iterator[Line]:
    with SlackEmulator(a_slack_world()) as slack:
        desk, rated = FakeDesk(), list[object]()
        desk.open.set()
        web = WebClient(token=slack.bot_token(), base_url=slack.url)
        bolt = connection.bolt(web, SECRET)
        us = connection.who_we_are(web)

        def later(do: Callable[[], object], *, otherwise: Callable[[], object] | None = None) -> None:
            do()

        def rate(*clicked: object) -> bool:
            rated.append(clicked)
            return False

        hands = Hands(
            busy=lambda _: None,
            rest=lambda _: None,
            wake=lambda: None,
            explain=lambda *_: None,
            use=lambda *_: None,
            rate=rate,
            choose=lambda *_: None,
            may_ask=lambda *_: False,
            overhear=lambda *_: None,
        )
        Listeners(us, desk, FakeReaders(), hands, later=later, clock=utc_now, reach=armed(None)).attach(bolt)
        requests = Requests(bolt, SECRET)
        server = Server(Starlette(routes=[*requests.routes(), *routes()]), host="127.0.0.1", port=0)
        server.open()
        try:
            with httpx.Client(trust_env=False, timeout=30, limits=httpx.Limits(max_keepalive_connections=0)) as client:
                yield Line(slack, desk, requests, server, rated, client)
        finally:
            desk.open.set()
            server.close()
            requests.close()


__all__ = ["FORM", "JSON", "SECRET", "FakeDesk", "Line", "line", "now_signed"]
