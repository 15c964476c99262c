"""Whether the process lives, and whether who asks now is answered. Each tells yes or no, and nothing of why beyond a name."""

import threading
from collections.abc import Callable, Mapping
from typing import Final, Literal, Protocol

import structlog
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from bot.core.clock import Timer, timer

_FRESH_S: Final = 2.0  # anybody may ask, as often as they like
_NOT_READY: Final = 503

Check = Callable[[], bool]


class Later(Protocol):
    """Does something on another thread. What goes wrong is logged there, and then `otherwise` is done."""

    def __call__(self, do: Callable[[], object], *, otherwise: Callable[[], object] | None = None) -> None: ...


log = structlog.get_logger()


class Health:
    """`checks` are asked in their order, each on a thread that may wait."""

    def __init__(self, checks: Mapping[str, Check], timer: Timer = timer) -> None:
        self._checks, self._timer = dict(checks), timer
        self._one_at_a_time = threading.Lock()
        self._found: dict[str, bool] = {}
        self._found_at: float | None = None

    def routes(self) -> list[Route]:
        return [Route("/healthz", _lives), Route("/readyz", self.ready)]

    def ready(self, _: Request) -> Response:
        found = self.found()
        is_ready = bool(found) and all(found.values())
        return JSONResponse({"ready": is_ready, **found}, status_code=200 if is_ready else _NOT_READY)

    def found(self) -> Mapping[str, bool]:
        """What was found last, where another is just asking: nobody waits behind them."""
        if self._one_at_a_time.acquire(blocking=False):
            try:
                self._look()
            finally:
                self._one_at_a_time.release()
        return self._found

    def _look(self) -> None:
        if self._found_at is None or self._timer() - self._found_at >= _FRESH_S:
            self._found = {name: _holds(name, check) for name, check in self._checks.items()}
            self._found_at = self._timer()


class Opening:
    """Something slow that is done once, on another thread, beginning with the first who asks whether it is done. What fails
    is begun again by the next.
    """

    def __init__(self, do: Callable[[], object], later: Later) -> None:
        self._do, self._later = do, later
        self._one_at_a_time = threading.Lock()
        self._state: Literal["not yet", "under way", "done"] = "not yet"

    def is_done(self) -> bool:
        with self._one_at_a_time:
            begins = self._state == "not yet"
            if begins:
                self._state = "under way"
        if begins:
            self._later(self._work, otherwise=lambda: self._become("not yet"))
        return self._state == "done"

    def _work(self) -> None:
        self._do()
        self._become("done")

    def _become(self, state: Literal["not yet", "done"]) -> None:
        with self._one_at_a_time:
            self._state = state


def every(seconds: float, check: Check, timer: Timer = timer) -> Check:
    """The same, asked anew only after so long: of whoever counts how often they are asked."""
    said: tuple[float, bool] | None = None

    def held() -> bool:
        nonlocal said
        if said is None or timer() - said[0] >= seconds:
            said = (timer(), check())
        return said[1]

    return held


async def _lives(_: Request) -> Response:
    """On no thread that could be waited for."""
    return PlainTextResponse("ok")


def _holds(name: str, check: Check) -> bool:
    try:
        return check()
    except Exception as error:  # noqa: BLE001 - whatever it was, it does not hold
        log.warning("not ready", check=name, error=type(error).__name__)
        return False
