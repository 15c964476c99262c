"""How the first API writes things down: people, groups, restrictions, a space's permissions."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from bot.playground.confluence.errors import Json
from bot.playground.confluence.nouns import Grant, Restriction, Space
from bot.playground.confluence.wire_v2 import email_of

if TYPE_CHECKING:
    from bot.playground.world import Group, Person, World


def user_json(person: "Person", base: str) -> Json:
    closed = person.status == "closed"
    return {
        "type": "known",
        "accountId": person.account_id,
        "accountType": "app" if person.app else "atlassian",
        "email": email_of(person),
        "publicName": "Former user" if closed else person.name,
        "displayName": "Former user" if closed else person.name,
        "isExternalCollaborator": person.standing == "collaborator",
        "isGuest": person.standing == "guest",
        "_expandable": {"operations": "", "personalSpace": ""},
        "_links": {"self": f"{base}/rest/api/user?accountId={person.account_id}"},
    }


def named_user_json(world: "World", account_id: str, base: str) -> Json:
    """An account that is named somewhere, whether or not there still is such a person."""
    person = world.people.get(account_id)
    if person:
        return user_json(person, base)
    return {
        "type": "unknown",
        "accountId": account_id,
        "accountType": "unknown",
        "email": "",
        "publicName": "Unknown user",
        "displayName": "Unknown user",
    }


def app_json(account_id: str) -> Json:
    return {
        "type": "known",
        "accountId": account_id,
        "accountType": "app",
        "email": "",
        "publicName": "An app",
        "displayName": "An app",
    }


def group_json(group: "Group", base: str) -> Json:
    link = f"{base}/rest/api/group/by-id?id={group.id}"
    return {"type": "group", "name": group.name, "id": group.id, "_links": {"self": link}}


def named_group_json(world: "World", group_id: str, base: str) -> Json:
    group = world.groups.get(group_id)
    return group_json(group, base) if group else {"type": "group", "name": "", "id": group_id}


def restriction_json(
    world: "World", content_id: str, operation: str, only: Restriction, base: str, *, start: int, limit: int
) -> Json:
    """Users and groups are two lists with one start and one limit; neither says how many there are in all."""
    users = [named_user_json(world, each, base) for each in only.users] + [app_json(each) for each in only.apps]
    groups = [named_group_json(world, each, base) for each in only.groups]
    link = f"{base}/rest/api/content/{content_id}/restriction/byOperation/{operation}"
    return {
        "operation": operation,
        "restrictions": {
            "user": _part(users, start, limit),
            "group": _part(groups, start, limit),
            "_expandable": {},
        },
        "_expandable": {"content": f"/rest/api/content/{content_id}"},
        "_links": {"self": link},
    }


def _part(items: Sequence[Json], start: int, limit: int) -> Json:
    window = items[start : start + limit]
    return {"results": list(window), "start": start, "limit": limit, "size": len(window)}


def space_json(world: "World", space: Space, base: str, *, permissions: bool) -> Json:
    written: Json = {
        "id": int(space.id),
        "key": space.key,
        "name": space.name,
        "type": "global",
        "status": "current",
        "_expandable": {"homepage": "", "description": ""},
        "_links": {"webui": f"/spaces/{space.key}", "self": f"{base}/rest/api/space/{space.key}", "base": base},
    }
    if permissions:
        found = [_permission(world, each, base) for each in space.grants]
        if space.anonymous:
            found.append(_permission(world, Grant("0", "access-class", ""), base, anonymous=True))
        written["permissions"] = found
    return written


def _permission(world: "World", grant: Grant, base: str, *, anonymous: bool = False) -> Json:
    """Access classes and roles have no words here: such an entry has no subjects at all."""
    written: Json = {
        "id": int(grant.id),
        "operation": {"operation": grant.key, "targetType": grant.target},
        "anonymousAccess": anonymous,
        "unlicensedAccess": False,
    }
    match grant.principal_type:
        case "user":
            one = named_user_json(world, grant.principal_id, base)
            written["subjects"] = {"user": {"results": [one], "size": 1}, "_expandable": {"group": ""}}
        case "group":
            group = named_group_json(world, grant.principal_id, base)
            written["subjects"] = {"group": {"results": [group], "size": 1}, "_expandable": {"user": ""}}
        case _:
            pass
    return written
