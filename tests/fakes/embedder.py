"""Meaning without a model: texts that share words are near each other."""

import hashlib
import re
from collections.abc import Callable, Sequence

import numpy as np

from bot.core.errors import Unembedded
from bot.core.ports import NOBODYS, Embedder, Errand, Vector

_DIMENSIONS = 64


def tokens(text: str) -> list[str]:
    return re.findall(r"\w+", text.lower())


class HashingEmbedder(Embedder):
    """A bag of words, hashed. A text without words points in a direction of its own. Of another name, it has other vectors."""

    def __init__(self, name: str = "hashing") -> None:
        self._name = name
        self.errands: list[Errand] = []

    @property
    def name(self) -> str:
        return self._name

    @property
    def dimensions(self) -> int:
        return _DIMENSIONS

    def embed(self, texts: Sequence[str], *, errand: Errand = NOBODYS) -> Vector:
        self.errands.append(errand)
        rows = np.zeros((len(texts), _DIMENSIONS), dtype=np.float32)
        for row, text in zip(rows, texts, strict=True):
            for token in tokens(text) or [""]:
                row[self._place(token)] += 1
        unit: Vector = (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)
        return unit

    def _place(self, token: str) -> int:
        named = token if self._name == "hashing" else f"{self._name} {token}"
        return int.from_bytes(hashlib.sha256(named.encode()).digest()[:4]) % _DIMENSIONS


class CountingEmbedder(HashingEmbedder):
    """Keeps what it was asked to embed. `before`: what happens just before each call, of which there were so many."""

    def __init__(self, name: str = "hashing", before: Callable[[int], object] = lambda _: None) -> None:
        super().__init__(name)
        self.texts: list[str] = []
        self.calls = 0
        self.before = before

    def embed(self, texts: Sequence[str], *, errand: Errand = NOBODYS) -> Vector:
        self.before(self.calls)
        self.calls += 1
        self.texts += texts
        return super().embed(texts, errand=errand)


class SilentEmbedder(HashingEmbedder):
    """Gives no vectors after it has given some, `times` often, `because` of that."""

    def __init__(self, times: int = 0, *, because: str = "busy") -> None:
        super().__init__()
        self._left, self._because = times, because

    def embed(self, texts: Sequence[str], *, errand: Errand = NOBODYS) -> Vector:
        self._left -= 1
        if self._left < 0:
            raise Unembedded(self.name, self._because)
        return super().embed(texts, errand=errand)
