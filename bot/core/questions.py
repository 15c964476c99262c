"""Which questions does a message put? What is said between two of them belongs to the one that follows. Pure."""

import re
from collections.abc import Iterator
from typing import Final

from bot.core.sentences import sentences

_ASKS: Final = re.compile(r"[?？][\"'”’)\]*_`]*$|か。$")
_MARKER: Final = re.compile(r"^\s*(?:[-*•]|\(?\d{1,2}[.)]|[a-z]\))\s+")
_FEWEST_WORDS: Final = 3  # `Really?` and `Why not?` go with what was asked before
_FEWEST_SIGNS: Final = 8  # the same in a script without spaces


def questions(text: str) -> tuple[str, ...]:
    """In their order, as they were put. One, where it is not plain that there are several."""
    found: list[str] = []
    held: list[str] = []
    for sentence, is_listed in _sentences(text):
        held.append(sentence)
        if not _ASKS.search(sentence):
            continue
        if found and not (is_listed or _stands_alone(sentence)):
            found[-1] = " ".join((found[-1], *held))
        else:
            found.append(" ".join(held))
        held = []
    if len(found) <= 1:
        return (text,)
    return (*found[:-1], " ".join((found[-1], *held)))


def _sentences(text: str) -> Iterator[tuple[str, bool]]:
    """And whether it is a point of a list, which is put for itself."""
    for line in text.splitlines():
        marker = _MARKER.match(line)
        for sentence in sentences(line[marker.end() :] if marker else line):
            yield sentence, marker is not None


def _stands_alone(sentence: str) -> bool:
    if not sentence.isascii() and " " not in sentence.strip():
        return len(sentence) >= _FEWEST_SIGNS
    return len(re.findall(r"\w+", sentence)) >= _FEWEST_WORDS
