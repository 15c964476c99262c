"""The levers over HTTP, for a bench that runs the emulator in a process of its own: the log, the oracle, faults, changes."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot.playground.google.faults import Faults
from bot.playground.google.oracle import Oracle
from bot.playground.loopback import levers
from bot.playground.loopback.log import RequestLog

if TYPE_CHECKING:
    from bot.playground.world import World

OF_DRIVE: Final = frozenset(
    {
        "add_drive", "set_member", "remove_member", "rename_drive", "remove_drive", "add_folder", "add_doc", "add_shortcut",
        "edit", "rename", "share", "unshare", "limit", "transfer", "move", "trash", "untrash", "delete",
        "set_copy_requires_writer", "set_gen_ai",
    }
)  # fmt: skip
OF_THE_DIRECTORY: Final = frozenset(
    {
        "add_user", "suspend", "unsuspend", "delete_user", "rename_user", "add_alias", "remove_alias", "set_org_unit",
        "add_group", "rename_group", "delete_group", "add_members", "remove_members",
    }
)  # fmt: skip


class Control:
    def __init__(
        self,
        world: "World",
        *,
        oracle: Oracle,
        faults: Faults,
        requests: RequestLog,
        key: Callable[[], Mapping[str, str]],
    ) -> None:
        self.world = world
        self.oracle = oracle
        self.faults = faults
        self.requests = requests
        self.key = key

    def routes(self) -> list[Route]:
        return [
            Route("/_world/key", self.key_file),
            Route("/_world/log", self.log),
            Route("/_world/people", self.people),
            Route("/_world/findable", self.findable),
            Route("/_world/files", self.files),
            Route("/_world/spent", levers.spent),
            Route("/_world/control/{lever}", self.pull, methods=["POST"]),
        ]

    async def key_file(self, _: Request) -> Response:
        """Nothing here is a secret."""
        return JSONResponse(dict(self.key()))

    async def log(self, request: Request) -> Response:
        """How often each route was asked; with `each`, every request whose words these are."""
        words = request.query_params.get("each")
        body: dict[str, Any] = {"total": len(self.requests), "counts": dict(self.requests.counts())}
        if words is not None:
            fields = ("at", "method", "path", "query", "status", "outcome", "via", "account_id")
            body["requests"] = [{name: getattr(r, name) for name in fields} for r in self.requests.of(words)]
        return JSONResponse(body)

    async def people(self, _: Request) -> Response:
        with self.world.lock:
            return JSONResponse({"people": [vars(user) for user in self.world.google.directory.users.values()]})

    async def findable(self, request: Request) -> Response:
        """What the oracle says of one address."""
        return JSONResponse({"ids": sorted(self.oracle.findable(request.query_params.get("address", "")))})

    async def files(self, _: Request) -> Response:
        """In the order in which they were made."""
        with self.world.lock:
            found = [
                {"id": each.id, "name": each.name, "type": each.mime_type}
                for each in self.world.google.drive.files.values()
            ]
        return JSONResponse({"files": found})

    async def pull(self, request: Request) -> Response:
        return await levers.pulled(request, self._pull)

    def _pull(self, lever: str, args: dict[str, Any]) -> str | None:
        """`do`: {"do": "share", "with": ["1ab…", "ben@acme.test"], "and": {"role": "writer"}}, in the world's own words."""
        match lever:
            case "do":
                return self._do(str(args.get("do")), *args.get("with", ()), **args.get("and", {}))
            case "fail":
                self.faults.fail(**args)
            case "seed":
                self.faults.seed(**args)
            case "heal":
                self.faults.clear()
            case "forget":
                self.requests.clear()
            case "forget_changes":
                self.world.google.drive.events.forget()
            case _:
                raise LookupError("no such lever")
        return None

    def _do(self, name: str, *args: Any, **named: Any) -> str | None:
        if name in OF_DRIVE:
            made = getattr(self.world.google.drive, name)(*args, **named)
        elif name in OF_THE_DIRECTORY:
            made = getattr(self.world.google.directory, name)(*args, **named)
        else:
            raise LookupError(f"nothing is done by {name!r}")
        return getattr(made, "id", None)
