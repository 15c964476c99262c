"""The Web API over HTTP: unknown method, token, scope, rate, then the method itself. Each refusal is Slack's, in Slack's order."""

import asyncio
import json
import time
from base64 import b64decode
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from email.utils import formatdate

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response, StreamingResponse

from bot.playground.loopback.replies import HANG_UP, half
from bot.playground.slack import log
from bot.playground.slack.body import arguments
from bot.playground.slack.call import Call, Method
from bot.playground.slack.errors import SlackError
from bot.playground.slack.faults import Fault, Faults
from bot.playground.slack.methods import METHODS
from bot.playground.slack.nouns import App, Json, Token
from bot.playground.slack.rates import RateLimits
from bot.playground.slack.world import SlackWorld


@dataclass
class Reply:
    body: Json
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def outcome(self) -> str:
        return "ok" if self.body.get("ok") else str(self.body.get("error", ""))


class WebApi:
    def __init__(
        self,
        world: SlackWorld,
        *,
        rates: RateLimits,
        faults: Faults,
        requests: log.RequestLog,
        pages: Mapping[str, int],
        socket_url: Callable[[App], str],
        hang_up: Callable[[Request], None],
    ) -> None:
        self.world = world
        self.rates = rates
        self.faults = faults
        self.requests = requests
        self.pages = pages
        self.socket_url = socket_url
        self.hang_up = hang_up

    async def endpoint(self, request: Request) -> Response:
        started = time.perf_counter()
        method = request.path_params["method"]
        args: Json = {}
        token = ""
        fault = self.faults.take(method)
        try:
            args = await arguments(request)
            token = _token(request, args)
            reply = _refused(fault) if fault and not fault.does_it_first else self._run(method, args, token)
        except SlackError as error:
            reply = Reply(error.body())
        outcome = f"fault:{fault.kind}" if fault else reply.outcome
        known = self.world.tokens.get(token)
        self.requests.add(
            log.Request(
                at=self.world.clock.now(),
                method=method,
                args=args,
                token=token,
                app_id=known.app_id if known else "",
                outcome=outcome,
                status=reply.status,
                took_ms=(time.perf_counter() - started) * 1000,
            )
        )
        return await self._sent(request, reply, fault)

    def _run(self, name: str, args: Json, token: str) -> Reply:
        method = METHODS.get(name)
        if method is None:
            raise SlackError("unknown_method", req_method=name)
        with self.world.lock:
            granted = self._granted(method, token)
            call = Call(
                world=self.world,
                method=name,
                args=args,
                token=granted,
                app=self.world.apps[granted.app_id],
                socket_url=self.socket_url,
                pages=self.pages,
            )
            headers = {"x-oauth-scopes": ",".join(sorted(granted.scopes))}
            if method.scopes:
                headers["x-accepted-oauth-scopes"] = ",".join(method.scopes)
                call.need(*method.scopes)
            where = str(args.get("channel", ""))
            wait_s = self.rates.retry_after(self.world.clock, app_id=call.app.id, method=name, channel=where)
            if wait_s:
                return _too_many(wait_s)
            return Reply({"ok": True, **method.run(call)}, headers=headers)

    def _granted(self, method: Method, token: str) -> Token:
        if method.kind is None:
            return self._unneeded()
        if not token:
            raise SlackError("not_authed")
        granted = self.world.tokens.get(token)
        if granted is None:
            raise SlackError("invalid_auth")
        if granted.revoked:
            raise SlackError("account_inactive")
        if granted.kind != method.kind:
            raise SlackError("not_allowed_token_type")
        if granted.expires_at is not None and granted.expires_at <= self.world.clock.now():
            raise SlackError("token_expired")
        return granted

    def _unneeded(self) -> Token:
        """Whatever the first app has; what needs no token looks at its arguments."""
        first = next(iter(self.world.apps.values()))
        theirs = (t for t in self.world.tokens.values() if t.kind == "bot" and t.app_id == first.id)
        return next(theirs, Token("", "bot", first.id, frozenset()))

    async def _sent(self, request: Request, reply: Reply, fault: Fault | None) -> Response:
        date = {"date": formatdate(self.world.clock.now(), usegmt=True)}
        response = JSONResponse(reply.body, status_code=reply.status, headers=reply.headers | date)
        match fault.kind if fault else None:
            case "html":
                return HTMLResponse("<html><body>Bad gateway</body></html>")
            case "slow" if fault:
                await asyncio.sleep(fault.seconds)
                return response
            case "truncated":
                whole = json.dumps(reply.body).encode()
                headers = {"content-length": str(len(whole))}
                return StreamingResponse(
                    half(request, whole, self.hang_up), media_type="application/json", headers=headers
                )
            case "timeout" if fault:
                await asyncio.sleep(fault.seconds)
                self.hang_up(request)
                return HANG_UP
            case "lost_reply":
                self.hang_up(request)
                return HANG_UP
            case _:
                return response


def _token(request: Request, args: Json) -> str:
    """From the header, or from the arguments; never kept among the arguments."""
    given = args.pop("token", "")
    scheme, _, value = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "basic":  # who is an app, and not yet a bot
        args["client_id"], _, args["client_secret"] = b64decode(value).decode().partition(":")
    return value.strip() if scheme.lower() == "bearer" else str(given)


def _refused(fault: Fault) -> Reply:
    match fault.kind:
        case "error_500":
            return Reply({"ok": False, "error": "fatal_error"}, status=500)
        case "rate_limited":
            return _too_many(int(fault.seconds))
        case _:
            return Reply({"ok": False, "error": fault.code})


def _too_many(wait_s: int) -> Reply:
    return Reply({"ok": False, "error": "ratelimited"}, status=429, headers={"retry-after": str(wait_s)})
