"""Google Drive as a source: what is there, what it says, and who may read it, each by a loop of its own."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Final, assert_never

from connectors.drive import live, people
from connectors.drive.client import Client
from connectors.drive.content import content
from connectors.drive.directory import directory
from connectors.drive.reader import Reader
from connectors.drive.settings import Settings
from connectors.drive.sharing import sharing
from connectors.drive.structure import structure
from connectors.drive.tokens import Tokens
from connectors.model import Batch, Cursor, Groups, Loop, Memory
from policies.access import AccessList, may_read
from policies.people import Email, Person, Principal, is_source_name

LOOPS: Final = (Loop.GROUPS, Loop.STRUCTURE, Loop.ACCESS, Loop.CONTENT)


class DriveConnector:
    """Implements `connectors.model.Connector`. Threads may share it.

    `memory` is what is kept of the source: without it nobody knows for whom a file is to be asked about, and no live
    check finds anything. `overrides` are people of the Directory that an admin gave to addresses. `held` is what somebody
    held at the last whole look at the groups; without it that is remembered here.
    """

    def __init__(
        self,
        source: str,
        settings: Settings,
        key: Callable[[], str],
        *,
        clock: Callable[[], datetime],
        memory: Memory | None = None,
        overrides: Callable[[], Mapping[Email, str]] = dict,
        held: Callable[[Email], frozenset[Principal]] | None = None,
        client: Client | None = None,
    ) -> None:
        if not is_source_name(source):
            raise ValueError(f"not a source name: {source!r}")
        self._source, self._settings, self._overrides = source, settings, overrides
        self._held, self._memory = held, memory
        self._client = client or Client(settings, Tokens(settings, key, clock))
        self._reader = Reader(source, settings, self._client)
        self._live = self._reader.hurried()
        self._last: Groups | None = None

    def __repr__(self) -> str:
        return f"DriveConnector({self._source!r}, {self._client!r})"

    @property
    def source(self) -> str:
        return self._source

    @property
    def reader(self) -> Reader:
        """For a look at Drive of which nothing is kept."""
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
                yield from sharing(self._reader, memory, cursor, full=full)
            case Loop.CONTENT:
                yield from content(self._reader, memory, cursor, full=full)
            case _:
                assert_never(loop)

    def groups(self) -> Groups:
        found = people.resolve(self._source, directory(self._reader), self._settings.sharing, self._overrides())
        self._last = found
        return found

    def access_now(self, ids: Sequence[str]) -> Mapping[str, AccessList]:
        return {} if self._memory is None else live.access_now(self._live, self._memory, ids)

    def readable_now(self, ids: Sequence[str], email: Email, now: datetime) -> frozenset[str]:
        """By who may read it now, and by the groups as they were last looked at; where we may speak for this person, Drive
        has to let them have it as well.
        """
        principals = self._principals(email)
        account = people.account_of(self._source, principals)
        if account is None or self._memory is None:
            return frozenset()
        if self._settings.is_delegated:
            found: Mapping[str, AccessList] = live.readable_now(self._live, ids, self._memory, account)
        else:
            found = self.access_now(ids)
        person = Person(email=email, principals=principals)
        return frozenset(id_ for id_, access in found.items() if may_read(person, access, now))

    def _principals(self, email: Email) -> frozenset[Principal]:
        if self._held is not None:
            return self._held(email)
        return (self._last or self.groups()).members.get(email, frozenset())
