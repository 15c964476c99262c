"""A wiki on loopback, a connector to it, and what is kept of it: to drive them as people and the sync do."""

from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

import httpx

from bot.playground.confluence.call import Habits
from bot.playground.confluence.server import ConfluenceEmulator
from bot.playground.world import World
from connectors.confluence import ConfluenceConnector, Settings
from connectors.confluence.client import Client, lacks_a_scope
from connectors.http import Http, Patience
from connectors.model import Batch, Loop
from connectors.pace import Pace
from policies.access import AccessList, may_read
from policies.people import Email, Person, Principal
from tests.fakes.memory import FakeMemory

SOURCE = "wiki"
NOW = datetime(2026, 6, 1, tzinfo=UTC)
AT_ONCE = Patience(total_s=20, first_wait_s=0, longest_wait_s=0, jitter_s=0)
IMPATIENT = Patience(total_s=0.3, first_wait_s=0.05, longest_wait_s=0.1, jitter_s=0)


@dataclass
class Wiki:
    world: World
    site: ConfluenceEmulator
    connector: ConfluenceConnector
    memory: FakeMemory
    settings: Settings
    http: Http
    overrides: dict[Email, str]

    @contextmanager
    def impatient(self) -> Iterator[None]:
        """As long as it fails for good, nobody wants to wait."""
        patience, self.http._patience = self.http._patience, IMPATIENT
        try:
            yield
        finally:
            self.http._patience = patience

    def groups(self) -> Mapping[Email, frozenset[Principal]]:
        return self.connector.groups().members

    def run(self, *loops: Loop, full: bool = False) -> list[Batch]:
        return [batch for loop in loops for batch in self.memory.run(self.connector, loop, full=full)]

    def sync(self, *, full: bool = False) -> list[Batch]:
        return self.run(Loop.STRUCTURE, Loop.ACCESS, Loop.CONTENT, full=full)

    def person(self, address: str) -> Person:
        email = Email(address)
        return Person(email=email, principals=self.groups().get(email, frozenset()))

    def readers(self, id_: str) -> set[str]:
        """By address, of those whom what is kept lets in."""
        members = self.groups()
        if id_ not in self.memory.documents:
            return set()
        access = self.memory.access(id_)
        people = [Person(email=email, principals=held) for email, held in members.items()]
        return {str(person.email) for person in people if may_read(person, access, NOW)}

    def asked(self, since: int = 0) -> list[str]:
        return [f"{one.method} {one.path}?{one.query}" for one in self.site.requests.all()[since:]]

    def live(self, *ids: str) -> Mapping[str, AccessList]:
        return self.connector.access_now(list(ids))

    def may(self, address: str, *ids: str) -> Collection[str]:
        return self.connector.readable_now(list(ids), Email(address), NOW)


@contextmanager
def wiki(
    world: World,
    *,
    client: httpx.Client,
    spaces: str = "ENG,HR",
    gateway: bool = False,
    bearer: bool = False,
    admin: bool = True,
    sees_everything: bool = True,
    habits: Habits | None = None,
    scopes: frozenset[str] | None = None,
    **more: object,
) -> Iterator[Wiki]:
    with ConfluenceEmulator(world, admin=admin, sees_everything=sees_everything, habits=habits, scopes=scopes) as site:
        settings = Settings.model_validate(
            {
                "site": f"{site.url}/wiki",
                "api": site.gateway_url if gateway else site.url,
                "secret": "env:TOKEN",
                "spaces": spaces,
                **more,
            }
        )
        http = Http(
            [settings.api],
            authorization=lambda: site.caller.bearer if bearer else site.caller.basic,
            pace=Pace(100_000, burst=100_000),
            patience=AT_ONCE,
            client=client,
            is_partial=lacks_a_scope,
        )
        overrides: dict[Email, str] = {}
        connector = ConfluenceConnector(
            SOURCE, settings, str, overrides=lambda: overrides, client=Client(settings, str, http)
        )
        yield Wiki(world, site, connector, FakeMemory(), settings, http, overrides)


def page(content: object) -> str:
    return f"{content.kind}:{content.id}"  # type: ignore[attr-defined]
