"""Has the folder changed since we last looked? Asked often, so that an edited file is answered from at once; what is read,
and what it means, is the sync's business. A sync writes to the ledger even if nothing changed, and this does not.
"""

import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

_EVERY_S: Final = 1.0
_MOST_FILES: Final = 20_000  # beyond these the timer has to do

Look = frozenset[tuple[str, int, int, int]]


@contextmanager
def watched(folder: Path, changed: Callable[[], None], *, every_s: float = _EVERY_S) -> Iterator[None]:
    """Calls `changed` after each change, on a thread of its own, until the end of the block."""
    stop, begun = threading.Event(), look(folder)

    def watch() -> None:
        before = begun
        while not stop.wait(every_s):
            now = look(folder)
            if now != before:
                before = now
                changed()

    thread = threading.Thread(target=watch, name="folder-watch", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def look(folder: Path) -> Look:
    """Every file and folder with what shows that it was written. What cannot be looked at is not there."""
    found: set[tuple[str, int, int, int]] = set()
    waiting = [str(folder)]
    while waiting and len(found) < _MOST_FILES:
        try:
            with os.scandir(waiting.pop()) as entries:
                for entry in entries:
                    if entry.name.startswith(".") or entry.name == "node_modules":
                        continue
                    now = entry.stat(follow_symlinks=False)
                    found.add((entry.path, now.st_mtime_ns, now.st_size, now.st_ino))
                    if entry.is_dir(follow_symlinks=False):
                        waiting.append(entry.path)
        except OSError:
            continue
    return frozenset(found)
