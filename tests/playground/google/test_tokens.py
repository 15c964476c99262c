"""An access token is given for what was signed by whom it names, and for nothing else."""

import base64
import json
from collections.abc import Callable
from typing import Any

import pytest

from bot.playground.google import GoogleEmulator
from bot.playground.google.tokens import DRIVE_METADATA, DRIVE_READ, GOOGLES, USERS_READ
from tests.playground.google.conftest import Api, Office, asked, assertion


def said(google: GoogleEmulator, signed: str) -> tuple[int, str]:
    found = asked(google, signed)
    return found.status_code, found.json().get("error", "a token")


@pytest.mark.parametrize(
    ("claims", "expected"),
    [
        ({}, (200, "a token")),
        ({"aud": GOOGLES}, (200, "a token")),
        ({"sub": "ribeiro@acme.test"}, (200, "a token")),
        ({"iss": "other@elsewhere.test"}, (400, "invalid_grant")),
        ({"aud": "https://elsewhere.test/token"}, (400, "invalid_grant")),
        ({"iat": -4000, "exp": -600}, (400, "invalid_grant")),
        ({"iat": 3000, "exp": 6000}, (400, "invalid_grant")),
        ({"exp": 7200}, (400, "invalid_grant")),
        ({"exp": None}, (400, "invalid_grant")),
        ({"iat": "now"}, (400, "invalid_grant")),
        ({"scope": ""}, (400, "invalid_scope")),
        ({"scope": "everything"}, (400, "invalid_scope")),
        ({"sub": "gone@acme.test"}, (400, "invalid_grant")),
        ({"sub": "nobody@acme.test"}, (400, "invalid_grant")),
        ({"sub": "guest@elsewhere.test"}, (400, "invalid_grant")),
        ({"sub": "platform@acme.test"}, (400, "invalid_grant")),
        ({"sub": "ana@acme.test", "scope": f"{DRIVE_READ} {DRIVE_METADATA}"}, (401, "unauthorized_client")),
    ],
    ids=str,
)
def test_what_is_claimed_is_checked(google: GoogleEmulator, claims: dict[str, Any], expected: tuple[int, str]) -> None:
    assert said(google, assertion(google, **claims)) == expected


def test_a_signature_by_another_key_is_none(google: GoogleEmulator) -> None:
    other = google.tokens.add_account("other@project.iam.test")
    assert said(google, assertion(google, other)) == (200, "a token")
    assert said(google, assertion(google, other, iss=google.account.email))[0] == 400


@pytest.mark.parametrize("what", ["header", "claims", "signature"])
def test_whatever_was_changed_after_signing_is_refused(google: GoogleEmulator, what: str) -> None:
    header, claims, signature = assertion(google).split(".")
    changed = {"header": {"alg": "none"}, "claims": {"iss": google.account.email, "scope": DRIVE_READ}}
    part = base64.urlsafe_b64encode(json.dumps(changed.get(what, {})).encode()).decode().rstrip("=")
    parts = {"header": header, "claims": claims, "signature": signature} | {what: part}
    assert said(google, ".".join(parts.values())) == (400, "invalid_grant")


@pytest.mark.parametrize("signed", ["", "x", "..", "a.b.c", "e30.e30.e30", "e30.W10.e30", "\xff.\xff.\xff"])
def test_what_is_no_assertion_is_refused(google: GoogleEmulator, signed: str) -> None:
    assert said(google, signed) == (400, "invalid_grant")


def test_another_kind_of_grant_is_not_known(google: GoogleEmulator) -> None:
    assert asked(google, assertion(google), grant="password").json()["error"] == "unsupported_grant_type"


def test_without_delegation_it_is_itself_and_nobody_else(office: Office) -> None:
    with GoogleEmulator(office.world, delegated=None) as google:
        assert said(google, assertion(google, scope=DRIVE_READ)) == (200, "a token")
        assert said(google, assertion(google, scope=DRIVE_READ, sub="ana@acme.test")) == (401, "unauthorized_client")


def test_a_service_account_that_is_a_member_of_a_drive_sees_it(
    office: Office, google: GoogleEmulator, api_of: Callable[..., Api]
) -> None:
    itself = api_of()
    assert itself.json("drives")["drives"] == []
    office.drive.set_member(office.team.id, google.account.email, "reader")
    assert [each["name"] for each in itself.json("drives")["drives"]] == ["Team"]


@pytest.mark.parametrize("header", [None, "Bearer x", "Basic eDp5", "Bearer"])
def test_without_a_token_nothing_is_told(google: GoogleEmulator, header: str | None) -> None:
    api = Api(google, authorization=header)
    assert api.refused("files") == (401, "authError")
    api.http.close()


def test_a_token_ends_with_its_hour(office: Office, ana: Api) -> None:
    assert ana.get("files").status_code == 200
    office.clock.advance(3601)
    assert ana.refused("files") == (401, "authError")


def test_a_token_ends_when_it_is_revoked_and_when_its_person_is_suspended(
    office: Office, google: GoogleEmulator, ana: Api, ben: Api
) -> None:
    office.directory.suspend("ana@acme.test")
    assert ana.refused("files") == (401, "authError")
    assert ben.get("files").status_code == 200
    google.tokens.revoke(google.account.email)
    assert ben.refused("files") == (401, "authError")


@pytest.mark.parametrize(
    ("scope", "path", "params", "expected"),
    [
        (DRIVE_METADATA, "files", {}, 200),
        (DRIVE_METADATA, "files/{note}", {}, 200),
        (DRIVE_METADATA, "files/{note}", {"alt": "media"}, 403),
        (DRIVE_METADATA, "files/{linked}/export", {"mimeType": "text/markdown"}, 403),
        (DRIVE_READ, "files/{note}", {"alt": "media"}, 200),
        (DRIVE_READ, "/admin/directory/v1/users", {"customer": "my_customer"}, 403),
        (USERS_READ, "files", {}, 403),
        (USERS_READ, "/admin/directory/v1/groups", {"customer": "my_customer"}, 403),
    ],
)
def test_a_token_is_good_for_its_scopes(
    office: Office, scope: str, path: str, params: dict[str, str], expected: int
) -> None:
    with GoogleEmulator(office.world, delegated=[scope]) as google:
        found = asked(google, assertion(google, scope=scope, sub="ana@acme.test")).json()
        api = Api(google, authorization=f"Bearer {found['access_token']}")
        where = path.format(note=office.note.id, linked=office.linked.id)
        answer = api.get(where, **params)
        assert answer.status_code == expected
        assert expected == 200 or answer.json()["error"]["errors"][0]["reason"] == "insufficientPermissions"
        api.http.close()
