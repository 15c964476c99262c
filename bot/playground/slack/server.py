"""A Slack to run against: Web API, Socket Mode, response_urls and the human side on one port of this machine, in a thread."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Self

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Route, WebSocketRoute

from bot.playground.loopback.server import HOST, OURS, Server
from bot.playground.slack import hooks, requests
from bot.playground.slack.body import arguments
from bot.playground.slack.control import Control
from bot.playground.slack.delivery import Delivery, Parcel, Sent
from bot.playground.slack.errors import CannotDo, SlackError
from bot.playground.slack.faults import Faults
from bot.playground.slack.install import InstallPage
from bot.playground.slack.interactions import Interactions
from bot.playground.slack.log import RequestLog
from bot.playground.slack.nouns import App
from bot.playground.slack.page import Page
from bot.playground.slack.people import Person
from bot.playground.slack.rates import RateLimits
from bot.playground.slack.sockets import Hub
from bot.playground.slack.web import WebApi
from bot.playground.slack.world import SlackWorld


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
        self._server = Server(
            self._app,
            name="slack-emulator",
            port=port,
            http="h11",
            ws="websockets-sansio",
            ws_ping_interval=ping_interval_s,
        )
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
            hang_up=self._server.hang_up,
        )
        self.control = Control(self.hub, faults=self.faults, rates=self.rates, requests=self.requests)
        self._routes = routes
        self.world.listen(self.hub.hear)
        self.world.listen(self.page.hear)

    # -- where it is

    @property
    def port(self) -> int:
        return self._server.port

    @port.setter
    def port(self, port: int) -> None:
        self._server.port = port

    @property
    def origin(self) -> str:
        return self._server.url

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

    def signing_secret(self, app: App | None = None) -> str:
        return self._app_named(app).signing_secret

    def deliver_to(self, url: str | None, app: App | None = None) -> None:
        """From now on over HTTP, to this URL, which has to agree first; without one, on sockets again."""
        wanted = self._app_named(app)
        if url is not None and not requests.agrees(wanted, url, self.world.clock.now()):
            raise CannotDo("Your URL didn't respond with the value of the challenge parameter.")
        for installed in self.world.apps.values():
            if installed.api_id == wanted.api_id:
                installed.request_url = url

    def _app_named(self, app: App | None) -> App:
        return app or next(iter(self.world.apps.values()))

    def as_user(self, who: str) -> Person:
        return Person(self.world, self.interactions, who)

    def mention(self, who: str) -> str:
        return f"<@{self.world.user(who).id}>"

    # -- its life

    def start(self) -> Self:
        self._server.start()
        return self

    def stop(self) -> None:
        self._server.stop(self._farewell)

    def lose_lines(self) -> None:
        """Whoever looks at a page of it hears nothing more, until they ask anew."""
        self._server.soon(self.page.stop)

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _app(self) -> Starlette:
        return Starlette(
            routes=[
                Route("/api/{method}", self._api.endpoint, methods=["GET", "POST"]),
                Route("/actions/{team_id}/{hook_id}", self._answer, methods=["POST"]),
                Route("/commands/{team_id}/{hook_id}", self._answer, methods=["POST"]),
                WebSocketRoute("/link/", self.hub.serve),
                *InstallPage(self.world).routes(),
                *self.page.routes(),
                *self.control.routes(),
                *self._routes,
            ],
            middleware=[Middleware(TrustedHostMiddleware, allowed_hosts=OURS)],
            lifespan=self._lifespan,
        )

    @asynccontextmanager
    async def _lifespan(self, _: Starlette) -> AsyncIterator[None]:
        self.hub.start(asyncio.get_running_loop())
        ticking = asyncio.create_task(self.hub.run())
        yield
        ticking.cancel()
        await self.hub.hang_up()

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
