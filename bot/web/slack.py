"""Slack's requests: events, commands, clicks and submissions. Bolt answers each as it answers those of the socket, so that
one is acknowledged only once it is durable. Nothing is parsed, and nothing waits, that Slack has not signed just now.
"""

import asyncio
import re
from concurrent.futures import ThreadPoolExecutor
from typing import Final, Protocol

from cachetools import TTLCache
from slack_bolt import BoltRequest, BoltResponse
from slack_bolt.adapter.starlette.handler import to_bolt_request, to_starlette_response
from slack_sdk.signature import SignatureVerifier
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

EVENTS: Final = "/slack/events"

_KINDS: Final = frozenset({"application/json", "application/x-www-form-urlencoded"})
_MOST_BYTES: Final = 1024 * 1024
_MOST_IN_HAND: Final = 256  # what would be taken in later than Slack waits is better sent again
_MOST_READ: Final = 256  # at once, of whoever says that they are Slack; there are more lines than that
_BODY_S: Final = 3.0  # Slack waits no longer for the whole
_HOLDS_S: Final = 300
_MOMENT: Final = re.compile(r"[0-9]{1,12}")
_SIGNATURE: Final = re.compile(r"v0=[0-9a-f]{64}")
_REPLAYABLE_S: Final = 700  # a signature holds five minutes before its moment and after it
_MOST_REMEMBERED: Final = 20_000

_BAD, _UNSIGNED, _TOO_SLOW, _TOO_LARGE, _OF_NO_KIND, _BUSY = 400, 401, 408, 413, 415, 503


class Taker(Protocol):
    """Bolt; or who knows which Bolt it is for. Whatever is acknowledged is durable."""

    def dispatch(self, req: BoltRequest) -> BoltResponse: ...


class Requests:
    """One thread takes in what Slack sends, in the order in which it comes; the event loop goes on meanwhile."""

    def __init__(self, app: Taker, signing_secret: str) -> None:
        self._app, self._verifier = app, SignatureVerifier(signing_secret)
        self._hand = ThreadPoolExecutor(1, thread_name_prefix="takes-in")
        self._reading: dict[asyncio.Timeout, None] = {}  # those who are waited for, the longest first
        self._in_hand = 0
        self._acknowledged: TTLCache[str, None] = TTLCache(_MOST_REMEMBERED, _REPLAYABLE_S)

    def routes(self) -> list[Route]:
        return [Route(EVENTS, self.take, methods=["POST"])]

    def close(self) -> None:
        self._hand.shutdown()

    async def take(self, request: Request) -> Response:
        """(1) of a kind and a size that Slack sends, and said to be signed just now? Nothing is read of anything else. (2) signed
        by Slack? (3) is there room? Then it is taken in.
        """
        _check_kind(request)
        self._check_promise(request)
        body = await self._read(request)
        self._check_signature(request, body)
        if self._in_hand >= _MOST_IN_HAND:
            raise _busy()
        self._in_hand += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._hand, self._taken, request, body)
        finally:
            self._in_hand -= 1

    async def _read(self, request: Request) -> bytes:
        """Anybody can say that Slack has signed it, and then send nothing. Where that is all there is room for, whoever has been
        waited for longest gives theirs up: what Slack sends comes with its headers, and waits for nothing.
        """
        while len(self._reading) >= _MOST_READ:
            longest = next(iter(self._reading))
            del self._reading[longest]
            longest.reschedule(asyncio.get_running_loop().time())
        try:
            async with asyncio.timeout(_BODY_S) as patience:
                self._reading[patience] = None
                try:
                    return await _body(request)
                finally:
                    self._reading.pop(patience, None)
        except TimeoutError:
            raise HTTPException(_TOO_SLOW, headers={"connection": "close"}) from None

    def _check_promise(self, request: Request) -> None:
        """By what can be told without the body."""
        moment = request.headers.get("x-slack-request-timestamp", "")
        is_fresh = _MOMENT.fullmatch(moment) and abs(self._verifier.clock.now() - int(moment)) <= _HOLDS_S
        if not is_fresh or not _SIGNATURE.fullmatch(request.headers.get("x-slack-signature", "")):
            raise HTTPException(_UNSIGNED)

    def _check_signature(self, request: Request, body: bytes) -> None:
        try:
            is_signed = self._verifier.is_valid_request(body, dict(request.headers))
        except (
            ValueError,
            TypeError,
            OverflowError,
        ):  # a moment that is no number, a signature or a body that is no text
            is_signed = False
        if not is_signed:
            raise HTTPException(_UNSIGNED)

    def _taken(self, request: Request, body: bytes) -> Response:
        """What was acknowledged once is acknowledged again, and nothing else comes of it: Slack signs anew what it repeats."""
        signature = request.headers["x-slack-signature"]
        if signature in self._acknowledged:
            return Response()
        response = to_starlette_response(self._app.dispatch(_understood(request, body)))
        if response.status_code < _BAD:
            self._acknowledged[signature] = None
        return response


def _busy() -> HTTPException:
    return HTTPException(_BUSY, headers={"retry-after": "1"})


def _check_kind(request: Request) -> None:
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() not in _KINDS:
        raise HTTPException(_OF_NO_KIND)
    said = request.headers.get("content-length", "0")
    if not said.isdecimal():
        raise HTTPException(_BAD)
    if int(said) > _MOST_BYTES:
        raise HTTPException(_TOO_LARGE)


async def _body(request: Request) -> bytes:
    body = bytearray()
    try:
        async for piece in request.stream():
            body += piece
            if len(body) > _MOST_BYTES:
                raise HTTPException(_TOO_LARGE)
    except ClientDisconnect:
        raise HTTPException(_BAD) from None  # that nobody reads
    return bytes(body)


def _understood(request: Request, body: bytes) -> BoltRequest:
    """Bolt trips over what is no object, or is one within too many others."""
    try:
        understood = to_bolt_request(request, body)
    except (ValueError, TypeError, AttributeError, LookupError, RecursionError):
        raise HTTPException(_BAD) from None
    if not isinstance(understood.body, dict):
        raise HTTPException(_BAD)
    return understood
