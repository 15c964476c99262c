"""How much of what a claim says do its quotes say, in words? A number from 0 to 1: shared words near each other, and shared
pairs of words. It knows no meaning, so it can only tell that a claim speaks of something else.
"""

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from policies.languages import ENGLISH, OTHERS, folded

_WORD = re.compile(r"\w+")
_SENTENCE = re.compile(r"(?<=[.!?])\s+|\n+")
_BESIDE = 1  # sentence more than a claim has, in which its words have to stand
_WORDS, _PAIRS = 0.6, 0.4  # any near them do as well (`python -m tests.bench.grounding`)
_STEM = 5  # characters by which two forms of a word are one: there is no stemmer here
_NOT_SAID = ENGLISH.common.union(*(language.common for language in OTHERS if language.code in {"de", "nl"}))


def support(claim: str, quotes: Sequence[str], beside: Sequence[str] = ()) -> float:
    """What stands `beside` them, in the question or a heading, needs no proof, and is none."""
    given = {word for text in beside for word in _words(text)}
    words = _words(claim)
    said = frozenset(words) - given
    if not said:
        return 1.0
    near = _near(said, quotes, _BESIDE + len(_sentences(claim)))
    pairs = {pair for pair in pairwise(words) if not given.issuperset(pair)}
    if not pairs:
        return near
    proven = {pair for quote in quotes for pair in pairwise(_words(quote))}
    return _WORDS * near + _PAIRS * len(pairs & proven) / len(pairs)


def _near(wanted: frozenset[str], quotes: Sequence[str], together: int) -> float:
    """The share of the words that stand in so many sentences of each quote, those that have the most of them."""
    best = (
        max((wanted.intersection(_words(few)) for few in _runs(quote, together)), key=len, default=frozenset())
        for quote in quotes
    )
    return len(frozenset[str]().union(*best)) / len(wanted)


def _runs(quote: str, together: int) -> Iterator[str]:
    found = _sentences(quote)
    for first in range(max(1, len(found) - together + 1)):
        yield " ".join(found[first : first + together])


def _sentences(text: str) -> list[str]:
    return [sentence for sentence in _SENTENCE.split(text) if sentence.strip()]


def _words(text: str) -> list[str]:
    """Those that say something."""
    words = (folded(word) for word in _WORD.findall(text.lower()))
    return [word[:_STEM] for word in words if word not in _NOT_SAID]
