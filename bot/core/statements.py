"""What does a text state? Sentences, items and rows, each with what it is about and the values that it gives: numbers by
their units, dates, names. Pure; made for comparing, never for quoting.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

from bot.core.markdown import Block, Kind, blocks, plain, without_marker
from bot.core.sentences import sentences
from bot.core.terms import terms
from policies.evidence import Span
from policies.languages import ENGLISH, Language

_MOST = 60  # of one text: whoever writes more than this into a passage writes no sentences
_MOST_CHARACTERS = 400  # of one statement; what is longer states too much to be compared

_MONTHS = (
    ("jan", "january", "januar", "januari"),
    ("feb", "february", "februar", "februari"),
    ("mar", "march", "märz", "maart"),
    ("apr", "april"),
    ("may", "mai", "mei"),
    ("jun", "june", "juni"),
    ("jul", "july", "juli"),
    ("aug", "august", "augustus"),
    ("sep", "sept", "september"),
    ("oct", "october", "oktober", "okt"),
    ("nov", "november"),
    ("dec", "december", "dezember", "dez"),
)
_MONTH_OF: Mapping[str, int] = {name: number for number, names in enumerate(_MONTHS, start=1) for name in names}
_MONTH = "|".join(sorted(_MONTH_OF, key=len, reverse=True))
_WORDS = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
_NUMBER_OF = {word: str(number) for number, word in enumerate(_WORDS, start=1)}
_DATE = re.compile(
    rf"\b(?P<iso>(?:19|20)\d\d-\d\d-\d\d)\b"
    rf"|\b(?P<day>\d{{1,2}})(?:st|nd|rd|th|\.)? (?P<month>{_MONTH})\b\.?(?: (?P<year>(?:19|20)\d\d)\b)?"
    rf"|\b(?P<month_first>{_MONTH})\.? (?P<day_after>\d{{1,2}})(?:st|nd|rd|th)?\b(?:, (?P<year_after>(?:19|20)\d\d)\b)?",
    re.IGNORECASE,
)
_TIME = re.compile(r"\b\d{1,2}:\d\d\b")
_YEAR = re.compile(r"(?<![\w.,-])(?:19|20)\d\d(?![\w-]|[.,]\d)")
_NUMBER = re.compile(
    rf"(?P<before>[€$£]|\b(?:EUR|USD|GBP|CHF)\b)?\s?(?<![\w.-])(?P<number>\d+(?:[,.]\d+)*|\b(?:{'|'.join(_NUMBER_OF)})\b)(?![\w]|-\w)"
    r"(?P<after>[ \u00a0]?[%€$£]|(?:[ -][^\W\d_]+){0,3})",
    re.IGNORECASE,
)
_UNITS: Mapping[str, str] = {
    unit: name
    for name, units in {
        "minute": "minute minutes min minuten",
        "hour": "hour hours stunde stunden uur uren",
        "day": "day days tag tage tagen dag dagen",
        "week": "week weeks woche wochen weken",
        "month": "month months monat monate monaten maand maanden",
        "year": "year years jahr jahre jahren jaar jaren",
        "%": "% percent per-cent prozent procent",
        "€": "€ eur euro euros",
        "$": "$ usd dollar dollars",
        "£": "£ gbp pound pounds",
        "chf": "chf",
    }.items()
    for unit in units.split()
}
_LINK = re.compile(r"<[^<>\s]*>|\b[a-z][a-z0-9+.-]*://\S+", re.IGNORECASE)
_ADDRESS = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_PERSON = re.compile(
    r"\b[A-Z][a-zà-ÿ]+(?: (?:van|de|der|den|von|zu|le|la))*(?: [A-Z][a-zà-ÿ]+)+\b|[\w.+-]+@[\w-]+(?:\.[\w-]+)+"
)
_IDENTIFIER = re.compile(r"(?=\w*[^\W\d_])(?=\w*\d)\w+|\w+(?:[-_/]\w+)+")


class Statement(NamedTuple):
    """`about`: its words without its values. `values`: by kind and unit. `things`: what it names, of which another
    statement may name another.
    """

    span: Span
    about: frozenset[str]
    values: Mapping[tuple[str, str], frozenset[str]]
    things: frozenset[str]


@lru_cache(maxsize=2_048)
def statements(text: str, language: Language) -> tuple[Statement, ...]:
    """Those that give a value. Remembered, for the same passages answer many questions."""
    return tuple(_statements(text, language))


def _statements(text: str, language: Language) -> Iterator[Statement]:
    at = 0
    for number, said in enumerate(said for block in blocks(text) for said in _said(block)):
        if number >= _MOST:
            return
        found = text.find(said, at)
        if found < 0 or len(said) > _MOST_CHARACTERS:
            continue
        at = found
        made = _statement(said, Span(found, found + len(said)), language)
        if made is not None:
            yield made


class Title(NamedTuple):
    """A title's words, whatever year or version it is of, and the numbers that say which."""

    words: frozenset[str]
    numbers: tuple[str, ...]


@lru_cache(maxsize=2_048)
def title(text: str) -> Title:
    words = frozenset(term for term in terms(text, ENGLISH) if not any(map(str.isdigit, term)))
    return Title(words, tuple(re.findall(r"\d+", text)))


def _said(block: Block) -> Sequence[str]:
    match block.kind:
        case Kind.PARAGRAPH | Kind.QUOTE:
            return list(sentences(block.text))
        case Kind.LIST:
            return [without_marker(item) for item in block.items]
        case Kind.TABLE:
            return block.rows
        case Kind.HEADING | Kind.CODE | Kind.HTML:
            return ()


class _Value(NamedTuple):
    kind: str
    unit: str
    value: str
    rest: str = " "  # what stays of the words it was read from


def _statement(said: str, span: Span, language: Language) -> Statement | None:
    rest, values = plain(said), list[_Value]()
    if language.code != "de":  # there each noun has a capital
        values += [_Value("name", "", found.group().casefold()) for found in _PERSON.finditer(rest)]
        rest = _PERSON.sub(" ", rest)
    for needed, pattern, read in _READERS:
        if needed is None or needed.search(rest):
            values += [read(found, rest) for found in pattern.finditer(rest)]
            rest = pattern.sub(lambda found, read=read, text=rest: read(found, text).rest, rest)  # type: ignore[misc]
    together: dict[tuple[str, str], set[str]] = {}
    for value in values:
        if value.kind:
            together.setdefault((value.kind, value.unit), set()).add(value.value)
    if not together:
        return None
    return Statement(
        span=span,
        about=frozenset(terms(rest, language)),
        values={key: frozenset(each) for key, each in together.items()},
        things=frozenset(found.group().casefold() for found in _IDENTIFIER.finditer(rest)),
    )


def _address(found: re.Match[str], _: str) -> _Value:
    return _Value("name", "", found.group().casefold())


def _date(found: re.Match[str], _: str) -> _Value:
    if found["iso"]:
        return _Value("date", "", str(found["iso"])[5:])
    day, month = found["day"] or found["day_after"], found["month"] or found["month_first"]
    return _Value("date", "", f"{_MONTH_OF[month.casefold()]:02d}-{int(day):02d}")


def _time(found: re.Match[str], _: str) -> _Value:
    return _Value("date", "time", found.group().zfill(5))


def _nothing(_found: re.Match[str], _: str) -> _Value:
    """Where it leads is not what it states; and a year says which version it is of, seldom what is so."""
    return _Value("", "", "")


def _number(found: re.Match[str], text: str) -> _Value:
    """In the unit that stands at it; a number without one is called by the word before it (`port 8080`)."""
    after = re.findall(r"[%€$£]|[^\W\d_]+", found["after"] or "")
    known = next((at for at, word in enumerate(after) if word.casefold() in _UNITS), None)
    value = _NUMBER_OF.get(found["number"].casefold(), found["number"]).replace(",", "").removesuffix(".00")
    if found["before"]:
        return _Value("number", _UNITS[found["before"].casefold()], value, f" {found['after'] or ''}")
    if known is not None:
        return _Value(
            "number", _UNITS[after[known].casefold()], value, f" {' '.join((*after[:known], *after[known + 1 :]))}"
        )
    before = terms(text[max(0, found.start() - 40) : found.start()])
    unit = next(iter(terms(after[0])), "") if after else ""
    return _Value("number", unit or (f"after {before[-1]}" if before else ""), value, f" {found['after'] or ''}")


_DIGIT = re.compile(r"\d")
_READERS = (  # what is found quickly, and must be there before it is worth looking for the rest
    (re.compile("[<:]"), _LINK, _nothing),
    (re.compile("@"), _ADDRESS, _address),
    (_DIGIT, _DATE, _date),
    (re.compile(":"), _TIME, _time),
    (_DIGIT, _YEAR, _nothing),
    (None, _NUMBER, _number),
)
