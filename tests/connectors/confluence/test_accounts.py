"""Who is at the site: read to the end, people only, and licensed only where the site or an admin says so."""

from collections.abc import Iterator

import httpx
import pytest

from connectors.confluence.accounts import accounts
from connectors.confluence.client import Client
from connectors.confluence.reader import Reader
from connectors.confluence.settings import parse
from connectors.http import Http, Patience
from connectors.model import AccessUnknown
from connectors.pace import Pace
from tests.fakes.site import Answer, Asked, Reply, Site, no, said, site

V1, V2 = "/wiki/rest/api", "/wiki/api/v2"
ALL = {"c": "confluence-users-acme", "a": "confluence-admins-acme", "e": "eng"}


@pytest.fixture
def here() -> Iterator[Site]:
    """Ann is in everything; Ben only in `eng`; a guest and an app are among the users, as is somebody who left."""
    with site() as found:
        found.answers[f"{V1}/group"] = groups(user=["c"], admin=["a"])
        for name, members in {"c": ["ann", "guest", "app", "left"], "a": ["ann"], "e": ["ann", "ben"]}.items():
            found.answers[f"{V1}/group/{name}/membersByGroupId"] = said(
                {
                    "results": [
                        {"accountId": one, "accountType": "app" if one == "app" else "atlassian"} for one in members
                    ]
                }
            )
        found.answers[f"{V2}/users-bulk"] = said(
            {"results": [user(one) for one in ("ann", "ben", "guest", "app", "left")]}
        )
        yield found


def user(name: str) -> dict[str, object]:
    return {
        "accountId": name,
        "accountType": "app" if name == "app" else "atlassian",
        "accountStatus": "closed" if name == "left" else "active",
        "email": f"{name}@acme.test",
        "isGuest": name == "guest",
    }


def groups(**by_access: list[str]) -> Answer:
    def answer(asked: Asked) -> Reply:
        found = by_access.get(asked.parameters.get("accessType", ""), list(ALL))
        return said({"results": [{"id": name, "name": ALL[name]} for name in found], "limit": 200})

    return answer


def found(here: Site, client: httpx.Client, **more: str) -> dict[str, tuple[bool, bool]]:
    """By account: whether licensed, and whether an administrator."""
    settings = parse({"site": f"{here.url}/wiki", "secret": "env:TOKEN", "spaces": "ENG", **more})
    patience = Patience(total_s=20, first_wait_s=0, longest_wait_s=0, jitter_s=0)
    http = Http(
        [here.url], authorization=lambda: "Bearer t", pace=Pace(10_000, burst=10_000), patience=patience, client=client
    )
    reader = Reader("wiki", settings, Client(settings, str, http))
    return {one.id: (one.licensed, one.admin) for one in accounts(reader)}


def test_whoever_left_and_whoever_is_no_person_is_not_there(here: Site, client: httpx.Client) -> None:
    assert found(here, client).keys() == {"ann", "ben", "guest"}


def test_only_members_of_the_groups_that_give_access_are_licensed_and_no_guest(
    here: Site, client: httpx.Client
) -> None:
    assert found(here, client) == {"ann": (True, True), "ben": (False, False), "guest": (False, False)}


def test_a_site_that_does_not_tell_which_groups_give_access_has_only_its_own_names(
    here: Site, client: httpx.Client
) -> None:
    here.answers[f"{V1}/group"] = groups()
    assert found(here, client) == {"ann": (True, True), "ben": (False, False), "guest": (False, False)}


def test_an_admin_s_word_on_the_groups_comes_first(here: Site, client: httpx.Client) -> None:
    told = found(here, client, licensed_groups="eng", admin_groups="eng")
    assert told == {"ann": (True, True), "ben": (True, True), "guest": (False, False)}


def test_an_account_of_which_nothing_is_told_is_not_there(here: Site, client: httpx.Client) -> None:
    here.answers[f"{V2}/users-bulk"] = said({"results": [user("ann")]})
    assert found(here, client).keys() == {"ann"}


@pytest.mark.parametrize("path", [f"{V1}/group", f"{V1}/group/e/membersByGroupId", f"{V2}/users-bulk"])
@pytest.mark.parametrize("reply", [no(403), no(404), said({"results": [{}]})], ids=["403", "404", "half of it"])
def test_what_cannot_be_read_whole_is_unknown(here: Site, client: httpx.Client, path: str, reply: Reply) -> None:
    here.answers[path] = reply
    with pytest.raises(AccessUnknown):
        found(here, client)
