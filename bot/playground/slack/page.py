"""The human side over HTTP, for a browser page and for tests in other processes: /_world/…, JSON in and out, and a stream of what one person sees."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Mapping
from typing import Any, Final

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from bot.playground.slack import changes, shown, visibility
from bot.playground.slack.errors import CannotDo
from bot.playground.slack.interactions import Outcome
from bot.playground.slack.nouns import Channel, Json, User, View
from bot.playground.slack.people import Person
from bot.playground.slack.wire import ephemeral_json, view_json
from bot.playground.slack.world import SlackWorld

HEARTBEAT_S: Final = 15.0
COME_BACK_MS: Final = 500  # after which a browser connects again; it then reads everything again


class Page:
    def __init__(self, world: SlackWorld, as_user: Callable[[str], Person]) -> None:
        self.world = world
        self.as_user = as_user
        self._watchers: dict[asyncio.Queue[str | None], tuple[User, asyncio.AbstractEventLoop]] = {}

    def routes(self) -> list[Route]:
        return [
            Route("/_world/people", self.people),
            Route("/_world/channels", self.channels),
            Route("/_world/messages", self.messages),
            Route("/_world/views", self.views),
            Route("/_world/commands", self.commands),
            Route("/_world/stream", self.stream),
            Route("/_world/do/{action}", self.act, methods=["POST"]),
        ]

    # -- looking

    async def people(self, _: Request) -> Response:
        with self.world.lock:
            found = [shown.user(self.world, u) for u in self.world.users.values()]
            return JSONResponse({"people": found, "team": vars(self.world.home)})

    async def channels(self, request: Request) -> Response:
        try:
            user = self.world.user(request.query_params["user"])
        except LookupError as no:
            return _no(no)
        with self.world.lock:
            found = [shown.channel(self.world, c, user) for c in visibility.channels(self.world, user)]
            return JSONResponse({"channels": found})

    async def messages(self, request: Request) -> Response:
        asked = request.query_params
        try:
            person = self.as_user(asked["user"])
            found = person.visible_messages(asked["channel"], thread_ts=asked.get("thread_ts"))
            channel = person.world.channel(asked["channel"])
            with self.world.lock:
                return JSONResponse(
                    {
                        "messages": found,
                        "statuses": shown.statuses(self.world, channel),
                        "threads": shown.dressings(self.world, channel),
                        "prompts": shown.prompts(self.world, channel),
                    }
                )
        except (CannotDo, LookupError) as no:
            return _no(no)

    async def views(self, request: Request) -> Response:
        try:
            person = self.as_user(request.query_params["user"])
        except LookupError as no:
            return _no(no)
        with self.world.lock:
            stack = [view_json(self.world, self.world.views[i]) for i in self.world.stacks.get(person.id, [])]
            homes = {a.id: _view(self.world, person.home(a)) for a in self.world.apps.values()}
        return JSONResponse({"stack": stack, "homes": homes})

    async def commands(self, _: Request) -> Response:
        with self.world.lock:
            return JSONResponse({"commands": shown.commands(self.world)})

    # -- doing

    async def act(self, request: Request) -> Response:
        """JSON only: a foreign web page cannot send that without asking first."""
        run = ACTIONS.get(request.path_params["action"])
        if run is None or not request.headers.get("content-type", "").startswith("application/json"):
            return _no(CannotDo("no such action, or not JSON"))
        try:
            args: Json = await request.json()
            done = await run_in_threadpool(run, self.as_user(args.pop("user")), args)
        except (CannotDo, LookupError, TypeError, ValueError) as no:
            return _no(no)
        return JSONResponse({"ok": True, **_result(self.world, done)})

    # -- watching

    async def stream(self, request: Request) -> Response:
        try:
            user = self.world.user(request.query_params["user"])
        except LookupError as no:
            return _no(no)
        queue: asyncio.Queue[str | None] = asyncio.Queue()
        self._watchers[queue] = (user, asyncio.get_running_loop())
        return StreamingResponse(
            self._watch(queue), media_type="text/event-stream", headers={"cache-control": "no-store"}
        )

    async def _watch(self, queue: "asyncio.Queue[str | None]") -> AsyncIterator[str]:
        try:
            yield f": welcome\nretry: {COME_BACK_MS}\n\n"
            while True:
                try:
                    said = await asyncio.wait_for(queue.get(), HEARTBEAT_S)
                except TimeoutError:
                    said = ": still here\n\n"
                if said is None:
                    return
                yield said
        finally:
            self._watchers.pop(queue, None)

    def hear(self, change: changes.Change) -> None:
        for queue, (user, loop) in list(self._watchers.items()):
            seen = self._seen(user, change)
            if seen:
                kind, body = seen
                loop.call_soon_threadsafe(queue.put_nowait, f"event: {kind}\ndata: {json.dumps(body)}\n\n")

    def stop(self) -> None:
        for queue in list(self._watchers):
            queue.put_nowait(None)

    def _seen(self, user: User, change: changes.Change) -> tuple[str, Json] | None:
        match change:
            case changes.EphemeralPosted(ephemeral) | changes.EphemeralGone(ephemeral):
                kind = "ephemeral" if isinstance(change, changes.EphemeralPosted) else "ephemeral_gone"
                body = {"channel": ephemeral.channel_id, "message": ephemeral_json(self.world, ephemeral)}
                return (kind, body) if ephemeral.user == user.id else None
            case changes.ViewChanged():
                view = self.world.views[change.view_id]
                body = {"what": change.what, "view": view_json(self.world, view)}
                return ("view", body) if change.user == user.id else None
            case changes.UserCame() | changes.UserChanged():
                return "user", {"user": shown.user(self.world, self.world.users[change.user])}
            case changes.AppRemoved(what="uninstalled"):  # as it will be, once apps have heard their last event
                bot = self.world.users[self.world.apps[change.app_id].user_id]
                return "user", {"user": shown.user(self.world, bot) | {"installed": False}}
            case changes.HomeOpened() | changes.AppRemoved():
                return None
            case _:
                return self._seen_in_channel(user, change)

    def _seen_in_channel(self, user: User, change: Any) -> tuple[str, Json] | None:
        channel = self.world.channels[change.channel_id]
        gone = isinstance(change, changes.MemberLeft) and change.user == user.id
        if not gone and not visibility.sees(self.world, user, channel):
            return None
        where: Json = {"channel": channel.id}
        match change:
            case changes.MessagePosted(message=message) | changes.MessageChanged(message=message):
                kind = "message" if isinstance(change, changes.MessagePosted) else "message_changed"
                return kind, where | {"message": visibility.shown(self.world, channel, message)}
            case changes.MessageDeleted():
                return "message_deleted", where | {"ts": change.previous.ts}
            case changes.ReactionChanged():
                message = channel.messages[change.ts]
                return "message_changed", where | {"message": visibility.shown(self.world, channel, message)}
            case changes.ThreadDressed() | changes.SessionStopped():
                return "thread", where | {
                    "thread_ts": change.thread_ts,
                    **shown.dressing(self.world, channel, change.thread_ts),
                }
            case _:
                return "channel", {**where, "detail": shown.channel(self.world, channel, user)}


def _post(person: Person, args: Json) -> Any:
    files = [person.world.add_file(name) for name in args.pop("files", [])]
    return person.post(args.pop("channel"), args.pop("text", ""), files=files or None, **args)


def _view_of(person: Person, args: Json) -> View | None:
    view_id = args.pop("view_id", None)
    return person.world.views[view_id] if view_id else None


ACTIONS: Final[Mapping[str, Callable[[Person, Json], Any]]] = {
    "post": _post,
    "edit": lambda p, a: p.edit(**a),
    "delete": lambda p, a: p.delete(**a),
    "react": lambda p, a: p.react(**a),
    "join": lambda p, a: p.join(**a),
    "leave": lambda p, a: p.leave(**a),
    "invite": lambda p, a: p.invite(**a),
    "remove": lambda p, a: p.remove(**a),
    "rename": lambda p, a: p.rename(**a),
    "create": lambda p, a: p.create(**a),
    "slash": lambda p, a: p.slash(**a),
    "click": lambda p, a: p.click(**a),
    "click_in_view": lambda p, a: p.click_in_view(view=_view_of(p, a), **a),
    "submit": lambda p, a: p.submit(a.get("values"), view=_view_of(p, a)),
    "close": lambda p, a: p.close(**a),
    "open_home": lambda p, a: p.open_home(**a),
    "dm": lambda p, a: p.world.im(p.user, a["with"]),
    "stop": lambda p, a: p.stop(**a),
    "reload": lambda p, _: p.reload(),
}


def _result(world: SlackWorld, done: Any) -> Json:
    match done:
        case Outcome():
            return {
                "acked": done.acked,
                "payload": done.payload,
                "errors": dict(done.errors),
                "error": done.error,
                "view": _view(world, done.view),
            }
        case View():
            return {"view": _view(world, done)}
        case Channel():
            return {"channel": done.id}
        case bool():
            return {"changed": done}
        case None | tuple():
            return {}
        case _:
            return {"ts": done.ts}


def _view(world: SlackWorld, view: View | None) -> Json | None:
    return view_json(world, view) if view else None


def _no(why: Exception) -> Response:
    return JSONResponse({"ok": False, "error": str(why)}, status_code=400)
