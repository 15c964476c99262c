"""Is the first row of a table, which nothing marks, the names of its columns? Pure. Where it is taken for that in error a row
is repeated; where it is not, every other row is cited without what its numbers are.
"""

import re
from collections.abc import Sequence
from typing import Final

_LONGEST: Final = 80  # characters of a column's name
_VALUE = re.compile(r"[-+(]?\W{0,3}\d[\d.,:/ %-]*\W{0,3}[A-Za-z€$£%]{0,4}\)?")
_PERIOD = re.compile(r"(?:19|20)\d\d(?:\s*[/–-]\s*\d{2,4})?(?: \D+)?|Q[1-4]\b.*|[A-Z][a-z]{2,8} (?:19|20)\d\d")
_A_TABLE: Final = 2  # rows, or columns, at least


def is_header(rows: Sequence[Sequence[str]], *, stands_out: bool = False) -> bool:
    """Of texts. `stands_out`: it looks otherwise than those below, in bold or shaded."""
    if len(rows) < _A_TABLE or len(rows[0]) < _A_TABLE:
        return False
    first, below = rows[0], rows[1:]
    named = [text for text in first[1:] if text]
    if len(named) < len(first) - 1 or len(set(first)) < len(first):
        return False
    if any(len(text) > _LONGEST or _is_value(text) for text in first):
        return False
    return stands_out or len(first) > _A_TABLE or not first[0].endswith(":") or _differs(first, below)


def _differs(first: Sequence[str], below: Sequence[Sequence[str]]) -> bool:
    """Somewhere there are values below what is none."""
    return any(
        sum(_is_value(row[at]) for row in below if at < len(row)) * 2 > len(below)
        for at, text in enumerate(first)
        if not _is_value(text)
    )


def _is_value(text: str) -> bool:
    """A year or a quarter is a name of a column as often as a value, and above others of its kind it is one."""
    return bool(_VALUE.fullmatch(text)) and not _PERIOD.fullmatch(text)
