"""Sources paused and removed in a browser: what an admin sees and presses, and what anybody else is told."""

from playwright.sync_api import expect

from bot import app
from tests.browser.asking import said_by
from tests.browser.footnote import Footnote
from tests.browser.test_commands import types
from tests.browser.windows import Windows


def names(footnote: Footnote) -> list[str]:
    with app.records(footnote.settings) as records:
        return sorted(source.name for source in records.sources.listed() if source.paused is None)


def test_who_is_no_admin_pauses_and_removes_no_source(open_windows: Windows, acme_slack: Footnote) -> None:
    before = names(acme_slack)
    ana = open_windows.open(acme_slack.origin, "ana", "general")
    for text in ("sources pause wiki", "sources remove wiki", "eval run"):
        expect(types(ana, text)).to_contain_text("Only admins can use this")
    assert names(acme_slack) == before


def test_an_admin_pauses_a_source_and_thinks_better_of_removing_it(open_windows: Windows, acme_slack: Footnote) -> None:
    before = names(acme_slack)
    mei = open_windows.open(acme_slack.origin, "mei", "general")
    direct = open_windows.open(acme_slack.origin, "mei", "dm:footnote")
    expect(types(mei, "sources pause wiki")).to_contain_text("wiki is not read any more")
    try:
        assert "wiki" not in names(acme_slack)
        expect(types(mei, "sources sync wiki")).to_contain_text("wiki is paused, so it is not read")
        expect(types(mei, "sources")).to_contain_text("paused by mei@acme.test")
    finally:
        expect(types(mei, "sources resume wiki")).to_contain_text("wiki is read again when its time comes")
    expect(types(mei, "sources remove wiki")).to_contain_text("confirm it on the card in our direct conversation")
    card = said_by(direct, "Footnote").last
    expect(card).to_contain_text("You asked to remove the source wiki")
    card.get_by_role("button", name="Keep it").click()
    expect(card).to_contain_text("wiki stays as it is")
    expect(card.get_by_role("button", name="Remove it")).to_have_count(0)
    acme_slack.settled()
    assert names(acme_slack) == before
