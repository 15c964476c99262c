"""Are a claim's dates and numbers those of its quotes: the same days, of the same thing, and no more exact? Whether a number
stands in the quotes at all is not asked here.
"""

from collections.abc import Iterator, Sequence

from policies.amounts import Amount, amounts, bounds, units
from policies.dates import Date, Written, dates
from policies.verbatim import fold, stands_in
from policies.written import numbers

_YEAR = 4  # digits


def without_days(text: str) -> str:
    """Of a day the parts are no numbers and names of their own; of `June 2026` they are."""
    for date in _days(text):
        text = text.replace(date.text, " " * len(date.text), 1)
    return text


def other_days(text: str, quotes: Sequence[str]) -> Iterator[str]:
    whole = " ".join(quotes)
    known = _each(quotes)
    years = frozenset(int(one) for one in numbers(whole) if one.isdecimal() and len(one) == _YEAR)
    for date in _days(text):
        if not _is_proven(date, known, years, whole):
            yield date.text


def other_units(text: str, quotes: Sequence[str]) -> Iterator[str]:
    """Numbers that the quotes have, of something else: `5 hours` for `5 days`."""
    known = units(" ".join(quotes))
    for amount, same in _proven(text, quotes):
        if not _is_of_the_same(amount, same, known):
            yield str(amount)


def other_bounds(text: str, quotes: Sequence[str]) -> Iterator[str]:
    """Numbers that are more exact than they are there, or less, and the other side of a day."""
    known, said = bounds(" ".join(quotes)), bounds(text)
    for amount, same in _proven(text, quotes):
        if not _is_as_exact(amount, same, known, said):
            yield str(amount)
    yield from _other_sides(dates(text), _each(quotes))


def _days(text: str) -> list[Written]:
    return [date for date in dates(fold(text)) if any(reading.day is not None for reading in date.readings)]


def _each(quotes: Sequence[str]) -> list[Written]:
    """Of the quotes, and of all of them as one text: a claim that is its quotes says what they say together."""
    return [*dates(" ".join(quotes)), *(date for quote in quotes for date in dates(quote))]


def _proven(text: str, quotes: Sequence[str]) -> Iterator[tuple[Amount, Sequence[Amount]]]:
    """Each amount with those of the quotes that have its number."""
    proven = [*amounts(" ".join(quotes)), *(amount for quote in quotes for amount in amounts(quote))]
    for amount in dict.fromkeys(amounts(text)):
        same = [one for one in proven if one.number == amount.number]
        if same:
            yield amount, same


def _is_proven(date: Written, known: Sequence[Written], years: frozenset[int], quoted: str) -> bool:
    """One that may be two days is proven by the same words only."""
    if stands_in(date.text, quoted):
        return True
    return len(date.readings) == 1 and any(
        len(other.readings) == 1 and _reading(date).is_within(_reading(other), years) for other in known
    )


def _reading(date: Written) -> Date:
    (reading,) = date.readings
    return reading


def _is_of_the_same(amount: Amount, proven: Sequence[Amount], units: frozenset[str]) -> bool:
    """A unit may stand elsewhere, as over a column, if the number has no other; what multiplies it may not be left out."""
    return any(
        one.times == amount.times and (amount.unit in (None, one.unit) or (one.unit is None and amount.unit in units))
        for one in proven
    )


def _is_as_exact(amount: Amount, proven: Sequence[Amount], known: frozenset[str], said: frozenset[str]) -> bool:
    """`The limit is 5 days` says what `up to 5 days` does, in another place."""
    return any(
        one.bound == amount.bound
        or (one.bound is None and amount.bound in known)
        or (amount.bound is None and one.bound in said)
        for one in proven
    )


def _other_sides(written: Sequence[Written], proven: Sequence[Written]) -> Iterator[str]:
    """`After 3 June` for `before 3 June`."""
    for date in written:
        bounds = {other.bound for other in proven if other.readings & date.readings}
        if date.bound is not None and bounds and not bounds & {date.bound, None}:
            yield f"{date.bound} {date.text}"
