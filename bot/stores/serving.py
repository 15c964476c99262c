"""What does a question search with? Asked at each question, since another process may have switched to another embedder.

An embedder is opened once, with its vectors and their index, and let go when it is neither serving nor to serve. What
cannot be built any more is searched by words alone.
"""

import shutil
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

import structlog

from bot.core.failpoints import Reach
from bot.core.ports import Embedder, Maker, Meaning
from bot.stores import vectors as stored
from bot.stores.database import Database
from bot.stores.embedders import Embedders, Recorded
from bot.stores.index import Index, folder_of
from bot.stores.vectors import Vectors, collection_name
from connectors.model import Fatal

log = structlog.get_logger()


class Places(NamedTuple):
    """Where vectors and indexes are kept. `client` is called once, and not before there is a vector to be had."""

    database: Database
    client: Callable[[], Any]
    folder: Path
    reach: Reach


@dataclass(frozen=True)
class _Opened:
    embedder: Embedder | None
    vectors: Vectors
    index: Index


class Serving:
    """`build` makes the embedder that is recorded, or nothing, where that cannot be had here."""

    def __init__(
        self, places: Places, embedders: Embedders, build: Callable[[Recorded], Embedder | None], *, words_alone: bool
    ) -> None:
        self._places, self._embedders, self._build, self._words_alone = places, embedders, build, words_alone
        self._by_words = Index(places.database, None, places.folder, reach=places.reach)
        self._opened: dict[Recorded, _Opened] = {}
        self._opening = threading.Lock()

    def meaning(self) -> Meaning:
        now = self._serving()
        if now is None:
            return Meaning(None, self._by_words)
        opened = self._open(now)
        return Meaning(opened.embedder, opened.index)

    def maker(self) -> Maker | None:
        now = self._serving()
        opened = self._open(now) if now is not None else None
        if opened is None or opened.embedder is None:
            return None
        return Maker(opened.embedder, opened.vectors)

    def coming(self, coming: Recorded) -> tuple[Maker, Index]:
        """Whoever is to serve, and the index of what it has so far."""
        opened = self._open(coming)
        if opened.embedder is None:
            raise Fatal(f"{coming.setting} cannot be used here: its key, its server or its weights are missing")
        return Maker(opened.embedder, opened.vectors), opened.index

    def stores(self) -> Sequence[Vectors]:
        """Wherever vectors are that may still be searched."""
        if self._words_alone:
            return ()
        return [self._open(each).vectors for each in (self._embedders.serving(), self._embedders.coming()) if each]

    def clear(self, retired: Embedders) -> None:
        """Whatever embedders have left that serve no more. What is known of a vector goes before the vector does."""
        for each in retired.retired():
            retired.forget(each.name)
            self._let_go()
            stored.remove(self._client, workspace=self._places.database.workspace, embedder=each.name)
            retired.cleared(each.name)

    def open(self) -> None:
        """A server that does not answer is told of before a question is taken up, and not in the middle of it."""
        assert self._client is not None

    def close(self) -> None:
        """The indexes and the vectors are closed before the home is given back: the next owner opens the same files."""
        self._by_words.close()
        for opened in self._opened.values():
            opened.index.close()
        if "_client" in self.__dict__:
            stored.close(self._client)

    def _serving(self) -> Recorded | None:
        return None if self._words_alone else self._embedders.serving()

    def _open(self, wanted: Recorded) -> _Opened:
        with self._opening:
            if wanted not in self._opened:
                self._opened[wanted] = self._made(wanted)
                self._let_go_of_others()
            return self._opened[wanted]

    def _let_go(self) -> None:
        with self._opening:
            self._let_go_of_others()

    def _let_go_of_others(self) -> None:
        """A question that is still being answered keeps what it has in memory; the files of its index may go all the same."""
        needed = (self._embedders.serving(), self._embedders.coming())
        for each in [each for each in self._opened if each not in needed]:
            self._opened.pop(each).index.close()
        for past in self._embedders.past():
            folder = folder_of(self._places.folder, collection_name(self._places.database.workspace, past.name))
            shutil.rmtree(folder, ignore_errors=True)

    def _made(self, wanted: Recorded) -> _Opened:
        places = self._places
        embedder = self._build(wanted)
        if embedder is None:
            log.warning(
                "an embedder cannot be used here, and what it embedded is found by words alone", name=wanted.name
            )
        vectors = Vectors(
            self._client, workspace=places.database.workspace, embedder=wanted.name, dimensions=wanted.dimensions
        )
        return _Opened(embedder, vectors, Index(places.database, vectors, places.folder, reach=places.reach))

    @cached_property
    def _client(self) -> Any:
        return self._places.client()
