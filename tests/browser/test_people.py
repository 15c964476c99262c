"""`/footnote people` in a browser: looked at, linked by two, told to whom it is about, taken back; and a list in a window."""

import time

from playwright.sync_api import expect

from bot import app
from bot.worker import SYNC
from tests.browser.asking import said_by
from tests.browser.footnote import PATIENCE_S, Footnote
from tests.browser.test_commands import agree, opened, types
from tests.browser.windows import Windows


def harriet(footnote: Footnote) -> str:
    """Her account at the wiki, which shows her address to nobody."""
    return next(one.account_id for one in footnote.wiki.people.values() if not one.email_shown)


def read_again(footnote: Footnote) -> None:
    footnote.settled()
    deadline = time.monotonic() + PATIENCE_S
    with app.records(footnote.settings) as records:
        while records.jobs.is_in_hand(SYNC, "wiki"):
            assert time.monotonic() < deadline, "it is never read"
            time.sleep(0.02)


def test_somebody_is_linked_by_two_admins_and_hears_of_it(open_windows: Windows, acme_slack: Footnote) -> None:
    account = harriet(acme_slack)
    mei = open_windows.open(acme_slack.origin, "mei", "general")
    omar = open_windows.open(acme_slack.origin, "omar", "dm:footnote")
    ana = open_windows.open(acme_slack.origin, "ana", "dm:footnote")
    expect(types(mei, "people")).to_contain_text("linked by their address; 0 by an admin")
    expect(types(mei, f"people link @nobody wiki {account}")).to_contain_text("Name somebody by their address")
    expect(types(mei, f"people link @ana wiki {account}")).to_contain_text("I asked omar@acme.test")
    expect(said_by(omar, "Footnote").last).to_contain_text("who people are at a source")
    agree(omar)
    try:
        expect(said_by(ana, "Footnote").last).to_contain_text(f"you are the account {account}")
        read_again(acme_slack)
        expect(types(mei, "people show ana@acme.test")).to_contain_text(f"{account}, by an admin (mei@acme.test")
    finally:
        expect(types(mei, "people unlink ana@acme.test wiki")).to_contain_text("Done, at once")
        read_again(acme_slack)
    expect(said_by(ana, "Footnote").last).to_contain_text("has taken back who you are at wiki")
    expect(types(mei, "people show ana@acme.test")).not_to_contain_text(account)


def test_a_list_is_refused_by_its_line_and_shown_before_anything_is_asked(
    open_windows: Windows, acme_slack: Footnote
) -> None:
    account = harriet(acme_slack)
    mei = open_windows.open(acme_slack.origin, "mei", "general")
    omar = open_windows.open(acme_slack.origin, "omar", "dm:footnote")
    shown = opened(mei, "people import", "Link people")
    field = shown.get_by_label("Who is whom")
    field.fill(f"ana@acme.test,wiki,{account}\nana,wiki,{account}")
    shown.get_by_role("button", name="Look").click()
    expect(shown.get_by_role("alert")).to_contain_text("Line 2: the first field is no e-mail address")
    field.fill(f"ana@acme.test,wiki,{account}\nnobody@acme.test,wiki,712020:nobody")
    shown.get_by_role("button", name="Look").click()
    expect(shown).to_contain_text("New: 1. Changed: 0.")
    expect(shown).to_contain_text("nobody@acme.test")
    shown.get_by_role("button", name="Change it").click()
    expect(shown).to_contain_text("I asked omar@acme.test")
    card = said_by(omar, "Footnote").last
    card.get_by_role("button", name="Decline").click()
    expect(card).to_contain_text("has declined it")
    acme_slack.settled()
