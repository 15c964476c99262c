"""The folder in which everything lies that is not on a server. One process at a time owns it.

Two processes on one embedded Chroma path corrupt each other without a word, so the second one is told, at once, who
is there and what to do. The lock ends with its process, however that ends.
"""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path

from filelock import FileLock, Timeout

from bot.core.clock import as_text
from bot.core.errors import Unready


class Home:
    def __init__(self, path: Path) -> None:
        self.path = path
        self._owner = path / "owner.json"

    def make(self) -> None:
        with self._usable():
            self.path.mkdir(parents=True, exist_ok=True, mode=0o700)

    @contextmanager
    def owned(self, command: str, now: datetime) -> Iterator[None]:
        self.make()
        lock = FileLock(self.path / "owner.lock", timeout=0)
        try:
            with self._usable():
                lock.acquire()
        except Timeout:
            raise Unready(self._who()) from None
        try:
            with self._usable():
                self._owner.write_text(json.dumps({"pid": os.getpid(), "command": command, "since": as_text(now)}))
            yield
        finally:
            with suppress(OSError):
                self._owner.unlink()
            lock.release()

    @contextmanager
    def _usable(self) -> Iterator[None]:
        try:
            yield
        except Timeout:  # an OSError too, but of another kind: somebody is there
            raise
        except OSError as error:
            raise Unready(
                f"{self.path} cannot be used ({error.strerror}). Set FOOTNOTE_HOME to a folder you may write to."
            ) from error

    def _who(self) -> str:
        try:
            owner = json.loads(self._owner.read_text())
            holder = f"`{owner['command']}` (process {owner['pid']}, since {owner['since']})"
        except (OSError, ValueError, KeyError, TypeError):
            holder = "another process"
        return (
            f"{self.path} is in use by {holder}. Wait until it is done or stop it; or set FOOTNOTE_HOME to another "
            "folder. `footnote sources` and `footnote audit` work meanwhile. Several processes at once need "
            "DATABASE_URL (PostgreSQL) and CHROMA_URL."
        )
