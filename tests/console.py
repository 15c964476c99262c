"""A command line to test with: each command runs in a process of its own, as it would for a person, and can be killed.

The processes are forked from a server that has the slow imports behind it; a few tests start the installed command
from nothing instead, to see that this makes no difference.
"""

import json
import multiprocessing
import os
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

KILLED = -9

_server = multiprocessing.get_context("forkserver")
_server.set_forkserver_preload(["tests.preload"])


@dataclass(frozen=True)
class Said:
    """What a command left behind."""

    code: int | None
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


@dataclass(frozen=True)
class Console:
    """One home, and the databases that go with it."""

    home: Path
    environment: Mapping[str, str] = field(default_factory=dict)

    def run(self, *words: str | Path, **variables: str) -> Said:
        """Waits until it ends, however it ends. `variables` are further settings, such as FOOTNOTE_FAILPOINT."""
        running = self.start(*words, **variables)
        return running.wait()

    def start(self, *words: str | Path, **variables: str) -> "Running":
        self.home.mkdir(exist_ok=True)
        prefix = self.home.parent / f"{self.home.name}-{os.urandom(4).hex()}"
        environment = {**self.environment, "FOOTNOTE_HOME": str(self.home), **variables}
        process = _server.Process(target=_command, args=([str(word) for word in words], environment, str(prefix)))
        process.start()
        return Running(process, prefix)

    def person_asks(self, question: str, person: str) -> Any:
        return self.run("ask", question, "--as", person, "--json").json


@dataclass(frozen=True)
class Running:
    process: Any
    prefix: Path

    def wait(self, timeout_s: float = 90) -> Said:
        self.process.join(timeout_s)
        assert self.process.exitcode is not None, "the command hangs"
        code = self.process.exitcode
        self.process.close()
        return Said(code, Path(f"{self.prefix}.out").read_text(), Path(f"{self.prefix}.err").read_text())

    @property
    def pid(self) -> int:
        return int(self.process.pid)

    @property
    def is_alive(self) -> bool:
        return bool(self.process.is_alive())

    def kill(self) -> None:
        self.process.kill()

    def terminate(self) -> None:
        """Asks it to end, as a supervisor does."""
        self.process.terminate()


def _command(words: list[str], environment: dict[str, str], prefix: str) -> None:
    """Runs in the child, whose standard output and error are files, for they must outlive a kill."""
    for stream, suffix in ((1, "out"), (2, "err")):
        file = os.open(f"{prefix}.{suffix}", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        os.dup2(file, stream)
    sys.stdout, sys.stderr = os.fdopen(1, "w", closefd=False), os.fdopen(2, "w", closefd=False)
    os.environ.update(environment)  # noqa: TID251 - this process has not read its settings yet
    try:
        _hold() if words == ["hold"] else _main(words)
    finally:
        sys.stdout.flush()
        sys.stderr.flush()


def _main(words: list[str]) -> None:
    from bot.__main__ import main

    sys.argv = ["footnote", *words]
    main()


def _hold() -> None:
    """Owns the home until it is killed, as a long-running command does."""
    from bot import app, settings

    found = settings.load()
    with app.records(found) as records, app.assistant(records, None, command="footnote hold"):
        (found.home / "held").touch()
        time.sleep(60)
