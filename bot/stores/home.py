"""The folder in which everything lies that is not on a server. One process at a time owns it.

Two processes on one embedded Chroma path corrupt each other without a word, so the second one is told, at once, who
is there and what to do. The lock ends with its process, however that ends.
"""

import json
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path

from filelock import FileLock, Timeout

from bot.core.clock import as_text
from bot.core.errors import Unready


class Home:
    """Who has it may have it again, from any thread: several workspaces live in one home."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._owner = path / "owner.json"
        self._lock = FileLock(path / "owner.lock", timeout=0, thread_local=False)
        self._one_at_a_time = threading.Lock()

    def make(self) -> None:
        with self._usable():
            self.path.mkdir(parents=True, exist_ok=True, mode=0o700)

    @contextmanager
    def owned(self, command: str, now: datetime) -> Iterator[None]:
        self.make()
        try:
            with self._one_at_a_time, self._usable():
                is_first = not self._lock.is_locked
                self._lock.acquire()
        except Timeout:
            raise Unready(self._who()) from None
        try:
            if is_first:
                with self._usable():
                    self._owner.write_text(json.dumps({"pid": os.getpid(), "command": command, "since": as_text(now)}))
            yield
        finally:
            with self._one_at_a_time:
                self._release()

    def _release(self) -> None:
        if self._lock.lock_counter == 1:
            with suppress(OSError):
                self._owner.unlink()
        self._lock.release()

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
