"""May this call be made now, or is it one too many? It counts calls in a sliding window and must never let a burst through."""

import math
from collections import defaultdict, deque

from bot.playground.slack import limits
from bot.playground.slack.clock import Clock


class RateLimits:
    """``scale`` shortens every window (0.1: ten times as many calls); ``enabled=False`` lifts the limits."""

    def __init__(self, *, enabled: bool = True, scale: float = 1.0) -> None:
        self.enabled = enabled
        self.scale = scale
        self._calls: defaultdict[tuple[str, str, str], deque[float]] = defaultdict(deque)

    @classmethod
    def off(cls) -> "RateLimits":
        return cls(enabled=False)

    def retry_after(self, clock: Clock, *, app_id: str, method: str, channel: str) -> int:
        """0 when the call may go ahead (it is then counted), else the seconds to wait, as Slack says them: whole ones."""
        if not self.enabled:
            return 0
        rate = limits.RATES.get(method, limits.TIER_3)
        window_s = rate.window_s * self.scale
        calls = self._calls[(app_id, method, channel if rate.per_channel else "")]
        now = clock.now()
        while calls and calls[0] <= now - window_s:
            calls.popleft()
        if len(calls) >= rate.calls:
            return max(1, math.ceil(calls[0] + window_s - now))
        calls.append(now)
        return 0
