"""Asks the golden set, in a process and a home of its own, and tells whoever wanted it what it came to."""

import json
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final, Protocol

from bot import app, worker
from bot.core.evaluated import SHOWN, Evaluation
from bot.stores.evaluations import EvaluationStore
from bot.stores.jobs import EVALUATE
from connectors.model import Retryable

_LONGEST_S: Final = 2 * 60 * 60
_LOOK_S: Final = 0.5

Measure = Callable[[Path, Callable[[], None]], Mapping[str, float]]
"""What a golden set comes to. What is given with it is called now and then, and raises where it is to end."""


class Teller(Protocol):
    def report(self, run: Evaluation, before: Evaluation | None) -> None:
        """Once, however often it is called."""
        ...


class NotMeasured(Exception):  # noqa: N818 - named for what it means
    """The golden set could not be asked. `footnote eval golden` says why."""


class Evaluating:
    """The port `Evaluations`, and whoever does the work."""

    def __init__(self, records: app.Records, measure: Measure | None = None) -> None:
        self._records, self._measure = records, measure or measured
        self._store = EvaluationStore(records.database, records.ledger, records.clock)
        self._ends = threading.Event()

    def close(self) -> None:
        """What is being measured is measured by the next process, from the beginning."""
        self._ends.set()

    @property
    def is_there(self) -> bool:
        return self._records.settings.eval_set is not None

    def runs(self) -> tuple[Evaluation, ...]:
        return self._store.runs()

    def run_next(self, teller: Teller) -> bool:
        records = self._records

        def run(key: str, check_lease: Callable[[], None]) -> None:
            self._run(key, check_lease, teller)

        def give_up(key: str) -> None:
            self._store.finish(key, None)
            self._tell(key, teller)

        return worker.run_errand(records.jobs, records.database, records.clock, run, give_up, kind=EVALUATE)

    def _run(self, key: str, check_lease: Callable[[], None], teller: Teller) -> None:
        wanted, folder = self._store.run(key), self._records.settings.eval_set
        if wanted is not None and wanted.state == "asked":
            if folder is None:
                raise NotMeasured
            figures = self._measure(folder, lambda: self._look(check_lease))
            check_lease()
            self._store.finish(key, figures)
        self._tell(key, teller)

    def _look(self, check_lease: Callable[[], None]) -> None:
        check_lease()
        if self._ends.is_set():
            raise Retryable("this process ends")

    def _tell(self, key: str, teller: Teller) -> None:
        run = self._store.run(key)
        if run is not None:
            teller.report(run, self._store.before(run))


def measured(folder: Path, look: Callable[[], None]) -> Mapping[str, float]:
    """By `footnote eval golden`, as the settings of this process say; what it says goes nowhere else."""
    command = [sys.executable, "-m", "bot", "eval", "golden", str(folder.resolve()), "--json"]
    until = time.monotonic() + _LONGEST_S
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as asking:
        try:
            return _figures(*_waited(asking, look, until))
        finally:
            asking.kill()


def _waited(asking: "subprocess.Popen[bytes]", look: Callable[[], None], until: float) -> tuple[int, bytes]:
    while time.monotonic() < until:
        look()
        try:
            said, _ = asking.communicate(timeout=_LOOK_S)
        except subprocess.TimeoutExpired:
            continue
        return asking.returncode, said
    raise NotMeasured


def _figures(code: int, said: bytes) -> Mapping[str, float]:
    if code != 0:
        raise NotMeasured
    body = json.loads(said)
    return {**{name: float(body[name]) for name in SHOWN}, "n": float(body["n"])}
