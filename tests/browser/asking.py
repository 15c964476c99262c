"""What people do in a window, by the names that a screen reader reads out."""

import re

from playwright.sync_api import Locator, Page, expect

HOME_OFFICE = "How much is the home office allowance in Porto?"
KESTREL = "What is project Kestrel?"
KESTREL_ANSWER = "Brightwell"


def write(page: Page, text: str, box: str | re.Pattern[str] = re.compile("^Message ")) -> None:
    field = page.get_by_role("textbox", name=box)
    field.fill(text)
    field.press("Enter")


def ask_footnote(page: Page, text: str) -> None:
    """In a channel its name is what makes it listen."""
    write(page, f"@Footnote {text}")


def messages(page: Page, log: str | re.Pattern[str] = "Messages") -> Locator:
    return page.get_by_role("log", name=log).get_by_role("article")


def said_by(page: Page, name: str) -> Locator:
    return page.get_by_role("article", name=re.compile(f"^{re.escape(name)}"))


def answer(page: Page) -> Locator:
    """What Footnote has said last here, complete with its buttons."""
    found = said_by(page, "Footnote").last
    expect(found.get_by_role("button", name="Useful", exact=True)).to_be_visible()
    return found


def thread(page: Page) -> Locator:
    return page.get_by_role("complementary", name="Thread")


def go(page: Page, place: str) -> None:
    page.get_by_role("navigation", name="Places").get_by_role("link", name=re.compile(f"^{re.escape(place)}")).click()


def be(page: Page, name: str) -> None:
    page.get_by_label("You are").select_option(label=name)


def is_focused(locator: Locator) -> bool:
    return bool(locator.evaluate("element => element === document.activeElement"))
