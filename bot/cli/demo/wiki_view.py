"""The wiki as the demo's page shows it: what is there, who may read it by Confluence's own rules, and what it says. Reads only."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from bot.playground.confluence import (
    ALL_LICENSED_USERS,
    ALL_PRODUCT_ADMINS,
    FOLDERLIKE,
    Content,
    Oracle,
    Restriction,
    Space,
)
from bot.playground.confluence.acme import BOT
from bot.playground.confluence.editing import blocks
from bot.playground.world import Group, Person, World

Json = Mapping[str, object]

SHOWN: Final = FOLDERLIKE | {"page", "blogpost"}
_CLASSES: Final = {ALL_LICENSED_USERS: "everybody with a licence", ALL_PRODUCT_ADMINS: "administrators"}


def tree(world: World, oracle: Oracle, me: Person | None) -> Json:
    """As the hands behind the stage see it: all of it, with what `me` may read."""
    with world.lock:
        spaces = sorted(world.confluence.spaces.values(), key=lambda space: space.name)
        return {
            "spaces": [
                {
                    "key": space.key,
                    "name": space.name,
                    "readers": _readers(world, space),
                    "things": [_thing(world, oracle, me, one, depth) for one, depth in _things(world, space)],
                }
                for space in spaces
            ],
            "groups": [{"id": group.id, "name": group.name} for group in sorted(world.groups.values(), key=_name)],
            "people": [{"id": one.account_id, "name": one.name} for one in sorted(_humans(world), key=_name)],
        }


def page(world: World, oracle: Oracle, id_: str, people: Sequence[Person]) -> Json:
    """`people` are those of whom it is told whether they may read it. Raises LookupError."""
    with world.lock:
        content = shown(world, id_)
        above = world.confluence.ancestors(content)
        space = world.confluence.spaces[content.space_id]
        return {
            "id": content.id,
            "kind": content.kind,
            "title": content.title,
            "path": [space.name, *(one.title for one in above)],
            "version": content.version,
            "trashed": content.status != "current",
            "restricted": _restricted(world, content.read),
            "above": [
                {"title": one.title, "kind": one.kind, "restricted": _restricted(world, one.read)}
                for one in above
                if one.read.restricts
            ],
            "space_readers": _readers(world, space),
            "readers": [
                {"name": one.name, "email": one.email, "may": oracle.may_read(one.account_id, id_)} for one in people
            ],
            "children": sum(world.confluence.content[one].status == "current" for one in content.children),
            "attachments": len(content.attachments),
            "comments": len(content.comments),
            "blocks": [one._asdict() for one in blocks(content.body)],
        }


def shown(world: World, id_: str) -> Content:
    content = world.confluence.get(id_)
    if content.kind not in SHOWN:
        raise LookupError(f"there is no page {id_!r}")
    return content


def _things(world: World, space: Space) -> Iterator[tuple[Content, int]]:
    """From the top down, each below its parent; what is in the trash, last."""
    ours = [one for one in world.confluence.content.values() if one.space_id == space.id and one.kind in SHOWN]
    below: dict[str | None, list[Content]] = {}
    for one in sorted(ours, key=lambda one: (one.kind == "blogpost", one.title)):
        if one.status == "current":
            below.setdefault(one.parent_id, []).append(one)
    waiting = [(one, 0) for one in reversed(below.get(None, []))]
    while waiting:
        one, depth = waiting.pop()
        yield one, depth
        waiting += [(child, depth + 1) for child in reversed(below.get(one.id, []))]
    yield from ((one, 0) for one in ours if one.status != "current")


def _thing(world: World, oracle: Oracle, me: Person | None, content: Content, depth: int) -> Json:
    return {
        "id": content.id,
        "kind": content.kind,
        "title": content.title,
        "depth": depth,
        "trashed": content.status != "current",
        "restricted": _restricted(world, content.read),
        "may": me is not None and oracle.may_read(me.account_id, content.id),
    }


def _restricted(world: World, only: Restriction) -> list[str] | None:
    """To whom, by name; Footnote's own account is none that anybody would name. None: it is not restricted."""
    if not only.restricts:
        return None
    groups = [world.groups[id_].name for id_ in only.groups if id_ in world.groups]
    people = [world.people[id_].name for id_ in only.users if id_ in world.people and world.people[id_].email != BOT]
    return [*sorted(groups), *sorted(people)]


def _readers(world: World, space: Space) -> list[str]:
    if space.anonymous:
        return ["everybody"]
    named = []
    for grant in space.grants:
        if (grant.key, grant.target) != ("read", "space"):
            continue
        match grant.principal_type:
            case "access-class":
                named.append(_CLASSES.get(grant.principal_id, grant.principal_id))
            case "group" if grant.principal_id in world.groups:
                named.append(world.groups[grant.principal_id].name)
            case "user" if grant.principal_id in world.people:
                named.append(world.people[grant.principal_id].name)
            case _:
                pass
    return named


def _humans(world: World) -> list[Person]:
    return [one for one in world.people.values() if one.active and not one.app]


def _name(named: Person | Group) -> str:
    return named.name
