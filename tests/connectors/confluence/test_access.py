"""What Confluence says about access, as layers: nothing that is not understood opens anything."""

from typing import Any

import pytest

from connectors.confluence import access
from connectors.confluence.tree import Tree
from connectors.confluence.wire import (
    ReadRestriction,
    RestrictedGroup,
    RestrictedUser,
    RoleAssignment,
    SpacePermission,
)
from connectors.model import Node
from policies.access import Grant, Layer
from policies.people import principal


def layer(*names: str, unsure: bool = False) -> Layer:
    return Layer(grants=frozenset(Grant(principal=principal("wiki", name)) for name in names), unsure=unsure)


def permission(kind: str, name: str, key: str = "read", target: str = "space") -> SpacePermission:
    return SpacePermission.model_validate(
        {"principal": {"type": kind, "id": name}, "operation": {"key": key, "targetType": target}}
    )


def assigned(kind: str, name: str, role: str) -> RoleAssignment:
    return RoleAssignment.model_validate({"principal": {"principalType": kind, "principalId": name}, "roleId": role})


# -- spaces ------------------------------------------------------------------------------------------------------------

SPACES: dict[str, tuple[list[SpacePermission], list[RoleAssignment], bool, tuple[str, ...]]] = {
    "nothing said": ([], [], False, ()),
    "only another permission": ([permission("user", "a", key="create", target="page")], [], False, ()),
    "reading something else": ([permission("user", "a", target="page")], [], False, ()),
    "an unknown sort of principal": ([permission("team", "a")], [], False, ()),
    "an unknown class": ([permission("access-class", "ALL_JIRA_USERS")], [], False, ()),
    "a role that nobody has": ([permission("role", "r")], [], False, ()),
    "a role that may not read": ([permission("role", "r", key="administer")], [assigned("USER", "a", "r")], False, ()),
    "another role": ([permission("role", "r")], [assigned("USER", "a", "other")], False, ()),
    "a role without a grant": ([], [assigned("USER", "a", "r")], False, ()),
    "a user": ([permission("user", "a")], [], False, ("user:a",)),
    "a group": ([permission("group", "g")], [], False, ("group:g",)),
    "all who are licensed": ([permission("access-class", "ALL_LICENSED_USERS")], [], False, ("licensed",)),
    "the administrators": ([permission("access-class", "ALL_PRODUCT_ADMINS")], [], False, ("product-admins",)),
    "a role": ([permission("role", "r")], [assigned("GROUP", "g", "r")], False, ("group:g",)),
    "a role of a class, in the other spelling": (
        [permission("role", "r")],
        [assigned("ACCESS_CLASS", "all-licensed-users", "r")],
        False,
        ("licensed",),
    ),
    "anybody": ([], [], True, ("anyone",)),
    "several": ([permission("user", "a"), permission("group", "g")], [], False, ("user:a", "group:g")),
}


@pytest.mark.parametrize(("permissions", "roles", "anonymous", "names"), SPACES.values(), ids=SPACES.keys())
def test_a_space_is_open_to_those_who_may_read_it(
    permissions: list[SpacePermission], roles: list[RoleAssignment], anonymous: object, names: tuple[str, ...]
) -> None:
    assert access.space_layer("wiki", permissions, assignments=roles, anonymous=bool(anonymous)) == layer(*names)


# -- restrictions ------------------------------------------------------------------------------------------------------

PERSON = {"accountId": "a", "accountType": "atlassian"}
RESTRICTIONS: dict[str, tuple[list[Any], list[Any], tuple[str, ...]]] = {
    "only an app": ([{"accountId": "x", "accountType": "app"}], [], ()),
    "somebody of whom nothing is left": ([{}], [], ()),
    "a group of which nothing is left": ([], [{}], ()),
    "nobody at all": ([], [], ("anyone",)),
    "somebody": ([PERSON], [], ("user:a",)),
    "an account that is gone": ([{"accountId": "z", "accountType": "unknown"}], [], ("user:z",)),
    "a group": ([], [{"id": "g"}], ("group:g",)),
    "both": ([PERSON], [{"id": "g"}], ("user:a", "group:g")),
    "somebody and an app": ([PERSON, {"accountId": "x", "accountType": "app"}], [], ("user:a",)),
}


@pytest.mark.parametrize(("users", "groups", "names"), RESTRICTIONS.values(), ids=RESTRICTIONS.keys())
def test_a_page_is_restricted_if_anybody_at_all_is_named(
    users: list[Any], groups: list[Any], names: tuple[str, ...]
) -> None:
    found = access.own_layer(
        "wiki",
        [RestrictedUser.model_validate(one) for one in users],
        [RestrictedGroup.model_validate(one) for one in groups],
    )
    assert found == layer(*names)
    assert access.is_restricted(found, "wiki") == bool(users or groups)


def a_page(users: int, groups: int, *, users_limit: int | None, groups_limit: int | None) -> ReadRestriction:
    return ReadRestriction.model_validate(
        {
            "operation": "read",
            "restrictions": {
                "user": {"results": [PERSON] * users, "limit": users_limit},
                "group": {"results": [{"id": "g"}] * groups, "limit": groups_limit},
            },
        }
    )


@pytest.mark.parametrize(
    ("users", "groups", "users_limit", "groups_limit", "then"),
    [
        pytest.param(0, 0, 100, 100, None, id="both at their end"),
        pytest.param(99, 3, 100, 100, None, id="both short"),
        pytest.param(100, 0, 100, 100, 200, id="users go on"),
        pytest.param(0, 100, 100, 100, 200, id="groups go on"),
        pytest.param(50, 0, 50, 50, 150, id="the site gives fewer than it was asked for"),
        pytest.param(50, 100, 50, 100, 150, id="they differ: nobody is passed over"),
        pytest.param(100, 0, None, None, 200, id="no limit told"),
        pytest.param(0, 0, 0, 0, None, id="a limit of nought is no ring"),
    ],
)
def test_a_restriction_is_read_to_the_end_of_both_lists(
    users: int, groups: int, users_limit: int | None, groups_limit: int | None, then: int | None
) -> None:
    page = a_page(users, groups, users_limit=users_limit, groups_limit=groups_limit)
    assert access.next_start(page, 100, 100) == then


@pytest.mark.parametrize(
    ("before", "now", "tighter"),
    [
        pytest.param(layer("a", "b"), layer("a"), True, id="fewer"),
        pytest.param(layer("a"), layer("b"), True, id="others"),
        pytest.param(layer("anyone"), layer("anyone", unsure=True), True, id="no longer sure"),
        pytest.param(layer("a"), layer(), True, id="shut"),
        pytest.param(layer("a"), layer("a"), False, id="the same"),
        pytest.param(layer("a"), layer("a", "b"), False, id="more"),
        pytest.param(None, layer(), False, id="new"),
    ],
)
def test_what_keeps_somebody_out_is_tighter(before: Layer | None, now: Layer, tighter: object) -> None:
    assert access.tightens(before, now) is tighter


# -- chains ------------------------------------------------------------------------------------------------------------


def node(id_: str, parent: str | None = None) -> Node:
    return Node(id=id_, kind=id_.partition(":")[0], parent=parent)


NODES = [
    node("space:1"),
    node("page:1", "space:1"),
    node("folder:2", "page:1"),
    node("page:3", "folder:2"),
    node("attachment:4", "page:3"),
    node("page:5", "page:9"),
    node("page:6", "page:7"),
    node("page:7", "page:6"),
    node("page:8"),
    node("page:10", "page:10"),
]
OPEN, SHUT = layer("anyone"), layer("group:g")


def tree(**layers: Layer) -> Tree:
    named = {name.replace("_", ":"): found for name, found in layers.items()}
    return Tree("wiki", {one.id: one for one in NODES}, named)


@pytest.mark.parametrize("id_", ["page:5", "page:6", "page:8", "page:10"])
def test_a_chain_with_a_missing_link_is_nobody_s(id_: str) -> None:
    everything = {one.id.replace(":", "_"): OPEN for one in NODES}
    assert not tree(**everything).is_whole(id_)
    assert tree(**everything).access(id_) == ()


def test_a_layer_that_was_never_read_is_nobody_s() -> None:
    assert tree(space_1=OPEN, folder_2=OPEN, page_3=OPEN).access("page:3") == ()
    assert tree(space_1=OPEN, folder_2=OPEN, page_3=OPEN).unknown_layers(["page:3", "attachment:4"]) == ("page:1",)


def test_space_and_ancestors_and_own_all_count() -> None:
    found = tree(space_1=OPEN, page_1=OPEN, folder_2=OPEN, page_3=SHUT)
    assert found.listed("page:3") == ("space:1", "page:1", "folder:2", "page:3")


def test_an_open_page_shares_the_list_of_its_siblings() -> None:
    found = tree(space_1=OPEN, page_1=SHUT, folder_2=OPEN, page_3=OPEN)
    assert found.listed("page:3") == ("space:1", "page:1", "folder:2")


@pytest.mark.parametrize("own", [OPEN, SHUT], ids=["open", "restricted"])
def test_what_hangs_on_a_page_carries_that_page_s_own_node(own: Layer) -> None:
    found = tree(space_1=OPEN, page_1=OPEN, folder_2=OPEN, page_3=own)
    assert found.listed("attachment:4") == ("space:1", "page:1", "folder:2", "page:3")
