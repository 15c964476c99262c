"""How does a workbook show a value? By its number format, as far as people use them: figures, money, shares, dates. Pure.

What is shown is what somebody would look for, and what an answer quotes. A format that is not understood shows the value.
"""

import re
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Final, NamedTuple

GENERAL: Final = "General"
_LOCAL_DATE: Final = frozenset({"mm-dd-yy", "m/d/yy", "m/d/yyyy"})  # shown by each reader's own country
_TOKEN = re.compile(
    r'"(?P<said>[^"]*)"|\\(?P<one>.)|\[\$(?P<money>[^\]-]*)(?:-[^\]]*)?\]|\[(?P<span>[hms]+)\]|\[[^\]]*\]|_.|\*.'
    r"|(?P<half>AM/PM|A/P)|(?P<moment>y+|m+|d+|h+|s+(?:\.0+)?)|(?P<digits>(?:[0#?][0#?,]*(?:\.[0#?]+)?|\.[0#?]+),*)"
    r"|(?P<share>%)|(?P<power>E[+-]0+)|(?P<text>@)|(?P<sign>.)",
    re.IGNORECASE | re.DOTALL,
)
_SECTIONS = re.compile(r'"[^"]*"|\\.|(;)')
_LONGEST: Final = 200  # characters of a format
_MOST_DECIMALS: Final = 20
_EXACT: Final = 15  # digits that such a number has at all
_WHOLE: Final = 1e15
_MONTHS: Final = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
_DAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_NOON: Final = 12
_SHORT: Final = 3  # letters: `mmm`, `ddd`

Value = str | int | float | bool | date | datetime | time | timedelta | None


class _Token(NamedTuple):
    kind: str
    text: str


def shown(value: object, number_format: str) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "TRUE" if value else "FALSE"
        case datetime() | date() | time():
            return _moment(value, number_format)
        case timedelta():
            return _span(value)
        case int() | float():
            return _number(value, number_format)
        case _:
            return str(value)


def _number(value: float, number_format: str) -> str:
    if value != value or abs(value) == float("inf"):  # noqa: PLR0124 - which no number is
        return ""
    if number_format == GENERAL or len(number_format) > _LONGEST:
        return _plain(value)
    sections = _split(number_format)
    section, value = _section(sections, value)
    tokens = list(_tokens(section))
    digits = [token for token in tokens if token.kind == "digits"]
    if any(token.kind in {"moment", "power", "half", "span"} for token in tokens):
        return _plain(value)
    if len(digits) != 1:
        return _plain(value) if not tokens or digits or section.strip() == GENERAL else _said(tokens)
    shares = sum(token.kind == "share" for token in tokens)
    figure = _figure(abs(value) * 100**shares, digits[0].text)
    text = "".join(figure if token.kind == "digits" else token.text for token in tokens)
    return " ".join((f"-{text.strip()}" if value < 0 else text).split())


def _section(sections: list[str], value: float) -> tuple[str, float]:
    """The second shows what is below nothing, and by itself says so; the third shows nothing."""
    if value < 0 and len(sections) > 1 and sections[1]:
        return sections[1], -value
    if value == 0 and len(sections) > 2 and sections[2]:  # noqa: PLR2004 - positive; negative; zero; text
        return sections[2], value
    return sections[0], value


def _split(number_format: str) -> list[str]:
    found, start = [], 0
    for border in _SECTIONS.finditer(number_format):
        if border.group(1):
            found.append(number_format[start : border.start()])
            start = border.end()
    return [*found, number_format[start:]]


def _tokens(section: str) -> Iterator[_Token]:
    for found in _TOKEN.finditer(section):
        match found.lastgroup:
            case None:
                continue
            case "said" | "one" | "money" | "sign":
                yield _Token("said", found.group(found.lastgroup))
            case kind:
                yield _Token(kind, found.group())


def _said(tokens: list[_Token]) -> str:
    return " ".join("".join(token.text for token in tokens if token.kind == "said").split())


def _figure(value: float, digits: str) -> str:
    shape = digits.rstrip(",")
    value /= 1000 ** (len(digits) - len(shape))
    whole, _, decimals = shape.partition(".")
    least, most = decimals.count("0"), min(len(decimals), _MOST_DECIMALS)
    text = f"{value:,.{most}f}" if "," in whole else f"{value:.{most}f}"
    before, _, after = text.partition(".")
    after = after[:least] + after[least:].rstrip("0")
    before = before.zfill(whole.count("0")) if "," not in whole else before
    return f"{before}.{after}" if after else before


def _plain(value: float) -> str:
    if isinstance(value, int) or (value.is_integer() and abs(value) < _WHOLE):
        return str(int(value))
    return f"{value:.{_EXACT}g}"


def _moment(value: date | time, number_format: str) -> str:
    section = _split(number_format)[0]
    tokens = list(_tokens(section)) if len(section) <= _LONGEST else []
    if section.lower() in _LOCAL_DATE or not any(token.kind == "moment" for token in tokens):
        return _iso(value)
    halves = any(token.kind == "half" for token in tokens)
    return "".join(_written(tokens, value, halves=halves)).strip()


def _iso(value: date | time) -> str:
    if isinstance(value, datetime) and value.time() == time():
        return value.date().isoformat()
    return value.isoformat(sep=" ", timespec="minutes") if isinstance(value, datetime) else value.isoformat()


def _written(tokens: list[_Token], value: date | time, *, halves: bool) -> Iterator[str]:
    """`m` is minutes beside hours or seconds, and else a month."""
    moments = [at for at, token in enumerate(tokens) if token.kind == "moment"]
    for at, token in enumerate(tokens):
        text = token.text.lower()
        match token.kind:
            case "said":
                yield token.text
            case "half":
                yield "PM" if getattr(value, "hour", 0) >= _NOON else "AM"
            case "moment" if text[0] == "m" and not _beside_time(tokens, moments, at):
                yield _month(value, len(text))
            case "moment":
                yield _part(value, text, halves=halves)
            case _:
                continue


def _beside_time(tokens: list[_Token], moments: list[int], at: int) -> bool:
    place = moments.index(at)
    before = tokens[moments[place - 1]].text.lower() if place else ""
    after = tokens[moments[place + 1]].text.lower() if place + 1 < len(moments) else ""
    return before.startswith("h") or after.startswith("s")


def _month(value: date | time, length: int) -> str:
    if isinstance(value, time):
        return ""
    if length < _SHORT:
        return f"{value.month:0{length}}"
    name = _MONTHS[value.month - 1]
    return name[:_SHORT] if length == _SHORT else name


def _part(value: date | time, text: str, *, halves: bool) -> str:
    match text[0]:
        case "y" if isinstance(value, date):
            return f"{value.year:04}" if len(text) >= _SHORT else f"{value.year % 100:02}"
        case "d" if isinstance(value, date):
            name = _DAYS[value.weekday()]
            return (f"{value.day:0{len(text)}}", name[:_SHORT], name)[min(2, max(0, len(text) - 2))]
        case "h":
            hour = getattr(value, "hour", 0)
            return f"{(hour % _NOON or _NOON) if halves else hour:0{min(2, len(text))}}"
        case "m":
            return f"{getattr(value, 'minute', 0):0{min(2, len(text))}}"
        case "s":
            return f"{getattr(value, 'second', 0):0{min(2, len(text.partition('.')[0]))}}"
        case _:
            return ""


def _span(value: timedelta) -> str:
    minutes, seconds = divmod(int(value.total_seconds()), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}"
