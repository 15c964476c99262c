"""The words by which a text is found."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.terms import LONGEST_TERM, terms


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("the Policies of an employee", ["polici", "employe"]),
        ("ERR_4012", ["err_4012", "err", "4012"]),
        ("billing-api", ["billing-api", "bill", "api"]),
        ("v2.3.1", ["v2.3.1", "v2", "3", "1"]),
        ("1,200 EUR", ["1200", "eur"]),
        ("3.5 % on 2026-03-01 at 09:30", ["3.5", "2026-03-01", "09:30"]),
        ("Ärzte naïve", ["arzt", "naiv"]),
        ("Don’t, can't, not, no, never", ["not", "not", "not", "no", "never"]),
        ("the company's", ["compani"]),
        ("", []),
        ("— !? …", []),
    ],
)
def test_words_are_folded_and_stemmed(text: str, expected: list[str]) -> None:
    assert terms(text) == expected


def test_endpoint_is_kept_whole_and_in_parts() -> None:
    found = terms("Call GET /v1/invoices; then wait")
    assert {"get /v1/invoices", "v1/invoices", "v1", "invoic"} <= set(found)


def test_question_and_document_meet_in_the_same_terms() -> None:
    assert set(terms("approving invoices")) & set(terms("Invoices are approved by"))


def test_blob_is_no_term() -> None:
    assert all(len(term) <= LONGEST_TERM for term in terms("a-" * 10_000 + " x.y" * 3))


@given(st.text(max_size=300))
def test_any_text_has_terms_or_none(text: str) -> None:
    assert all(term and term == term.strip() for term in terms(text))
    assert terms(text) == terms(text)


def test_megabyte_takes_less_than_seconds() -> None:
    text = "The quarterly reviews of billing-api, ERR_4012 and 1,200 other things aren't finished. " * 12_000
    began = time.process_time()
    terms(text)
    assert time.process_time() - began < 5  # below 1 s where nothing else runs
