"""What stands around a number, so that it says what the number is? A few words before it and behind it and, in a table, the
head of its column.
"""

import re
from bisect import bisect_right
from collections.abc import Sequence
from functools import cached_property
from itertools import pairwise
from string import ascii_uppercase
from typing import Final, NamedTuple

from policies.redaction.kinds import Kind

BEFORE: Final = 48
BEHIND: Final = 16
_MOST_OF_A_HEAD: Final = 60
_SIX_DIGITS = re.compile(r"[0-9](?:[^0-9]{0,4}[0-9]){5}")
_SMALL: Final = {ord(capital): capital.lower() for capital in ascii_uppercase}
_PIPE = re.compile(r"\|")
_LINE_END = re.compile(r"\n")


class Seat(NamedTuple):
    """Where a value of some kind sits in what was read."""

    first: int
    end: int
    kind: Kind


class Around:
    """One text, asked about many places in it: each answer takes as long, however long the text is."""

    def __init__(self, text: str) -> None:
        self.text = text

    def before(self, first: int, most: int = BEFORE) -> str:
        """With the head of its column, if it stands in a table."""
        return f"{self._head(first)} {self.text[max(0, first - most) : first]}"

    def behind(self, end: int) -> str:
        return self.text[end : end + BEHIND]

    def _head(self, at: int) -> str:
        if not self._pipes:
            return ""
        line = bisect_right(self._line_starts, at) - 1
        head = self._heads[line]
        if head is None or head == line:
            return ""
        column = self._pipes_before(at) - self._pipes_before(self._line_starts[line])
        first = self._pipes_before(self._line_starts[head]) + column - 1
        if not 0 <= first < len(self._pipes):
            return ""
        begins = self._pipes[first] + 1
        end = self._pipes[first + 1] if first + 1 < len(self._pipes) else len(self.text)
        return self.text[begins : min(end, begins + _MOST_OF_A_HEAD)].partition("\n")[0]

    def _pipes_before(self, at: int) -> int:
        return bisect_right(self._pipes, at - 1)

    @cached_property
    def lowered(self) -> str:
        """Of the same length, so that places in it are places in the text."""
        lowered = self.text.lower()
        return lowered if len(lowered) == len(self.text) else self.text.translate(_SMALL)

    @cached_property
    def has_numbers(self) -> bool:
        """Six digits with little between them: shorter numbers are nobody's."""
        return _SIX_DIGITS.search(self.text) is not None

    def says(self, *signs: str) -> bool:
        return any(sign in self.lowered for sign in signs)

    @cached_property
    def _pipes(self) -> Sequence[int]:
        return [match.start() for match in _PIPE.finditer(self.text)] if "|" in self.text else []

    @cached_property
    def _line_starts(self) -> Sequence[int]:
        return [0, *(match.end() for match in _LINE_END.finditer(self.text))]

    @cached_property
    def _heads(self) -> Sequence[int | None]:
        """For each line that is one of a table, the table's first."""
        heads: list[int | None] = []
        for begins, end in pairwise([*self._line_starts, len(self.text)]):
            is_row = self.text[begins : min(begins + 8, end)].lstrip(" ")[:1] == "|"
            before = heads[-1] if heads else None
            heads.append((before if before is not None else len(heads)) if is_row else None)
        return heads
