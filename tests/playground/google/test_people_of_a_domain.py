"""What the Directory tells of people and groups, and to whom."""

from collections.abc import Callable
from typing import Any

import pytest

from bot.playground.google import EVERYBODY, GoogleEmulator
from bot.playground.google.tokens import USERS_READ
from tests.playground.google.conftest import Api, Office, asked, assertion

DIRECTORY = "/admin/directory/v1"
OURS = {"customer": "my_customer"}


def all_of(api: Api, what: str, path: str, **params: Any) -> list[Any]:
    return [each for page in api.pages(f"{DIRECTORY}/{path}", **params) for each in page.get(what, [])]


def test_only_administrators_are_told(office: Office, ana: Api, admin: Api, api_of: Callable[..., Api]) -> None:
    for path in (
        "users",
        "groups",
        "groups/platform@acme.test",
        "groups/platform@acme.test/members",
        "users/ana@acme.test",
    ):
        assert admin.get(f"{DIRECTORY}/{path}", **OURS).status_code == 200
        assert ana.refused(f"{DIRECTORY}/{path}", **OURS) == (403, "forbidden")
        assert api_of().refused(f"{DIRECTORY}/{path}", **OURS) == (403, "forbidden")


def test_a_service_account_that_was_given_the_role_needs_nobody_to_act_as(office: Office) -> None:
    with GoogleEmulator(office.world, delegated=None, reads_directory=True) as google:
        token = asked(google, assertion(google, scope=USERS_READ)).json()["access_token"]
        api = Api(google, authorization=f"Bearer {token}")
        assert len(api.json(f"{DIRECTORY}/users", **OURS)["users"]) == 5
        api.http.close()


def test_people_have_their_addresses_and_their_state(office: Office, admin: Api) -> None:
    found = {each["primaryEmail"]: each for each in all_of(admin, "users", "users", **OURS)}
    assert set(found) == {f"{name}@acme.test" for name in ("ana", "ben", "dev", "admin", "gone")}
    assert found["ana@acme.test"]["aliases"] == ["ribeiro@acme.test"]
    assert {each["address"] for each in found["ana@acme.test"]["emails"]} == {"ana@acme.test", "ribeiro@acme.test"}
    assert [name for name, each in found.items() if each["suspended"]] == ["gone@acme.test"]
    assert admin.json(f"{DIRECTORY}/users/ribeiro@acme.test")["id"] == office.ana.id
    assert admin.json(f"{DIRECTORY}/users/{office.ana.id}")["primaryEmail"] == "ana@acme.test"


@pytest.mark.parametrize(
    "path", ["users/guest@elsewhere.test", "users/nobody", "groups/nobody", "groups/nobody/members"]
)
def test_who_is_not_of_the_domain_is_not_found(admin: Api, path: str) -> None:
    assert admin.refused(f"{DIRECTORY}/{path}") == (404, "notFound")


@pytest.mark.parametrize("path", ["users", "groups"])
def test_one_says_of_which_domain(admin: Api, path: str) -> None:
    assert admin.refused(f"{DIRECTORY}/{path}") == (400, "badRequest")
    assert admin.refused(f"{DIRECTORY}/{path}", domain="elsewhere.test") == (400, "badRequest")
    assert admin.get(f"{DIRECTORY}/{path}", domain="acme.test").status_code == 200


def test_members_are_direct_ones_unless_told_otherwise(office: Office, admin: Api) -> None:
    where = "groups/engineering@acme.test/members"
    direct = all_of(admin, "members", where)
    assert [(each["email"], each["type"]) for each in direct] == [("platform@acme.test", "GROUP")]
    derived = all_of(admin, "members", where, includeDerivedMembership="true")
    assert {each["email"] for each in derived} == {"platform@acme.test", "ana@acme.test", "gone@acme.test"}


def test_members_of_other_companies_and_everybody_are_told(office: Office, admin: Api) -> None:
    office.directory.add_members("platform@acme.test", "guest@elsewhere.test", "new@elsewhere.test", EVERYBODY)
    found = all_of(admin, "members", "groups/platform@acme.test/members", maxResults=2)
    assert {each.get("email"): (each["type"], each.get("status")) for each in found} == {
        "ana@acme.test": ("USER", "ACTIVE"),
        "gone@acme.test": ("USER", "SUSPENDED"),
        "guest@elsewhere.test": ("USER", None),
        "new@elsewhere.test": ("USER", None),
        None: ("CUSTOMER", "ACTIVE"),
    }


def test_groups_keep_their_id_when_their_address_changes(office: Office, admin: Api) -> None:
    before = admin.json(f"{DIRECTORY}/groups/platform@acme.test")["id"]
    office.directory.rename_group("platform@acme.test", "base@acme.test")
    assert admin.json(f"{DIRECTORY}/groups/base@acme.test")["id"] == before
    assert admin.json(f"{DIRECTORY}/groups/{before}")["email"] == "base@acme.test"


def test_an_empty_group_and_a_group_of_one_person(office: Office, admin: Api) -> None:
    office.directory.add_group("empty@acme.test")
    assert "members" not in admin.json(f"{DIRECTORY}/groups/empty@acme.test/members")
    assert [each["name"] for each in all_of(admin, "groups", "groups", userKey="ana@acme.test")] == ["platform"]


def test_where_people_stand(office: Office, admin: Api) -> None:
    where = f"{DIRECTORY}/customer/my_customer/orgunits"
    assert [each["orgUnitPath"] for each in admin.json(where)["organizationUnits"]] == ["/Porto"]
    below = admin.json(where, orgUnitPath="/Porto")["organizationUnits"]
    assert [(each["name"], each["parentOrgUnitPath"]) for each in below] == [("Engineering", "/Porto")]


def test_an_address_is_one_persons_or_one_groups(office: Office) -> None:
    for taken in ("ana@acme.test", "RIBEIRO@acme.test", "platform@acme.test"):
        with pytest.raises(ValueError, match="already"):
            office.directory.add_user(taken)
        with pytest.raises(ValueError, match="already"):
            office.directory.add_group(taken)
        with pytest.raises(ValueError, match="already"):
            office.directory.add_alias("ben@acme.test", taken)


def test_who_is_added_has_the_name_that_the_company_knows_them_by(office: Office) -> None:
    office.world.add_person("Chloe Martens", email="chloe@acme.test")
    assert office.directory.add_user("chloe@acme.test").name == "Chloe Martens"
    assert office.directory.add_user("jo.doe@acme.test").name == "Jo Doe"
