"""The package that an office's document is: a zip of XML. Looked through before any library opens it: how many parts, how
large they would be, and that none brings definitions of its own, of which every XML bomb is made. Nothing is unpacked to
a disk, so what a part is called does no harm.
"""

import io
import posixpath
import zipfile
import zlib
from collections.abc import Iterator
from typing import Final
from xml.parsers import expat

from connectors.files.kinds import NOT_READ, Kind
from connectors.files.nouns import Limits, Unreadable

_FOLDERS: Final = {"word/": Kind.WORD, "xl/": Kind.SHEETS, "ppt/": Kind.SLIDES}
_SMALL: Final = 1_000_000  # bytes; an empty form may be packed very well
_PART: Final = 1 << 16
_ENCRYPTED: Final = 1


class Package:
    """What is known of it, and its bytes for a library to open."""

    def __init__(self, data: bytes, names: tuple[str, ...]) -> None:
        self.data, self.names = data, names

    def __contains__(self, name: str) -> bool:
        return name in self.names

    def open(self) -> io.BytesIO:
        return io.BytesIO(self.data)

    def with_part(self, name: str, data: bytes) -> io.BytesIO:
        """With another one in its place."""
        held = io.BytesIO()
        with zipfile.ZipFile(self.open()) as ours, zipfile.ZipFile(held, "w") as theirs:
            for entry in ours.infolist():
                theirs.writestr(entry.filename, data if entry.filename == name else ours.read(entry))
        return held

    def part_if_any(self, name: str) -> bytes | None:
        return self.part(name) if name in self.names else None

    def part(self, name: str) -> bytes:
        with zipfile.ZipFile(self.open()) as package:
            return package.read(name)

    def inside(self, *beginnings: str) -> list[str]:
        return [name for name in self.names if name.startswith(beginnings) and not name.endswith("/")]

    def losses(self) -> Iterator[str]:
        """What no document needs in order to be read, and what nobody runs or opens."""
        if any(name.lower().endswith(("vbaproject.bin", "vbadata.xml")) for name in self.names):
            yield "macros, which are never run"
        if embedded := [name for name in self.names if "/embeddings/" in name or "/activeX/" in name]:
            yield _times("embedded objects", len(embedded))
        if charts := [name for name in self.names if "/charts/chart" in name and name.endswith(".xml")]:
            yield _times("charts", len(charts))
        if diagrams := [name for name in self.names if "/diagrams/data" in name]:
            yield _times("diagrams", len(diagrams))
        if any(_leads_out(name) for name in self.names):
            yield "parts that are named as if they lay elsewhere"


def opened(data: bytes, limits: Limits) -> Package | Unreadable:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            entries = package.infolist()
            reason = _too_much(entries, limits) or _harm(package, entries)
    except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError, EOFError, zlib.error) as error:
        return Unreadable(reason=f"it is damaged: {type(error).__name__}")
    return Unreadable(reason=reason) if reason else Package(data, tuple(entry.filename for entry in entries))


def kind(package: Package) -> Kind | Unreadable:
    found = {kind for folder, kind in _FOLDERS.items() if package.inside(folder)}
    if len(found) != 1 or "[Content_Types].xml" not in package:
        return NOT_READ
    return found.pop()


def _too_much(entries: list[zipfile.ZipInfo], limits: Limits) -> str | None:
    """By what it says itself; that no part is longer than it says, the reading of it sees to."""
    if len(entries) > limits.most_entries:
        return f"it has {len(entries):,} parts, more than {limits.most_entries:,}"
    total = sum(entry.file_size for entry in entries)
    if total > limits.most_expanded_bytes:
        return f"it would expand to {total:,} bytes, more than {limits.most_expanded_bytes:,}"
    for entry in entries:
        if entry.file_size > _SMALL and entry.file_size > limits.most_ratio * max(1, entry.compress_size):
            return f"a part of it expands more than {limits.most_ratio}-fold"
    if len({entry.filename for entry in entries}) < len(entries):
        return "it holds two parts of one name"
    return None


def _harm(package: zipfile.ZipFile, entries: list[zipfile.ZipInfo]) -> str | None:
    for entry in entries:
        if entry.flag_bits & _ENCRYPTED:
            return "it is protected by a password"
        if _defines_something(package, entry):
            return "it brings definitions of its own (a DTD), as no office writes them"
    return None


class _DefinitionsError(Exception):
    """A document type."""


def _defines_something(package: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bool:
    """As a parser sees it, in whatever encoding and under whatever name; what is no XML ends at its first byte, and what
    is not well-formed is for the library to refuse.
    """

    def refuse(*_: object) -> None:
        raise _DefinitionsError

    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = refuse
    with package.open(entry) as part:
        try:
            while found := part.read(_PART):
                parser.Parse(found)
            parser.Parse(b"", True)
        except _DefinitionsError:
            return True
        except expat.ExpatError:
            return False
    return False


def _leads_out(name: str) -> bool:
    return name.startswith(("/", "\\")) or ":" in name or ".." in posixpath.normpath(name.replace("\\", "/")).split("/")


def _times(what: str, times: int) -> str:
    return what if times == 1 else f"{what} ({times} times)"
