"""From what is listed to what is told of it: nodes, layers, lists and texts, in the order in which nothing widens.

Only what is at hand is asked of memory, and only what is not known yet is asked of the site.
"""

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import Final

from connectors.confluence import access, normalise, wire
from connectors.confluence.normalise import Entry, Read, Space, kind, number
from connectors.confluence.reader import Reader
from connectors.confluence.tree import Tree
from connectors.confluence.wire import Kind
from connectors.files import BROKEN
from connectors.model import (
    AccessChanged,
    Known,
    LabelsChanged,
    LayerChanged,
    Memory,
    Node,
    OwnedLayer,
    Problem,
    Upsert,
)
from connectors.told import NOBODY, Told, access_change

DOCUMENTS: Final = frozenset({"page", "blogpost", "attachment", "comment"})


def read(
    reader: Reader,
    memory: Memory,
    spaces: Mapping[str, Space],
    entries: Sequence[Entry],
    *,
    have_bodies: bool,
    full: bool = False,
    within: Container[str] | None = None,
    labels: Mapping[str, tuple[str, ...]] | None = None,
) -> Told:
    """Those of the entries that are new or of another version, whole; and where they stand, if that is new too.

    `full`: all of them, whatever is kept. `within`: of these spaces alone. `labels`: of all pages; without them each is asked.
    """
    told, tree = Told(), Tree(reader.source)
    entries = [one for one in _ours(reader, memory, spaces, entries, tree) if _is_within(within, one, tree)]
    known = memory.known([one.id for one in entries])
    moved = [name for one in entries for name in _place(one, memory, tree, told)]
    changed = [one for one in entries if full or one.id not in known or known[one.id].label != one.label]
    back = [one for one in entries if one not in changed and one.id in told.nodes]
    if not have_bodies:
        changed = _fetched(reader, memory, changed, told)
    ensure(reader, spaces, tree, [*changed, *back], moved, told)
    told.changes += _where_they_are(memory, moved, tree, told)
    shown = reader.in_scope((one.id, labelled(one.node)) for one in (*changed, *back))
    for one in back:
        told.changes += access_change(one.id, tree.access(one.id) if one.id in shown else NOBODY, known.get(one.id))
    for one in changed:
        if one.id not in shown:
            told.changes += access_change(one.id, NOBODY, known.get(one.id))
    wanted = [one for one in changed if one.id in shown and tree.is_whole(one.id)]
    people = reader.names(normalise.mentioned(one.thing for one in wanted))
    if labels is None:
        labels = _labels(reader, memory, wanted)
    for one, found in zip(
        wanted, reader.together(partial(_document, reader, spaces, tree, people), wanted), strict=True
    ):
        if isinstance(found, Problem):
            told.problems.append(found)
        else:
            its = labels.get(labelled(one.node), ())
            told.changes.append(Upsert(document=found.document.model_copy(update={"labels": its})))
            told.problems += found.problems
    told.changes += _relabelled(memory, known, told)
    return told


def _relabelled(memory: Memory, known: Mapping[str, Known], told: Told) -> list[LabelsChanged]:
    """What hangs on pages that have other labels now, unless it was told whole."""
    now = {one.document.id: one.document.labels for one in told.changes if isinstance(one, Upsert)}
    changed = [name for name, its in now.items() if name in known and known[name].labels != its]
    its = {node.id: now[node.parent or ""] for node in hanging(memory, changed) if node.id not in now}
    before = memory.known(its)
    return [LabelsChanged(id=name, labels=its[name]) for name in before if before[name].labels != its[name]]


def _labels(reader: Reader, memory: Memory, wanted: Sequence[Entry]) -> Mapping[str, tuple[str, ...]]:
    """What hangs on a page has those that the page was last seen with, as has a page that cannot be asked."""
    known = memory.known({labelled(one.node) for one in wanted})
    asked = reader.labels_of([one.id for one in wanted if one.kind not in access.HANGING])
    return {**{name: before.labels for name, before in known.items()}, **asked}


def ensure(
    reader: Reader,
    spaces: Mapping[str, Space],
    tree: Tree,
    wanted: Sequence[Entry],
    moved: Sequence[str],
    told: Told,
) -> None:
    """Nothing is missing in the tree any more that the site can tell of what lies above these, and of its layers."""
    orphans = [one for one in wanted if one.listed_as is Kind.PAGE and not tree.is_whole(one.id)]
    for found in reader.together(lambda one: reader.above(one.node, one.space or ""), orphans):
        for node in found:
            if node.id not in tree.nodes:
                tree.nodes[node.id] = told.nodes[node.id] = node
    read_layers(reader, spaces, tree, [*(one.id for one in wanted), *moved], told)


def read_layers(reader: Reader, spaces: Mapping[str, Space], tree: Tree, wanted: Iterable[str], told: Told) -> None:
    found, problems = reader.layers(tree.unknown_layers(wanted), spaces)
    tree.layers |= found
    told.layers += [LayerChanged(layer=OwnedLayer(node=name, layer=layer)) for name, layer in found.items()]
    told.problems += problems


def hidden(memory: Memory, ids: Iterable[str]) -> Told:
    """They are not there now, nor is what hangs on them. What lies below them in the tree stays as it is."""
    told, gone = Told(), set(ids)
    hanging = {name for name, node in memory.below(gone).items() if node.kind in access.HANGING and node.parent in gone}
    for name, node in memory.nodes(gone | hanging).items():
        told.nodes[name] = node.model_copy(update={"missing": True})
    known = memory.known(gone | hanging)
    told.changes += [AccessChanged(id=name, access=NOBODY) for name in sorted(known) if known[name].access]
    return told


def hanging(memory: Memory, pages: Iterable[str]) -> Iterator[Node]:
    wanted = set(pages)
    return (node for node in memory.below(wanted).values() if node.kind in access.HANGING and node.parent in wanted)


def _ours(
    reader: Reader, memory: Memory, spaces: Mapping[str, Space], entries: Sequence[Entry], tree: Tree
) -> list[Entry]:
    """In an allowed space, or hanging on what is; and each only once, as a listing that moves may show it twice."""
    unique = {one.id: one for one in entries if one.current and one.parent is not None}
    found = [_in_place(reader, memory, one) for one in unique.values()]
    tree.load(memory, {name for one in found for name in (one.id, one.parent or "")})
    return [one for one in found if _is_ours(one, spaces, tree)]


def _is_ours(one: Entry, spaces: Mapping[str, Space], tree: Tree) -> bool:
    if one.kind not in access.HANGING:
        return normalise.space_id(one.space or "") in spaces
    container = tree.nodes.get(one.parent or "")
    return container is not None and not container.missing and container.kind in access.DOCUMENTS_WITH_LAYERS


def _is_within(within: Container[str] | None, one: Entry, tree: Tree) -> bool:
    if within is None:
        return True
    if one.kind not in access.HANGING:
        return normalise.space_id(one.space or "") in within
    container = one.parent or ""
    return tree.is_whole(container) and tree.space(container) in within


def _in_place(reader: Reader, memory: Memory, one: Entry) -> Entry:
    """An answer to a comment hangs on what that one hangs on."""
    above = one.parent or ""
    while kind(above) == normalise.COMMENT:
        node = memory.nodes([above]).get(above)
        if node is not None:
            above = node.parent or ""
            continue
        first = reader.client.comment(number(above))
        above = "" if first is None else normalise.entry(Kind.FOOTER, first).parent or ""
    return one._replace(parent=above)


def _place(one: Entry, memory: Memory, tree: Tree, told: Told) -> tuple[str, ...]:
    """Where it stands now. If it stood elsewhere, so did everything below it: that is returned."""
    before = tree.nodes.get(one.id)
    if before == one.node:
        return ()
    tree.nodes[one.id] = told.nodes[one.id] = one.node
    if before is None or before.parent == one.parent or one.kind in access.HANGING:
        return ()
    below = memory.below([one.id])
    tree.load(memory, {one.parent or "", *below})
    return tuple(below)


def _where_they_are(memory: Memory, moved: Sequence[str], tree: Tree, told: Told) -> list[AccessChanged]:
    """What is hidden stays so."""
    return [
        change
        for name, before in memory.known(moved).items()
        if before.access and not told.nodes.get(name, tree.nodes[name]).missing
        for change in access_change(name, tree.access(name), before)
    ]


def _fetched(reader: Reader, memory: Memory, changed: Sequence[Entry], told: Told) -> list[Entry]:
    whole = reader.together(reader.whole, changed)
    gone = [before.id for before, now in zip(changed, whole, strict=True) if now is None or not now.current]
    if gone:
        away = hidden(memory, gone)
        told.changes += away.changes
        told.nodes |= away.nodes
        for name in set(gone) - away.nodes.keys():
            told.nodes.pop(name, None)
    return [
        now._replace(parent=before.parent)
        for before, now in zip(changed, whole, strict=True)
        if now is not None and now.current
    ]


def labelled(node: Node) -> str:
    """Whose labels decide."""
    return (node.parent or "") if node.kind in access.HANGING else node.id


def _document(
    reader: Reader, spaces: Mapping[str, Space], tree: Tree, people: Mapping[str, str], one: Entry
) -> Read | Problem:
    site, found = reader.settings.site, tree.access(one.id)
    space = spaces[tree.space(one.id)]
    match one.thing:
        case wire.Content():
            return normalise.content(site, space, one, found, people)
        case wire.Comment():
            return normalise.comment(site, space, one, found, people)
        case wire.Attachment():
            data = reader.data(one) if normalise.is_read(one.thing) else None
            if data is not None and one.thing.file_size not in {None, len(data)}:
                # A proxy's page, or another version: what is kept stays, and the next look at all that is there sees to it.
                return Problem(
                    where=one.id, reason="what was downloaded is not as large as the file is; it was not taken"
                )
            file = None if data is None else reader.file(one.thing, data)
            if file == BROKEN:  # which says more of this machine than of the file
                return Problem(where=one.id, reason="reading it broke off; it was not taken")
            return normalise.attachment(site, space, one, found, file)
