"""What the demo's page asks of Footnote: what it is shown, and how a message came about. Reads only."""

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from typing import Final

from cachetools import LRUCache
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot import app
from bot.cli.demo import panel, wiki
from bot.cli.demo.company import Company
from bot.cli.demo.panel import Names, Part
from bot.cli.demo.posts import Posts
from bot.cli.demo.sites import Sites
from bot.cli.demo.tracker_desk import TrackerDesk
from bot.cli.demo.wiki_desk import WikiDesk
from bot.cli.demo.withheld import Withheld, withheld
from bot.core.nouns import ReceiptId
from bot.core.receipt import Receipt, fold
from bot.playground.slack import SlackWorld, User
from connectors.model import Fatal, Retryable
from policies.people import Principal, email_address

_LOOKED_UP: Final = 512  # receipts; what was withheld from one stays as it was first shown
_MOST_PROBLEMS: Final = 3


class Desk:
    """Its routes are there before the bot is, and after it; they say so."""

    def __init__(self, company: Company) -> None:
        self._company = company
        self._clerk: Clerk | None = None
        self._wiki = WikiDesk(company.documents, company.world) if company.documents is not None else None
        self._tracker = TrackerDesk(company.documents) if company.documents is not None else None

    @contextmanager
    def opened(self, records: app.Records, assistant: app.Assistant, sites: Sites | None = None) -> Iterator[None]:
        self._clerk = Clerk(self._company, records, assistant)
        try:
            with (
                self._wiki.opened(records) if self._wiki is not None else nullcontext(),
                self._tracker.opened(sites) if self._tracker is not None else nullcontext(),
            ):
                yield
        finally:
            self._clerk = None

    def routes(self) -> list[Route]:
        return [
            Route("/_footnote/about", self._answering(lambda clerk, _: clerk.about())),
            Route("/_footnote/receipt", self._answering(Clerk.receipt)),
            *(self._wiki.routes() if self._wiki is not None else ()),
            *(self._tracker.routes() if self._tracker is not None else ()),
        ]

    def _answering(
        self, answer: Callable[["Clerk", Mapping[str, str]], Mapping[str, object] | None]
    ) -> Callable[[Request], Response]:
        def endpoint(request: Request) -> Response:  # not async: Starlette runs it in a thread, for it reads a database
            clerk = self._clerk
            if clerk is None:
                return _json({"error": "Footnote is not at work now."}, 503)
            return _json(answer(clerk, request.query_params), 200)

        return endpoint


class Clerk:
    def __init__(self, company: Company, records: app.Records, assistant: app.Assistant) -> None:
        self._company, self._records, self._assistant = company, records, assistant
        self._posts = Posts(records, company.world)
        self._withheld: LRUCache[tuple[ReceiptId, Part], tuple[Withheld, ...]] = LRUCache(_LOOKED_UP)
        self._lock = threading.Lock()

    def about(self) -> Mapping[str, object]:
        company = self._company
        documents = sum(source.documents for source in self._records.sources.active())
        return {
            "company": company.name,
            "source": company.described,
            "documents": documents,
            "wiki": company.documents is not None,
            "notices": [*company.notices, *self._problems()],
            "model": self._records.settings.model,
            "examples": [{"as": one.as_, "in": one.in_, "text": one.text} for one in company.examples],
        }

    def receipt(self, asked: Mapping[str, str]) -> Mapping[str, object] | None:
        """None: no receipt led to this message, as is usual. It is no error, which a browser would complain of."""
        channel, message = asked.get("channel", ""), asked.get("ts", "")
        led = self._posts.receipt_of(channel, message)
        events = self._records.receipts.events(led) if led is not None else ()
        if not events:
            return None
        receipt = fold(events, self._records.receipts.evidence)
        aside = receipt.aside.post
        part: Part = "aside" if aside is not None and (aside.channel, aside.message) == (channel, message) else "here"
        with self._records.database.reading() as session:
            standing = self._records.ledger.standing(session, events[-1].seq)
        return panel.panel(receipt, part, self._withheld_from(receipt, part), standing, _names(self._company.world))

    def _withheld_from(self, receipt: Receipt, part: Part) -> tuple[Withheld, ...]:
        """Once, after the end."""
        told = receipt.aside if part == "aside" else receipt.here
        if not receipt.is_over or told.reply is None:
            return ()
        with self._lock:
            if (receipt.id, part) not in self._withheld:
                house = self._assistant.answering.reading
                self._withheld[receipt.id, part] = withheld(receipt, told, self._held_here(), house)
            return self._withheld[receipt.id, part]

    def _held_here(self) -> frozenset[Principal]:
        """Whatever anybody holds who is here, or whom a source names."""
        emails = [email_address(user.email) for user in _users(self._company.world) if user.email]
        held = {principal for one in self._records.access.people(emails).values() for principal in one.principals}
        for connector in self._records.connectors().values():
            try:
                members = connector.groups().members.values()
            except (Fatal, Retryable):
                continue
            held.update(principal for principals in members for principal in principals)
        return frozenset(held)

    def _problems(self) -> list[str]:
        """Those of the wiki are told beside it."""
        sources = [source for source in self._records.sources.active() if source.name != wiki.NAME]
        problems = [problem for source in sources for problem in source.problems]
        named = [f"{one.where}{f', line {one.line}' if one.line else ''}: {one.reason}." for one in problems]
        more = len(named) - _MOST_PROBLEMS
        return [*named[:_MOST_PROBLEMS], *([f"… and {more} more files with problems."] if more > 0 else [])]


def _users(world: SlackWorld) -> list[User]:
    with world.lock:
        return [*world.users.values()]


def _names(world: SlackWorld) -> Names:
    people: dict[str, tuple[str, str | None]] = {}
    for user in _users(world):
        people |= dict.fromkeys([user.id, *([user.email] if user.email else [])], (user.real_name, user.email))
    with world.lock:
        channels = {one.id: f"#{one.name}" if one.name else "a direct message" for one in world.channels.values()}
    return {"people": people, "channels": channels}


def _json(body: Mapping[str, object] | None, status: int) -> Response:
    return JSONResponse(body, status_code=status, headers={"cache-control": "no-store"})
