"""Makes the picture with which the README opens, of the demo as it is: `python -m tests.browser.picture`.

Omar asks in #deals what not everybody there may read.
"""

from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from tests.bench import demo

PICTURE = Path(__file__).parents[2] / "bot" / "playground" / "web" / "picture.png"
CHROMIUM = "/usr/bin/chromium"


def main() -> None:
    with demo.running() as address, sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1400, "height": 860}, color_scheme="light", locale="en-GB")
        page.goto(f"{address}?as=dev&in=deals")
        _ask(page, "@Footnote Who approves a discount above 20 %?")
        page.goto(f"{address}?as=omar&in=deals")
        _ask(page, "@Footnote What is project Kestrel?")
        page.get_by_role("complementary", name="Receipt").get_by_text("Kept back").wait_for()
        page.screenshot(path=PICTURE)
        browser.close()


def _ask(page: Page, question: str) -> None:
    page.get_by_role("textbox", name="Message #deals").fill(question)
    page.keyboard.press("Enter")
    page.get_by_role("complementary", name="Thread").get_by_text("APP").first.wait_for()
    page.wait_for_timeout(1_500)  # one message a second


if __name__ == "__main__":
    main()
