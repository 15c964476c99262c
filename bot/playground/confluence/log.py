"""What was asked of the emulator, in order, and what came of it."""

from collections import Counter, deque
from dataclasses import dataclass
from typing import Final, Literal

KEPT: Final = 200_000


@dataclass(frozen=True, slots=True)
class Request:
    at: float  # by the world's clock
    method: str
    path: str  # without the gateway's prefix
    query: str
    route: str  # its form: /wiki/api/v2/pages/{id}
    status: int
    outcome: str  # "" or the fault that was planted
    via: Literal["site", "gateway", "media"]
    account_id: str
    authorized: bool  # it carried credentials
    took_ms: float


class RequestLog:
    def __init__(self) -> None:
        self._requests: deque[Request] = deque(maxlen=KEPT)

    def add(self, request: Request) -> None:
        self._requests.append(request)

    def all(self) -> list[Request]:
        return list(self._requests)

    def of(self, words: str) -> list[Request]:
        """Those whose "METHOD path" has these words in it."""
        return [each for each in self.all() if words in f"{each.method} {each.path}"]

    def counts(self) -> Counter[str]:
        """How often each route was asked."""
        return Counter(f"{each.method} {each.route}" for each in self.all())

    def clear(self) -> None:
        self._requests.clear()

    def __len__(self) -> int:
        return len(self._requests)
