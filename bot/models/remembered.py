"""An embedder that remembers: the question is compared twice, and the sentences of popular documents over and over."""

import math
import threading
from collections.abc import Sequence

import numpy as np
from cachetools import TTLCache

from bot.core.ports import NOBODYS, Embedder, Errand, Vector

_MOST = 4096  # 4 bytes a dimension each
_LONGEST = 1000  # characters: passages are embedded once in their life, and need not be remembered


class Remembered:
    """The port `Embedder`. Key: the text. What ends it is room, and for an embedder that others may change `keep_s`, in
    seconds. `patient` is the same embedder for whoever can wait for it longer.
    """

    def __init__(self, embedder: Embedder, *, keep_s: float = math.inf, patient: Embedder | None = None) -> None:
        self._embedder, self.patient = embedder, patient or embedder
        self._vectors: TTLCache[str, Vector] = TTLCache(_MOST, ttl=keep_s)
        self._lock = threading.Lock()

    @property
    def name(self) -> str:
        return self._embedder.name

    @property
    def dimensions(self) -> int:
        return self._embedder.dimensions

    def apart(self) -> "Remembered":
        """The same embedder with a memory of its own: what one workspace asked is no matter of another's."""
        return Remembered(
            self._embedder,
            keep_s=self._vectors.ttl,
            patient=self.patient if self.patient is not self._embedder else None,
        )

    def embed(self, texts: Sequence[str], *, errand: Errand = NOBODYS) -> Vector:
        with self._lock:
            known = {text: vector for text in texts if (vector := self._vectors.get(text)) is not None}
        fresh = [text for text in dict.fromkeys(texts) if text not in known]
        if fresh:
            known.update(zip(fresh, self._embedder.embed(fresh, errand=errand), strict=True))
            with self._lock:
                self._vectors.update((text, known[text]) for text in fresh if len(text) <= _LONGEST)
        return np.array([known[text] for text in texts], dtype=np.float32).reshape(len(texts), self.dimensions)


def patient(embedder: Embedder) -> Embedder:
    """The one for whoever can wait."""
    return embedder.patient if isinstance(embedder, Remembered) else embedder
