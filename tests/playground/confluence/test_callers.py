"""Whose token it is, and what it is not good for."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from bot.playground.confluence import ConfluenceEmulator
from bot.playground.confluence.routes import ROUTES
from tests.playground.confluence.conftest import Api, Wiki

V2 = "/wiki/api/v2"
V1 = "/wiki/rest/api"
ApiOf = Callable[..., Api]


def header(site: ConfluenceEmulator, value: str) -> int:
    api = Api(site.url, value)
    status = api.get(f"{V2}/spaces").status_code
    api.http.close()
    return status


def test_no_token_or_a_wrong_one_is_refused(site: ConfluenceEmulator) -> None:
    for value in ("", "Basic", "Basic !!", "Basic YTpi", "Bearer x", "Digest x", f"Bearer {site.caller.token}x"):
        assert header(site, value) == 401
    assert header(site, site.caller.basic) == header(site, site.caller.bearer) == 200


def test_a_token_is_good_with_its_owners_address_only(wiki: Wiki, site: ConfluenceEmulator) -> None:
    ana = site.add_caller(wiki.ana.account_id)
    assert header(site, ana.basic) == 200
    assert header(site, replace(ana, email="ANA@acme.test").basic) == 200
    assert header(site, replace(ana, email="ben@acme.test").basic) == 401
    site.callers.revoke(ana)
    assert header(site, ana.basic) == 401


def test_whoever_was_deactivated_may_not_use_it(wiki: Wiki, site: ConfluenceEmulator) -> None:
    caller = site.add_caller(wiki.gone.account_id)
    assert header(site, caller.basic) == 403


def test_a_token_with_scopes_is_good_at_the_gateway_only(wiki: Wiki, site: ConfluenceEmulator, api_of: ApiOf) -> None:
    caller = site.add_caller(wiki.bot.account_id, scopes=frozenset({"read:space:confluence"}))
    assert header(site, caller.basic) == 401
    for bearer in (False, True):
        assert api_of(caller, base=site.gateway_url, bearer=bearer).get(f"{V2}/spaces").status_code == 200


MISSING = {
    "pages": f"{V2}/pages",
    "attachments": f"{V2}/attachments",
    "comments": f"{V2}/footer-comments",
    "restrictions": f"{V1}/content/1/restriction/byOperation",
    "groups": f"{V1}/group",
    "people": f"{V1}/user/current",
    "what is not there": f"{V2}/pages/1",
}


@pytest.mark.parametrize("path", MISSING.values(), ids=MISSING.keys())
def test_a_missing_scope_is_said_as_the_gateway_says_it(
    wiki: Wiki, site: ConfluenceEmulator, api_of: ApiOf, path: str
) -> None:
    caller = site.add_caller(wiki.bot.account_id, scopes=frozenset({"read:space:confluence"}))
    found = api_of(caller, base=site.gateway_url).get(path)
    assert found.status_code == 401
    assert found.json() == {"code": 401, "message": "Unauthorized; scope does not match"}
    assert found.headers["x-failure-category"] == "FAILURE_CLIENT_SCOPE_CHECK"


@pytest.mark.parametrize(
    ("scopes", "path", "expected"),
    [
        ({"read:confluence-content.all"}, f"{V2}/pages", 200),
        ({"read:confluence-content.all"}, f"{V2}/spaces", 401),
        ({"read:group:confluence"}, f"{V1}/group", 200),
        ({"read:group:confluence"}, f"{V1}/group/x/membersByGroupId", 401),
        ({"read:group:confluence", "read:user:confluence"}, f"{V1}/group/x/membersByGroupId", 404),
        ({"read:confluence-groups"}, f"{V1}/group/x/membersByGroupId", 404),
    ],
)
def test_granular_scopes_all_together_or_a_classic_one(
    wiki: Wiki, site: ConfluenceEmulator, api_of: ApiOf, scopes: set[str], path: str, expected: int
) -> None:
    caller = site.add_caller(wiki.bot.account_id, scopes=frozenset(scopes))
    assert api_of(caller, base=site.gateway_url).get(path).status_code == expected


def test_every_path_needs_some_scope(wiki: Wiki, site: ConfluenceEmulator, api_of: ApiOf) -> None:
    nothing = api_of(site.add_caller(wiki.bot.account_id, scopes=frozenset()), base=site.gateway_url)
    for route in ROUTES:
        asked = nothing.http.request(route.method, route.path.replace("{", "").replace("}", ""))
        assert (asked.status_code, route.scopes != ()) == (401, True), route.path


def test_another_cloud_is_not_here(site: ConfluenceEmulator, api: Api) -> None:
    assert api.get(f"/ex/confluence/other{V2}/spaces").status_code == 404
    assert api.json("/_edge/tenant_info") == {"cloudId": site.cloud_id}
    assert api.get(f"{V2}/unheard-of").status_code == 404


def test_an_administrators_key_sees_what_its_owner_does_not(
    wiki: Wiki, site: ConfluenceEmulator, api_of: ApiOf
) -> None:
    without, with_key = (
        site.add_caller(wiki.guest.account_id, sees_everything=key, admin=True) for key in (False, True)
    )
    assert api_of(without).ids(f"{V2}/pages") == []
    assert len(api_of(with_key).ids(f"{V2}/pages")) == 5


def test_an_app_is_made_if_there_is_none(wiki: Wiki) -> None:
    emulator = ConfluenceEmulator(wiki.world)
    assert emulator.caller.account_id == wiki.bot.account_id
    wiki.bot.app = False
    made = ConfluenceEmulator(wiki.world).caller
    assert wiki.world.person(made.account_id).app
    assert made.admin
