"""The first API, as far as the second has no word for it: restrictions, permission checks, groups, downloads."""

import hashlib
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Final, TypeVar
from urllib.parse import quote, unquote

from bot.playground.confluence import v2
from bot.playground.confluence.call import Call
from bot.playground.confluence.errors import Json, RefusedError, missing, refuse
from bot.playground.confluence.nouns import FOLDERLIKE, NONE, Content, Restriction
from bot.playground.confluence.wire_v1 import group_json, restriction_json, space_json, user_json
from bot.playground.loopback.replies import Reply, as_json

if TYPE_CHECKING:
    from bot.playground.world import Person

MOST_SUBJECTS: Final = 200  # a restriction's users, and its groups: more is not given, whatever is asked for
MOST_LISTED: Final = 200
Item = TypeVar("Item")
OPERATIONS: Final = frozenset({"read", "update"})

# -- restrictions


def restrictions(call: Call) -> Reply:
    """The first hundred users and groups of each; there is no second page of this one."""
    content = _there(call)
    found: Json = {
        operation: restriction_json(
            call.world, content.id, operation, _own(content, operation), call.base, start=0, limit=100
        )
        for operation in ("read", "update")
    }
    links = {"self": f"{call.base}/rest/api/content/{content.id}/restriction/byOperation", "base": call.base}
    return as_json(found | {"_links": links})


def restriction(call: Call) -> Reply:
    content = _there(call)
    operation = call.named["operation"]
    if operation not in OPERATIONS:
        refuse(400, f"No such operation: {operation}")
    asked = call.number("limit", 100, least=1)
    limit = min(asked, MOST_SUBJECTS, call.habits.most_at_once or MOST_SUBJECTS)
    return as_json(
        restriction_json(
            call.world,
            content.id,
            operation,
            _own(content, operation),
            call.base,
            start=call.number("start", 0),
            limit=limit,
        )
    )


def _own(content: Content, operation: str) -> Restriction:
    """Never an ancestor's; and never a folder's, though Confluence minds it."""
    if content.kind in FOLDERLIKE:
        return NONE
    return content.read if operation == "read" else content.update


def _there(call: Call) -> Content:
    content = call.content()
    if call.site.container(content).status == "trashed" or content.status == "trashed":
        missing(f"ContentId{{id={content.id}}}")
    return content


def permission_check(call: Call) -> Reply:
    """Of oneself everybody may ask, of others the administrators."""
    subject = call.body.get("subject") if isinstance(call.body, dict) else None
    operation = call.body.get("operation") if isinstance(call.body, dict) else None
    if not isinstance(subject, dict) or subject.get("type") not in ("user", "group") or not operation:
        refuse(400, "subject and operation must be given")
    asked = str(subject.get("identifier", ""))
    if asked != call.caller.account_id and not call.caller.admin:
        refuse(403, "Current user not permitted to check permissions of others")
    content = _there(call)
    if subject["type"] != "user" or operation not in ("read", "update", "delete"):
        refuse(400, "Only what a user may do is answered here")
    if asked not in call.world.people:
        refuse(404, f"No user found with account id: {asked}")
    may = call.sight.oracle.may_read(asked, content.id) and (operation == "read" or _may_change(call, asked, content))
    errors = [] if may else [{"translation": "User does not have permission to the content", "args": []}]
    return as_json({"hasPermission": may, "errors": errors, "_links": {"base": call.base, "context": "/wiki"}})


def _may_change(call: Call, account_id: str, content: Content) -> bool:
    only = content.update
    groups = call.world.groups_of(account_id)
    return not only.restricts or account_id in only.users or any(each in only.groups for each in groups)


# -- spaces, groups, people


def space(call: Call) -> Reply:
    key = call.named["key"]
    found = next((each for each in call.site.spaces.values() if each.key == key), None)
    if found is None or not call.sight.sees_space(call.caller, found):
        missing(f"No space with key : {key}")
    return as_json(space_json(call.world, found, call.base, permissions="permissions" in call.several("expand")))


def groups(call: Call) -> Reply:
    found = sorted(call.world.groups.values(), key=lambda group: group.name)
    return _listed(call, found, lambda group: group_json(group, call.base))


def members(call: Call) -> Reply:
    """The deactivated among them too: of whom it says nothing here."""
    if call.named["id"] not in call.world.groups:
        refuse(404, f"No group with id: {call.named['id']}")
    found = [call.world.people[each] for each in call.world.members_of(call.named["id"])]
    return _listed(call, found, lambda person: user_json(person, call.base))


def _listed(call: Call, items: Sequence[Item], write: Callable[[Item], Json]) -> Reply:
    start = call.number("start", 0)
    limit = min(call.number("limit", 200), MOST_LISTED, call.habits.most_at_once or MOST_LISTED)
    window = items[start : start + limit]
    path = call.path.removeprefix("/wiki")
    links = {"base": call.base, "context": "/wiki", "self": f"{call.base}{path}"}
    if start + limit < len(items):
        links["next"] = f"{path}?next=true&limit={limit}&start={start + limit}"
    return as_json(
        {
            "results": [write(each) for each in window],
            "start": start,
            "limit": limit,
            "size": len(window),
            "_links": links,
        }
    )


def user(call: Call) -> Reply:
    return _person(call, call.world.people.get(call.param("accountId")))


def current_user(call: Call) -> Reply:
    return _person(call, call.world.people.get(call.caller.account_id))


def _person(call: Call, person: "Person | None") -> Reply:
    if person is None:
        refuse(404, "No user found with this account id")
    return as_json(user_json(person, call.base))


# -- bytes


def download(call: Call) -> Reply:
    """To where the bytes are: at another host, which wants no credentials and should get none."""
    return _redirect(call, call.seen(call.named["attachment"], "attachment"))


def download_by_name(call: Call) -> Reply:
    name = unquote(call.named["filename"])
    held = (call.site.content[each] for each in call.content("page", "blogpost").attachments)
    found = next((each for each in held if each.title == name and each.status == "current"), None)
    if found is None:
        missing(name)
    return _redirect(call, found)


def _redirect(call: Call, attachment: Content) -> Reply:
    if attachment.status != "current" or call.site.container(attachment).status == "trashed":
        missing(attachment.id)
    where = f"{call.media}/media/{attachment.id}/{quote(attachment.title)}?token={media_token(attachment)}"
    return Reply(status=302, headers={"location": where})


def media_token(attachment: Content) -> str:
    return hashlib.sha256(f"{attachment.id} {attachment.version}".encode()).hexdigest()[:24]


# -- writing


def create_content(call: Call) -> Reply:
    """A page, or a comment on one, in the words of the first API."""
    given = call.body if isinstance(call.body, dict) else {}
    body = {"representation": "storage", "value": _storage(given)}
    match given.get("type"):
        case "page":
            key = str((given.get("space") or {}).get("key", ""))
            found = next((each for each in call.site.spaces.values() if each.key == key), None)
            if found is None:
                missing(f"No space with key : {key}")
            above = [each.get("id") for each in given.get("ancestors") or ()]
            words = {"spaceId": found.id, "title": given.get("title"), "parentId": above[-1] if above else None}
            return v2.create_page(_saying(call, words | {"body": body}))
        case "comment":
            container = str((given.get("container") or {}).get("id", ""))
            return v2.create_footer_comment(_saying(call, {"pageId": container, "body": body}))
        case kind:
            raise RefusedError(400, f"No content of type {kind} is made here")


def _saying(call: Call, body: Json) -> Call:
    return Call(**{**vars(call), "body": body})


def _storage(given: Json) -> str:
    body = given.get("body")
    storage = body.get("storage") if isinstance(body, dict) else None
    return str(storage.get("value", "")) if isinstance(storage, dict) else ""
