"""From what is listed to what is told of it: nodes, lists and texts, in the order in which nothing widens.

Only what is at hand is asked of memory. A file whose text stands is read for its readers alone.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Final, NamedTuple, assert_never

from connectors.drive import access, normalise
from connectors.drive.normalise import FILE, Entry, kind
from connectors.drive.reader import MOST_FAILING, Reader
from connectors.drive.texts import Outpaced, Text, text
from connectors.drive.tree import Tree
from connectors.model import AccessChanged, Memory, Node, OwnedLayer, Problem, Retryable, Upsert
from connectors.told import NOBODY, Told, access_change

AT_ONCE: Final = 50


class Sorted(NamedTuple):
    """`away`: in no folder that is read, or not for us to read; nothing of it is told."""

    folders: list[Entry]
    files: list[Entry]
    away: list[Entry]
    problems: list[Problem]


def sort(reader: Reader, tree: Tree, entries: Iterable[Entry]) -> Sorted:
    """Each only once, as a listing that moves may show it twice. `tree` holds what lies above them."""
    found = Sorted([], [], [], [])
    unread: defaultdict[str, list[str]] = defaultdict(list)
    for one in {one.id: one for one in entries}.values():
        if not tree.is_in_scope(reader.settings, one) or one.file.trashed or one.is_hidden_from_us:
            found.away.append(one)
        elif one.is_folder:
            found.folders.append(one)
        elif one.type in reader.settings.types:
            found.files.append(one)
        else:
            found.away.append(one)
            if one.type is None:
                unread[one.file.mime_type].append(one.file.name)
    found.problems.extend(_unread(media_type, names) for media_type, names in sorted(unread.items()))
    return found


def read(
    reader: Reader, memory: Memory, entries: Sequence[Entry], *, full: bool = False, tree: Tree | None = None
) -> Told:
    """Folders with what their readers hang on, files that are new or of another version with their texts, and of the
    others who may read them. What is away is hidden. `full`: all texts, whatever is kept.
    """
    told, tree = Told(), tree or Tree()
    before = memory.nodes([one.id for one in entries])
    tree.load(memory, {one.parent for one in entries})
    tree.nodes |= {one.id: normalise.node(one) for one in entries}
    found = sort(reader, tree, entries)
    layers, problems = reader.layers_of([*found.folders, *found.files])
    told.problems += (*found.problems, *problems)
    for one in found.folders:
        told.nodes[one.id] = normalise.node(one, state=normalise.state(one, access.owned(layers[one.id])))
    told.nodes |= {one.id: normalise.node(one) for one in found.files if before.get(one.id) != normalise.node(one)}
    known = memory.known([one.id for one in found.files])
    changed = [one for one in found.files if full or one.id not in known or known[one.id].label != one.label]
    for one in found.files:
        told.changes += access_change(one.id, (access.owned(layers[one.id]),), known.get(one.id))
    for one, outcome in zip(changed, _texts(reader, changed), strict=True):
        _tell(reader, one, outcome, (access.owned(layers[one.id]),), told)
    told.add(hidden(memory, strays(found.away, before)))
    return told


def strays(away: Iterable[Entry], before: Mapping[str, Node]) -> list[str]:
    """Those that were this log's to tell of until now."""
    return [one.id for one in away if one.id in before and normalise.log_of(before[one.id]) == one.log.name]


def hidden(memory: Memory, names: Collection[str]) -> Told:
    """They are not there now, nor is what lies below them."""
    told = Told()
    gone = {**memory.nodes(names), **memory.below(names)}
    for name, node in gone.items():
        if not node.missing and (kind(name) == FILE or name in names):
            told.nodes[name] = node.model_copy(update={"missing": True})
    known = memory.known([name for name in gone if kind(name) == FILE])
    told.changes += [AccessChanged(id=name, access=NOBODY) for name in sorted(known) if known[name].access]
    return told


def doubted(memory: Memory, folders: Collection[str]) -> Told:
    """Of all that lies below these nobody knows any more for whom it is: it is asked about at Drive, each time."""
    told = Told()
    known = memory.known([name for name in memory.below(folders) if kind(name) == FILE])
    layers = memory.layers({name for one in known.values() for name in one.access})
    for name, one in known.items():
        now = tuple(access.doubted(layers[layer]) for layer in one.access if layer in layers)
        told.changes += access_change(name, now, one)
    return told


def _texts(reader: Reader, changed: Sequence[Entry]) -> list[Text | Outpaced | Retryable]:
    """Some documents can never be exported: they keep no log from moving on. Several at once, and it is Google that fails."""

    def outcome(one: Entry) -> Text | Outpaced | Retryable:
        try:
            return text(reader, one)
        except Retryable as error:
            return error

    outcomes = reader.together(outcome, changed)
    failed = [one for one in outcomes if isinstance(one, Retryable)]
    if len(failed) >= MOST_FAILING:
        raise failed[0]
    return outcomes


def _tell(
    reader: Reader, one: Entry, outcome: Text | Outpaced | Retryable, layers: tuple[OwnedLayer, ...], told: Told
) -> None:
    match outcome:
        case Text():
            told.changes.append(Upsert(document=normalise.document(reader.settings.site, one, outcome.text, layers)))
            told.problems += [Problem(where=one.id, reason=why) for why in outcome.problems]
        case Outpaced():
            told.problems.append(Problem(where=one.id, reason="it was changed while it was read; the next look has it"))
        case Retryable():
            told.problems.append(
                Problem(where=one.id, reason=f"{outcome}; the next look at all that is there tries again")
            )
        case _:
            assert_never(outcome)


def _unread(media_type: str, names: Sequence[str]) -> Problem:
    several = f" and {len(names) - 1} more" if len(names) > 1 else ""
    return Problem(where=names[0][:200] + several, reason=f"files of the type {media_type} are not read")
