"""A Google to run against, on one port of this machine, in a thread: tokens, Drive, the Directory, and where exports lie."""

import json
import time
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, Final, NamedTuple, Self
from urllib.parse import parse_qs, parse_qsl, unquote

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.playground.google import tokens
from bot.playground.google.call import Call, Habits
from bot.playground.google.control import Control
from bot.playground.google.errors import NoTokenError, RefusedError, refused, too_few_scopes, unauthorized
from bot.playground.google.faults import Fault, Faults
from bot.playground.google.oracle import Oracle
from bot.playground.google.routes import DRIVE, READING, ROUTES, WRITING, EndPoint
from bot.playground.google.sight import Sight
from bot.playground.loopback import log
from bot.playground.loopback.paths import Table
from bot.playground.loopback.replies import Reply, as_json, sent
from bot.playground.loopback.server import OTHER_NAME, OURS, Server
from bot.playground.loopback.sign_in import CODE_GRANT, SignIn, Somebody
from bot.playground.slack.clock import Clock, WallClock

if TYPE_CHECKING:
    from bot.playground.google.nouns import User
    from bot.playground.world import World

ACCOUNT: Final = "footnote@project.iam.test"
TOKEN: Final = "/token"  # noqa: S105 - a path
AUTHORIZE: Final = "/o/oauth2/v2/auth"
ME: Final = "/v1/userinfo"
LIMITED: Final = "Rate Limit Exceeded"
REFUSALS: Final[Mapping[str, RefusedError]] = {
    "rate_limited": RefusedError(429, "rateLimitExceeded", LIMITED, domain="usageLimits"),
    "rate_limited_403": RefusedError(403, "rateLimitExceeded", LIMITED, domain="usageLimits"),
    "user_rate_limited": RefusedError(403, "userRateLimitExceeded", LIMITED, domain="usageLimits"),
    "forbidden": RefusedError(403, "domainPolicy", "The domain administrators have disabled Drive apps."),
    "unauthorized": unauthorized(),
    "error_500": RefusedError(500, "internalError", "Internal Error"),
}
PAGES: Final = {
    "error_503": Reply(b"<html><body>Service Unavailable</body></html>", 503, media_type="text/html"),
    "wrong_type": Reply(b"<html><body>Sign in to continue</body></html>", 200, media_type="text/html"),
}
METHODS: Final = ["GET", "POST", "PUT", "PATCH", "DELETE"]
FAILED: Final = 400


class Asked(NamedTuple):
    method: str
    path: str
    query: str
    headers: Mapping[str, str]

    @property
    def words(self) -> str:
        return f"{self.method} {self.path}?{self.query}"

    @property
    def via(self) -> str:
        """Which of Google's addresses it would be."""
        first = self.path.split("/")[1]
        return {"drive": "drive", "admin": "directory", "token": "token", "feeds": "export"}.get(first, "")


class GoogleEmulator:
    """``with GoogleEmulator(world) as google:`` … ``google.url``, ``google.key()``, ``google.oracle``.

    Its service account acts as anybody of the domain, with the scopes in `delegated`; None: it acts as itself alone.
    """

    def __init__(
        self,
        world: "World",
        *,
        account: str = ACCOUNT,
        delegated: Iterable[str] | None = tokens.READING,
        reads_directory: bool = False,
        port: int = 0,
        habits: Habits | None = None,
        wall: Clock | None = None,  # what clients sign their time by
    ) -> None:
        self.world = world
        self.habits = habits or Habits()
        self.faults = Faults()
        self.requests = log.RequestLog()
        self.tokens = tokens.Tokens(world, wall=wall or WallClock())
        self.account = self.tokens.add_account(account, delegated=delegated, reads_directory=reads_directory)
        self.unverified: set[str] = set()  # accounts whose address nobody has confirmed
        self.sign_in = SignIn(self._somebodies, scope="openid email")
        self._sight = Sight(world)
        self._table: Table[EndPoint] = Table(ROUTES)
        self._control = Control(world, oracle=self.oracle, faults=self.faults, requests=self.requests, key=self.key)
        self._server = Server(
            self.app,
            name="google-emulator",
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
    def token_url(self) -> str:
        return f"{self.url}{TOKEN}"

    @property
    def drive_url(self) -> str:
        return f"{self.url}{DRIVE}/"

    @property
    def oracle(self) -> Oracle:
        return self._sight.oracle

    def key(self, account: tokens.ServiceAccount | None = None) -> Mapping[str, str]:
        """The contents of the file that Google lets one download."""
        return (account or self.account).key(self.token_url)

    def warm(self) -> Self:
        """What everybody may see is known once, before anybody's time is taken."""
        with self.world.lock:
            for user in self.world.google.directory.users.values():
                for file in self.world.google.drive.files.values():
                    self._sight.lists(user, file)
        return self

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
        asked = Asked(
            request.method,
            request.scope["raw_path"].decode(),
            request.scope["query_string"].decode(),
            request.headers,
        )
        reply, fault = self.answered(asked, await request.body())
        return await sent(request, reply, fault, hang_up=self._server.hang_up)

    def answered(self, asked: Asked, body: bytes) -> tuple[Reply, Fault | None]:
        """What is said, and what is to become of that on its way."""
        started = time.perf_counter()
        self.faults.happen(asked.words)
        fault = self.faults.take(asked.words)
        route, who, reply = "", "", Reply()
        if fault is None or fault.does_it_first:
            route, who, reply = self._answer(asked, body)
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
                account_id=who,
                authorized="authorization" in asked.headers,
                took_ms=(time.perf_counter() - started) * 1000,
                wrote=wrote,
            )
        )
        return reply, fault

    def _answer(self, asked: Asked, body: bytes) -> tuple[str, str, Reply]:
        """Of which form it was, as whom, and what is said to it."""
        found = self._table.find(asked.method, asked.path)
        route, who = found[0].path if found else "", ""
        try:
            if (asked.method, asked.path) == ("POST", TOKEN):
                return TOKEN, "", self._token(body)
            if (asked.method, asked.path) == ("GET", ME):
                return ME, "", self.sign_in.me(asked.headers.get("authorization"))
            with self.world.lock:
                token, user = self.tokens.of(asked.headers.get("authorization"))
                who = user.email
                if found is None:
                    raise refused(404, "notFound", "Not Found")
                call = self._call(asked, token, found[1], body)
                _check_scopes(call, found[0])
                return route, who, found[0].handler(call)
        except RefusedError as no:
            return route, who, as_json(no.body(), status=no.status, headers=no.headers)
        except NoTokenError as no:
            return TOKEN, "", as_json(no.body(), status=no.status)

    def _token(self, body: bytes) -> Reply:
        form = dict(parse_qsl(body.decode(errors="replace")))
        if form.get("grant_type") == CODE_GRANT:
            return self.sign_in.redeem(form)
        with self.world.lock:
            return as_json(self.tokens.grant(form, audience=self.token_url))

    def _somebodies(self) -> list[Somebody]:
        """Of a Workspace's people it says which one; of others it does not."""
        with self.world.lock:
            users = [user for user in self.world.google.directory.users.values() if user.active and not user.program]
        return [Somebody(one.id, f"{one.name} ({one.email})", self._says(one)) for one in users]

    def _says(self, one: "User") -> dict[str, object]:
        said: dict[str, object] = {"sub": one.id, "email": one.email, "email_verified": one.id not in self.unverified}
        return said if one.external else {**said, "hd": one.email.rpartition("@")[2]}

    def _call(self, asked: Asked, token: tokens.Token, named: Mapping[str, str], body: bytes) -> Call:
        account = self.tokens.account(token.account)
        return Call(
            world=self.world,
            user=self.world.google.directory.users[token.user_id],
            token=token,
            reads_directory=account is not None and account.reads_directory,
            sight=self._sight,
            habits=self.habits,
            named={name: unquote(value) for name, value in named.items()},
            params=parse_qs(asked.query, keep_blank_values=True),
            headers=asked.headers,
            body=_parsed(body),
            url=self.url,
            other_url=f"http://{OTHER_NAME}:{self.port}",
        )


def _check_scopes(call: Call, to: EndPoint) -> None:
    wanted = READING if to.media and call.param("alt") == "media" else to.scopes
    if not wanted & call.token.scopes:
        raise too_few_scopes()


def _planted(fault: Fault | None, reply: Reply) -> Reply:
    """What the client gets instead."""
    if fault is not None and fault.kind == "failed_after":
        return _refused(REFUSALS["error_500"], {})
    if fault is None or fault.does_it_first:
        return reply
    if fault.kind in REFUSALS:
        wait = {} if fault.retry_after is None else {"retry-after": f"{fault.retry_after:g}"}
        return _refused(REFUSALS[fault.kind], wait if fault.kind == "rate_limited" else {})
    return PAGES.get(fault.kind, reply)


def _refused(no: RefusedError, headers: Mapping[str, str]) -> Reply:
    return as_json(no.body(), status=no.status, headers={**no.headers, **headers})


def _parsed(body: bytes) -> Any:
    try:
        return json.loads(body) if body else None
    except ValueError:
        return None
