"""What Confluence's API says, as far as we rely on it. Unknown fields are nothing to us; a known one that is missing or of
another form makes the whole answer not understood.
"""

from enum import StrEnum
from typing import Annotated, Generic, Literal, TypeVar

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StrictBool
from pydantic.alias_generators import to_camel


class Payload(BaseModel):
    model_config = ConfigDict(
        frozen=True, extra="ignore", alias_generator=to_camel, populate_by_name=True, coerce_numbers_to_str=True
    )


Item = TypeVar("Item", bound=Payload)
Id = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$")]
PrincipalId = Annotated[str, Field(min_length=1, max_length=200)]


class Links(Payload):
    next: str | None = None
    webui: str | None = None


class Listing(Payload, Generic[Item]):
    """A page of v2's listings. Without results it may still have a next one."""

    results: tuple[Item, ...]
    links: Links = Field(default=Links(), alias="_links")


class Slice(Payload, Generic[Item]):
    """A page of v1's listings."""

    results: tuple[Item, ...]
    limit: int | None = None
    size: int | None = None


class Version(Payload):
    number: int
    created_at: AwareDatetime | None = None
    author_id: str | None = None


class Storage(Payload):
    value: str


class Body(Payload):
    storage: Storage | None = None


class Space(Payload):
    id: Id
    key: str
    name: str
    homepage_id: Id | None = None


class Content(Payload):
    """A page or a blog post."""

    id: Id
    status: str
    title: str
    space_id: Id
    parent_id: Id | None = None
    parent_type: str | None = None
    author_id: str | None = None
    version: Version
    body: Body | None = None
    links: Links = Field(default=Links(), alias="_links")

    @property
    def storage(self) -> str | None:
        return self.body.storage.value if self.body and self.body.storage else None


class Attachment(Payload):
    id: Id
    status: str
    title: str
    page_id: Id | None = None
    blog_post_id: Id | None = None
    media_type: str = ""
    file_size: int | None = None
    version: Version


class Comment(Payload):
    id: Id
    status: str
    title: str = ""
    page_id: Id | None = None
    blog_post_id: Id | None = None
    parent_comment_id: Id | None = None
    version: Version
    body: Body | None = None

    @property
    def storage(self) -> str | None:
        return self.body.storage.value if self.body and self.body.storage else None


Thing = Content | Attachment | Comment


class Kind(StrEnum):
    """What the API lists by itself."""

    PAGE = "page"
    BLOGPOST = "blogpost"
    ATTACHMENT = "attachment"
    FOOTER = "footer"
    INLINE = "inline"


class Ancestor(Payload):
    id: Id
    type: str


class Label(Payload):
    id: str
    name: str
    prefix: str = "global"


# -- access ------------------------------------------------------------------------------------------------------------


class Subject(Payload):
    type: str
    id: PrincipalId


class Operation(Payload):
    key: str
    target_type: str


class SpacePermission(Payload):
    principal: Subject
    operation: Operation


class RoleSubject(Payload):
    principal_type: str
    principal_id: PrincipalId


class RoleAssignment(Payload):
    principal: RoleSubject
    role_id: PrincipalId


class V1Operation(Payload):
    operation: str
    target_type: str


class V1SpacePermission(Payload):
    operation: V1Operation
    anonymous_access: StrictBool


class V1Space(Payload):
    permissions: tuple[V1SpacePermission, ...]


class RestrictedUser(Payload):
    """An app's account is one too; of somebody who is gone not even the account may be left."""

    account_id: str | None = None
    account_type: str | None = None


class RestrictedGroup(Payload):
    id: str | None = None


class RestrictedUsers(Payload):
    results: tuple[RestrictedUser, ...]
    limit: int | None = None


class RestrictedGroups(Payload):
    results: tuple[RestrictedGroup, ...]
    limit: int | None = None


class Restrictions(Payload):
    user: RestrictedUsers
    group: RestrictedGroups


class ReadRestriction(Payload):
    operation: Literal["read"]
    restrictions: Restrictions


class PermissionCheck(Payload):
    has_permission: StrictBool


# -- people ------------------------------------------------------------------------------------------------------------


class Group(Payload):
    id: PrincipalId
    name: str


class Member(Payload):
    """Of a group, as v1 tells. `email` may be empty, for people may hide it."""

    account_id: PrincipalId
    account_type: str = ""
    email: str | None = None
    is_external_collaborator: bool | None = None
    is_guest: bool | None = None


class User(Payload):
    """As v2 tells, of many at once."""

    account_id: PrincipalId
    account_type: str = ""
    account_status: str | None = None
    email: str | None = None
    public_name: str | None = None
    display_name: str | None = None
    is_external_collaborator: bool | None = None
    is_guest: bool | None = None


class Me(Payload):
    account_id: PrincipalId
    email: str | None = None
    display_name: str | None = None


# -- what was made -----------------------------------------------------------------------------------------------------


class Made(Payload):
    id: Id
    title: str = ""
    links: Links = Field(default=Links(), alias="_links")


class V2Error(Payload):
    title: str = ""


class Refusal(Payload):
    errors: tuple[V2Error, ...] = ()
