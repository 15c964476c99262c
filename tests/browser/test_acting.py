"""Something is asked for, shown, confirmed and done: by a person, in a browser."""

from pathlib import Path

from playwright.sync_api import expect

from tests.browser import axe
from tests.browser.asking import said_by, write
from tests.browser.footnote import Footnote
from tests.browser.windows import Windows, is_too_wide


def test_a_ticket_is_made_once_its_card_is_confirmed_and_another_that_is_cancelled_is_not(
    open_windows: Windows, acme_slack: Footnote, axe_script: Path
) -> None:
    page = open_windows.open(acme_slack.origin, "ana", "dm:footnote")
    board = open_windows.open(acme_slack.origin, "ana", "jira:").get_by_role("region", name="The board")
    write(page, "Create a ticket in ENG: the lamp of the small room flickers")
    unwanted = said_by(page, "Footnote").last
    expect(unwanted.get_by_role("button", name="Confirm")).to_be_visible()
    unwanted.get_by_role("button", name="Cancel").click()
    expect(unwanted).to_contain_text("You cancelled it.")
    expect(unwanted.get_by_role("button", name="Confirm")).to_have_count(0)

    write(page, "Create a ticket in ENG: the projector of the big room is broken")
    card = said_by(page, "Footnote").last
    expect(card.get_by_role("button", name="Confirm")).to_be_visible()
    for shown in (
        "Nothing has been done yet",
        "the projector of the big room is broken",
        "For Ana Ribeiro (ana@acme.test), by Footnote",
    ):
        expect(card).to_contain_text(shown)
    assert (axe.grave(page, axe_script), is_too_wide(page)) == ([], False)
    expect(board).to_contain_text("ENG-2")
    expect(board).not_to_contain_text("the projector of the big room")
    card.get_by_role("button", name="Confirm").click()
    expect(card).to_contain_text("Done.")
    expect(card.get_by_role("button", name="Confirm")).to_have_count(0)
    expect(board).to_contain_text("the projector of the big room is broken")
    expect(board).not_to_contain_text("the lamp of the small room")
