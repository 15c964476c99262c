"""The page's files: those that were built, and nothing else of this disk."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from bot.playground import web
from bot.playground.slack import SlackEmulator

HTML, SCRIPT = "<!doctype html><title>Footnote</title>", "document.title = 'Footnote'"


@pytest.fixture
def built(tmp_path: Path) -> Path:
    folder = tmp_path / "built"
    folder.mkdir()
    (folder / "index.html").write_text(HTML)
    (folder / "page.js").write_text(SCRIPT)
    (tmp_path / "secret.txt").write_text("secret")
    (folder / "folder").mkdir()
    return folder


@pytest.fixture
def page(built: Path) -> Iterator[httpx.Client]:
    with SlackEmulator(routes=web.routes(built)) as slack, httpx.Client(base_url=slack.origin) as client:
        yield client


def test_nothing_of_another_site_can_run_in_the_page_or_frame_it(page: httpx.Client) -> None:
    found = page.get("/")
    assert (found.status_code, found.text) == (200, HTML)
    policy = found.headers["content-security-policy"]
    for rule in ("default-src 'none'", "script-src 'self'", "frame-ancestors 'none'", "base-uri 'none'", "form-action"):
        assert rule in policy
    assert "unsafe-eval" not in policy
    assert "script-src 'self';" in policy
    assert found.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize(
    "name",
    ["secret.txt", "%2e%2e%2fsecret.txt", "..%2Fsecret.txt", "folder", "__init__.py", "page.js%00", "page.js/"],
)
def test_what_was_not_built_is_not_there(page: httpx.Client, name: str) -> None:
    found = page.get(f"/{name}")
    assert found.status_code in {404, 307}
    assert found.text != "secret"


def test_a_file_is_asked_for_again_and_sent_only_if_it_has_changed(page: httpx.Client, built: Path) -> None:
    first = page.get("/page.js")
    assert (first.text, first.headers["cache-control"]) == (SCRIPT, "no-cache")
    assert first.headers["content-type"].startswith("text/javascript")
    again = page.get("/page.js", headers={"if-none-match": first.headers["etag"]})
    assert (again.status_code, again.text) == (304, "")
    (built / "page.js").write_text("1")
    assert page.get("/page.js", headers={"if-none-match": first.headers["etag"]}).text == "1"


def test_before_it_is_built_the_page_says_so(tmp_path: Path) -> None:
    with SlackEmulator(routes=web.routes(tmp_path / "none")) as slack:
        assert httpx.get(f"{slack.origin}/").status_code == 404
        assert httpx.get(f"{slack.origin}/_world/people").status_code == 200
