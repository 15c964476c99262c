"""What the demo's page asks of the wiki, and does to it: as people do, in Confluence itself. Footnote is told of nothing; it
has to find out by reading, which can be asked for here.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Final

from pydantic import ConfigDict, ValidationError
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot import app, worker
from bot.cli.demo import wiki, wiki_view
from bot.playground.confluence import Oracle
from bot.playground.confluence.acme import BOT
from bot.playground.confluence.editing import edited
from bot.playground.slack import SlackWorld
from bot.playground.world import Person, World
from connectors.model import Loop
from policies.access import oldest
from policies.people import Noun

_CLOSED: Final = 503
_BAD: Final = 400


class Named(Noun):
    """Which page."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    user: str  # whoever does it, by their id in Slack
    id: str


class Restricted(Named):
    groups: tuple[str, ...] = ()
    people: tuple[str, ...] = ()


class Said(Named):
    at: int
    was: str
    text: str


class WikiDesk:
    """Its routes are there before the bot is, and after it; they say so."""

    def __init__(self, world: World, slack: SlackWorld) -> None:
        self._world, self._slack = world, slack
        self._oracle = Oracle(world)
        self._records: app.Records | None = None
        self._changed_at: datetime | None = None

    @contextmanager
    def opened(self, records: app.Records) -> Iterator[None]:
        self._records = records
        try:
            yield
        finally:
            self._records = None

    def routes(self) -> list[Route]:
        return [
            Route("/_footnote/wiki", self._answering(self._tree)),
            Route("/_footnote/wiki/page", self._answering(self._page)),
            Route("/_footnote/wiki/do/{action}", self._act, methods=["POST"]),
        ]

    # -- looking

    def _answering(
        self, answer: Callable[[app.Records, Mapping[str, str]], Mapping[str, object]]
    ) -> Callable[[Request], Response]:
        def endpoint(request: Request) -> Response:  # not async: Starlette runs it in a thread, for it reads a database
            if self._records is None:
                return _refused("Footnote is not at work now", _CLOSED)
            try:
                return _json(answer(self._records, request.query_params))
            except LookupError as no:
                return _refused(str(no.args[0]))

        return endpoint

    def _tree(self, records: app.Records, asked: Mapping[str, str]) -> Mapping[str, object]:
        me = self._person(asked.get("user", ""))
        return {**wiki_view.tree(self._world, self._oracle, me), "read": self._read(records)}

    def _page(self, _: app.Records, asked: Mapping[str, str]) -> Mapping[str, object]:
        with self._slack.lock:
            ids = [user.id for user in self._slack.users.values() if user.email]
        here = [person for one in ids if (person := self._person(one)) is not None]
        return wiki_view.page(self._world, self._oracle, asked.get("id", ""), here)

    def _read(self, records: app.Records) -> Mapping[str, object]:
        """How fresh what Footnote knows of it is: as old as the oldest of its looks."""
        source = next(one for one in records.sources.active() if one.name == wiki.NAME)
        read_at = oldest([source.loops[loop].read_at if loop in source.loops else None for loop in Loop])
        stopped = [one.stopped for one in source.loops.values() if one.stopped is not None]
        is_behind = self._changed_at is not None and (read_at is None or read_at < self._changed_at)
        return {
            "at": read_at.isoformat() if read_at is not None else None,
            "reading": records.jobs.is_in_hand(worker.SYNC, wiki.NAME),
            "behind": is_behind,
            "stopped": stopped[0] if stopped else None,
            "problems": [f"{one.where}: {one.reason}." for one in source.problems],
        }

    def _person(self, user: str) -> Person | None:
        """Who somebody of this Slack is there, by their address."""
        with self._slack.lock:
            found = self._slack.users.get(user)
        try:
            return self._world.person(found.email) if found is not None and found.email else None
        except LookupError:
            return None

    # -- doing

    async def _act(self, request: Request) -> Response:
        """JSON only: a foreign web page cannot send that without asking first."""
        if not request.headers.get("content-type", "").startswith("application/json"):
            return _refused("send JSON")
        if self._records is None:
            return _refused("Footnote is not at work now", _CLOSED)
        given = await request.body()
        try:
            await run_in_threadpool(self._do, self._records, request.path_params["action"], given)
        except ValidationError:
            return _refused("this was not understood")
        except (LookupError, ValueError) as no:
            return _refused(str(no.args[0]))
        return _json({"ok": True})

    def _do(self, records: app.Records, action: str, given: bytes) -> None:
        match action:
            case "read":
                app.ask_for_sync(records, [wiki.NAME])
                return
            case "restrict":
                self._restrict(Restricted.model_validate_json(given))
            case "open":
                self._world.confluence.unrestrict(self._named(given).id)
            case "edit":
                self._edit(Said.model_validate_json(given))
            case "trash":
                self._world.confluence.trash(self._named(given).id)
            case "restore":
                self._world.confluence.restore(self._named(given).id)
            case _:
                raise LookupError(f"nobody can {action!r} a page")
        self._changed_at = records.clock()

    def _named(self, given: bytes) -> Named:
        named = Named.model_validate_json(given)
        wiki_view.shown(self._world, named.id)
        return named

    def _restrict(self, to: Restricted) -> None:
        """Footnote's own account is always let in: what it may not see, it cannot even hide."""
        if not to.groups and not to.people:
            raise ValueError("a page is restricted to somebody")
        wiki_view.shown(self._world, to.id)
        people = [self._world.person(one).account_id for one in (*to.people, BOT)]
        self._world.confluence.restrict(to.id, users=people, groups=[self._world.group(one).id for one in to.groups])

    def _edit(self, said: Said) -> None:
        if not said.text.strip():
            raise ValueError("a page says something there")
        with self._world.lock:
            content = wiki_view.shown(self._world, said.id)
            body = edited(content.body, said.at, was=said.was, text=said.text)
            by = self._person(said.user)
            self._world.confluence.edit(said.id, body=body, by=by.account_id if by is not None else BOT)


def _json(body: Mapping[str, object]) -> Response:
    return JSONResponse(body, headers={"cache-control": "no-store"})


def _refused(why: str, status: int = _BAD) -> Response:
    return JSONResponse({"ok": False, "error": why}, status_code=status, headers={"cache-control": "no-store"})
