"""Our Home, as its people see it: a member what they may ask, an admin how it stands; both by hand and by keyboard."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from bot.slack import words
from tests.browser import axe
from tests.browser.asking import HOME_OFFICE, answer, write
from tests.browser.footnote import Footnote
from tests.browser.windows import Windows, is_too_wide

PATIENCE_MS = 80_000  # what was drawn for the test before may have been drawn just now: then it is a minute


def home(page: Page) -> Page:
    page.get_by_role("tab", name="Home").click()
    expect(page.get_by_role("heading", name=words.HOME_RECENT)).to_be_visible(timeout=PATIENCE_MS)
    return page


@pytest.mark.parametrize("who", ["ana", "mei"])
def test_a_home_is_there_for_an_admin_and_for_whoever_is_none(
    open_windows: Windows, acme_slack: Footnote, who: str
) -> None:
    page = open_windows.open(acme_slack.origin, who, "dm:footnote")
    write(page, HOME_OFFICE)
    answer(page)
    home(page)
    main = page.get_by_role("main")
    expect(main).to_contain_text("documents that you may read")
    expect(main.get_by_role("button", name="Why?").first).to_be_visible(timeout=PATIENCE_MS)
    expect(main).to_contain_text(HOME_OFFICE)
    office = page.get_by_role("heading", name=words.HOME_OFFICE)
    expect(office).to_have_count(1 if who in admins(acme_slack) else 0)
    main.get_by_role("button", name="Why?").first.click()
    expect(page.get_by_role("dialog", name="Why this answer")).to_contain_text("500 EUR")


def admins(acme_slack: Footnote) -> list[str]:
    return [name.partition("@")[0] for name in acme_slack.settings.admins]


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_nothing_grave_stands_in_the_way_of_an_admins_home(
    open_windows: Windows, acme_slack: Footnote, axe_script: Path, dark: object
) -> None:
    (who, *_) = admins(acme_slack)
    page = open_windows.open(acme_slack.origin, who, "dm:footnote", dark=bool(dark))
    write(page, HOME_OFFICE)
    answer(page)
    home(page)
    expect(page.get_by_role("heading", name=words.HOME_OFFICE)).to_be_visible()
    assert axe.grave(page, axe_script) == []


def test_a_telephone_is_wide_enough_for_a_home(open_windows: Windows, acme_slack: Footnote) -> None:
    page = open_windows.open(acme_slack.origin, admins(acme_slack)[0], "dm:footnote", narrow=True)
    home(page)
    assert not is_too_wide(page)
