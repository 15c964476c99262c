"""Confluence Cloud as a source: what is there, what it says, and who may read it, each by a loop of its own."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Final, assert_never

from connectors.confluence import live, people
from connectors.confluence.accounts import accounts
from connectors.confluence.client import Client
from connectors.confluence.content import content
from connectors.confluence.reader import Reader
from connectors.confluence.restrictions import restrictions
from connectors.confluence.settings import Settings
from connectors.confluence.structure import structure
from connectors.model import Batch, Cursor, Groups, Loop, Memory
from policies.access import AccessList, may_read
from policies.people import Email, Person, Principal, is_source_name

LOOPS: Final = (Loop.GROUPS, Loop.STRUCTURE, Loop.ACCESS, Loop.CONTENT)


class ConfluenceConnector:
    """Implements `connectors.model.Connector`. Threads may share it.

    `overrides` are accounts that an admin gave to addresses. `held` is what somebody held at the last whole look at the
    groups; without it that is remembered here, and looked at when it is first asked for. `wanted`: the labels that are read
    at all; None: every one.
    """

    def __init__(
        self,
        source: str,
        settings: Settings,
        secret: Callable[[], str],
        *,
        overrides: Callable[[], Mapping[Email, str]] = dict,
        held: Callable[[Email], frozenset[Principal]] | None = None,
        wanted: Callable[[], frozenset[str] | None] = lambda: None,
        client: Client | None = None,
    ) -> None:
        if not is_source_name(source):
            raise ValueError(f"not a source name: {source!r}")
        self._source, self._settings, self._overrides = source, settings, overrides
        self._held = held
        self._client = client or Client(settings, secret)
        self._reader = Reader(source, settings, self._client, wanted=wanted)
        self._live = self._reader.hurried()
        self._last: Groups | None = None

    def __repr__(self) -> str:
        return f"ConfluenceConnector({self._source!r}, {self._client!r})"

    @property
    def source(self) -> str:
        return self._source

    @property
    def reader(self) -> Reader:
        """For a look at the site of which nothing is kept."""
        return self._reader

    @property
    def loops(self) -> tuple[Loop, ...]:
        return LOOPS

    def close(self) -> None:
        self._client.close()

    def changes(self, loop: Loop, memory: Memory, cursor: Cursor | None, *, full: bool) -> Iterator[Batch]:
        match loop:
            case Loop.GROUPS:
                return  # who is in what is told by `groups`, whole
            case Loop.STRUCTURE:
                yield from structure(self._reader, memory, cursor, full=full)
            case Loop.ACCESS:
                yield from restrictions(self._reader, memory, cursor, full=full)
            case Loop.CONTENT:
                yield from content(self._reader, memory, cursor, full=full)
            case _:
                assert_never(loop)

    def groups(self) -> Groups:
        return self._looked()

    def access_now(self, ids: Sequence[str]) -> Mapping[str, AccessList]:
        return live.access_now(self._live, ids)

    def readable_now(self, ids: Sequence[str], email: Email, now: datetime) -> frozenset[str]:
        """As Confluence decides for this person. Where we may not ask that, by what the layers say now, and by the groups
        as they were last looked at.
        """
        principals = self._principals(email)
        account = people.account_of(self._source, principals)
        if account is None:
            return frozenset()
        decided = live.readable_now(self._live, ids, account)
        if decided is not None:
            return decided
        person = Person(email=email, principals=principals)
        return frozenset(id_ for id_, found in self.access_now(ids).items() if may_read(person, found, now))

    def _principals(self, email: Email) -> frozenset[Principal]:
        if self._held is not None:
            return self._held(email)
        return (self._last or self._looked()).members.get(email, frozenset())

    def _looked(self) -> Groups:
        found = people.resolve(self._source, accounts(self._reader), self._overrides())
        self._last = found
        return found
