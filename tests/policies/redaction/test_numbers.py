"""Cards, accounts and national identities: by checksum, by looks, by what they are called; and what is none of them."""

import pytest

from policies.redaction.kinds import Kind
from tests.policies.redaction.looking import hidden, kinds

CARD = "4111111111111111"


@pytest.mark.parametrize(
    "card",
    [
        CARD,
        "4111 1111 1111 1111",
        "4111-1111-1111-1111",
        "4111 1111 1111\n1111",
        "4111\u00a01111\u202f1111\u20091111",
        "4111–1111–1111–1111",
        "４１１１１１１１１１１１１１１１",
        "٤١١١١١١١١١١١١١١١",
        "4\u200b111\u200d1111\ufeff1111\u00ad1111",
        "4111\\-1111\\-1111\\-1111",
        "378282246310005",
        "3782 822463 10005",
        "5555 5555 5555 4444",
        "2223003122003222",
        "6011 1111 1111 1117",
        "3530111333300000",
    ],
)
def test_cards_are_seen_however_they_are_written(card: str) -> None:
    assert hidden(f"Pay with {card}, please.", Kind.CARD) == [card]


@pytest.mark.parametrize(
    "text",
    [
        "Pay with 4111111111111112, please.",  # no checksum
        "Order 1234567812345670 is on its way.",  # no card begins so
        "0000 0000 0000 0000",
        f"x{CARD}",
        f"{CARD}7",
        f"3.{CARD}",
        f"{CARD}.25",
        "The page is 411111111111111.",
        "26 30 2024 27 25 31 12 2026 1000 1250",
        "30569309025904",  # a Diners card, but nobody says so
    ],
)
def test_other_numbers_are_no_cards(text: str) -> None:
    assert hidden(text, Kind.CARD) == []


def test_lengths_that_many_numbers_have_are_cards_where_they_are_called_so() -> None:
    assert hidden("My card 30569309025904 is lost.", Kind.CARD) == ["30569309025904"]
    assert hidden("Karte: 6304000000000000", Kind.CARD) == ["6304000000000000"]


def test_a_card_stands_between_other_numbers() -> None:
    assert hidden("12 2026 4111 1111 1111 1111 123 456", Kind.CARD) == ["4111 1111 1111 1111"]


def test_the_head_of_a_column_says_what_its_numbers_are() -> None:
    table = "| Name | SSN | Floor |\n|---|---|---|\n| Ana | 219099999 | 3 |\n| Ben | 219099998 | 219099997 |\n"
    assert hidden(table, Kind.SSN) == ["219099999", "219099998"]
    assert hidden("| Card | 30569309025904 |\n", Kind.CARD) == ["30569309025904"]


@pytest.mark.parametrize(
    "iban",
    [
        "DE89370400440532013000",
        "DE89 3704 0044 0532 0130 00",
        "de89 3704 0044 0532 0130 00",
        "GB82 WEST 1234 5698 7654 32",
        "NL91-ABNA-0417-1643-00",
        "FR14 2004 1010 0505 0001 3M02 606",
        "MT84 MALT 0110 0001 2345 MTLC AST0 01S",
        "NO93 8601 1117 947",
        "ＤＥ８９３７０４００４４０５３２０１３０００",
    ],
)
def test_accounts_whose_checksum_holds_are_seen(iban: str) -> None:
    assert hidden(f"Pay to {iban} and tell us.", Kind.IBAN) == [iban]


@pytest.mark.parametrize(
    "text",
    [
        "DE88 3704 0044 0532 0130 00",
        "XX89370400440532013000",
        "DE89 3704 0044",
        "IN12 days and NO 93 more",
        "DE893704004405320130001",
    ],
)
def test_other_words_are_no_accounts(text: str) -> None:
    assert hidden(text, Kind.IBAN) == []


@pytest.mark.parametrize(
    ("called", "number", "broken"),
    [
        ("Steuer-ID", "86095742719", "86095742718"),
        ("BSN", "111222333", "111222334"),
        ("Numéro de sécu", "255081416802538", "255081416802539"),
        ("DNI", "12345678Z", "12345678A"),
        ("NIE", "X1234567L", "X1234567M"),
        ("Codice fiscale", "RSSMRA85T10A562S", "RSSMRA85T10A562T"),
        ("Rijksregisternummer", "85.07.30-033.28", "85.07.30-033.29"),
        ("PESEL", "44051401359", "44051401358"),
        ("Personnummer", "811218-9876", "811218-9875"),
        ("Hetu", "131052-308T", "131052-308U"),
        ("AHV", "756.9217.0769.85", "756.9217.0769.84"),
        ("SVNR", "1237 010180", "1238 010180"),
        ("NHS number", "943 476 5919", "943 476 5918"),
        ("Social insurance number", "046 454 286", "046 454 287"),
        ("CPF", "111.444.777-35", "111.444.777-36"),
        ("Aadhaar", "2341 2341 2346", "2341 2341 2347"),
    ],
)
def test_national_identities_are_seen_by_their_checksum(called: str, number: str, broken: str) -> None:
    assert hidden(f"{called}: {number}.", Kind.NATIONAL_ID) == [number]
    assert hidden(f"{called}: {broken}.", Kind.NATIONAL_ID) == []


@pytest.mark.parametrize(
    "number", ["86095742719", "111222333", "44051401359", "943 476 5919", "046 454 286", "2341 2341 2346"]
)
def test_numbers_that_many_things_have_are_identities_only_where_they_are_called_so(number: str) -> None:
    assert hidden(f"Ticket {number} is closed.", Kind.NATIONAL_ID) == []


@pytest.mark.parametrize(
    "text", ["Here's my SSN: 219-09-9999", "219-09-9999", "social security number is 219 09 9999", "ITIN 912-70-1234"]
)
def test_social_security_numbers_are_seen(text: str) -> None:
    assert kinds(text) == ["ssn"]


@pytest.mark.parametrize(
    "text",
    ["SSN 000-12-3456", "SSN 666-12-3456", "SSN 219-00-9999", "SSN 219-09-0000", "room 219099999", "1219-09-9999"],
)
def test_numbers_that_were_never_given_out_are_none(text: str) -> None:
    assert hidden(text, Kind.SSN) == []
