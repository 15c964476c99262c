"""Addresses, telephones, passports and days of birth; and what only looks like them."""

import pytest

from policies.redaction.kinds import Kind
from tests.policies.redaction.looking import hidden


def test_mail_addresses_are_seen() -> None:
    text = "Ask ana.b+c@acme.test, (ben@sub.acme.test) or Jürgen@größe.test; not @here, a@b or x@y.1."
    assert hidden(text, Kind.MAIL) == ["ana.b+c@acme.test", "ben@sub.acme.test", "Jürgen@größe.test"]
    assert hidden("ana\\_b@acme.test", Kind.MAIL) == ["ana\\_b@acme.test"]


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("Write to +49 30 901820 today.", "+49 30 901820"),
        ("(+1) 415 761 1791", "(+1) 415 761 1791"),
        ("or 0049 30 901820", "0049 30 901820"),
        ("Call 555-0199-12 now", "555-0199-12"),
        ("Phone:\n(99) 645-791", "(99) 645-791"),
        ("Tel. 030/90 18 20", "030/90 18 20"),
        ("Fax: 345-899-3560x4587", "345-899-3560x4587"),
        ("416 60 039 office", "416 60 039"),
        ("Rückruf unter ０３０ ９０１８２０", "０３０ ９０１８２０"),
        ("+4\u200b9 30 901820", "+4\u200b9 30 901820"),
        ("| Name | Phone |\n|---|---|\n| Ana | 030 901820 |", "030 901820"),
    ],
)
def test_telephones_are_seen(text: str, number: str) -> None:
    assert hidden(text, Kind.PHONE) == [number]


@pytest.mark.parametrize(
    "text",
    [
        "It was decided on 2026-03-01 and holds until 31.12.2026.",
        "+10 points, +1 000 EUR and version 3.11.7.22",
        "The call is on 2026-03-01.",
        "Ticket 4155551234 in building 20250901",
        "030 901820",  # nowhere in particular
    ],
)
def test_other_numbers_are_no_telephones(text: str) -> None:
    assert hidden(text, Kind.PHONE) == []


def test_numbers_without_a_word_are_telephones_where_the_country_is_named() -> None:
    assert hidden("030 901820", Kind.PHONE, regions=("US", "DE")) == ["030 901820"]
    assert hidden("030 901820", Kind.PHONE, regions=("US",)) == []


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("Passport no. C01X00T47 expires", "C01X00T47"),
        ("Reisepass: L8988901C", "L8988901C"),
        ("passport number 123456789", "123456789"),
    ],
)
def test_passports_are_seen_where_they_are_called_so(text: str, number: str) -> None:
    assert hidden(text, Kind.PASSPORT) == [number]
    assert hidden(f"Ticket {number}", Kind.PASSPORT) == []


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("She was born on 2/8/1935. Her", "2/8/1935"),
        ("Date of birth: 1 May 2004", "1 May 2004"),
        ("geboren am 3. März 1990 in Kiel", "3. März 1990"),
        ("DOB 1990-03-01", "1990-03-01"),
        ("| Name | Date of birth |\n|---|---|\n| Ana | 01.03.1990 |", "01.03.1990"),
    ],
)
def test_days_of_birth_are_seen_where_they_are_called_so(text: str, day: str) -> None:
    assert hidden(text, Kind.BIRTH_DATE) == [day]


def test_other_days_stay() -> None:
    assert hidden("The plan of 1 May 2004 holds since 01.03.1990; birthdays are a day off.", Kind.BIRTH_DATE) == []
