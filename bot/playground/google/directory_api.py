"""The Directory API, as far as one reads it: people, groups, who is in them, and where people stand. Administrators only."""

from collections.abc import Iterable
from typing import Any, Final

from bot.playground.google.call import Call
from bot.playground.google.directory import CUSTOMER
from bot.playground.google.errors import refused
from bot.playground.google.masks import masked
from bot.playground.google.nouns import EVERYBODY, Group, User
from bot.playground.google.wire_directory import group_json, member_json, org_unit_json, user_json
from bot.playground.loopback.replies import Reply, as_json

Json = dict[str, Any]
MOST_USERS: Final = 500
MOST_OTHERS: Final = 200
OF_OURS: Final = frozenset({"my_customer", CUSTOMER})


def users(call: Call) -> Reply:
    _need_whose(call)
    size = call.size("maxResults", default=100, most=MOST_USERS)
    ours = sorted(_living(call.google.directory.users.values()), key=lambda each: each.email)
    batch, following = call.page(ours, key=lambda each: each.email, size=size)
    return _list(call, "users", "admin#directory#users", [user_json(each) for each in batch], following)


def user(call: Call) -> Reply:
    call.need_directory()
    found = call.google.directory.find_user(call.named["key"])
    if found is None or found.external or found.deleted:
        raise refused(404, "notFound", "Resource Not Found: userKey")
    return as_json(masked(user_json(found), call.fields_anyhow()))


def groups(call: Call) -> Reply:
    """All of them; or with `userKey` those that somebody is directly in."""
    if not call.param("userKey"):
        _need_whose(call)
    call.need_directory()
    size = call.size("maxResults", default=MOST_OTHERS, most=MOST_OTHERS)
    found = [each for each in call.google.directory.groups.values() if not each.deleted]
    if call.param("userKey"):
        member = call.google.directory.find_user(call.param("userKey"))
        found = [each for each in found if member and member.id in each.members]
    found.sort(key=lambda each: each.email)
    batch, following = call.page(found, key=lambda each: each.email, size=size)
    return _list(call, "groups", "admin#directory#groups", [group_json(each) for each in batch], following)


def group(call: Call) -> Reply:
    return as_json(masked(group_json(_group(call)), call.fields_anyhow()))


def members(call: Call) -> Reply:
    """Direct ones only, unless told otherwise."""
    found = _group(call)
    size = call.size("maxResults", default=MOST_OTHERS, most=MOST_OTHERS)
    held = _derived(call, found) if call.flag("includeDerivedMembership") else dict(found.members)
    roles = {each for each in call.param("roles").split(",") if each}
    ids = sorted(each for each, role in held.items() if not roles or role in roles)
    batch, following = call.page(ids, key=str, size=size)
    told = [member_json(_member(call, each), held[each]) for each in batch]
    return _list(call, "members", "admin#directory#members", told, following)


def org_units(call: Call) -> Reply:
    call.need_directory()
    under, everything = "/" + call.param("orgUnitPath").strip("/"), call.param("type", "children") == "all"
    paths = sorted(each for each in call.google.directory.org_units if each not in ("/", under))
    below = [each for each in paths if each.startswith(under.rstrip("/") + "/")]
    found = [each for each in below if everything or "/" not in each.removeprefix(under).strip("/")]
    units = [org_unit_json(each) for each in found]
    return _list(call, "organizationUnits", "admin#directory#orgUnits", units, None)


def _list(call: Call, name: str, kind: str, items: list[Json], following: str | None) -> Reply:
    body: Json = {"kind": kind, "etag": f'"{len(items)}"'} | ({name: items} if items else {})
    return as_json(masked(body | ({"nextPageToken": following} if following else {}), call.fields_anyhow()))


def _need_whose(call: Call) -> None:
    call.need_directory()
    if call.param("customer") not in OF_OURS and call.param("domain") != call.google.name:
        raise refused(400, "badRequest", "Bad Request")


def _living(found: Iterable[User]) -> list[User]:
    return [each for each in found if not each.external and not each.deleted]


def _group(call: Call) -> Group:
    call.need_directory()
    found = call.google.directory.find_group(call.named["key"])
    if found is None or found.deleted:
        raise refused(404, "notFound", "Resource Not Found: groupKey")
    return found


def _member(call: Call, id: str) -> User | Group | None:  # noqa: A002 - as they call it
    if id == EVERYBODY:
        return None
    return call.google.directory.users.get(id) or call.google.directory.groups[id]


def _derived(call: Call, group: Group) -> dict[str, str]:
    """With everybody who is in it through another group."""
    found, waiting = dict(group.members), list(group.members)
    while waiting:
        inner = call.google.directory.groups.get(waiting.pop())
        for id in inner.members if inner else ():  # noqa: A001
            if id not in found:
                found[id] = "MEMBER"
                waiting.append(id)
    return found
