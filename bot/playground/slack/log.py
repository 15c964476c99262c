"""What apps asked of the Web API, in order, with what came of it. For tests and for people who wonder."""

from dataclasses import dataclass

from bot.playground.loopback.log import Log
from bot.playground.slack.nouns import Json


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


class RequestLog(Log[Request]):
    def of(self, method: str) -> list[Request]:
        return [r for r in self.all() if r.method == method]
