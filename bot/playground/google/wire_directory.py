"""How the Directory API writes down people, groups and members."""

from hashlib import sha256
from typing import Any

from bot.playground.google.directory import CUSTOMER
from bot.playground.google.nouns import Group, User

Json = dict[str, Any]


def user_json(user: User) -> Json:
    given, _, family = user.name.partition(" ")
    emails: list[Json] = [{"address": user.email, "primary": True}]
    found: Json = {
        "kind": "admin#directory#user",
        "id": user.id,
        "etag": _etag(user),
        "primaryEmail": user.email,
        "name": {"givenName": given, "familyName": family, "fullName": user.name},
        "isAdmin": user.admin,
        "isDelegatedAdmin": False,
        "suspended": user.suspended,
        "archived": False,
        "orgUnitPath": user.org_unit,
        "customerId": CUSTOMER,
        "emails": [*emails, *({"address": each} for each in user.aliases)],
    }
    if user.aliases:
        found["aliases"] = list(user.aliases)
    if user.suspended:
        found["suspensionReason"] = "ADMIN"
    return found


def group_json(group: Group) -> Json:
    found: Json = {
        "kind": "admin#directory#group",
        "id": group.id,
        "etag": _etag(group),
        "email": group.email,
        "name": group.name,
        "description": "",
        "adminCreated": True,
        "directMembersCount": str(len(group.members)),
    }
    return found | ({"aliases": list(group.aliases)} if group.aliases else {})


def member_json(member: User | Group | None, role: str) -> Json:
    """None: everybody of the domain, who has no address."""
    found: Json = {"kind": "admin#directory#member", "etag": _etag(member), "role": role}
    match member:
        case None:
            return found | {"id": CUSTOMER, "type": "CUSTOMER", "status": "ACTIVE"}
        case Group():
            return found | {"id": member.id, "email": member.email, "type": "GROUP", "status": "ACTIVE"}
        case _:
            status = {"status": "SUSPENDED" if member.suspended else "ACTIVE"} if not member.external else {}
            return found | {"id": member.id, "email": member.email, "type": "USER"} | status


def org_unit_json(path: str) -> Json:
    above, _, name = path.rpartition("/")
    return {
        "kind": "admin#directory#orgUnit",
        "etag": _etag(path),
        "name": name,
        "orgUnitPath": path,
        "orgUnitId": _org_unit_id(path),
        "parentOrgUnitPath": above or "/",
        "parentOrgUnitId": _org_unit_id(above or "/"),
        "blockInheritance": False,
    }


def _org_unit_id(path: str) -> str:
    return f"id:{sha256(path.encode()).hexdigest()[:12]}"


def _etag(of: object) -> str:
    return f'"{sha256(repr(of).encode()).hexdigest()[:16]}"'
