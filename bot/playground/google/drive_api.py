"""Drive v3: files, their permissions, shared drives, and what changed. One function an endpoint."""

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from bot.playground.google import changes, sharing
from bot.playground.google.call import Call, read, written
from bot.playground.google.errors import invalid, may_not, refused
from bot.playground.google.masks import Mask, masked, within
from bot.playground.google.nouns import File, Mail, Role
from bot.playground.google.order import order
from bot.playground.google.query import parsed
from bot.playground.google.wire_drive import (
    CHANGES,
    DRIVES,
    FILES,
    GOOGLES,
    OF_A_DRIVE,
    OF_A_FILE,
    OF_A_PERMISSION,
    PERMISSIONS,
    USUAL_CHANGE,
    USUAL_DRIVE,
    USUAL_FILE,
    USUAL_PERMISSION,
    Eyes,
    drive_json,
    export_format,
    file_json,
    permission_id,
    permission_json,
)
from bot.playground.loopback.replies import Reply, as_json

Json = dict[str, Any]
MOST_FILES: Final = 1000
MOST_PERMISSIONS: Final = 100
MOST_DRIVES: Final = 100
CORPORA: Final = frozenset({"user", "drive", "domain", "allDrives"})
SHARING: Final[dict[str, Role]] = {
    "reader": "reader", "commenter": "commenter", "writer": "writer", "fileOrganizer": "fileOrganizer",
}  # fmt: skip


def eyes(call: Call) -> Eyes:
    return Eyes(call.world, call.user, call.sight, call.other_url)


# -- files


class Facts:
    def __init__(self, call: Call) -> None:
        self._call = call
        self._eyes = eyes(call)

    def me(self) -> str:
        return self._call.user.email

    def folder(self, ref: str) -> str:
        if ref == "root":
            return self._call.user.root_id
        found = self._call.google.drive.files.get(ref)
        if found is None or not self._call.sees(found):
            raise refused(404, "notFound", f"File not found: {ref}.", at="fileId")
        return ref

    def parents(self, file: File) -> Sequence[str]:
        return self._eyes.parents(file)

    def owners(self, file: File) -> Sequence[str]:
        return [self._call.google.directory.users[file.owner_id].email] if file.owner_id else []

    def writers(self, file: File) -> Sequence[str]:
        return self._holders(file, {"writer", "fileOrganizer", "organizer", "owner"})

    def readers(self, file: File) -> Sequence[str]:
        return self._holders(file, {"reader", "commenter", "writer", "fileOrganizer", "organizer", "owner"})

    def trashed(self, file: File) -> bool:
        return self._call.google.drive.is_trashed(file)

    def shared_with_me(self, file: File) -> bool:
        return file.drive_id is None and file.owner_id != self._call.user.id

    def _holders(self, file: File, roles: set[str]) -> list[str]:
        """By name: users and groups, not who is in them."""
        directory, found = self._call.google.directory, list[str]()
        for each in sharing.permissions(self._call.world, file):
            kind, name = each.principal
            if each.role in roles and not each.view and kind in {"user", "group"}:
                found.append(directory.users[name].email if kind == "user" else directory.groups[name].email)
        return found


def files(call: Call) -> Reply:
    wanted_fields = call.fields(FILES, f"kind,nextPageToken,incompleteSearch,files({USUAL_FILE})")
    wanted = parsed(call.param("q"), Facts(call))
    sorting = order(call.param("orderBy"))
    size = call.size("pageSize", default=100, most=MOST_FILES)
    corpora = _corpora(call)
    found = [each for each in _within(call, corpora) if wanted(each)]
    rest = sorting.after(found, _place(call))
    batch = rest[:size]
    body: Json = {"kind": "drive#fileList", "incompleteSearch": False}
    if len(rest) > size:
        body["nextPageToken"] = written({"asked": _asked(call), "place": sorting.place(batch[-1])})
    of_each = within(wanted_fields, "files")
    body["files"] = [file_json(eyes(call), each, of_each) for each in batch]
    return as_json(masked(body, wanted_fields))


def _corpora(call: Call) -> str:
    corpora = call.param("corpora") or ("drive" if call.param("driveId") else "user")
    if corpora not in CORPORA:
        raise invalid("corpora")
    if (corpora == "drive") != bool(call.param("driveId")):
        raise refused(400, "invalid", "The driveId parameter goes with corpora=drive, and only with it.", at="driveId")
    if corpora in {"drive", "allDrives"} and not (call.all_drives and call.including_all_drives):
        raise refused(
            400, "invalid", "Shared drives take includeItemsFromAllDrives and supportsAllDrives.", at="corpora"
        )
    return corpora


def _within(call: Call, corpora: str) -> list[File]:
    """What is listed without having been given a link, of that part of Drive."""
    everywhere = [each for each in call.google.drive.files.values() if each.parent_id is not None]
    both = call.all_drives and call.including_all_drives
    if corpora == "drive":
        drive = call.drive(call.param("driveId"))
        inside = [each for each in everywhere if each.drive_id == drive.id]
    else:
        inside = [each for each in everywhere if (both or not each.drive_id)]
    if corpora == "domain":
        inside = [each for each in inside if _is_of_the_domain(call, each)]
    return [each for each in inside if call.sight.lists(call.user, each)]


def _is_of_the_domain(call: Call, file: File) -> bool:
    everyone = {("domain", call.google.name), ("anyone", "")}
    return any(each.principal in everyone and each.discoverable for each in sharing.permissions(call.world, file))


def _asked(call: Call) -> Json:
    return {name: call.param(name) for name in ("q", "orderBy", "corpora", "driveId")}


def _place(call: Call) -> list[Any] | None:
    """A token is good for the list it was given for."""
    given = call.param("pageToken")
    if not given:
        return None
    said = read(given)
    if said.get("asked") != _asked(call) or not isinstance(said.get("place"), list):
        raise invalid("pageToken")
    return list(said["place"])


def file(call: Call) -> Reply:
    found = call.file()
    if call.param("alt") == "media":
        return _media(call, found)
    return as_json(file_json(eyes(call), found, call.fields(OF_A_FILE, USUAL_FILE)))


def _media(call: Call, found: File) -> Reply:
    if found.mime_type.startswith(GOOGLES):
        raise refused(
            403,
            "fileNotDownloadable",
            "Only files with binary content can be downloaded. Use Export with Docs Editors files.",
            at="alt",
        )
    if not call.sight.may_download(call.user, found):
        raise refused(403, "cannotDownloadFile", "This file cannot be downloaded by the user.")
    return _part(call, found)


def _part(call: Call, found: File) -> Reply:
    asked = re.fullmatch(r"bytes=(\d+)-(\d*)", call.headers.get("range", ""))
    if asked is None:
        return Reply(found.data, media_type=found.mime_type)
    first, last = int(asked[1]), min(int(asked[2] or len(found.data)), len(found.data) - 1)
    if first > last:
        return Reply(b"", 416, {"content-range": f"bytes */{len(found.data)}"}, found.mime_type)
    said = {"content-range": f"bytes {first}-{last}/{len(found.data)}"}
    return Reply(found.data[first : last + 1], 206, said, found.mime_type)


def export(call: Call) -> Reply:
    found, mime_type = call.file(anywhere=True), call.param("mimeType")
    if not mime_type:
        raise refused(400, "required", "Required parameter: mimeType", at="mimeType")
    data = _exported(call, found, mime_type)
    if len(data) > call.habits.export_limit:
        raise refused(403, "exportSizeLimitExceeded", "This file is too large to be exported.")
    return Reply(data, media_type=mime_type)


def export_link(call: Call) -> Reply:
    """Where `exportLinks` lead: the same, of any size."""
    found = call.google.drive.files.get(call.param("id"))
    if found is None or not call.sees(found):
        raise refused(404, "notFound", f"File not found: {call.param('id')}.", at="fileId")
    mime_type = export_format(call.param("exportFormat")) or ""
    return Reply(_exported(call, found, mime_type), media_type=mime_type or "text/plain")


def _exported(call: Call, found: File, mime_type: str) -> bytes:
    if not found.exports:
        raise refused(403, "fileNotExportable", "Export only supports Docs Editors files.")
    if not call.sight.may_download(call.user, found):
        raise refused(403, "cannotExportFile", "This file cannot be exported by the user.")
    if mime_type not in found.exports:
        raise refused(400, "badRequest", "The requested conversion is not supported.", at="convertTo")
    return found.exports[mime_type]


# -- permissions


def permissions(call: Call) -> Reply:
    found = call.file()
    _need_sight_of_permissions(call, found)
    wanted = call.fields(PERMISSIONS, f"kind,nextPageToken,permissions({USUAL_PERMISSION})")
    size = call.size("pageSize", default=MOST_PERMISSIONS, most=MOST_PERMISSIONS)
    if not found.drive_id and "pageSize" not in call.params:
        size = call.habits.most_at_once or len(sharing.permissions(call.world, found)) or 1
    held = sorted(sharing.permissions(call.world, found), key=_permission_key)
    batch, following = call.page(held, key=_permission_key, size=size)
    body: Json = {"kind": "drive#permissionList"} | ({"nextPageToken": following} if following else {})
    body["permissions"] = [permission_json(eyes(call), found, each) for each in batch]
    return as_json(masked(body, wanted))


def _permission_key(permission: sharing.Permission) -> str:
    return f"{permission_id(permission)} {permission.view}"


def permission(call: Call) -> Reply:
    found = call.file()
    _need_sight_of_permissions(call, found)
    wanted = call.fields(OF_A_PERMISSION, USUAL_PERMISSION)
    return as_json(masked(permission_json(eyes(call), found, _held(call, found, call.named["permission"])), wanted))


def _held(call: Call, found: File, id: str) -> sharing.Permission:  # noqa: A002 - as they call it
    for each in sharing.permissions(call.world, found):
        if permission_id(each) == id:
            return each
    raise refused(404, "notFound", f"Permission not found: {id}.", at="permissionId")


def _need_sight_of_permissions(call: Call, found: File) -> None:
    """Who may only read a file is not told who else may."""
    least: Role = "reader" if call.habits.tells_members else "writer"
    if not call.sight.at_least(least, call.user, found) and not call.as_admin_of(found):
        raise may_not()


def create_permission(call: Call) -> Reply:
    found = call.file()
    if not call.sight.at_least("writer", call.user, found) and not call.as_admin_of(found):
        raise may_not()
    said = call.body if isinstance(call.body, dict) else {}
    role = SHARING.get(str(said.get("role")))
    if role is None:
        raise refused(400, "invalid", "The permission role field is required.", at="permission.role")
    expires = _moment(call, said.get("expirationTime"))
    who = _whom(said)
    notifies = _notifies(call, said)
    _need_allowed(call, said, who, notifies=notifies)
    discoverable = said.get("type") in {"user", "group"} or bool(said.get("allowFileDiscovery", False))
    try:
        made = call.google.drive.share(found.id, who, role, expires=expires, discoverable=discoverable)
    except LookupError as no:
        raise refused(400, "invalidSharingRequest", f"Bad Request. User message: {no}") from None
    if notifies and who is not None:
        call.google.drive.mails.append(Mail(who, found.id, role, call.user.email))
    for each in sharing.permissions(call.world, found):
        if each.principal == made.principal:
            wanted = call.fields(OF_A_PERMISSION, USUAL_PERMISSION)
            return as_json(masked(permission_json(eyes(call), found, each), wanted))
    raise refused(500, "internalError", "Internal Error")


def _notifies(call: Call, said: Json) -> bool:
    """Unless it is said otherwise, people and groups are written to; and nobody else can be."""
    to_somebody = said.get("type") in {"user", "group"}
    if not call.param("sendNotificationEmail"):
        return to_somebody
    wanted = call.flag("sendNotificationEmail")
    if wanted and not to_somebody:
        raise invalid("sendNotificationEmail")
    return wanted


def _need_allowed(call: Call, said: Json, who: str | None, *, notifies: bool) -> None:
    directory = call.google.directory
    inside = who is not None and who.rpartition("@")[2] == call.google.name
    if not inside and not call.habits.shares_outside:
        raise refused(
            400,
            "invalidSharingRequest",
            'Bad Request. User message: "The organization that owns this item does not allow it to be shared outside."',
        )
    known = who is not None and (directory.find_user(who) or directory.find_group(who)) is not None
    if said.get("type") in {"user", "group"} and not known and not notifies:
        raise refused(
            400,
            "invalidSharingRequest",
            'Bad Request. User message: "There is no Google account associated with this email address: notify people."',
        )


def _whom(said: Json) -> str | None:
    match said.get("type"):
        case "user" | "group" if "@" in str(said.get("emailAddress")):
            return str(said["emailAddress"])
        case "domain" if said.get("domain") and "@" not in str(said["domain"]):
            return str(said["domain"])
        case "anyone":
            return None
        case _:
            raise refused(
                400, "invalid", "The specified emailAddress is invalid or not applicable for the given permission type."
            )


def _moment(call: Call, said: object) -> float | None:
    if said is None:
        return None
    try:
        at = datetime.fromisoformat(str(said)).timestamp()
    except ValueError:
        raise invalid("permission.expirationTime") from None
    if at <= call.world.clock.now():
        raise refused(403, "expirationDateNotAllowed", "Expiration dates must be in the future.")
    return at


# -- shared drives


def drives(call: Call) -> Reply:
    wanted = call.fields(DRIVES, f"kind,nextPageToken,drives({USUAL_DRIVE})")
    size = call.size("pageSize", default=10, most=MOST_DRIVES)
    everything = call.as_admin()
    seen = [
        each
        for each in sorted(call.google.drive.drives.values(), key=lambda each: each.id)
        if everything or call.sight.drive_role(call.user, each.id)
    ]
    batch, following = call.page(seen, key=lambda each: each.id, size=size)
    body: Json = {"kind": "drive#driveList"} | ({"nextPageToken": following} if following else {})
    body["drives"] = [drive_json(eyes(call), each) for each in batch]
    return as_json(masked(body, wanted))


def drive(call: Call) -> Reply:
    found = call.drive(call.named["id"])
    return as_json(masked(drive_json(eyes(call), found), call.fields(OF_A_DRIVE, USUAL_DRIVE)))


# -- changes


def start_page_token(call: Call) -> Reply:
    body = {"kind": "drive#startPageToken", "startPageToken": changes.start(call, _log(call))}
    return as_json(masked(body, call.fields(dict.fromkeys(body), "*")))


def changed(call: Call) -> Reply:
    log = _log(call)
    wanted: Mask = call.fields(CHANGES, f"kind,nextPageToken,newStartPageToken,changes({USUAL_CHANGE})")
    if not call.param("pageToken"):
        raise refused(400, "required", "Required parameter: pageToken", at="pageToken")
    after = changes.number_of(call, log)
    size = call.size("pageSize", default=100, most=MOST_FILES)
    found = changes.of_a_drive(call, log, after) if log else changes.of_a_person(call, after)
    batch = found[:size]
    body: Json = {"kind": "drive#changeList"}
    if len(found) > size:
        body["nextPageToken"] = changes.token(log, batch[-1].number)
    else:
        body["newStartPageToken"] = changes.token(log, call.google.drive.events.last)
    of_each = within(wanted, "changes")
    told = [changes.written_down(call, eyes(call), each, log, of_each) for each in batch]
    body["changes"] = (
        told if call.param("includeRemoved", "true") == "true" else [e for e in told if not e.get("removed")]
    )
    return as_json(masked(body, wanted))


def _log(call: Call) -> str:
    """The caller's own, or that of a shared drive that they are a member of."""
    drive_id = call.param("driveId")
    if drive_id and not call.all_drives:
        raise refused(400, "invalid", "A shared drive takes supportsAllDrives.", at="driveId")
    return call.drive(drive_id).id if drive_id else ""
