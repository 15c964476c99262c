"""What one receipt says, for an auditor: what was asked, what was replied and what that was answered from, masked as in a channel."""

from bot import app
from bot.core import receipt as folded
from bot.core.admin import Contents, Told
from bot.core.nouns import ReceiptId
from bot.flows.seen import as_seen
from policies.redaction.view import masked


class Archive:
    """The port `Archive`."""

    def __init__(self, records: app.Records) -> None:
        self._records = records

    def contents(self, receipt: ReceiptId) -> Contents:
        events = self._records.receipts.events(receipt)
        found = folded.fold(events, self._records.receipts.evidence)
        typed = next((one.body.get("text") for one in events if one.kind == "commanded" and one.body), None)
        asked = found.asked.text if found.asked is not None else typed
        seen = masked(asked, self._records.redaction(), "channel") if asked is not None else None
        return Contents(seen, self._told(found.here), self._told(found.aside))

    def _told(self, told: folded.Told) -> Told | None:
        if told.reply is None:
            return None
        reply, evidence, _ = as_seen(told.reply, told.evidence, self._records.redaction())
        return Told(reply, tuple(dict.fromkeys(passage.title for passage in evidence.passages)))
