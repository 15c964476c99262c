"""Walks a folder and reads its files, knowing nothing of what they mean. It never leaves the root and never follows a
symlink: each folder on the way is opened from the one above, so a swap in mid-walk leads nowhere either.
"""

import errno
import os
import stat
import unicodedata
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Final

from connectors.model import Problem

MOST_BYTES_OF_AN_ID: Final = 1_000  # in UTF-8: it is part of a database's key, which PostgreSQL bounds at 2,704
_MARKDOWN: Final = (".md", ".markdown")
_LOOK: Final = os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW
_ENTER: Final = _LOOK | os.O_DIRECTORY


class Kind(Enum):
    FILE = "file"
    FOLDER = "folder"
    LINK = "symlink"
    SPECIAL = "special file"


@dataclass(frozen=True, slots=True)
class Entry:
    name: str
    kind: Kind


class Disk:
    """One folder on a disk. Paths are relative and posix, `""` is the root; what fails raises OSError.

    `only` names those of its folders that exist as far as anybody here can tell; empty: all do. Files beside them do, too.
    """

    def __init__(self, root: Path, *, only: Collection[str] = ()) -> None:
        self.root, self._only = root, frozenset(only)

    def entries(self, folder: str) -> list[Entry]:
        """Sorted by name, so that every walk goes the same way."""
        here = self._enter(folder)
        try:
            with os.scandir(here) as found:
                here_are = (Entry(entry.name, _kind(entry)) for entry in found)
                return sorted((one for one in here_are if folder or self._exists(one)), key=lambda entry: entry.name)
        finally:
            os.close(here)

    def read(self, path: str, limit: int) -> bytes:
        """At most one byte more than `limit`: enough to know that it is too long."""
        folder, _, name = path.rpartition("/")
        here = self._enter(folder)
        try:
            # Non-blocking, or a pipe put here since the walk would hold the sync for ever.
            opened = os.open(name, _LOOK | os.O_NONBLOCK, dir_fd=here)
        finally:
            os.close(here)
        with os.fdopen(opened, "rb") as file:
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                raise OSError(0, "not a regular file")
            return file.read(limit + 1)

    def _exists(self, entry: Entry) -> bool:
        return not self._only or entry.kind is not Kind.FOLDER or entry.name in self._only

    def _enter(self, folder: str) -> int:
        if folder and self._only and folder.partition("/")[0] not in self._only:
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT))
        # The root itself may be a symlink: it is the one path that the admin named.
        here = os.open(self.root, os.O_RDONLY | os.O_CLOEXEC | os.O_DIRECTORY)
        for name in folder.split("/") if folder else ():
            try:
                inner = os.open(name, _ENTER, dir_fd=here)
            finally:
                os.close(here)
            here = inner
        return here


@dataclass(frozen=True, slots=True)
class Survey:
    """Every Markdown file by its id, with the path by which the disk knows it."""

    files: dict[str, str]
    problems: tuple[Problem, ...]
    complete: bool  # nothing was left unlisted: only then does absence mean anything


def survey(disk: Disk) -> Survey:
    """Raises OSError if the root itself cannot be listed."""
    spellings: dict[str, list[str]] = {}
    problems: list[Problem] = []
    complete = True
    waiting = [*reversed(_below("", disk.entries("")))]
    while waiting:
        path, kind = waiting.pop()
        document_id = unicodedata.normalize("NFC", path)
        match _refusal(path, document_id, kind) or kind:
            case str() as reason:
                problems.append(Problem(where=_printable(path), reason=reason))
            case Kind.FOLDER:
                try:
                    waiting.extend(reversed(_below(path, disk.entries(path))))
                except OSError as error:
                    complete = False
                    problems.append(Problem(where=path, reason=f"cannot be listed: {words(error)}"))
            case _ if not is_markdown(path):
                pass
            case _:
                spellings.setdefault(document_id, []).append(path)
    files = {document_id: _chosen(document_id, paths) for document_id, paths in spellings.items()}
    problems.extend(
        Problem(where=path, reason=f"the same name as {files[document_id]!a} but for its accents' spelling")
        for document_id, paths in spellings.items()
        for path in paths
        if path != files[document_id]
    )
    return Survey(files, tuple(problems), complete)


def locate(disk: Disk, document_id: str) -> str | None:
    """The path that `survey` would find for this id, without walking the rest."""
    if not _is_document_id(document_id):
        return None
    if document_id.isascii():  # no accents to spell
        return document_id
    paths = list(_spelt(disk, "", document_id.split("/")))
    return _chosen(document_id, paths) if paths else None


def _chosen(document_id: str, paths: Sequence[str]) -> str:
    """Of the spellings of one id, in the order of the walk: the id itself if it is one, whose place no twin may take."""
    return document_id if document_id in paths else paths[0]


def words(error: OSError) -> str:
    return "it is a symlink" if error.errno == errno.ELOOP else (error.strerror or str(error)).lower()


def is_markdown(name: str) -> bool:
    return name.lower().endswith(_MARKDOWN)


def _is_document_id(text: str) -> bool:
    parts = text.split("/")
    is_speakable = all(part and is_visible(part) and not _is_unspeakable(part) for part in parts)
    return is_speakable and is_markdown(parts[-1]) and not _is_too_long(text)


def _spelt(disk: Disk, folder: str, parts: list[str]) -> Iterator[str]:
    wanted = Kind.FOLDER if len(parts) > 1 else Kind.FILE
    for path, kind in _below(folder, disk.entries(folder)):
        if kind is wanted and unicodedata.normalize("NFC", path.rpartition("/")[2]) == parts[0]:
            if kind is Kind.FILE:
                yield path
            else:
                yield from _spelt(disk, path, parts[1:])


def _below(folder: str, entries: list[Entry]) -> list[tuple[str, Kind]]:
    prefix = f"{folder}/" if folder else ""
    return [(prefix + entry.name, entry.kind) for entry in entries if is_visible(entry.name)]


def is_visible(name: str) -> bool:
    """Hidden names (with them `.` and `..`) and other people's packages are nobody's handbook."""
    return not name.startswith(".") and name != "node_modules"


def _refusal(path: str, document_id: str, kind: Kind) -> str | None:
    if kind is Kind.LINK:
        return "a symlink: not followed"
    if kind is Kind.SPECIAL:
        return "a special file: not read"
    if _is_unspeakable(path) and (kind is Kind.FOLDER or is_markdown(path)):
        return "a name that is not valid UTF-8, or has control characters in it: rename it"
    if _is_too_long(document_id) and (kind is Kind.FOLDER or is_markdown(path)):
        return f"a path longer than {MOST_BYTES_OF_AN_ID} bytes: shorten it"
    return None


def _is_too_long(document_id: str) -> bool:
    return len(document_id.encode(errors="surrogatepass")) > MOST_BYTES_OF_AN_ID


def _is_unspeakable(name: str) -> bool:
    """Bytes that are not UTF-8 reach Python as lone surrogates."""
    return any(unicodedata.category(character) in {"Cc", "Cs"} for character in name)


def _printable(path: str) -> str:
    return repr(os.fsencode(path)) if _is_unspeakable(path) else path


def _kind(entry: os.DirEntry[str]) -> Kind:
    if entry.is_symlink():
        return Kind.LINK
    if entry.is_dir(follow_symlinks=False):
        return Kind.FOLDER
    return Kind.FILE if entry.is_file(follow_symlinks=False) else Kind.SPECIAL
