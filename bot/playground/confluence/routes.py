"""Which path is answered by whom, and which scopes its token needs. Granular ones, or a classic one instead."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from bot.playground.confluence import v1, v2
from bot.playground.confluence.call import Call
from bot.playground.loopback.replies import Reply

Handler = Callable[[Call], Reply]


@dataclass(frozen=True)
class EndPoint:
    method: str
    path: str
    handler: Handler
    scopes: tuple[frozenset[str], ...]  # any one of these sets


def _route(method: str, path: str, handler: Handler, *scopes: str) -> EndPoint:
    return EndPoint(method, path, handler, tuple(frozenset(each.split()) for each in scopes))


PAGE: Final = ("read:page:confluence", "read:confluence-content.all")
SPACE: Final = ("read:space:confluence", "read:confluence-space.summary")
ATTACHMENT: Final = ("read:attachment:confluence", "read:confluence-content.all")
DOWNLOAD: Final = ("read:attachment:confluence", "readonly:content.attachment:confluence")
COMMENT: Final = ("read:comment:confluence", "read:confluence-content.all")
LABEL: Final = ("read:label:confluence", "read:confluence-content.all")
RESTRICTION: Final = ("read:content.restriction:confluence", "read:confluence-content.all")
CHECK: Final = ("read:content.permission:confluence", "read:confluence-content.permission")
GROUP: Final = ("read:group:confluence", "read:confluence-groups")
MEMBERS: Final = ("read:group:confluence read:user:confluence", "read:confluence-groups")
USER: Final = ("read:user:confluence", "read:confluence-user")
WRITE: Final = ("write:page:confluence", "write:confluence-content")
WRITE_COMMENT: Final = ("write:comment:confluence", "write:confluence-content")

V1: Final = "/wiki/rest/api"
V2: Final = "/wiki/api/v2"

ROUTES: Final = (
    _route("GET", f"{V2}/spaces", v2.spaces, *SPACE),
    _route("GET", f"{V2}/spaces/{{id}}", v2.space, *SPACE),
    _route("GET", f"{V2}/spaces/{{id}}/permissions", v2.permissions, *SPACE),
    _route("GET", f"{V2}/spaces/{{id}}/role-assignments", v2.role_assignments, *SPACE),
    _route("GET", f"{V2}/spaces/{{id}}/pages", v2.pages_in_space, *PAGE),
    _route("GET", f"{V2}/spaces/{{id}}/blogposts", v2.blogposts_in_space, *PAGE),
    _route("GET", f"{V2}/pages", v2.pages, *PAGE),
    _route("POST", f"{V2}/pages", v2.create_page, *WRITE),
    _route("GET", f"{V2}/pages/{{id}}", v2.page, *PAGE),
    _route("GET", f"{V2}/blogposts", v2.blogposts, *PAGE),
    _route("GET", f"{V2}/blogposts/{{id}}", v2.blogpost, *PAGE),
    *(
        _route("GET", f"{V2}/{kind}/{{id}}/{part}", handler, *scopes)
        for kind in ("pages", "blogposts")
        for part, handler, scopes in (
            ("attachments", v2.attachments_of, ATTACHMENT),
            ("footer-comments", v2.footer_comments_of, COMMENT),
            ("inline-comments", v2.inline_comments_of, COMMENT),
            ("labels", v2.labels_of, LABEL),
        )
    ),
    _route("GET", f"{V2}/spaces/{{id}}/content/labels", v2.labels_in_space, *LABEL),
    _route("GET", f"{V2}/labels/{{id}}/pages", v2.pages_labelled, *PAGE),
    _route("GET", f"{V2}/labels/{{id}}/blogposts", v2.blogposts_labelled, *PAGE),
    _route("GET", f"{V2}/pages/{{id}}/ancestors", v2.ancestors, *PAGE),
    *(
        route
        for plural, kind in v2.PATHS.items()
        for route in (
            _route("GET", f"{V2}/{plural}/{{id}}", v2.folder, f"read:{kind}:confluence", "read:confluence-content.all"),
            _route("GET", f"{V2}/{plural}/{{id}}/ancestors", v2.ancestors, f"read:{kind}:confluence", *PAGE),
        )
    ),
    _route("GET", f"{V2}/attachments", v2.attachments, *ATTACHMENT),
    _route("GET", f"{V2}/attachments/{{id}}", v2.attachment, *ATTACHMENT),
    _route("GET", f"{V2}/footer-comments", v2.footer_comments, *COMMENT),
    _route("POST", f"{V2}/footer-comments", v2.create_footer_comment, *WRITE_COMMENT),
    _route("GET", f"{V2}/footer-comments/{{id}}", v2.comment, *COMMENT),
    _route("GET", f"{V2}/footer-comments/{{id}}/children", v2.replies, *COMMENT),
    _route("GET", f"{V2}/inline-comments", v2.inline_comments, *COMMENT),
    _route("GET", f"{V2}/inline-comments/{{id}}", v2.comment, *COMMENT),
    _route("GET", f"{V2}/inline-comments/{{id}}/children", v2.replies, *COMMENT),
    _route("POST", f"{V2}/users-bulk", v2.users_bulk, *USER),
    _route("GET", f"{V1}/content/{{id}}/restriction/byOperation", v1.restrictions, *RESTRICTION),
    _route("GET", f"{V1}/content/{{id}}/restriction/byOperation/{{operation}}", v1.restriction, *RESTRICTION),
    _route("POST", f"{V1}/content/{{id}}/permission/check", v1.permission_check, *CHECK),
    _route("GET", f"{V1}/content/{{id}}/child/attachment/{{attachment}}/download", v1.download, *DOWNLOAD),
    _route("GET", "/wiki/download/attachments/{id}/{filename}", v1.download_by_name, *DOWNLOAD),
    _route("POST", f"{V1}/content", v1.create_content, "write:content:confluence", "write:confluence-content"),
    _route("GET", f"{V1}/space/{{key}}", v1.space, *SPACE),
    _route("GET", f"{V1}/group", v1.groups, *GROUP),
    _route("GET", f"{V1}/group/{{id}}/membersByGroupId", v1.members, *MEMBERS),
    _route("GET", f"{V1}/user", v1.user, *USER),
    _route("GET", f"{V1}/user/current", v1.current_user, *USER),
)
WRITING: Final = frozenset(
    (each.method, each.path)
    for each in ROUTES
    if each.handler in (v2.create_page, v2.create_footer_comment, v1.create_content)
)
