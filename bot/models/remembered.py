"""An embedder that remembers: the question is compared twice, and the sentences of popular documents over and over."""

import threading
from collections.abc import Sequence

import numpy as np
from cachetools import LRUCache

from bot.core.ports import Embedder, Vector

_MOST = 4096  # 1.5 kB each
_LONGEST = 1000  # characters: passages are embedded once in their life, and need not be remembered


class Remembered:
    """The port `Embedder`. Key: the text. Nothing ends it but room: one embedder's vector of a text never changes."""

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder
        self._vectors: LRUCache[str, Vector] = LRUCache(_MOST)
        self._lock = threading.Lock()

    @property
    def name(self) -> str:
        return self._embedder.name

    @property
    def dimensions(self) -> int:
        return self._embedder.dimensions

    def embed(self, texts: Sequence[str]) -> Vector:
        with self._lock:
            known = {text: vector for text in texts if (vector := self._vectors.get(text)) is not None}
        fresh = [text for text in dict.fromkeys(texts) if text not in known]
        if fresh:
            known.update(zip(fresh, self._embedder.embed(fresh), strict=True))
            with self._lock:
                self._vectors.update((text, known[text]) for text in fresh if len(text) <= _LONGEST)
        return np.array([known[text] for text in texts], dtype=np.float32).reshape(len(texts), self.dimensions)
