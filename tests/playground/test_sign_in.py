"""The page of a site on which somebody says who they are, and what a program gets for it: as strict as the sites are."""

import base64
import secrets
from collections.abc import Iterator
from hashlib import sha256
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx
import pytest

from bot.playground.confluence import ConfluenceEmulator
from bot.playground.loopback.sign_in import Client
from bot.playground.world import World

BACK = "https://app.test/back"
PROOF = secrets.token_urlsafe(32)
CHALLENGE = base64.urlsafe_b64encode(sha256(PROOF.encode()).digest()).rstrip(b"=").decode()


@pytest.fixture(scope="module")
def site() -> Iterator[ConfluenceEmulator]:
    world = World()
    world.add_person("<b>Mei</b>", email="mei@acme.test", account_id="acc:mei")
    with ConfluenceEmulator(world) as made:
        yield made


@pytest.fixture(scope="module")
def http() -> Iterator[httpx.Client]:
    with httpx.Client(trust_env=False, follow_redirects=False) as made:
        yield made


def where(site: ConfluenceEmulator, client: Client, **changes: str) -> str:
    asked = {
        "client_id": client.id,
        "redirect_uri": client.back,
        "response_type": "code",
        "scope": "read:me",
        "state": "s",
        "code_challenge": CHALLENGE,
        "code_challenge_method": "S256",
    }
    return f"{site.url}/authorize?{urlencode({**asked, **changes})}"


def code(site: ConfluenceEmulator, http: httpx.Client, client: Client) -> str:
    sent = http.post(where(site, client), data={"who": "acc:mei"}).headers["location"]
    return parse_qs(urlsplit(sent).query)["code"][0]


def given(site: ConfluenceEmulator, http: httpx.Client, client: Client, got: str, **changes: str) -> httpx.Response:
    form = {
        "grant_type": "authorization_code",
        "client_id": client.id,
        "client_secret": client.secret,
        "redirect_uri": client.back,
        "code_verifier": PROOF,
        "code": got,
    }
    return http.post(f"{site.url}/oauth/token", data={**form, **changes})


def test_who_says_who_they_are_is_who_the_site_says(site: ConfluenceEmulator, http: httpx.Client) -> None:
    client = site.sign_in.add_client(BACK)
    page = http.get(where(site, client)).text
    assert "&lt;b&gt;Mei" in page
    token = given(site, http, client, code(site, http, client)).json()["access_token"]
    me = http.get(f"{site.url}/me", headers={"authorization": f"Bearer {token}"}).json()
    assert (me["account_id"], me["email"], me["email_verified"]) == ("acc:mei", "mei@acme.test", True)


@pytest.mark.parametrize(
    "changes",
    [
        {"client_id": "x"},
        {"redirect_uri": "https://evil.test/"},
        {"redirect_uri": f"{BACK}/more"},
        {"scope": "read:me write:page"},
        {"response_type": "token"},
        {"state": ""},
        {"code_challenge_method": "plain"},
    ],
)
def test_what_was_not_registered_is_shown_no_page(
    site: ConfluenceEmulator, http: httpx.Client, changes: dict[str, str]
) -> None:
    client = site.sign_in.add_client(BACK)
    asked = where(site, client, **changes)
    assert (http.get(asked).status_code, http.post(asked, data={"who": "acc:mei"}).status_code) == (400, 400)


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"client_secret": "x"}, 401),
        ({"client_id": "x"}, 401),
        ({"code": "x"}, 400),
        ({"code_verifier": "x"}, 400),
        ({"redirect_uri": "https://app.test/other"}, 400),
        ({"grant_type": "refresh_token"}, 400),
    ],
)
def test_nothing_is_given_for_a_code_that_does_not_fit(
    site: ConfluenceEmulator, http: httpx.Client, changes: dict[str, str], status: int
) -> None:
    client = site.sign_in.add_client(BACK)
    assert given(site, http, client, code(site, http, client), **changes).status_code == status


def test_a_code_holds_once_and_what_was_given_for_it_ends_when_it_comes_again(
    site: ConfluenceEmulator, http: httpx.Client
) -> None:
    client = site.sign_in.add_client(BACK)
    got = code(site, http, client)
    token = given(site, http, client, got).json()["access_token"]
    assert given(site, http, client, got).status_code == 400
    assert http.get(f"{site.url}/me", headers={"authorization": f"Bearer {token}"}).status_code == 401


def test_the_code_of_one_client_is_worth_nothing_to_another(site: ConfluenceEmulator, http: httpx.Client) -> None:
    one, other = site.sign_in.add_client(BACK), site.sign_in.add_client(BACK)
    assert given(site, http, other, code(site, http, one)).status_code == 400


def test_who_cancels_is_sent_back_without_a_code(site: ConfluenceEmulator, http: httpx.Client) -> None:
    client = site.sign_in.add_client(BACK)
    sent = http.post(where(site, client), data={"who": ""}).headers["location"]
    assert sent == f"{BACK}?error=access_denied&state=s"
