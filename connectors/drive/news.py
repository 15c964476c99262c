"""What does one page of a log tell? What is gone is hidden, and what lies below a changed folder is in doubt, before
anything is read; then the folder is gone through, and last the files.
"""

from collections import deque
from collections.abc import Generator, Iterator, Sequence
from typing import Final, NamedTuple

from connectors.drive import access, normalise
from connectors.drive.documents import AT_ONCE, doubted, hidden, read, sort, strays
from connectors.drive.logs import is_gone
from connectors.drive.normalise import DRIVE, FILE, FOLDER, Entry, Log, number
from connectors.drive.reader import Reader
from connectors.drive.tree import Tree
from connectors.drive.wire import Changes
from connectors.model import Batch, Memory, Node
from connectors.told import Told, batch

MOST_WALKED: Final = 2_000


class _Folder(NamedTuple):
    entry: Entry
    state: str

    @property
    def node(self) -> Node:
        return normalise.node(self.entry, state=self.state)


def news(reader: Reader, memory: Memory, log: Log, page: Changes) -> Generator[Batch, None, Told]:
    """What is returned goes with the token."""
    entries = normalise.entries(log, [one.file for one in page.changes if one.file is not None])
    tree = Tree()
    tree.load(memory, {name for one in entries for name in (one.id, one.parent)})
    before = dict(tree.nodes)
    tree.nodes |= {one.id: normalise.node(one) for one in entries}
    found = sort(reader, tree, entries)
    told = hidden(memory, [*_gone(reader, memory, log, page), *strays(found.away, before)])
    layers, problems = reader.layers_of(found.folders)
    folders = [_Folder(one, normalise.state(one, access.owned(layers[one.id]))) for one in found.folders]
    changed = [one for one in folders if before.get(one.entry.id) != one.node]
    told.problems += problems
    members = _members(reader, memory, log, page)
    tops = [one.entry.id for one in changed] + [node.id for node in members]
    told.add(doubted(memory, tops))
    told.nodes |= {one.entry.id: normalise.node(one.entry) for one in changed}
    yield batch(told, 0, None, None)
    yield from _walked(reader, memory, log, [number(name) for name in tops if _is_small(memory, name)])
    last = read(reader, memory, [one for one in entries if not one.is_folder], tree=tree)
    last.nodes |= {one.entry.id: one.node for one in folders} | {node.id: node for node in members}
    return last


def _gone(reader: Reader, memory: Memory, log: Log, page: Changes) -> Iterator[str]:
    """Of what is removed only the id is told; and whoever may still see somebody else's file tells nothing of it. What
    another log tells of by now is that one's.
    """
    away = {
        one.file_id
        for one in page.changes
        if one.file_id is not None and (one.removed or (one.file is not None and not log.holds(one.file)))
    }
    kept = memory.nodes([f"{kind}:{id_}" for id_ in away for kind in (FILE, FOLDER)])
    yield from (name for name, node in kept.items() if normalise.log_of(node) == log.name)
    drives = {one.drive_id for one in page.changes if one.change_type == DRIVE and one.drive_id is not None}
    yield from (f"{DRIVE}:{id_}" for id_ in sorted(drives & set(reader.settings.drives)) if is_gone(reader, id_))


def _members(reader: Reader, memory: Memory, log: Log, page: Changes) -> list[Node]:
    """The drive itself, if it has others than it had: of the files that they may read no log tells."""
    if log.drive is None or not any(one.change_type == DRIVE and one.drive_id == log.drive for one in page.changes):
        return []
    layers, _ = reader.layers([(log.name, log.who, log.drive)])
    now = normalise.drive_node(log, access.owned(layers[log.name]))
    return [now] if memory.nodes([log.name]).get(log.name) != now else []


def _is_small(memory: Memory, name: str) -> bool:
    """What is more than a log can wait for stays in doubt, until the loop that asks each file comes by."""
    return len(memory.below([name])) <= MOST_WALKED


def _walked(reader: Reader, memory: Memory, log: Log, folders: Sequence[str]) -> Iterator[Batch]:
    """Everything that lies below these now, however deep."""
    waiting, seen = deque(folders), set(folders)
    while waiting:
        query = f"'{waiting.popleft()}' in parents and trashed = false"
        for page in reader.client.listed(log.who, query, drive=log.drive, size=AT_ONCE):
            inside = normalise.entries(log, page.files)
            below = [one.number for one in inside if one.is_folder and one.number not in seen]
            waiting += below
            seen |= set(below)
            yield batch(read(reader, memory, inside), 0, None, None)
