"""What are a text's numbers numbers of, and are they exact? `5 days` is not `5 hours`, `€5` not `$5`, `at least 5` not `5`."""

import re
from collections.abc import Mapping
from typing import NamedTuple

_NUMBER = re.compile(r"\d+(?:[.,:/'’-]\d+)*")

_WORDS = {
    "second": "second seconds sec secs sekunde sekunden seconde seconden",
    "minute": "minute minutes min mins minuten minuut",
    "hour": "hour hours hr hrs h stunde stunden std uur uren",
    "day": "day days tag tage tagen dag dagen kalendertag kalendertage kalendertagen calendar_day calendar_days",
    "working day": "working_day working_days workday workdays business_day business_days arbeitstag arbeitstage"
    " arbeitstagen werktag werktage werktagen werkdag werkdagen",
    "week": "week weeks woche wochen weken",
    "month": "month months monat monate monaten maand maanden",
    "quarter": "quarter quarters quartal quartale quartalen kwartaal kwartalen",
    "year": "year years yr yrs jahr jahre jahren jaar jaren",
    "ante meridiem": "am a.m.",
    "post meridiem": "pm p.m.",
    "per cent": "% percent per_cent prozent procent",
    "per mille": "‰ promille",
    "euro": "€ eur euro euros",
    "dollar": "$ usd dollar dollars",
    "pound sterling": "£ gbp",
    "franc": "chf franc francs franken",
    "yen": "¥ jpy yen",
    "millimetre": "mm millimetre millimetres millimeter millimeters",
    "centimetre": "cm centimetre centimetres centimeter centimeters zentimeter",
    "metre": "metre metres meter meters",
    "kilometre": "km kilometre kilometres kilometer kilometers",
    "mile": "mile miles mijl meile meilen",
    "gram": "gram grams gramm",
    "kilogram": "kg kilogram kilograms kilogramm kilo kilos",
    "tonne": "tonne tonnes tons tonnen ton",
    "degree celsius": "°c",
    "degree fahrenheit": "°f",
    "byte": "byte bytes",
    "kilobyte": "kb kib",
    "megabyte": "mb mib",
    "gigabyte": "gb gib",
    "terabyte": "tb tib",
    "millisecond": "ms millisecond milliseconds",
}
_TIMES = {
    "hundred": "hundred hundert honderd",
    "thousand": "thousand tausend tsd duizend k",
    "million": "million millions mio millionen miljoen",
    "billion": "billion billions bn mrd milliarde milliarden miljard",
}
_BOUNDS = {
    "at least": "at_least|not_less_than|no_less_than|no_fewer_than|a?_?minimum(?:_of)?|mindestens|wenigstens|minstens"
    "|ten_minste|tenminste|minimaal|≥",
    "at most": "at_most|up_to|not_more_than|no_more_than|a?_?maximum(?:_of)?|höchstens|maximal|bis_zu|nicht_mehr_als"
    "|hoogstens|ten_hoogste|maximaal|niet_meer_dan|≤",
    "more than": "more_than|greater_than|longer_than|above|over|exceeds|exceeding|mehr_als|über|länger_als|meer_dan|boven"
    "|langer_dan",
    "less than": "less_than|fewer_than|shorter_than|below|under|weniger_als|unter|kürzer_als|minder_dan|onder|korter_dan",
    "about": "about|around|roughly|approximately|circa|ca\\.|etwa|ungefähr|rund|ongeveer",
}
_BOUNDS_BEHIND = {
    "at least": "or_more|and_more|and_above|or_longer|at_least|minimum|oder_mehr|of_meer",
    "at most": "or_less|or_fewer|at_most|maximum|or_shorter|oder_weniger|of_minder",
}
_SAYS_SO_ELSEWHERE = {
    "at least": "minimum|least|floor|mindest\\w*|minim\\w*",
    "at most": "maximum|most|limits?|limited|caps?|capped|höchst\\w*|maxim\\w*|grenze|limiet",
    "more than": "exceed\\w*|more|above|over|longer|mehr|über|meer|boven",
    "less than": "less|fewer|below|under|shorter|weniger|unter|minder|onder",
    "about": "approximat\\w*|average|estimated|durchschnitt\\w*|gemiddeld\\w*",
}


def _known(words: Mapping[str, str]) -> dict[str, str]:
    return {word.replace("_", " "): name for name, several in words.items() for word in several.split()}


def _any(words: Mapping[str, str]) -> str:
    return "|".join(re.escape(word) for word in sorted(_known(words), key=len, reverse=True))


def _each(bounds: Mapping[str, str]) -> dict[str, str]:
    return {bound: words.replace("_", " ") for bound, words in bounds.items()}


_UNIT_OF, _TIMES_OF = _known(_WORDS), _known(_TIMES)
_BEHIND = re.compile(
    rf"[ \u00a0\u202f-]?(?P<times>(?:{_any(_TIMES)})(?!\w))?[ \u00a0\u202f-]?(?P<unit>(?:{_any(_WORDS)})(?!\w))?",
    re.IGNORECASE,
)
_IN_FRONT = re.compile(r"(?P<unit>[€$£¥]|\b(?:eur|usd|gbp|chf|jpy)) ?$", re.IGNORECASE)
_BOUND_IN_FRONT = {
    bound: re.compile(
        rf"(?:\b|(?=[≥≤]))(?:{words})(?: (?:of|a|the|von|van))? ?(?:[€$£¥]|(?:eur|usd|gbp|chf|jpy)\b)? ?$",
        re.IGNORECASE,
    )
    for bound, words in _each(_BOUNDS).items()
}
_BOUND_BEHIND = {
    bound: re.compile(rf"(?: \w+)? \(?(?:{words})\b", re.IGNORECASE) for bound, words in _each(_BOUNDS_BEHIND).items()
}
_ANYWHERE = {
    bound: re.compile(rf"\b(?:{words}|{_each(_BOUNDS)[bound]})", re.IGNORECASE)
    for bound, words in _SAYS_SO_ELSEWHERE.items()
}
_EACH_UNIT = re.compile(rf"(?<!\w)(?:{_any(_WORDS)})(?!\w)", re.IGNORECASE)
_LOOKED_BACK = 40


class Amount(NamedTuple):
    """`times` is a word that multiplies it (`million`); `bound` how it is meant (`at least`)."""

    number: str
    times: str | None
    unit: str | None
    bound: str | None

    def __str__(self) -> str:
        return " ".join(part for part in (self.bound, self.number, self.times, self.unit) if part)


def amounts(text: str) -> tuple[Amount, ...]:
    """In a folded text: one blank between words."""
    return tuple(_amount(match, text) for match in _NUMBER.finditer(text))


def units(text: str) -> frozenset[str]:
    """Those that stand anywhere, as over a table's column."""
    return frozenset(_UNIT_OF[word.casefold()] for word in _EACH_UNIT.findall(text))


def is_unit(name: str) -> bool:
    return name in _WORDS


def bounds(text: str) -> frozenset[str]:
    """Likewise."""
    return frozenset(bound for bound, pattern in _ANYWHERE.items() if pattern.search(text))


def _amount(match: re.Match[str], text: str) -> Amount:
    behind = _BEHIND.match(text, match.end())
    times, unit = (behind["times"], behind["unit"]) if behind else (None, None)
    before = text[max(0, match.start() - _LOOKED_BACK) : match.start()]
    if unit is None or _precedes_another(unit, text, behind.end() if behind else match.end()):
        in_front = _IN_FRONT.search(before)
        unit = in_front["unit"] if in_front else unit
    return Amount(
        number=match.group(),
        times=_TIMES_OF[times.casefold()] if times else None,
        unit=_UNIT_OF[unit.casefold()] if unit else None,
        bound=_bound(before, text[behind.end() if behind else match.end() :]),
    )


def _precedes_another(unit: str, text: str, end: int) -> bool:
    """`5 €7`: a sign that touches the next number is that number's."""
    return unit in "€$£¥" and text[end : end + 1].isdigit()


def _bound(before: str, behind: str) -> str | None:
    for bound, pattern in _BOUND_IN_FRONT.items():
        if pattern.search(before):
            return bound
    return next((bound for bound, pattern in _BOUND_BEHIND.items() if pattern.match(behind)), None)
