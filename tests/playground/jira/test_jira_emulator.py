"""A Jira to run against: what it lets whom see and do, and what goes wrong on purpose. It is told apart from the tools that use it."""

import ssl
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from bot.playground.confluence.acme import BOT
from bot.playground.jira import BROWSE, COMMENT, CREATE, KINDS, JiraEmulator
from bot.playground.jira.acme import acme, said
from bot.playground.world import World

TLS = ssl.create_default_context()
V3 = "/rest/api/3"


@pytest.fixture(scope="module")
def company() -> World:
    return acme()


@pytest.fixture
def world() -> World:
    world = World()
    world.add_person("Footnote", email="bot@acme.test", admin=True, app=True)
    for name in ("ana", "ben"):
        world.add_person(name.title(), email=f"{name}@acme.test")
    world.jira.add_project("ENG", "Engineering", users=["ana@acme.test", "bot@acme.test"])
    world.jira.add_project("HELP", "Help desk")
    return world


@pytest.fixture
def jira(world: World) -> Iterator[JiraEmulator]:
    with JiraEmulator(world, caller="bot@acme.test") as running:
        yield running


@pytest.fixture
def as_whom(jira: JiraEmulator) -> Iterator[Any]:
    opened = []

    def make(who: str) -> httpx.Client:
        headers = {"authorization": jira.add_caller(f"{who}@acme.test").basic}
        opened.append(httpx.Client(base_url=jira.url + V3, headers=headers, trust_env=False, timeout=10, verify=TLS))
        return opened[-1]

    yield make
    for each in opened:
        each.close()


def an_issue(project: str = "ENG", **more: Any) -> dict[str, Any]:
    fields = {"project": {"key": project}, "issuetype": {"name": "Task"}, "summary": "Made", **more}
    return {"fields": fields, "properties": [{"key": "footnote", "value": {"nonce": "n"}}]}


def test_what_one_may_not_see_is_not_there(as_whom: Any, world: World) -> None:
    made = world.jira.add_issue("ENG", "Secret")
    ben = as_whom("ben")
    assert ben.get("/project/ENG").json() == {
        "errorMessages": ["No project could be found with key 'ENG'."],
        "errors": {},
    }
    assert ben.get(f"/issue/{made.key}").content == ben.get("/issue/ENG-99").content
    assert ben.get("/search/jql", params={"jql": "project = ENG"}).json()["issues"] == []
    assert ben.post("/issue", json=an_issue()).status_code == 400
    assert as_whom("ana").get(f"/issue/{made.key}").status_code == 200
    world.jira.secure(made.key, "bot@acme.test")
    assert as_whom("ana").get(f"/issue/{made.key}").status_code == 404


def test_only_administrators_learn_what_others_may_do(as_whom: Any, world: World) -> None:
    ana, eng = world.person("ana@acme.test").account_id, world.jira.project("ENG")
    asked = {
        "accountId": ana,
        "projectPermissions": [{"projects": [int(eng.id), 999], "permissions": [CREATE, COMMENT]}],
    }
    assert as_whom("ben").post("/permissions/check", json=asked).status_code == 403
    found = as_whom("bot").post("/permissions/check", json=asked).json()["projectPermissions"]
    assert found == [{"permission": each, "projects": [int(eng.id)], "issues": []} for each in (CREATE, COMMENT)]
    world.deactivate(ana)
    found = as_whom("bot").post("/permissions/check", json=asked).json()["projectPermissions"]
    assert all(each["projects"] == [] for each in found)


def test_people_are_found_by_what_they_show_and_only_by_administrators(as_whom: Any, world: World) -> None:
    def found(who: str) -> list[str]:
        return [each["displayName"] for each in as_whom(who).get("/user/search", params={"query": "ana@"}).json()]

    assert (found("bot"), found("ben")) == (["Ana"], [])
    world.set_email("ana@acme.test", shown=False)
    assert found("bot") == []


@pytest.mark.parametrize(
    ("more", "wrong"),
    [
        ({"summary": ""}, "summary"),
        ({"summary": "x" * 256}, "summary"),
        ({"summary": "two\nlines"}, "summary"),
        ({"description": "plain"}, "description"),
        ({"description": {"type": "doc", "version": 1, "content": [{"type": "text", "text": "x"}]}}, "description"),
        ({"description": said("x" * 32_768)}, "description"),
        ({"issuetype": {"name": "Epic"}}, "issuetype"),
        ({"project": {"key": "NO"}}, "project"),
    ],
)
def test_what_is_no_issue_is_refused_by_its_field(as_whom: Any, world: World, more: dict[str, Any], wrong: str) -> None:
    found = as_whom("bot").post("/issue", json=an_issue(**more))
    assert (found.status_code, [*found.json()["errors"]]) == (400, [wrong])
    assert world.jira.issues == {}


def test_an_issue_carries_its_property_and_the_log_counts_what_was_written(as_whom: Any, jira: JiraEmulator) -> None:
    bot = as_whom("bot")
    key = bot.post("/issue", json=an_issue(description=said("why"))).json()["key"]
    assert bot.get(f"/issue/{key}/properties/footnote").json()["value"] == {"nonce": "n"}
    body = {"body": said("hm"), "properties": [{"key": "footnote", "value": 1}]}
    comment = bot.post(f"/issue/{key}/comment", json=body).json()["id"]
    assert bot.get(f"/comment/{comment}/properties/footnote").json()["value"] == 1
    assert bot.get(f"/comment/{comment}/properties/other").status_code == 404
    assert bot.post("/issue", json=an_issue(summary="")).status_code == 400
    assert [each.route for each in jira.requests.writes()] == [f"{V3}/issue", f"{V3}/issue/{{key}}/comment"]


def test_a_search_finds_the_newest_first_in_pages_and_falls_behind(as_whom: Any, world: World) -> None:
    bot = as_whom("bot")
    keys = [bot.post("/issue", json=an_issue("HELP", summary=f"No {number}")).json()["key"] for number in range(5)]
    world.jira.fall_behind()
    late = bot.post("/issue", json=an_issue("HELP")).json()
    asked = {"jql": 'project = "HELP" AND creator = currentUser() ORDER BY created DESC', "maxResults": 2}
    asked |= {"properties": "footnote", "fields": "summary"}

    def found(**more: str) -> list[str]:
        listed, token = [], None
        while True:
            page = bot.get("/search/jql", params=asked | more | ({"nextPageToken": token} if token else {})).json()
            listed += [each["key"] for each in page["issues"]]
            assert all(each["properties"] == {"footnote": {"nonce": "n"}} for each in page["issues"])
            if page["isLast"]:
                return listed
            token = page["nextPageToken"]

    assert found() == keys[::-1]
    assert found(reconcileIssues=late["id"]) == [late["key"], *keys[::-1]]
    world.jira.catch_up()
    assert found() == [late["key"], *keys[::-1]]


@pytest.mark.parametrize(
    "jql", ["", "ORDER BY created", "project in (ENG)", "project = ENG OR project = HELP", "who knows"]
)
def test_a_query_that_is_unbounded_or_not_understood_is_refused(as_whom: Any, jql: str) -> None:
    assert as_whom("bot").get("/search/jql", params={"jql": jql}).status_code == 400


def test_the_old_search_is_gone(as_whom: Any) -> None:
    assert as_whom("bot").get("/search").status_code == 410


def test_a_token_with_scopes_is_good_at_the_gateway_for_these(jira: JiraEmulator) -> None:
    caller = jira.add_caller("bot@acme.test", scopes=frozenset({"read:jira-work"}))
    with httpx.Client(headers={"authorization": caller.basic}, trust_env=False, timeout=10, verify=TLS) as client:
        assert client.get(f"{jira.url}{V3}/project/HELP").status_code == 401
        assert client.get(f"{jira.gateway_url}{V3}/project/HELP").status_code == 200
        refused = client.post(f"{jira.gateway_url}{V3}/issue", json=an_issue("HELP"))
        assert (refused.status_code, "scope does not match" in refused.text) == (401, True)


@pytest.mark.parametrize("kind", KINDS)
def test_each_fault_is_what_it_is_called_and_what_was_done_is_told_by_the_log(
    as_whom: Any, jira: JiraEmulator, world: World, kind: Any
) -> None:
    jira.faults.fail("POST", kind, seconds=0.02, retry_after=3)
    try:
        found = as_whom("bot").post("/issue", json=an_issue("HELP"))
        status = (found.status_code, found.headers.get("retry-after"))
    except httpx.TransportError:
        status = (0, None)
    expected = {"rate_limited": (429, "3"), "error_500": (500, None), "error_503": (503, None), "slow": (201, None)}
    expected |= {"wrong_type": (200, None), "failed_after": (500, None)}
    assert status == expected.get(kind, (0, None))
    done = kind in {"slow", "truncated", "lost_reply", "failed_after"}
    assert (len(world.jira.issues), len(jira.requests.writes())) == (done, done)


def test_its_levers_are_pulled_over_http(jira: JiraEmulator) -> None:
    with httpx.Client(base_url=jira.url, trust_env=False, timeout=10, verify=TLS) as client:
        pulled = client.post("/_world/control/do", json={"do": "add_issue", "with": ["HELP", "x"]})
        assert pulled.json() == {"ok": True, "made": "HELP-1"}
        assert not client.post("/_world/control/do", json={"do": "delete_everything"}).json()["ok"]
        board = client.get("/_world/board").json()["projects"]
        assert [(each["key"], len(each["issues"])) for each in board] == [("ENG", 0), ("HELP", 1)]
        assert client.get("/_world/log", params={"each": "issue"}).json()["writes"] == 0


def test_acme_has_a_project_for_each_team_and_one_for_all(company: World) -> None:
    site = company.jira
    may = {
        key: {
            person.email.partition("@")[0]
            for person in company.people.values()
            if site.may(person.account_id, BROWSE, site.project(key)) and not person.app
        }
        for key in ("ENG", "HR", "LEGAL", "HELP")
    }
    assert {"ana", "mei"} <= may["ENG"]
    assert "ben" not in may["ENG"]
    assert "ben" in may["HR"]
    assert "ana" not in may["HR"]
    assert "omar" in may["LEGAL"]
    assert {"ana", "ben", "chloe", "dev", "mei", "omar"} <= may["HELP"]
    bot = company.person(BOT).account_id
    assert all(site.may(bot, each, site.project(key)) for key in may for each in (BROWSE, CREATE, COMMENT))
