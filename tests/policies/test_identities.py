"""How people and accounts are named, and what a list of them may hold: whatever is not understood is nobody."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies.identities import (
    MOST_CHARACTERS,
    BadLine,
    Line,
    account_named,
    gives,
    person_named,
    read_list,
)
from policies.people import email_address

KINDS = {"wiki": "confluence", "files": "drive", "handbook": "folder"}
MEI = email_address("mei@acme.test")


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("<@U012AB3CD>", "U012AB3CD"), ("<@U012AB3CD|mei>", "U012AB3CD"), ("U012AB3CD", "U012AB3CD"),
        (" Mei@Acme.test ", "mei@acme.test"), ("@mei", None), ("mei", None), ("<@U012AB3CD|mei", None), ("", None),
        ("<@U0>", None), ("<!channel>", None), ("mei@acme", None), ("me\u0131@acme.test", None),
    ],
)  # fmt: skip
def test_a_person_is_named_by_an_id_or_an_address_and_never_by_a_name(text: str, named: str | None) -> None:
    assert person_named(text) == named


@pytest.mark.parametrize(
    ("kind", "text", "spelt"),
    [
        ("confluence", "712020:0a1b-2c", "712020:0a1b-2c"), ("confluence", "5b10ac8d82e05b22", "5b10ac8d82e05b22"),
        ("confluence", "a b", None), ("confluence", "", None), ("confluence", "x" * 129, None), ("confluence", "712020/..", None),
        ("confluence", "７12020", None), ("drive", "Mei.Lin@Acme.test", "mei.lin@acme.test"), ("drive", "1234567", None),
        ("folder", "mei@acme.test", None), ("saved", "712020:0a1b", None),
    ],
)  # fmt: skip
def test_an_account_has_one_spelling_or_none(kind: str, text: str, spelt: str | None) -> None:
    assert account_named(kind, text) == spelt


@pytest.mark.parametrize(
    ("before", "after", "more"), [(None, "a", True), ("a", "b", True), ("a", None, False), ("a", "a", False)]
)
def test_whoever_becomes_another_account_is_given_more(before: str | None, after: str | None, *, more: bool) -> None:
    assert gives(before, after) is more


def test_a_list_is_read_line_by_line() -> None:
    text = "email,source,account\r\n\nMei@acme.test , wiki , 712020:0a1b\nmei@acme.test,files,-\n"
    assert read_list(text, KINDS) == (Line(MEI, "wiki", "712020:0a1b"), Line(MEI, "files", None))


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("mei@acme.test,wiki", "three fields"), ("mei@acme.test,wiki,712020:a,", "three fields"),
        ('"mei@acme.test",wiki,712020:a', "no e-mail address"), ("mei,wiki,712020:a", "no e-mail address"),
        ("mei@acme.test,jira,712020:a", "files, handbook, wiki"), ("mei@acme.test,,712020:a", "no source"),
        ("mei@acme.test,handbook,712020:a", "known by their address"), ("mei@acme.test,wiki,", "no account of wiki"),
        ("mei@acme.test,wiki,=cmd|' /C calc'!A0", "no account of wiki"), ("mei@acme.test,files,712020:a", "no account of files"),
        ("zoe@acme.test,wiki,712020:other", "stands here twice"), ("mei@acme.test,wiki,712020:zoe", "gives this account"),
    ],
)  # fmt: skip
def test_one_bad_line_spoils_the_list_and_is_named(line: str, says: str) -> None:
    found = read_list(f"zoe@acme.test,wiki,712020:zoe\n\n{line}\n", KINDS)
    assert isinstance(found, BadLine)
    assert (found.line, says in found.reason) == (3, True), found


def test_a_list_that_is_too_long_or_empty_is_none() -> None:
    for text in ("", "\n\n", "email,source,account", "mei@acme.test,wiki,712020:a\n" * MOST_CHARACTERS):
        found = read_list(text, KINDS)
        assert isinstance(found, BadLine)
        assert found.line is None


@given(st.text(alphabet="mei@acme.test,wikfls\n\r-: 712\u2028\x00", max_size=200))
def test_whatever_is_read_names_each_person_once_and_each_account_once(text: str) -> None:
    found = read_list(text, KINDS)
    if isinstance(found, BadLine):
        return
    assert len({(line.email, line.source) for line in found}) == len(found)
    given_away = [(line.source, line.account) for line in found if line.account is not None]
    assert len(set(given_away)) == len(given_away)
    assert all(
        line.account is None or account_named(KINDS[line.source], line.account) == line.account for line in found
    )
