"""Is each text that evidence names by its digest what the digest says? One that is missing is no damage: texts are
erasable. Which receipts name the changed ones is asked of the events, as they pass.
"""

import re
from collections.abc import Iterator
from hashlib import sha256

from bot.stores.ledger.findings import Finding, Kind
from bot.stores.ledger.raw import RawEvent, RawText

_SUSPECTS = 400  # more than these are counted, and not named
_MOST_RECEIPTS = 20  # that are named for one text
_DIGEST = re.compile(rb'"([0-9a-f]{64})"')


class Texts:
    """Takes the texts one by one, then the events; then has the findings about the texts."""

    def __init__(self) -> None:
        self._changed: dict[bytes, dict[str, None]] = {}  # and the receipts that name it, in order
        self._unnamed = 0

    def take(self, row: RawText) -> None:
        is_kept = row.is_typed and row.text is not None and row.digest == sha256(row.text).hexdigest().encode()
        if is_kept:
            return
        if row.digest is None or len(self._changed) == _SUSPECTS:
            self._unnamed += 1
        else:
            self._changed[row.digest] = {}

    def see(self, event: RawEvent) -> None:
        if not self._changed or event.receipt is None or event.body is None:
            return
        for digest in _DIGEST.findall(event.body):
            receipts = self._changed.get(digest)
            if receipts is not None and len(receipts) < _MOST_RECEIPTS:
                receipts[event.receipt.decode(errors="replace")] = None

    def findings(self) -> Iterator[Finding]:
        for digest, receipts in sorted(self._changed.items()):
            named = digest[:64].decode(errors="replace")
            yield Finding(kind=Kind.TEXT_CHANGED, digest=named, receipts=tuple(receipts))
        if self._unnamed:
            yield Finding(kind=Kind.TEXT_CHANGED, detail=str(self._unnamed))
