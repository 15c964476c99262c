"""How bytes become a document."""

import pytest

from connectors.folder import page
from connectors.folder.plain_yaml import Malformed
from connectors.model import SourceDocument


def document(text: str | bytes, document_id: str = "hr/paid-leave.md") -> SourceDocument:
    return page.read("acme", document_id, text if isinstance(text, bytes) else text.encode()).document


REFUSED = {
    "latin-1": (b"# Leave\n\ncaf\xe9\n", 3, "not UTF-8 at byte 12"),
    "latin-1 after CRLF": (b"a\r\nb\r\n\xe9", 3, "not UTF-8 at byte 6"),
    "utf-16": ("# x".encode("utf-16"), 1, "not UTF-8 at byte 0|NUL"),
    "NUL": (b"one\ntwo\0", 2, "NUL byte at byte 7"),
    "surrogate": (b"\xed\xa0\x80", 1, "not UTF-8"),
}


@pytest.mark.parametrize(("data", "line", "reason"), REFUSED.values(), ids=REFUSED.keys())
def test_bytes_that_are_no_text_are_refused_with_their_line(data: bytes, line: int, reason: str) -> None:
    with pytest.raises(Malformed, match=reason) as refused:
        document(data)
    assert refused.value.line == line


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"], ids=["LF", "CRLF", "CR"])
@pytest.mark.parametrize("mark", ["", "\ufeff"], ids=["plain", "BOM"])
def test_line_ends_and_byte_order_mark_make_no_difference(line_end: str, mark: str) -> None:
    text = "---\ntitle: Leave\naccess: [[group:hr]]\n---\n# H\n\nFive days.\n"
    assert document(mark + text.replace("\n", line_end)) == document(text)


TITLES = {
    "front matter first": ("---\ntitle: Given\n---\n# Heading", "Given"),
    "heading": ("text\n\n#  Paid   leave ##\n", "Paid leave"),
    "not a tag": ("#leave\n# Real", "Real"),
    "not a second level": ("## Second\n# First", "First"),
    "underlined": ("Paid leave\n==========\n", "Paid leave"),
    "not in code": ("```sh\n# rm -rf\n```\n# Real", "Real"),
    "not in longer fence": ("````\n```\n# no\n````\n# Real", "Real"),
    "empty heading": ("#\n# Real", "Real"),
    "file name": ("no heading", "Paid leave"),
    "blank title": ("---\ntitle: ' '\n---\n", "Paid leave"),
    "turned letters": ('---\ntitle: "a\u202eb"\n---\n', "ab"),
}


@pytest.mark.parametrize(("text", "title"), TITLES.values(), ids=TITLES.keys())
def test_title_comes_from_the_first_place_that_has_one(text: str, title: str) -> None:
    assert document(text).title == title


LONG_TITLES = {
    "front matter": "---\ntitle: {}\n---\nbody",
    "heading": "# {}\n\nbody",
    "underlined": "{}\n===\n\nbody",
}


@pytest.mark.parametrize("text", LONG_TITLES.values(), ids=LONG_TITLES.keys())
def test_long_title_is_cut_since_people_are_shown_it(text: str) -> None:
    words = "leave  " * 300
    title = document(text.format(words.strip())).title
    assert len(title) <= page.LONGEST_SHOWN
    assert title.startswith("leave leave ")
    assert title.endswith("…")
    assert document(text.format("x" * page.LONGEST_SHOWN)).title == "x" * page.LONGEST_SHOWN


def test_long_place_is_cut_since_people_are_shown_it() -> None:
    place = document("x", "/".join(["handbook"] * 100) + "/paid.md").place
    assert len(place) == page.LONGEST_SHOWN
    assert place.startswith("handbook/handbook/")
    assert place.endswith("…")


def test_place_is_the_folder_or_the_source() -> None:
    assert document("x", "hr/leave/paid.md").place == "hr/leave"
    assert document("x", "paid.md").place == "acme"


def test_version_is_of_what_a_reader_sees_and_not_of_who_may_read() -> None:
    version = document("---\naccess: [[anyone]]\nreviewer: bo\n---\nbody").version
    assert document("---\naccess: []\n---\nbody").version == version
    assert document("body").version == version


@pytest.mark.parametrize(
    ("text", "document_id"),
    [
        ("other", "a.md"),
        ("---\ntitle: T\n---\nbody", "a.md"),
        ("---\nurl: https://a.test\n---\nbody", "a.md"),
        ("---\nupdated: 2024-01-01\n---\nbody", "a.md"),
        ("body", "hr/a.md"),
    ],
    ids=["text", "title", "url", "updated", "place"],
)
def test_each_thing_a_reader_sees_makes_a_new_version(text: str, document_id: str) -> None:
    assert document(text, document_id).version != document("body", "a.md").version
