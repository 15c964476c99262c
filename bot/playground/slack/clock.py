"""What time the emulated Slack has. It must never be read from the bot: the two sides of a race keep their own time."""

import time
from threading import Lock
from typing import Protocol


class Clock(Protocol):
    def now(self) -> float:
        """Seconds since 1970."""
        ...


class WallClock:
    def now(self) -> float:
        return time.time()  # noqa: TID251 - the playground imports nothing of ours, so it cannot ask bot.core.clock


class ManualClock:
    """Stands still until it is told to move: a trigger expires without anybody waiting three seconds."""

    def __init__(self, start: float = 1_790_000_000.0) -> None:
        self._now = start
        self._lock = Lock()

    def now(self) -> float:
        with self._lock:
            return self._now

    def advance(self, seconds: float) -> None:
        with self._lock:
            self._now += seconds
