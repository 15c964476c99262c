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

    @property
    def told(self) -> str:
        return self.what if self.times == 1 else f"{self.what} ({self.times} times)"


class Losses:
    def __init__(self) -> None:
        self._counted: Counter[str] = Counter()

    def add(self, what: str, *, called: str = "", times: int = 1) -> None:
        """`called`: a name that the page itself gives."""
        if not times:
            return
        name = _NO_NAME.sub("", called)[:_LONGEST_NAME].strip()
        whole = f"{what} {name}" if name else what
        known = whole in self._counted or len(self._counted) < MOST_KINDS
        self._counted[whole if known else _OTHER] += times

    def found(self) -> tuple[Loss, ...]:
        return tuple(Loss(what, times) for what, times in sorted(self._counted.items()))

    def told(self) -> tuple[str, ...]:
        return tuple(loss.told for loss in self.found())
