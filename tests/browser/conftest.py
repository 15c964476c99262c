"""A real browser on the playground's page. What is missing is a reason to skip, and with FOOTNOTE_BROWSER=required a failure.

Playwright leaves an event loop running in its thread for as long as it is open, in which nothing else may start one: so
it is opened and closed with this folder's tests, and not with the session.
"""

import os
import shutil
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Final

import pytest
from playwright.sync_api import Browser, sync_playwright

from bot.cli.demo import sites
from bot.cli.demo.company import acme
from bot.cli.demo.desk import Desk
from bot.playground import web
from bot.playground.slack import RateLimits, SlackEmulator
from tests.browser import axe
from tests.browser.footnote import Footnote, at_work
from tests.browser.second_app import Sketchpad, install
from tests.browser.windows import Windows, windows

ROOT: Final = Path(__file__).parent.parent.parent
REQUIRED: Final = os.environ.get("FOOTNOTE_BROWSER") == "required"  # noqa: TID251 - the suite's own switch
SWITCHED_OFF: Final = (
    "WebUIOmniboxPopup",  # pages of the browser's own, drawn anew for each window: they take twice as long as ours
    "WebUIOmniboxAimPopup",
    "AimEnabled",  # what the driver switches off by itself, since only the last list counts
    "AvoidUnnecessaryBeforeUnloadCheckSync",
    "DestroyProfileOnBrowserClose",
    "HttpsFirstBalancedModeAutoEnable",
    "HttpsUpgrades",
    "LensOverlay",
    "MediaRouter",
    "NetworkTimeServiceQuerying",
    "OptimizationHints",
    "PaintHolding",
    "PreconnectToSearch",
    "ThirdPartyStoragePartitioning",
)
FAILED: Final = pytest.StashKey[bool]()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if report.when == "call":
        item.stash[FAILED] = report.failed
    return report


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        missing("There is no Chromium here: `apt-get install chromium` (Debian), then these run.")
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(
            executable_path=chromium,
            args=["--no-sandbox", f"--disable-features={','.join(SWITCHED_OFF)}"],  # as root, in a container
        )
        yield launched
        launched.close()


@pytest.fixture
def open_windows(browser: Browser, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Windows]:
    """One for each person; see `Windows.open`."""
    with windows(browser, tmp_path, request.node.name) as opened:
        yield opened
        complaints = opened.unexpected()
        if complaints or request.node.stash.get(FAILED, True):
            print("Seen at the end:", *opened.photograph())  # noqa: T201 - pytest shows it with the failure
        assert complaints == []


@pytest.fixture(scope="package")
def footnote(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Footnote]:
    """Acme with its Slack, and Footnote and Sketchpad in it."""
    company = acme()
    install(company.world, "general", "deals")
    desk = Desk(company)
    routes = [*desk.routes(), *web.routes()]
    with (
        SlackEmulator(company.world, rates=RateLimits.off(), routes=routes) as slack,
        Sketchpad(slack) as sketchpad,
        sites.running(company.documents) as reached,
    ):
        assert reached is not None
        with at_work(slack, sketchpad, company, reached, desk, tmp_path_factory.mktemp("acme")) as working:
            yield working


@pytest.fixture
def acme_slack(footnote: Footnote) -> Footnote:
    """With nothing said in it yet, and no modal open."""
    footnote.clear()
    return footnote


@pytest.fixture
def axe_script() -> Path:
    if not (ROOT / axe.SCRIPT).exists():
        missing("There is no axe-core here: `npm ci --ignore-scripts` in bot/playground/web, then these run.")
    return ROOT


def missing(why: str) -> None:
    if REQUIRED:
        pytest.fail(why)
    pytest.skip(why)
