"""What is said, and what becomes of it on its way to the client."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from bot.playground.loopback.faults import Fault, Kind

HANG_UP = Response()  # the connection is closed before this could be written
ON_ITS_WAY_S = 0.02


@dataclass(frozen=True)
class Reply:
    body: bytes = b""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    media_type: str = "application/json"


def as_json(body: Mapping[str, object], *, status: int = 200, headers: Mapping[str, str] | None = None) -> Reply:
    return Reply(json.dumps(body).encode(), status, headers or {})


async def sent(
    request: Request, reply: Reply, fault: Fault[Kind] | None, *, hang_up: Callable[[Request], None]
) -> Response:
    response = Response(reply.body, reply.status, reply.headers, reply.media_type)
    match fault.kind if fault else None:
        case "slow" if fault:
            await asyncio.sleep(fault.seconds)
        case "truncated":
            headers = {**reply.headers, "content-length": str(len(reply.body))}
            return StreamingResponse(half(request, reply.body, hang_up), reply.status, headers, reply.media_type)
        case "stall" if fault:
            await asyncio.sleep(fault.seconds)
            hang_up(request)
            return HANG_UP
        case "lost_reply":
            hang_up(request)
            return HANG_UP
        case _:
            pass
    return response


async def half(request: Request, whole: bytes, hang_up: Callable[[Request], None]) -> AsyncIterator[bytes]:
    yield whole[: len(whole) // 2]
    await asyncio.sleep(ON_ITS_WAY_S)  # so that the half is on its way
    hang_up(request)
