"""A Confluence to run against, on one port of this machine, in a thread: the site, the gateway before it, and the media host."""

import json
import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final, Literal, NamedTuple, Self
from urllib.parse import parse_qs, parse_qsl, unquote

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.playground.confluence.call import Call, Habits
from bot.playground.confluence.callers import Caller, Callers
from bot.playground.confluence.control import Control
from bot.playground.confluence.errors import RefusedError, missing, scope_does_not_match, unauthorized
from bot.playground.confluence.faults import Fault, Faults
from bot.playground.confluence.oracle import Oracle
from bot.playground.confluence.routes import ROUTES, WRITING, EndPoint
from bot.playground.confluence.sight import Sight
from bot.playground.confluence.v1 import media_token
from bot.playground.confluence.wire_v2 import Writer
from bot.playground.loopback import log
from bot.playground.loopback.paths import Table
from bot.playground.loopback.replies import Reply, as_json, sent
from bot.playground.loopback.server import OTHER_NAME, OURS, Server
from bot.playground.loopback.sign_in import SignIn, Somebody

if TYPE_CHECKING:
    from bot.playground.world import Person, World

CLOUD_ID: Final = "11223344-a1b2-4c3d-8e4f-556677889900"
AUTHORIZE: Final = "/authorize"
TOKEN: Final = "/oauth/token"  # noqa: S105 - a path
ME: Final = "/me"
METHODS: Final = ["GET", "POST", "PUT", "DELETE"]
FAILED: Final = 400


class Asked(NamedTuple):
    method: str
    path: str  # without the gateway's prefix
    query: str
    via: Literal["site", "gateway", "media"]
    authorization: str | None

    @property
    def words(self) -> str:
        return f"{self.method} {self.path}?{self.query}"


class ConfluenceEmulator:
    """``with ConfluenceEmulator(world) as site:`` … ``site.url``, or ``site.gateway_url``, and ``site.caller``."""

    def __init__(
        self,
        world: "World",
        *,
        caller: str
        | None = None,  # whose token it is that the bot has; unnamed: an app's, which is made if there is none
        scopes: frozenset[str] | None = None,
        admin: bool | None = None,
        sees_everything: bool = False,
        port: int = 0,
        habits: Habits | None = None,
        links: str | None = None,  # where people go: the base of links
        cloud_id: str = CLOUD_ID,
    ) -> None:
        self.world = world
        self.cloud_id = cloud_id
        self.habits = habits or Habits()
        self.faults = Faults()
        self.requests = log.RequestLog()
        self.callers = Callers(world)
        self.caller = self.add_caller(
            caller or _an_app(world), scopes=scopes, admin=admin, sees_everything=sees_everything
        )
        self._links = links
        self.unverified: set[str] = set()  # accounts whose address nobody has confirmed
        self.sign_in = SignIn(self._somebodies, scope="read:me")
        self._sight = Sight(world)
        self._writer = Writer(world)
        self._table = Table(ROUTES)
        self._control = Control(world, oracle=self.oracle, faults=self.faults, requests=self.requests)
        self._server = Server(
            self.app,
            name="confluence-emulator",
            port=port,
            lifespan="off",
            http="auto",  # httptools where it is installed: half the CPU, of which the thing measured has the rest
            ws="none",
        )

    # -- where it is, and who may come

    @property
    def port(self) -> int:
        return self._server.port

    @property
    def url(self) -> str:
        return self._server.url

    @property
    def gateway_url(self) -> str:
        return f"{self.url}{self._prefix}"

    @property
    def oracle(self) -> Oracle:
        return self._sight.oracle

    def add_caller(
        self,
        who: str,
        *,
        scopes: frozenset[str] | None = None,
        admin: bool | None = None,
        sees_everything: bool = False,
    ) -> Caller:
        """A token for somebody. With scopes it is good at the gateway only."""
        return self.callers.add(who, scopes=scopes, admin=admin, sees_everything=sees_everything)

    def warm(self) -> Self:
        """Everything is written down once, before anybody's time is taken."""
        with self.world.lock:
            for content in self.world.confluence.content.values():
                self._sight.sees(self.caller, content)
                for body_format in ("", "storage"):
                    self._writer.content(content, body_format)
        return self

    @property
    def _prefix(self) -> str:
        return f"/ex/confluence/{self.cloud_id}"

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
            routes=[
                *self._control.routes(),
                Route(AUTHORIZE, self.sign_in.page, methods=["GET", "POST"]),
                Route("/{path:path}", self._endpoint, methods=METHODS),
            ],
            middleware=[Middleware(TrustedHostMiddleware, allowed_hosts=OURS)],
        )

    # -- answering

    async def _endpoint(self, request: Request) -> Response:
        asked = self.asked(
            request.method,
            path=request.scope["raw_path"].decode(),
            query=request.scope["query_string"].decode(),
            authorization=request.headers.get("authorization"),
        )
        reply, fault = self.answered(asked, await request.body())
        return await sent(request, reply, fault, hang_up=self._server.hang_up)

    def asked(self, method: str, *, path: str, query: str, authorization: str | None) -> Asked:
        via: Literal["site", "gateway", "media"] = "site"
        if path.startswith(self._prefix + "/"):
            path, via = path.removeprefix(self._prefix), "gateway"
        elif path.startswith("/media/"):
            via = "media"
        return Asked(method, path, query, via, authorization)

    def answered(self, asked: Asked, body: bytes) -> tuple[Reply, Fault | None]:
        """Whatever it came by: what is said, and what is to become of that on its way."""
        started = time.perf_counter()
        self.faults.happen(asked.words)
        fault = self.faults.take(asked.words)
        route, caller, reply = "", None, Reply()
        if fault is None or fault.does_it_first:
            route, caller, reply = self._answer(asked, body)
        wrote = (asked.method, route) in WRITING and bool(reply.body) and reply.status < FAILED
        reply = _planted(fault, reply)
        self.requests.add(
            log.Request(
                at=self.world.clock.now(),
                method=asked.method,
                path=asked.path,
                query=asked.query,
                route=route,
                status=reply.status,
                outcome=fault.kind if fault else "",
                via=asked.via,
                account_id=caller.account_id if caller else "",
                authorized=asked.authorization is not None,
                took_ms=(time.perf_counter() - started) * 1000,
                wrote=wrote,
            )
        )
        return reply, fault

    def _answer(self, asked: Asked, body: bytes) -> tuple[str, Caller | None, Reply]:
        v2 = asked.path.startswith("/wiki/api/v2/")
        found = self._table.find(asked.method, asked.path)
        route = found[0].path if found else ""
        caller: Caller | None = None
        try:
            if asked.via == "media":
                return "/media/{id}", None, self._media(asked)
            if asked.path == "/_edge/tenant_info":
                return asked.path, None, as_json({"cloudId": self.cloud_id})
            if (asked.method, asked.path) == ("POST", TOKEN):
                return TOKEN, None, self.sign_in.redeem(dict(parse_qsl(body.decode(errors="replace"))))
            if (asked.method, asked.path) == ("GET", ME):
                return ME, None, self.sign_in.me(asked.authorization)
            caller = self.callers.of(asked.authorization, gateway=asked.via == "gateway")
            if found is None:
                missing(asked.path)
            _check_scopes(caller, found[0])
            with self.world.lock:
                return route, caller, found[0].handler(self._call(asked, caller, found[1], body))
        except RefusedError as no:
            return route, caller, as_json(no.body(v2=v2), status=no.status, headers=no.headers)

    def _call(self, asked: Asked, caller: Caller, named: Mapping[str, str], body: bytes) -> Call:
        return Call(
            world=self.world,
            caller=caller,
            sight=self._sight,
            writer=self._writer,
            habits=self.habits,
            path=asked.path,
            named={name: unquote(value) for name, value in named.items()},
            params=parse_qs(asked.query),
            body=_parsed(body),
            base=self._links or f"{self.url}/wiki",
            media=f"http://{OTHER_NAME}:{self.port}",
        )

    def _somebodies(self) -> list[Somebody]:
        with self.world.lock:
            people = [person for person in self.world.people.values() if not person.app]
        return [Somebody(one.account_id, f"{one.name} ({one.email})", self._says(one)) for one in people]

    def _says(self, one: "Person") -> dict[str, object]:
        return {
            "account_type": "atlassian",
            "account_id": one.account_id,
            "account_status": one.status,
            "email": one.email,
            "email_verified": one.account_id not in self.unverified,
            "name": one.name,
        }

    def _media(self, asked: Asked) -> Reply:
        with self.world.lock:
            held = self.world.confluence.content.get(asked.path.split("/")[2])
            if held is None or held.kind != "attachment" or f"token={media_token(held)}" not in asked.query:
                raise unauthorized()
            return Reply(held.data, media_type=held.media_type)


def _check_scopes(caller: Caller, to: EndPoint) -> None:
    if not caller.may(to.scopes):
        raise scope_does_not_match()


def _planted(fault: Fault | None, reply: Reply) -> Reply:
    """What the client gets instead."""
    match fault.kind if fault else None:
        case "rate_limited" if fault:
            wait = {} if fault.retry_after is None else {"retry-after": f"{fault.retry_after:g}"}
            return as_json({"code": 429, "message": "Rate limit exceeded"}, status=429, headers=wait)
        case "error_500" | "failed_after":
            return as_json({"errors": [{"status": 500, "code": "INTERNAL_SERVER_ERROR", "title": "…"}]}, status=500)
        case "error_503":
            return Reply(b"<html><body>Service Unavailable</body></html>", 503, media_type="text/html")
        case "wrong_type":
            return Reply(b"<html><body>Log in to continue</body></html>", 200, media_type="text/html")
        case "foreign_next" if fault and reply.body.startswith(b"{"):
            return _leading_away(reply, fault.url)
        case _:
            return reply


def _leading_away(reply: Reply, url: str) -> Reply:
    body = json.loads(reply.body)
    body["_links"] = body.get("_links", {}) | {"next": url}
    return as_json(body, status=reply.status, headers={"link": f'<{url}>; rel="next"'})


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
