"""What was asked of an emulator, in order, and what came of it. For tests, benches, and people who wonder."""

from collections import Counter, deque
from dataclasses import dataclass
from typing import Final, Generic, TypeVar

KEPT: Final = 200_000

Asked = TypeVar("Asked")


@dataclass(frozen=True, slots=True)
class Request:
    at: float  # by the world's clock
    method: str
    path: str  # without the prefix of a gateway
    query: str
    route: str  # its form: /wiki/api/v2/pages/{id}
    status: int
    outcome: str  # "" or the fault that was planted
    via: str  # which of the emulator's faces
    account_id: str
    authorized: bool  # it carried credentials
    took_ms: float
    wrote: bool = False  # something is otherwise there since, whatever was answered


class Log(Generic[Asked]):
    def __init__(self) -> None:
        self._requests: deque[Asked] = deque(maxlen=KEPT)

    def add(self, request: Asked) -> None:
        self._requests.append(request)

    def all(self) -> list[Asked]:
        return list(self._requests)

    def clear(self) -> None:
        self._requests.clear()

    def __len__(self) -> int:
        return len(self._requests)


class RequestLog(Log[Request]):
    """Of an API whose requests are told apart by their paths."""

    def of(self, words: str) -> list[Request]:
        """Those whose "METHOD path" has these words in it."""
        return [each for each in self.all() if words in f"{each.method} {each.path}"]

    def counts(self) -> Counter[str]:
        """How often each route was asked."""
        return Counter(f"{each.method} {each.route}" for each in self.all())

    def writes(self) -> list[Request]:
        """Those that did something, told of or not."""
        return [each for each in self.all() if each.wrote]
