"""A part of what is kept of the site's tree: some nodes, everything above them, and the layers that are known of these."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from connectors.confluence import access
from connectors.model import Memory, Node, OwnedLayer
from policies.access import Layer


@dataclass
class Tree:
    source: str
    nodes: dict[str, Node] = field(default_factory=dict)
    layers: dict[str, Layer] = field(default_factory=dict)

    def load(self, memory: Memory, ids: Iterable[str]) -> None:
        """As far up as it is kept; what is here already stays as it is."""
        waiting = set(ids) - self.nodes.keys()
        reached = set(waiting)
        while waiting:
            found = memory.nodes(waiting)
            self.nodes |= {name: node for name, node in found.items() if name not in self.nodes}
            above = {self.nodes[name].parent for name in found}
            waiting = {name for name in above if name is not None} - self.nodes.keys() - reached
            reached |= waiting
        self.layers = {**memory.layers(reached - self.layers.keys()), **self.layers}

    def access(self, node_id: str) -> tuple[OwnedLayer, ...]:
        return tuple(OwnedLayer(node=name, layer=self.layers[name]) for name in self.listed(node_id))

    def listed(self, node_id: str) -> tuple[str, ...]:
        return access.listed(self.source, self.nodes[node_id], self.nodes, self.layers)

    def is_whole(self, node_id: str) -> bool:
        return access.owners(self.nodes[node_id], self.nodes) is not None

    def space(self, node_id: str) -> str:
        """Of what is whole."""
        found = access.chain(node_id, self.nodes)
        assert found is not None
        return found[0]

    def unknown_layers(self, ids: Iterable[str]) -> tuple[str, ...]:
        return tuple(access.unknown_layers((self.nodes[name] for name in ids), self.nodes, self.layers))
