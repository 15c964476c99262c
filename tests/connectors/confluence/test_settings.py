"""What an admin says of a source: wrong is wrong, and a secret is never said."""

import pytest

from connectors.confluence import parse
from connectors.model import Fatal

GIVEN = {"site": "https://acme.example.test/wiki", "secret": "env:TOKEN", "spaces": "ENG, HR"}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("site", "acme.example.test"),
        ("site", "http://acme.example.test/wiki"),
        ("site", "https://ann:pass@acme.example.test/wiki"),
        ("site", "https://acme.example.test/wiki?x=1"),
        ("site", "ftp://acme.example.test"),
        ("api", "http://api.example.test"),
        ("secret", "ATATT3xFfGF0"),
        ("secret", "env:"),
        ("spaces", ""),
        ("spaces", " , "),
        ("spaces", "ENG,../HR"),
        ("requests_per_second", "0"),
        ("most_gone_percent", "101"),
        ("threads", "0"),
        ("sapces", "ENG"),
    ],
)
def test_what_is_wrong_is_named_and_stops_it(name: str, value: str) -> None:
    with pytest.raises(Fatal, match=name):
        parse({**GIVEN, name: value})


def test_a_secret_that_stands_where_none_may_is_not_repeated() -> None:
    with pytest.raises(Fatal) as caught:
        parse({**GIVEN, "secret": "ATATT3xFfGF0"})
    assert "ATATT" not in str(caught.value)


@pytest.mark.parametrize("missing", ["site", "secret", "spaces"])
def test_what_is_needed_is_named(missing: str) -> None:
    with pytest.raises(Fatal, match=missing):
        parse({name: value for name, value in GIVEN.items() if name != missing})


def test_spaces_are_a_list_on_one_line() -> None:
    assert parse({**GIVEN, "spaces": "ENG, HR,ENG,~ann"}).spaces == ("ENG", "HR", "~ann")


@pytest.mark.parametrize(
    ("api", "root"),
    [
        ("", "https://acme.example.test"),
        ("https://acme.example.test/wiki/", "https://acme.example.test"),
        ("https://api.example.test/ex/confluence/1234", "https://api.example.test/ex/confluence/1234"),
    ],
)
def test_the_api_is_at_the_site_unless_it_is_elsewhere(api: str, root: str) -> None:
    given = {**GIVEN, "api": api} if api else GIVEN
    assert parse(given).api_root == root


@pytest.mark.parametrize(
    ("only", "without", "labels", "is_in"),
    [
        ("", "", [], True),
        ("", "draft", ["draft", "public"], False),
        ("public", "", [], False),
        ("public", "draft", ["public", "draft"], False),
        ("public,open", "draft", ["open"], True),
    ],
)
def test_labels_keep_out_before_they_let_in(only: str, without: str, labels: list[str], is_in: object) -> None:
    assert parse({**GIVEN, "only_labels": only, "without_labels": without}).is_in_scope(labels) is is_in
