"""Who holds what at Drive: groups in groups, rings of them, and people whom nobody here knows."""

from typing import Any

import pytest

from connectors.drive import people
from connectors.drive.access import Sharing
from connectors.drive.people import Directory, account_of
from connectors.drive.wire import Group, Member, User
from connectors.model import Groups
from policies.people import Email, principal

SOURCE = "drive"
ANA, BEN = Email("ana@acme.test"), Email("ben@acme.test")
OURS = Sharing(("acme.test",))


def user(name: str, **more: Any) -> User:
    return User.model_validate({"id": f"u-{name}", "primaryEmail": f"{name}@acme.test", **more})


def group(name: str, **more: Any) -> Group:
    return Group.model_validate({"id": f"g-{name}", "email": f"{name}@acme.test", **more})


def has_user(name: str, **more: Any) -> Member:
    return Member.model_validate({"id": f"u-{name}", "type": "USER", "status": "ACTIVE", **more})


def has_group(name: str) -> Member:
    return Member.model_validate({"id": f"g-{name}", "type": "GROUP"})


def resolved(
    users: list[User], members: dict[str, list[Member]] | None = None, overrides: dict[Email, str] | None = None
) -> Groups:
    found = {f"g-{name}": inside for name, inside in (members or {}).items()}
    directory = Directory(tuple(users), tuple(group(name) for name in members or {}), found)
    return people.resolve(SOURCE, directory, OURS, overrides or {})


def groups(found: Groups, email: Email) -> set[str]:
    prefix = f"{SOURCE}/group:"
    return {
        held.removeprefix(prefix).partition("@")[0]
        for held in found.members.get(email, frozenset())
        if held.startswith(prefix)
    }


@pytest.mark.parametrize(
    ("members", "expected"),
    [
        pytest.param({"eng": [has_user("ana")]}, {"eng"}, id="a member"),
        pytest.param({"eng": [has_user("ben")]}, set(), id="somebody else is"),
        pytest.param({"all": [has_group("eng")], "eng": [has_user("ana")]}, {"eng", "all"}, id="a group in a group"),
        pytest.param(
            {"top": [has_group("all")], "all": [has_group("eng")], "eng": [has_user("ana")]},
            {"eng", "all", "top"},
            id="three deep",
        ),
        pytest.param(
            {"a": [has_group("b")], "b": [has_group("c"), has_user("ana")], "c": [has_group("a")]},
            {"a", "b", "c"},
            id="a ring",
        ),
        pytest.param({"a": [has_group("a"), has_user("ana")]}, {"a"}, id="a group in itself"),
        pytest.param({"a": [has_group("gone")]}, set(), id="a group that is not there"),
        pytest.param({"a": [has_user("ana", status="SUSPENDED")]}, set(), id="whose membership is suspended"),
        pytest.param({"a": [has_user("ana", status="UNKNOWN")]}, set(), id="whose membership nobody understands"),
        pytest.param({"a": [Member(type="CUSTOMER", id="C0")]}, {"a"}, id="everybody of the company"),
        pytest.param(
            {"b": [has_group("a")], "a": [Member(type="CUSTOMER", id="C0")]}, {"a", "b"}, id="of them a group"
        ),
        pytest.param({"a": [Member(type="USER", id=None, email="ana@acme.test")]}, set(), id="without an id"),
        pytest.param(
            {"a": [Member(type="USER", id="u-stranger", email="ana@acme.test", status="ACTIVE")]},
            set(),
            id="a stranger with an address like hers",
        ),
    ],
)
def test_ana_is_in(members: dict[str, list[Member]], expected: set[str]) -> None:
    assert groups(resolved([user("ana"), user("ben")], members), ANA) == expected


def test_a_member_of_another_company_is_nobody_here() -> None:
    outside = Member(type="USER", id="x-1", email="eve@other.test", status="ACTIVE")
    found = resolved([user("ana")], {"eng": [outside, has_user("ana")]})
    assert set(found.members) == {ANA}


@pytest.mark.parametrize("gone", [{"suspended": True}, {"archived": True}])
def test_whoever_is_suspended_has_nothing_by_any_address(gone: dict[str, Any]) -> None:
    ana = user("ana", aliases=["anna@acme.test"], **gone)
    found = resolved([ana, user("ben")], {"eng": [has_user("ana"), Member(type="CUSTOMER", id="C0")]})
    assert set(found.members) == {BEN}


def test_an_alias_is_the_same_person_with_the_same_rights() -> None:
    ana = user("ana", aliases=["Anna@acme.test"], nonEditableAliases=["ana@acme.example.test"])
    found = resolved([ana], {"eng": [has_user("ana")]})
    assert set(found.members) == {ANA, Email("anna@acme.test"), Email("ana@acme.example.test")}
    assert len(set(found.members.values())) == 1
    held = found.members[ANA]
    assert {principal(SOURCE, f"user:{one}") for one in found.members} <= held
    assert account_of(SOURCE, held) == "ana@acme.test"


def test_a_group_is_held_by_every_address_it_answers_to() -> None:
    eng = group("eng", aliases=["engineering@acme.test"])
    found = people.resolve(SOURCE, Directory((user("ana"),), (eng,), {"g-eng": [has_user("ana")]}), OURS, {})
    assert groups(found, ANA) == {"eng", "engineering"}


def test_a_domain_is_its_own_people_s_and_an_alias_in_it_makes_nobody_one_of_them() -> None:
    guest = user("guest", primaryEmail="guest@partner.test", aliases=["guest@acme.test"])
    found = resolved([user("ana"), guest])
    assert principal(SOURCE, "domain:acme.test") in found.members[ANA]
    assert not [one for one in found.members[Email("guest@acme.test")] if "domain:" in one]


def test_an_address_that_two_answer_to_is_neither_s() -> None:
    found = resolved([user("ana", aliases=["team@acme.test"]), user("ben", aliases=["team@acme.test"])])
    assert Email("team@acme.test") not in found.members


@pytest.mark.parametrize("named", ["u-ben", "ben@acme.test"])
def test_whom_an_admin_links_is_that_person_and_nobody_else_is(named: str) -> None:
    slack = Email("benjamin@elsewhere.test")
    found = resolved([user("ana"), user("ben")], overrides={slack: named})
    assert found.members[slack] == found.members[BEN]


def test_an_address_that_an_admin_gave_away_is_no_longer_its_own() -> None:
    found = resolved([user("ana"), user("ben")], overrides={ANA: "u-ben"})
    assert found.members[ANA] == found.members[BEN]


def test_a_link_to_nobody_opens_nothing_and_is_told() -> None:
    found = resolved([user("ana"), user("ben", suspended=True)], overrides={ANA: "u-ben"})
    assert ANA not in found.members
    assert "not active" in found.problems[0].reason


def test_the_same_directory_has_the_same_digest_in_whatever_order_it_comes() -> None:
    one = resolved([user("ana"), user("ben")], {"a": [has_user("ana")], "b": [has_user("ben")]})
    other = resolved([user("ben"), user("ana")], {"b": [has_user("ben")], "a": [has_user("ana")]})
    assert one.digest == other.digest
    assert one.digest != resolved([user("ana"), user("ben")], {"a": [], "b": []}).digest
