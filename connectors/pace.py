"""How often a site may be asked. One pace a site, shared by every thread that asks it."""

import threading
import time
from collections.abc import Callable


class Pace:
    """A token bucket: `per_second` on average, and `burst` at once after a rest.

    `hold` stops everybody for a while: a site that asks one of us to wait means all of us.
    """

    def __init__(
        self,
        per_second: float,
        *,
        burst: int = 1,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], object] = time.sleep,
    ) -> None:
        if per_second <= 0 or burst < 1:
            raise ValueError(f"no pace: {per_second} a second, {burst} at once")
        self._interval_s = 1 / per_second
        self._slack_s = (burst - 1) * self._interval_s
        self._clock, self._sleep = clock, sleep
        self._lock = threading.Lock()
        self._next_due = clock()
        self._held_until = clock()

    def now(self) -> float:
        return self._clock()

    def take(self, most_s: float) -> bool:
        """Waits for a turn. False at once, and no turn, if it would take longer than this."""
        with self._lock:
            now = self._clock()
            start = max(now, self._next_due - self._slack_s, self._held_until)
            if start - now > most_s:
                return False
            self._next_due = max(self._next_due, now) + self._interval_s
        return self._waited_until(start, now + most_s)

    def hold(self, seconds: float) -> None:
        with self._lock:
            self._held_until = max(self._held_until, self._clock() + seconds)

    def _waited_until(self, start: float, latest: float) -> bool:
        while (now := self._clock()) < start:
            self._sleep(start - now)
            with self._lock:  # somebody may have been told to wait meanwhile
                start = max(start, self._held_until)
            if start > latest:
                return False
        return True
