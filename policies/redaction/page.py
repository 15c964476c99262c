"""One text as it was written and as it is seen, with where each mask and what it stands for lie in both."""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from policies.evidence import Span
from policies.redaction.around import Seat
from policies.verbatim import place_of


class _Pair(NamedTuple):
    """What is hidden, in the original and in the view."""

    here: Span
    there: Span
    mask: str


class Page:
    """`seats` are those of the text that are hidden, in their order; `mask` names the mask of each."""

    def __init__(self, text: str, seats: Sequence[Seat], mask: Callable[[Seat], str]) -> None:
        self.original = text
        self._pairs: list[_Pair] = []
        seen: list[str] = []
        at, length = 0, 0
        for seat in seats:
            between, shown = text[at : seat.first], mask(seat)
            length += len(between)
            self._pairs.append(_Pair(Span(seat.first, seat.end), Span(length, length + len(shown)), shown))
            seen += (between, shown)
            at, length = seat.end, length + len(shown)
        self.seen = "".join((*seen, text[at:]))

    @property
    def masks(self) -> list[str]:
        return [pair.mask for pair in self._pairs]

    def restored(self, quote: str) -> str | None:
        """What these words of the view stand for, whole masks only. None: they do not stand in it."""
        place = place_of(quote, self.seen)
        if place is None:
            return None
        span = _across(Span(*place), [pair.there for pair in self._pairs], [pair.here for pair in self._pairs])
        return self.original[span.first : span.end]

    def masked(self, quote: str) -> str | None:
        """How these words of the original are seen."""
        place = place_of(quote, self.original)
        if place is None:
            return None
        span = self.across(Span(*place))
        return self.seen[span.first : span.end]

    def across(self, span: Span) -> Span:
        """Where these characters of the original are in the view."""
        return _across(span, [pair.here for pair in self._pairs], [pair.there for pair in self._pairs])

    def hidden_in(self, quote: str) -> Iterator[tuple[str, str]]:
        """Of these words of the original, what is hidden, each with its mask: a quote may end in the middle of it."""
        begins, ends = place_of(quote, self.original) or (0, 0)
        for pair in self._pairs:
            first, end = max(begins, pair.here.first), min(ends, pair.here.end)
            if first < end:
                yield self.original[first:end], pair.mask

    def stands_for(self, mask: str) -> str | None:
        return next((self.original[pair.here.first : pair.here.end] for pair in self._pairs if pair.mask == mask), None)


def _across(span: Span, here: Sequence[Span], there: Sequence[Span]) -> Span:
    """Into the middle of a mask, or of what it hides, no quote leads: it is all of it."""
    first = bisect_right([one.end for one in here], span.first)
    last = bisect_left([one.first for one in here], span.end) - 1
    is_cut_before = first < len(here) and here[first].first <= span.first
    is_cut_behind = last >= 0 and span.end <= here[last].end
    return Span(
        there[first].first if is_cut_before else span.first + _shift(here, there, first),
        there[last].end if is_cut_behind else span.end + _shift(here, there, last + 1),
    )


def _shift(here: Sequence[Span], there: Sequence[Span], before: int) -> int:
    return there[before - 1].end - here[before - 1].end if before else 0
