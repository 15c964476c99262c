"""The durable home of the vectors: Chroma, embedded or a server. Ids and vectors only; SQL says what may be found.

Chroma is never searched here: its filtered search is slow and loses results where the filter follows topics, as
access does. What it keeps is read into the exact index instead.
"""

import hashlib
import re
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import numpy as np
from cachetools import LRUCache

from bot.core.errors import Unready
from bot.core.nouns import PassageId
from bot.core.portions import portions
from bot.core.ports import Vector
from connectors.model import Retryable

LARGEST_PORTION = 2_000  # Chroma takes 5,461
# As little of a graph as there can be, for nobody searches it: writing is five times as fast. And `cosine` would give back
# other last bits than it got.
_UNSEARCHED: Final = {"hnsw": {"space": "ip", "ef_construction": 1, "ef_search": 1, "max_neighbors": 2}}
_SHARED = threading.Lock()  # clients of one path are one store, which Chroma counts without a lock of its own
_FRESH = 1_024  # vectors that were put last: whoever searches next wants them, and would wait for whoever puts more


class Vectors:
    """One collection: the vectors that one embedder made for one workspace. It may be removed by another process, and
    made again: whoever is at work on it then begins anew.
    """

    def __init__(
        self, client: Any, *, workspace: str, embedder: str, dimensions: int, portion: int = LARGEST_PORTION
    ) -> None:
        self.name, self.dimensions = collection_name(workspace, embedder), dimensions
        self._client, self._portion = client, portion
        self._remembering = threading.Lock()
        self._fresh: LRUCache[PassageId, Vector] = LRUCache(_FRESH)
        self._collection = client.get_or_create_collection(
            name=self.name,
            embedding_function=None,
            configuration=_UNSEARCHED,
            metadata={"embedder": embedder},
        )

    def close(self) -> None:
        close(self._client)

    def put(self, ids: Sequence[PassageId], vectors: Vector) -> None:
        for some in portions(range(len(ids)), self._portion):
            with self._there():
                self._collection.upsert(ids=[ids[at] for at in some], embeddings=vectors[some[0] : some[-1] + 1])
        with self._remembering:
            self._fresh.update((ids[at], vectors[at].astype(np.float32)) for at in range(len(ids))[-_FRESH:])

    def delete(self, ids: Sequence[PassageId]) -> None:
        with self._remembering:
            for id_ in ids:
                self._fresh.pop(id_, None)
        for some in portions(ids, self._portion):
            with self._there():
                self._collection.delete(ids=list(some))

    def get(self, ids: Sequence[PassageId]) -> tuple[list[PassageId], Vector]:
        """Those that are there, in no certain order."""
        with self._remembering:
            known = {id_: self._fresh[id_] for id_ in ids if id_ in self._fresh}
        found = list(known)
        rows = [np.empty((0, self.dimensions), dtype=np.float32), *(vector[None] for vector in known.values())]
        for some in portions([id_ for id_ in ids if id_ not in known], self._portion):
            with self._there():
                got = self._collection.get(ids=list(some), include=["embeddings"])
            if got["ids"]:
                found += [PassageId(id_) for id_ in got["ids"]]
                rows.append(np.asarray(got["embeddings"], dtype=np.float32))
        return found, np.concatenate(rows)

    def count(self) -> int:
        with self._there():
            return int(self._collection.count())

    def ids(self) -> Iterator[PassageId]:
        """Every id. The collection must not change meanwhile, or some may be passed over."""
        for some in portions(range(self.count()), self._portion):
            with self._there():
                got = self._collection.get(limit=len(some), offset=some[0], include=[])
            yield from (PassageId(id_) for id_ in got["ids"])

    @contextmanager
    def _there(self) -> Iterator[None]:
        from chromadb.errors import NotFoundError

        try:
            yield
        except NotFoundError as error:
            with self._remembering:
                self._fresh.clear()
            with suppress(NotFoundError):  # not made again by whoever has not heard yet that it is not wanted any more
                self._collection = self._client.get_collection(self.name, embedding_function=None)
            raise Retryable("the vectors were cleared away meanwhile, since another embedder took over") from error


def remove(client: Any, *, workspace: str, embedder: str) -> None:
    """All vectors that this embedder made for this workspace; nothing, if there are none."""
    from chromadb.errors import NotFoundError

    with suppress(NotFoundError):
        client.delete_collection(collection_name(workspace, embedder))


def collection_name(workspace: str, embedder: str) -> str:
    """The embedder is part of it, for its vectors mean nothing to another. Chroma allows few characters in a name, so
    the readable part may be alike for two; the digest is not.
    """
    plain = re.sub(r"[^A-Za-z0-9]+", "-", f"{workspace}-{embedder}").strip("-")
    digest = hashlib.sha256(f"{len(workspace)}:{workspace}{embedder}".encode()).hexdigest()
    return f"footnote-{plain[:400]}-{digest[:16]}"


def embedded_client(path: Path) -> Any:
    import chromadb
    from chromadb.config import Settings

    with _SHARED:
        return chromadb.PersistentClient(path=str(path), settings=Settings(anonymized_telemetry=False))


def close(client: Any) -> None:
    """Chroma's own `close` leaves the sockets of a server's client open; each such client has its own."""
    for api in {client._server, client._admin_client._server}:  # noqa: SLF001 - there is no public way
        if hasattr(api, "_session"):
            api._session.close()  # noqa: SLF001
    with _SHARED:
        client.close()


def server_client(url: str) -> Any:
    import chromadb
    from chromadb.config import Settings

    where = urlsplit(url)
    if where.scheme not in {"http", "https"} or where.hostname is None:
        raise Unready(f"CHROMA_URL must look like http://host:8000, not {url!r}.")
    try:
        return chromadb.HttpClient(
            host=where.hostname,
            port=where.port or (443 if where.scheme == "https" else 8000),
            ssl=where.scheme == "https",
            settings=Settings(anonymized_telemetry=False),
        )
    except ValueError as error:
        raise Unready(f"The Chroma server at {url} does not answer. Start it, or unset CHROMA_URL.") from error
