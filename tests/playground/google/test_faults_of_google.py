"""What goes wrong, on purpose, and what was asked."""

from typing import Any

import httpx
import pytest

from bot.playground.google import KINDS, GoogleEmulator
from tests.playground.google.conftest import BOTH, TLS, Api, Office

FILES = "/drive/v3/files"


def outcome(api: Api, path: str = "files") -> str:
    try:
        found = api.get(path)
    except httpx.TransportError as error:
        return type(error).__name__
    if "json" not in found.headers["content-type"]:
        return f"{found.status_code} {found.headers['content-type']}"
    reasons = [each["reason"] for each in found.json().get("error", {}).get("errors", [])]
    return " ".join([str(found.status_code), *reasons])


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("rate_limited", "429 rateLimitExceeded"),
        ("rate_limited_403", "403 rateLimitExceeded"),
        ("user_rate_limited", "403 userRateLimitExceeded"),
        ("forbidden", "403 domainPolicy"),
        ("unauthorized", "401 authError"),
        ("error_500", "500 internalError"),
        ("failed_after", "500 internalError"),
        ("error_503", "503 text/html; charset=utf-8"),
        ("wrong_type", "200 text/html; charset=utf-8"),
        ("truncated", "RemoteProtocolError"),
        ("lost_reply", "RemoteProtocolError"),
        ("stall", "RemoteProtocolError"),
        ("slow", "200"),
    ],
)
def test_each_fault_is_what_it_is_called_once(google: GoogleEmulator, ana: Api, kind: Any, expected: str) -> None:
    google.faults.fail(FILES, kind, seconds=0.01)
    assert (outcome(ana), outcome(ana)) == (expected, "200")
    assert [each.outcome for each in google.requests.of(FILES)] == [kind, ""]


def test_every_kind_of_fault_is_tried_above() -> None:
    marks = test_each_fault_is_what_it_is_called_once.pytestmark
    assert {case[0] for case in marks[0].args[1]} == set(KINDS)


@pytest.mark.parametrize(("wait", "said"), [(None, None), (3, "3"), (0, "0")])
def test_too_many_requests_with_and_without_a_time_to_wait(
    google: GoogleEmulator, ana: Api, wait: float | None, said: str | None
) -> None:
    google.faults.fail(FILES, "rate_limited", retry_after=wait)
    assert ana.get("files").headers.get("retry-after") == said


def test_by_chance_it_is_the_same_for_the_same_seed_and_whoever_tries_again_gets_through(
    google: GoogleEmulator, ana: Api
) -> None:
    def tried(seed: int) -> list[str]:
        google.faults.seed(seed, share=0.5, in_a_row=2)
        return [outcome(ana) for _ in range(12)]

    once, again, other = tried(1), tried(1), tried(2)
    assert once == again != other
    assert not any("200" not in "".join(once[at : at + 3]) for at in range(10))


def test_something_happens_between_two_pages(office: Office, google: GoogleEmulator, ben: Api) -> None:
    google.faults.between_pages(FILES, lambda: office.drive.delete(office.in_folder.id))
    asked = {"corpora": "drive", "driveId": office.team.id, "pageSize": 2, "orderBy": "folder,name", **BOTH}
    assert ben.names(**asked) == ["Folder", "Shut", "in-shut.txt", "Plan"]


def test_the_log_tells_who_asked_what_and_how_often(office: Office, google: GoogleEmulator, ana: Api) -> None:
    ana.get(f"files/{office.note.id}")
    ana.get("files/none")
    ana.get("files", pageSize=1)
    assert google.requests.counts() == {
        "POST /token": 1,
        "GET /drive/v3/files/{id}": 2,
        "GET /drive/v3/files": 1,
    }
    told = google.requests.all()
    assert [(each.via, each.status, each.account_id) for each in told] == [
        ("token", 200, ""),
        ("drive", 200, "ana@acme.test"),
        ("drive", 404, "ana@acme.test"),
        ("drive", 200, "ana@acme.test"),
    ]


def test_what_is_not_there_is_not_found(ana: Api) -> None:
    assert ana.refused("nothing") == (404, "notFound")
    assert ana.http.delete("/drive/v3/files/x").status_code == 404


def test_the_levers_are_pulled_over_http(office: Office, google: GoogleEmulator) -> None:
    def pull(lever: str, **args: Any) -> Any:
        return httpx.post(f"{google.url}/_world/control/{lever}", json=args, trust_env=False, verify=TLS).json()

    def asked(path: str) -> Any:
        return httpx.get(f"{google.url}/_world/{path}", trust_env=False, verify=TLS).json()

    assert pull("do", do="share", **{"with": [office.note.id, "dev@acme.test"]})["ok"]
    assert asked("findable?address=dev@acme.test") == {"ids": [office.note.id]}
    made = pull("do", do="add_doc", **{"with": ["New", "# New"], "and": {"owner": "dev@acme.test"}})["made"]
    assert made in asked("findable?address=dev@acme.test")["ids"]
    assert not pull("do", do="give_root", **{"with": ["x"]})["ok"]
    assert not pull("do", do="share", **{"with": ["none", "dev@acme.test"]})["ok"]
    assert not pull("nothing")["ok"]
    assert pull("fail", where=FILES, kind="error_500")["ok"]
    assert pull("heal")["ok"]
    assert asked("log")["total"] == 0
    assert asked("key")["client_email"] == google.account.email
    assert {each["id"] for each in asked("files")["files"]} >= {made}
    assert asked("spent")["cpu_s"] > 0
    assert len(asked("people")["people"]) == 7
    assert pull("forget_changes")["ok"]


def test_no_web_page_of_another_site_talks_to_it(google: GoogleEmulator) -> None:
    found = httpx.get(f"{google.url}/_world/key", headers={"host": "elsewhere.test"}, trust_env=False, verify=TLS)
    assert found.status_code == 400
