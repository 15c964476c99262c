"""Ordinary questions, answers and documents are shown as they are written: nobody's number in them is one to hide."""

import tomllib
from collections.abc import Iterator
from importlib import resources
from pathlib import Path
from typing import Any

import pytest

from policies.redaction.kinds import Redaction
from policies.redaction.view import masked
from tests import company

RULES = Redaction()
SETS = sorted(Path(__file__).parents[2].glob("*.toml"))
ACME = sorted(
    path
    for path in Path(str(resources.files("bot.playground") / "acme")).rglob("*")
    if path.suffix in {".md", ".html", ".yaml"}
)


def texts(value: Any) -> Iterator[str]:
    match value:
        case str():
            yield value
        case dict():
            for inner in value.values():
                yield from texts(inner)
        case list():
            for inner in value:
                yield from texts(inner)


@pytest.mark.parametrize("questions", SETS, ids=lambda path: path.name)
def test_no_question_and_no_answer_of_ours_has_anything_to_hide(questions: Path) -> None:
    found = list(texts(tomllib.loads(questions.read_text(encoding="utf-8"))))
    assert found
    for text in found:
        assert masked(text, RULES, "model") == text
        assert masked(text, RULES, "channel") == text


def test_no_document_of_the_sample_company_has_anything_to_hide() -> None:
    assert len(ACME) > 20
    for path in ACME:
        text = path.read_text(encoding="utf-8")
        assert masked(text, RULES, "channel") == text, path.name


@pytest.mark.parametrize("document", company.DOCUMENTS.values(), ids=company.DOCUMENTS.keys())
def test_no_document_of_the_small_company_has_anything_to_hide(document: str) -> None:
    assert masked(document, RULES, "channel") == document


def test_numbers_of_ordinary_answers_stay() -> None:
    said = (
        "27 days a year, 31.12.2026, 9:00–17:30, 1,250.00 EUR, 10 000 km, room 4.12, ERR_4012, VT-300, §12 Abs. 3, "
        "ticket 4711-2026-0815, order 2026112600012345, build 20261126180000, call on 2 March, page 4111, v3.11.7, "
        "3f786850e387550fdab836ed7e6dc881de23001b, https://wiki.acme.test/pages/4611686018427387904, +10 %, ISO 27001:2022"
    )
    for destination in ("model", "channel", "log"):
        assert masked(said, RULES, destination) == said
