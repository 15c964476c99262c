"""Does a quote stand in a text, word for word? White space is layout, and half a word or half a number is another one."""

import re
import unicodedata


def fold(text: str) -> str:
    """White space is layout, not content; composed and decomposed accents are the same letter."""
    return " ".join(unicodedata.normalize("NFC", text).split())


def says_something(text: str) -> bool:
    return any(character.isalnum() for character in text)


def stands_in(quote: str, text: str) -> bool:
    """Whole words and whole numbers only: `10` does not stand in `100`, nor `able` in `unable`."""
    at = text.find(quote)
    while at >= 0 and (_cuts(text, at) or _cuts(text, at + len(quote))):
        at = text.find(quote, at + 1)
    return at >= 0


def place_of(quote: str, text: str) -> tuple[int, int] | None:
    """Where it stands so in a text whose accents are composed, and whose white space is as it was written."""
    words = fold(quote).split(" ")
    looks = re.compile(r"\s+".join(map(re.escape, words)))
    match = looks.search(text) if words != [""] else None
    while match and (_cuts(text, match.start()) or _cuts(text, match.end())):
        match = looks.search(text, match.start() + 1)
    return match.span() if match else None


_JOINS_DIGITS = frozenset(".,:/'’-")
_UNSPACED = "\u2e80"  # from here on scripts write words without spaces between them


def _cuts(text: str, at: int) -> bool:
    """Whether a border at `at` goes through a word or a number."""
    before, after = text[max(0, at - 2) : at], text[at : at + 2]
    if not before or not after:
        return False
    left, right = before[-1], after[0]
    if left.isdigit() and right in _JOINS_DIGITS:
        return after[1:].isdigit()
    if left in _JOINS_DIGITS and right.isdigit():
        return before[:-1].isdigit()
    return all((side.isalnum() or side == "_") and side < _UNSPACED for side in (left, right))
