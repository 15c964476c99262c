"""The company's Jira, seen: what is asked for there, and what of it Footnote wrote."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser import axe
from tests.browser.footnote import Footnote
from tests.browser.windows import Windows, is_too_wide


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_every_project_is_there_with_what_was_asked_of_the_targets(
    open_windows: Windows, acme_slack: Footnote, axe_script: Path, dark: object
) -> None:
    page = open_windows.open(acme_slack.origin, "ana", "jira:", dark=bool(dark), narrow=bool(dark))
    board = page.get_by_role("region", name="The board")
    expect(board.get_by_role("region", name="Engineering")).to_contain_text("ENG-1")
    board.get_by_text("ENG-1", exact=True).click()
    expect(board).to_contain_text("Seen twice in October")
    asked = board.get_by_role("region", name="What was asked of the targets")
    expect(asked).to_contain_text(re.compile(r"Jira: \d+ writes?"))
    asked.get_by_text("Confluence", exact=True).click()
    expect(asked.get_by_role("row").nth(1)).to_contain_text("/wiki/")
    assert (axe.grave(page, axe_script), is_too_wide(page)) == ([], False)
