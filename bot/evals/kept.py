"""An embedder that remembers across runs: the second measurement of a set costs no embedding.

Kept in a file of the user's cache, one for each embedder, by the hash of each text. The texts are not in it.
"""

import hashlib
import sqlite3
import threading
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Final, Self

import numpy as np

from bot.core.portions import portions
from bot.core.ports import NOBODYS, Embedder, Errand, Vector

_AT_ONCE: Final = 64  # embedded between two commits: what a killed run has done is not done again
_MOST_PARAMETERS: Final = 500


class Kept:
    """The port `Embedder`."""

    def __init__(self, embedder: Embedder, folder: Path) -> None:
        self._embedder = embedder
        folder.mkdir(parents=True, exist_ok=True)
        named = hashlib.sha256(embedder.name.encode()).hexdigest()[:16]
        self._file = sqlite3.connect(folder / f"vectors-{named}.sqlite", timeout=60, check_same_thread=False)
        self._file.execute("CREATE TABLE IF NOT EXISTS v (h TEXT PRIMARY KEY, v BLOB NOT NULL)")
        self._one_at_a_time = threading.Lock()

    @property
    def name(self) -> str:
        return self._embedder.name

    @property
    def dimensions(self) -> int:
        return self._embedder.dimensions

    def asked_anew(self, texts: Sequence[str]) -> Vector:
        """Without a look at what is kept: how long that takes is a figure too."""
        return self._embedder.embed(texts)

    def embed(self, texts: Sequence[str], *, errand: Errand = NOBODYS) -> Vector:
        keys = [hashlib.sha256(text.encode("utf-8", errors="replace")).hexdigest() for text in texts]
        with self._one_at_a_time:
            known = self._known(keys)
            fresh = {key: text for key, text in zip(keys, texts, strict=True) if key not in known}
            for some in portions(list(fresh), _AT_ONCE):
                made = self._embedder.embed([fresh[key] for key in some], errand=errand)
                rows = [(key, vector.tobytes()) for key, vector in zip(some, made, strict=True)]
                with self._file:
                    self._file.executemany("INSERT OR IGNORE INTO v VALUES (?, ?)", rows)
                known.update(rows)
        vectors = [np.frombuffer(known[key], dtype=np.float32) for key in keys]
        return np.array(vectors, dtype=np.float32).reshape(len(texts), self.dimensions)

    def _known(self, keys: Sequence[str]) -> dict[str, bytes]:
        found: dict[str, bytes] = {}
        for some in portions(list(dict.fromkeys(keys)), _MOST_PARAMETERS):
            marks = ",".join("?" * len(some))
            rows = self._file.execute(f"SELECT h, v FROM v WHERE h IN ({marks})", some)  # noqa: S608 - only marks
            found.update((key, vector) for key, vector in rows if len(vector) == 4 * self.dimensions)
        return found

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._file.close()
