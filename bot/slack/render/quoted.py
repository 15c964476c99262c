"""Where in its passage does a quote stand? It is found as the contract finds it, and shown with what is around it."""

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from bot.slack.render.characters import shortened, visible
from bot.slack.render.parts import Run, Runs
from policies.verbatim import fold

AROUND = 200  # characters before and behind a quote
MOST_CHARACTERS = 2_500  # of a passage
_WORD = re.compile(r"\S+")


class _Span(NamedTuple):
    start: int
    end: int


def pieces(passage: str, quotes: Sequence[str]) -> Runs:
    """The quotes in bold, within a window of the passage's text; what is left out is an ellipsis."""
    text = unicodedata.normalize("NFC", passage)
    quoted = _merged(_spans(text, quotes), gap=0)
    if not quoted:
        return (Run(visible(shortened(text, 2 * AROUND))),)
    windows = _merged([_wider(span, text) for span in quoted], gap=AROUND // 2)
    return tuple(_within(_runs(text, windows, quoted)))


def _spans(text: str, quotes: Sequence[str]) -> list[_Span]:
    """In the text itself, of what is found in the text with its white space folded."""
    words = [match.span() for match in _WORD.finditer(text)]
    folded = " ".join(text[start:end] for start, end in words)
    starts, at = [], 0  # of each word, in the folded text
    for start, end in words:
        starts.append(at)
        at += end - start + 1

    def place(offset: int) -> int:
        word = bisect_right(starts, offset) - 1
        return words[word][0] + offset - starts[word]

    found = []
    for wanted in filter(None, map(fold, quotes)):
        first = _whole(folded, wanted)
        if first >= 0:
            found.append(_Span(place(first), place(first + len(wanted) - 1) + 1))
    return found


def _whole(text: str, wanted: str) -> int:
    """Whole words before parts of words: `10` is not to be shown in `100`."""
    found = re.search(rf"(?<!\w){re.escape(wanted)}(?!\w)", text)
    return found.start() if found else text.find(wanted)


def _wider(span: _Span, text: str) -> _Span:
    """To the borders of words."""
    start = max(span.start - AROUND, 0)
    if start:
        start = (
            next((match.end() for match in re.finditer(r"\s", text[start : span.start])), span.start - start) + start
        )
    end = min(span.end + AROUND, len(text))
    if end < len(text):
        cut = max(text.rfind(space, span.end, end) for space in " \n")
        end = cut if cut >= 0 else span.end
    return _Span(start, end)


def _merged(spans: Sequence[_Span], *, gap: int) -> list[_Span]:
    found: list[_Span] = []
    for span in sorted(spans):
        if found and span.start <= found[-1].end + gap:
            found[-1] = _Span(found[-1].start, max(found[-1].end, span.end))
        else:
            found.append(span)
    return found


def _runs(text: str, windows: Sequence[_Span], quoted: Sequence[_Span]) -> Iterator[Run]:
    shown = 0
    for window in windows:
        if window.start > shown:
            yield Run("… " if shown == 0 else " … ")
        at = window.start
        for span in (span for span in quoted if window.start <= span.start < window.end):
            yield Run(text[at : span.start])
            yield Run(text[span.start : span.end], bold=True)
            at = span.end
        yield Run(text[at : window.end])
        shown = window.end
    if shown < len(text):
        yield Run(" …")


def _within(runs: Iterator[Run]) -> Iterator[Run]:
    left = MOST_CHARACTERS
    for run in runs:
        text = shortened(visible(run.text), left) if left > 0 else ""
        if text:
            yield Run(text, bold=run.bold)
        left -= len(run.text)
