from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from bot.core.ranges import Range, merged, of_numbers, within, without

sets = st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40)), max_size=12)


def members(ranges: object) -> set[int]:
    assert isinstance(ranges, list | tuple)
    return {number for first, last in ranges for number in range(first, last + 1)}


@given(sets)
def test_merged_ranges_hold_the_same_numbers_in_order_and_apart(these: list[tuple[int, int]]) -> None:
    done = merged(these)
    assert members(done) == members(these)
    assert all(one.last + 1 < other.first for one, other in pairwise(done))


@given(sets, sets)
def test_ranges_subtract_and_intersect_like_sets(these: list[tuple[int, int]], those: list[tuple[int, int]]) -> None:
    assert members(without(these, those)) == members(these) - members(those)
    assert members(within(these, those)) == members(these) & members(those)
    assert without(these, those) == merged(without(these, those))


def test_neighbouring_numbers_become_one_range() -> None:
    assert of_numbers([3, 1, 2, 2, 7]) == (Range(1, 3), Range(7, 7))
