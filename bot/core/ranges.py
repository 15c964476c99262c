"""Sets of whole numbers as ranges, both ends included: a million neighbours cost as much as two. Pure."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple


class Range(NamedTuple):
    first: int
    last: int


def merged(ranges: Iterable[tuple[int, int]]) -> tuple[Range, ...]:
    """In order, without overlaps, neighbours joined."""
    done: list[Range] = []
    for first, last in sorted(ranges):
        if first > last:
            continue
        if done and first <= done[-1].last + 1:
            done[-1] = Range(done[-1].first, max(done[-1].last, last))
        else:
            done.append(Range(first, last))
    return tuple(done)


def of_numbers(numbers: Iterable[int]) -> tuple[Range, ...]:
    return merged((number, number) for number in numbers)


def without(these: Iterable[tuple[int, int]], those: Iterable[tuple[int, int]]) -> tuple[Range, ...]:
    """What is in these and not in those."""
    return tuple(_cut(merged(these), merged(those)))


def within(these: Iterable[tuple[int, int]], those: Iterable[tuple[int, int]]) -> tuple[Range, ...]:
    """What is in both."""
    ours = merged(these)
    return without(ours, without(ours, those))


def _cut(these: tuple[Range, ...], those: tuple[Range, ...]) -> Iterator[Range]:
    at = 0
    for first, last in these:
        start = first
        while at < len(those) and those[at].last < start:
            at += 1
        ahead = at
        while ahead < len(those) and those[ahead].first <= last:
            if start < those[ahead].first:
                yield Range(start, those[ahead].first - 1)
            start = those[ahead].last + 1
            ahead += 1
        if start <= last:
            yield Range(start, last)
