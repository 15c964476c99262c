"""No page answers: a colleague does, saves it, and another colleague is answered with it, until the reply is deleted."""

import re

from playwright.sync_api import Locator, Page, expect

from tests.browser.asking import be, go, messages, said_by, thread, write
from tests.browser.footnote import Footnote
from tests.browser.windows import Windows

QUESTION = "Where is the espresso machine of the Reykjavik bureau kept?"
REPLY = "The espresso machine of the Reykjavik bureau is kept in the cellar behind the red door."
REFUSED = "I found no answer to this in what you may read."
EXPERTS = "ask-a-colleague"


def asks(page: Page, replies: int) -> Locator:
    go(page, "Footnote, app")
    write(page, QUESTION)
    expect(said_by(page, "Footnote")).to_have_count(replies)
    return said_by(page, "Footnote").last


def hands_over(page: Page, refused: Locator) -> None:
    refused.get_by_role("button", name="Ask a person").click()
    dialog = page.get_by_role("dialog", name="Ask a person")
    expect(dialog).to_contain_text(f"This is posted in #{EXPERTS}, in your name. Everyone there reads it")
    expect(dialog.get_by_label("What is asked")).to_have_value(QUESTION)
    dialog.get_by_role("button", name="Post it").click()
    expect(dialog).to_contain_text("You are told as soon as somebody replies.")
    dialog.get_by_text("Close", exact=True).click()
    expect(refused).to_contain_text(f"Asked in #{EXPERTS}.")
    expect(refused.get_by_role("button", name="Ask a person")).to_have_count(0)


def replies_and_saves(page: Page) -> None:
    go(page, EXPERTS)
    asked = messages(page).last
    expect(asked).to_contain_text(f"@Ana Ribeiro asks:{QUESTION}")
    asked.hover()
    asked.get_by_role("button", name="Reply in thread").click()
    write(page, REPLY, "Reply")
    thread(page).get_by_role("button", name="Save as answer").click()
    dialog = page.get_by_role("dialog", name="Save as answer")
    expect(dialog.get_by_label("The question that it answers")).to_have_value(QUESTION)
    expect(dialog).to_contain_text(REPLY)
    dialog.get_by_label("For how many days it is an answer").fill("10000")
    dialog.get_by_role("button", name="Save", exact=True).click()
    expect(dialog).to_contain_text("Must be at most 730.")
    dialog.get_by_label("For how many days it is an answer").fill("90")
    dialog.get_by_role("button", name="Save", exact=True).click()
    expect(dialog).to_contain_text("It is being saved.")
    dialog.get_by_text("Close", exact=True).click()
    expect(thread(page)).to_contain_text("saved this as the answer to")


def test_a_colleague_answers_what_no_page_does_until_they_delete_it(
    open_windows: Windows, acme_slack: Footnote
) -> None:
    ana = open_windows.open(acme_slack.origin, "ana", "dm:footnote")
    hands_over(ana, asks(ana, 1))
    expert = open_windows.open(acme_slack.origin, "ben", EXPERTS)
    replies_and_saves(expert)
    expect(said_by(ana, "Footnote").last).to_contain_text(f"Ben Visser replied in #{EXPERTS}")
    expect(said_by(ana, "Footnote").last).to_contain_text(REPLY)
    acme_slack.settled()
    be(ana, "Dev Kulkarni")
    answered = asks(ana, 1)
    expect(answered).to_contain_text(REPLY)
    expect(answered).to_contain_text(re.compile(r"Ben Visser · saved \d+ \w+ \d{4}"))
    expect(answered.get_by_role("link", name=QUESTION)).to_have_attribute("href", re.compile("/archives/C.*thread_ts="))
    reply = thread(expert).get_by_role("article", name=re.compile("^Ben Visser")).last
    reply.hover()
    reply.get_by_role("button", name="Delete").click()
    expert.get_by_role("dialog", name="Delete this message?").get_by_role("button", name="Delete").click()
    expect(thread(expert)).to_contain_text("there is nothing to save")
    expect(asks(ana, 2)).to_contain_text(REFUSED)
    be(ana, "Ana Ribeiro")
    expect(said_by(ana, "Footnote").last).to_contain_text("This reply was deleted by whoever wrote it.")
