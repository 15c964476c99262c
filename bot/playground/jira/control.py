"""The levers over HTTP, for a bench that runs the emulator in a process of its own: the log, faults, changes, and what the
page shows.
"""

from typing import TYPE_CHECKING, Any, Final

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot.playground.jira.document import text
from bot.playground.jira.faults import Faults
from bot.playground.loopback import levers
from bot.playground.loopback.log import RequestLog

if TYPE_CHECKING:
    from bot.playground.world import World

OF_THE_SITE: Final = frozenset(
    {"add_project", "grant", "revoke", "add_issue", "add_comment", "secure", "delete_issue", "fall_behind", "catch_up"}
)


class Control:
    def __init__(self, world: "World", *, faults: Faults, requests: RequestLog) -> None:
        self.world = world
        self.faults = faults
        self.requests = requests

    def routes(self) -> list[Route]:
        return [
            Route("/_world/log", self.log),
            Route("/_world/board", self.board),
            Route("/_world/spent", levers.spent),
            Route("/_world/control/{lever}", self.pull, methods=["POST"]),
        ]

    async def log(self, request: Request) -> Response:
        """How often each route was asked; with `each`, every request whose words these are."""
        words = request.query_params.get("each")
        body: dict[str, Any] = {
            "total": len(self.requests),
            "writes": len(self.requests.writes()),
            "counts": dict(self.requests.counts()),
        }
        if words is not None:
            fields = ("at", "method", "path", "query", "status", "outcome", "via", "wrote")
            body["requests"] = [{name: getattr(r, name) for name in fields} for r in self.requests.of(words)]
        return JSONResponse(body)

    async def board(self, _: Request) -> Response:
        return JSONResponse(board(self.world))

    async def pull(self, request: Request) -> Response:
        return await levers.pulled(request, self._pull)

    def _pull(self, lever: str, args: dict[str, Any]) -> str | None:
        """`do`: {"do": "add_issue", "with": ["ENG", "…"], "and": {"author": "ana@acme.test"}}, as in the site's own words."""
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
        if name not in OF_THE_SITE:
            raise LookupError(f"nothing is done by {name!r}")
        made = getattr(self.world.jira, name)(*args, **named)
        return getattr(made, "key", getattr(made, "id", None))


def board(world: "World") -> dict[str, Any]:
    """Every project with its issues, the newest first, as whoever may see all of it would."""
    with world.lock:
        name = {each.account_id: each.name for each in world.people.values()}
        newest = sorted(world.jira.issues.values(), key=lambda each: (each.created, int(each.id)), reverse=True)
        return {
            "projects": [
                {
                    "key": project.key,
                    "name": project.name,
                    "issues": [
                        {
                            "key": issue.key,
                            "type": issue.type,
                            "summary": issue.summary,
                            "text": text(issue.description),
                            "by": name.get(issue.creator_id, ""),
                            "at": issue.created,
                            "comments": [
                                {"by": name.get(each.author_id, ""), "text": text(each.body), "at": each.created}
                                for each in issue.comments
                            ],
                        }
                        for issue in newest
                        if issue.project_id == project.id
                    ],
                }
                for project in world.jira.projects.values()
            ]
        }
