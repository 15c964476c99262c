"""What goes into one batch, in the order in which nothing widens: what takes away comes first, and texts last. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final, TypeVar

from connectors.model import (
    AccessChanged,
    Batch,
    Change,
    Cursor,
    Known,
    LayerChanged,
    Node,
    OwnedLayer,
    Problem,
    Upsert,
)

Given = TypeVar("Given")

NOBODY: Final[tuple[OwnedLayer, ...]] = ()


@dataclass
class Told:
    """Nodes are kept once each, and the last word counts."""

    layers: list[LayerChanged] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    nodes: dict[str, Node] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def add(self, other: "Told") -> None:
        self.layers += other.layers
        self.changes += other.changes
        self.nodes |= other.nodes
        self.problems += other.problems

    @property
    def in_order(self) -> tuple[Change, ...]:
        return (*self.layers, *sorted(self.changes, key=_grants))


def batch(told: Told, seen: int, total: int | None, cursor: Cursor | None) -> Batch:
    return Batch(
        changes=told.in_order,
        nodes=tuple(told.nodes.values()),
        problems=tuple(told.problems),
        seen=seen,
        total=total,
        cursor=cursor,
    )


def access_change(document_id: str, found: tuple[OwnedLayer, ...], before: Known | None) -> tuple[AccessChanged, ...]:
    if before is None or before.access == names(found):
        return ()
    return (AccessChanged(id=document_id, access=found),)


def names(layers: tuple[OwnedLayer, ...]) -> tuple[str, ...]:
    return tuple(owned.node for owned in layers)


def in_slices(items: Sequence[Given], length: int) -> Iterable[Sequence[Given]]:
    return (items[at : at + length] for at in range(0, len(items), length))


def _grants(change: Change) -> int:
    match change:
        case AccessChanged(access=()):
            return 0
        case Upsert():
            return 2
        case _:
            return 1
