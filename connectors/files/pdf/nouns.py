"""What stands where on a page. Places are in points, from the left and from the bottom."""

from collections.abc import Sequence
from typing import NamedTuple


class Word(NamedTuple):
    text: str
    left: float
    bottom: float
    right: float
    top: float
    size: float
    is_bold: bool

    @property
    def middle(self) -> float:
        return (self.bottom + self.top) / 2


class Line(NamedTuple):
    """Words at one height, from the left."""

    words: tuple[Word, ...]

    @property
    def text(self) -> str:
        return " ".join(word.text for word in self.words)

    @property
    def left(self) -> float:
        return self.words[0].left

    @property
    def right(self) -> float:
        return max(word.right for word in self.words)

    @property
    def top(self) -> float:
        return max(word.top for word in self.words)

    @property
    def bottom(self) -> float:
        return min(word.bottom for word in self.words)

    @property
    def size(self) -> float:
        """Of most of its letters: a sign before it, or for a note, may be another."""
        letters: dict[float, int] = {}
        for word in self.words:
            letters[word.size] = letters.get(word.size, 0) + len(word.text)
        return max(letters, key=lambda size: letters[size])

    @property
    def is_bold(self) -> bool:
        return all(word.is_bold for word in self.words)


class Page(NamedTuple):
    """`rules`: heights at which a line is drawn across, each with its left and its right end."""

    number: int
    width: float
    height: float
    lines: tuple[Line, ...]
    rules: tuple[tuple[float, float, float], ...] = ()


_SAME_HEIGHT = 0.35  # of the size of a letter


def lines(words: Sequence[Word]) -> tuple[Line, ...]:
    """From the top. What stands a little higher, as a sign for a note does, is still of the line."""
    found: list[list[Word]] = []
    for word in sorted(words, key=lambda word: -word.middle):
        if found and abs(found[-1][0].middle - word.middle) <= _SAME_HEIGHT * max(found[-1][0].size, word.size):
            found[-1].append(word)
        else:
            found.append([word])
    return tuple(Line(tuple(sorted(line, key=lambda word: word.left))) for line in found)
