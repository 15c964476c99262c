"""A part of what is kept of where things lie: some nodes, and everything above them."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final

from connectors.drive.normalise import FOLDER, Entry, kind
from connectors.drive.settings import Settings
from connectors.model import Memory, Node

MOST_ABOVE: Final = 200


@dataclass
class Tree:
    nodes: dict[str, Node] = field(default_factory=dict)

    def load(self, memory: Memory, ids: Iterable[str]) -> None:
        """As far up as it is kept; what is here already stays as it is."""
        waiting = set(ids) - self.nodes.keys()
        reached = set(waiting)
        while waiting:
            found = memory.nodes(waiting)
            self.nodes |= {name: one for name, one in found.items() if name not in self.nodes}
            waiting = {one.parent for one in found.values() if one.parent} - self.nodes.keys() - reached
            reached |= waiting

    def above(self, parent: str) -> Iterator[str]:
        """From here up, as far as it is known; what goes round in a ring has no top."""
        here: str | None = parent
        for _ in range(MOST_ABOVE):
            if here is None:
                return
            yield here
            found = self.nodes.get(here)
            here = found.parent if found is not None else None

    def is_in_scope(self, settings: Settings, one: Entry) -> bool:
        """What lies in no folder that was named, or nobody knows where, is not."""
        if not settings.folders:
            return True
        named = {f"{FOLDER}:{id_}" for id_ in settings.folders}
        return any(name in named for name in (one.id, *self.above(one.parent)) if kind(name) == FOLDER)
