"""The demo in a real browser: how soon one can write, how soon the answer stands there, and how long a fresh machine
takes from the command to its first answer.

Everything is real: `footnote demo` in a process of its own on a fresh home, its page, Debian's Chromium. Times are
taken inside the page: from the beginning of the navigation until the field to write in has the focus, and from Enter
until the answer's button is drawn. Beside the answer stands what the receipt says that Footnote itself took.

    python -m tests.bench.page [--quick] [--json]
"""

import argparse
import json
import time
import tomllib
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, sync_playwright

from tests.bench import demo
from tests.bench.figures import percentile, show

CHROMIUM = "/usr/bin/chromium"
A_MESSAGE_S = 1.2
LOADS, QUICK_LOADS = 20, 5
GOLDEN = Path(__file__).parents[1] / "acme_questions.toml"
ASKED, QUICK_ASKED = 20, 5

_CAN_WRITE = "document.activeElement?.matches('.composer textarea') ? performance.now() : false"
_WATCH = """() => {
    const answers = () => document.querySelectorAll("main article[aria-label^='Footnote'] button").length;
    const before = answers();
    window.took = null;
    let since = 0;
    document.addEventListener("keydown", (event) => { if (event.key === "Enter") since ||= performance.now(); },
        { capture: true });
    new MutationObserver((_, observer) => {
        if (!since || answers() <= before) return;
        observer.disconnect();
        requestAnimationFrame(() => { window.took = performance.now() - since; });
    }).observe(document.body, { subtree: true, childList: true });
}"""
_RECEIPT = """async () => {
    const last = [...document.querySelectorAll("main article[aria-label^='Footnote']")].at(-1).dataset.ts;
    const { channels } = await (await fetch("/_world/channels?user=ana")).json();
    const direct = channels.find((one) => one.kind === "im" && one.with_name === "Footnote").id;
    for (;;) {  // it is told as soon as it is known that the answer is there
        const told = await (await fetch(`/_footnote/receipt?channel=${direct}&ts=${last}`)).json();
        if (told) return told;
        await new Promise((go) => setTimeout(go, 20));
    }
}"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    figures = measure(QUICK_LOADS if asked.quick else LOADS, QUICK_ASKED if asked.quick else ASKED)
    print(json.dumps(figures)) if asked.json else show(figures)


def measure(loads: int, questions: int) -> dict[str, float]:
    began = time.monotonic()
    with demo.running() as address, sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1440, "height": 900}, bypass_csp=True)  # to take the time inside it
        page.goto(f"{address}?as=ana")
        _can_write(page)
        _answer_ms(page, "How much is the home office allowance in Porto?")
        first_answer_s = time.monotonic() - began
        interactive = [_interactive_ms(page, address) for _ in range(loads)]
        answers = [_answer_ms(page, question) for question in _answerable()[:questions]]
        browser.close()
    return {
        "first_answer_s": round(first_answer_s, 1),
        "interactive_ms_p50": percentile(interactive, 50),
        "interactive_ms_p95": percentile(interactive, 95),
        "answer_ms_p50": percentile([seen for seen, _ in answers], 50),
        "answer_ms_p95": percentile([seen for seen, _ in answers], 95),
        "own_ms_p50": percentile([own for _, own in answers], 50),
        "own_ms_p95": percentile([own for _, own in answers], 95),
    }


def _answerable() -> list[str]:
    """Each is asked once: a question that was asked before is answered sooner."""
    golden = tomllib.loads(GOLDEN.read_text(encoding="utf-8"))["question"]
    return [str(one["ask"]) for one in golden if one["as"].startswith("ana@") and one["kind"] == "fact"]


def _interactive_ms(page: Page, address: str) -> float:
    page.goto("about:blank")
    page.goto(f"{address}?as=ana&in=general", wait_until="commit")
    took = _can_write(page)
    page.goto(f"{address}?as=ana")
    _can_write(page)
    return took


def _can_write(page: Page) -> float:
    return float(page.wait_for_function(_CAN_WRITE, polling="raf").json_value())


def _answer_ms(page: Page, question: str) -> tuple[float, float]:
    """On the screen, and Footnote's own. Slack takes one message a second in a conversation, so we do not ask faster."""
    time.sleep(A_MESSAGE_S)
    page.evaluate(_WATCH)
    page.keyboard.type(question)
    page.keyboard.press("Enter")
    seen = float(page.wait_for_function("window.took", polling="raf").json_value())
    receipt: dict[str, Any] = page.evaluate(_RECEIPT)
    return seen, sum(receipt["timings_ms"].values())


if __name__ == "__main__":
    main()
