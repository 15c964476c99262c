"""What axe-core finds wrong for people who do not see, or do not point. Its script comes with the page's own development tools.

From npm, not from axe-playwright-python: that wraps the same script, two releases older, in a package of one person, and
the page's lock names it with its hash already.
"""

from pathlib import Path
from typing import Any, Final

from playwright.sync_api import Page

SCRIPT: Final = Path("bot/playground/web/node_modules/axe-core/axe.min.js")
GRAVE: Final = frozenset({"serious", "critical"})
RUN: Final = "async () => (await axe.run(document, {resultTypes: ['violations']})).violations"


def grave(page: Page, root: Path) -> list[str]:
    """One line for each place in which a rule is broken."""
    page.evaluate((root / SCRIPT).read_text(encoding="utf-8"))
    found: list[dict[str, Any]] = page.evaluate(RUN)
    return [
        f"{violation['impact']}: {violation['id']}: {node['target']}: {node['failureSummary']}"
        for violation in found
        if violation["impact"] in GRAVE
        for node in violation["nodes"]
    ]
