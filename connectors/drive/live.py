"""Who may read these few files at this very moment? Asked of Drive, all at once, and nothing of what is kept is believed
but where each lies. What is not there, or cannot be found out, is left out.
"""

from collections.abc import Sequence
from typing import NamedTuple

from connectors.drive import normalise
from connectors.drive.logs import log
from connectors.drive.normalise import FILE, FOLDER, Entry, Log, kind, log_of, number
from connectors.drive.reader import Reader
from connectors.drive.tokens import Voiceless
from connectors.drive.wire import File
from connectors.model import AccessUnknown, Memory
from policies.access import AccessList


class _Kept(NamedTuple):
    """A document that we have: where it lies, and whether more than its name was read."""

    id: str
    log: Log
    parent: str | None
    is_name_only: bool


def access_now(reader: Reader, memory: Memory, ids: Sequence[str]) -> dict[str, AccessList]:
    kept = _kept(reader, memory, ids)
    found = reader.together(lambda one: _access(reader, one), kept)
    return {one.id: access for one, access in zip(kept, found, strict=True) if access is not None}


def readable_now(reader: Reader, ids: Sequence[str], memory: Memory, account: str) -> dict[str, AccessList]:
    """Those that this account gets when it asks itself, each with who may read it: whoever was only given its link gets
    it too, and is not meant.
    """
    kept = _kept(reader, memory, ids)
    found = reader.together(lambda one: _access_for(reader, one, account), kept)
    return {one.id: access for one, access in zip(kept, found, strict=True) if access is not None}


def _kept(reader: Reader, memory: Memory, ids: Sequence[str]) -> list[_Kept]:
    unique = [id_ for id_ in dict.fromkeys(ids) if kind(id_) == FILE]
    nodes, known = memory.nodes(unique), memory.known(unique)
    names = sorted({log_of(node) for node in nodes.values()})
    logs = dict(zip(names, reader.together(lambda name: log(reader, name), names), strict=True))
    return [
        _Kept(id_, its, nodes[id_].parent, normalise.is_name_only(known[id_].label))
        for id_ in unique
        if id_ in nodes and id_ in known and not nodes[id_].missing and (its := logs[log_of(nodes[id_])]) is not None
    ]


def _access(reader: Reader, one: _Kept) -> AccessList | None:
    """As whoever we read it for sees it."""
    try:
        file = reader.client.file(one.log.who, number(one.id))
        if file is None or not one.log.holds(file) or not _is_shown(reader, one, file):
            return None
        return AccessList(layers=(reader.layer(one.log.who, number(one.id)),))
    except (AccessUnknown, Voiceless):
        return None


def _access_for(reader: Reader, one: _Kept, account: str) -> AccessList | None:
    try:
        file = reader.client.file(account, number(one.id))
        if file is None or not one.log.is_said_to_hold(file) or not _is_shown(reader, one, file):
            return None
        return AccessList(layers=(reader.layer(one.log.who, number(one.id)),))
    except (AccessUnknown, Voiceless):
        return None


def _is_shown(reader: Reader, one: _Kept, file: File) -> bool:
    """Within the scope as far as the file itself tells: a folder above it that was moved is found by the loops."""
    entry = Entry(one.id, one.parent or "", one.log, file)
    return (
        not file.trashed
        and not entry.is_hidden_from_us
        and entry.type in reader.settings.types
        and (one.is_name_only or not normalise.is_withheld(file))
        and (not reader.settings.folders or _has_stayed(one, file))
    )


def _has_stayed(one: _Kept, file: File) -> bool:
    """Whoever may not see the folder is not told of it."""
    return not file.parents or one.parent in {f"{FOLDER}:{file.parents[0]}", one.log.name}
