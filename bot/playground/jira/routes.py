"""Which path is answered by whom, and which scopes its token needs. Granular ones, or a classic one instead."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from bot.playground.jira import api
from bot.playground.jira.call import Call
from bot.playground.loopback.replies import Reply

Handler = Callable[[Call], Reply]
V3: Final = "/rest/api/3"


@dataclass(frozen=True)
class EndPoint:
    method: str
    path: str
    handler: Handler
    scopes: tuple[frozenset[str], ...]  # any one of these sets
    writes: bool = False


def _route(method: str, path: str, handler: Handler, *scopes: str, writes: bool = False) -> EndPoint:
    return EndPoint(method, V3 + path, handler, tuple(frozenset(each.split()) for each in scopes), writes)


WORK: Final = "read:jira-work"
USER: Final = "read:jira-user"
WRITE: Final = "write:jira-work"

ROUTES: Final = (
    _route("GET", "/myself", api.myself, USER, "read:user:jira"),
    _route("GET", "/user/search", api.users, USER, "read:user:jira"),
    _route("POST", "/permissions/check", api.check_permissions, WORK, "read:permission:jira"),
    _route("GET", "/project/{key}", api.project, WORK, "read:project:jira"),
    _route("GET", "/issue/createmeta/{key}/issuetypes", api.issue_types, WORK, "read:issue-meta:jira"),
    _route("POST", "/issue", api.create_issue, WRITE, "write:issue:jira", writes=True),
    _route("GET", "/issue/{key}", api.issue, WORK, "read:issue:jira"),
    _route("GET", "/issue/{key}/properties/{property}", api.property_of_issue, WORK, "read:issue.property:jira"),
    _route("GET", "/issue/{key}/comment", api.comments, WORK, "read:comment:jira"),
    _route("POST", "/issue/{key}/comment", api.create_comment, WRITE, "write:comment:jira", writes=True),
    _route("GET", "/comment/{id}/properties/{property}", api.property_of_comment, WORK, "read:comment.property:jira"),
    _route("GET", "/search/jql", api.search, WORK, "read:issue-details:jira"),
    _route("GET", "/search", api.old_search, WORK),
)
