"""Which days does a text name, however they are written? `3 March 2026`, `2026-03-03` and `3. März 2026` are one day; of
`03/04/2026` nobody knows which it is, so it is no other than itself.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

from policies.people import Noun

_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "january jan januar jänner januari",
            "february feb februar februari",
            "march mar märz maart mrt",
            "april apr",
            "may mai mei",
            "june jun juni",
            "july jul juli",
            "august aug augustus",
            "september sep sept",
            "october oct oktober okt",
            "november nov",
            "december dec dezember dez",
        ),
        start=1,
    )
    for name in names.split()
}
_ALSO_WORDS = frozenset({"may", "march", "mar"})  # months only with a capital
_MONTH = rf"(?P<month>{'|'.join(sorted(_MONTHS, key=len, reverse=True))})\b\.?"
_DAY = r"(?P<day>\d{1,2})(?:st|nd|rd|th|\.)?"
_YEAR = r"(?:,? (?P<year>\d{4})(?![\w-]))?"
_TO = r"(?: ?[-–—] ?| (?:to|and|or|bis|und|oder|tot|en|of) )"
_FORMS = tuple(
    re.compile(form, re.IGNORECASE)
    for form in (
        r"(?<![\w.:/-])(?P<year>\d{4})-(?P<month>\d{2})-(?P<day>\d{2})(?![\w-])",
        r"(?<![\w.:/-])(?P<day>\d{1,2})(?P<sign>[./-])(?P<month>\d{1,2})(?P=sign)(?P<year>\d{4})(?![\w-])",
        rf"(?<![\w.,:/-])(?:(?P<from>\d{{1,2}})(?:st|nd|rd|th|\.)?{_TO})?{_DAY} (?:of )?{_MONTH}{_YEAR}",
        rf"\b{_MONTH} {_DAY}(?:{_TO}(?P<to>\d{{1,2}})(?:st|nd|rd|th)?)?(?![\w%]|[.,:/]\d){_YEAR}",
        rf"\b{_MONTH} (?P<year>\d{{4}})(?![\w-])",
    )
)
_BOUNDS = {
    "before": "before vor vóór prior.to earlier.than",
    "until": "by until till through no.later.than not.later.than bis spätestens uiterlijk tot tot.en.met",
    "after": "after nach na later.than",
    "from": "from since starting as.of ab seit vanaf sinds",
}
_BOUND = re.compile(
    r"\b(?:"
    + "|".join(
        f"(?P<{bound}>{'|'.join(sorted((w.replace('.', ' ') for w in words.split()), key=len, reverse=True))})"
        for bound, words in _BOUNDS.items()
    )
    + r")(?: (?:the|dem|zum|am|de|den))? $",
    re.IGNORECASE,
)
_LOOKED_BACK = 30
_LAST_MONTH, _LAST_DAY = 12, 31


class Date(Noun):
    """What is not said is None."""

    year: int | None
    month: int
    day: int | None

    def is_within(self, other: "Date", years: frozenset[int]) -> bool:
        """Does `other` say all of it? Where it says no year, one of `years` will do: they stand beside it."""
        same_year = self.year in (None, other.year) or (other.year is None and self.year in years)
        return same_year and self.month == other.month and self.day in (None, other.day)


class Written(NamedTuple):
    """Characters of a text, from `first` up to, not including, `end`, with the days that they may mean. `bound`: whether
    it is `before`, `until`, `after` or `from` then.
    """

    first: int
    end: int
    text: str
    readings: frozenset[Date]
    bound: str | None
    spans: bool  # one end of a span of days


def dates(text: str) -> tuple[Written, ...]:
    """In a folded text: one blank between words."""
    found: list[Written] = []
    for form in _FORMS:
        for match in form.finditer(text):
            is_free = all(match.end() <= one.first or match.start() >= one.end for one in found)
            if is_free:
                found.extend(_written(match, text))
    return tuple(sorted(found, key=lambda one: one.first))


def _written(match: re.Match[str], text: str) -> Iterator[Written]:
    """Of a span, both ends."""
    said = match.groupdict()
    spans = bool(said.get("from") or said.get("to"))
    bound = _BOUND.search(text[max(0, match.start() - _LOOKED_BACK) : match.start()])
    for day in (said.get("day"), said.get("from"), said.get("to")):
        readings = frozenset(_readings(said, day))
        if readings and (day is not None or said.get("day") is None):
            yield Written(
                match.start(), match.end(), match.group(), readings, bound.lastgroup if bound else None, spans
            )
        if said.get("day") is None:
            return


def _readings(said: dict[str, str | None], day: str | None) -> Iterator[Date]:
    year, month = _number(said.get("year")), said["month"] or ""
    if not month.isdigit():
        if month[0].islower() and month in _ALSO_WORDS:
            return
        yield from _real(year, _MONTHS[month.casefold()], _number(day))
    elif day is not None:
        yield from _real(year, int(month), int(day))
        if said.get("sign") in {"/", "-"}:
            yield from _real(year, int(day), int(month))


def _number(said: str | None) -> int | None:
    return int(said) if said else None


def _real(year: int | None, month: int, day: int | None) -> Iterator[Date]:
    if 1 <= month <= _LAST_MONTH and (day is None or 1 <= day <= _LAST_DAY):
        yield Date(year=year, month=month, day=day)
