"""A Drive on loopback, a connector to it, and what is kept of it: to drive them as people and the sync do."""

import json
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime

import httpx

from bot.playground.google import GoogleEmulator, Habits
from bot.playground.google.tokens import READING
from bot.playground.slack.clock import ManualClock
from bot.playground.world import World
from connectors.drive import DriveConnector, Settings
from connectors.drive.client import Client
from connectors.drive.refusals import is_haste
from connectors.drive.tokens import ADVICE, Tokens
from connectors.http import Http, Patience
from connectors.model import Batch, Loop
from connectors.pace import Pace
from policies.access import AccessList, may_read
from policies.people import Email, Person, Principal
from tests.fakes.memory import FakeMemory

SOURCE = "drive"
BOSS = "boss@acme.test"
AT_ONCE = Patience(total_s=20, first_wait_s=0, longest_wait_s=0, jitter_s=0)
IMPATIENT = Patience(total_s=3, first_wait_s=0.2, longest_wait_s=1, jitter_s=0)  # a busy machine still answers


@dataclass
class Shared:
    world: World
    clock: ManualClock
    google: GoogleEmulator
    connector: DriveConnector
    memory: FakeMemory
    http: Http
    overrides: dict[Email, str] = field(default_factory=dict)

    @property
    def now(self) -> datetime:
        return datetime.fromtimestamp(self.clock.now(), UTC)

    @contextmanager
    def impatient(self) -> Iterator[None]:
        """As long as it fails for good, nobody wants to wait."""
        patience, self.http._patience = self.http._patience, IMPATIENT
        self.connector._client._speaking.clear()
        try:
            yield
        finally:
            self.http._patience = patience
            self.connector._client._speaking.clear()

    def groups(self) -> Mapping[Email, frozenset[Principal]]:
        return self.connector.groups().members

    def run(self, *loops: Loop, full: bool = False) -> list[Batch]:
        return [batch for loop in loops for batch in self.memory.run(self.connector, loop, full=full)]

    def sync(self, *, full: bool = False) -> list[Batch]:
        return self.run(Loop.STRUCTURE, Loop.ACCESS, Loop.CONTENT, full=full)

    def readers(self, id_: str) -> set[str]:
        """By the first part of their address, of those whom what is kept lets in."""
        if f"file:{id_}" not in self.memory.documents:
            return set()
        access = self.memory.access(f"file:{id_}")
        return {
            email.partition("@")[0]
            for email, held in self.groups().items()
            if may_read(Person(email=email, principals=held), access, self.now)
        }

    def kept(self) -> set[str]:
        """Those that anybody might still be shown."""
        return {name.partition(":")[2] for name, one in self.memory.documents.items() if one.access}

    def findable(self, address: str) -> set[str]:
        """What is kept lets them find, by Drive's ids."""
        email = Email(address)
        person = Person(email=email, principals=self.groups().get(email, frozenset()))
        return {name.partition(":")[2] for name in self.memory.readable(person, self.now)}

    def is_unsure(self, id_: str) -> bool:
        return self.memory.access(f"file:{id_}").unsure

    def text(self, id_: str) -> str:
        return self.memory.documents[f"file:{id_}"].document.text

    def live(self, *ids: str) -> Mapping[str, AccessList]:
        found = self.connector.access_now([f"file:{id_}" for id_ in ids])
        return {name.partition(":")[2]: access for name, access in found.items()}

    def live_readers(self, id_: str) -> set[str]:
        access = self.live(id_).get(id_)
        return {
            email.partition("@")[0]
            for email, held in self.groups().items()
            if access is not None and may_read(Person(email=email, principals=held), access, self.now)
        }

    def may(self, address: str, *ids: str) -> set[str]:
        found = self.connector.readable_now([f"file:{id_}" for id_ in ids], Email(address), self.now)
        return {name.partition(":")[2] for name in found}

    def problems(self) -> str:
        return "\n".join(f"{one.where}: {one.reason}" for one in self.memory.problems)


def settings_for(google: GoogleEmulator, **more: object) -> Settings:
    given = {
        "mode": "delegation",
        "key": "env:KEY",
        "admin": BOSS,
        "domains": "acme.test",
        "drive_api": google.drive_url,
        "directory_api": f"{google.url}/admin/directory/v1",
        "token_url": google.token_url,
        "exports": f"http://localhost:{google.port}",
        **more,
    }
    return Settings.model_validate(given)


@contextmanager
def shared(
    world: World,
    clock: ManualClock,
    *,
    client: httpx.Client,
    habits: Habits | None = None,
    delegated: Collection[str] = READING,
    **more: object,
) -> Iterator[Shared]:
    """`delegated`: what the service account may do for others; a member does nothing for others."""
    may = delegated if more.get("mode") != "member" else None
    with GoogleEmulator(world, wall=clock, habits=habits, delegated=may, reads_directory=True) as google:
        settings = settings_for(google, **more)
        memory, overrides = FakeMemory(), dict[Email, str]()
        asking = Http(
            [settings.token_url],
            authorization=str,
            pace=Pace(100_000, burst=100_000),
            patience=AT_ONCE,
            is_partial=lambda _: True,
            client=client,
        )
        key = json.dumps(dict(google.key()))
        tokens = Tokens(settings, lambda: key, lambda: datetime.fromtimestamp(clock.now(), UTC), asking)
        http = Http(
            [settings.drive_api, settings.directory_api, settings.exports],
            authorization=str,
            pace=Pace(100_000, burst=100_000),
            patience=AT_ONCE,
            is_temporary=is_haste,
            advice=ADVICE,
            client=client,
        )
        connector = DriveConnector(
            SOURCE,
            settings,
            str,
            clock=lambda: datetime.fromtimestamp(clock.now(), UTC),
            memory=memory,
            overrides=lambda: overrides,
            client=Client(settings, tokens, http),
        )
        yield Shared(world, clock, google, connector, memory, http, overrides)
