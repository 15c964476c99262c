"""Where in a text is a person: an address, a telephone, a passport, a day of birth? The first two say so themselves, or by
the words beside them; the others only by these.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Final

import phonenumbers
from phonenumbers import NumberParseException, ValidationResult

from policies.redaction.around import Around, Seat
from policies.redaction.kinds import Kind

_MAIL = re.compile(r"(?<![\w.+%'-])[\w.+%'-]{1,64}@(?:[\w-]{1,63}\.){1,8}[^\W\d_]{2,24}(?![\w-])")


def mails(around: Around) -> Iterator[Seat]:
    if "@" not in around.text:
        return
    for match in _MAIL.finditer(around.text):
        first = match.start() + len(match.group()) - len(match.group().lstrip(".'-"))
        yield Seat(first, match.end(), Kind.MAIL)


_DIALLED = re.compile(
    r"(?<![\w./+-])(?<!\d,)(?<!\d[ ]\()\(?\+?\(?\d(?:[ \t.()/-]{0,3}\d){5,16}(?:[ ]?(?:x|ext\.?|#|-)[ ]?\d{1,5})?(?![\w]|[.,]\d)"
    r"|(?<![\w./+-])\+\d{1,4}(?:[ \t\n.()/-]{0,3}\d){5,14}(?![\w]|[.,]\d)",
    re.IGNORECASE,
)
_OF_A_PHONE = re.compile(
    r"(?:\b(?:tele)?phones?\b|\bphone|\bmobile|\bcell|\bfax\b|\btel\b|\bcall(?:s|ed|ing)?\b|\bdial|\bring\b|\btext (?:me|us|him|her|them)\b"
    r"|\bsms\b|whats?app|\bdesk:|\boffice:|\bhotline|\bhelpline|\bpager\b|\bextension\b|answering at|messages? (?:to|at|on)\b"
    r"|\breach(?:ed)? (?:\w{2,9} )?(?:at|on|under)\b|\btelefon|\bruf|\bhandy\b|\bmobil|\bdurchwahl|\brückruf|\banruf"
    r"|\bt[ée]l[ée]phone|\bportable\b|\bappele|\btel[ée]fono|\bm[óo]vil\b|\bllam|\bbel(?:len|t)?\b|☎|✆|📞)",
    re.IGNORECASE,
)
_BEHIND_A_PHONE = re.compile(r"^[ \t,;(-]{0,3}(?:fax|office|mobile|cell|home|work|direct|tel|phone)\b", re.IGNORECASE)
_NEAR: Final = 28
_FEWEST, _MOST = 7, 15  # digits
_DATE = re.compile(
    r"\d{4}[-/.]\d{1,2}[-/.]\d{1,2}(?:\D.*)?|\d{1,2}[-/.]\d{1,2}[-/.]\d{4}(?:\D.*)?|(?:19|20)\d\d[ ]?[-/][ ]?(?:19|20)\d\d",
    re.DOTALL,
)
_THOUSANDS = re.compile(r"\d{1,3}(?:[ .]\d{3})+")
_MOST_ASKED: Final = 5_000  # of one text; what looks so beyond that is taken for one


def phones(around: Around, regions: Sequence[str]) -> Iterator[Seat]:
    if not around.has_numbers:
        return
    asked = 0
    for match in _DIALLED.finditer(around.text):
        written = match.group()
        digits = sum(character.isdigit() for character in written)
        if not _FEWEST <= digits <= _MOST + 5 or _DATE.fullmatch(written):
            continue
        is_called = _is_called(around, match)
        international = written.startswith(("+", "(+", "00"))
        if not is_called and (international or regions):
            asked += 1
        if (is_called and not _is_a_sum(written, around, match)) or _is_known(
            written, regions, international=international, tired=asked > _MOST_ASKED
        ):
            first = match.start() + (written[0] == "(" and ")" not in written)
            yield Seat(first, match.end(), Kind.PHONE)


def _is_called(around: Around, match: re.Match[str]) -> bool:
    """By the nearest words: what is called a phone further back was another one."""
    return bool(
        _OF_A_PHONE.search(around.before(match.start(), _NEAR)) or _BEHIND_A_PHONE.search(around.behind(match.end()))
    )


def _is_a_sum(written: str, around: Around, match: re.Match[str]) -> bool:
    """`call 1 000 000 users`, `a phone for 1.200.000 €`."""
    return bool(_THOUSANDS.fullmatch(written)) and around.behind(match.end()).lstrip()[:1] in {"€", "$", "£", "%"}


def _is_known(written: str, regions: Sequence[str], *, international: bool, tired: bool) -> bool:
    if tired:
        return True
    if international:
        number = _parsed("+" + written.lstrip("(+").removeprefix("00"), None)
        return number is not None and _is_possible(number)
    return any(
        (number := _parsed(written, region)) is not None and phonenumbers.is_valid_number(number) for region in regions
    )


def _parsed(written: str, region: str | None) -> phonenumbers.PhoneNumber | None:
    try:
        return phonenumbers.parse(" ".join(written.split()), region)
    except NumberParseException:
        return None


def _is_possible(number: phonenumbers.PhoneNumber) -> bool:
    return phonenumbers.is_possible_number_with_reason(number) == ValidationResult.IS_POSSIBLE


_PASSPORT = re.compile(
    r"(?<!\w)(?:passport|reisepass|pass-?nr|passeport|paspoort|pasaporte|passaporto|passnummer)\w{0,8}[^\n\d]{0,40}?"
    r"(?<![A-Za-z0-9])((?=[A-Z0-9]{0,8}\d)[A-Z]{0,2}\d{6,9}[A-Z0-9]?|[CFGHJKLMNPRTVWXYZ](?=[A-Z0-9]{0,7}\d\w{0,7}\d)[A-Z0-9]{8})(?!\w)",
    re.IGNORECASE,
)


def passports(around: Around) -> Iterator[Seat]:
    if not around.says("pass", "paspoort", "pasaporte"):
        return
    for match in _PASSPORT.finditer(around.text):
        yield Seat(*match.span(1), Kind.PASSPORT)


_MONTHS = "jan|feb|fév|ene|mar|mär|mrt|apr|abr|avr|may|mai|mei|mayo|jun|juin|jul|juil|aug|ago|aoû|sep|oct|okt|nov|dec|dez|déc|dic"
_DAY = (
    r"\d{1,2}[ ]?[./-][ ]?\d{1,2}[ ]?[./-][ ]?(?:\d{4}|\d\d)|\d{4}[./-]\d{1,2}[./-]\d{1,2}"
    rf"|\d{{1,2}}(?:st|nd|rd|th|\.)?[ -](?:of |de |d')?(?:{_MONTHS})\w{{0,8}}[., -]{{1,2}}(?:de )?\d{{4}}"
    rf"|(?:{_MONTHS})\w{{0,8}} \d{{1,2}}(?:st|nd|rd|th)?,? \d{{4}}"
)
_BORN = re.compile(
    r"(?<!\w)(?:born(?: on)?|dates? of birth|d\.?o\.?b\.?|birth ?da(?:te|y)|geboren(?: am| op)?|geburts(?:datum|tag)|geb\.(?: am)?"
    r"|née? le|date de naissance|fecha de nacimiento|nacid[oa] el|data di nascita|geboortedatum)(?!\w)[^\n\d|]{0,16}\|?[ ]{0,8}"
    rf"({_DAY})(?!\w)",
    re.IGNORECASE,
)
_SIGNS_OF_BIRTH: Final = (
    "born",
    "birth",
    "dob",
    "d.o.b",
    "gebor",
    "geb",
    "né",
    "naiss",
    "nacim",
    "nacid",
    "nascita",
    "geboorte",
)
_DAY_ALONE = re.compile(rf"(?<![\w./-])(?:{_DAY})(?![\w]|[./-]\d)", re.IGNORECASE)
_HEAD_OF_BIRTHS = re.compile(
    r"\b(?:born|birth|dob|geboren|geburt|naissance|nacimiento|nascita|geboorte)", re.IGNORECASE
)


def birth_dates(around: Around) -> Iterator[Seat]:
    if not around.says(*_SIGNS_OF_BIRTH):
        return
    for match in _BORN.finditer(around.text):
        yield Seat(*match.span(1), Kind.BIRTH_DATE)
    if "|" in around.text:
        for match in _DAY_ALONE.finditer(around.text):
            if _HEAD_OF_BIRTHS.search(around.before(match.start(), 0)):
                yield Seat(*match.span(), Kind.BIRTH_DATE)
