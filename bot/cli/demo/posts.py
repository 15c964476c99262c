"""Which receipt led to a message? Reads the ledger on from where it stopped, so that a page may ask again and again."""

import re
import threading
from typing import Final

from cachetools import LRUCache

from bot import app
from bot.core.nouns import ReceiptId
from bot.playground.slack import SlackWorld
from bot.stores.ledger.book import Recorded

_KINDS: Final = frozenset({"asked", "shown", "posted"})
_MOST: Final = 20_000
_NAMED: Final = re.compile(r"\br_[0-9a-f]{24}$")  # how the message ends that says that there will be no reply


class Posts:
    """Of this run of the demo: the Slack of the one before is gone, and so are its messages."""

    def __init__(self, records: app.Records, world: SlackWorld) -> None:
        self._records, self._world = records, world
        with records.database.reading() as session:
            self._next = records.ledger.size(session)
        self._led_to: LRUCache[tuple[str, str], ReceiptId] = LRUCache(_MOST)
        self._lock = threading.Lock()

    def receipt_of(self, channel: str, message: str) -> ReceiptId | None:
        """Of a message of the bot, or of the question itself."""
        with self._lock:
            self._read_on()
            return self._led_to.get((channel, message)) or self._named_in(channel, message)

    def _read_on(self) -> None:
        with self._records.database.reading() as session:
            events = self._records.ledger.since(session, self._next, _KINDS)
        for event in events:
            self._next = event.seq + 1
            for place in _places(event):
                if event.receipt is not None:
                    self._led_to[place] = event.receipt

    def _named_in(self, channel: str, message: str) -> ReceiptId | None:
        """Where a failure was told is not in the ledger; the message, which is ours, names the receipt."""
        with self._world.lock:
            place = self._world.channels.get(channel)
            said = place.messages.get(message) if place is not None else None
        named = _NAMED.search(said.text) if said is not None and said.app_id else None
        return ReceiptId(named.group()) if named is not None else None


def _places(event: Recorded) -> list[tuple[str, str]]:
    body = event.body or {}
    named = [body.get("place", {})] if event.kind == "asked" else body.get("to", [])
    return [(one["channel"], one["message"]) for one in named if one.get("surface") == "slack"]
