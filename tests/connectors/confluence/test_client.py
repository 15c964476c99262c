"""What the client makes of an API that is broken, hostile, or only larger than usual."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from connectors.confluence.client import Client, Outdated
from connectors.confluence.settings import Settings, parse
from connectors.confluence.wire import Kind
from connectors.http import Http, Patience
from connectors.model import AccessUnknown, Fatal, Retryable
from connectors.pace import Pace
from tests.fakes.site import Asked, Reply, Site, no, said, site

V2, V1 = "/wiki/api/v2", "/wiki/rest/api"
GATEWAY = "/ex/confluence/1234"
AT_ONCE = Patience(total_s=20, first_wait_s=0, longest_wait_s=0, jitter_s=0)


@pytest.fixture
def here() -> Iterator[Site]:
    with site() as found:
        yield found


@pytest.fixture
def there() -> Iterator[Site]:
    with site() as found:
        yield found


def settings(here: Site, *, gateway: str = "") -> Settings:
    return parse({"site": f"{here.url}/wiki", "api": here.url + gateway, "secret": "env:TOKEN", "spaces": "ENG"})


def a_client(here: Site, client: httpx.Client, *, gateway: str = "") -> Client:
    found = settings(here, gateway=gateway)
    pace = Pace(10_000, burst=10_000)
    http = Http([found.api], authorization=lambda: "Bearer t", pace=pace, patience=AT_ONCE, client=client)
    return Client(found, str, http)


def a_page(number: int, **more: object) -> dict[str, Any]:
    return {
        "id": str(number),
        "status": "current",
        "title": f"Page {number}",
        "spaceId": 7,
        "version": {"number": 1, "createdAt": "2026-01-01T00:00:00.000Z"},
        "somethingNew": {"a": 1},
        **more,
    }


def listed(client: Client) -> list[str]:
    return [thing.id for part in client.listed(Kind.PAGE, spaces=["7"]) for thing in part.things]


@pytest.mark.parametrize(
    "following", ["https://evil.example.test/wiki/api/v2/pages?cursor=x", "//evil.example.test/x?cursor=x"]
)
def test_a_next_page_at_another_host_is_refused(here: Site, client: httpx.Client, following: str) -> None:
    here.answers[f"{V2}/pages"] = said({"results": [a_page(1)], "_links": {"next": following}})
    with pytest.raises(Fatal, match=r"evil\.example\.test"):
        listed(a_client(here, client))
    assert len(here.asked) == 1


def test_a_next_page_at_another_port_gets_no_credentials(here: Site, there: Site, client: httpx.Client) -> None:
    following = f"{there.url}{V2}/pages?cursor=x"
    here.answers[f"{V2}/pages"] = said({"results": [], "_links": {"next": following}})
    with pytest.raises(Fatal, match="another host"):
        listed(a_client(here, client))
    assert there.asked == []


def test_a_next_page_without_the_gateway_s_prefix_is_asked_for_behind_the_gateway(
    here: Site, client: httpx.Client
) -> None:
    here.answers[f"{GATEWAY}{V2}/pages"] = [
        said({"results": [a_page(1)], "_links": {"next": f"{V2}/pages?cursor=x&limit=1"}}),
        said({"results": []}),
    ]
    assert listed(a_client(here, client, gateway=GATEWAY)) == ["1"]
    assert here.paths == [f"{GATEWAY}{V2}/pages"] * 2
    assert here.asked[1].parameters["cursor"] == "x"


def test_a_next_page_that_leads_to_another_list_is_still_ours(here: Site, client: httpx.Client) -> None:
    following = f"{V2}/users?cursor=x&space-id=99&status=trashed"
    here.answers[f"{V2}/pages"] = [said({"results": [], "_links": {"next": following}}), said({"results": []})]
    listed(a_client(here, client))
    assert [(asked.path, asked.parameters["space-id"], asked.parameters["status"]) for asked in here.asked] == [
        (f"{V2}/pages", "7", "current")
    ] * 2


def test_a_page_without_results_goes_on(here: Site, client: httpx.Client) -> None:
    here.answers[f"{V2}/pages"] = [
        said({"results": [], "_links": {"next": f"{V2}/pages?cursor=x"}}),
        said({"results": [a_page(1)]}),
    ]
    assert listed(a_client(here, client)) == ["1"]


def test_a_listing_that_goes_round_in_a_ring_ends(here: Site, client: httpx.Client) -> None:
    here.answers[f"{V2}/pages"] = said({"results": [a_page(1)], "_links": {"next": f"{V2}/pages?cursor=x"}})
    with pytest.raises(Retryable, match="ring"):
        listed(a_client(here, client))


def test_a_next_page_that_says_nothing_of_where_is_not_understood(here: Site, client: httpx.Client) -> None:
    here.answers[f"{V2}/pages"] = said({"results": [a_page(1)], "_links": {"next": f"{V2}/pages?page=2"}})
    with pytest.raises(Retryable, match="without saying where"):
        listed(a_client(here, client))


@pytest.mark.parametrize(
    "item", [{}, {"id": "1"}, a_page(1, version=None), a_page(1, id="../2"), a_page(1, spaceId=None)]
)
def test_a_page_that_is_half_understood_stops_the_listing(here: Site, client: httpx.Client, item: Any) -> None:
    here.answers[f"{V2}/pages"] = said({"results": [item]})
    with pytest.raises(Retryable, match="not understood"):
        listed(a_client(here, client))


def test_a_cursor_that_is_no_longer_taken_is_outdated(here: Site, client: httpx.Client) -> None:
    here.answers[f"{V2}/pages"] = no(400)
    with pytest.raises(Outdated):
        list(a_client(here, client).listed(Kind.PAGE, spaces=["7"], cursor="old"))


def test_without_a_space_nothing_is_listed(here: Site, client: httpx.Client) -> None:
    assert not list(a_client(here, client).listed(Kind.PAGE, spaces=[]))
    assert here.asked == []


def test_a_listing_under_load_is_read_in_smaller_pages(here: Site, client: httpx.Client) -> None:
    def answer(asked: Asked) -> Reply:
        return said({"results": [a_page(1)]}) if int(asked.parameters["limit"]) <= 62 else no(500)

    here.answers[f"{V2}/pages"] = answer
    assert listed(a_client(here, client)) == ["1"]
    assert [asked.parameters["limit"] for asked in here.asked] == ["250", "125", "62"]


HALF: dict[str, Any] = {
    "no lists": {"operation": "read"},
    "no groups": {"operation": "read", "restrictions": {"user": {"results": []}}},
    "no users": {"operation": "read", "restrictions": {"group": {"results": []}}},
    "not expanded": {"operation": "read", "restrictions": {"_expandable": {"user": "", "group": ""}}},
    "another operation": {
        "operation": "update",
        "restrictions": {"user": {"results": []}, "group": {"results": []}},
    },
    "no results": {"operation": "read", "restrictions": {"user": {}, "group": {"results": []}}},
    "null": {"operation": "read", "restrictions": {"user": None, "group": None}},
}


@pytest.mark.parametrize("body", HALF.values(), ids=HALF.keys())
def test_half_of_a_restriction_is_unknown_access(here: Site, client: httpx.Client, body: Any) -> None:
    here.answers[f"{V1}/content/1/restriction/byOperation/read"] = said(body)
    with pytest.raises(AccessUnknown):
        a_client(here, client).restriction("1")


@pytest.mark.parametrize("status", [400, 403, 404])
def test_a_restriction_that_is_refused_is_unknown_access(here: Site, client: httpx.Client, status: int) -> None:
    here.answers[f"{V1}/content/1/restriction/byOperation/read"] = no(status)
    with pytest.raises(AccessUnknown, match=str(status)):
        a_client(here, client).restriction("1")


@pytest.mark.parametrize(
    "permission",
    [{}, {"principal": {"type": "user"}, "operation": {"key": "read", "targetType": "space"}}, {"principal": None}],
    ids=str,
)
def test_half_of_a_permission_is_unknown_access(here: Site, client: httpx.Client, permission: Any) -> None:
    here.answers[f"{V2}/spaces/7/permissions"] = said({"results": [permission]})
    with pytest.raises(AccessUnknown):
        a_client(here, client).permissions("7")


@pytest.mark.parametrize("answer", ["yes", 1, None, "true"])
def test_only_a_plain_yes_is_a_yes(here: Site, client: httpx.Client, answer: Any) -> None:
    here.answers[f"{V1}/content/1/permission/check"] = said({"hasPermission": answer})
    with pytest.raises(Retryable, match="not understood"):
        a_client(here, client).may_read("1", "a")


@pytest.mark.parametrize(("status", "found"), [(403, None), (404, False), (400, False)])
def test_what_may_not_be_asked_is_no_yes(here: Site, client: httpx.Client, status: int, *, found: bool | None) -> None:
    here.answers[f"{V1}/content/1/permission/check"] = no(status)
    assert a_client(here, client).may_read("1", "a") is found


@pytest.mark.parametrize("anonymous", ["true", None, 1])
def test_anonymous_access_that_is_half_told_is_none(here: Site, client: httpx.Client, anonymous: Any) -> None:
    operation = {"operation": "read", "targetType": "space"}
    here.answers[f"{V1}/space/ENG"] = said({"permissions": [{"operation": operation, "anonymousAccess": anonymous}]})
    assert not a_client(here, client).is_anonymous("ENG")


def test_a_group_that_has_no_end_is_unknown(here: Site, client: httpx.Client) -> None:
    member = {"accountId": "a"}
    here.answers[f"{V1}/group/g/membersByGroupId"] = said({"results": [member] * 50_000, "limit": 200})
    with pytest.raises(AccessUnknown):
        a_client(here, client).members("g")


def test_an_id_never_leaves_its_place_in_the_path(here: Site, client: httpx.Client) -> None:
    with pytest.raises(AccessUnknown):
        a_client(here, client).members("../../admin?x=1#")
    assert here.paths == [f"{V1}/group/..%2F..%2Fadmin%3Fx%3D1%23/membersByGroupId"]


def test_the_secret_is_in_no_representation(here: Site) -> None:
    with httpx.Client() as connections:
        client = a_client(here, connections)
        assert "Bearer" not in repr(client)
