"""Footnote, as people meet it in a browser: asked, believed, doubted, and seen differently by each."""

import re

from playwright.sync_api import expect

from tests.browser.asking import (
    HOME_OFFICE,
    KESTREL,
    KESTREL_ANSWER,
    answer,
    ask_footnote,
    be,
    go,
    messages,
    said_by,
    thread,
    write,
)
from tests.browser.footnote import Footnote
from tests.browser.windows import Windows


def test_a_question_in_a_direct_conversation_is_answered_beside_it(open_windows: Windows, acme_slack: Footnote) -> None:
    page = open_windows.open(acme_slack.origin, "ana", "dm:footnote")
    expect(page.get_by_role("heading", level=1)).to_have_text("Footnote")
    write(page, HOME_OFFICE)
    expect(said_by(page, "Ana Ribeiro")).to_contain_text(HOME_OFFICE)
    expect(answer(page)).to_contain_text("650 EUR")


def test_a_question_in_a_channel_is_answered_in_its_thread(open_windows: Windows, acme_slack: Footnote) -> None:
    page = open_windows.open(acme_slack.origin, "ana", "general")
    ask_footnote(page, HOME_OFFICE)
    expect(thread(page).get_by_role("article", name=re.compile("^Footnote"))).to_be_visible()
    expect(messages(page).get_by_role("button", name=re.compile("1 reply"))).to_be_visible()


def test_the_same_question_has_other_sources_for_somebody_else(open_windows: Windows, acme_slack: Footnote) -> None:
    page = open_windows.open(acme_slack.origin, "omar", "dm:footnote")
    write(page, KESTREL)
    expect(answer(page)).to_contain_text(KESTREL_ANSWER)
    be(page, "Ana Ribeiro")
    expect(page).to_have_url(re.compile("as=ana"))
    expect(messages(page)).to_have_count(0)
    write(page, KESTREL)
    expect(answer(page)).not_to_contain_text(KESTREL_ANSWER)


def test_what_one_may_read_is_told_to_them_alone_and_their_channel_never_knows(
    open_windows: Windows, acme_slack: Footnote
) -> None:
    omar = open_windows.open(acme_slack.origin, "omar", "deals")
    dev = open_windows.open(acme_slack.origin, "dev", "deals")
    ask_footnote(omar, KESTREL)
    go(omar, "Footnote, app")
    expect(answer(omar)).to_contain_text(KESTREL_ANSWER)
    expect(answer(omar)).to_contain_text("You asked in")
    dev.get_by_role("button", name=re.compile("1 reply")).click()
    expect(said_by(dev, "Footnote").last).to_be_visible()
    acme_slack.settled()
    expect(dev.get_by_role("main")).not_to_contain_text(KESTREL_ANSWER)
    expect(thread(dev)).not_to_contain_text(KESTREL_ANSWER)


def test_why_shows_the_quote_in_its_passage_and_gives_the_focus_back(
    open_windows: Windows, acme_slack: Footnote
) -> None:
    page = open_windows.open(acme_slack.origin, "omar", "dm:footnote")
    write(page, KESTREL)
    why = answer(page).get_by_role("button", name="Why?")
    why.click()
    dialog = page.get_by_role("dialog", name="Why this answer")
    expect(dialog).to_contain_text(KESTREL_ANSWER)
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(why).to_be_focused()


ZEPPELIN = "How much is the zeppelin allowance a day?"
ZEPPELINS = "".join(
    f"<h2>{place}</h2><p>The zeppelin allowance is {euros} EUR a day.</p>"
    for place, euros in (("Porto", 6), ("Utrecht", 9))
)


def test_a_question_with_two_answers_is_asked_back_and_a_button_chooses(
    open_windows: Windows, acme_slack: Footnote
) -> None:
    acme_slack.wiki.write(acme_slack.settings, "Sick leave", ZEPPELINS)
    ana = open_windows.open(acme_slack.origin, "ana", "general")
    mei = open_windows.open(acme_slack.origin, "mei", "general")
    ask_footnote(ana, ZEPPELIN)
    replies = thread(ana).get_by_role("article", name=re.compile("^Footnote"))
    expect(replies.first).to_contain_text("which of these you mean")
    porto = replies.first.get_by_role("button", name="Porto", exact=True)
    expect(porto).to_be_visible()
    expect(replies.first.get_by_role("button", name="Useful", exact=True)).to_have_count(0)
    mei.get_by_role("button", name=re.compile("1 reply")).click()
    thread(mei).get_by_role("button", name="Porto", exact=True).click()
    expect(thread(mei).get_by_text("Only whoever asked can choose here.")).to_be_visible()
    expect(thread(ana).get_by_text("Only whoever asked")).to_have_count(0)
    porto.focus()
    ana.keyboard.press("Enter")
    expect(replies).to_have_count(2)
    expect(replies.last).to_contain_text("6 EUR a day")
    expect(replies.last).not_to_contain_text("9 EUR")
    expect(replies.first).to_contain_text("Chosen: Porto")
    expect(thread(ana).get_by_role("button", name="Utrecht", exact=True)).to_have_count(0)
    expect(thread(mei).get_by_role("button", name="Utrecht", exact=True)).to_have_count(0)


def test_feedback_is_thanked_for_where_only_its_giver_sees_it(open_windows: Windows, acme_slack: Footnote) -> None:
    page = open_windows.open(acme_slack.origin, "ana", "general")
    colleague = open_windows.open(acme_slack.origin, "mei", "general")
    ask_footnote(page, HOME_OFFICE)
    expect(thread(page).get_by_role("article", name=re.compile("^Footnote"))).to_be_visible()
    thread(page).get_by_role("button", name="Useful", exact=True).click()
    expect(thread(page).get_by_text("Only visible to you")).to_be_visible()
    colleague.get_by_role("button", name=re.compile("1 reply")).click()
    expect(thread(colleague).get_by_role("button", name="Useful", exact=True)).to_be_visible()
    expect(colleague.get_by_text("Only visible to you")).to_have_count(0)


def test_a_thread_goes_on_where_it_was(open_windows: Windows, acme_slack: Footnote) -> None:
    page = open_windows.open(acme_slack.origin, "ana", "general")
    ask_footnote(page, HOME_OFFICE)
    replies = thread(page).get_by_role("article", name=re.compile("^Footnote"))
    expect(replies).to_have_count(1)
    write(page, "@Footnote And in Utrecht?", "Reply")
    expect(replies).to_have_count(2)
    expect(messages(page).get_by_role("button", name=re.compile("3 replies"))).to_be_visible()


def test_a_receipt_says_who_was_asked_for_and_what_was_withheld(open_windows: Windows, acme_slack: Footnote) -> None:
    page = open_windows.open(acme_slack.origin, "omar", "deals")
    ask_footnote(page, KESTREL)
    reply = thread(page).get_by_role("article", name=re.compile("^Footnote"))
    expect(reply).to_be_visible()
    reply.hover()
    reply.get_by_role("button", name="Receipt").click()
    receipt = page.get_by_role("complementary", name="Receipt")
    expect(receipt).to_contain_text("Not answered")
    expect(receipt).to_contain_text("Project Kestrel")
    expect(receipt).to_contain_text("Dev Kulkarni")
    receipt.get_by_role("button", name="Close the receipt").click()
    expect(receipt).to_have_count(0)
