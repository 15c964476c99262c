"""What is there, and where? Everything is listed, without texts, and compared with what is kept. What is not there any
more is hidden, and taken away when it is missed a second time.

    list all → nodes and moves → what is missing → what was never read

Whatever fails on the way ends the look before anything was concluded from it.
"""

from collections.abc import Iterator, Mapping
from typing import Final, NamedTuple

from connectors.drive import normalise
from connectors.drive.documents import doubted, hidden, read, sort
from connectors.drive.logs import Logs, logs
from connectors.drive.normalise import DRIVE, Entry, kind, log_of
from connectors.drive.reader import Reader
from connectors.drive.tokens import Voiceless
from connectors.drive.tree import Tree
from connectors.missing import brake, without
from connectors.model import Batch, Cursor, Fatal, Known, Memory, Node, Problem
from connectors.told import Told, batch, in_slices

AT_ONCE: Final = 200
MOST_MADE_UP_FOR: Final = 500  # in one look
SWEPT: Final = Cursor("swept")


class Look(NamedTuple):
    """Everything that is there and within the scope. `silent`: logs of which nothing is known."""

    folders: dict[str, Entry]
    files: dict[str, Entry]
    silent: dict[str, Problem]


def structure(reader: Reader, memory: Memory, cursor: Cursor | None, *, full: bool) -> Iterator[Batch]:
    """`seen` and `total` count documents."""
    found = logs(reader)
    look = _look(reader, found)
    before, known = memory.nodes(), memory.known()
    total = len(look.files)
    yield batch(hidden(memory, found.gone), total, total, None)
    missing = [name for name, node in sorted(before.items()) if _is_missing(name, node, look, found)]
    yield from _placed(memory, look, before, total)
    if not full:
        brake(reader.source, missing, before, known, reader.settings.most_gone_percent)
    for some in in_slices(missing, AT_ONCE):
        yield without(some, (), before, known, total)
    if cursor is not None and not full:
        yield from _made_up_for(reader, memory, look, before, known)
    yield Batch(seen=total, total=total, problems=tuple(look.silent.values()), cursor=SWEPT)


def _look(reader: Reader, found: Logs) -> Look:
    look = Look({}, {}, dict(found.silent))
    listed: list[Entry] = []
    for log in found.found.values():
        try:
            for page in reader.client.listed(log.who, log.query, drive=log.drive, sharing=False):
                listed += normalise.entries(log, page.files)
        except Fatal as error:
            if not (isinstance(error, Voiceless) or log.is_one_of_many):
                raise
            look.silent[log.name] = Problem(where=log.name, reason=f"{error}; it is not read")
    listed = [one for one in listed if one.log.name not in look.silent]
    sorted_ = sort(reader, Tree({one.id: normalise.node(one) for one in listed}), listed)
    look.folders.update((one.id, one) for one in sorted_.folders)
    look.files.update((one.id, one) for one in sorted_.files)
    return look


def _is_missing(name: str, node: Node, look: Look, found: Logs) -> bool:
    """Of a drive that has vanished everything was just hidden: it is missed from the next look on."""
    its = log_of(node)
    is_there = name in look.folders or name in look.files
    return not is_there and kind(name) != DRIVE and its not in look.silent and (node.missing or its not in found.gone)


def _placed(memory: Memory, look: Look, before: Mapping[str, Node], total: int) -> Iterator[Batch]:
    """What stands elsewhere than it did. What lies below a folder that does is in doubt, until the log tells of it; what
    was hidden stays so, until it is read.
    """
    moved = {name: normalise.node(one) for name, one in look.folders.items() if _has_moved(one, before.get(name))}
    told = doubted(memory, [name for name in moved if name in before])
    told.nodes |= moved
    yield batch(told, total, total, None)
    placed = [normalise.node(one) for name, one in look.files.items() if _is_elsewhere(one, before.get(name))]
    for some in in_slices(placed, AT_ONCE):
        yield batch(Told(nodes={node.id: node for node in some}), total, total, None)


def _has_moved(one: Entry, kept: Node | None) -> bool:
    return kept is None or kept.missing or (kept.parent, log_of(kept)) != (one.parent, one.log.name)


def _is_elsewhere(one: Entry, kept: Node | None) -> bool:
    return kept is None or (not kept.missing and kept != normalise.node(one))


def _made_up_for(
    reader: Reader, memory: Memory, look: Look, before: Mapping[str, Node], known: Mapping[str, Known]
) -> Iterator[Batch]:
    """What came into the scope with its folder, came back, or could not be read before: no log need ever tell of it."""
    stale = [one for name, one in look.files.items() if _is_stale(one, before.get(name), known.get(name))]
    total = len(look.files)
    for some in in_slices(stale[:MOST_MADE_UP_FOR], reader.settings.threads * 4):
        tree = Tree({name: normalise.node(one) for name, one in look.folders.items()})
        yield batch(read(reader, memory, some, tree=tree), total, total, None)


def _is_stale(one: Entry, kept: Node | None, known: Known | None) -> bool:
    return known is None or known.label != one.label or (kept is not None and kept.missing)
