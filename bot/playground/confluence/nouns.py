"""What a Confluence site is made of. Values and their places; no rule of who may read them."""

from dataclasses import dataclass, field
from typing import Final, Literal

Kind = Literal["page", "blogpost", "folder", "whiteboard", "database", "embed", "attachment", "comment"]
Status = Literal["current", "archived", "trashed"]
PrincipalType = Literal["user", "group", "access-class", "role"]

FOLDERLIKE: Final = frozenset({"folder", "whiteboard", "database", "embed"})
IN_THE_TREE: Final = FOLDERLIKE | {"page"}
DOCUMENTS: Final = frozenset({"page", "blogpost", "attachment", "comment"})  # what says something by itself

ALL_LICENSED_USERS: Final = "ALL_LICENSED_USERS"
ALL_PRODUCT_ADMINS: Final = "ALL_PRODUCT_ADMINS"


@dataclass(frozen=True)
class Restriction:
    """Who alone may. Ids may be of accounts and groups that no longer exist: it is a restriction all the same."""

    users: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    apps: tuple[str, ...] = ()

    @property
    def restricts(self) -> bool:
        return bool(self.users or self.groups or self.apps)


NONE: Final = Restriction()


@dataclass(frozen=True)
class Grant:
    """A space permission: this principal may do this to that sort of thing in the space."""

    id: str
    principal_type: PrincipalType
    principal_id: str
    key: str = "read"
    target: str = "space"


@dataclass(frozen=True)
class RoleAssignment:
    role_id: str
    principal_type: PrincipalType
    principal_id: str


@dataclass
class Space:
    id: str
    key: str
    name: str
    author_id: str
    created_ms: int
    homepage_id: str | None = None
    anonymous: bool = False  # whoever reaches the site may read
    grants: list[Grant] = field(default_factory=list)
    roles: list[RoleAssignment] = field(default_factory=list)


@dataclass
class Content:
    """A page, a folder, an attachment …: whatever has an id. ``order`` is that id as a number."""

    id: str
    order: int
    kind: Kind
    space_id: str
    title: str
    author_id: str
    created_ms: int
    modified_ms: int
    editor_id: str
    parent_id: str | None = None  # in the tree
    container_id: str | None = None  # of an attachment or a comment: the page or blog post
    body: str = ""  # storage format
    version: int = 1
    message: str = ""
    status: Status = "current"
    position: int = 0
    labels: list[str] = field(default_factory=list)
    read: Restriction = NONE
    update: Restriction = NONE
    children: set[str] = field(default_factory=set)  # in the tree, whatever their status
    attachments: set[str] = field(default_factory=set)
    comments: set[str] = field(default_factory=set)
    stamp: int = 0  # moves with every change of what the API shows of it
    # an attachment's
    media_type: str = ""
    data: bytes = b""
    # a comment's
    inline: bool = False
    selection: str = ""  # what an inline comment is about
    reply_to: str | None = None
