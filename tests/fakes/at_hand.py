"""The emulators without a wire: the same requests and answers, for tests that ask ten thousand times."""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from typing import Any, Final

import httpx

from bot.playground.confluence.server import ConfluenceEmulator
from bot.playground.google.server import Asked, GoogleEmulator
from bot.playground.loopback.faults import Fault
from bot.playground.loopback.replies import Reply

_CUT: Final = frozenset({"truncated", "stall", "lost_reply"})  # the connection closes under the answer


class AtHand(ABC, httpx.BaseTransport):
    """Whatever would come late comes at once, for there is nobody to wait."""

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        reply, fault = self._answered(request)
        headers = {"content-type": reply.media_type, **reply.headers}
        if fault is not None and fault.kind in _CUT:
            half = reply.body[: len(reply.body) // 2] if fault.kind == "truncated" else b""
            return httpx.Response(reply.status, headers=headers, stream=_Cut(half))
        return httpx.Response(reply.status, headers=headers, content=reply.body)

    @abstractmethod
    def _answered(self, request: httpx.Request) -> tuple[Reply, Fault[Any] | None]: ...


class ConfluenceAtHand(AtHand):
    def __init__(self, site: ConfluenceEmulator) -> None:
        self._site = site

    def _answered(self, request: httpx.Request) -> tuple[Reply, Fault[Any] | None]:
        path, _, query = request.url.raw_path.decode().partition("?")
        authorization = request.headers.get("authorization")
        asked = self._site.asked(request.method, path=path, query=query, authorization=authorization)
        return self._site.answered(asked, request.read())


class GoogleAtHand(AtHand):
    def __init__(self, google: GoogleEmulator) -> None:
        self._google = google

    def _answered(self, request: httpx.Request) -> tuple[Reply, Fault[Any] | None]:
        path, _, query = request.url.raw_path.decode().partition("?")
        return self._google.answered(Asked(request.method, path, query, request.headers), request.read())


class _Cut(httpx.SyncByteStream):
    def __init__(self, some: bytes) -> None:
        self._some = some

    def __iter__(self) -> Iterator[bytes]:
        yield self._some
        raise httpx.RemoteProtocolError("peer closed connection without sending complete message body")
