"""Has this browser been to our install page just now? What it is sent to Slack with comes back once, from the same browser,
within ten minutes, or counts for nothing. Nobody who only looks at the page makes us write anything.
"""

import base64
import binascii
import hashlib
import secrets
from datetime import UTC, datetime, timedelta
from typing import Final, NamedTuple

from sqlalchemy import delete
from sqlmodel import col

from bot.stores.database import Database, insert_new
from bot.stores.seal import Seal
from bot.stores.tables import UsedStateRow

HOLDS: Final = timedelta(minutes=10)
_NONCE, _MARK = 16, 32
_LONGEST = 200


class Sent(NamedTuple):
    """`state` goes to Slack and back; `browser` stays in its cookie."""

    state: str
    browser: str


class States:
    def __init__(self, database: Database, seal: Seal) -> None:
        self._database, self._seal = database, seal

    def issue(self, now: datetime) -> Sent:
        browser = secrets.token_urlsafe(32)
        nonce, until = secrets.token_bytes(_NONCE), int((now + HOLDS).timestamp())
        raw = nonce + until.to_bytes(8) + self._seal.mark(_said(nonce, until, browser))
        return Sent(base64.urlsafe_b64encode(raw).decode(), browser)

    def redeem(self, sent: Sent, now: datetime) -> bool:
        """Whether it holds. It does not do so again."""
        try:
            raw = base64.urlsafe_b64decode(sent.state) if len(sent.state) <= _LONGEST else b""
        except (ValueError, binascii.Error):
            return False
        nonce, until, mark = raw[:_NONCE], int.from_bytes(raw[_NONCE : _NONCE + 8]), raw[_NONCE + 8 :]
        if len(mark) != _MARK or not self._seal.is_marked(_said(nonce, until, sent.browser), mark):
            return False
        moment = datetime.fromtimestamp(until, UTC)
        return now < moment and self._is_first(nonce, moment, now)

    def _is_first(self, nonce: bytes, until: datetime, now: datetime) -> bool:
        with self._database.writing() as session:
            session.execute(delete(UsedStateRow).where(col(UsedStateRow.until) < now))
            return insert_new(session, UsedStateRow, [{"id": nonce.hex(), "until": until}]) == 1


def _said(nonce: bytes, until: int, browser: str) -> str:
    return f"{nonce.hex()}/{until}/{hashlib.sha256(browser.encode()).hexdigest()}"
