"""What may a process do that reads a stranger's file? Compute, for a while, in so much memory. It opens no connection,
starts nothing and writes nothing; what it reads is its own program.

The kernel holds it to time, memory and writing; the rest is refused by the interpreter, which sees what a library does in
Python and not what C code does by itself. So the parsers written in C are told, each, not to look elsewhere.
"""

import math
import os
import resource
import signal
import sys
from pathlib import Path
from typing import Final

_FORBIDDEN: Final = (
    *("socket.", "subprocess.", "urllib.", "http.", "ftplib.", "smtplib.", "webbrowser.", "ssl."),
    *("os.system", "os.exec", "os.posix_spawn", "os.spawn", "os.fork", "os.startfile", "os.kill", "os.putenv"),
    *("os.remove", "os.rename", "os.rmdir", "os.mkdir", "os.link", "os.symlink", "os.truncate", "os.chmod", "os.chown"),
    *("shutil.", "tempfile.", "sqlite3.", "pty.", "code.__new__.", "pickle."),
)
_SPARE_S: Final = 1


def confine(seconds: float, memory_bytes: int) -> None:
    """Of this process, for the rest of its life."""
    _limit(resource.RLIMIT_AS, memory_bytes)
    _limit(resource.RLIMIT_CPU, math.ceil(seconds) + _SPARE_S)
    _limit(resource.RLIMIT_FSIZE, 0)
    _limit(resource.RLIMIT_CORE, 0)
    signal.signal(signal.SIGALRM, signal.SIG_DFL)  # ends it wherever it is, in C too
    signal.setitimer(signal.ITIMER_REAL, seconds)
    ours = tuple(
        dict.fromkeys(str(Path(place).resolve()) for place in (*sys.path, sys.prefix, sys.base_prefix) if place)
    )

    def watch(event: str, given: tuple[object, ...]) -> None:
        if event.startswith(_FORBIDDEN):
            raise PermissionError(f"{event} is not for a reader of files")
        if event == "open" and not _is_ours(given, ours):
            raise PermissionError("a reader of files opens nothing but its own program")

    sys.addaudithook(watch)


def _limit(what: int, most: int) -> None:
    _, hard = resource.getrlimit(what)
    most = most if hard == resource.RLIM_INFINITY else min(most, hard)
    resource.setrlimit(what, (most, most))


def _is_ours(given: tuple[object, ...], ours: tuple[str, ...]) -> bool:
    path, _, flags = given
    if not isinstance(path, str | bytes):  # a descriptor that is open already
        return True
    writes = isinstance(flags, int) and bool(flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND))
    found = os.path.realpath(os.fsdecode(path))
    return not writes and any(found == one or found.startswith(f"{one}{os.sep}") for one in ours)
