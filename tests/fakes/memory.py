"""What is kept of a source, in dictionaries: it takes batches as a store does, each wholly."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar, assert_never

from connectors.model import (
    AccessChanged,
    Batch,
    Change,
    Connector,
    Cursor,
    Delete,
    Known,
    LabelsChanged,
    LayerChanged,
    Loop,
    Memory,
    Node,
    OwnedLayer,
    Problem,
    SourceDocument,
    Upsert,
)
from policies.access import AccessList, Layer, may_read
from policies.people import Person

Value = TypeVar("Value")


@dataclass
class Kept:
    document: SourceDocument
    access: tuple[str, ...]
    labels: tuple[str, ...] = ()


@dataclass
class FakeMemory(Memory):
    """`asked` counts the ids that were asked for; `whole` the times when everything was."""

    documents: dict[str, Kept] = field(default_factory=dict)
    tree: dict[str, Node] = field(default_factory=dict)
    owned: dict[str, Layer] = field(default_factory=dict)
    cursors: dict[Loop, Cursor] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    told: list[Change] = field(default_factory=list)
    embedded: list[str] = field(default_factory=list)
    asked: int = 0
    whole: int = 0

    def known(self, ids: Collection[str] | None = None) -> Mapping[str, Known]:
        return {
            id_: Known(version=kept.document.version, label=kept.document.label, access=kept.access, labels=kept.labels)
            for id_, kept in self._of(self.documents, ids)
        }

    def nodes(self, ids: Collection[str] | None = None) -> Mapping[str, Node]:
        return dict(self._of(self.tree, ids))

    def below(self, ids: Collection[str]) -> Mapping[str, Node]:
        reached, waiting = dict[str, Node](), set(ids)
        while waiting:
            found = {id_: node for id_, node in self.tree.items() if node.parent in waiting and id_ not in reached}
            reached |= found
            waiting = set(found)
        return {id_: node for id_, node in reached.items() if id_ not in ids}

    def layers(self, nodes: Collection[str]) -> Mapping[str, Layer]:
        return dict(self._of(self.owned, nodes))

    def _of(self, kept: Mapping[str, Value], ids: Collection[str] | None) -> Iterator[tuple[str, Value]]:
        self.whole += ids is None
        self.asked += 0 if ids is None else len(ids)
        wanted = list(kept) if ids is None else [id_ for id_ in ids if id_ in kept]
        return ((id_, kept[id_]) for id_ in wanted)

    # -- taking

    def run(self, connector: Connector, loop: Loop, *, full: bool = False) -> list[Batch]:
        """A whole pass."""
        batches = []
        for batch in connector.changes(loop, self, self.cursors.get(loop), full=full):
            self.take(loop, batch)
            batches.append(batch)
        return batches

    def take(self, loop: Loop, batch: Batch) -> None:
        for node in batch.nodes:
            assert node.parent != node.id
            self.tree[node.id] = node
        for change in batch.changes:
            self._change(change)
        for id_ in batch.forgotten:
            self.tree.pop(id_, None)
            self.owned.pop(id_, None)
        self.problems += batch.problems
        if batch.cursor is not None:
            self.cursors[loop] = batch.cursor

    def _change(self, change: Change) -> None:
        self.told.append(change)
        match change:
            case Upsert(document=document):
                before = self.documents.get(document.id)
                if before is None or before.document.version != document.version:
                    self.embedded.append(document.id)
                self.documents[document.id] = Kept(document, self._owned(document.access), document.labels)
            case Delete(id=id_):
                self.documents.pop(id_, None)
            case AccessChanged(id=id_, access=access):
                if id_ in self.documents:
                    self.documents[id_].access = self._owned(access)
            case LabelsChanged(id=id_, labels=labels):
                if id_ in self.documents:
                    self.documents[id_].labels = labels
            case LayerChanged(layer=owned):
                self._owned((owned,))
            case _:
                assert_never(change)

    def _owned(self, access: tuple[OwnedLayer, ...]) -> tuple[str, ...]:
        for owned in access:
            self.owned[owned.node] = owned.layer
        return tuple(owned.node for owned in access)

    # -- looking

    def access(self, id_: str) -> AccessList:
        return AccessList(layers=tuple(self.owned[node] for node in self.documents[id_].access))

    def readable(self, person: Person, now: datetime) -> set[str]:
        """What they may be shown, or asked about at the source where a layer is unsure."""
        return {id_ for id_ in self.documents if may_read(person, self.access(id_), now)}
