"""Which of the next requests go wrong and how, and what happens in the world between two of them. The same for one seed."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from threading import Lock
from typing import Final, Generic, Literal, TypeVar

OnTheWay = Literal[
    "stall",  # silence for `seconds`, then the connection closes
    "slow",  # the answer comes `seconds` late
    "truncated",  # fewer bytes than Content-Length says
    "lost_reply",  # it is done, and the connection closes without an answer
    "failed_after",  # it is done, and the answer is 500
]
AFTER: Final = frozenset({"slow", "truncated", "lost_reply", "failed_after", "foreign_next"})  # the answer was made
WHOLE: Final = 2**32

Hook = Callable[[], object]
Kind = TypeVar("Kind", bound=str)  # what can go wrong with this API: what happens on the way, and its own refusals


@dataclass
class Fault(Generic[Kind]):
    kind: Kind
    where: str = ""
    times: int = 1
    skip: int = 0
    seconds: float = 0.2
    retry_after: float | None = None
    url: str = "http://elsewhere.test/"

    @property
    def does_it_first(self) -> bool:
        return self.kind in AFTER


@dataclass(frozen=True)
class Seeded(Generic[Kind]):
    seed: int
    share: float  # of the requests
    kinds: Sequence[Kind]
    retry_after: float | None
    seconds: float
    in_a_row: int  # of one and the same request, at most: so that whoever tries again gets through


@dataclass
class Waiting:
    do: Hook
    where: str
    requests: int  # that go by before


class Faults(Generic[Kind]):
    """`where` is some words of "METHOD path?query"; of any request if empty. `usual`: what goes wrong by chance."""

    def __init__(self, *, usual: Sequence[Kind], goes_on: Callable[[str], bool]) -> None:
        self._usual = usual
        self._goes_on = goes_on  # whether what is asked is the next page of a list
        self._lock = Lock()
        self._planned: list[Fault[Kind]] = []
        self._seeded: Seeded[Kind] | None = None
        self._asked: Counter[str] = Counter()
        self._in_a_row: Counter[str] = Counter()
        self._waiting: list[Waiting] = []
        self._between: list[tuple[str, Hook]] = []

    # -- planting

    def fail(
        self,
        where: str,
        kind: Kind,
        *,
        times: int = 1,
        skip: int = 0,
        seconds: float = 0.2,
        retry_after: float | None = None,
        url: str = Fault.url,
    ) -> None:
        """The next `times` such requests go wrong, once `skip` more have gone well."""
        with self._lock:
            self._planned.append(Fault(kind, where, times, skip, seconds, retry_after, url))

    def seed(
        self,
        seed: int,
        *,
        share: float,
        kinds: Sequence[Kind] = (),
        retry_after: float | None = 0,
        seconds: float = 0.05,
        in_a_row: int = 2,
    ) -> None:
        """Each request's fate hangs on the seed, on itself, and on how often it was asked: not on the order of others."""
        with self._lock:
            self._seeded = Seeded(seed, share, kinds or self._usual, retry_after, seconds, in_a_row)
            self._asked.clear()
            self._in_a_row.clear()

    def after(self, requests: int, do: Hook, *, where: str = "") -> None:
        """Once, before the answer to the next such request but `requests`: somebody changes something, or a test dies."""
        with self._lock:
            self._waiting.append(Waiting(do, where, requests))

    def between_pages(self, where: str, do: Hook) -> None:
        """Once, after the first page of such a list was answered, and before the next one is."""
        with self._lock:
            self._between.append((where, do))

    def clear(self) -> None:
        with self._lock:
            self._planned.clear()
            self._waiting.clear()
            self._between.clear()
            self._seeded = None

    # -- for the server

    def happen(self, asked: str) -> None:
        """Whatever is due before this request. A hook may do anything, plant another fault for one."""
        for hook in self._due(asked):
            hook()

    def take(self, asked: str) -> Fault[Kind] | None:
        with self._lock:
            for fault in self._planned:
                if fault.where not in asked:
                    continue
                if fault.skip:
                    fault.skip -= 1
                    continue
                fault.times -= 1
                if not fault.times:
                    self._planned.remove(fault)
                return fault
            return self._by_chance(asked) if self._seeded else None

    def _due(self, asked: str) -> list[Hook]:
        with self._lock:
            due = []
            for waiting in [each for each in self._waiting if each.where in asked]:
                if waiting.requests:
                    waiting.requests -= 1
                else:
                    self._waiting.remove(waiting)
                    due.append(waiting.do)
            if self._goes_on(asked):
                due += [do for where, do in self._between if where in asked]
                self._between = [(where, do) for where, do in self._between if where not in asked]
            return due

    def _by_chance(self, asked: str) -> Fault[Kind] | None:
        chance = self._seeded
        if chance is None:
            return None
        self._asked[asked] += 1
        drawn = sha256(f"{chance.seed} {self._asked[asked]} {asked}".encode()).digest()
        goes_wrong = int.from_bytes(drawn[:4], "big") < chance.share * WHOLE
        if not goes_wrong or self._in_a_row[asked] >= chance.in_a_row:
            self._in_a_row[asked] = 0
            return None
        self._in_a_row[asked] += 1
        kind = chance.kinds[drawn[4] % len(chance.kinds)]
        return Fault(kind, retry_after=chance.retry_after, seconds=chance.seconds)
