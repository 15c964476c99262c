"""What a Jira site is made of. Values and their places; no rule of who may see or do what."""

from dataclasses import dataclass, field
from typing import Any, Final

Json = dict[str, Any]

BROWSE: Final = "BROWSE_PROJECTS"
CREATE: Final = "CREATE_ISSUES"
COMMENT: Final = "ADD_COMMENTS"
PERMISSIONS: Final = (BROWSE, CREATE, COMMENT)
LICENSED: Final = "licensed"  # as a holder of a permission: everybody who may use the site
TYPES: Final = ("Task", "Bug", "Story")
MOST_OF_A_SUMMARY: Final = 255
MOST_OF_A_TEXT: Final = 32_767


@dataclass
class Project:
    id: str
    key: str
    name: str
    types: tuple[str, ...] = TYPES
    holders: dict[str, set[str]] = field(
        default_factory=dict
    )  # of each permission: accounts, groups by id, or LICENSED
    issues: int = 0  # ever made


@dataclass
class Comment:
    id: str
    author_id: str
    body: Json  # the document, as it was sent
    created: float
    properties: dict[str, Any] = field(default_factory=dict)


@dataclass
class Issue:
    """`only`: whom its security level lets in, by account; None: whoever may browse the project. `former`: the keys that it
    had, by which it is still found.
    """

    id: str
    key: str
    project_id: str
    type: str
    summary: str
    description: Json | None
    creator_id: str
    created: float
    labels: list[str] = field(default_factory=list)
    properties: dict[str, Any] = field(default_factory=dict)
    comments: list[Comment] = field(default_factory=list)
    only: frozenset[str] | None = None
    former: set[str] = field(default_factory=set)
