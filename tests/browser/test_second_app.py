"""Another app in the same window: everything that Slack's client does for an app, it does for this one."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser import forms
from tests.browser.asking import go, messages, said_by, write
from tests.browser.footnote import Footnote
from tests.browser.gallery import gallery
from tests.browser.windows import Windows


def fill_in(dialog: Locator, name: str, day: str) -> None:
    dialog.get_by_label("Name").fill(name)
    dialog.get_by_label("What it is about").fill("Something\nto drink")
    dialog.get_by_label("Drink").select_option("tea")
    dialog.get_by_label("Extras").select_option(["coffee", "water"])
    dialog.get_by_label("Owner").select_option(label="Mei Tanaka")
    dialog.get_by_label("Secret").check()
    dialog.get_by_label("Large").check()
    dialog.get_by_label("Day").fill(day)
    dialog.get_by_label("Votes each").fill("2")
    dialog.get_by_label("Send it to").fill("ana@acme.test")


def the_form(page: Page) -> Locator:
    write(page, "/poll new")
    return page.get_by_role("dialog", name="New poll")


def described(field: Locator) -> str:
    """What is read out with a field."""
    return str(
        field.evaluate(
            "field => (field.getAttribute('aria-describedby') ?? '').split(' ')"
            ".map(id => document.getElementById(id)?.textContent ?? '').join(' ')"
        )
    )


def test_a_form_is_refused_beside_its_fields_and_then_taken(open_windows: Windows, acme_slack: Footnote) -> None:
    page = open_windows.open(acme_slack.origin, "ana", "general")
    dialog = the_form(page)
    fill_in(dialog, "taken", "2020-01-01")
    dialog.get_by_role("button", name="Save").click()
    expect(dialog.get_by_role("alert")).to_have_text([forms.TAKEN, forms.PAST])
    assert forms.TAKEN in described(dialog.get_by_label("Name"))
    assert forms.PAST in described(dialog.get_by_label("Day"))
    expect(dialog.get_by_label("Name")).to_be_focused()
    expect(dialog.get_by_label("Drink")).to_have_value("tea")
    dialog.get_by_label("Name").fill("Drinks")
    dialog.get_by_label("Day").fill("2026-12-24")
    dialog.get_by_role("button", name="Save").click()
    expect(dialog).to_be_hidden()
    expect(said_by(page, "Sketchpad")).to_contain_text("Drinks")
    ((_, entries),) = acme_slack.sketchpad.heard
    assert entries["about"] == "Something\nto drink"
    assert entries["owner"] == acme_slack.slack.world.user("mei").id
    assert entries["size"]["value"] == "large"
    assert [option["value"] for option in entries["extras"]] == ["coffee", "water"]


def test_what_is_required_is_said_before_the_app_hears_of_it(open_windows: Windows, acme_slack: Footnote) -> None:
    page = open_windows.open(acme_slack.origin, "ana", "general")
    dialog = the_form(page)
    dialog.get_by_role("button", name="Save").click()
    expect(dialog.get_by_role("alert")).to_have_count(5)
    assert acme_slack.sketchpad.heard == []


def test_a_modal_upon_a_modal_leads_back_with_what_was_written(open_windows: Windows, acme_slack: Footnote) -> None:
    page = open_windows.open(acme_slack.origin, "ana", "general")
    dialog = the_form(page)
    dialog.get_by_label("Name").fill("Half typed")
    dialog.get_by_role("button", name="Explain").click()
    upper = page.get_by_role("dialog", name="About polls")
    expect(upper).to_contain_text("asks everybody here")
    upper.get_by_role("button", name="Close").last.click()
    expect(dialog.get_by_label("Name")).to_have_value("Half typed")


def test_a_modal_is_redrawn_around_what_was_written(open_windows: Windows, acme_slack: Footnote) -> None:
    page = open_windows.open(acme_slack.origin, "ana", "general")
    dialog = the_form(page)
    dialog.get_by_label("Name").fill("Half typed")
    dialog.get_by_role("button", name="Shorten").click()
    expect(dialog.get_by_label("Drink")).to_have_count(0)
    expect(dialog.get_by_label("Name")).to_have_value("Half typed")
    assert acme_slack.sketchpad.heard == [("shortened", "Half typed")]


def test_closing_a_modal_is_told_to_the_app(open_windows: Windows, acme_slack: Footnote) -> None:
    page = open_windows.open(acme_slack.origin, "ana", "general")
    the_form(page).get_by_role("button", name="Cancel").click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    acme_slack.settled()
    assert acme_slack.sketchpad.heard == [("given up", None)]


def test_a_slash_offers_commands_with_what_they_do(open_windows: Windows, acme_slack: Footnote) -> None:
    page = open_windows.open(acme_slack.origin, "ana", "general")
    field = page.get_by_role("textbox", name="Message #general")
    expect(field).to_be_focused()  # by then all of the page is there
    field.press_sequentially("/p")
    offered = page.get_by_role("listbox", name="Commands").get_by_role("option")
    expect(offered).to_have_count(1)
    expect(offered).to_contain_text("Ask everybody here")
    expect(offered).to_contain_text("question, or “new”")
    field.press("Tab")
    expect(field).to_have_value("/poll ")
    page.evaluate(
        "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"
    )  # the caret follows
    field.press_sequentially("Tea or coffee?")
    field.press("Enter")
    expect(said_by(page, "Sketchpad")).to_contain_text("Tea or coffee?")


def test_help_and_whispers_are_seen_by_one_person(open_windows: Windows, acme_slack: Footnote) -> None:
    ana = open_windows.open(acme_slack.origin, "ana", "general")
    ben = open_windows.open(acme_slack.origin, "ben", "general")
    write(ana, "/whisper")
    whisper = said_by(ana, "Sketchpad").last
    expect(whisper).to_contain_text("Only visible to you")
    whisper.get_by_role("button", name="Again").click()
    expect(messages(ana).last).to_contain_text("Still between us.")
    expect(said_by(ben, "Sketchpad")).to_have_count(0)
    messages(ana).last.get_by_role("button", name="Never mind").click()
    expect(said_by(ana, "Sketchpad")).to_have_count(0)


def test_a_menu_answers_who_chose_and_a_dangerous_button_asks_first(
    open_windows: Windows, acme_slack: Footnote
) -> None:
    page = open_windows.open(acme_slack.origin, "ana", "general")
    write(page, "/poll Tea or coffee?")
    ballot = said_by(page, "Sketchpad").first
    ballot.get_by_label("Your choice").select_option("coffee")
    expect(page.get_by_text("You chose coffee.")).to_be_visible()
    close = ballot.get_by_role("button", name="Close poll")
    close.click()
    dialog = page.get_by_role("dialog", name="Close the poll?")
    dialog.get_by_role("button", name="Keep it open").click()
    expect(dialog).to_have_count(0)
    close.click()
    dialog.get_by_role("button", name="Close it").click()
    expect(ballot).to_contain_text("This poll is closed.")
    assert acme_slack.sketchpad.heard == [("voted", "coffee"), ("closed", None)]


def test_an_answer_is_seen_being_written(open_windows: Windows, acme_slack: Footnote) -> None:
    page = open_windows.open(acme_slack.origin, "ana", "dm:sketchpad")
    acme_slack.sketchpad.pause_s = 0.4
    try:
        write(page, "Draw me a plan")
        expect(page.get_by_role("status")).to_contain_text("Sketchpad is sketching…")
        page.get_by_role("button", name=re.compile("1 reply")).click()
        written = page.get_by_role("complementary", name="Thread").get_by_role("article", name=re.compile("^Sketchpad"))
        expect(written).to_contain_text("A draft")
        expect(written).not_to_contain_text("until it is done")
        expect(written).to_contain_text("until it is done")
    finally:
        acme_slack.sketchpad.pause_s = 0.05
    expect(page.get_by_role("main").get_by_role("status")).to_have_text("")
    expect(written.get_by_role("button", name="Good")).to_be_visible()


def test_the_home_tab_leads_into_a_form(open_windows: Windows, acme_slack: Footnote) -> None:
    page = open_windows.open(acme_slack.origin, "ana")
    go(page, "Sketchpad, app")
    page.get_by_role("tab", name="Home").click()
    expect(page.get_by_role("tab", name="Home")).to_have_attribute("aria-selected", "true")
    page.get_by_role("button", name="Start a poll").click()
    expect(page.get_by_role("dialog", name="New poll")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)


SHOWN = {
    "header and divider": "A header",
    "section": "With a button beside it",
    "context": "small print",
    "table": "07:00–22:00, at 10:30:45 🎉",
    "rich text": "below the second",
    "markdown": "A title",
    "task card": "Read two",
    "plan": "What I do",
    "alert": "This is warning",
    "card": "with a subtitle",
    "feedback": "Good",
    "actions": "Primary",
}


@pytest.mark.parametrize("name", SHOWN)
def test_every_kind_of_block_is_drawn(open_windows: Windows, acme_slack: Footnote, name: str) -> None:
    page = open_windows.open(acme_slack.origin, "ana", "general")
    write(page, f"/gallery {name}")
    drawn = said_by(page, "Sketchpad").last
    if name == "feedback":
        expect(drawn.get_by_role("button", name=SHOWN[name], exact=True)).to_be_visible()
    else:
        expect(drawn).to_contain_text(SHOWN[name])


def test_no_block_is_forgotten() -> None:
    assert set(SHOWN) == set(gallery("U1", "C1"))
