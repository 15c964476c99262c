"""Whatever is given, an outcome comes back: what a file says, or why it cannot be read."""

import pytest

from connectors.files import Converted, Limits, Unreadable, convert
from tests.connectors.files.making import read, refused, word

PLAIN = word(lambda document: document.add_paragraph("What it says."))


@pytest.mark.parametrize(
    ("name", "data", "reason"),
    [
        ("a.docx", b"", "it is empty"),
        ("a.txt", b" \n", "it is empty"),
        ("a.png", b"\x89PNG\r\n\x1a\n", "files of this kind are not read"),
        ("a", b"what it says", "files of this kind are not read"),
        ("a.docx", b"what it says", "it is not a Word document, though its name or type says so"),
        ("a.txt", b"\xff\xfa\x00\xd8", "it is not UTF-8"),
        ("a.txt", b"a\0b", "it is no text"),
    ],
)
def test_what_cannot_be_read_is_told_with_its_reason(name: str, data: bytes, reason: str) -> None:
    assert refused(name, data) == reason


def test_a_file_is_what_its_bytes_say_whatever_its_name_says() -> None:
    found = read("a.txt", PLAIN)
    assert found == Converted(text="What it says.", losses=("what its name or type says: it is a Word document",))


def test_a_type_stands_in_for_a_name_without_an_ending() -> None:
    found = convert(name="notes", media_type="text/plain; charset=utf-8", data=b"what it says")
    assert found == Converted(text="what it says")


def test_a_file_larger_than_it_may_be_is_not_looked_into() -> None:
    assert refused("a.docx", PLAIN, Limits(most_bytes=100)) == f"it has {len(PLAIN):,} bytes, more than 100"


def test_a_text_longer_than_it_may_be_is_cut_at_a_line_and_said_to_be() -> None:
    found = read("a.txt", b"one\ntwo\nthree", Limits(most_characters=9))
    assert found == Converted(text="one\ntwo", losses=("text beyond 9 characters",))


def test_one_long_line_is_cut_where_it_has_to_be() -> None:
    assert read("a.txt", b"one two three", Limits(most_characters=7)).text == "one two"


def test_a_document_without_a_word_cannot_be_read() -> None:
    assert refused("a.docx", word(lambda _: None)) == "there is no text in it"


def test_values_between_signs_are_a_table() -> None:
    found = read("a.csv", '\ufeffPlan;Price\r\nSmall;4,50 €\r\n"Very; large";9 €\r\n'.encode())
    assert found.text == "| Plan | Price |\n|---|---|\n| Small | 4,50 € |\n| Very; large | 9 € |"


def test_values_on_many_rows_are_cut_and_said_to_be() -> None:
    found = read("a.csv", b"a,b\n" + b"c,1\n" * 9, Limits(most_rows=3))
    assert found.text.count("| c | 1 |") == 2
    assert found.losses == ("rows beyond 3",)


def test_of_a_web_page_the_words_are_read() -> None:
    found = read("a.html", b"<h1>Title</h1><script>no()</script><p>What <b>it</b> says.</p>")
    assert found.text == "Title\nWhat it says."


def test_a_truncated_package_is_told() -> None:
    assert refused("a.docx", PLAIN[: len(PLAIN) // 2]) == "it is damaged: BadZipFile"


def test_an_outcome_is_a_value() -> None:
    assert isinstance(convert(name="a.docx", media_type="", data=b"PK\x03\x04"), Unreadable)
