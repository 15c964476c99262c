"""`footnote demo` in a process of its own, on a fresh home: what a person starts who tries it."""

import os
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PATIENCE_S = 60.0


@contextmanager
def running() -> Iterator[str]:
    """Its address, once everything is ready."""
    with tempfile.TemporaryDirectory() as home:
        started = subprocess.Popen(
            [sys.executable, "-m", "bot", "demo", "--no-browser", "--port", str(_free_port())],
            env={**os.environ, "FOOTNOTE_HOME": home},  # noqa: TID251 - handed on as it is
            cwd=Path(__file__).parents[2],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            text=True,
        )
        try:
            yield _address(started)
        finally:
            started.send_signal(signal.SIGINT)
            started.wait(PATIENCE_S)


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def _address(started: "subprocess.Popen[str]") -> str:
    assert started.stdout is not None
    for line in started.stdout:
        at = line.find("http://")
        if at >= 0:
            return line[at:].strip()
    raise SystemExit(f"the demo ended with {started.wait()}")
