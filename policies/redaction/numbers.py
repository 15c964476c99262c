"""Which numbers in a text are cards, accounts or national identities? Those whose checksum holds, which look as such numbers
do, or which stand where they are called that.

National identities that are known: the tax number of Germany (Steuer-ID), BSN (Netherlands), NIR (France), DNI and NIE
(Spain), codice fiscale (Italy), the national register's number (Belgium), PESEL (Poland), personnummer (Sweden), HETU
(Finland), AHV (Switzerland), Sozialversicherungsnummer (Austria), NHS number (United Kingdom), SIN (Canada), CPF (Brazil)
and Aadhaar (India); each has a checksum.
"""

import re
from collections.abc import Callable, Iterator
from itertools import cycle
from typing import Final, NamedTuple

from policies.redaction.around import Around, Seat
from policies.redaction.kinds import Kind

# -- cards -------------------------------------------------------------------------------------------------------------

_GROUP = re.compile(r"\d+")
_BETWEEN = re.compile(r"[ \t\n.·/_*-]{1,3}")
_SHORTEST_CARD, _LONGEST_CARD, _MOST_GROUPS = 12, 19, 8
_OF_A_CARD = re.compile(
    r"(?:card|credit|debit|visa|master ?card|amex|american express|maestro|discover|diners|jcb|\bcc\b|\bpan\b"
    r"|karten?\b|kreditkarte|carte|tarjeta|carta di|kaart|cartão)",
    re.IGNORECASE,
)
_PLAIN_CARDS = re.compile(  # the lengths in which these are issued; what they look like is enough
    r"4(?:\d{15}|\d{18})|5[1-5]\d{14}|(?:222[1-9]|22[3-9]\d|2[3-6]\d\d|27[01]\d|2720)\d{12}|3[47]\d{13}"
    r"|(?:6011|64[4-9]\d|65\d\d)\d{12}|35(?:2[89]|[3-8]\d)\d{12}|62\d{14,17}"
)
_OTHER_CARDS = re.compile(
    r"[3-6]\d{11,18}|(?:2131|1800)\d{11}|(?:220[0-4]|8[12]\d\d|9792)\d{12,15}"
)  # only if called so


def cards(around: Around) -> Iterator[Seat]:
    """From each group of digits on, as many groups as a card can have: a card may stand between other numbers."""
    groups = [match.span() for match in _GROUP.finditer(around.text)] if around.has_numbers else []
    number = 0
    while number < len(groups):
        found = _card_from(around, groups, number)
        if found is None:
            number += 1
            continue
        first, end, number = found
        yield Seat(first, end, Kind.CARD)


def _card_from(around: Around, groups: list[tuple[int, int]], number: int) -> tuple[int, int, int] | None:
    text, (first, end) = around.text, groups[number]
    if _joined_before(text, first):
        return None
    digits, last = "", number
    while last < min(len(groups), number + _MOST_GROUPS):
        begins, ends = groups[last]
        if last > number and not _BETWEEN.fullmatch(text, end, begins):
            break
        if len(digits) + ends - begins > _LONGEST_CARD:
            break
        digits, end, last = digits + text[begins:ends], ends, last + 1
        if len(digits) >= _SHORTEST_CARD and _is_card(digits, around, first, end, groups=last - number):
            return first, end, last
    return None


def _is_card(digits: str, around: Around, first: int, end: int, *, groups: int) -> bool:
    if _joined_behind(around.text, end) or not luhn(digits) or len(set(digits)) == 1:
        return False
    looks_so = _PLAIN_CARDS.fullmatch(digits) and _are_even(around.text[first:end], groups)
    may_be = looks_so or _PLAIN_CARDS.fullmatch(digits) or _OTHER_CARDS.fullmatch(digits)
    return bool(looks_so or (may_be and _is_called(around, first, end, _OF_A_CARD)))


def _are_even(written: str, groups: int) -> bool:
    """In one piece, or in the groups in which cards are printed."""
    sizes = [len(group) for group in _GROUP.findall(written)]
    return groups == 1 or (sizes[0] == 4 and all(size in {3, 4, 5, 6} for size in sizes[1:]))  # noqa: PLR2004


def luhn(digits: str) -> bool:
    total = 0
    for place, digit in enumerate(reversed(digits)):
        doubled = int(digit) * (1 + place % 2)
        total += doubled - 9 * (doubled > 9)  # noqa: PLR2004
    return total % 10 == 0


# -- accounts ----------------------------------------------------------------------------------------------------------

_IBAN = re.compile(r"([A-Za-z](?<![A-Za-z0-9].)[A-Za-z])[ -]?(\d)[ ]?(\d)(?=[ \n\t.-]{0,2}[A-Za-z0-9])")
_IBAN_CHARACTER = re.compile(r"[ \n\t.-]{0,2}([A-Za-z0-9])")
_COUNTRIES_OF_IBANS: Final = {
    15: "NO",
    16: "BE",
    18: "DK FI FO GL NL FK",
    19: "MK SI",
    20: "AT BA EE KZ LT LU XK",
    21: "CH HR LI LV",
    22: "BG BH CR DE GB GE IE ME RS VA",
    23: "AE GI IL IQ OM TL SO",
    24: "AD CZ ES MD PK RO SA SE SK TN VG",
    25: "LY PT ST",
    26: "IS TR",
    27: "BI DJ FR GR IT MC MR SM",
    28: "AL AZ BY CY DO GT HU LB NI PL SV",
    29: "BR EG PS QA UA",
    30: "JO KW MU",
    31: "MT SC",
    32: "LC",
    33: "RU",
}
_IBAN_LENGTHS: Final = {
    country: length for length, countries in _COUNTRIES_OF_IBANS.items() for country in countries.split()
}


def ibans(around: Around) -> Iterator[Seat]:
    text, done = around.text, 0
    if not around.has_numbers:
        return
    for match in _IBAN.finditer(text):
        length = _IBAN_LENGTHS.get(match[1].upper())
        if length is None or match.start() < done:
            continue
        written, end = match[1] + match[2] + match[3], match.end()
        while len(written) < length and (following := _IBAN_CHARACTER.match(text, end)):
            written, end = written + following[1], following.end()
        if len(written) == length and not text[end : end + 1].isalnum() and is_iban(written):
            done = end
            yield Seat(match.start(), end, Kind.IBAN)


def is_iban(written: str) -> bool:
    turned = (written[4:] + written[:4]).upper()
    return int("".join(str(int(character, 36)) for character in turned)) % 97 == 1


# -- national identities -----------------------------------------------------------------------------------------------


class _Identity(NamedTuple):
    """`looks`: as it is written. `sure`: so that it needs no word beside it. `called`: by which words it is known
    otherwise.
    """

    looks: str
    holds: Callable[[str], bool]
    called: str
    sure: str | None = None
    kind: Kind = Kind.NATIONAL_ID


def _weighed(digits: str, weights: str | tuple[int, ...]) -> int:
    return sum(int(digit) * int(weight) for digit, weight in zip(digits, map(int, weights), strict=False))


def _steuer_id(digits: str) -> bool:
    """Of the first ten digits one stands there twice or three times."""
    counts = {digits[:10].count(digit) for digit in set(digits[:10])}
    product = 10
    for digit in digits[:10]:
        total = (int(digit) + product) % 10 or 10
        product = total * 2 % 11
    return digits[0] != "0" and max(counts) in {2, 3} and (11 - product) % 10 == int(digits[10])


def _bsn(digits: str) -> bool:
    return int(digits) > 0 and _weighed(digits, (9, 8, 7, 6, 5, 4, 3, 2, -1)) % 11 == 0


def _nir(written: str) -> bool:
    digits = written.upper().replace("2A", "19").replace("2B", "18")
    return digits.isdigit() and 1 <= int(digits[3:5]) <= 42 and 97 - int(digits[:13]) % 97 == int(digits[13:])  # noqa: PLR2004


def _dni(written: str) -> bool:
    number = written[:-1].upper().translate(str.maketrans("XYZ", "012"))
    return "TRWAGMYFPDXBNJZSQVHLCKE"[int(number) % 23] == written[-1].upper()


_CODICE_ODD: Final = dict(
    zip(
        "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ",
        (
            *(1, 0, 5, 7, 9, 13, 15, 17, 19, 21),
            *(1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23),
        ),
        strict=True,
    )
)


def _codice_fiscale(written: str) -> bool:
    written = written.upper()
    odd = sum(_CODICE_ODD[character] for character in written[:15:2])
    even = sum(int(character) if character.isdigit() else ord(character) - 65 for character in written[1:15:2])
    return chr(65 + (odd + even) % 26) == written[15]


def _belgian(digits: str) -> bool:
    check = int(digits[9:])
    return any(97 - int(century + digits[:9]) % 97 == check for century in ("", "2"))


def _pesel(digits: str) -> bool:
    return (10 - _weighed(digits, "1379137913") % 10) % 10 == int(digits[10]) and _is_day(digits[4:6])


def _personnummer(digits: str) -> bool:
    return luhn(digits[-10:]) and 1 <= int(digits[-8:-6]) <= 12 and _is_day(digits[-6:-4])  # noqa: PLR2004


def _is_day(digits: str) -> bool:
    return 1 <= int(digits) % 60 <= 31  # noqa: PLR2004 - Sweden counts some days from 61


def _hetu(written: str) -> bool:
    digits = written[:6] + written[7:10]
    return _is_day(digits[:2]) and "0123456789ABCDEFHJKLMNPRSTUVWXY"[int(digits) % 31] == written[10].upper()


def _ahv(digits: str) -> bool:
    total = sum(int(digit) * weight for digit, weight in zip(digits[:12], cycle((1, 3)), strict=False))
    return (10 - total % 10) % 10 == int(digits[12])


def _austrian(digits: str) -> bool:
    return digits[0] != "0" and _weighed(digits, (3, 7, 9, 0, 5, 8, 4, 2, 1, 6)) % 11 == int(digits[3])


def _nhs(digits: str) -> bool:
    return 11 - _weighed(digits[:9], (10, 9, 8, 7, 6, 5, 4, 3, 2)) % 11 in {int(digits[9]), 11 + int(digits[9])}


def _cpf(digits: str) -> bool:
    def check(count: int) -> int:
        return _weighed(digits[:count], tuple(range(count + 1, 1, -1))) * 10 % 11 % 10

    return len(set(digits)) > 1 and check(9) == int(digits[9]) and check(10) == int(digits[10])


_VERHOEFF: Final = (
    *("0123456789", "1234067895", "2340178956", "3401289567", "4012395678"),
    *("5987604321", "6598710432", "7659821043", "8765932104", "9876543210"),
)
_VERHOEFF_TURNS: Final = (
    *("0123456789", "1576283094", "5803796142", "8916043527"),
    *("9453126870", "4286573901", "2793806415", "7046913258"),
)


def _aadhaar(digits: str) -> bool:
    check = 0
    for place, digit in enumerate(reversed(digits)):
        check = int(_VERHOEFF[check][int(_VERHOEFF_TURNS[place % 8][int(digit)])])
    return check == 0 and digits[0] not in "01"


def _ssn(digits: str) -> bool:
    """There is no checksum; some numbers were never given out, and those from 900 on to taxpayers without one."""
    return digits[:3] not in {"000", "666"} and digits[3:5] != "00" and digits[5:] != "0000"


def _spaced(*sizes: int) -> str:
    return r"[ .\n/-]{0,2}".join(rf"\d{{{size}}}" for size in sizes)


_IDENTITIES: Final = (
    _Identity(_spaced(2, 3, 3, 3), _steuer_id, r"steuer|tax|id-?nr|identifikationsnummer|\btin\b"),
    _Identity(_spaced(3, 3, 3), _bsn, r"\bbsn\b|burgerservice|sofi"),
    _Identity(_spaced(4, 2, 3), _bsn, r"\bbsn\b|burgerservice|sofi"),
    _Identity(
        r"[12][ .\n]?\d\d[ .\n]?\d\d[ .\n]?(?:\d\d|2[ABab])[ .\n]?\d{3}[ .\n]?\d{3}[ .\n]?\d\d",
        _nir,
        r"sécu|secu|\bnir\b|insee",
        sure=r".*",
    ),
    _Identity(
        r"(?:\d{2}[. ]?\d{3}[. ]?\d{3}|[XYZxyz][ -]?\d{7})[ -]?[A-Za-z]",
        _dni,
        r"\bdni\b|\bnie\b|\bnif\b|identidad",
        sure=r"\d{8}-?[A-Z]|[XYZ]-?\d{7}-?[A-Z]",
    ),
    _Identity(
        r"[A-Za-z]{6}\d\d[A-EHLMPRSTa-ehlmprst]\d\d[A-Za-z]\d{3}[A-Za-z]", _codice_fiscale, r"fiscale", sure=r".*"
    ),
    _Identity(
        r"\d\d[. ]?\d\d[. ]?\d\d[- ]?\d{3}[. ]?\d\d",
        _belgian,
        r"rijksregister|registre national|national regist|\binsz\b|\bniss\b",
        sure=r"\d\d\.\d\d\.\d\d-\d{3}\.\d\d",
    ),
    _Identity(r"\d{11}", _pesel, r"pesel"),
    _Identity(
        r"(?:\d\d)?\d{6}[ +-]?\d{4}",
        _personnummer,
        r"personn?ummer|personal (?:id|number)|samordnings",
        sure=r"(?:\d\d)?\d{6}[+-]\d{4}",
    ),
    _Identity(r"\d{6}[-+A-FU-Ya-fu-y]\d{3}[0-9A-Ya-y]", _hetu, r"hetu|henkilö", sure=r"\d{6}[-+A]\d{3}[0-9A-Y]"),
    _Identity(r"756" + r"[. ]?\d{4}" * 2 + r"[. ]?\d\d", _ahv, r"\bahv|\bavs", sure=r".*"),
    _Identity(_spaced(4, 6), _austrian, r"sozialversicherung|\bsv-?n|svnr"),
    _Identity(_spaced(3, 3, 4), _nhs, r"\bnhs\b"),
    _Identity(_spaced(3, 3, 3), luhn, r"social insurance|\bsin\b|assurance sociale"),
    _Identity(r"\d{3}[. ]?\d{3}[. ]?\d{3}[- ]?\d\d", _cpf, r"\bcpf\b", sure=r"\d{3}\.\d{3}\.\d{3}-\d\d"),
    _Identity(_spaced(4, 4, 4), _aadhaar, r"aadha+r"),
    _Identity(
        r"\d{3}[ .\n-]{0,2}\d\d[ .\n-]{0,2}\d{4}",
        _ssn,
        r"\bssn\b|social[ -]?security|\bitin\b|sozialversicherungsnummer",
        sure=r"[0-8]\d\d-\d\d-\d{4}",
        kind=Kind.SSN,
    ),
)


def _alone(looks: str) -> str:
    return rf"(?<!\w)(?<![0-9][.,/-])(?:{looks})(?!\w)(?![.,/-][0-9])"


_MAY_BE_ONE = re.compile(_alone("|".join(identity.looks for identity in _IDENTITIES)))
_LOOKING = tuple(
    (
        identity,
        re.compile(_alone(identity.looks)),
        re.compile(identity.called, re.IGNORECASE),
        re.compile(identity.sure, re.DOTALL) if identity.sure else None,
    )
    for identity in _IDENTITIES
)
_PLAIN = re.compile(r"[^A-Za-z0-9]")


def identities(around: Around) -> Iterator[Seat]:
    if not around.has_numbers or _MAY_BE_ONE.search(around.text) is None:
        return
    for identity, looks, called, sure in _LOOKING:
        for match in looks.finditer(around.text):
            plain = match.group() if identity.holds is _hetu else _PLAIN.sub("", match.group())
            if not identity.holds(plain):
                continue
            if (sure and sure.fullmatch(match.group())) or _is_called(around, *match.span(), called):
                yield Seat(*match.span(), identity.kind)


def _is_called(around: Around, first: int, end: int, called: re.Pattern[str]) -> bool:
    return bool(called.search(around.before(first)) or called.search(around.behind(end)))


def _joined_before(text: str, first: int) -> bool:
    """It is the rest of a longer word or number."""
    before = text[max(0, first - 2) : first]
    return before[-1:].isalnum() or before[-1:] == "_" or (before[-1:] in {".", ","} and before[:1].isdigit())


def _joined_behind(text: str, end: int) -> bool:
    behind = text[end : end + 2]
    return behind[:1].isalnum() or behind[:1] == "_" or (behind[:1] in {".", ","} and behind[1:].isdigit())
