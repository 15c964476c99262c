"""Processes in which files are read, a few at a time, for as many threads as ask. Whatever becomes of one of them, its
caller gets an outcome, and the next file another process.
"""

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from pydantic import ValidationError

import connectors
from connectors.files.frames import Ended, Late, TooLong, receive, send
from connectors.files.nouns import BROKEN, TOO_SLOW, Job, Outcome, Reply

MOST_AT_ONCE: Final = 2
MOST_READ: Final = 500  # files; then it is replaced, for memory that a library never gives back
STARTING_S: Final = 20.0
_ROOT: Final = str(Path(connectors.__file__).parent.parent)


class Workers:
    """Threads may share it. Nothing is started before it is needed."""

    def __init__(self, most: int = MOST_AT_ONCE) -> None:
        self._places = threading.BoundedSemaphore(most)
        self._lock = threading.Lock()
        self._idle: list[_Worker] = []

    def ask(self, job: Job, data: bytes) -> Outcome:
        with self._places:
            worker = self._one()
            try:
                outcome = worker.ask(job, data)
            except Late:
                outcome = TOO_SLOW
            except (Ended, TooLong, ValidationError):
                outcome = BROKEN
            except BaseException:
                worker.end()
                raise
            else:
                if worker.has_read < MOST_READ:
                    with self._lock:
                        self._idle.append(worker)
                    return outcome
            worker.end()
            return outcome

    def close(self) -> None:
        """Those that are at work end with their work."""
        with self._lock:
            idle, self._idle = self._idle, []
        for worker in idle:
            worker.end()

    def _one(self) -> "_Worker":
        with self._lock:
            if self._idle:
                return self._idle.pop()
        return _Worker()


class _Worker:
    """One process, in a session of its own and an empty folder, with nothing of our environment."""

    def __init__(self) -> None:
        self.has_read = 0
        self._home = TemporaryDirectory(prefix="footnote-files-")
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-B", "-m", "connectors.files.worker"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=self._home.name,
            env={
                "PYTHONPATH": _ROOT,
                "PYTHONUTF8": "1",
                "HOME": self._home.name,
                "TMPDIR": self._home.name,
                "OPENBLAS_NUM_THREADS": "1",  # with a thread of its own, a process must not fork
            },
            start_new_session=True,
        )
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._to, self._from = self._process.stdin.fileno(), self._process.stdout.fileno()
        os.set_blocking(self._to, False)

    def ask(self, job: Job, data: bytes) -> Outcome:
        until = time.monotonic() + job.limits.seconds + STARTING_S
        self.has_read += 1
        send(self._to, job.model_dump_json().encode(), until)
        send(self._to, data, until)
        return Reply.model_validate_json(receive(self._from, Reply.most_bytes(job.limits), until)).outcome

    def end(self) -> None:
        """With whatever it started."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            assert pipe is not None
            with contextlib.suppress(BrokenPipeError):
                pipe.close()
        self._home.cleanup()
