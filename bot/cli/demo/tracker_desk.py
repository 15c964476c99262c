"""What the demo's page shows of Jira, and of what Footnote asked of the targets where something can be done. Reads only."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Final

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot.cli.demo.sites import Sites
from bot.playground.jira.control import board
from bot.playground.loopback.log import RequestLog
from bot.playground.world import World

Json = Mapping[str, object]

_CLOSED: Final = 503
_SHOWN: Final = 30  # requests of each target, the newest


class TrackerDesk:
    """Its route is there before the bot is, and after it; it says so."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._sites: Sites | None = None

    @contextmanager
    def opened(self, sites: Sites | None) -> Iterator[None]:
        self._sites = sites
        try:
            yield
        finally:
            self._sites = None

    def routes(self) -> list[Route]:
        return [Route("/_footnote/jira", self._shown())]

    def _shown(self) -> Callable[[Request], Response]:
        def endpoint(_: Request) -> Response:  # not async: it waits for the world's lock
            if self._sites is None:
                return _json({"error": "Footnote is not at work now"}, _CLOSED)
            return _json({**board(self._world), "targets": targets(self._sites)})

        return endpoint


def targets(sites: Sites) -> list[Json]:
    named = (("Jira", sites.jira.requests), ("Confluence", sites.wiki.requests), ("Google Drive", sites.drive.requests))
    return [{"name": name, **_told(log)} for name, log in named]


def _told(log: RequestLog) -> Json:
    """What was written is shown however many were only read since."""
    everything = log.all()
    writes = [each for each in everything if each.wrote]
    shown = {id(each): each for each in (*writes[-_SHOWN:], *everything[-_SHOWN:])}
    return {
        "asked": len(everything),
        "writes": len(writes),
        "requests": [
            {
                "at": each.at,
                "method": each.method,
                "path": each.path,
                "status": each.status,
                "wrote": each.wrote,
                "outcome": each.outcome,
            }
            for each in sorted(shown.values(), key=lambda each: each.at, reverse=True)
        ],
    }


def _json(body: Json, status: int = 200) -> Response:
    return JSONResponse(body, status_code=status, headers={"cache-control": "no-store"})
