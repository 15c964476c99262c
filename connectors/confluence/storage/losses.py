"""What could not be carried over, counted, in words that an admin reads. A hostile page cannot make the list long."""

import re
from collections import Counter
from typing import Final, NamedTuple

MOST_KINDS: Final = 40
_OTHER: Final = "other things"
_LONGEST_NAME: Final = 60
_NO_NAME = re.compile(r"[^\w .:+-]+")


class Loss(NamedTuple):
    what: str
    times: int


class Losses:
    def __init__(self) -> None:
        self._counted: Counter[str] = Counter()

    def add(self, what: str, *, called: str = "") -> None:
        """`called`: a name that the page itself gives."""
        name = _NO_NAME.sub("", called)[:_LONGEST_NAME].strip()
        whole = f"{what} {name}" if name else what
        known = whole in self._counted or len(self._counted) < MOST_KINDS
        self._counted[whole if known else _OTHER] += 1

    def found(self) -> tuple[Loss, ...]:
        return tuple(Loss(what, times) for what, times in sorted(self._counted.items()))
