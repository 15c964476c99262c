"""Lines as what somebody wrote: headings, lists, paragraphs. A word that was cut at the end of a line is whole again."""

import re
from collections.abc import Collection, Iterator, Sequence
from itertools import pairwise
from typing import Final

from connectors.files.pdf.nouns import Line, Page
from connectors.markdown.blocks import Block, Entry, Heading, Listing, Paragraph, Run

_LARGER: Final = 1.12  # than the text
_APART: Final = 1.45  # distances between the lines of a paragraph
_FAR: Final = 0.6  # of the size of a letter
_TIGHT: Final = 1.4  # sizes of a letter, between the lines of one heading
_SHORT: Final = 0.8  # of the width of the text
_INDENT: Final = 1.0  # of the size of a letter
_LONGEST_HEADING: Final = 120
_MOST_LEVELS: Final = 4  # 1 is the document's, 2 the page's
_POINT = re.compile(r"[-•·▪◦‣*–—o\uf0b7]")
_STEP = re.compile(r"(\d{1,3})[.)]")
_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
_CUT = re.compile(r"([^\W\d_]+(?:-[^\W\d_]+)*)-$")
_END: Final = (".", "!", "?", ":", ";")


def vocabulary(pages: Sequence[Page]) -> frozenset[str]:
    """The words that stand somewhere whole."""
    return frozenset(
        found.lower()
        for page in pages
        for line in page.lines
        for word in line.words
        for found in _WORD.findall(word.text)
    )


def heading_sizes(pages: Sequence[Page], body: float) -> tuple[float, ...]:
    """From the largest."""
    found = {_half(line.size) for page in pages for line in page.lines if line.size > body * _LARGER}
    return tuple(sorted(found, reverse=True))


def blocks(found: Sequence[Line], body: float, sizes: Sequence[float], words: Collection[str]) -> Iterator[Block]:
    points: list[Entry] = []
    for group in _groups(found, body):
        text = _joined(group, words)
        point = _point(group[0])
        if point is not None:
            points.append(Entry((Paragraph((Run(_without(group[0], text)),)),), point or None))
            continue
        if points:
            yield Listing(tuple(points))
            points = []
        level = _level(group, body, sizes, text)
        yield Heading(level, (Run(text),)) if level else Paragraph((Run(text),))
    if points:
        yield Listing(tuple(points))


def _groups(found: Sequence[Line], body: float) -> Iterator[list[Line]]:
    held: list[Line] = []
    usual = _usual_distance(found)
    right = max((line.right for line in found), default=0)
    left = min((line.left for line in found), default=0)
    for line in found:
        if held and not _goes_on(held, line, usual, left, right, body):
            yield held
            held = []
        held.append(line)
    if held:
        yield held


def _usual_distance(found: Sequence[Line]) -> float:
    distances = sorted(
        (above.bottom - below.bottom) / above.size
        for above, below in pairwise(found)
        if 0.8 * above.size < above.bottom - below.bottom < 2.2 * above.size and _half(above.size) == _half(below.size)
    )
    return distances[len(distances) // 4] if distances else 1.2


def _goes_on(held: Sequence[Line], line: Line, usual: float, left: float, right: float, body: float) -> bool:
    above = held[-1]
    if _half(above.size) != _half(line.size) or above.is_bold != line.is_bold or _point(line) is not None:
        return False
    if above.bottom - line.bottom > usual * _APART * above.size or line.bottom > above.bottom:
        return False
    if above.size > body * _LARGER:
        return above.bottom - line.bottom <= _TIGHT * above.size
    is_item = _point(held[0]) is not None
    if is_item:
        return line.left > held[0].left + held[0].words[0].right - held[0].words[0].left
    is_indented = line.left > above.left + _INDENT * line.size
    ends = above.text.endswith(_END)
    return not ((is_indented and ends) or (ends and above.right - left < _SHORT * (right - left)))


def _point(line: Line) -> int | None:
    """Its number; 0 of one without."""
    if len(line.words) < 2:  # noqa: PLR2004 - a sign alone is no item
        return None
    first = line.words[0].text
    if _POINT.fullmatch(first):
        return 0
    stands_apart = line.words[1].left - line.words[0].right > _FAR * line.size
    step = _STEP.fullmatch(first if not stands_apart or not first.isdigit() else f"{first}.")
    return int(step.group(1)) if step and int(step.group(1)) else None


def _without(line: Line, text: str) -> str:
    return text[len(line.words[0].text) :].lstrip()


def _level(group: Sequence[Line], body: float, sizes: Sequence[float], text: str) -> int:
    """0: it heads nothing. What is as small as the text heads only if it is bold, and stands alone."""
    if len(text) > _LONGEST_HEADING or text.endswith((".", ";", ",")):
        return 0
    size = _half(group[0].size)
    if size in sizes:
        return min(3 + sizes.index(size), 2 + _MOST_LEVELS)
    is_alone = len(group) == 1 and group[0].is_bold and not text.endswith(":") and size >= _half(body)
    return min(3 + len(sizes), 2 + _MOST_LEVELS) if is_alone else 0


def continued(above: Sequence[Block], below: Sequence[Block], words: Collection[str]) -> list[Block]:
    """One after the other; a sentence that the end of a column cuts is one again."""
    if above and below and isinstance(above[-1], Paragraph) and isinstance(below[0], Paragraph):
        text, following = above[-1].runs[0].text, below[0].runs[0].text
        if not text.endswith(_END) and following[:1].islower():
            return [*above[:-1], Paragraph((Run(_with(text, following, words)),)), *below[1:]]
    return [*above, *below]


def _joined(group: Sequence[Line], words: Collection[str]) -> str:
    text = group[0].text
    for line in group[1:]:
        text = _with(text, line.text, words)
    return text


def _with(text: str, following: str, words: Collection[str]) -> str:
    cut = _CUT.search(text)
    if cut is None or not following[:1].islower():
        return text + following if text.endswith("/") else f"{text} {following}"
    first = _WORD.match(following)
    rest = first.group() if first else ""
    keeps = f"{cut.group(1)}-{rest}".lower() in words and f"{cut.group(1)}{rest}".lower() not in words
    return text + following if keeps else text[:-1] + following


def _half(size: float) -> float:
    return round(size * 2) / 2
