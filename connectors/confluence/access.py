"""What Confluence says about access, as layers. Pure. What is not understood opens nothing, and nothing here widens.

    access of a page = its space AND each page above it AND itself, if it is restricted

A node's own layer tells its own restriction only: Confluence never tells an inherited one.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Final

from connectors.confluence.wire import ReadRestriction, RestrictedGroup, RestrictedUser, RoleAssignment, SpacePermission
from connectors.model import Node
from policies.access import Grant, Layer
from policies.people import Principal, principal

ANYONE: Final = "anyone"
LICENSED: Final = "licensed"
PRODUCT_ADMINS: Final = "product-admins"
SPACE: Final = "space"
DOCUMENTS_WITH_LAYERS: Final = frozenset({"page", "blogpost"})
HANGING: Final = frozenset({"attachment", "comment"})
SHUT: Final = Layer()
MOST_ANCESTORS: Final = 200
_CLASSES: Final = {"ALL_LICENSED_USERS": LICENSED, "ALL_PRODUCT_ADMINS": PRODUCT_ADMINS}
_APP: Final = "app"


def user(account_id: str) -> str:
    return f"user:{account_id}"


def group(group_id: str) -> str:
    return f"group:{group_id}"


def open_layer(source: str) -> Layer:
    """Nobody is kept out here: said by a grant, never by an empty set."""
    return _layer(source, [ANYONE])


def unsure_layer(source: str) -> Layer:
    """A folder's: it may be restricted, and the API does not tell."""
    return open_layer(source).model_copy(update={"unsure": True})


def space_layer(
    source: str,
    permissions: Iterable[SpacePermission],
    *,
    assignments: Iterable[RoleAssignment] = (),
    anonymous: bool = False,
    operation: tuple[str, str] = ("read", SPACE),
) -> Layer:
    """Who may read the space, or do that in it. A role that may is whoever was given it; an unknown sort of principal is
    nobody.
    """
    able = [one.principal for one in permissions if (one.operation.key, one.operation.target_type) == operation]
    roles = {one.id for one in able if one.type.lower() == "role"}
    given = [one.principal for one in assignments if one.role_id in roles]
    named = [
        *(_name(one.type, one.id) for one in able),
        *(_name(one.principal_type, one.principal_id) for one in given),
        ANYONE if anonymous else None,
    ]
    return _layer(source, (name for name in named if name is not None))


def has_roles(permissions: Iterable[SpacePermission]) -> bool:
    return any(one.principal.type.lower() == "role" for one in permissions)


def own_layer(source: str, users: Collection[RestrictedUser], groups: Collection[RestrictedGroup]) -> Layer:
    """Restricted iff anybody at all stands in the lists, even if we know none of them: then it is open to nobody."""
    if not users and not groups:
        return open_layer(source)
    people = [user(one.account_id) for one in users if one.account_id and one.account_type != _APP]
    return _layer(source, [*people, *(group(one.id) for one in groups if one.id)])


def next_start(page: ReadRestriction, start: int, asked: int) -> int | None:
    """Where to read on, until both lists are at their end. A site may give fewer than it was asked for, and says so;
    where the two give differently many, the shorter sets the pace, so that nobody is passed over.
    """
    lists = (page.restrictions.user, page.restrictions.group)
    full = [len(one.results) for one in lists if len(one.results) >= min(asked, one.limit or asked)]
    return start + min(full) if full else None


def is_restricted(layer: Layer, source: str) -> bool:
    return layer != open_layer(source)


def tightens(before: Layer | None, now: Layer) -> bool:
    """Whether it keeps anybody out, or may, whom it let in before."""
    return before is not None and (not before.grants <= now.grants or (now.unsure and not before.unsure))


def chain(node_id: str, nodes: Mapping[str, Node]) -> tuple[str, ...] | None:
    """From the space down to this node. None where a link is missing: nobody knows then what lies above."""
    found = [node_id]
    for _ in range(MOST_ANCESTORS):
        here = nodes.get(found[-1])
        if here is None:
            return None
        if here.kind == SPACE:
            return tuple(reversed(found))
        if here.parent is None:
            return None
        found.append(here.parent)
    return None


def owners(node: Node, nodes: Mapping[str, Node]) -> tuple[str, ...] | None:
    """Whose layers count for a document, its own container's always among them where it hangs on one."""
    return chain(node.parent or "", nodes) if node.kind in HANGING else chain(node.id, nodes)


def listed(source: str, node: Node, nodes: Mapping[str, Node], layers: Mapping[str, Layer]) -> tuple[str, ...]:
    """The nodes whose layers a document carries. Empty, hence nobody, as long as anything is unknown. A page's own layer
    is left out while it is open, so that the pages of one parent share a list.
    """
    named = owners(node, nodes)
    if named is None or any(name not in layers for name in named):
        return ()
    return named[:-1] if node.id == named[-1] and not is_restricted(layers[node.id], source) else named


def unknown_layers(wanted: Iterable[Node], nodes: Mapping[str, Node], layers: Mapping[str, Layer]) -> Iterator[str]:
    """The nodes that have to be read before `access` can say anything of these."""
    seen: set[str] = set()
    for node in wanted:
        for name in owners(node, nodes) or ():
            if name not in layers and name not in seen:
                seen.add(name)
                yield name


def _name(kind: str, name: str) -> str | None:
    match kind.lower().replace("_", "-"):
        case "user":
            return user(name)
        case "group":
            return group(name)
        case "access-class":
            return _CLASSES.get(name.upper().replace("-", "_"))  # roles are written otherwise than grants
        case _:
            return None


def _layer(source: str, names: Iterable[str]) -> Layer:
    held: frozenset[Principal] = frozenset(principal(source, name) for name in names)
    return Layer(grants=frozenset(Grant(principal=one) for one in held))
