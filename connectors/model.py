"""What every source looks like to the assistant, whatever its API looks like to us.

Errors are named by what the caller does next:

    Retryable       try the same again later; nothing was concluded
    Gone            it no longer exists, or no longer for us: hide it
    AccessUnknown   who may read it could not be found out: nobody, until it can
    Braked          it would take away more than happens by itself: nothing was, until a person says so
    Fatal           a person has to change something first
    Unanswered      something was to be done there, and nobody knows whether it was: find out before trying again
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Literal, NewType, Protocol

from policies.access import AccessList, Layer
from policies.people import Email, Noun, Principal

Cursor = NewType("Cursor", str)


class Retryable(Exception):  # noqa: N818 - named by recovery, not by kind
    """The source did not answer this time."""


class Gone(Exception):  # noqa: N818
    """It is no longer there."""


class AccessUnknown(Exception):  # noqa: N818
    """Who may read it could not be found out."""


class Braked(Exception):  # noqa: N818
    """It would take away more than happens by itself."""


class Fatal(Exception):  # noqa: N818
    """A person has to change something first."""


class Unanswered(Exception):  # noqa: N818
    """It was sent, and nobody knows what became of it."""


class Loop(StrEnum):
    """The ways to read a source again, in the order in which a whole sync goes them. Each has a checkpoint of its own."""

    GROUPS = "groups"  # who is in what
    STRUCTURE = "structure"  # what is there, and where: moves, and what is gone
    ACCESS = "access"  # who may read it, which at some sources no version tells of
    CONTENT = "content"  # what it says


def loops_of_access(loops: Iterable[Loop]) -> frozenset[Loop]:
    """Of a source with these loops, those that say who may read what. Without one for access, the documents say it."""
    ours = frozenset(loops)
    return ours - {Loop.CONTENT} if Loop.ACCESS in ours else ours


class OwnedLayer(Noun):
    """A layer under the name of the node that owns it, so that a changed ancestor is one write.

    A source without ancestors names layers by their content, so that equal ones are stored once.
    """

    node: str
    layer: Layer


class SourceDocument(Noun):
    """One document as its source has it now, as Markdown."""

    id: str  # the source's stable id: never a title or a URL
    title: str
    url: str | None
    updated: datetime | None
    place: str  # where a person would look for it: the space, the folder
    kind: str = "page"  # what sort of thing it is at its source: a page, a comment, a sheet
    version: str  # a hash of everything a reader could see
    label: str | None = None  # the source's own name for the version
    text: str
    access: tuple[OwnedLayer, ...]  # empty: nobody
    labels: tuple[str, ...] = ()  # what people have put on it there, in order; no version tells of these


class Upsert(Noun):
    kind: Literal["upsert"] = "upsert"
    document: SourceDocument


class Delete(Noun):
    kind: Literal["delete"] = "delete"
    id: str


class AccessChanged(Noun):
    kind: Literal["access"] = "access"
    id: str
    access: tuple[OwnedLayer, ...]


class LabelsChanged(Noun):
    kind: Literal["labels"] = "labels"
    id: str
    labels: tuple[str, ...]


class LayerChanged(Noun):
    """What a node says from now on, in every list that it is part of: one write, however much lies below it."""

    kind: Literal["layer"] = "layer"
    layer: OwnedLayer


Change = Upsert | Delete | AccessChanged | LabelsChanged | LayerChanged


class Node(Noun):
    """What has a place in its source's tree: a document, or what documents lie in. Its layer is kept under its id."""

    id: str
    kind: str  # a space, a page, a folder
    parent: str | None = None
    label: str | None = None  # the source's own name for its version, as it was last listed
    missing: bool = False  # hidden at the last look, for it was not there; at the next it is taken away


class Problem(Noun):
    """Something that could not be read; the rest goes on."""

    where: str
    line: int | None = None
    reason: str


class Known(Noun):
    """What the store already has of a document."""

    version: str
    label: str | None = None
    access: tuple[str, ...]  # the nodes of its layers, in order
    labels: tuple[str, ...] = ()


class Memory(Protocol):
    """What is kept of a source, for the next pass to compare with. All of it: without `ids`."""

    def known(self, ids: Collection[str] | None = None) -> Mapping[str, Known]:
        """Documents."""
        ...

    def nodes(self, ids: Collection[str] | None = None) -> Mapping[str, Node]: ...

    def below(self, ids: Collection[str]) -> Mapping[str, Node]:
        """All that lies below these, at whatever depth; none of these themselves."""
        ...

    def layers(self, nodes: Collection[str]) -> Mapping[str, Layer]:
        """Of the nodes that were ever read."""
        ...


class Batch(Noun):
    """Some changes, and the cursor that follows them: both are kept together, or neither.

    Nodes are written before changes, and forgotten after them.
    """

    changes: tuple[Change, ...] = ()
    nodes: tuple[Node, ...] = ()
    forgotten: tuple[str, ...] = ()  # nodes
    problems: tuple[Problem, ...] = ()
    seen: int = 0  # documents looked at since the pass began, changed or not: for progress
    total: int | None = None
    cursor: Cursor | None = None


class Groups(Noun):
    """Who holds what at this source, closed transitively. Committed only if it was read completely.

    Nobody outside `members` is known to the source, unless it is `open`: then anybody holds their own address
    and `anyone` there, and no group.
    """

    members: Mapping[Email, frozenset[Principal]]
    open: bool = False
    digest: str
    problems: tuple[Problem, ...] = ()  # people who could not be told apart, or from nobody


class Connector(Protocol):
    """A source. Reading only; whatever it raises is one of the errors above."""

    @property
    def source(self) -> str: ...

    @property
    def loops(self) -> tuple[Loop, ...]:
        """Those that it has, in their order."""
        ...

    def changes(self, loop: Loop, memory: Memory, cursor: Cursor | None, *, full: bool) -> Iterator[Batch]:
        """What differs from what is kept. Tightened access and deletions come first; deletions only from a whole look.

        `cursor` is where the last pass of this loop ended, or was cut off. `full`: nothing that is kept is believed, and
        a person has said that whatever is gone may go.
        """
        ...

    def groups(self) -> Groups: ...

    def access_now(self, ids: Sequence[str]) -> Mapping[str, AccessList]:
        """Read live, for the check just before an answer is shown. An id that is gone or unreadable is left out."""
        ...

    def readable_now(self, ids: Sequence[str], email: Email, now: datetime) -> frozenset[str]:
        """Of these, what this one person may read at the source at this moment, groups included."""
        ...
