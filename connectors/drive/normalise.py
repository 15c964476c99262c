"""What Drive says of one file, as a place in the tree and as a document. Pure. Ids are ids, never names."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import Final, NamedTuple

from connectors.drive.wire import File
from connectors.model import Node, OwnedLayer, SourceDocument

FILE: Final = "file"
FOLDER: Final = "folder"
DRIVE: Final = "drive"
SHORTCUT_TYPE: Final = "application/vnd.google-apps.shortcut"
FOLDER_TYPE: Final = "application/vnd.google-apps.folder"
NAME_ONLY: Final = "name-only"
LONGEST_SHOWN: Final = 300
MARKDOWN: Final = "text/markdown"
_OFFICE: Final = "application/vnd.openxmlformats-officedocument"
XLSX: Final = f"{_OFFICE}.spreadsheetml.sheet"
PPTX: Final = f"{_OFFICE}.presentationml.presentation"
DOCX: Final = f"{_OFFICE}.wordprocessingml.document"
EXPORTED: Final[Mapping[str, str]] = {"docs": MARKDOWN, "sheets": XLSX, "slides": PPTX}
_TYPES: Final[Mapping[str, str]] = {
    "application/vnd.google-apps.document": "docs",
    "application/vnd.google-apps.spreadsheet": "sheets",
    "application/vnd.google-apps.presentation": "slides",
    "application/pdf": "pdf",
    DOCX: "docx",
    XLSX: "xlsx",
    PPTX: "pptx",
    MARKDOWN: "markdown",
    "text/x-markdown": "markdown",
    "text/plain": "text",
    "text/csv": "csv",
}
_ENDINGS: Final[Mapping[str, str]] = {
    "pdf": "pdf",
    "docx": "docx",
    "xlsx": "xlsx",
    "pptx": "pptx",
    "md": "markdown",
    "markdown": "markdown",
    "txt": "text",
    "csv": "csv",
}
_VAGUE: Final = frozenset({"application/octet-stream", "text/plain", "application/zip"})
_KINDS: Final[Mapping[str, str]] = {
    "docs": "document",
    "pdf": "pdf",
    "docx": "document",
    "sheets": "spreadsheet",
    "xlsx": "spreadsheet",
    "csv": "spreadsheet",
    "slides": "presentation",
    "pptx": "presentation",
}


class Log(NamedTuple):
    """What lies in one place: a shared drive, or what is somebody's own. `who`: for whom it is read."""

    name: str
    who: str | None
    drive: str | None  # its id
    place: str

    @property
    def is_one_of_many(self) -> bool:
        """Somebody's own. That one of them has no Drive is nobody else's business."""
        return self.drive is None and self.who is not None

    @property
    def query(self) -> str:
        whose = "'me' in owners and " if self.is_one_of_many else ""
        return f"{whose}trashed = false"

    def holds(self, file: File) -> bool:
        """Whoever sees somebody else's file does not tell us where it lies."""
        if self.drive is not None:
            return file.drive_id == self.drive
        return file.drive_id is None and (file.owned_by_me or not self.is_one_of_many)

    def is_said_to_hold(self, file: File) -> bool:
        """By what somebody else is told of it."""
        owners = {one.email_address.lower() for one in file.owners if one.email_address is not None}
        return file.drive_id == self.drive and (
            self.who is None or not self.is_one_of_many or self.who.lower() in owners
        )


class Entry(NamedTuple):
    """One file or folder as it is listed in a log, under our ids."""

    id: str
    parent: str
    log: Log
    file: File

    @property
    def is_folder(self) -> bool:
        return self.file.mime_type == FOLDER_TYPE

    @property
    def number(self) -> str:
        return self.file.id

    @property
    def type(self) -> str | None:
        """One of those that can be read at all."""
        return type_of(self.file)

    @property
    def is_hidden_from_us(self) -> bool:
        return self.file.capabilities.can_access_via_gen_ai is False

    @property
    def label(self) -> str:
        """What its text hangs on, and nothing else: where it lies, and who may read it, makes no new version."""
        file = self.file
        said = [file.name, file.mime_type, file.md5_checksum or str(file.modified_time), self.log.place]
        hashed = hashlib.sha256(json.dumps(said).encode()).hexdigest()[:24]
        return f"{NAME_ONLY} {hashed}" if is_withheld(file) else hashed


def entry(log: Log, file: File) -> Entry:
    kind = FOLDER if file.mime_type == FOLDER_TYPE else FILE
    above = file.parents[0] if file.parents else None
    if above is None or above == file.drive_id:
        return Entry(f"{kind}:{file.id}", log.name, log, file)
    return Entry(f"{kind}:{file.id}", f"{FOLDER}:{above}", log, file)


def entries(log: Log, files: Iterable[File]) -> list[Entry]:
    """Those that are this log's to tell of. A shortcut is none: what it leads to has a place of its own."""
    return [entry(log, file) for file in files if log.holds(file) and file.mime_type != SHORTCUT_TYPE]


def type_of(file: File) -> str | None:
    if file.mime_type in _VAGUE:
        return _ENDINGS.get(file.name.rpartition(".")[2].lower(), _TYPES.get(file.mime_type))
    return _TYPES.get(file.mime_type)


def is_withheld(file: File) -> bool:
    """Readers may look at it, and take nothing away."""
    return (
        file.capabilities.can_download is not True
        or file.copy_requires_writer_permission
        or file.download_restrictions.effective_download_restriction_with_context.restricted_for_readers
    )


def is_name_only(label: str | None) -> bool:
    return label is not None and label.startswith(NAME_ONLY)


def number(our_id: str) -> str:
    return our_id.partition(":")[2]


def kind(our_id: str) -> str:
    return our_id.partition(":")[0]


def document(site: str, found: Entry, text: str, access: tuple[OwnedLayer, ...]) -> SourceDocument:
    title, place = _cut(found.file.name), _cut(found.log.place)
    url = f"{site}/open?id={found.number}"
    own_kind = _KINDS.get(found.type or "", FILE)
    seen = [title, url, place, own_kind, text]
    return SourceDocument(
        id=found.id,
        title=title,
        url=url,
        updated=found.file.modified_time,
        place=place,
        kind=own_kind,
        version=hashlib.sha256(json.dumps(seen).encode()).hexdigest()[:32],
        label=found.label,
        text=text,
        access=access,
    )


# -- nodes: whose log they are in, and of a folder what its readers hung on when all below it was last read -------------


def node(found: Entry, *, state: str | None = None) -> Node:
    label = found.log.name if state is None else f"{found.log.name} {state}"
    return Node(id=found.id, kind=kind(found.id), parent=found.parent, label=label)


def log_of(known: Node) -> str:
    return (known.label or "").partition(" ")[0]


def state(found: Entry, readers: OwnedLayer) -> str:
    said = [found.parent, found.file.inherited_permissions_disabled, readers.node]
    return hashlib.sha256(json.dumps(said).encode()).hexdigest()[:24]


def drive_node(log: Log, readers: OwnedLayer) -> Node:
    """A shared drive with its members."""
    return Node(id=log.name, kind=DRIVE, label=f"{log.name} {readers.node}")


def _cut(text: str) -> str:
    shown = "".join(filter(str.isprintable, " ".join(text.split()))) or "Untitled"
    return shown if len(shown) <= LONGEST_SHOWN else shown[: LONGEST_SHOWN - 1].rstrip() + "…"
