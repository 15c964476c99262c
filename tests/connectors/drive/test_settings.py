"""What an admin says of a Drive source: wrong is wrong, and a secret is never said."""

import pytest

from connectors.drive import parse
from connectors.model import Fatal

GIVEN = {
    "mode": "delegation",
    "key": "env:KEY",
    "admin": "boss@acme.test",
    "domains": "acme.test",
    "drives": "0AFinance",
}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("mode", "impersonation"),
        ("key", '{"private_key": "-----BEGIN"}'),
        ("key", "env:"),
        ("admin", "the boss"),
        ("domains", ""),
        ("domains", "acme"),
        ("domains", "acme.test, @other.test"),
        ("domains", "*.test"),
        ("drives", "0AFinance,../x"),
        ("folders", "'a' or 'b'"),
        ("my_drive", "perhaps"),
        ("org_units", "Sales"),
        ("types", "docs,photos"),
        ("types", ""),
        ("link_only", "everybody"),
        ("drive_api", "http://api.example.test"),
        ("token_url", "https://ann:pass@token.example.test"),
        ("directory_api", "api.example.test"),
        ("exports", "https://docs.example.test?x=1"),
        ("most_file_bytes", "0"),
        ("requests_per_second", "0"),
        ("threads", "0"),
        ("most_gone_percent", "101"),
        ("drvies", "0AFinance"),
    ],
)
def test_what_is_wrong_is_named_and_stops_it(name: str, value: str) -> None:
    with pytest.raises(Fatal, match=name):
        parse({**GIVEN, "my_drive": "true", name: value})


def test_a_secret_that_stands_where_none_may_is_not_repeated() -> None:
    with pytest.raises(Fatal) as caught:
        parse({**GIVEN, "key": "-----BEGIN PRIVATE KEY-----"})
    assert "BEGIN" not in str(caught.value)


@pytest.mark.parametrize("missing", ["mode", "key", "domains"])
def test_what_is_needed_is_named(missing: str) -> None:
    with pytest.raises(Fatal, match=missing):
        parse({name: value for name, value in GIVEN.items() if name != missing})


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({"drives": ""}, "nothing is to be read"),
        ({"drives": "", "folders": "1Folder"}, "nothing is to be read"),
        ({"drives": "", "my_drive": "false"}, "nothing is to be read"),
        ({"org_units": "/Sales"}, "my_drive"),
        ({"org_units": "/Sales", "my_drive": "true", "mode": "member"}, "delegation"),
    ],
)
def test_settings_that_do_not_go_together_are_refused(given: dict[str, str], why: str) -> None:
    with pytest.raises(Fatal, match=why):
        parse({**GIVEN, **given})


def test_who_speaks_for_others_needs_an_admin_to_ask_who_there_is_and_a_member_may_do_without() -> None:
    without = {name: value for name, value in GIVEN.items() if name != "admin"}
    with pytest.raises(Fatal, match="admin"):
        parse(without)
    assert parse({**without, "mode": "member"}).admin is None


def test_nobody_s_own_drive_is_read_and_a_link_alone_opens_nothing_unless_it_is_said() -> None:
    found = parse(GIVEN)
    assert (found.my_drive, found.link_only) == (False, "nobody")


def test_google_s_own_addresses_are_where_nothing_else_is_said() -> None:
    found = parse(GIVEN)
    hosts = [found.site, found.drive_api, found.directory_api, found.token_url, found.exports]
    assert all(one.startswith("https://") for one in hosts)
    assert all(one.split("/")[2].endswith((".google.com", ".googleapis.com")) for one in hosts)


@pytest.mark.parametrize(
    ("units", "path", "is_in"),
    [
        ("", "/Anything", True),
        ("/Sales", "/Sales", True),
        ("/Sales/", "/Sales/North", True),
        ("/Sales", "/Salesforce", False),
        ("/Sales, /Legal", "/Legal", True),
        ("/Sales", "/", False),
    ],
)
def test_a_unit_holds_the_units_below_it(units: str, path: str, *, is_in: bool) -> None:
    assert parse({**GIVEN, "my_drive": "true", "org_units": units}).is_in_units(path) is is_in
