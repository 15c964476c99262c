"""What Jira's API says, as far as we rely on it. Unknown fields are nothing to us; a known one that is missing or of another
form makes the whole answer not understood.
"""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, RootModel, StrictBool
from pydantic.alias_generators import to_camel


class Payload(BaseModel):
    model_config = ConfigDict(
        frozen=True, extra="ignore", alias_generator=to_camel, populate_by_name=True, coerce_numbers_to_str=True
    )


Id = Annotated[str, Field(pattern=r"^\d{1,32}$")]
Key = Annotated[str, Field(pattern=r"^[A-Z][A-Z0-9_]{0,63}-\d{1,12}$")]
AccountId = Annotated[str, Field(min_length=1, max_length=200)]


class User(Payload):
    """`email_address` is missing where its owner hides it."""

    account_id: AccountId
    account_type: str = ""
    active: StrictBool = False
    email_address: str | None = None


class Users(RootModel[tuple[User, ...]]):
    pass


class Project(Payload):
    id: Id
    key: str
    name: str


class IssueType(Payload):
    id: Id
    name: str
    subtask: StrictBool = False


class IssueTypes(Payload):
    issue_types: tuple[IssueType, ...]


class Permitted(Payload):
    permission: str
    projects: tuple[Id, ...] = ()
    issues: tuple[Id, ...] = ()


class Permissions(Payload):
    project_permissions: tuple[Permitted, ...]


class Fields(Payload):
    summary: str


class Issue(Payload):
    id: Id
    key: Key
    fields: Fields


class Mark(Payload):
    """What we leave on whatever we make: by it we know our own again, and whom it was for."""

    nonce: str
    account: str = ""


class Marks(Payload):
    footnote: Mark | None = None


class Found(Payload):
    id: Id
    key: Key
    properties: Marks = Marks()


class FoundPage(Payload):
    issues: tuple[Found, ...]
    next_page_token: str | None = None


class Property(Payload):
    value: Mark


class Made(Payload):
    """An issue has a key, a comment has none."""

    id: Id
    key: Key | None = None


class Comment(Payload):
    id: Id
    author: User


class Comments(Payload):
    comments: tuple[Comment, ...]
    total: int


class Refusal(Payload):
    error_messages: tuple[str, ...] = ()
    errors: dict[str, str] = {}
