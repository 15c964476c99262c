"""Who may read it, now? No version tells of a changed restriction, so that each node has to be asked again and again.

The spaces first, for they count for everything; then page after page, from where the last pass was cut off, and once
round.
"""

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from connectors.confluence import access, documents
from connectors.confluence.normalise import Space, kind
from connectors.confluence.reader import Reader
from connectors.confluence.tree import Tree
from connectors.model import Batch, Cursor, LayerChanged, Memory, OwnedLayer
from connectors.told import NOBODY, Told, access_change, batch, in_slices
from policies.access import Layer
from policies.people import Noun

AT_ONCE: Final = 48


class Place(Noun):
    """The last node that was read; none: the pass came to its end."""

    after: str = ""

    @property
    def cursor(self) -> Cursor:
        return Cursor(self.model_dump_json())


def restrictions(reader: Reader, memory: Memory, cursor: Cursor | None, *, full: bool) -> Iterator[Batch]:
    """`seen` and `total` count the nodes of this pass."""
    place = Place() if cursor is None or full else Place.model_validate_json(cursor)
    spaces = reader.spaces()
    nodes = memory.nodes()
    yield _of_spaces(reader, memory, spaces, [name for name in nodes if kind(name) == access.SPACE], full=full)
    wanted = sorted(
        name for name, node in nodes.items() if node.kind in access.DOCUMENTS_WITH_LAYERS and not node.missing
    )
    # Once round, so that a pass which begins where the last one was cut off has read everything since it began.
    turn = bisect_right(wanted, place.after)
    seen = 0
    for some in in_slices([*wanted[turn:], *wanted[:turn]], AT_ONCE):
        told = _of_pages(reader, memory, spaces, some, full=full)
        seen += len(some)
        yield batch(told, seen, len(wanted), Place(after=some[-1]).cursor)
    yield Batch(seen=len(wanted), total=len(wanted), cursor=Place().cursor)


def _of_spaces(
    reader: Reader, memory: Memory, spaces: Mapping[str, Space], kept: Sequence[str], *, full: bool
) -> Batch:
    """One that we no longer see is nobody's."""
    names = sorted({*spaces, *kept})
    found, problems = reader.layers(names, spaces)
    nodes = {name: spaces[name].node for name in names if name in spaces and name not in kept}
    told = Told(layers=_changed(memory, found, full=full), nodes=nodes, problems=list(problems))
    return batch(told, 0, None, None)


def _of_pages(reader: Reader, memory: Memory, spaces: Mapping[str, Space], names: Sequence[str], *, full: bool) -> Told:
    found, problems = reader.layers(names, spaces)
    told = Told(layers=_changed(memory, found, full=full), problems=list(problems))
    tree = Tree(reader.source, layers=dict(found))
    tree.load(memory, names)
    documents.read_layers(reader, spaces, tree, names, told)
    pages = [*names]
    if reader.settings.has_label_scope:
        for node in documents.hanging(memory, names):
            tree.nodes[node.id] = node
            pages.append(node.id)
    known = memory.known(pages)
    shown = reader.in_scope((name, documents.labelled(tree.nodes[name])) for name in known)
    for name, before in known.items():
        told.changes += access_change(name, tree.access(name) if name in shown else NOBODY, before)
    return told


def _changed(memory: Memory, found: Mapping[str, Layer], *, full: bool) -> list[LayerChanged]:
    """What keeps somebody out comes first."""
    before = memory.layers(found.keys())
    changed = [name for name, layer in found.items() if full or before.get(name) != layer]
    changed.sort(key=lambda name: not access.tightens(before.get(name), found[name]))
    return [LayerChanged(layer=OwnedLayer(node=name, layer=found[name])) for name in changed]
