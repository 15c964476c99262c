"""How does a text read to somebody who looks for numbers? Digits of every script are digits, and what leaves no mark between
two characters is not there. Each character knows where it came from.
"""

import re
import unicodedata
from array import array
from collections.abc import Sequence
from typing import NamedTuple

_ESCAPE = re.compile(r"\\(?=[!-/:-@\[-`{-~])")  # Markdown's: `sk\_live` reads as `sk_live`
_NO_MARK = frozenset({"Cf", "Mn", "Me", "Cc"})
_LINE_ENDS = frozenset("\n\r\t\x0b\x0c\x85\u2028\u2029")


class Seen(NamedTuple):
    """`places`: of each character, where it stands in the original. None: where it stands here."""

    text: str
    places: Sequence[int] | None
    length: int

    def place(self, first: int, end: int) -> tuple[int, int]:
        if self.places is None:
            return first, end
        return self.places[first], self.places[end - 1] + 1


def seen(text: str) -> Seen:
    read = {ord(character): _read(character) for character in set(text) if not " " <= character <= "~"}
    whole = text.translate({code: character or "\0" for code, character in read.items()})
    escapes = [match.start() for match in _ESCAPE.finditer(whole)] if "\\" in whole else []
    if "\0" not in whole and not escapes:
        return Seen(whole, None, len(text))
    skipped = frozenset(escapes)
    places = array("l", (at for at, character in enumerate(whole) if character != "\0" and at not in skipped))
    return Seen("".join([whole[at] for at in places]), places, len(text))


def _read(character: str) -> str:
    """One character, or none."""
    if character in _LINE_ENDS:
        return "\t" if character == "\t" else "\n"
    category = unicodedata.category(character)
    if category in _NO_MARK:
        return ""
    if category == "Zs":
        return " "
    if category == "Pd" or character == "\u2212":
        return "-"
    plain = unicodedata.normalize("NFKC", character)
    if len(plain) == 1 and plain != character:
        return _read(plain) if plain > "~" else plain
    digit = unicodedata.decimal(character, None)
    return str(digit) if digit is not None else character
