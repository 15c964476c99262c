"""What somebody expects of a Slack without thinking of it: what they began is still there, and what they closed stays shut."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.asking import HOME_OFFICE, answer, ask_footnote, go, messages, thread, write
from tests.browser.footnote import Footnote
from tests.browser.windows import Windows, is_too_wide


def field(page: Page) -> Locator:
    return page.get_by_role("textbox", name=re.compile("^Message "))


def use(message: Locator, tool: str) -> None:
    message.hover()
    message.get_by_role("button", name=tool).click()


def test_what_was_begun_is_there_when_one_comes_back(open_windows: Windows, acme_slack: Footnote) -> None:
    page = open_windows.open(acme_slack.origin, "ana", "general")
    field(page).fill("half a thou")
    go(page, "engineering")
    expect(field(page)).to_have_value("")
    go(page, "general")
    expect(field(page)).to_have_value("half a thou")
    field(page).press("Enter")
    go(page, "engineering")
    go(page, "general")
    expect(field(page)).to_have_value("")


def test_an_example_is_not_left_in_the_field_of_the_place_before(open_windows: Windows, acme_slack: Footnote) -> None:
    page = open_windows.open(acme_slack.origin, "omar", "dm:footnote")
    page.get_by_role("button", name=re.compile("Kestrel")).click()
    expect(field(page)).to_have_value("@Footnote What is project Kestrel?")
    page.go_back()
    expect(page.get_by_role("heading", level=1)).to_have_text("Footnote")
    expect(field(page)).to_have_value("")


def test_where_one_is_already_is_no_step_to_go_back_over(open_windows: Windows, acme_slack: Footnote) -> None:
    page = open_windows.open(acme_slack.origin, "ana", "general")
    go(page, "engineering")
    for _ in range(3):
        go(page, "engineering")
    page.go_back()
    expect(page.get_by_role("heading", level=1)).to_have_text("#general")


def test_a_message_is_edited_as_it_was_written(open_windows: Windows, acme_slack: Footnote) -> None:
    page = open_windows.open(acme_slack.origin, "ana", "general")
    write(page, "@Ben Visser: 1 < 2 & see #general")
    use(messages(page).last, "Edit")
    edit = page.get_by_label("Edit your message")
    expect(edit).to_have_value("@Ben Visser: 1 < 2 & see #general")
    edit.press("End")
    edit.press_sequentially(" @Mei Tanaka <b>")
    edit.press("Enter")
    expect(messages(page).last).to_contain_text("@Ben Visser: 1 < 2 & see #general @Mei Tanaka <b>")
    expect(messages(page).last.get_by_role("button", name="Edit")).to_be_focused()
    mention = acme_slack.slack.mention
    said = list(acme_slack.slack.world.channel("general").messages.values())[-1].text
    assert said.startswith(f"{mention('ben')}: 1 &lt; 2 &amp; see <#")
    assert said.endswith(f"{mention('mei')} &lt;b&gt;")


def test_a_message_is_deleted_once_one_is_sure(open_windows: Windows, acme_slack: Footnote) -> None:
    page = open_windows.open(acme_slack.origin, "ana", "general")
    write(page, "said too early")
    use(messages(page).last, "Delete")
    dialog = page.get_by_role("dialog", name="Delete this message?")
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    expect(messages(page).last.get_by_role("button", name="Delete")).to_be_focused()
    use(messages(page).last, "Delete")
    dialog.get_by_role("button", name="Delete").click()
    expect(messages(page)).to_have_count(0)


def test_escape_ends_what_is_inmost(open_windows: Windows, acme_slack: Footnote) -> None:
    page = open_windows.open(acme_slack.origin, "ana", "general")
    write(page, "the first")
    use(messages(page).last, "Reply in thread")
    reply = thread(page).get_by_role("article").last
    use(reply, "Edit")
    page.keyboard.press("Escape")
    expect(page.get_by_label("Edit your message")).to_have_count(0)
    use(reply, "Delete")
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(thread(page)).to_be_visible()
    page.keyboard.press("Escape")
    expect(thread(page)).to_have_count(0)


def test_a_thread_that_was_closed_stays_closed(open_windows: Windows, acme_slack: Footnote) -> None:
    page = open_windows.open(acme_slack.origin, "ana", "general")
    write(page, "something else")
    ask_footnote(page, HOME_OFFICE)
    expect(thread(page)).to_contain_text(HOME_OFFICE)
    page.keyboard.press("Tab")
    thread(page).get_by_role("button", name="Close the thread").click()
    use(messages(page).first, "Reply in thread")
    expect(thread(page)).to_contain_text("something else")
    page.keyboard.press("Escape")
    expect(thread(page)).to_have_count(0)


def test_a_receipt_that_was_closed_stays_closed_elsewhere(open_windows: Windows, acme_slack: Footnote) -> None:
    page = open_windows.open(acme_slack.origin, "ana", "general")
    receipt = page.get_by_role("complementary", name="Receipt")
    receipt.get_by_role("button", name="Close the receipt").click()
    go(page, "engineering")
    expect(page.get_by_role("heading", level=1)).to_have_text("engineering")
    expect(receipt).to_have_count(0)


def test_a_receipt_is_not_denied_while_it_is_fetched(open_windows: Windows, acme_slack: Footnote) -> None:
    page = open_windows.open(acme_slack.origin, "ana", "dm:footnote")
    page.evaluate(
        """() => new MutationObserver(() => {
            if (document.body.innerText.includes("There is no receipt")) window.denied = true;
        }).observe(document.body, { subtree: true, childList: true, characterData: true })"""
    )
    write(page, HOME_OFFICE)
    answer(page)
    receipt = page.get_by_role("complementary", name="Receipt")
    expect(receipt).to_contain_text("Answered")
    expect(receipt).to_contain_text("In the ledger")
    assert page.evaluate("window.denied") is None


def test_the_focus_goes_along_with_whoever_is_added_and_taken_out(open_windows: Windows, acme_slack: Footnote) -> None:
    page = open_windows.open(acme_slack.origin, "omar", "deals")
    page.get_by_role("button", name=re.compile("in here")).click()
    dialog = page.get_by_role("dialog", name="In #deals")
    dialog.get_by_role("button", name="Add Ben Visser").click()
    expect(dialog.get_by_role("button", name="Remove Ben Visser")).to_be_focused()
    page.keyboard.press("Enter")
    expect(dialog.get_by_role("button", name="Add Ben Visser")).to_be_focused()


@pytest.mark.parametrize("narrow", [False, True], ids=["wide", "narrow"])
def test_no_word_is_too_long_to_be_read(open_windows: Windows, acme_slack: Footnote, *, narrow: bool) -> None:
    page = open_windows.open(acme_slack.origin, "ana", "general", narrow=narrow)
    write(page, f"https://acme.test/{'x' * 400} and more")
    last = messages(page).last
    expect(last).to_contain_text("and more")
    assert last.evaluate(
        "one => [...one.querySelectorAll('*')].every(e => e.getBoundingClientRect().right <= innerWidth)"
    )
    assert not is_too_wide(page)


def test_a_page_that_is_opened_early_waits_until_footnote_is_there(open_windows: Windows, acme_slack: Footnote) -> None:
    open_windows.expected.append("503")
    page = open_windows.open(acme_slack.origin, "ana", "dm:footnote")
    early = iter([True, True])
    page.route("**/_footnote/about", lambda r: r.fulfill(status=503) if next(early, False) else r.continue_())
    page.reload()
    expect(page.get_by_text("Footnote is reading the documents")).to_be_visible()
    expect(page.get_by_role("heading", name="Ask Footnote")).to_be_visible()


def test_everybody_stays_where_everybody_is(open_windows: Windows, acme_slack: Footnote) -> None:
    page = open_windows.open(acme_slack.origin, "ana", "general")
    page.get_by_role("button", name=re.compile("in here")).click()
    dialog = page.get_by_role("dialog", name="In #general")
    expect(dialog.get_by_text("Ben Visser")).to_be_visible()
    expect(dialog.get_by_role("button", name=re.compile("^(Leave|Remove)"))).to_have_count(0)


def test_a_window_that_nobody_sees_hears_nothing_and_reads_afresh_when_seen(
    open_windows: Windows, acme_slack: Footnote
) -> None:
    page = open_windows.open(acme_slack.origin, "ana", "general")
    acme_slack.slack.as_user("ben").post("general", "said to whoever looks")
    expect(messages(page)).to_have_count(1)  # it listens, and what it read at first is there
    _is_seen(page, seen=False)
    acme_slack.slack.as_user("ben").post("general", "said while nobody looked")
    page.wait_for_timeout(300)
    expect(messages(page)).to_have_count(1)
    _is_seen(page, seen=True)
    expect(messages(page)).to_have_count(2)
    acme_slack.slack.as_user("ben").post("general", "and heard at once")
    expect(messages(page)).to_have_count(3)


def _is_seen(page: Page, *, seen: bool) -> None:
    page.evaluate(
        """(hidden) => {
            Object.defineProperty(document, "hidden", { value: hidden, configurable: true });
            document.dispatchEvent(new Event("visibilitychange"));
        }""",
        not seen,
    )
