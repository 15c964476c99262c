import pytest

from bot.core.portions import portions


@pytest.mark.parametrize(("count", "sizes"), [(0, []), (1, [1]), (3, [3]), (4, [3, 1]), (6, [3, 3])], ids=str)
def test_portions_are_full_but_for_the_last_and_are_the_whole_together(count: int, sizes: list[int]) -> None:
    made = list(portions(range(count), 3))
    assert [len(each) for each in made] == sizes
    assert [item for each in made for item in each] == list(range(count))
