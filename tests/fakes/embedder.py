"""Meaning without a model: texts that share words are near each other."""

import hashlib
import re
from collections.abc import Sequence

import numpy as np

from bot.core.errors import Unembedded
from bot.core.ports import Embedder, Vector

_DIMENSIONS = 64


def tokens(text: str) -> list[str]:
    return re.findall(r"\w+", text.lower())


class HashingEmbedder(Embedder):
    """A bag of words, hashed. A text without words points in a direction of its own."""

    @property
    def name(self) -> str:
        return "hashing"

    @property
    def dimensions(self) -> int:
        return _DIMENSIONS

    def embed(self, texts: Sequence[str]) -> Vector:
        rows = np.zeros((len(texts), _DIMENSIONS), dtype=np.float32)
        for row, text in zip(rows, texts, strict=True):
            for token in tokens(text) or [""]:
                row[int.from_bytes(hashlib.sha256(token.encode()).digest()[:4]) % _DIMENSIONS] += 1
        unit: Vector = (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)
        return unit


class SilentEmbedder(HashingEmbedder):
    """Gives no vectors after it has given some, `times` often."""

    def __init__(self, times: int = 0) -> None:
        self._left = times

    def embed(self, texts: Sequence[str]) -> Vector:
        self._left -= 1
        if self._left < 0:
            raise Unembedded(self.name, "busy")
        return super().embed(texts)
