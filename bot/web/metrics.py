"""What is counted, for whoever may know it: this machine, where nobody else can ask; elsewhere, who has the token."""

import hmac
from collections.abc import Callable
from ipaddress import ip_address

from prometheus_client import CONTENT_TYPE_LATEST
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

_WITHOUT_TOKEN, _SHUT = 401, 403
_HOW = "Set FOOTNOTE_METRICS_TOKEN, and ask with it as a bearer token: this port is open to other machines."


class Metrics:
    """`host` is where we listen. Behind a proxy that is this machine for everybody: then only `/slack/` is to be let through."""

    def __init__(self, text: Callable[[], bytes], *, host: str, token: str | None) -> None:
        self._text, self._token = text, token
        self._is_ours_alone = _is_loopback(host)

    def routes(self) -> list[Route]:
        return [Route("/metrics", self.show)]

    def show(self, request: Request) -> Response:
        if self._token is None and not self._is_ours_alone:
            raise HTTPException(_SHUT, _HOW)
        if self._token is not None and not _is_same(request.headers.get("authorization", ""), f"Bearer {self._token}"):
            raise HTTPException(_WITHOUT_TOKEN, headers={"www-authenticate": "Bearer"})
        return Response(self._text(), media_type=CONTENT_TYPE_LATEST)


def _is_same(said: str, wanted: str) -> bool:
    return hmac.compare_digest(said.encode(), wanted.encode())


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
