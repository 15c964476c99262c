"""What people, apps and documents write is shown, and never run, followed or fetched."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.asking import messages
from tests.browser.footnote import Footnote
from tests.browser.windows import Windows

NASTY = (
    "<script>window.ran = 1</script>",
    "<img src=x onerror='window.ran = 1'>",
    "<javascript:window.ran=1|click me>",
    "[click me](javascript:window.ran=1)",
    "<data:text/html,<script>window.ran=1</script>|click me>",
    "![seen](https://elsewhere.test/pixel.png)",
    "<!channel> <!everyone> <@U00000000> <#C00000000> <!subteam^S1> <!date^1^{date}|x>",
    "{{constructor.constructor('window.ran=1')()}} ${window.ran=1}",
    "\u202etxt.exe \u0000 \u2028 \ud83d" + "\u0301" * 500,
    "*" * 3_000 + "[" * 3_000,
)


@pytest.fixture
def strangers() -> list[str]:
    """Requests that went to anybody but the page's own server."""
    return []


@pytest.fixture
def page(open_windows: Windows, acme_slack: Footnote, strangers: list[str]) -> Iterator[Page]:
    opened = open_windows.open(acme_slack.origin, "ana", "general")
    origin = acme_slack.origin
    opened.on(
        "request", lambda asked: strangers.append(asked.url) if not asked.url.startswith((origin, "data:")) else None
    )
    yield opened
    assert opened.evaluate("window.ran") is None
    assert opened.locator("a[href^='javascript:' i], a[href^='data:' i]").count() == 0
    assert strangers == []


@pytest.mark.parametrize("text", NASTY, ids=range(len(NASTY)))
def test_what_somebody_writes_is_text(page: Page, acme_slack: Footnote, text: str) -> None:
    before = messages(page).count()
    acme_slack.slack.as_user("ben").post("general", text)
    expect(messages(page)).to_have_count(before + 1)
    for link in messages(page).last.get_by_role("link").all():
        assert (link.get_attribute("href") or "#").startswith(("#", "http", "mailto:"))


BLOCKS: dict[str, dict[str, Any]] = {
    "markdown": {"type": "markdown", "text": "\n\n".join(t for t in NASTY if len(t) < 200 and "elsewhere" not in t)},
    "section": {"type": "section", "text": {"type": "mrkdwn", "text": " ".join(NASTY[:5])}},
    "rich text": {
        "type": "rich_text",
        "elements": [
            {
                "type": "rich_text_section",
                "elements": [
                    {"type": "link", "url": "javascript:window.ran=1", "text": "click me"},
                    {"type": "text", "text": NASTY[0], "style": {"bold": True}},
                    {"type": "user", "user_id": "<b>nobody</b>"},
                ],
            }
        ],
    },
    "button": {
        "type": "actions",
        "elements": [
            {
                "type": "button",
                "action_id": "'\"><script>window.ran=1</script>",
                "text": {"type": "plain_text", "text": "<b>press</b>"},
            }
        ],
    },
}


@pytest.mark.parametrize("name", BLOCKS)
def test_what_an_app_sends_is_drawn_and_not_run(page: Page, acme_slack: Footnote, name: str) -> None:
    channel = acme_slack.slack.world.channel("general").id
    acme_slack.sketchpad.client.chat_postMessage(channel=channel, text=name, blocks=[BLOCKS[name]])
    shown = messages(page).last
    expect(shown).to_be_visible()
    for button in shown.locator(".actions").get_by_role("button").all():
        button.click()
    for link in shown.get_by_role("link").all():
        assert (link.get_attribute("href") or "#").startswith(("#", "http", "mailto:"))


def test_a_name_with_markup_is_a_name(page: Page, acme_slack: Footnote) -> None:
    world = acme_slack.slack.world
    newcomer = world.add_user("eve", email="eve@acme.test", real_name="<b>Eve</b> <script>window.ran=1</script>")
    world.channel("general").members.append(newcomer.id)
    try:
        acme_slack.slack.as_user("eve").post("general", "hello")
        page.reload()
        expect(messages(page).last).to_contain_text("<b>Eve</b>")
    finally:
        world.channel("general").members.remove(newcomer.id)
        del world.users[newcomer.id]
