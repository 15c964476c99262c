"""How Drive's API writes down files, permissions, shared drives and changes, for whoever asks."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from bot.playground.google import sharing
from bot.playground.google.events import Event
from bot.playground.google.masks import Known, Mask, masked
from bot.playground.google.nouns import (
    DOC,
    DOCX,
    FOLDER,
    PDF,
    PPTX,
    RANK,
    SHEET,
    SLIDES,
    XLSX,
    File,
    Role,
    SharedDrive,
    User,
)
from bot.playground.google.sight import Sight

if TYPE_CHECKING:
    from bot.playground.world import World

GOOGLES: Final = "application/vnd.google-apps."
FORMATS: Final = {
    "text/markdown": "md", "text/plain": "txt", "text/html": "html", "text/csv": "csv",
    PDF: "pdf", DOCX: "docx", XLSX: "xlsx", PPTX: "pptx",
}  # fmt: skip
VIEWS: Final = {FOLDER: "drive/folders", DOC: "document/d", SHEET: "spreadsheets/d", SLIDES: "presentation/d"}
Json = dict[str, Any]


@dataclass(frozen=True)
class Eyes:
    """For whom it is written."""

    world: "World"
    user: User
    sight: Sight
    other_url: str

    def role(self, file: File) -> Role | None:
        return self.sight.role(self.user, file)

    def may(self, role: Role, file: File) -> bool:
        return self.sight.at_least(role, self.user, file)

    def parents(self, file: File) -> list[str]:
        """Only what this caller sees of where it lies."""
        above = self.world.google.drive.files.get(file.parent_id or "")
        return [above.id] if above and self.sight.sees(self.user, above) else []


def time_json(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def user_json(eyes: Eyes, user_id: str) -> Json | None:
    user = eyes.world.google.directory.users.get(user_id)
    if user is None or user.deleted:
        return None
    return {
        "kind": "drive#user",
        "displayName": user.name,
        "me": user.id == eyes.user.id,
        "permissionId": user.id,
        "emailAddress": user.email,
    }


# -- files


def _capabilities(eyes: Eyes, file: File) -> Json:
    folder, shared = file.is_folder, bool(file.drive_id)
    opens, writes = eyes.may("reader", file), eyes.may("writer", file)
    organizes = eyes.may("fileOrganizer", file) if shared else writes
    owns = eyes.may("organizer", file)
    downloads = eyes.sight.may_download(eyes.user, file)
    return {
        "canAccessViaGenAi": opens and file.gen_ai,
        "canAddChildren": folder and writes,
        "canComment": eyes.may("commenter", file),
        "canCopy": downloads and not folder,
        "canDelete": owns and file.parent_id is not None,
        "canDisableInheritedPermissions": folder and owns and not file.limited,
        "canDownload": downloads and not folder,
        "canEdit": writes,
        "canEnableInheritedPermissions": folder and owns and file.limited,
        "canListChildren": folder and opens,
        "canModifyContent": writes and not folder,
        "canReadDrive": shared and eyes.sight.drive_role(eyes.user, file.drive_id or "") is not None,
        "canReadRevisions": writes and not folder,
        "canRename": writes,
        "canShare": writes,
        "canTrash": organizes and file.parent_id is not None,
        "canUntrash": organizes and file.trashed,
    }


def _owners(eyes: Eyes, file: File) -> list[Json] | None:
    found = user_json(eyes, file.owner_id) if file.owner_id else None
    return [found] if found else None


def _permissions(eyes: Eyes, file: File) -> list[Json] | None:
    """Of a file in a shared drive they have to be asked for, and nobody is told who may not share it."""
    if file.drive_id or not eyes.may("writer", file):
        return None
    return [permission_json(eyes, file, each) for each in sharing.permissions(eyes.world, file)]


def _permission_ids(eyes: Eyes, file: File) -> list[str] | None:
    if file.drive_id or not eyes.may("writer", file):
        return None
    return [permission_id(each) for each in sharing.permissions(eyes.world, file)]


def _exports(eyes: Eyes, file: File) -> Json | None:
    if not file.exports or not eyes.sight.may_download(eyes.user, file):
        return None
    kind = file.mime_type.removeprefix(GOOGLES)
    base = f"{eyes.other_url}/feeds/download/{kind}s/export/Export?id={file.id}&exportFormat="
    return {mime_type: base + FORMATS[mime_type] for mime_type in file.exports if mime_type in FORMATS}


def _shortcut(eyes: Eyes, file: File) -> Json | None:
    if file.target_id is None:
        return None
    target = eyes.world.google.drive.files.get(file.target_id)
    known = {"targetMimeType": target.mime_type} if target and eyes.sight.sees(eyes.user, target) else {}
    return {"targetId": file.target_id} | known


def _view_link(_: Eyes, file: File) -> str:
    where = VIEWS.get(file.mime_type)
    if file.mime_type == FOLDER or where is None:
        kind = "drive/folders" if file.is_folder else "file/d"
        return f"https://drive.google.com/{kind}/{file.id}" + ("" if file.is_folder else "/view?usp=drivesdk")
    return f"https://docs.google.com/{where}/{file.id}/edit?usp=drivesdk"


def _is_blob(file: File) -> bool:
    return not file.mime_type.startswith(GOOGLES)


def _name_of(file: File) -> str | None:
    return file.name.rpartition(".")[2] if _is_blob(file) and "." in file.name else None


FILE: Final[Mapping[str, Callable[[Eyes, File], Any]]] = {
    "kind": lambda _, __: "drive#file",
    "id": lambda _, file: file.id,
    "name": lambda _, file: file.name,
    "mimeType": lambda _, file: file.mime_type,
    "starred": lambda _, __: False,
    "trashed": lambda eyes, file: eyes.world.google.drive.is_trashed(file),
    "explicitlyTrashed": lambda _, file: file.trashed,
    "trashedTime": lambda _, file: time_json(file.trashed_at) if file.trashed_at is not None else None,
    "parents": lambda eyes, file: eyes.parents(file) or None,
    "spaces": lambda _, __: ["drive"],
    "version": lambda _, file: str(file.version),
    "webViewLink": _view_link,
    "webContentLink": lambda _, file: (
        f"https://drive.google.com/uc?id={file.id}&export=download" if _is_blob(file) else None
    ),
    "createdTime": lambda _, file: time_json(file.created),
    "modifiedTime": lambda _, file: time_json(file.modified),
    "viewedByMe": lambda _, __: False,
    "shared": lambda eyes, file: bool(file.drive_id) or len(sharing.permissions(eyes.world, file)) > 1,
    "ownedByMe": lambda eyes, file: None if file.drive_id else file.owner_id == eyes.user.id,
    "owners": _owners,
    "lastModifyingUser": lambda eyes, file: user_json(eyes, file.editor_id),
    "driveId": lambda _, file: file.drive_id,
    "teamDriveId": lambda _, file: file.drive_id,
    "capabilities": _capabilities,
    "permissions": _permissions,
    "permissionIds": _permission_ids,
    "copyRequiresWriterPermission": lambda _, file: file.copy_requires_writer,
    "viewersCanCopyContent": lambda _, file: not file.copy_requires_writer,
    "writersCanShare": lambda _, file: None if file.drive_id else True,
    "inheritedPermissionsDisabled": lambda _, file: file.limited if file.is_folder else None,
    "shortcutDetails": _shortcut,
    "exportLinks": _exports,
    "size": lambda _, file: str(len(file.data)) if _is_blob(file) else None,
    "quotaBytesUsed": lambda _, file: str(len(file.data)),
    "md5Checksum": lambda _, file: (
        hashlib.md5(file.data, usedforsecurity=False).hexdigest() if _is_blob(file) else None
    ),
    "sha256Checksum": lambda _, file: hashlib.sha256(file.data).hexdigest() if _is_blob(file) else None,
    "headRevisionId": lambda _, file: f"r{file.version}" if _is_blob(file) else None,
    "originalFilename": lambda _, file: file.name if _is_blob(file) else None,
    "fileExtension": lambda _, file: _name_of(file),
    "fullFileExtension": lambda _, file: _name_of(file),
}
CAPABILITIES: Final = (
    "canAccessViaGenAi", "canAddChildren", "canComment", "canCopy", "canDelete", "canDisableInheritedPermissions",
    "canDownload", "canEdit", "canEnableInheritedPermissions", "canListChildren", "canModifyContent", "canReadDrive",
    "canReadRevisions", "canRename", "canShare", "canTrash", "canUntrash",
)  # fmt: skip
UNTOLD: Final = (  # what Drive knows of a file, and this one never has
    "appProperties", "contentHints", "contentRestrictions", "description", "downloadRestrictions", "folderColorRgb",
    "hasAugmentedPermissions", "hasThumbnail", "iconLink", "imageMediaMetadata", "isAppAuthorized", "labelInfo",
    "linkShareMetadata", "modifiedByMe", "modifiedByMeTime", "properties", "resourceKey", "sha1Checksum",
    "sharedWithMeTime", "sharingUser", "thumbnailLink", "thumbnailVersion", "trashingUser", "videoMediaMetadata",
    "viewedByMeTime", "clientEncryptionDetails",
)  # fmt: skip


def file_json(eyes: Eyes, file: File, wanted: Mask | None) -> Json:
    """Only what is wanted is looked at: a list of thousands costs what is asked for."""
    names = FILE if wanted is None or "*" in wanted else [name for name in FILE if name in wanted]
    found = {name: FILE[name](eyes, file) for name in names}
    whole = {name: value for name, value in found.items() if value is not None}
    return whole if wanted is None else dict(masked(whole, wanted))


# -- permissions


def permission_id(permission: sharing.Permission) -> str:
    kind, name = permission.principal
    match kind:
        case "anyone":
            return "anyone" if permission.discoverable else "anyoneWithLink"
        case "domain":
            made = str(int(hashlib.sha256(name.encode()).hexdigest()[:15], 16))
            return made + ("" if permission.discoverable else "k")
        case _:
            return name


def permission_json(eyes: Eyes, file: File, permission: sharing.Permission) -> Json:
    kind, _ = permission.principal
    found: Json = {
        "kind": "drive#permission",
        "id": permission_id(permission),
        "type": kind,
        "role": permission.role,
    } | _whom(eyes, permission)
    if kind in {"user", "group"} and permission.expires is not None:
        found["expirationTime"] = time_json(permission.expires)
    if kind in {"domain", "anyone"}:
        found["allowFileDiscovery"] = permission.discoverable
    if kind == "user" and not file.drive_id:
        found["pendingOwner"] = permission.pending_owner
    if permission.view:
        found["view"] = permission.view
    if file.limited:
        found["inheritedPermissionsDisabled"] = True
    found["permissionDetails"] = [_detail_json(file, each) for each in permission.details]
    return found


def _whom(eyes: Eyes, permission: sharing.Permission) -> Json:
    kind, name = permission.principal
    directory = eyes.world.google.directory
    match kind:
        case "user":
            user = directory.users[name]
            return {"deleted": True} if user.deleted else _named(user.name, user.email)
        case "group":
            group = directory.groups[name]
            return {"deleted": True} if group.deleted else _named(group.name, group.email)
        case "domain":
            return {"domain": name, "displayName": name}
        case _:
            return {}


def _named(name: str, email: str) -> Json:
    return {"displayName": name, "emailAddress": email, "deleted": False}


def _detail_json(file: File, detail: sharing.Detail) -> Json:
    found: Json = {
        "permissionType": "member" if detail.member else "file",
        "role": detail.grant.role,
        "inherited": detail.inherited_from is not None,
    }
    if file.drive_id and detail.inherited_from:
        found["inheritedFrom"] = detail.inherited_from
    return found


# -- shared drives, and changes


def drive_json(eyes: Eyes, drive: SharedDrive) -> Json:
    role = eyes.sight.drive_role(eyes.user, drive.id)
    rank = RANK.index(role) if role else -1
    return {
        "kind": "drive#drive",
        "id": drive.id,
        "name": drive.name,
        "createdTime": time_json(drive.created),
        "hidden": False,
        "capabilities": {
            "canAddChildren": rank >= RANK.index("writer"),
            "canDeleteDrive": rank >= RANK.index("organizer"),
            "canListChildren": rank >= 0,
            "canManageMembers": rank >= RANK.index("organizer"),
            "canReadRevisions": rank >= RANK.index("writer"),
            "canRenameDrive": rank >= RANK.index("organizer"),
            "canShare": rank >= RANK.index("writer"),
        },
        "restrictions": {
            "adminManagedRestrictions": False,
            "copyRequiresWriterPermission": False,
            "domainUsersOnly": False,
            "driveMembersOnly": False,
        },
    }


def change_json(event: Event, *, file: Json | None = None, drive: Json | None = None) -> Json:
    """Of what this log no longer has only the id is told."""
    found: Json = {
        "kind": "drive#change",
        "changeType": event.kind,
        "type": event.kind,
        "time": time_json(event.at),
        "removed": file is None and drive is None,
    }
    if event.kind == "drive":
        return found | {"driveId": event.id, "teamDriveId": event.id} | ({"drive": drive} if drive is not None else {})
    return found | {"fileId": event.id} | ({"file": file} if file is not None else {})


# -- what is known of each

PERSON: Final[Known] = dict.fromkeys(("kind", "displayName", "me", "permissionId", "emailAddress", "photoLink"))
OF_A_PERMISSION: Final[Known] = {
    **dict.fromkeys(
        (
            "kind", "id", "type", "role", "emailAddress", "displayName", "domain", "allowFileDiscovery", "deleted",
            "expirationTime", "pendingOwner", "view", "photoLink", "inheritedPermissionsDisabled",
        )
    ),
    "permissionDetails": dict.fromkeys(("permissionType", "role", "inherited", "inheritedFrom")),
    "teamDrivePermissionDetails": None,
}  # fmt: skip
OF_A_FILE: Final[Known] = {
    **dict.fromkeys((*FILE, *UNTOLD)),
    "capabilities": dict.fromkeys(CAPABILITIES),
    "owners": PERSON,
    "lastModifyingUser": PERSON,
    "permissions": OF_A_PERMISSION,
    "shortcutDetails": dict.fromkeys(("targetId", "targetMimeType", "targetResourceKey")),
}
OF_A_DRIVE: Final[Known] = dict.fromkeys(
    (
        "kind", "id", "name", "createdTime", "hidden", "capabilities", "restrictions", "colorRgb", "themeId",
        "orgUnitId", "backgroundImageFile", "backgroundImageLink",
    )
)  # fmt: skip
OF_A_CHANGE: Final[Known] = {
    **dict.fromkeys(("kind", "changeType", "type", "time", "removed", "fileId", "driveId", "teamDriveId")),
    "file": OF_A_FILE,
    "drive": OF_A_DRIVE,
}
FILES: Final[Known] = {
    **dict.fromkeys(("kind", "nextPageToken", "incompleteSearch")),
    "files": OF_A_FILE,
}
PERMISSIONS: Final[Known] = {**dict.fromkeys(("kind", "nextPageToken")), "permissions": OF_A_PERMISSION}
DRIVES: Final[Known] = {**dict.fromkeys(("kind", "nextPageToken")), "drives": OF_A_DRIVE}
CHANGES: Final[Known] = {
    **dict.fromkeys(("kind", "nextPageToken", "newStartPageToken")),
    "changes": OF_A_CHANGE,
}

# -- what is told when nothing is named

USUAL_FILE: Final = "kind,id,name,mimeType,driveId,teamDriveId"
USUAL_PERMISSION: Final = "kind,id,type,role"
USUAL_DRIVE: Final = "kind,id,name"
USUAL_CHANGE: Final = (
    f"kind,changeType,type,time,removed,fileId,driveId,teamDriveId,file({USUAL_FILE}),drive({USUAL_DRIVE})"
)


def export_format(name: str) -> str | None:
    return next((mime_type for mime_type, short in FORMATS.items() if short == name), None)
