"""Which kind of examples is a text likest: by its words, by those that it begins with, and by what it means? Pure, and the
same for the same examples.

Ridge regression in two kernels. By words, an example counts as far as it shares rare ones; by meaning, as far as its vector
is nearer than those of two examples usually are, which makes embedders comparable. What two kinds score adds up to what both
together would score.
"""

import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray

from bot.core.ports import Vector

_SHARP: Final = 3.0  # how much more the nearest examples count
_RIDGE: Final = 0.05
_HEAD: Final = 2.0  # what a word weighs with which the request itself begins
_READ: Final = 600  # characters: what somebody wants stands at the beginning, or is short
_WORD = re.compile(r"[぀-ヿ㐀-鿿]+|[^\W_]+(?:'[^\W_]+)?")
_UNSPACED = re.compile(r"[぀-ヿ㐀-鿿]")
_LEADING: Final = frozenset(  # words that lead up to a request, and are none of it
    re.findall(
        r"\S+",
        """
        please pls hey hi hello ok okay so well now just kindly also and can could would will should may you we u i i'd i'll
        i'm mind to need want like love have let's lets let us me help really bitte kannst könntest du ich
        """,
    )
)

Scores = Mapping[str, float]
_Floats = NDArray[np.float64]
_Marks = Mapping[str, float]


def plain(text: str) -> str:
    """As it is compared: a capital or a question mark is no reason to take it for something else."""
    return " ".join(text[:_READ].lower().replace("’", "'").split()).rstrip("?.!？。！¿¡ ").lstrip("¿¡")


class Likeness:
    """`vectors`: of the plain examples, one row each. None: by words alone."""

    def __init__(self, examples: Mapping[str, Sequence[str]], vectors: Vector | None) -> None:
        pairs = [(text, kind) for kind, texts in examples.items() for text in texts]
        assert pairs, "there is nothing that a text could be like"
        self._kinds = tuple(examples)
        self._vectors = vectors.astype(np.float64) if vectors is not None else None
        self._usual = _usual(self._vectors)
        marks = [_marks(plain(text)) for text, _ in pairs]
        self._size = len(pairs)
        held = Counter(mark for each in marks for mark in each)
        self._rarity = {mark: math.log((self._size + 1) / (count + 0.5)) for mark, count in held.items()}
        self._postings = self._posted(marks)
        counts = Counter(kind for _, kind in pairs)
        is_of = np.array([[float(kind == one) for one in self._kinds] for _, kind in pairs])
        self._share = is_of.mean(axis=0)
        fewer = np.array([math.sqrt(counts[kind] * len(counts) / self._size) for _, kind in pairs])
        kernel = self._words_shared()
        if self._vectors is not None:
            kernel += self._nearness(self._vectors @ self._vectors.T)
        self._weights: _Floats = np.linalg.solve(kernel + _RIDGE * np.diag(fewer), is_of - self._share)

    def scores(self, text: str, vector: Vector | None) -> Scores:
        """`vector`: of the plain text, where there are any."""
        near = self._by_words(_marks(plain(text)))
        if self._vectors is not None:
            assert vector is not None, "what was compared by meaning is compared by meaning"
            near = near + self._nearness(self._vectors @ vector.astype(np.float64))
        found = near @ self._weights + self._share
        return {kind: round(float(score), 6) for kind, score in zip(self._kinds, found, strict=True)}

    def _nearness(self, cosines: _Floats) -> _Floats:
        near: _Floats = np.exp(_SHARP * ((cosines - self._usual) / (1 - self._usual) - 1))
        return near

    def _posted(self, marks: Sequence[_Marks]) -> Mapping[str, tuple[NDArray[np.intp], _Floats]]:
        found: defaultdict[str, list[tuple[int, float]]] = defaultdict(list)
        for row, each in enumerate(marks):
            for mark, weight in self._unit(each).items():
                found[mark].append((row, weight))
        return {
            mark: (np.array([row for row, _ in rows], dtype=np.intp), np.array([weight for _, weight in rows]))
            for mark, rows in found.items()
        }

    def _words_shared(self) -> _Floats:
        shared = np.zeros((self._size, self._size))
        for rows, weights in self._postings.values():
            shared[np.ix_(rows, rows)] += np.outer(weights, weights)
        return shared

    def _unit(self, marks: _Marks) -> _Marks:
        never = math.log(2 * (self._size + 1))
        weighed = {mark: weight * self._rarity.get(mark, never) for mark, weight in marks.items()}
        length = math.sqrt(sum(weight * weight for weight in weighed.values()))
        return {mark: weight / length for mark, weight in weighed.items()} if length else {}

    def _by_words(self, marks: _Marks) -> _Floats:
        found = np.zeros(self._size)
        for mark, weight in self._unit(marks).items():
            if mark in self._postings:
                rows, weights = self._postings[mark]
                found[rows] += weight * weights
        return found


def _usual(vectors: _Floats | None) -> float:
    """The cosine of two examples that have nothing to do with each other."""
    if vectors is None:
        return 0.0
    middle = vectors.mean(axis=0)
    return min(0.95, max(0.0, float(middle @ middle)))


def _marks(text: str) -> _Marks:
    """Words, pairs of words, how it begins, and how the request in it begins."""
    words = [word for run in _WORD.findall(text) for word in _split(run)]
    first = next((at for at, word in enumerate(words) if word not in _LEADING), len(words) - 1)
    head = words[max(first, 0) :]
    marks = dict.fromkeys((*words, *_pairs(words)), 1.0)
    marks |= dict.fromkeys((f"^{start}" for start in (*words[:1], *_pairs(words)[:1])), 1.0)
    marks |= dict.fromkeys((f"!{start}" for start in (*head[:1], *_pairs(head)[:1])), _HEAD)
    if words and _UNSPACED.match(words[-1]):
        marks[f"{words[-1]}$"] = _HEAD  # what is wanted stands at the end
    return marks


def _split(run: str) -> Iterator[str]:
    """A script without spaces by each two of its characters."""
    if not _UNSPACED.match(run) or len(run) == 1:
        yield run
        return
    yield from (run[at : at + 2] for at in range(len(run) - 1))


def _pairs(words: Sequence[str]) -> list[str]:
    return [f"{one} {two}" for one, two in pairwise(words)]
