"""Who looks when something came in, and who looks when nobody said so."""

import threading
from collections.abc import Callable
from time import monotonic

import pytest

from bot import worker

SOON_S = 10.0


class Work:
    """What waits to be done, and how often somebody looked for it."""

    def __init__(self) -> None:
        self.waits, self.looks, self.done = 0, 0, 0
        self.goes_on = threading.Event()
        self.goes_on.set()
        self._lock = threading.Lock()

    def next(self) -> bool:
        with self._lock:
            self.looks += 1
            if not self.waits:
                return False
            self.waits -= 1
        assert self.goes_on.wait(SOON_S)
        with self._lock:
            self.done += 1
        return True


def test_one_call_sends_one_to_look_and_not_everybody(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker, "_LOOK_AGAIN_S", 60)
    work = Work()
    with worker.Pool(work.next, size=4) as pool:
        until(lambda: work.looks == 4)
        work.waits = 1
        pool.wake()
        until(lambda: work.done == 1 and work.looks == 6)  # the one that did it looked once more
        threading.Event().wait(0.1)
        assert work.looks == 6


def test_what_nobody_called_for_is_found_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker, "_LOOK_AGAIN_S", 0.05)
    work = Work()
    with worker.Pool(work.next, size=2) as pool, worker.Lookout(lambda: work.waits > 0, [pool]):
        until(lambda: work.looks >= 2)
        work.waits = 3
        until(lambda: work.done == 3)


def test_where_nothing_is_due_one_looks_for_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker, "_LOOK_AGAIN_S", 0.01)
    work, looks = Work(), Work()
    with worker.Pool(work.next, size=2) as one, worker.Pool(work.next, size=2) as other:
        until(lambda: work.looks == 4)
        with worker.Lookout(looks.next, [one, other]):
            until(lambda: looks.looks > 20)
        assert work.looks == 4


def test_who_cannot_know_whether_anything_is_due_has_everybody_look(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker, "_LOOK_AGAIN_S", 0.01)
    work = Work()

    def is_any_due() -> bool:
        raise OSError("the database is away")

    with worker.Pool(work.next, size=1) as pool, worker.Lookout(is_any_due, [pool]):
        until(lambda: work.looks > 3)


def test_calls_while_everybody_is_busy_are_not_slept_through(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker, "_LOOK_AGAIN_S", 60)
    work = Work()
    work.goes_on.clear()
    work.waits = 2
    with worker.Pool(work.next, size=2) as pool:
        until(lambda: work.looks == 2)
        work.waits = 20
        for _ in range(20):
            pool.wake()
        work.goes_on.set()
        until(lambda: work.done == 22)


def until(happens: Callable[[], bool]) -> None:
    deadline = monotonic() + SOON_S
    while not happens():
        assert monotonic() < deadline, "it does not happen"
        threading.Event().wait(0.005)
