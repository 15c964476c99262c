"""The emulated Confluence without a wire: the same requests and answers, for tests that ask ten thousand times."""

from collections.abc import Iterator
from typing import Final

import httpx

from bot.playground.confluence.server import ConfluenceEmulator

_CUT: Final = frozenset({"truncated", "stall", "lost_reply"})  # the connection closes under the answer


class AtHand(httpx.BaseTransport):
    """Whatever would come late comes at once, for there is nobody to wait."""

    def __init__(self, site: ConfluenceEmulator) -> None:
        self._site = site

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        path, _, query = request.url.raw_path.decode().partition("?")
        authorization = request.headers.get("authorization")
        asked = self._site.asked(request.method, path=path, query=query, authorization=authorization)
        reply, fault = self._site.answered(asked, request.read())
        headers = {"content-type": reply.media_type, **reply.headers}
        if fault is not None and fault.kind in _CUT:
            half = reply.body[: len(reply.body) // 2] if fault.kind == "truncated" else b""
            return httpx.Response(reply.status, headers=headers, stream=_Cut(half))
        return httpx.Response(reply.status, headers=headers, content=reply.body)


class _Cut(httpx.SyncByteStream):
    def __init__(self, some: bytes) -> None:
        self._some = some

    def __iter__(self) -> Iterator[bytes]:
        yield self._some
        raise httpx.RemoteProtocolError("peer closed connection without sending complete message body")
