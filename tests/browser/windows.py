"""Windows of a real browser, each one person's. A window in which anything went wrong fails its test."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request, Response, expect

GIVEN_UP: Final = "net::ERR_ABORTED"  # by the page itself, which has gone elsewhere meanwhile
PATIENCE_MS: Final = 20_000  # with a busy machine, and what Slack and the bot do between them
expect.set_options(timeout=PATIENCE_MS)

WIDE: Final = {"width": 1280, "height": 800}
NARROW: Final = {"width": 360, "height": 740}
BAD: Final = 400
READY_TO_WRITE: Final = "addEventListener('focusin', () => { window.readyToWrite ??= performance.now() })"


@dataclass
class Windows:
    browser: Browser
    folder: Path  # where pictures of what failed are put
    name: str
    opened: list[tuple[BrowserContext, Page]] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)
    expected: list[str] = field(default_factory=list)

    def open(
        self, origin: str, person: str, place: str | None = None, *, dark: bool = False, narrow: bool = False
    ) -> Page:
        """A window with a memory of its own, on what that person sees."""
        made: dict[str, Any] = {
            "viewport": NARROW if narrow else WIDE,
            "color_scheme": "dark" if dark else "light",
            "reduced_motion": "reduce",
            "locale": "en-GB",
            "timezone_id": "Europe/Zurich",
        }
        context = self.browser.new_context(**made)
        context.set_default_timeout(PATIENCE_MS)
        page = context.new_page()
        page.add_init_script(READY_TO_WRITE)
        self.opened.append((context, page))
        self._overhear(person, page)
        asked = {"as": person} | ({"in": place} if place else {})
        page.goto(f"{origin}/?{urlencode(asked)}")
        return page

    def _overhear(self, person: str, page: Page) -> None:
        def says(what: str) -> None:
            self.complaints.append(f"{person}: {what}")

        def console(message: ConsoleMessage) -> None:
            if message.type in {"error", "warning"}:
                says(f"console {message.type}: {message.text} ({message.location.get('url')})")

        def failed(request: Request) -> None:
            if request.failure != GIVEN_UP:
                says(f"request failed: {request.method} {request.url}: {request.failure}")

        def answered(response: Response) -> None:
            if response.status >= BAD:
                says(f"answered {response.status}: {response.url}")

        page.on("console", console)
        page.on("pageerror", lambda error: says(f"error: {error}"))
        page.on("requestfailed", failed)
        page.on("response", answered)

    def unexpected(self) -> list[str]:
        return [c for c in self.complaints if not any(re.search(pattern, c) for pattern in self.expected)]

    def photograph(self) -> list[Path]:
        pictures = [self.folder / f"{self.name}-{at}.png" for at in range(len(self.opened))]
        for picture, (_, page) in zip(pictures, self.opened, strict=True):
            page.screenshot(path=picture)
        return pictures

    def close(self) -> None:
        for context, _ in self.opened:
            context.close()


@contextmanager
def windows(browser: Browser, folder: Path, name: str) -> Iterator[Windows]:
    found = Windows(browser, folder, re.sub(r"\W+", "-", name))
    try:
        yield found
    finally:
        found.close()


def is_too_wide(page: Page) -> bool:
    """One would have to scroll sideways to read it."""
    return bool(page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"))
