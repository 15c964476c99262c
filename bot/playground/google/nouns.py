"""What a Google Workspace is made of. Values and their places; no rule of who may read them."""

from dataclasses import dataclass, field
from typing import Final, Literal

Role = Literal["owner", "organizer", "fileOrganizer", "writer", "commenter", "reader"]
PrincipalType = Literal["user", "group", "domain", "anyone"]
Principal = tuple[PrincipalType, str]  # and the id of the user or group, the name of the domain, or nothing

RANK: Final[tuple[Role, ...]] = ("reader", "commenter", "writer", "fileOrganizer", "organizer", "owner")  # least first

FOLDER: Final = "application/vnd.google-apps.folder"
SHORTCUT: Final = "application/vnd.google-apps.shortcut"
DOC: Final = "application/vnd.google-apps.document"
SHEET: Final = "application/vnd.google-apps.spreadsheet"
SLIDES: Final = "application/vnd.google-apps.presentation"
NO_DOCUMENT: Final = frozenset({FOLDER, SHORTCUT})  # what says nothing by itself

MARKDOWN: Final = "text/markdown"
PDF: Final = "application/pdf"
DOCX: Final = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PPTX: Final = "application/vnd.openxmlformats-officedocument.presentationml.presentation"

EVERYBODY: Final = "customer"  # as a member of a group: every user of the domain


@dataclass
class User:
    """An account at Google. ``external``: of another company, so that no directory of ours lists it."""

    id: str
    email: str
    name: str
    aliases: list[str] = field(default_factory=list)
    org_unit: str = "/"
    suspended: bool = False
    admin: bool = False
    external: bool = False
    deleted: bool = False
    program: bool = False  # a service account
    root_id: str = ""  # of its My Drive

    @property
    def active(self) -> bool:
        return not (self.suspended or self.deleted)


@dataclass
class Group:
    """Its members are users, groups or everybody, by id."""

    id: str
    email: str
    name: str
    aliases: list[str] = field(default_factory=list)
    members: dict[str, str] = field(default_factory=dict)  # and their role in it: MEMBER, MANAGER, OWNER
    deleted: bool = False


@dataclass(frozen=True)
class Grant:
    """One permission, where it was given. A principal may have gone since."""

    principal: Principal
    role: Role
    expires: float | None = None  # seconds since 1970
    discoverable: bool = True  # of a domain or of anyone; otherwise only who has the link may
    pending_owner: bool = False
    view: str = ""  # "published": not of the file itself

    def live(self, now: float) -> bool:
        return self.expires is None or now < self.expires

    @property
    def by_link(self) -> bool:
        return self.principal[0] in {"domain", "anyone"} and not self.discoverable


@dataclass
class SharedDrive:
    """Its id is that of its topmost folder."""

    id: str
    name: str
    created: float
    members: list[Grant] = field(default_factory=list)


@dataclass
class File:
    """Or a folder, or a shortcut. ``order``: how many were made before."""

    id: str
    order: int
    name: str
    mime_type: str
    created: float
    modified: float
    editor_id: str
    parent_id: str | None = None  # None: the topmost folder of a My Drive or of a shared drive
    drive_id: str | None = None  # None: in somebody's My Drive
    owner_id: str | None = None  # None: in a shared drive, which owns it
    grants: list[Grant] = field(default_factory=list)  # its own
    limited: bool = False  # a folder that does not inherit
    data: bytes = b""
    exports: dict[str, bytes] = field(default_factory=dict)  # of what Google keeps in a form of its own
    target_id: str | None = None  # of a shortcut
    trashed: bool = False  # itself, not by what it lies in
    trashed_at: float | None = None
    copy_requires_writer: bool = False
    gen_ai: bool = True  # whether assistants may use it
    version: int = 1
    children: set[str] = field(default_factory=set)

    @property
    def is_folder(self) -> bool:
        return self.mime_type == FOLDER


@dataclass(frozen=True)
class Mail:
    """That a file was shared."""

    to: str
    file_id: str
    role: Role
    by: str
