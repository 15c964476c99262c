"""What Drive's and the Directory's APIs say, as far as we rely on it. Unknown fields are nothing to us; a known one that is
missing or of another form makes the whole answer not understood.
"""

from collections.abc import Mapping
from typing import Annotated, Final

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StrictBool
from pydantic.alias_generators import to_camel


class Payload(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", alias_generator=to_camel, populate_by_name=True)


Id = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,128}$")]
Text = Annotated[str, Field(max_length=2000)]

PERMISSION: Final = "type,role,emailAddress,domain,allowFileDiscovery,deleted,pendingOwner,view,expirationTime"
FILE: Final = (
    "id,name,mimeType,parents,trashed,driveId,ownedByMe,owners(emailAddress),modifiedTime,size,md5Checksum,exportLinks,"
    "copyRequiresWriterPermission,inheritedPermissionsDisabled,"
    "downloadRestrictions,"
    "capabilities(canDownload,canAccessViaGenAi)"
)
SHAREABLE: Final = "id,name,trashed,driveId,webViewLink,capabilities(canShare)"

SHARED_FILE: Final = f"{FILE},permissions({PERMISSION})"  # which nothing in a shared drive tells


class Token(Payload):
    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)  # as the standard spells it

    access_token: Annotated[str, Field(min_length=1, repr=False)]
    expires_in: int = Field(gt=0)


# -- files -------------------------------------------------------------------------------------------------------------


class Permission(Payload):
    type: str
    role: str
    email_address: str | None = None
    domain: str | None = None
    allow_file_discovery: StrictBool | None = None
    deleted: StrictBool = False
    pending_owner: StrictBool = False
    view: str | None = None
    expiration_time: AwareDatetime | None = None


class Permissions(Payload):
    permissions: tuple[Permission, ...]
    next_page_token: str | None = None


class Capabilities(Payload):
    """Of whoever asks."""

    can_download: StrictBool | None = None
    can_access_via_gen_ai: StrictBool | None = None


class Restriction(Payload):
    restricted_for_readers: StrictBool = False


class Restrictions(Payload):
    effective_download_restriction_with_context: Restriction = Restriction()


class MayShare(Payload):
    can_share: StrictBool = False


class Shareable(Payload):
    """A file, as whoever wants to share it sees it."""

    id: Id
    name: str
    trashed: StrictBool
    drive_id: Id | None = None
    web_view_link: str = ""
    capabilities: MayShare = MayShare()


class Shared(Payload):
    id: str


class Owner(Payload):
    email_address: str | None = None


class File(Payload):
    """Of what is no file at all the API makes one too: folders, shortcuts."""

    id: Id
    name: str
    mime_type: str
    trashed: StrictBool
    parents: tuple[Id, ...] = ()
    drive_id: Id | None = None
    owned_by_me: StrictBool = False
    owners: tuple[Owner, ...] = ()
    modified_time: AwareDatetime | None = None
    size: int | None = None
    md5_checksum: str | None = None
    copy_requires_writer_permission: StrictBool = False
    inherited_permissions_disabled: StrictBool = False
    download_restrictions: Restrictions = Restrictions()
    capabilities: Capabilities = Capabilities()
    export_links: Mapping[str, str] = Field(default_factory=dict)
    permissions: tuple[Permission, ...] | None = None


class Files(Payload):
    files: tuple[File, ...]
    next_page_token: str | None = None
    incomplete_search: StrictBool = False


class Drive(Payload):
    id: Id
    name: str


class Change(Payload):
    """Of a file that is gone, or gone for whoever asks, only the id."""

    change_type: str
    removed: StrictBool = False
    file_id: Id | None = None
    drive_id: Id | None = None
    file: File | None = None


class Changes(Payload):
    changes: tuple[Change, ...]
    next_page_token: str | None = None
    new_start_page_token: str | None = None


class StartPageToken(Payload):
    start_page_token: str


# -- people ------------------------------------------------------------------------------------------------------------


class User(Payload):
    id: Text
    primary_email: Text
    aliases: tuple[Text, ...] = ()
    non_editable_aliases: tuple[Text, ...] = ()
    suspended: StrictBool = False
    archived: StrictBool = False
    org_unit_path: str = "/"

    @property
    def addresses(self) -> tuple[str, ...]:
        return (self.primary_email, *self.aliases, *self.non_editable_aliases)


class Users(Payload):
    """Without any there may be no list at all."""

    users: tuple[User, ...] = ()
    next_page_token: str | None = None


class Group(Payload):
    id: Text
    email: Text
    aliases: tuple[Text, ...] = ()
    non_editable_aliases: tuple[Text, ...] = ()

    @property
    def addresses(self) -> tuple[str, ...]:
        return (self.email, *self.aliases, *self.non_editable_aliases)


class Groups(Payload):
    groups: tuple[Group, ...] = ()
    next_page_token: str | None = None


class Member(Payload):
    """Of a group. `CUSTOMER` is everybody of the company at once."""

    id: Text | None = None
    type: str
    email: str | None = None
    status: str | None = None


class Members(Payload):
    members: tuple[Member, ...] = ()
    next_page_token: str | None = None
