"""Which mask stands for which value, and where else does a value stand that is hidden in one place? Values are compared by
their letters and digits alone: how a number is spaced makes it no other.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Final, NamedTuple

from policies.redaction.around import Seat
from policies.redaction.kinds import Kind
from policies.redaction.seen import seen

LIKE_A_MASK: Final = re.compile(rf"\[(?:{'|'.join(kind.words for kind in Kind)}|unseen) [1-9]\d{{0,8}}\]")
_SHORTEST_LINE: Final = 8  # letters and digits of one line of a longer secret
_SHORTEST_KNOWN: Final = 4  # the same of what is hidden wherever else it stands
_MOST_KNOWN: Final = 400


class Hidden(NamedTuple):
    kind: Kind
    mask: str


class Masks:
    """Those of one view. None of them stands in `texts`."""

    def __init__(self, texts: Iterable[str]) -> None:
        self._taken = {mask for text in texts if "[" in text for mask in LIKE_A_MASK.findall(text)}
        self._last: Counter[str] = Counter()
        self._of: dict[str, Hidden] = {}  # by the value's letters and digits
        self.stand_for: dict[str, str] = {}

    def mask(self, kind: Kind, value: str) -> str:
        bare = _bare(value).text or value
        if bare not in self._of:
            mask = self.new(kind.words)
            self._of[bare] = Hidden(kind, mask)
            self.stand_for[mask] = value
            for line in _lines(value):
                self._of.setdefault(_bare(line).text, Hidden(kind, mask))
        return self._of[bare].mask

    def also(self, part: str, mask: str) -> None:
        """A part of what has this mask tells of it too."""
        whole = next((hidden for hidden in self._of.values() if hidden.mask == mask), None)
        if whole is not None:
            self._of.setdefault(_bare(part).text, whole)

    def new(self, words: str) -> str:
        while True:
            self._last[words] += 1
            mask = f"[{words} {self._last[words]}]"
            if mask not in self._taken:
                return mask

    def known_in(self, text: str) -> Iterator[Seat]:
        """Where values that have a mask stand in a text, whatever is written around them there."""
        known = [value for value in islice(self._of, _MOST_KNOWN) if len(value) >= _SHORTEST_KNOWN]
        bare = _bare(text) if known else _Bare("", [], [])
        for value in known:
            kind, at = self._of[value].kind, bare.text.find(value)
            while at >= 0:
                first, end = bare.places[at], bare.ends[at + len(value) - 1]
                if kind is Kind.SECRET or not _is_cut(text, first, end):
                    yield Seat(first, end, kind)
                at = bare.text.find(value, at + len(value))


class _Bare(NamedTuple):
    """Letters and digits of a text, small; of each, where it begins and ends in it."""

    text: str
    places: list[int]
    ends: list[int]


def _bare(text: str) -> _Bare:
    read = seen(text)
    kept = [at for at, character in enumerate(read.text) if character.isalnum()]
    spans = [read.place(at, at + 1) for at in kept]
    return _Bare(
        "".join([read.text[at].lower()[0] for at in kept]), [first for first, _ in spans], [end for _, end in spans]
    )


def _lines(value: str) -> Iterator[str]:
    """Of a value of several lines, each that tells something by itself."""
    lines = value.splitlines()
    for line in lines if len(lines) > 1 else ():
        if len(_bare(line).text) >= _SHORTEST_LINE and "PRIVATE KEY" not in line:
            yield line


def _is_cut(text: str, first: int, end: int) -> bool:
    return text[max(0, first - 1) : first].isalnum() or text[end : end + 1].isalnum()
