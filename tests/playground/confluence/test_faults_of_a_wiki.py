"""What goes wrong, on purpose, and the same each time for one seed."""

from collections.abc import Callable

import httpx
import pytest

from bot.playground.confluence import KINDS, ConfluenceEmulator, Faults
from tests.playground.confluence.conftest import Api, Wiki

V2 = "/wiki/api/v2"
PAGES = f"{V2}/pages"


def outcome(api: Api, path: str = PAGES) -> str:
    try:
        found = api.get(path)
    except httpx.TransportError as error:
        return type(error).__name__
    return f"{found.status_code} {found.headers['content-type']}"


# -- one at a time


@pytest.mark.parametrize(("wait", "said"), [(None, None), (3, "3"), (0, "0")])
def test_too_many_requests_with_and_without_a_time_to_wait(
    site: ConfluenceEmulator, api: Api, wait: float | None, said: str | None
) -> None:
    site.faults.fail(PAGES, "rate_limited", retry_after=wait)
    found = api.get(PAGES)
    assert (found.status_code, found.headers.get("retry-after")) == (429, said)
    assert api.get(PAGES).status_code == 200


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("error_500", "500 application/json"),
        ("failed_after", "500 application/json"),
        ("error_503", "503 text/html; charset=utf-8"),
        ("wrong_type", "200 text/html; charset=utf-8"),
        ("truncated", "RemoteProtocolError"),
        ("lost_reply", "RemoteProtocolError"),
        ("stall", "RemoteProtocolError"),
        ("slow", "200 application/json"),
    ],
)
def test_each_kind_once(site: ConfluenceEmulator, api: Api, kind: str, expected: str) -> None:
    site.faults.fail(PAGES, kind, seconds=0.02)  # type: ignore[arg-type]
    assert outcome(api, f"{V2}/spaces").startswith("200")
    assert outcome(api) in (expected, "ReadError" if expected == "RemoteProtocolError" else expected)
    assert outcome(api).startswith("200")
    assert [each.outcome for each in site.requests.of(PAGES)] == [kind, ""]


def test_a_client_that_waits_no_longer_than_so_long(site: ConfluenceEmulator, api: Api) -> None:
    site.faults.fail(PAGES, "stall", seconds=0.3)
    with pytest.raises(httpx.ReadTimeout):
        api.http.get(PAGES, timeout=0.05)


def test_a_next_page_that_is_somebody_elses(site: ConfluenceEmulator, api: Api) -> None:
    site.faults.fail(PAGES, "foreign_next", url="http://elsewhere.test/x")
    found = api.get(PAGES, limit=1)
    assert found.json()["_links"]["next"] == "http://elsewhere.test/x"
    assert found.headers["link"] == '<http://elsewhere.test/x>; rel="next"'
    assert found.json()["results"]


def test_what_is_no_list_leads_nowhere_else(wiki: Wiki, site: ConfluenceEmulator, api: Api) -> None:
    download = f"/wiki/rest/api/content/{wiki.open_page.id}/child/attachment/{wiki.on_open.id}/download"
    plain = api.get(download)
    site.faults.fail("/download", "foreign_next")
    assert (api.get(download).status_code, plain.status_code) == (302, 302)


def test_a_reply_that_is_lost_was_done_all_the_same(wiki: Wiki, site: ConfluenceEmulator, api: Api) -> None:
    said = {"pageId": wiki.open_page.id, "body": {"representation": "storage", "value": "<p>hi</p>"}}
    site.faults.fail("POST", "lost_reply")
    with pytest.raises(httpx.TransportError):
        api.post(f"{V2}/footer-comments", said)
    site.faults.fail("POST", "error_500")
    assert api.post(f"{V2}/footer-comments", said).status_code == 500
    assert len(api.ids(f"{V2}/pages/{wiki.open_page.id}/footer-comments")) == 2


def test_some_go_well_before_and_so_many_go_wrong(site: ConfluenceEmulator, api: Api) -> None:
    site.faults.fail(PAGES, "error_500", skip=1, times=2)
    assert [api.get(PAGES).status_code for _ in range(4)] == [200, 500, 500, 200]
    site.faults.fail("", "error_500", times=9)
    site.faults.clear()
    assert api.get(PAGES).status_code == 200


# -- by chance


def fates(seed: int, share: float = 0.5, *, times: int = 200, in_a_row: int = 2) -> list[str | None]:
    faults = Faults()
    faults.seed(seed, share=share, kinds=KINDS, in_a_row=in_a_row)
    found = [faults.take(f"GET /{number % 7}") for number in range(times)]
    return [each.kind if each else None for each in found]


def test_one_seed_one_fate() -> None:
    assert fates(1) == fates(1)
    assert fates(1) != fates(2)
    assert fates(1, 0) == [None] * 200
    assert 0.15 < sum(each is not None for each in fates(3, 0.25)) / 200 < 0.35


def test_the_order_of_others_does_not_matter() -> None:
    one, other = Faults(), Faults()
    for faults in (one, other):
        faults.seed(5, share=0.5)
    for _ in range(50):
        other.take("GET /other")
    assert [one.take("GET /x") for _ in range(50)] == [other.take("GET /x") for _ in range(50)]


def test_whoever_tries_again_gets_through() -> None:
    faults = Faults()
    faults.seed(0, share=1, in_a_row=3)
    assert [faults.take("GET /x") is None for _ in range(8)] == [False, False, False, True] * 2


def until_it_works(api: Api, path: str) -> httpx.Response:
    for _ in range(3):
        try:
            found = api.get(path)
        except httpx.TransportError:
            continue
        if found.status_code == 200:
            return found
    raise AssertionError("three times in a row")


def test_a_list_is_read_to_its_end_by_trying_again(wiki: Wiki, site: ConfluenceEmulator, api: Api) -> None:
    site.faults.seed(7, share=0.5, seconds=0.01, kinds=("error_500", "truncated", "lost_reply", "rate_limited"))
    seen: list[str] = []
    path = f"{PAGES}?limit=1"
    while path:
        body = until_it_works(api, path).json()
        seen += [each["id"] for each in body["results"]]
        path = body["_links"].get("next")
    assert len(seen) == len(set(seen)) == 5
    assert any(each.outcome for each in site.requests.all())


# -- what happens meanwhile


def test_after_so_many_requests(wiki: Wiki, site: ConfluenceEmulator, api: Api) -> None:
    site.faults.after(2, lambda: wiki.site.trash(wiki.open_page.id))
    site.faults.after(0, lambda: wiki.site.rename(wiki.top.id, "Renamed"), where="/pages/")
    path = f"{V2}/pages/{wiki.open_page.id}"
    assert [api.json(path)["status"] for _ in range(4)] == ["current", "current", "trashed", "trashed"]
    assert wiki.top.version == 2


def test_a_hook_may_plant_the_next_fault(site: ConfluenceEmulator, api: Api) -> None:
    site.faults.after(1, lambda: site.faults.fail("", "error_503"))
    assert [api.get(PAGES).status_code for _ in range(3)] == [200, 503, 200]


# -- the log


def test_the_log_says_what_was_asked_and_when(wiki: Wiki, site: ConfluenceEmulator, api_of: Callable[..., Api]) -> None:
    api_of().get(PAGES, limit=1)
    wiki.clock.advance(30)
    api_of(base=site.gateway_url).get(f"{V2}/pages/9")
    first, second = site.requests.all()
    assert (first.method, first.path, first.query, first.status, first.via) == ("GET", PAGES, "limit=1", 200, "site")
    assert (second.path, second.route, second.status, second.via) == (
        f"{V2}/pages/9",
        f"{V2}/pages/{{id}}",
        404,
        "gateway",
    )
    assert second.at == first.at + 30
    assert second.account_id == wiki.bot.account_id
    assert site.requests.counts() == {f"GET {PAGES}": 1, f"GET {V2}/pages/{{id}}": 1}
    site.requests.clear()
    assert len(site.requests) == 0
