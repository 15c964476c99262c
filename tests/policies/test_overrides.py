"""What was set stands apart from what is packaged, and both have one digest."""

import tomllib
from importlib import resources
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies.overrides import (
    Path,
    as_packaged,
    carried,
    differences,
    form_of,
    from_form,
    overridden,
    path_of,
    value_of,
    with_all,
    within,
)
from policies.rules import FILES, OVERRIDES, RulesError, digest, parse
from policies.spelt import toml

FOLDER = resources.files("policies") / "rules"
PACKAGED = {file: (FOLDER / file).read_text(encoding="utf-8") for file in FILES}
LINES: Path = ("answers", "answer", "max_lines")


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("answers.answer.max_lines", LINES),
        ("answers.toml.answer.max_lines", LINES),
        ("answers", ("answers",)),
        ('answers.ages.places."wiki/hr x"', ("answers", "ages", "places", "wiki/hr x")),
    ],
)
def test_a_path_reads_as_toml_has_it(text: str, path: Path) -> None:
    assert path_of(text) == path


@pytest.mark.parametrize("text", ["", ".", "a..b", "a b", "a=1", "a\nb", "[a]", '"a', "#"])
def test_what_is_no_path_is_refused(text: str) -> None:
    with pytest.raises(RulesError, match="no name of a rule"):
        path_of(text)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("8", 8),
        ("0.5", 0.5),
        ("true", True),
        ("mask", "mask"),
        ("is-it", "is-it"),
        ('"two words"', "two words"),
        ('["a", "b"]', ["a", "b"]),
        ("[“a”]", ["a"]),
        ("{ least = 0, most = 5 }", {"least": 0, "most": 5}),
    ],
)
def test_a_value_reads_as_toml_has_it_or_is_a_word(text: str, value: Any) -> None:
    assert value_of(text) == value


@pytest.mark.parametrize("text", ["", "two words", "[", "1\nother = 2", '"a" "b"', "= 3", "8 # eight\nb = 1"])
def test_what_is_no_value_is_refused(text: str) -> None:
    with pytest.raises(RulesError, match="no value"):
        value_of(text)


def test_what_is_set_holds_and_all_else_is_as_packaged() -> None:
    made = with_all(PACKAGED, LINES, 8)
    assert parse(made).answers.answer.max_lines == 8
    assert parse(made).model_copy(update={"answers": None, "digest": ""}) == parse(PACKAGED).model_copy(
        update={"answers": None, "digest": ""}
    )
    assert {file: made[file] for file in FILES} == PACKAGED
    assert overridden(made) == {LINES: 8}


def test_one_digest_covers_what_is_packaged_and_what_is_set() -> None:
    made = with_all(PACKAGED, LINES, 8)
    assert parse(made).digest == digest(made) != digest(PACKAGED)
    assert digest({**made, "answers.toml": made["answers.toml"] + "\n"}) != digest(made)


def test_what_is_set_and_taken_back_leaves_nothing() -> None:
    made = with_all(with_all(PACKAGED, LINES, 8), ("redaction", "model", "card"), "keep")
    assert as_packaged(as_packaged(made, LINES), ("redaction",)) == PACKAGED
    assert with_all(made, LINES, 5) == with_all(PACKAGED, ("redaction", "model", "card"), "keep")


def test_the_order_in_which_things_are_set_makes_no_other_digest() -> None:
    card: Path = ("redaction", "model", "card")
    one = with_all(with_all(PACKAGED, LINES, 8), card, "keep")
    assert digest(one) == digest(with_all(with_all(PACKAGED, card, "keep"), LINES, 8))


def test_a_newer_package_comes_through_where_nothing_was_set() -> None:
    newer = {
        **PACKAGED,
        "answers.toml": PACKAGED["answers.toml"]
        .replace("max_lines = 5", "max_lines = 6")
        .replace("passages = 8", "passages = 9"),
    }
    found = parse(carried(with_all(PACKAGED, LINES, 8), newer)).answers
    assert (found.answer.max_lines, found.evidence.passages) == (8, 9)


@pytest.mark.parametrize(
    ("path", "value", "reason"),
    [
        pytest.param(LINES, 51, "less than or equal to 50", id="too large"),
        pytest.param(LINES, "few", "valid integer", id="a word for a number"),
        pytest.param(("answers", "answer", "lines"), 8, "Extra inputs", id="no such key"),
        pytest.param(("nowhere", "x"), 8, "there are no such rules", id="no such file"),
        pytest.param((*LINES, "deeper"), 8, "valid integer", id="below a value"),
        pytest.param(("answers",), 8, "no such rule file", id="a file for a value"),
        pytest.param(("intents", "question", "does"), "refuse", "has to answer", id="nobody may ask"),
        pytest.param(("intents", "new", "does"), "greet", "risk: Field required", id="half an intent"),
        pytest.param(("audience", "full_members", "principals"), ["group:x"], "not a principal", id="of no source"),
        pytest.param(("admins", "people"), ["ana"], "not an e-mail address", id="an admin who is nobody"),
        pytest.param(("admins", "people"), "ana@acme.test", "frozenset", id="a text for a list"),
    ],
)
def test_what_would_be_no_rules_is_refused_with_the_reason(path: Path, value: Any, reason: str) -> None:
    with pytest.raises(RulesError, match=reason):
        with_all(PACKAGED, path, value)


def test_a_form_shows_what_holds_and_takes_it_back_unchanged() -> None:
    made = with_all(PACKAGED, LINES, 8)
    for path in (
        ("answers",),
        ("answers", "answer"),
        LINES,
        ("audience",),
        ("redaction", "model"),
        ("intents", "help"),
    ):
        text = form_of(made, path)
        assert text is not None
        assert from_form(made, path, text) == made, path
    assert "max_lines = 8" in (form_of(made, ("answers", "answer")) or "")
    assert form_of(made, ("nowhere",)) is None
    assert form_of(made, ()) is None


def test_what_a_form_leaves_out_is_as_packaged() -> None:
    made = with_all(PACKAGED, LINES, 8)
    assert from_form(made, ("answers", "answer"), "") == PACKAGED


@pytest.mark.parametrize(
    ("path", "written", "line", "reason"),
    [
        (("answers", "answer"), "max_lines = 5\nmax_claim_characters = ", 2, "Invalid value"),
        (("answers", "answer"), "max_lines = 5\nmax_claim_characters = 1\n", 2, "greater than or equal to 40"),
        (("answers", "answer"), "lines = 5", 1, "Extra inputs"),
        (("answers",), "[answer]\nmax_lines = 5\nmin_support = 2", 3, "less than or equal to 1"),
        (LINES, "max_lines = 99", 1, "less than or equal to 50"),
        (LINES, "max_lines = 5\nother = 1", None, "has to read max_lines"),
    ],
)
def test_a_form_is_refused_with_the_line_that_was_written(
    path: Path, written: str, line: int | None, reason: str
) -> None:
    with pytest.raises(RulesError, match=reason) as raised:
        from_form(PACKAGED, path, written)
    assert raised.value.line == line


def test_a_difference_names_each_value_and_no_other() -> None:
    made = with_all(PACKAGED, LINES, 8)
    assert [tuple(one) for one in differences(PACKAGED, made)] == [(LINES, 5, 8)]
    assert [tuple(one) for one in differences(made, PACKAGED)] == [(LINES, 8, 5)]


def test_set_rules_of_a_file_that_nobody_knows_are_refused() -> None:
    for over in ("[nowhere]\nx = 1\n", "answers = 1\n", "[overrides]\nx = 1\n"):
        with pytest.raises(RulesError, match="no such rule file"):
            parse({**PACKAGED, OVERRIDES: over})


SCALARS = (
    st.booleans()
    | st.integers(-(2**60), 2**60)
    | st.text(st.characters(exclude_categories=["Cs"]))
    | st.floats(allow_nan=False)
)
VALUES = (
    SCALARS
    | st.lists(SCALARS, max_size=3)
    | st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), SCALARS, max_size=3)
)


@given(
    st.dictionaries(
        st.text(st.characters(exclude_categories=["Cs"])),
        st.recursive(VALUES, lambda inner: st.dictionaries(st.text(max_size=4), inner, max_size=3), max_leaves=6),
        max_size=4,
    )
)
def test_whatever_is_spelt_out_is_read_back_as_the_same(table: dict[str, Any]) -> None:
    assert tomllib.loads(toml(table)) == table


def test_what_stands_within_is_what_holds() -> None:
    assert within(with_all(PACKAGED, LINES, 8), LINES) == 8
    assert within(PACKAGED, (*LINES, "deeper")) is None
