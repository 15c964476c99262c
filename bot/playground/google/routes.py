"""Which path is answered by whom, and with which scopes. Any one of them will do."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from bot.playground.google import directory_api, drive_api, tokens
from bot.playground.google.call import Call
from bot.playground.loopback.replies import Reply

Handler = Callable[[Call], Reply]

DRIVE: Final = "/drive/v3"
DIRECTORY: Final = "/admin/directory/v1"
LOOKING: Final = frozenset({tokens.DRIVE, tokens.DRIVE_READ, tokens.DRIVE_METADATA})
READING: Final = frozenset({tokens.DRIVE, tokens.DRIVE_READ})
SHARING: Final = frozenset({tokens.DRIVE})


@dataclass(frozen=True)
class EndPoint:
    method: str
    path: str
    handler: Handler
    scopes: frozenset[str]
    media: bool = False  # asked for with alt=media, it takes more than looking


def _directory(path: str, handler: Handler, *scopes: str) -> EndPoint:
    return EndPoint("GET", f"{DIRECTORY}{path}", handler, frozenset(scopes))


ROUTES: Final = (
    EndPoint("GET", f"{DRIVE}/files", drive_api.files, LOOKING),
    EndPoint("GET", f"{DRIVE}/files/{{id}}", drive_api.file, LOOKING, media=True),
    EndPoint("GET", f"{DRIVE}/files/{{id}}/export", drive_api.export, READING),
    EndPoint("GET", f"{DRIVE}/files/{{id}}/permissions", drive_api.permissions, LOOKING),
    EndPoint("POST", f"{DRIVE}/files/{{id}}/permissions", drive_api.create_permission, SHARING),
    EndPoint("GET", f"{DRIVE}/files/{{id}}/permissions/{{permission}}", drive_api.permission, LOOKING),
    EndPoint("GET", f"{DRIVE}/drives", drive_api.drives, READING),
    EndPoint("GET", f"{DRIVE}/drives/{{id}}", drive_api.drive, READING),
    EndPoint("GET", f"{DRIVE}/changes/startPageToken", drive_api.start_page_token, LOOKING),
    EndPoint("GET", f"{DRIVE}/changes", drive_api.changed, LOOKING),
    EndPoint("GET", "/feeds/download/{kind}/export/Export", drive_api.export_link, READING),
    _directory("/users", directory_api.users, tokens.USERS_READ),
    _directory("/users/{key}", directory_api.user, tokens.USERS_READ),
    _directory("/groups", directory_api.groups, tokens.GROUPS_READ),
    _directory("/groups/{key}", directory_api.group, tokens.GROUPS_READ),
    _directory("/groups/{key}/members", directory_api.members, tokens.MEMBERS_READ, tokens.GROUPS_READ),
    _directory("/customer/{customer}/orgunits", directory_api.org_units, tokens.ORG_UNITS_READ),
)
WRITING: Final = frozenset((each.method, each.path) for each in ROUTES if each.handler is drive_api.create_permission)
