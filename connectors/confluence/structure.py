"""What is there, and where? Everything is listed, without texts, and compared with what is kept. What is not there any
more is hidden, and taken away when it is missed a second time.

    list all → nodes and moves → what is missing → what no look at the newest would find → labels

Whatever fails on the way ends the look before anything was concluded from it.
"""

from collections.abc import Iterator, Mapping
from typing import Final, NamedTuple

from connectors.confluence import access, documents, normalise
from connectors.confluence.documents import DOCUMENTS
from connectors.confluence.normalise import Entry, Space, kind
from connectors.confluence.reader import Reader
from connectors.confluence.tree import Tree
from connectors.confluence.wire import Kind
from connectors.missing import brake, without
from connectors.model import Batch, Cursor, Known, LabelsChanged, Memory, Node
from connectors.told import NOBODY, Told, access_change, batch, in_slices

AT_ONCE: Final = 200
MOST_MADE_UP_FOR: Final = 500  # in one look
MOST_WITHOUT_LABELS: Final = 24  # looks in a row that did not come by them: a day, with one each hour
SWEPT: Final = Cursor("swept")
_WITHOUT: Final = "swept without labels "


class Look(NamedTuple):
    """Everything that is there: the documents by how they are listed, and all nodes, with what only lies above."""

    nodes: dict[str, Node]
    listed_as: dict[str, Kind]


def structure(reader: Reader, memory: Memory, cursor: Cursor | None, *, full: bool) -> Iterator[Batch]:
    """`seen` and `total` count documents."""
    spaces = reader.spaces()
    look = _look(reader, spaces)
    before, known = memory.nodes(), memory.known()
    total = len(look.listed_as)
    missing = [name for name in sorted(before) if _is_missing(name, look)]
    for told in _placed(reader, memory, spaces, look, before, known):
        yield batch(told, total, total, None)
    if not full:
        brake(reader.source, missing, before, known, reader.settings.most_gone_percent)
    for some in in_slices(missing, AT_ONCE):
        yield without(some, look.nodes.keys(), before, known, total)
    if cursor is not None and not full:
        yield from _made_up_for(reader, memory, spaces, look, known)
    found, problems = reader.labels(spaces)  # last, for nothing else waits for it: a label lets nobody read anything
    if problems:
        yield batch(Told(problems=list(problems)), total, total, None)
    unread = 0 if found is not None else _without_labels(cursor) + 1
    if found is not None or unread >= MOST_WITHOUT_LABELS:
        for told in _labelled(found or {}, look, known):
            yield batch(told, total, total, None)
    yield Batch(seen=total, total=total, cursor=Cursor(f"{_WITHOUT}{unread}") if unread else SWEPT)


def _without_labels(cursor: Cursor | None) -> int:
    """How many looks in a row there were already."""
    said = (cursor or SWEPT).removeprefix(_WITHOUT)
    return int(said) if said.isdecimal() else 0


def _labelled(found: Mapping[str, tuple[str, ...]], look: Look, known: Mapping[str, Known]) -> Iterator[Told]:
    """Of what it is not known for too long, nothing is in a scope that names a label."""
    its = {name: found.get(documents.labelled(look.nodes[name]), ()) for name in look.listed_as if name in known}
    changed = [LabelsChanged(id=name, labels=now) for name, now in its.items() if known[name].labels != now]
    for some in in_slices(changed, AT_ONCE):
        yield Told(changes=list(some))


def _look(reader: Reader, spaces: Mapping[str, Space]) -> Look:
    look = Look({name: space.node for name, space in spaces.items()}, {})
    orphans: dict[str, tuple[Node, str]] = {}
    answers: dict[str, tuple[Node, Kind]] = {}
    numbers = [space.id for space in spaces.values()]
    for listed_as in Kind:  # what hangs comes after what it hangs on
        for part in reader.client.listed(listed_as, spaces=numbers):
            for one in (normalise.entry(listed_as, thing) for thing in part.things):
                if one.parent is None or not one.current:
                    continue
                if kind(one.parent) == normalise.COMMENT:
                    answers[one.id] = (one.node, listed_as)
                elif _is_ours(one, spaces, look):
                    look.nodes[one.id], look.listed_as[one.id] = one.node, listed_as
                    orphans.setdefault(one.parent, (one.node, one.space or ""))
    _hang(answers, look)
    wanted = [found for parent, found in orphans.items() if parent not in look.nodes]
    for above in reader.together(lambda orphan: reader.above(*orphan), wanted):
        for node in above:
            look.nodes.setdefault(node.id, node)
    return look


def _is_ours(one: Entry, spaces: Mapping[str, Space], look: Look) -> bool:
    if one.kind in access.HANGING:
        return one.parent in look.listed_as
    return normalise.space_id(one.space or "") in spaces


def _hang(answers: Mapping[str, tuple[Node, Kind]], look: Look) -> None:
    """Answers to comments, on what the first comment hangs on."""
    for name, (node, listed_as) in answers.items():
        above = node.parent
        for _ in range(access.MOST_ANCESTORS):
            if above is None or above not in answers:
                break
            above = answers[above][0].parent
        first = look.nodes.get(above or "")
        if first is not None:
            look.nodes[name] = node.model_copy(update={"parent": first.parent})
            look.listed_as[name] = listed_as


def _placed(
    reader: Reader,
    memory: Memory,
    spaces: Mapping[str, Space],
    look: Look,
    before: Mapping[str, Node],
    known: Mapping[str, Known],
) -> Iterator[Told]:
    """What stands elsewhere than it did, or is back; with the layers that nobody asked for yet."""
    tree = Tree(reader.source, look.nodes, dict(memory.layers(look.nodes.keys())))
    moved = [name for name, node in look.nodes.items() if name not in before or _differs(before[name], node, look)]
    for some in in_slices(moved, AT_ONCE):
        nodes = {name: look.nodes[name].model_copy(update={"missing": _is_missing(name, look)}) for name in some}
        yield Told(nodes=nodes)
    documents_here = [name for name in look.listed_as if name in known]
    for some in in_slices(documents_here, AT_ONCE):
        told = Told()
        documents.read_layers(reader, spaces, tree, some, told)
        differing = [name for name in some if known[name].access != tree.listed(name)]
        shown = reader.in_scope((name, documents.labelled(look.nodes[name])) for name in differing)
        for name in differing:
            found = tree.access(name) if name in shown else NOBODY
            told.changes += access_change(name, found, known[name])
        if told.layers or told.changes:
            yield told


def _differs(before: Node, now: Node, look: Look) -> bool:
    """A version is as last listed; of what only lies above, none is told."""
    return (before.parent, before.missing) != (now.parent, _is_missing(now.id, look)) or (
        now.label is not None and before.label != now.label
    )


def _is_missing(name: str, look: Look) -> bool:
    """A page that is no document any more may still lie above others."""
    return name not in (look.listed_as if kind(name) in DOCUMENTS else look.nodes)


def _made_up_for(
    reader: Reader, memory: Memory, spaces: Mapping[str, Space], look: Look, known: Mapping[str, Known]
) -> Iterator[Batch]:
    """What was moved here, or came back, is older than the newest: whoever looks only at these never finds it."""
    stale = [name for name in look.listed_as if name not in known or known[name].label != look.nodes[name].label][
        :MOST_MADE_UP_FOR
    ]
    shown = reader.in_scope((name, documents.labelled(look.nodes[name])) for name in stale)
    total = len(look.listed_as)
    for some in in_slices([name for name in stale if name in shown], reader.settings.threads * 4):
        found = reader.together(lambda name: reader.found(look.listed_as[name], name), some)
        entries = [one for one in found if one is not None]
        told = documents.read(reader, memory, spaces, entries, have_bodies=True)
        yield batch(told, total, total, None)
