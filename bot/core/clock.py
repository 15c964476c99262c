"""The assistant's clock. Flows ask it once and hand the time on; pure code takes the time as an argument."""

import time
from collections.abc import Callable
from datetime import UTC, date, datetime

Clock = Callable[[], datetime]
Timer = Callable[[], float]
"""Seconds that only go forward, from any beginning."""

timer: Timer = time.monotonic

Pause = Callable[[float], None]
"""Lets so many seconds pass."""

pause: Pause = time.sleep


def utc_now() -> datetime:
    return datetime.now(UTC)  # noqa: TID251 - this is the one place


def as_text(moment: datetime) -> str:
    """One spelling of a moment, so that what is hashed can be hashed again."""
    if moment.tzinfo is None:
        raise ValueError("a moment without a zone is not a moment")
    return moment.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def day_of(moment: datetime) -> date:
    """By UTC, wherever we are."""
    return moment.astimezone(UTC).date()


class Stopwatch:
    """How long each step took, added up where a step is taken more than once."""

    def __init__(self) -> None:
        self.laps: dict[str, float] = {}
        self._began = self._last = time.perf_counter()

    @property
    def since_start_ms(self) -> float:
        return round((time.perf_counter() - self._began) * 1000, 2)

    def lap(self, step: str) -> None:
        now = time.perf_counter()
        self.laps[step] = round(self.laps.get(step, 0.0) + (now - self._last) * 1000, 2)
        self._last = now
