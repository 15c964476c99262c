"""What apps asked of the Web API, in order, with what came of it. For tests and for people who wonder."""

from collections import deque
from dataclasses import dataclass

from bot.playground.slack.nouns import Json

KEPT = 100_000


@dataclass(frozen=True)
class Request:
    at: float
    method: str
    args: Json
    token: str
    app_id: str
    outcome: str  # "ok", Slack's error code, or the name of the fault
    status: int
    took_ms: float


class RequestLog:
    def __init__(self) -> None:
        self._requests: deque[Request] = deque(maxlen=KEPT)

    def add(self, request: Request) -> None:
        self._requests.append(request)

    def all(self) -> list[Request]:
        return list(self._requests)

    def of(self, method: str) -> list[Request]:
        return [r for r in self.all() if r.method == method]

    def clear(self) -> None:
        self._requests.clear()
