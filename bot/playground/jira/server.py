"""A Jira to run against, on one port of this machine, in a thread: the site, and the gateway before it."""

import json
import time
from typing import TYPE_CHECKING, Any, Final, NamedTuple, Self
from urllib.parse import parse_qs, unquote

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.playground.confluence.callers import Caller, Callers
from bot.playground.confluence.errors import RefusedError, scope_does_not_match
from bot.playground.jira.call import Call
from bot.playground.jira.control import Control
from bot.playground.jira.errors import refuse
from bot.playground.jira.faults import Fault, Faults
from bot.playground.jira.routes import ROUTES, EndPoint
from bot.playground.loopback import log
from bot.playground.loopback.paths import Table
from bot.playground.loopback.replies import Reply, as_json, sent
from bot.playground.loopback.server import OURS, Server

if TYPE_CHECKING:
    from bot.playground.world import World

CLOUD_ID: Final = "11223344-a1b2-4c3d-8e4f-556677889900"
METHODS: Final = ["GET", "POST", "PUT", "DELETE"]
FAILED: Final = 400


class Asked(NamedTuple):
    method: str
    path: str  # without the gateway's prefix
    query: str
    is_via_gateway: bool
    authorization: str | None

    @property
    def words(self) -> str:
        return f"{self.method} {self.path}?{self.query}"


class Answered(NamedTuple):
    reply: Reply
    route: str = ""
    caller: str = ""
    wrote: bool = False


class JiraEmulator:
    """``with JiraEmulator(world) as jira:`` … ``jira.url``, or ``jira.gateway_url``, and ``jira.caller``."""

    def __init__(
        self,
        world: "World",
        *,
        caller: str | None = None,  # whose token the bot has; unnamed: an app's, which is made if there is none
        scopes: frozenset[str] | None = None,
        admin: bool | None = None,
        port: int = 0,
        cloud_id: str = CLOUD_ID,
    ) -> None:
        self.world = world
        self.faults = Faults()
        self.requests = log.RequestLog()
        self.callers = Callers(world)
        self.caller = self.add_caller(caller or _an_app(world), scopes=scopes, admin=admin)
        self._prefix = f"/ex/jira/{cloud_id}"
        self._table: Table[EndPoint] = Table(ROUTES)
        self._control = Control(world, faults=self.faults, requests=self.requests)
        self._server = Server(self.app, name="jira-emulator", port=port, lifespan="off", http="auto", ws="none")

    @property
    def port(self) -> int:
        return self._server.port

    @property
    def url(self) -> str:
        return self._server.url

    @property
    def gateway_url(self) -> str:
        return f"{self.url}{self._prefix}"

    def add_caller(self, who: str, *, scopes: frozenset[str] | None = None, admin: bool | None = None) -> Caller:
        """A token for somebody. With scopes it is good at the gateway only."""
        return self.callers.add(who, scopes=scopes, admin=admin)

    # -- its life

    def start(self) -> Self:
        self._server.start()
        return self

    def stop(self) -> None:
        self._server.stop()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    def app(self) -> Starlette:
        return Starlette(
            routes=[*self._control.routes(), Route("/{path:path}", self._endpoint, methods=METHODS)],
            middleware=[Middleware(TrustedHostMiddleware, allowed_hosts=OURS)],
        )

    # -- answering

    async def _endpoint(self, request: Request) -> Response:
        path = request.scope["raw_path"].decode()
        asked = Asked(
            request.method,
            path.removeprefix(self._prefix),
            request.scope["query_string"].decode(),
            path.startswith(self._prefix + "/"),
            request.headers.get("authorization"),
        )
        reply, fault = self.answered(asked, await request.body())
        return await sent(request, reply, fault, hang_up=self._server.hang_up)

    def answered(self, asked: Asked, body: bytes) -> tuple[Reply, Fault | None]:
        """What is said, and what is to become of that on its way."""
        started = time.perf_counter()
        self.faults.happen(asked.words)
        fault = self.faults.take(asked.words)
        answered = self._answer(asked, body) if fault is None or fault.does_it_first else Answered(Reply())
        reply = _planted(fault, answered.reply)
        self.requests.add(
            log.Request(
                at=self.world.clock.now(),
                method=asked.method,
                path=asked.path,
                query=asked.query,
                route=answered.route,
                status=reply.status,
                outcome=fault.kind if fault else "",
                via="gateway" if asked.is_via_gateway else "site",
                account_id=answered.caller,
                authorized=asked.authorization is not None,
                took_ms=(time.perf_counter() - started) * 1000,
                wrote=answered.wrote,
            )
        )
        return reply, fault

    def _answer(self, asked: Asked, body: bytes) -> Answered:
        found = self._table.find(asked.method, asked.path)
        route, who = found[0].path if found else "", ""
        try:
            caller = self.callers.of(asked.authorization, gateway=asked.is_via_gateway)
            who = caller.account_id
            if found is None:
                refuse(404, "null for uri")
            if not caller.may(found[0].scopes):
                raise scope_does_not_match()
            with self.world.lock:
                reply = found[0].handler(self._call(asked, caller, found[1], body))
            return Answered(reply, route, who, wrote=found[0].writes and reply.status < FAILED)
        except RefusedError as no:
            return Answered(as_json(no.body(v2=False), status=no.status, headers=no.headers), route, who)

    def _call(self, asked: Asked, caller: Caller, named: Any, body: bytes) -> Call:
        return Call(
            world=self.world,
            caller=caller,
            named={name: unquote(value) for name, value in named.items()},
            params=parse_qs(asked.query),
            body=_parsed(body),
            base=self.url,
        )


def _planted(fault: Fault | None, reply: Reply) -> Reply:
    """What the client gets instead."""
    match fault.kind if fault else None:
        case "rate_limited" if fault:
            wait = {} if fault.retry_after is None else {"retry-after": f"{fault.retry_after:g}"}
            return as_json({"errorMessages": ["Rate limit exceeded."], "errors": {}}, status=429, headers=wait)
        case "error_500" | "failed_after":
            return as_json({"errorMessages": ["Internal server error"], "errors": {}}, status=500)
        case "error_503":
            return Reply(b"<html><body>Service Unavailable</body></html>", 503, media_type="text/html")
        case "wrong_type":
            return Reply(b"<html><body>Log in to continue</body></html>", 200, media_type="text/html")
        case _:
            return reply


def _parsed(body: bytes) -> Any:
    try:
        return json.loads(body) if body else None
    except ValueError:
        return None


def _an_app(world: "World") -> str:
    apps = [person.account_id for person in world.people.values() if person.app]
    if apps:
        return apps[0]
    return world.add_person("Footnote", email="footnote@bots.test", admin=True, app=True).account_id
