"""What was cut is put together again as it was, with what was repeated standing there once."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.neighbours import joined, runs
from bot.steps.chunk import chunk
from policies.verbatim import fold

WORDS = ("leave", "is", "granted.", "per", "year", "20", "days", "plan:")


@pytest.mark.parametrize(
    ("ordinals", "expected"),
    [
        pytest.param([], [], id="nothing"),
        pytest.param([4], [[4]], id="one"),
        pytest.param([3, 1, 2], [[1, 2, 3]], id="all neighbours, in whatever order"),
        pytest.param([0, 2, 3, 7], [[0], [2, 3], [7]], id="with gaps"),
    ],
)
def test_pieces_that_follow_each_other_belong_together(ordinals: list[int], expected: list[list[int]]) -> None:
    assert runs(ordinals) == expected


def test_header_of_a_table_that_was_cut_stands_there_once() -> None:
    head = "| Plan | Price |\n| --- | --- |"
    assert joined([f"{head}\n| A | 1 |", f"{head}\n| B | 2 |"]) == f"{head}\n| A | 1 |\n| B | 2 |"


def test_another_table_with_the_same_header_keeps_it() -> None:
    head = "| Plan | Price |\n| --- | --- |"
    above = f"{head}\n| A | 1 |\n\nIn Germany it is another:"
    assert joined([above, f"{head}\n| B | 2 |"]) == f"{above}\n\n{head}\n| B | 2 |"


def test_line_that_leads_into_a_list_stands_there_once_and_the_list_goes_on() -> None:
    assert (
        joined(["To deploy:\n1. Test.\n2. Tag.", "To deploy:\n3. Approve."])
        == "To deploy:\n1. Test.\n2. Tag.\n3. Approve."
    )


def test_list_that_goes_on_is_one_list() -> None:
    assert joined(["1. Test.\n   Twice.", "2. Tag."]) == "1. Test.\n   Twice.\n2. Tag."


def test_sections_stay_apart() -> None:
    assert joined(["One ends here.", "## Two\n\nBegins."]) == "One ends here.\n\n## Two\n\nBegins."


def a_document(seed: int) -> str:
    """Long tables, lists, paragraphs and headings, in any order. Each table has a header of its own."""
    dice = random.Random(seed)

    def words(most: int) -> str:
        return " ".join(dice.choice(WORDS) for _ in range(dice.randint(1, most)))

    def block(number: int) -> str:
        match dice.randrange(4):
            case 0:
                return words(400)
            case 1:
                return f"## Part {number} {words(4)}"
            case 2:
                return "\n".join(f"{at}. {words(60)}" for at in range(1, dice.randint(2, 30)))
            case _:
                rows = [f"| {at} | {words(40)} |" for at in range(dice.randint(1, 30))]
                return "\n".join((f"| a{number} | b |", "| --- | --- |", *rows))

    return "\n\n".join(block(number) for number in range(dice.randint(1, 6)))


@given(st.integers(min_value=0, max_value=2**32))
def test_whatever_is_cut_is_the_document_again(seed: int) -> None:
    text = a_document(seed)
    assert fold(joined([piece.text for piece in chunk("", text)])) == fold(text)


def test_pieces_of_a_long_table_under_a_lead_are_the_table_again() -> None:
    rows = "\n".join(f"| {at} | {'word ' * 12}|" for at in range(80))
    text = f"# Prices\n\nThese hold:\n\n| n | what |\n| --- | --- |\n{rows}"
    pieces = [piece.text for piece in chunk("", text)]
    assert len(pieces) > 3
    assert fold(joined(pieces)) == fold(text)
