"""What the API tells of who may read: less than what holds, and each part in another place."""

from collections.abc import Callable, Iterator

import pytest

from bot.playground.confluence import ALL_LICENSED_USERS, ALL_PRODUCT_ADMINS, ConfluenceEmulator, Habits
from tests.playground.confluence.conftest import Api, Wiki

V2 = "/wiki/api/v2"
V1 = "/wiki/rest/api"
ApiOf = Callable[..., Api]


def restriction(api: Api, content_id: str, **asked: int) -> tuple[list[str], list[str]]:
    found = api.json(f"{V1}/content/{content_id}/restriction/byOperation/read", **asked)["restrictions"]
    return [each["accountId"] for each in found["user"]["results"]], [each["id"] for each in found["group"]["results"]]


# -- restrictions


def test_a_restriction_is_ones_own_and_never_an_ancestors(wiki: Wiki, api: Api) -> None:
    assert restriction(api, wiki.shut.id) == ([wiki.bot.account_id], [wiki.world.group("only-ben").id])
    assert restriction(api, wiki.below.id) == ([], [])


def test_a_folders_restriction_is_not_told_though_it_holds(wiki: Wiki, api: Api, api_of: ApiOf) -> None:
    assert restriction(api, wiki.folder.id) == ([], [])
    both = api.json(f"{V1}/content/{wiki.folder.id}/restriction/byOperation")
    assert both["read"]["restrictions"]["group"]["results"] == []
    assert api_of(wiki.ana).get(f"{V2}/pages/{wiki.in_folder.id}").status_code == 404


def test_attachments_and_comments_have_none(wiki: Wiki, api: Api) -> None:
    assert restriction(api, wiki.on_below.id) == restriction(api, wiki.said_below.id) == ([], [])


def test_reading_and_editing_are_told_apart(wiki: Wiki, api: Api) -> None:
    wiki.site.restrict(wiki.open_page.id, users=[wiki.ana.account_id], editing=True)
    both = api.json(f"{V1}/content/{wiki.open_page.id}/restriction/byOperation")
    assert both["read"]["restrictions"]["user"]["results"] == []
    assert both["update"]["restrictions"]["user"]["results"][0]["accountId"] == wiki.ana.account_id
    update = api.json(f"{V1}/content/{wiki.open_page.id}/restriction/byOperation/update")
    assert update["restrictions"]["user"]["size"] == 1
    assert api.get(f"{V1}/content/{wiki.open_page.id}/restriction/byOperation/look").status_code == 400


def test_apps_and_people_whom_nobody_knows_are_named_as_what_they_are(
    wiki: Wiki, api_of: ApiOf, site: ConfluenceEmulator
) -> None:
    everything = api_of(site.add_caller(wiki.bot.account_id, sees_everything=True))
    wiki.site.restrict(wiki.open_page.id, users=["left-long-ago"], apps=["an-app"], groups=["gone-group"])
    found = everything.json(f"{V1}/content/{wiki.open_page.id}/restriction/byOperation/read")["restrictions"]
    assert [(each["type"], each["accountType"]) for each in found["user"]["results"]] == [
        ("unknown", "unknown"),
        ("known", "app"),
    ]
    assert [(each["id"], each["name"]) for each in found["group"]["results"]] == [("gone-group", "")]


def test_users_and_groups_are_paged_side_by_side_and_neither_says_how_many(wiki: Wiki, api: Api) -> None:
    groups = [wiki.world.add_group(f"g{number:03}").id for number in range(250)]
    users = [f"u{number:03}" for number in range(120)]
    wiki.site.restrict(wiki.open_page.id, users=[wiki.bot.account_id, *users], groups=groups)
    assert [len(part) for part in restriction(api, wiki.open_page.id)] == [100, 100]
    assert [len(part) for part in restriction(api, wiki.open_page.id, limit=500)] == [121, 200]
    assert [len(part) for part in restriction(api, wiki.open_page.id, start=100)] == [21, 100]
    assert restriction(api, wiki.open_page.id, start=200, limit=200) == ([], groups[200:])
    both = api.json(f"{V1}/content/{wiki.open_page.id}/restriction/byOperation", start=100)
    assert both["read"]["restrictions"]["group"]["size"] == 100


@pytest.fixture
def stingy(wiki: Wiki) -> Iterator[Api]:
    with ConfluenceEmulator(wiki.world, caller=wiki.bot.account_id, habits=Habits(most_at_once=1)) as site:
        api = Api(site.url, site.caller.basic)
        yield api
        api.http.close()


def test_a_site_that_gives_one_at_a_time_says_so(wiki: Wiki, stingy: Api) -> None:
    wiki.site.restrict(wiki.open_page.id, users=[wiki.bot.account_id, wiki.ana.account_id])
    found = stingy.json(f"{V1}/content/{wiki.open_page.id}/restriction/byOperation/read", limit=100)
    assert (found["restrictions"]["user"]["limit"], found["restrictions"]["user"]["size"]) == (1, 1)


# -- the live check


def check(api: Api, content_id: str, account_id: str, operation: str = "read") -> tuple[int, bool | None]:
    body = {"subject": {"type": "user", "identifier": account_id}, "operation": operation}
    found = api.post(f"{V1}/content/{content_id}/permission/check", body)
    return found.status_code, found.json().get("hasPermission")


def test_only_administrators_may_ask_about_others(wiki: Wiki, api_of: ApiOf) -> None:
    assert check(api_of(wiki.ben), wiki.shut.id, wiki.ana.account_id) == (403, None)
    assert check(api_of(wiki.ben), wiki.shut.id, wiki.ben.account_id) == (200, True)


def test_what_is_not_there_for_the_caller_is_not_checked(wiki: Wiki, api_of: ApiOf, api: Api) -> None:
    assert check(api_of(wiki.admin), wiki.shut.id, wiki.ana.account_id) == (404, None)
    assert check(api, "9", wiki.ana.account_id) == (404, None)
    wiki.site.trash(wiki.open_page.id)
    assert check(api, wiki.open_page.id, wiki.ana.account_id) == (404, None)


def test_the_check_is_the_oracle(wiki: Wiki, api: Api, site: ConfluenceEmulator) -> None:
    wiki.site.archive(wiki.open_page.id)
    for content in list(wiki.site.content.values()):
        for person in wiki.world.people.values():
            expected = site.oracle.may_read(person.account_id, content.id)
            assert check(api, content.id, person.account_id) == (200, expected)


def test_a_check_says_why_not_and_takes_nothing_else(wiki: Wiki, api: Api) -> None:
    body = {"subject": {"type": "user", "identifier": wiki.ana.account_id}, "operation": "read"}
    said = api.post(f"{V1}/content/{wiki.shut.id}/permission/check", body).json()
    assert said["errors"][0]["translation"] == "User does not have permission to the content"
    wiki.site.restrict(wiki.open_page.id, users=[wiki.ben.account_id], editing=True)
    assert check(api, wiki.open_page.id, wiki.ana.account_id, "update") == (200, False)
    assert check(api, wiki.open_page.id, wiki.ben.account_id, "update") == (200, True)
    assert check(api, wiki.open_page.id, "who")[0] == 404
    assert api.post(f"{V1}/content/{wiki.open_page.id}/permission/check", {"operation": "read"}).status_code == 400


# -- spaces


def test_permissions_of_a_space(wiki: Wiki, api: Api) -> None:
    space = wiki.site.space("ENG")
    wiki.site.grant("ENG", "user", wiki.ana.account_id)
    wiki.site.grant("ENG", "group", wiki.world.group("only-ben").id)
    wiki.site.grant("ENG", "user", wiki.ana.account_id, key="create", target="page")
    found = api.all(f"{V2}/spaces/{space.id}/permissions", limit=2)
    assert [(e["principal"]["type"], e["principal"]["id"], e["operation"]["key"]) for e in found] == [
        ("access-class", ALL_LICENSED_USERS, "read"),
        ("access-class", ALL_PRODUCT_ADMINS, "read"),
        *[("access-class", ALL_LICENSED_USERS, "create"), ("access-class", ALL_PRODUCT_ADMINS, "create")] * 2,
        ("user", wiki.ana.account_id, "read"),
        ("group", wiki.world.group("only-ben").id, "read"),
        ("user", wiki.ana.account_id, "create"),
    ]


def test_the_first_api_has_no_word_for_access_classes_and_only_it_tells_of_anonymous(wiki: Wiki, api: Api) -> None:
    wiki.site.grant("ENG", "group", wiki.world.group("only-ben").id)
    wiki.site.set_anonymous("ENG", True)
    found = api.json(f"{V1}/space/ENG", expand="permissions")["permissions"]
    assert [("subjects" in each, each["anonymousAccess"]) for each in found] == [
        *[(False, False)] * 6,
        (True, False),
        (False, True),
    ]
    assert found[6]["subjects"]["group"]["results"][0]["name"] == "only-ben"
    assert "permissions" not in api.json(f"{V1}/space/ENG")
    assert api.get(f"{V1}/space/NO").status_code == 404
    assert "ANONYMOUS" not in str(api.all(f"{V2}/spaces/{wiki.site.space('ENG').id}/permissions"))


def test_roles(wiki: Wiki, api: Api) -> None:
    space = wiki.site.space("ENG")
    path = f"{V2}/spaces/{space.id}/role-assignments"
    assert api.all(path) == []
    wiki.site.assign_role("ENG", "r1", "access-class", ALL_LICENSED_USERS)
    wiki.site.assign_role("ENG", "r1", "user", wiki.guest.account_id)
    assert api.all(path, limit=1) == [
        {"principal": {"principalType": "ACCESS_CLASS", "principalId": "all-licensed-users"}, "roleId": "r1"},
        {"principal": {"principalType": "USER", "principalId": wiki.guest.account_id}, "roleId": "r1"},
    ]
    wiki.site.unassign_role("ENG", "r1", "user", wiki.guest.account_id)
    assert len(api.all(path)) == 1


def test_spaces_are_listed_for_those_who_may_read_them(wiki: Wiki, api_of: ApiOf) -> None:
    wiki.site.add_space("HR", licensed=False, admins=False, users=[wiki.ana.account_id])
    wiki.site.add_space("DOCS", licensed=False, admins=False, anonymous=True)
    for person, keys in (
        (wiki.ana, ["ENG", "HR", "DOCS"]),
        (wiki.admin, ["ENG", "DOCS"]),
        (wiki.collaborator, ["DOCS"]),
        (wiki.guest, ["DOCS"]),
    ):
        assert [each["key"] for each in api_of(person).all(f"{V2}/spaces", limit=1)] == keys
    assert [each["key"] for each in api_of(wiki.ana).all(f"{V2}/spaces", keys="HR,DOCS")] == ["HR", "DOCS"]
    assert api_of(wiki.ana).json(f"{V2}/spaces/{wiki.site.space('HR').id}")["key"] == "HR"
