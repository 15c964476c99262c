"""One look of a source that remembers documents only, such as a folder."""

from collections.abc import Collection, Iterator, Mapping

from connectors.model import Batch, Connector, Known, Loop, Memory, Node
from policies.access import Layer


class Remembered(Memory):
    """Documents, and no tree."""

    def __init__(self, known: Mapping[str, Known]) -> None:
        self._known = known

    def known(self, ids: Collection[str] | None = None) -> Mapping[str, Known]:
        return {id_: known for id_, known in self._known.items() if ids is None or id_ in ids}

    def nodes(self, ids: Collection[str] | None = None) -> Mapping[str, Node]:  # noqa: ARG002
        return {}

    def below(self, ids: Collection[str]) -> Mapping[str, Node]:  # noqa: ARG002
        return {}

    def layers(self, nodes: Collection[str]) -> Mapping[str, Layer]:  # noqa: ARG002
        return {}


def looked(connector: Connector, known: Mapping[str, Known], *, full: bool = False) -> Iterator[Batch]:
    return connector.changes(Loop.CONTENT, Remembered(known), None, full=full)
