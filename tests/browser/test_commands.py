"""`/footnote` in a browser, where two admins change something, and what comes of it for everybody. See `test_every_command`."""

import re

from playwright.sync_api import Locator, Page, expect

from tests.browser.asking import HOME_OFFICE, answer, ask_footnote, messages, said_by, thread, write
from tests.browser.footnote import Footnote
from tests.browser.windows import Windows

ATTEMPTS = 10


def types(page: Page, text: str) -> Locator:
    """What only they see of the answer."""
    before = said_by(page, "Footnote").count()
    write(page, f"/footnote {text}")
    expect(said_by(page, "Footnote")).to_have_count(before + 1)
    told = said_by(page, "Footnote").last
    expect(told).to_contain_text("Only visible to you")
    return told


def opened(page: Page, text: str, name: str) -> Locator:
    """A form. Slack lets us open one within three seconds alone, and whoever is told that they are over types it again."""
    form, told = page.get_by_role("dialog", name=name), said_by(page, "Footnote")
    for _ in range(ATTEMPTS):
        before = told.count()
        write(page, f"/footnote {text}")
        expect(form.or_(told.nth(before)).first).to_be_visible()
        if form.is_visible():
            return form
        expect(told.nth(before)).to_contain_text("Please type that again")
    raise AssertionError("no form is ever opened")


def agree(page: Page) -> None:
    card = said_by(page, "Footnote").last
    card.get_by_role("button", name="Agree").click()
    expect(card).to_contain_text("has agreed")


def form(page: Page) -> Locator:
    return opened(page, "policy set answers.answer", "Change a rule")


def test_two_admins_edit_at_once_and_the_later_sees_what_the_first_has_changed(
    open_windows: Windows, acme_slack: Footnote
) -> None:
    mei = open_windows.open(acme_slack.origin, "mei", "general")
    omar = open_windows.open(acme_slack.origin, "omar", "general")
    meis, omars = form(mei), form(omar)
    field = meis.get_by_label("answers.answer")
    text = field.input_value()
    field.fill(text.replace("max_lines = 5", "max_lines = 500"))
    meis.get_by_role("button", name="Save").click()
    expect(meis.get_by_role("alert")).to_contain_text(re.compile(r"Line \d: answer.max_lines"))
    field.fill(text.replace("max_lines = 5", "max_lines = 4"))
    meis.get_by_role("button", name="Save").click()
    expect(meis).to_contain_text("answers.answer.max_lines: 5 → 4")
    omars.get_by_label("answers.answer").fill(text.replace("max_lines = 5", "max_lines = 3"))
    omars.get_by_role("button", name="Save").click()
    expect(omars.get_by_role("alert")).to_contain_text("another version was saved, so nothing of yours was changed")
    omar.keyboard.press("Escape")
    expect(omars).to_have_count(0)  # while it is there, nothing can be typed behind it
    expect(types(omar, "policy history")).to_contain_text("mei@acme.test · edited answers.answer")
    mei.keyboard.press("Escape")
    expect(types(omar, "policy set answers.answer.max_lines packaged")).to_contain_text("4 → 5")
    acme_slack.settled()


def test_what_lets_more_be_seen_waits_until_the_other_admin_agrees(open_windows: Windows, acme_slack: Footnote) -> None:
    mei = open_windows.open(acme_slack.origin, "mei", "general")
    omar = open_windows.open(acme_slack.origin, "omar", "dm:footnote")
    expect(types(mei, "policy set redaction.channel.card keep")).to_contain_text("I asked omar@acme.test")
    card = said_by(omar, "Footnote").first
    expect(card).to_contain_text('redaction.channel.card: "mask" → "keep"')
    card.get_by_role("button", name="Decline").click()
    expect(card).to_contain_text("omar@acme.test has declined it")
    expect(card.get_by_role("button", name="Agree")).to_have_count(0)
    acme_slack.settled()
    expect(types(mei, "policy show redaction.channel.card")).to_contain_text("packaged")


def test_a_pause_is_told_to_whoever_asks_and_ends(open_windows: Windows, acme_slack: Footnote) -> None:
    mei = open_windows.open(acme_slack.origin, "mei", "general")
    ana = open_windows.open(acme_slack.origin, "ana", "general")
    expect(types(mei, "pause")).to_contain_text("Nothing is answered from now on")
    try:
        ask_footnote(ana, HOME_OFFICE)
        expect(thread(ana).get_by_role("article", name=re.compile("^Footnote"))).to_contain_text("I am paused")
        expect(types(mei, "status")).to_contain_text("Paused by mei@acme.test")
    finally:
        expect(types(mei, "resume")).to_contain_text("I answer again")
    expect(messages(ana)).not_to_have_count(0)
    ask_footnote(ana, HOME_OFFICE)
    expect(answer(ana).last).to_be_visible()
    acme_slack.settled()
