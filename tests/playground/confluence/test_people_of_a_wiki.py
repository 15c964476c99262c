"""People and groups, and how little the API says of them."""

from bot.playground.confluence import ConfluenceEmulator
from tests.playground.confluence.conftest import Api, Wiki

V2 = "/wiki/api/v2"
V1 = "/wiki/rest/api"


def bulk(api: Api, *ids: str) -> dict[str, dict[str, object]]:
    found = api.post(f"{V2}/users-bulk", {"accountIds": list(ids)})
    assert found.status_code == 200
    return {each["accountId"]: each for each in found.json()["results"]}


def test_an_address_that_is_not_told_is_empty(wiki: Wiki, api: Api) -> None:
    wiki.world.set_email(wiki.ana.account_id, shown=False)
    assert bulk(api, wiki.ana.account_id)[wiki.ana.account_id]["email"] == ""
    assert api.json(f"{V1}/user", accountId=wiki.ana.account_id)["email"] == ""
    assert bulk(api, wiki.ben.account_id)[wiki.ben.account_id]["email"] == "ben@acme.test"


def test_who_is_no_licensed_user_and_who_is_gone(wiki: Wiki, api: Api) -> None:
    wiki.world.deactivate(wiki.ben.account_id, closed=True)
    found = bulk(api, *(each.account_id for each in wiki.world.people.values()))
    assert found[wiki.guest.account_id]["isGuest"]
    assert found[wiki.collaborator.account_id]["isExternalCollaborator"]
    assert found[wiki.gone.account_id]["accountStatus"] == "inactive"
    assert found[wiki.bot.account_id]["accountType"] == "app"
    closed = found[wiki.ben.account_id]
    assert (closed["accountStatus"], closed["email"], closed["displayName"]) == ("closed", "", "Former user")


def test_unknown_accounts_are_left_out_and_too_many_refused(wiki: Wiki, api: Api) -> None:
    assert bulk(api, "who", wiki.ana.account_id).keys() == {wiki.ana.account_id}
    for ids in ([], [f"u{number}" for number in range(251)], "x"):
        assert api.post(f"{V2}/users-bulk", {"accountIds": ids}).status_code == 400
    assert api.get(f"{V1}/user", accountId="who").status_code == 404


def test_groups_by_name_and_their_ids_stay(wiki: Wiki, api: Api) -> None:
    before = {each["name"]: each["id"] for each in api.all(f"{V1}/group")}
    wiki.world.rename_group("only-ben", "just-ben")
    after = {each["name"]: each["id"] for each in api.all(f"{V1}/group")}
    assert after["just-ben"] == before["only-ben"]
    assert after.keys() == {"confluence-guests", "confluence-users", "just-ben"}


def test_members_to_the_last_by_links_without_the_context(wiki: Wiki, api: Api) -> None:
    group = wiki.world.group("confluence-users").id
    found = api.json(f"{V1}/group/{group}/membersByGroupId", limit=2)
    assert (found["size"], found["limit"], found["start"]) == (2, 2, 0)
    assert found["_links"]["next"].startswith(f"/rest/api/group/{group}/membersByGroupId?")
    seen = []
    while True:
        seen += [each["accountId"] for each in found["results"]]
        if "next" not in found["_links"]:
            break
        found = api.json("/wiki" + found["_links"]["next"])
    assert seen == wiki.world.members_of(group)
    assert wiki.gone.account_id in seen
    assert wiki.guest.account_id not in seen
    assert api.get(f"{V1}/group/no/membersByGroupId").status_code == 404


def test_a_group_that_changes_between_two_pages_loses_somebody(wiki: Wiki, api: Api, site: ConfluenceEmulator) -> None:
    group = wiki.world.group("confluence-users").id
    everybody = wiki.world.members_of(group)
    site.faults.between_pages("membersByGroupId", lambda: wiki.world.remove_members(group, everybody[0]))
    path = f"{V1}/group/{group}/membersByGroupId"
    first = api.json(path, limit=2)["results"]
    second = api.json(path, limit=2, start=2)["results"]
    assert everybody[2] not in {each["accountId"] for each in [*first, *second]}


def test_the_caller_is_told_who_they_are(wiki: Wiki, api: Api) -> None:
    assert api.json(f"{V1}/user/current")["accountId"] == wiki.bot.account_id
