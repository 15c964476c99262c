"""The levers over HTTP, for a bench that runs the emulator in a process of its own: the log, deliveries, faults, limits."""

from typing import Any, Final

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot.playground.loopback import levers
from bot.playground.slack.delivery import Delivery
from bot.playground.slack.faults import Faults
from bot.playground.slack.log import RequestLog
from bot.playground.slack.rates import RateLimits
from bot.playground.slack.sockets import Hub

SETTINGS: Final = frozenset(Delivery.__dataclass_fields__)


class Control:
    def __init__(self, hub: Hub, *, faults: Faults, rates: RateLimits, requests: RequestLog) -> None:
        self.hub = hub
        self.faults = faults
        self.rates = rates
        self.requests = requests

    def routes(self) -> list[Route]:
        return [
            Route("/_world/apps", self.apps),
            Route("/_world/log", self.log),
            Route("/_world/sent", self.sent),
            Route("/_world/control/{lever}", self.pull, methods=["POST"]),
        ]

    async def apps(self, _: Request) -> Response:
        """With their tokens: nothing here is a secret."""
        world = self.hub.world
        with world.lock:
            found = [
                {
                    "id": app.id,
                    "name": app.name,
                    "user": app.user_id,
                    "bot_token": world.bot_token(app),
                    "app_token": world.app_token(app),
                    "sockets": self.hub.count(app.id),
                }
                for app in world.apps.values()
            ]
        return JSONResponse({"apps": found})

    async def log(self, request: Request) -> Response:
        method = request.query_params.get("method")
        found = self.requests.of(method) if method else self.requests.all()
        return JSONResponse({"requests": [vars(r) for r in found]})

    async def sent(self, _: Request) -> Response:
        post = self.hub.post
        return JSONResponse(
            {
                "sent": [vars(s) for s in post.sent],
                "waiting": len(post.waiting),
                "due": len(post.due),
                "lost": [p.payload for p in post.lost],
            }
        )

    async def pull(self, request: Request) -> Response:
        return await levers.pulled(request, self._pull)

    def _pull(self, lever: str, args: dict[str, Any]) -> None:
        match lever:
            case "fail":
                self.faults.fail(**args)
            case "heal":
                self.faults.clear()
            case "disconnect":
                self.hub.disconnect(**args)
            case "drop":
                self.hub.drop()
            case "forget":
                self.requests.clear()
            case "rates":
                self.rates.enabled = bool(args.get("enabled", self.rates.enabled))
                self.rates.scale = float(args.get("scale", self.rates.scale))
            case "delivery" if set(args) <= SETTINGS:
                for name, value in args.items():
                    setattr(self.hub.delivery, name, tuple(value) if isinstance(value, list) else value)
            case _:
                raise LookupError("no such lever")
