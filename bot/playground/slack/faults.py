"""Which of the next calls go wrong, and how. The worst one is ``lost_reply``: Slack did it, and nobody was told."""

from dataclasses import dataclass
from threading import Lock
from typing import Literal

Kind = Literal[
    "error_500",  # Slack is down: nothing happened
    "rate_limited",  # 429, Retry-After: ``seconds``
    "html",  # 200, but a proxy's page instead of JSON; nothing happened
    "slack_error",  # {"ok": false, "error": ``code``}; nothing happened
    "timeout",  # silence for ``seconds``, then the connection closes; nothing happened
    "slow",  # it happens, and the reply comes ``seconds`` late
    "truncated",  # it happened, and half the reply arrives
    "lost_reply",  # it happened, and the connection closes without a reply
]
AFTER = frozenset({"slow", "truncated", "lost_reply"})


@dataclass
class Fault:
    method: str
    kind: Kind
    times: int = 1
    skip: int = 0
    seconds: float = 1.0
    code: str = "internal_error"

    @property
    def does_it_first(self) -> bool:
        return self.kind in AFTER


class Faults:
    def __init__(self) -> None:
        self._lock = Lock()
        self._planned: list[Fault] = []

    def fail(
        self,
        method: str,
        kind: Kind,
        *,
        times: int = 1,
        skip: int = 0,
        seconds: float = 1.0,
        code: str = "internal_error",
    ) -> None:
        """The next ``times`` calls of the method (``*``: of any) go wrong, once ``skip`` more have gone well."""
        with self._lock:
            self._planned.append(Fault(method, kind, times, skip, seconds, code))

    def clear(self) -> None:
        with self._lock:
            self._planned.clear()

    def take(self, method: str) -> Fault | None:
        with self._lock:
            for fault in self._planned:
                if fault.method not in ("*", method):
                    continue
                if fault.skip:
                    fault.skip -= 1
                    continue
                fault.times -= 1
                if not fault.times:
                    self._planned.remove(fault)
                return fault
            return None
