"""What may a message be after, going by the examples of the rules alone? No model writes anything here: the embedder that
serves compares, or words alone do, and an admin's example counts from the next message on.

The vectors of examples are kept in a folder beside the weights, by digests of their texts, so that only new ones are ever
embedded on a machine. What is kept there is made again when it cannot be read.
"""

import hashlib
import os
import threading
import zipfile
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final

import numpy as np
import structlog
from cachetools import LRUCache

from bot.core.errors import Unembedded
from bot.core.likeness import Likeness, plain
from bot.core.ports import NOBODYS, Embedder, Errand, Guess, Vector
from policies.intents import Intent

log = structlog.get_logger()

_Examples = Mapping[str, Sequence[str]]
_Key = tuple[str | None, str]

_AT_ONCE: Final = 32  # new examples that somebody waits for, some tenths of a second; more are read by whoever warms up
_UNREAD: Final = "unread"
_FITTED: LRUCache[_Key, Likeness] = LRUCache(8)  # key: the embedder's name, and the examples' digest
_LOCK = threading.Lock()  # of that
_ONE_AT_A_TIME = threading.Lock()  # of those who warm up


class ByExamples:
    """The port `Guesser`. Without an embedder, while it gives no vectors, or as long as most examples are unread, by words alone. Our own embedder reads English; of
    a model that somebody names it is theirs to know what it reads.
    """

    def __init__(self, embedder: Embedder | None, kept_in: Path) -> None:
        self._embedder, self._kept_in = embedder, kept_in

    @property
    def name(self) -> str:
        return f"examples+{self._embedder.name}" if self._embedder is not None else "examples"

    def guess(self, text: str, intents: Mapping[str, Intent], errand: Errand = NOBODYS) -> Guess:  # noqa: ARG002
        examples = _of(intents)
        if not examples:
            return Guess({}, self.name)
        if self._embedder is None:
            return self._by_words(text, examples)
        try:
            likeness = self._by_meaning(examples, self._embedder, at_once=_AT_ONCE)
            if likeness is None:
                return self._by_words(text, examples, because=_UNREAD)
            scores = likeness.scores(text, self._embedder.embed([plain(text)])[0])
            return Guess(scores, self.name, reads="anything" if "/" in self._embedder.name else "English")
        except Unembedded as why:
            return self._by_words(text, examples, because=why.because)

    def warm(self, intents: Mapping[str, Intent]) -> None:
        """A hosted embedder is sent our own examples."""
        examples = _of(intents)
        if self._embedder is not None and examples:
            with _ONE_AT_A_TIME, suppress(Unembedded):
                self._by_meaning(examples, self._embedder, at_once=None)

    def _by_words(self, text: str, examples: _Examples, *, because: str | None = None) -> Guess:
        likeness = _fitted((None, _digest(examples)), lambda: Likeness(examples, None))
        return Guess(likeness.scores(text, None), "examples", because=because, reads="words")

    def _by_meaning(self, examples: _Examples, embedder: Embedder, *, at_once: int | None) -> Likeness | None:
        """None: more of them are new than somebody can be let wait for."""
        key = (embedder.name, _digest(examples))
        with _LOCK:
            known = _FITTED.get(key)
        if known is not None:
            return known
        vectors = self._vectors(examples, embedder, at_once=at_once)
        return _fitted(key, lambda: Likeness(examples, vectors)) if vectors is not None else None

    def _vectors(self, examples: _Examples, embedder: Embedder, *, at_once: int | None) -> Vector | None:
        texts = [plain(text) for some in examples.values() for text in some]
        file = self._kept_in / f"{hashlib.sha256(embedder.name.encode()).hexdigest()[:16]}.npz"
        known = _read(file, embedder.dimensions)
        fresh = [text for text in dict.fromkeys(texts) if _key(text) not in known]
        if at_once is not None and len(fresh) > at_once:
            return None
        if fresh:
            made = zip(map(_key, fresh), embedder.embed(fresh), strict=True)
            known = {key: known[key] for text in texts if (key := _key(text)) in known} | dict(made)
            _write(file, known)
        return np.stack([known[_key(text)] for text in texts])


def _of(intents: Mapping[str, Intent]) -> _Examples:
    return {name: intent.examples for name, intent in intents.items() if intent.examples}


def _fitted(key: _Key, fit: Callable[[], Likeness]) -> Likeness:
    with _LOCK:
        if key not in _FITTED:
            _FITTED[key] = fit()
        return _FITTED[key]


def _key(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def _digest(examples: Mapping[str, Sequence[str]]) -> str:
    return hashlib.sha256(repr([(name, tuple(texts)) for name, texts in examples.items()]).encode()).hexdigest()


def _read(file: Path, dimensions: int) -> dict[str, Vector]:
    try:
        with file.open("rb") as opened, np.load(opened, allow_pickle=False) as kept:
            keys, vectors = kept["keys"], kept["vectors"]
    except (OSError, KeyError, ValueError, EOFError, zipfile.BadZipFile):
        return {}
    if vectors.dtype != np.float32 or vectors.shape != (len(keys), dimensions) or not np.isfinite(vectors).all():
        return {}
    return dict(zip(map(str, keys), vectors, strict=True))


def _write(file: Path, known: Mapping[str, Vector]) -> None:
    """Whole or not at all. Where nothing can be written, it is embedded again next time."""
    beside = file.with_name(f"{file.name}.{os.getpid()}.{threading.get_ident()}")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with beside.open("wb") as written:
            np.savez(written, keys=np.array(list(known)), vectors=np.stack(list(known.values())))
        beside.replace(file)
    except OSError as why:
        log.warning("the vectors of examples could not be kept", why=type(why).__name__, folder=str(file.parent))
