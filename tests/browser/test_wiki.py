"""The whole of it, seen: somebody restricts a page in the wiki, and asks again."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser import axe
from tests.browser.asking import be, go, said_by, write
from tests.browser.footnote import Footnote
from tests.browser.windows import Windows, is_too_wide

QUESTION = "What is a baixa needed for?"
ANSWER = "from day 4"  # on the page “Sick leave”, and nowhere else
REFUSED = "I found no answer to this in what you may read."
NOT_SEEN = "Changed since Footnote last read it."


def open_page(page: Page, title: str) -> Locator:
    page.get_by_role("region", name="The wiki").get_by_role("link", name=re.compile(f"^{re.escape(title)}")).click()
    pane = page.get_by_role("complementary", name="Page")
    expect(pane.get_by_role("heading", name=title)).to_be_visible()
    return pane


def restrict(pane: Locator, to: str) -> None:
    pane.get_by_label("Restrict it to").select_option(label=to)
    pane.get_by_role("button", name="Restrict", exact=True).click()
    expect(pane).to_contain_text(f"The page itself: only {to}.")


def read_again(page: Page) -> None:
    page.get_by_role("button", name="Footnote reads it again now").click()
    expect(page.get_by_role("status").filter(has_text="nothing was changed here since")).to_be_visible(timeout=20_000)


def asks(page: Page, replies: int) -> Locator:
    go(page, "Footnote, app")
    write(page, QUESTION)
    found = said_by(page, "Footnote")
    expect(found).to_have_count(replies)
    return found.last


def test_a_page_is_restricted_and_whoever_was_shut_out_is_not_shown_it_while_others_are(
    open_windows: Windows, acme_slack: Footnote
) -> None:
    page = open_windows.open(acme_slack.origin, "ana", "dm:footnote")
    expect(asks(page, 1)).to_contain_text(ANSWER)
    go(page, "Wiki")
    restrict(open_page(page, "Sick leave"), "hr")
    expect(page.get_by_role("link", name="Sick leave only hr not for Ana Ribeiro")).to_be_visible()
    expect(page.get_by_role("status").filter(has_text=NOT_SEEN)).to_be_visible()
    refused = asks(page, 2)
    expect(refused).to_contain_text(REFUSED)
    expect(refused).not_to_contain_text(ANSWER)
    be(page, "Ben Visser")
    expect(asks(page, 1)).to_contain_text(ANSWER)
    be(page, "Ana Ribeiro")
    go(page, "Wiki")
    open_page(page, "Sick leave").get_by_role("button", name="Open it again").click()
    expect(page.get_by_role("link", name="Sick leave", exact=True)).to_be_visible()
    read_again(page)
    expect(asks(page, 3)).to_contain_text(ANSWER)


def test_a_number_is_changed_and_the_new_one_is_answered_with(open_windows: Windows, acme_slack: Footnote) -> None:
    page = open_windows.open(acme_slack.origin, "ana", "wiki:")
    pane = open_page(page, "Sick leave")
    pane.get_by_role("button", name=re.compile("the baixa is needed")).click()
    field = pane.get_by_label("What it says there")
    field.fill(field.input_value().replace(ANSWER, "from day 6"))
    pane.get_by_role("button", name="Save").click()
    expect(pane.get_by_role("button", name=re.compile("needed from day 6"))).to_be_focused()
    read_again(page)
    said = asks(page, 1)
    expect(said).to_contain_text("from day 6")
    expect(said).not_to_contain_text(ANSWER)


def test_what_is_in_the_trash_is_answered_with_no_more_until_it_is_restored(
    open_windows: Windows, acme_slack: Footnote
) -> None:
    page = open_windows.open(acme_slack.origin, "ana", "wiki:")
    pane = open_page(page, "Sick leave")
    pane.get_by_role("button", name="Move it to the trash").click()
    expect(pane).to_contain_text("In the trash: nobody is shown it.")
    expect(asks(page, 1)).to_contain_text(REFUSED)
    go(page, "Wiki")
    open_page(page, "Sick leave").get_by_role("button", name="Restore it").click()
    expect(page.get_by_role("link", name="Sick leave", exact=True)).to_be_visible()
    read_again(page)
    expect(asks(page, 2)).to_contain_text(ANSWER)


def test_a_keyboard_is_enough_to_restrict_a_page_and_the_focus_is_never_lost(
    open_windows: Windows, acme_slack: Footnote
) -> None:
    page = open_windows.open(acme_slack.origin, "ana", "wiki:")
    page.get_by_label("Find a page").fill("sick leave")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    pane = page.get_by_role("complementary", name="Page")
    choice = pane.get_by_label("Restrict it to")
    choice.focus()
    page.keyboard.press("h")  # as a browser has it: the first that begins so
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(pane.get_by_role("button", name="Open it again")).to_be_visible()
    expect(choice).to_be_focused()
    line = pane.get_by_role("button", name=re.compile("Report ill to your manager"))
    line.focus()
    page.keyboard.press("Enter")
    expect(pane.get_by_label("What it says there")).to_be_focused()
    page.keyboard.press("Escape")
    expect(line).to_be_focused()
    page.keyboard.press("Escape")
    expect(pane).to_have_count(0)
    expect(page.get_by_role("link", name=re.compile("^Sick leave"))).to_be_focused()


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("narrow", [False, True], ids=["wide", "narrow"])
def test_nothing_grave_stands_in_the_way_and_a_telephone_is_wide_enough(
    open_windows: Windows, acme_slack: Footnote, axe_script: Path, dark: object, narrow: object
) -> None:
    page = open_windows.open(acme_slack.origin, "ana", "wiki:", dark=bool(dark), narrow=bool(narrow))
    expect(page.get_by_role("heading", name="Human resources")).to_be_visible()
    assert (axe.grave(page, axe_script), is_too_wide(page)) == ([], False)
    pane = open_page(page, "Benefits overview 2026")
    pane.get_by_role("button", name=re.compile("^Change: 8.30 EUR")).click()
    expect(pane.get_by_role("button", name="Save")).to_be_visible()
    assert (axe.grave(page, axe_script), is_too_wide(page)) == ([], False)
