"""What Google may say to us, from a script: everything that it could say wrongly, and what is made of that."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from connectors.drive import wire
from connectors.drive.client import Outdated, Unexportable
from connectors.drive.refusals import is_haste, reasons
from connectors.http import Refused, TooLarge
from connectors.model import AccessUnknown, Fatal, Retryable
from tests.connectors.drive.scripted import ANA, FILES, Google
from tests.fakes.site import Reply, no, said, site

FILE = {"id": "1abc", "name": "Plan", "mimeType": "text/plain", "trashed": False}
PERMISSIONS = f"{FILES}/1abc/permissions"


def error(status: int, *words: str) -> Reply:
    return said({"error": {"code": status, "errors": [{"reason": word} for word in words]}}, status)


@pytest.fixture
def google(client: httpx.Client) -> Iterator[Google]:
    with site() as issuer, site() as api:
        yield Google(issuer, api, client)


@pytest.mark.parametrize(
    "wrong",
    [
        {"id": "../secret"},
        {"id": ""},
        {"trashed": "false"},
        {"trashed": None},
        {"name": None},
        {"mimeType": None},
        {"parents": "1abc"},
        {"parents": ["a/b"]},
        {"modifiedTime": "yesterday"},
        {"size": "many"},
        {"capabilities": {"canDownload": "yes"}},
        {"permissions": [{"type": "user"}]},
    ],
    ids=str,
)
def test_a_file_in_another_form_than_it_has_is_not_half_believed(google: Google, wrong: dict[str, Any]) -> None:
    google.api.answers[FILES] = said({"files": [{**FILE, **wrong}]})
    with pytest.raises(Retryable, match="not understood"):
        list(google.client().listed(ANA, "trashed = false", drive=None))


def test_a_listing_without_its_list_is_no_empty_one(google: Google) -> None:
    google.api.answers[FILES] = said({})
    with pytest.raises(Retryable):
        list(google.client().listed(ANA, "trashed = false", drive=None))
    google.api.answers[PERMISSIONS] = said({})
    with pytest.raises(AccessUnknown):
        google.client().permissions(ANA, "1abc")


def test_a_search_that_did_not_look_everywhere_concludes_nothing(google: Google) -> None:
    google.api.answers[FILES] = said({"files": [FILE], "incompleteSearch": True})
    with pytest.raises(Retryable, match="incompleteSearch"):
        list(google.client().listed(ANA, "trashed = false", drive=None))


def test_a_listing_that_goes_round_in_a_ring_ends(google: Google) -> None:
    google.api.answers[FILES] = said({"files": [FILE], "nextPageToken": "again"})
    with pytest.raises(Retryable, match="ring"):
        list(google.client().listed(ANA, "trashed = false", drive=None))
    assert len(google.api.asked) == 2


def test_of_a_drive_both_flags_are_said_and_of_what_is_somebody_s_own_none(google: Google) -> None:
    list(google.client().listed(ANA, "trashed = false", drive="0AFin"))
    list(google.client().listed(ANA, "'me' in owners", drive=None))
    shared, own = (one.parameters for one in google.api.asked)
    assert (shared["corpora"], shared["driveId"]) == ("drive", "0AFin")
    assert (shared["supportsAllDrives"], shared["includeItemsFromAllDrives"]) == ("true", "true")
    assert shared["pageSize"] == "1000"
    assert own["corpora"] == "user"
    assert "includeItemsFromAllDrives" not in own


def test_an_empty_page_may_have_a_next_one(google: Google) -> None:
    google.api.answers[FILES] = [said({"files": [], "nextPageToken": "on"}), said({"files": [FILE]})]
    pages = list(google.client().listed(ANA, "trashed = false", drive=None))
    assert [len(page.files) for page in pages] == [0, 1]
    assert google.api.asked[1].parameters["pageToken"] == "on"


@pytest.mark.parametrize("status", [400, 404, 410])
def test_a_token_that_is_not_taken_is_told_apart(google: Google, status: int) -> None:
    google.api.answers["/drive/v3/changes"] = error(status, "invalid")
    with pytest.raises(Outdated):
        list(google.client().changes(ANA, "7", None))


@pytest.mark.parametrize(
    ("status", "words", "outcome"),
    [
        (404, ("notFound",), AccessUnknown),
        (403, ("insufficientFilePermissions",), AccessUnknown),
        (403, ("insufficientPermissions",), Fatal),
        (403, ("accessNotConfigured",), Fatal),
        (403, ("dailyLimitExceeded",), Retryable),
        (400, ("badRequest",), Retryable),
    ],
)
def test_who_may_read_a_file_is_unknown_where_it_is_refused_and_a_person_is_asked_where_all_is(
    google: Google, status: int, words: tuple[str, ...], outcome: type[Exception]
) -> None:
    google.api.answers[PERMISSIONS] = error(status, *words)
    with pytest.raises(outcome):
        google.client().permissions(ANA, "1abc")


def test_half_of_the_permissions_are_none(google: Google) -> None:
    one = {"type": "user", "role": "reader", "emailAddress": ANA}
    google.api.answers[PERMISSIONS] = [said({"permissions": [one], "nextPageToken": "on"}), error(404, "notFound")]
    with pytest.raises(Retryable, match="to the end"):
        google.client().permissions(ANA, "1abc")


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (error(404, "notFound"), None),
        (error(403, "cannotDownloadFile"), None),
        (error(403, "cannotDownloadAbusiveFile"), None),
        (error(403, "exportSizeLimitExceeded"), Unexportable()),
        (Reply(b"text"), b"text"),
        (Reply(b""), b""),
    ],
)
def test_what_is_not_handed_out_is_a_value(google: Google, answer: Reply, expected: object) -> None:
    google.api.answers[f"{FILES}/1abc/export"] = answer
    assert google.client().exported(ANA, "1abc", "text/markdown") == expected


def test_a_file_that_is_longer_than_it_said_is_cut_off(google: Google) -> None:
    google.api.answers[f"{FILES}/1abc"] = Reply(b"x" * 2000)
    assert isinstance(google.client().downloaded(ANA, "1abc"), TooLarge)


def test_an_id_stays_in_its_place_of_the_path(google: Google) -> None:
    google.client().file(ANA, "../about?x=1")
    assert google.api.paths == ["/drive/v3/files/..%2Fabout%3Fx%3D1"]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b"", set()),
        (b"<html>", set()),
        (b"[]", set()),
        (b'{"error": "invalid_grant"}', {"invalid_grant"}),
        (b'{"error": {"errors": [{"reason": "a"}, {"reason": "b"}]}}', {"a", "b"}),
        (b'{"error": {"errors": "a"}}', set()),
        (b'{"error": null}', set()),
    ],
)
def test_the_reasons_of_a_refusal_are_read_whatever_it_is(body: bytes, expected: set[str]) -> None:
    assert reasons(Refused(403, body)) == expected


@pytest.mark.parametrize(
    ("status", "word", "expected"),
    [
        (403, "rateLimitExceeded", True),
        (403, "userRateLimitExceeded", True),
        (403, "dailyLimitExceeded", False),
        (403, "sharingRateLimitExceeded", False),
        (403, "domainPolicy", False),
        (404, "rateLimitExceeded", False),
    ],
)
def test_haste_is_what_google_calls_so(status: int, word: str, *, expected: bool) -> None:
    body = b'{"error": {"errors": [{"reason": "' + word.encode() + b'"}]}}'
    assert is_haste(Refused(status, body)) is expected


def test_a_directory_without_anybody_may_leave_the_list_out(google: Google) -> None:
    google.api.answers["/directory/groups"] = said({})
    assert google.client().groups() == ()
    google.api.answers["/directory/groups"] = said({"groups": [{"id": "g1"}]})
    with pytest.raises(AccessUnknown):
        google.client().groups()


def test_of_a_change_only_the_id_may_be_told() -> None:
    found = wire.Changes.model_validate({"changes": [{"changeType": "file", "removed": True, "fileId": "1abc"}]})
    assert (found.changes[0].file_id, found.changes[0].file) == ("1abc", None)


def test_a_listing_that_cannot_be_had_is_a_person_s_business_or_another_time_s(google: Google) -> None:
    google.api.answers[FILES] = no(403)
    with pytest.raises(Fatal, match="is its API switched on"):
        list(google.client().listed(ANA, "trashed = false", drive=None))
