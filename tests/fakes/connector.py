"""A source in memory. What stands here is what is true at the source, whatever an index still believes."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime

from connectors.model import (
    AccessChanged,
    AccessUnknown,
    Batch,
    Change,
    Connector,
    Cursor,
    Delete,
    Fatal,
    Gone,
    Groups,
    Known,
    Loop,
    Memory,
    Retryable,
    SourceDocument,
    Upsert,
)
from policies.access import AccessList, may_read
from policies.people import Email, Person, Principal

NAMED_ERRORS: tuple[type[Exception], ...] = (Retryable, Gone, AccessUnknown, Fatal)


class FakeConnector(Connector):
    """`fails_with` is raised by everything, until it is None again; `asked` are the ids of each live check, and
    `asked_at` the moments of those that were made as a person.
    """

    def __init__(self, source: str = "acme") -> None:
        self._source = source
        self.documents: dict[str, SourceDocument] = {}
        self.people: dict[Email, frozenset[Principal]] = {}
        self.fails_with: Exception | None = None
        self.asked: list[tuple[str, ...]] = []
        self.asked_at: list[datetime] = []
        self.when_asked: Callable[[], object] = lambda: None

    @property
    def source(self) -> str:
        return self._source

    @property
    def loops(self) -> tuple[Loop, ...]:
        return (Loop.GROUPS, Loop.CONTENT)

    def changes(self, loop: Loop, memory: Memory, cursor: Cursor | None, *, full: bool) -> Iterator[Batch]:  # noqa: ARG002
        self._answer()
        known = memory.known()
        gone: list[Change] = [Delete(id=id_) for id_ in sorted(known.keys() - self.documents.keys())]
        differing = [self._change(document, known.get(id_)) for id_, document in sorted(self.documents.items())]
        changes = (*gone, *(change for change in differing if change is not None))
        yield Batch(changes=changes, seen=len(self.documents), total=len(self.documents), cursor=Cursor("end"))

    def groups(self) -> Groups:
        self._answer()
        holders = sorted((email, *sorted(held)) for email, held in self.people.items())
        return Groups(members=dict(self.people), digest=repr(holders))

    def access_now(self, ids: Sequence[str]) -> Mapping[str, AccessList]:
        self.asked.append(tuple(ids))
        self.when_asked()
        self._answer()
        return {id_: _access(self.documents[id_]) for id_ in ids if id_ in self.documents}

    def readable_now(self, ids: Sequence[str], email: Email, now: datetime) -> frozenset[str]:
        self.asked_at.append(now)
        person = Person(email=email, principals=self.people.get(email, frozenset()))
        return frozenset(id_ for id_, access in self.access_now(ids).items() if may_read(person, access, now))

    def _answer(self) -> None:
        if self.fails_with is not None:
            raise self.fails_with

    def _change(self, document: SourceDocument, known: Known | None) -> Change | None:
        nodes = tuple(owned.node for owned in document.access)
        if known is None or known.version != document.version:
            return Upsert(document=document)
        return AccessChanged(id=document.id, access=document.access) if known.access != nodes else None


def _access(document: SourceDocument) -> AccessList:
    return AccessList(layers=tuple(owned.layer for owned in document.access))
