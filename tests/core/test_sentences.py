"""Where sentences end, and where they do not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.sentences import sentences


@pytest.mark.parametrize(
    "whole",
    [
        "We use e.g. Redis and i.e. caches.",
        "Dr. Ada Smith met J. Doe at No. 5.",
        "It costs 3.5 % of U.S. sales in v2.3.1.",
        "Das gilt z. B. Für den 3. Mai.",
        "See https://wiki.acme.test/a.b for more.",
        "Wait … and see.",
    ],
)
def test_abbreviation_does_not_end_a_sentence(whole: str) -> None:
    assert list(sentences(f"{whole} Next one.")) == [whole, "Next one."]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("**Bold.** Then.", ["**Bold.**", "Then."]),
        ("Really? Yes! (Sure.) `run` it.", ["Really?", "Yes!", "(Sure.)", "`run` it."]),
        ("Owner: Ana\nPhone: 12", ["Owner: Ana", "Phone: 12"]),
        ("One line  \nAnother. End", ["One line", "Another.", "End"]),
        ("No. That is wrong.", ["No.", "That is wrong."]),
        ("", []),
    ],
)
def test_sentences_end_where_a_reader_ends_them(text: str, expected: list[str]) -> None:
    assert list(sentences(text)) == expected


@given(st.text(alphabet=st.sampled_from('ab A.B!?\n *)"“”1…。:'), max_size=200))
def test_nothing_is_lost_and_each_is_verbatim(text: str) -> None:
    found = list(sentences(text))
    at = 0
    for sentence in found:
        at = text.index(sentence, at) + len(sentence)
    assert "".join("".join(found).split()) == "".join(text.split()).replace("\\", "")
