"""A Slack to run against: Web API, Socket Mode, response_urls and the human side on one port of this machine, in a thread."""

import asyncio
import socket
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from threading import Thread
from typing import Final, Self

import uvicorn
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Route, WebSocketRoute

from bot.playground.slack import hooks
from bot.playground.slack.body import arguments
from bot.playground.slack.control import Control
from bot.playground.slack.delivery import Delivery, Parcel, Sent
from bot.playground.slack.errors import SlackError
from bot.playground.slack.faults import Faults
from bot.playground.slack.interactions import Interactions
from bot.playground.slack.log import RequestLog
from bot.playground.slack.nouns import App
from bot.playground.slack.page import Page
from bot.playground.slack.people import Person
from bot.playground.slack.rates import RateLimits
from bot.playground.slack.sockets import Hub
from bot.playground.slack.web import WebApi
from bot.playground.slack.world import SlackWorld

HOST: Final = "127.0.0.1"
OURS: Final = [HOST, "localhost"]  # no web page of another site may talk to it under a name of its own
PATIENCE_S: Final = 10.0


class SlackEmulator:
    """``with SlackEmulator(world) as slack:`` … ``slack.url`` is the value for SLACK_API_URL."""

    def __init__(
        self,
        world: SlackWorld | None = None,
        *,
        port: int = 0,
        rates: RateLimits | None = None,
        delivery: Delivery | None = None,
        pages: Mapping[str, int] | None = None,  # method -> how many items it gives at once, at most
        routes: Sequence[BaseRoute] = (),  # a page of one's own, on the same port
        ping_interval_s: float = 20.0,
    ) -> None:
        self.world = world or SlackWorld()
        self.rates = rates or RateLimits()
        self.faults = Faults()
        self.requests = RequestLog()
        self.port = port
        self.hub = Hub(self.world, lambda: f"ws://{HOST}:{self.port}", delivery or Delivery())
        self.interactions = Interactions(self.world, self.hub, lambda: self.origin)
        self.page = Page(self.world, self.as_user)
        self._api = WebApi(
            self.world,
            rates=self.rates,
            faults=self.faults,
            requests=self.requests,
            pages=pages or {},
            socket_url=self.hub.ticket_url,
            hang_up=self._hang_up,
        )
        self.control = Control(self.hub, faults=self.faults, rates=self.rates, requests=self.requests)
        self._routes = routes
        self._ping_interval_s = ping_interval_s
        self._server: uvicorn.Server | None = None
        self._thread: Thread | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self.world.listen(self.hub.hear)
        self.world.listen(self.page.hear)

    # -- where it is

    @property
    def origin(self) -> str:
        return f"http://{HOST}:{self.port}"

    @property
    def url(self) -> str:
        return f"{self.origin}/api/"

    @property
    def delivery(self) -> Delivery:
        return self.hub.delivery

    @property
    def sent(self) -> list[Sent]:
        """Every envelope, with its attempt and when it was acknowledged."""
        return list(self.hub.post.sent)

    @property
    def lost(self) -> list[Parcel]:
        """What Slack gave up on."""
        return list(self.hub.post.lost)

    def bot_token(self, app: App | None = None) -> str:
        return self.world.bot_token(app)

    def app_token(self, app: App | None = None) -> str:
        return self.world.app_token(app)

    def as_user(self, who: str) -> Person:
        return Person(self.world, self.interactions, who)

    def mention(self, who: str) -> str:
        return f"<@{self.world.user(who).id}>"

    # -- its life

    def start(self) -> Self:
        listener = _listener(self.port)
        self.port = listener.getsockname()[1]
        config = uvicorn.Config(
            self._app(),
            log_config=None,
            log_level="warning",
            access_log=False,
            loop="asyncio",  # one way everywhere, whatever else is installed
            http="h11",
            ws="websockets-sansio",
            ws_ping_interval=self._ping_interval_s,
            timeout_graceful_shutdown=1,
        )
        self._server = uvicorn.Server(config)
        self._thread = Thread(target=self._serve, args=(self._server, listener), name="slack-emulator", daemon=True)
        self._thread.start()
        while not self._server.started:
            if not self._thread.is_alive():
                raise RuntimeError("the emulator did not start")
            self._thread.join(0.005)
        return self

    def stop(self) -> None:
        if self._server and self._thread and self._loop:
            self._loop.call_soon_threadsafe(self._farewell)
            self._server.should_exit = True
            self._thread.join(PATIENCE_S)
        self._server = self._thread = self._loop = None

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _serve(self, server: uvicorn.Server, listener: socket.socket) -> None:
        with listener:
            server.run(sockets=[listener])

    def _app(self) -> Starlette:
        return Starlette(
            routes=[
                Route("/api/{method}", self._api.endpoint, methods=["GET", "POST"]),
                Route("/actions/{team_id}/{hook_id}", self._answer, methods=["POST"]),
                Route("/commands/{team_id}/{hook_id}", self._answer, methods=["POST"]),
                WebSocketRoute("/link/", self.hub.serve),
                *self.page.routes(),
                *self.control.routes(),
                *self._routes,
            ],
            middleware=[Middleware(TrustedHostMiddleware, allowed_hosts=OURS)],
            lifespan=self._lifespan,
        )

    @asynccontextmanager
    async def _lifespan(self, _: Starlette) -> AsyncIterator[None]:
        self._loop = asyncio.get_running_loop()
        self.hub.start(self._loop)
        ticking = asyncio.create_task(self.hub.run())
        yield
        ticking.cancel()

    def _farewell(self) -> None:
        """The server waits for open connections; ours would stay open for ever, so they are told first."""
        self.page.stop()
        self.hub.stop()

    async def _answer(self, request: Request) -> Response:
        try:
            body = await arguments(request)
            hooks.answer(self.world, request.path_params["hook_id"], body)
        except SlackError as no:
            status = hooks.MISSING if no.code.endswith("_url") else 200
            return JSONResponse(no.body(), status_code=status)
        return PlainTextResponse("ok")

    def _hang_up(self, request: Request) -> None:
        """Closes the connection under the request: the client learns nothing of what became of it."""
        if self._server is None or request.client is None:
            return
        wanted = (request.client.host, request.client.port)
        for connection in list(self._server.server_state.connections):
            transport = getattr(connection, "transport", None)
            if transport is not None and transport.get_extra_info("peername")[:2] == wanted:
                transport.abort()


def _listener(port: int) -> socket.socket:
    """With its protocol named: else asyncio leaves Nagle's algorithm on, and each kept-alive request takes 40 ms."""
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind((HOST, port))
    listener.listen()
    return listener
