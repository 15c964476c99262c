"""Two headings name two cases of one thing where the author meant two, and never where they only date or sort papers."""

import pytest

from bot.core.cases import two_cases

CASES = [
    pytest.param(("Leave", "Germany"), ("Leave", "Netherlands"), id="sections of one page"),
    pytest.param(("Leave in Germany",), ("Leave in the Netherlands",), id="pages of one name"),
    pytest.param(("Leave in Germany", "Days"), ("Leave in Spain", "Days"), id="the same section of two pages"),
    pytest.param(("Starter plan",), ("Pro plan",), id="plans"),
    pytest.param(("VT-200 manual",), ("VT-300 manual",), id="products"),
    pytest.param(("Pumps", "HP40"), ("Pumps", "HP80"), id="names with digits"),
]


@pytest.mark.parametrize(("one", "other"), CASES)
def test_two_that_stand_beside_each_other_are_two_cases(one: tuple[str, ...], other: tuple[str, ...]) -> None:
    found = two_cases(one, other)
    assert found is not None
    here, there = found
    assert (here.heading, there.heading) == next((a, b) for a, b in zip(one, other, strict=True) if a != b)
    assert here.words
    assert not here.words & there.words


NONE = [
    pytest.param(("Handbook",), ("FAQ",), id="two papers"),
    pytest.param(("Parking",), ("Canteen",), id="two subjects"),
    pytest.param(("Travel policy",), ("Travel FAQ",), id="two papers on one thing"),
    pytest.param(("Leave", "Overview"), ("Leave", "Germany"), id="what holds for all beside one"),
    pytest.param(("Salary bands 2025",), ("Salary bands 2026",), id="years"),
    pytest.param(("Install", "Step 1"), ("Install", "Step 2"), id="numbers"),
    pytest.param(("Leave",), ("Leave in Germany",), id="one within the other"),
    pytest.param(("Leave", "Germany"), ("Leave", "Germany"), id="the same"),
    pytest.param(("Leave", "Germany"), ("Travel", "Spain"), id="of two pages"),
    pytest.param(("Leave", "Germany"), ("Leave", "Germany", "Berlin"), id="one below the other"),
    pytest.param(("Alte Regel",), ("Neue Regel",), id="old and new"),
    pytest.param((), (), id="no headings"),
]


@pytest.mark.parametrize(("one", "other"), NONE)
def test_what_else_differs_is_no_case(one: tuple[str, ...], other: tuple[str, ...]) -> None:
    assert two_cases(one, other) is None
    assert two_cases(other, one) is None
