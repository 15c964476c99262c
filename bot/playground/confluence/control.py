"""The levers over HTTP, for a bench that runs the emulator in a process of its own: the log, the oracle, faults, changes."""

from typing import TYPE_CHECKING, Any, Final

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot.playground.confluence.faults import Faults
from bot.playground.confluence.nouns import Content
from bot.playground.confluence.oracle import Oracle
from bot.playground.loopback import levers
from bot.playground.loopback.log import RequestLog

if TYPE_CHECKING:
    from bot.playground.world import World

OF_THE_SITE: Final = frozenset(
    {
        "add_page", "add_blogpost", "add_folder", "add_comment", "add_space", "edit", "rename", "move", "label", "unlabel",
        "restrict", "unrestrict", "trash", "archive", "restore", "purge", "grant", "revoke", "set_anonymous", "delete_space",
    }
)  # fmt: skip
OF_THE_WORLD: Final = frozenset(
    {
        "add_person", "deactivate", "activate", "set_standing", "set_email", "add_group", "rename_group", "delete_group",
        "add_members", "remove_members",
    }
)  # fmt: skip


class Control:
    def __init__(self, world: "World", *, oracle: Oracle, faults: Faults, requests: RequestLog) -> None:
        self.world = world
        self.oracle = oracle
        self.faults = faults
        self.requests = requests

    def routes(self) -> list[Route]:
        return [
            Route("/_world/log", self.log),
            Route("/_world/people", self.people),
            Route("/_world/readable", self.readable),
            Route("/_world/content", self.content),
            Route("/_world/spent", levers.spent),
            Route("/_world/control/{lever}", self.pull, methods=["POST"]),
        ]

    async def log(self, request: Request) -> Response:
        """How often each route was asked; with `each`, every request whose words these are."""
        words = request.query_params.get("each")
        body: dict[str, Any] = {"total": len(self.requests), "counts": dict(self.requests.counts())}
        if words is not None:
            fields = ("at", "method", "path", "query", "status", "outcome", "via")
            body["requests"] = [{name: getattr(r, name) for name in fields} for r in self.requests.of(words)]
        return JSONResponse(body)

    async def people(self, _: Request) -> Response:
        with self.world.lock:
            return JSONResponse({"people": [vars(person) for person in self.world.people.values()]})

    async def readable(self, request: Request) -> Response:
        """What the oracle says of one account."""
        return JSONResponse({"ids": sorted(self.oracle.readable(request.query_params.get("account", "")))})

    async def content(self, request: Request) -> Response:
        """Ids of one kind, in the order in which they were made."""
        kind = request.query_params.get("kind", "page")
        with self.world.lock:
            ids = [each.id for each in self.world.confluence.content.values() if each.kind == kind]
        return JSONResponse({"ids": ids})

    async def pull(self, request: Request) -> Response:
        return await levers.pulled(request, self._pull)

    def _pull(self, lever: str, args: dict[str, Any]) -> str | None:
        """`do`: {"do": "edit", "with": ["65540"], "and": {"body": "…"}}, as in the world's own words."""
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
            case _:
                raise LookupError("no such lever")
        return None

    def _do(self, name: str, *args: Any, **named: Any) -> str | None:
        if name in OF_THE_SITE:
            made = getattr(self.world.confluence, name)(*args, **named)
        elif name in OF_THE_WORLD:
            made = getattr(self.world, name)(*args, **named)
        else:
            raise LookupError(f"nothing is done by {name!r}")
        return made.id if isinstance(made, Content) else getattr(made, "account_id", getattr(made, "id", None))
