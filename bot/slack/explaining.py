"""Opens a view about an answer for whoever clicked, and fills it when it can be: a trigger lives for three seconds."""

from collections.abc import Callable
from typing import Any, Protocol

import structlog
from slack_sdk import WebClient

from bot.core.nouns import Explained, ReceiptId
from bot.slack import render, wire
from bot.slack.calls import Refused, call
from bot.slack.later import Later
from connectors.model import Retryable
from policies.evidence import Answer, Evidence

log = structlog.get_logger()


class ViewOf(Protocol):
    """How it looks."""

    def __call__(self, answer: Answer, evidence: Evidence, *, receipt: str, hidden: bool) -> dict[str, Any]: ...


def show(
    client: WebClient,
    trigger: object,
    receipt: ReceiptId,
    explain: Callable[[], Explained | None],
    view_of: ViewOf,
    *,
    later: Later,
) -> None:
    view = _opened(client, trigger, receipt)
    if view is None:
        return

    def fill() -> None:
        client.views_update(view_id=view, view=_view(explain(), receipt, view_of))

    failed = render.nothing_view(receipt=receipt, reason="failed")
    later(fill, otherwise=lambda: client.views_update(view_id=view, view=failed))


def _opened(client: WebClient, trigger: object, receipt: str) -> str | None:
    """Raises nothing: Bolt forgets that it was acknowledged, and lets nothing else in for three seconds."""
    try:
        opened = call(
            client, "views.open", wire.OpenedView, trigger_id=trigger, view=render.loading_view(receipt=receipt)
        )
    except (Refused, Retryable) as trouble:
        log.warning("no view could be opened", receipt=receipt, because=str(trouble))
        return None
    return opened.view.id


def _view(explained: Explained | None, receipt: ReceiptId, view_of: ViewOf) -> dict[str, Any]:
    if explained is None:
        return render.nothing_view(receipt=receipt, reason="not_yours")
    return view_of(explained.answer, explained.evidence, receipt=receipt, hidden=explained.hidden)
