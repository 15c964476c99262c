"""Whose key signs this ledger? One for the workspace, whichever machines work on it; a second is never made.

The key is opened when it is first needed: listing, reading and asking for work need none.
"""

from functools import cached_property
from pathlib import Path

from sqlalchemy.exc import DBAPIError
from sqlmodel import col, select

from bot.core.errors import Unready
from bot.stores.database import Database
from bot.stores.ledger.key import LedgerKey, load_key, open_key
from bot.stores.tables import CheckpointRow


class KeyFile:
    """The file that holds the key of this database's ledger, or is going to."""

    def __init__(self, database: Database, path: Path) -> None:
        self._database, self._path = database, path

    @property
    def public(self) -> str:
        return self._key.public

    def sign(self, message: bytes) -> bytes:
        return self._key.sign(message)

    def open(self) -> None:
        """Fails now, and not when the first checkpoint is due."""
        _ = self._key

    @cached_property
    def _key(self) -> LedgerKey:
        """It is made on first use, and only for a ledger that nobody has signed yet."""
        signer = self._signer()
        if signer is None:
            return open_key(self._path)
        self._check_there()
        key = load_key(self._path)
        if key.public != signer:
            raise Unready(
                f"This ledger is signed with another key ({signer[:8]}…). "
                "Put that key's file in FOOTNOTE_LEDGER_KEY_FILE."
            )
        return key

    def known(self) -> tuple[str, ...]:
        """The public keys that may have signed. Makes none: where nothing is signed, there may be none yet."""
        if not self._path.exists() and self._is_unsigned():
            return ()
        self._check_there()
        return (load_key(self._path).public,)

    def _check_there(self) -> None:
        if not self._path.exists():
            raise Unready(
                f"This ledger is signed, and the file with its key is missing: {self._path}. "
                "Restore it, or name the file where it is in FOOTNOTE_LEDGER_KEY_FILE."
            )

    def _is_unsigned(self) -> bool:
        """So it is too where the signatures cannot be read: what is wrong with them is for the audit to say."""
        try:
            return self._signer() is None
        except DBAPIError:
            return True

    def _signer(self) -> str | None:
        """Who signed last."""
        with self._database.reading() as session:
            newest = select(CheckpointRow.key).order_by(col(CheckpointRow.size).desc()).limit(1)
            return session.exec(newest).first()
