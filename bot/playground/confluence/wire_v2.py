"""How the second API writes things down. It only reads; what a caller may see is decided before."""

import hashlib
import json
import uuid
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final
from urllib.parse import quote, quote_plus

from bot.playground.confluence.errors import Json
from bot.playground.confluence.nouns import Content, Grant, RoleAssignment, Space

if TYPE_CHECKING:
    from bot.playground.world import Person, World

KEPT: Final = 200_000


class Writer:
    """Writes each thing once for as long as it stays as it is: a listing of 250 is then 250 copies of bytes.

    Its links come last, so that a base can be added to them.
    """

    def __init__(self, world: "World") -> None:
        self._world = world
        self._written: dict[tuple[str, str], tuple[int, bytes]] = {}

    def content(self, content: Content, body_format: str = "") -> bytes:
        key = (content.id, body_format)
        found = self._written.get(key)
        if found is None or found[0] != content.stamp:
            if len(self._written) > KEPT:
                self._written.clear()
            written = content_json(self._world, content, body_format)
            found = (content.stamp, json.dumps(written | {"_links": written.pop("_links")}).encode())
            self._written[key] = found
        return found[1]


def content_json(world: "World", content: Content, body_format: str) -> Json:
    match content.kind:
        case "page" | "blogpost":
            return _page(world, content, body_format)
        case "attachment":
            return _attachment(world, content)
        case "comment":
            return _comment(world, content, body_format)
        case _:
            return _folder(world, content)


def _common(content: Content) -> Json:
    return {
        "id": content.id,
        "status": content.status,
        "title": content.title,
        "createdAt": instant(content.created_ms),
        "version": {
            "number": content.version,
            "message": content.message,
            "minorEdit": False,
            "authorId": content.editor_id,
            "createdAt": instant(content.modified_ms),
            "ncsStepVersion": None,
        },
    }


def _body(content: Content, body_format: str) -> Json:
    return {body_format: {"representation": body_format, "value": content.body}} if body_format else {}


def _tree(world: "World", content: Content) -> Json:
    above = world.confluence.content.get(content.parent_id) if content.parent_id else None
    return {
        "parentId": above.id if above else None,
        "parentType": above.kind if above else None,
        "position": content.position,
    }


def _page(world: "World", content: Content, body_format: str) -> Json:
    written = _common(content) | {
        "authorId": content.author_id,
        "spaceId": content.space_id,
        "body": _body(content, body_format),
        "_links": {
            "webui": webui(world, content),
            "editui": f"/pages/resumedraft.action?draftId={content.id}",
            "tinyui": f"/x/{content.order:x}",
        },
    }
    if content.kind == "blogpost":
        return written
    return written | _tree(world, content) | {"ownerId": content.author_id, "lastOwnerId": None}


def _folder(world: "World", content: Content) -> Json:
    written = _common(content) | _tree(world, content)
    return written | {
        "type": content.kind,
        "authorId": content.author_id,
        "ownerId": content.author_id,
        "spaceId": content.space_id,
        "_links": {"webui": webui(world, content)},
    }


def _hangs_on(world: "World", content: Content) -> Json:
    container = world.confluence.container(content)
    return {"blogPostId" if container.kind == "blogpost" else "pageId": container.id}


def _attachment(world: "World", content: Content) -> Json:
    download = f"/download/attachments/{content.container_id}/{quote(content.title)}?version={content.version}&api=v2"
    return (
        _common(content)
        | _hangs_on(world, content)
        | {
            "mediaType": content.media_type,
            "mediaTypeDescription": content.media_type,
            "comment": content.message,
            "fileId": str(uuid.uuid5(uuid.NAMESPACE_URL, f"{content.id}/{content.version}")),
            "fileSize": len(content.data),
            "webuiLink": webui(world, content),
            "downloadLink": download,
            "_links": {"webui": webui(world, content), "download": download},
        }
    )


def _comment(world: "World", content: Content, body_format: str) -> Json:
    written = _common(content) | _hangs_on(world, content) | {"body": _body(content, body_format)}
    if content.reply_to:
        written["parentCommentId"] = content.reply_to
    if content.inline:
        written |= {
            "resolutionStatus": "open",
            "properties": {"inlineMarkerRef": f"marker-{content.id}", "inlineOriginalSelection": content.selection},
        }
    return written | {"_links": {"webui": webui(world, content)}}


def webui(world: "World", content: Content) -> str:
    """Relative to the base of links, and by title, too: whoever takes it for an identity is wrong after a rename."""
    key = world.confluence.spaces[content.space_id].key
    match content.kind:
        case "page":
            return f"/spaces/{key}/pages/{content.id}/{quote_plus(content.title)}"
        case "blogpost":
            day = datetime.fromtimestamp(content.created_ms / 1000, UTC)
            return f"/spaces/{key}/blog/{day:%Y/%m/%d}/{content.id}/{quote_plus(content.title)}"
        case "attachment":
            return f"/pages/viewpageattachments.action?pageId={content.container_id}&preview={content.id}"
        case "comment":
            return f"/spaces/{key}/pages/{content.container_id}?focusedCommentId={content.id}"
        case _:
            return f"/spaces/{key}/{content.kind}/{content.id}"


def space_json(space: Space) -> Json:
    return {
        "id": space.id,
        "key": space.key,
        "name": space.name,
        "type": "global",
        "status": "current",
        "authorId": space.author_id,
        "createdAt": instant(space.created_ms),
        "homepageId": space.homepage_id,
        "currentActiveAlias": space.key,
        "description": None,
        "icon": None,
        "_links": {"webui": f"/spaces/{space.key}"},
    }


def grant_json(grant: Grant) -> Json:
    return {
        "id": grant.id,
        "principal": {"type": grant.principal_type, "id": grant.principal_id},
        "operation": {"key": grant.key, "targetType": grant.target},
    }


def role_json(given: RoleAssignment) -> Json:
    """With small letters and hyphens here, where the permissions have capitals and underscores."""
    classes = given.principal_type == "access-class"
    name = given.principal_id.lower().replace("_", "-") if classes else given.principal_id
    kind = given.principal_type.upper().replace("-", "_")
    return {"principal": {"principalType": kind, "principalId": name}, "roleId": given.role_id}


def label_json(name: str) -> Json:
    return {"id": label_id(name), "name": name, "prefix": "global"}


def label_id(name: str) -> str:
    return str(int.from_bytes(hashlib.sha256(name.encode()).digest()[:6], "big"))


def ancestor_json(content: Content) -> Json:
    return {"id": content.id, "type": content.kind}


def user_json(person: "Person") -> Json:
    closed = person.status == "closed"
    return {
        "accountId": person.account_id,
        "accountType": "app" if person.app else "atlassian",
        "accountStatus": person.status,
        "email": email_of(person),
        "displayName": "Former user" if closed else person.name,
        "publicName": "Former user" if closed else person.name,
        "isExternalCollaborator": person.standing == "collaborator",
        "isGuest": person.standing == "guest",
        "timeZone": None,
        "personalSpaceId": None,
    }


def email_of(person: "Person") -> str:
    """Empty, not absent, when it is not told."""
    return person.email if person.email_shown and person.status != "closed" else ""


def instant(ms: int) -> str:
    return datetime.fromtimestamp(ms / 1000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
