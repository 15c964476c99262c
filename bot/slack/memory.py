"""Remembers for a while what was slow to find out. Several threads may ask at once: one of them finds it out."""

import threading
from collections.abc import Callable, Hashable
from concurrent.futures import Future
from typing import Generic, NamedTuple, TypeVar

from cachetools import LRUCache

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")
Timer = Callable[[], float]


class _Kept(NamedTuple, Generic[Value]):
    value: Value
    until: float


class Memory(Generic[Key, Value]):
    """Key: that of `find`. A value ends `for_s` after it *began* to be found out, or when it is forgotten.

    What began before it was forgotten is not remembered either, and nobody who asks afterwards is given it. Errors are
    not remembered: only those who waited for the same attempt share one.
    """

    def __init__(self, find: Callable[[Key], Value], *, for_s: float, most: int, timer: Timer) -> None:
        self._find, self._for_s, self._timer = find, for_s, timer
        self._lock = threading.Lock()
        self._kept: LRUCache[Key, _Kept[Value]] = LRUCache(most)
        self._finding: dict[Key, Future[Value]] = {}

    def get(self, key: Key) -> Value:
        with self._lock:
            kept = self._kept.get(key)
            if kept is not None and self._timer() < kept.until:
                return kept.value
            others = self._finding.get(key)
            ours: Future[Value] = Future()
            if others is None:
                self._finding[key] = ours
        return others.result() if others is not None else self._found(key, ours)

    def is_finding(self, key: Key) -> bool:
        with self._lock:
            return key in self._finding

    def kept(self, key: Key) -> Value | None:
        """What is remembered, without finding out anything."""
        with self._lock:
            kept = self._kept.get(key)
            return kept.value if kept is not None and self._timer() < kept.until else None

    def forget(self, key: Key, *, only: Value | None = None) -> None:
        """`only`: if it is still this value; somebody else may have begun to find out a newer one."""
        with self._lock:
            if only is not None and ((kept := self._kept.get(key)) is None or kept.value is not only):
                return
            self._kept.pop(key, None)
            self._finding.pop(key, None)

    def forget_all(self) -> None:
        with self._lock:
            self._kept.clear()
            self._finding.clear()

    def _found(self, key: Key, ours: Future[Value]) -> Value:
        until = self._timer() + self._for_s
        try:
            value = self._find(key)
        except BaseException as error:  # those who wait must hear of it, whatever it is
            self._land(key, ours, None)
            ours.set_exception(error)
            raise
        self._land(key, ours, _Kept(value, until))
        ours.set_result(value)
        return value

    def _land(self, key: Key, ours: Future[Value], kept: _Kept[Value] | None) -> None:
        with self._lock:
            if self._finding.get(key) is not ours:
                return  # forgotten meanwhile
            del self._finding[key]
            if kept is not None:
                self._kept[key] = kept
