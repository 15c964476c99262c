"""Tokens: what is signed, for whom, how long one is kept, and that nobody else gets the key or one of them."""

import json
from collections.abc import Iterator
from datetime import timedelta

import httpx
import pytest

from connectors.drive.tokens import DIRECTORY, DRIVE, Voiceless
from connectors.model import Fatal, Retryable
from tests.connectors.drive.scripted import ANA, FILES, TOKEN, Google, key_file
from tests.fakes.site import Asked, Reply, no, said, sent_on, site


@pytest.fixture
def google(client: httpx.Client) -> Iterator[Google]:
    with site() as issuer, site() as api:
        yield Google(issuer, api, client)


def test_what_is_signed_says_who_asks_for_whom_and_for_what_and_for_an_hour(google: Google) -> None:
    assert google.tokens().text(ANA, DRIVE) == "ya29.one"
    claims = google.claims()
    assert claims["iss"] == "bot@acme.test"
    assert claims["sub"] == ANA
    assert claims["scope"] == DRIVE[0]
    assert claims["aud"] == google.settings.token_url
    assert claims["exp"] - claims["iat"] == 3600
    assert claims["iat"] == int(google.now.timestamp())
    assert google.issuer.asked[0].authorization is None
    assert google.issuer.asked[0].body["grant_type"] == "urn:ietf:params:oauth:grant-type:jwt-bearer"


def test_for_itself_it_names_nobody(google: Google) -> None:
    google.tokens().text(None, DIRECTORY)
    claims = google.claims()
    assert "sub" not in claims
    assert claims["scope"] == " ".join(DIRECTORY)


def test_a_token_is_kept_for_each_person_and_scope_until_shortly_before_it_ends(google: Google) -> None:
    tokens = google.tokens()
    for _ in range(3):
        tokens.text(ANA, DRIVE)
    tokens.text("ben@acme.test", DRIVE)
    tokens.text(ANA, DIRECTORY)
    assert len(google.issuer.asked) == 3
    google.now += timedelta(minutes=54)
    tokens.text(ANA, DRIVE)
    assert len(google.issuer.asked) == 3
    google.now += timedelta(minutes=2)
    tokens.text(ANA, DRIVE)
    assert len(google.issuer.asked) == 4


def test_a_changed_key_needs_no_new_start(google: Google) -> None:
    tokens = google.tokens()
    tokens.text(ANA, DRIVE)
    google.held = key_file(client_email="new@acme.test")
    tokens.text("ben@acme.test", DRIVE)
    assert google.claims()["iss"] == "new@acme.test"


def test_where_the_key_says_that_tokens_are_had_is_not_believed(google: Google) -> None:
    google.held = key_file(token_uri="https://elsewhere.test/token")
    assert google.tokens().text(ANA, DRIVE) == "ya29.one"


@pytest.mark.parametrize(
    "held",
    [
        "",
        "{}",
        "not JSON",
        json.dumps({"client_email": "bot@acme.test"}),
        json.dumps({"client_email": "bot@acme.test", "private_key": "-----BEGIN PRIVATE KEY-----\nhush\n"}),
    ],
)
def test_what_is_no_key_is_said_without_it(google: Google, held: str) -> None:
    google.held = held
    with pytest.raises(Fatal) as caught:
        google.tokens().text(ANA, DRIVE)
    assert "hush" not in str(caught.value)
    assert google.issuer.asked == []


@pytest.mark.parametrize(
    ("status", "body", "word"),
    [
        (400, {"error": "invalid_grant", "error_description": "Invalid email or User ID"}, "invalid_grant"),
        (401, {"error": "unauthorized_client"}, "unauthorized_client"),
        (403, {"error": {"errors": [{"reason": "forbidden"}]}}, "forbidden"),
    ],
)
def test_for_whom_no_token_is_had_is_said_with_the_scopes(google: Google, status: int, body: object, word: str) -> None:
    google.issuer.answers[TOKEN] = said(body, status)
    with pytest.raises(Voiceless, match=rf"{ANA} \({status}, {word}\).*drive\.readonly"):
        google.tokens().text(ANA, DRIVE)
    assert len(google.issuer.asked) == 1


def test_where_tokens_are_had_may_fail_for_a_while(google: Google) -> None:
    google.issuer.answers[TOKEN] = [no(503), no(429), said({"access_token": "ya29.two", "expires_in": 10})]
    assert google.tokens().text(ANA, DRIVE) == "ya29.two"


@pytest.mark.parametrize(
    "answer", [{"expires_in": 3600}, {"access_token": "", "expires_in": 3600}, {"access_token": "x"}]
)
def test_an_answer_without_a_token_is_none(google: Google, answer: object) -> None:
    google.issuer.answers[TOKEN] = said(answer)
    with pytest.raises(Retryable) as caught:
        google.tokens().text(ANA, DRIVE)
    assert "ya29" not in str(caught.value)


def test_a_token_that_is_not_accepted_is_had_anew_once(google: Google) -> None:
    google.issuer.answers[TOKEN] = [
        said({"access_token": "ya29.old", "expires_in": 3600}),
        said({"access_token": "ya29.new", "expires_in": 3600}),
    ]

    def answer(asked: Asked) -> Reply:
        return said({"files": []}) if asked.authorization == "Bearer ya29.new" else no(401)

    google.api.answers[FILES] = answer
    assert [page.files for page in google.client().listed(ANA, "trashed = false", drive=None)] == [()]
    assert len(google.issuer.asked) == 2


def test_one_that_is_never_accepted_is_said_without_it(google: Google) -> None:
    google.api.answers[FILES] = no(401)
    with pytest.raises(Fatal) as caught:
        list(google.client().listed(ANA, "trashed = false", drive=None))
    assert "ya29" not in str(caught.value)
    assert len(google.api.asked) == 2


def test_a_token_goes_to_no_other_host_though_the_api_sends_us_there(google: Google) -> None:
    with site() as elsewhere:
        google.api.answers["/drive/v3/files/1x"] = sent_on(f"{elsewhere.url}/x")
        elsewhere.answers["/x"] = Reply(b"text")
        assert google.client().downloaded(ANA, "1x") == b"text"
        assert [one.authorization for one in elsewhere.asked] == [None]
        assert google.client().linked(ANA, f"{elsewhere.url}/x") is None
        assert len(elsewhere.asked) == 1


def test_neither_key_nor_token_is_in_any_representation(google: Google) -> None:
    tokens = google.tokens()
    tokens.text(ANA, DRIVE)
    shown = repr(tokens) + repr(google.client()) + repr(list(tokens._had.values()))
    assert "ya29" not in shown
    assert "PRIVATE" not in shown
