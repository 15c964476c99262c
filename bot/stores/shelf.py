"""The index on the disk: segments that never change, and a manifest that names them, renamed into place.

Nothing here is the authority: all of it can be made again from SQL and Chroma, so whatever is damaged, of another form
or of another database is not believed, and made anew. Other processes may have the files mapped: they are removed, but
never written again.
"""

import base64
import hashlib
import json
import mmap
import os
import re
import secrets
import zlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import fields
from pathlib import Path
from typing import Any, BinaryIO, Final, NamedTuple

import numpy as np
import structlog
from filelock import FileLock, Timeout
from numpy.typing import NDArray

from bot.core.failpoints import Reach
from bot.core.ports import Vector
from bot.stores import coarse
from bot.stores.segments import Made, Outline, Portions, Segment
from bot.stores.visible import File, Part

_FORMAT: Final = "footnote index 5"
_ALIGNED: Final = 64
_PAGE: Final = 4096
_FILE = re.compile(r"[0-9a-f]{32}\.segment")
_DTYPES: Final = {
    "list_text": "u1",
    "list_ends": "<i8",
    "list_rows": "<i8",
    "document_text": "u1",
    "document_ends": "<i8",
    "document_keys": "S32",
    "document_of_key": "<u4",
    "document_rows": "<i8",
    "by_document": "<u4",
    "document": "<u4",
    "passage": "S32",
    "content_hash": "S32",
    "ordinal": "<i4",
    "updated": "<i8",
    "tie": "<i4",
    "length": "<u4",
    "has_vector": "?",
    "terms": "<u8",
    "postings": "<i8",
    "owner": "<i4",
    "count": "<u2",
    "vectors": "<f4",
    "codes": "i1",
    "steps": "<f4",
    "rests": "<f4",
}
assert tuple(_DTYPES) == tuple(field.name for field in fields(Segment))

log = structlog.get_logger()


class Kept(NamedTuple):
    """What a manifest says: everything that was searchable in one generation."""

    generation: int
    parts: tuple[Part, ...]


class Shelf:
    """The folder of one index. `of` names what it was made from; an index of anything else is not believed."""

    def __init__(self, folder: Path, *, of: str, dimensions: int, reach: Reach) -> None:
        self._folder, self._of, self._dimensions, self._reach = folder, of, dimensions, reach
        self._manifest = folder / "manifest"
        self._open: dict[str, Segment] = {}

    def stamp(self) -> tuple[int, int] | None:
        """Another one for another manifest."""
        try:
            found = self._manifest.stat()
        except OSError:
            return None
        return found.st_ino, found.st_mtime_ns

    @contextmanager
    def building(self, *, wait: bool) -> Iterator[bool]:
        """Whether nobody else on this machine builds; if not, wait for them or leave it."""
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        lock = FileLock(self._folder / "lock", timeout=-1 if wait else 0)
        try:
            lock.acquire()
        except Timeout:
            yield False
            return
        try:
            yield True
        finally:
            lock.release()

    def read(self) -> Kept | None:
        """What the manifest names, or nothing that can be believed. Whoever replaces it meanwhile is read again."""
        for _ in range(5):
            stamp = self.stamp()
            if stamp is None:
                return None
            try:
                return self._read()
            except (OSError, ValueError, KeyError, TypeError, zlib.error) as error:
                if self.stamp() == stamp:
                    log.warning("an index on the disk is not believed, and is made anew", why=str(error))
                    return None
        return None

    def write(self, made: Made) -> Part:
        """A new file, that no manifest names yet."""
        name = f"{secrets.token_hex(16)}.segment"
        path = self._folder / name
        try:
            shapes = _write(path, made)
        except OSError:
            path.unlink(missing_ok=True)
            raise
        segment = _mapped(path, shapes)
        self._open[name] = segment
        self._reach("index.after_segment")
        segment.ready()
        return Part.whole(segment, File(name, _digest(path)))

    def publish(self, generation: int, parts: Sequence[Part]) -> None:
        """From here on this is the index; what it does not name is removed. All of them are files of this folder."""
        body = json.dumps(
            {
                "format": _FORMAT,
                "of": self._of,
                "dimensions": self._dimensions,
                "generation": generation,
                "segments": [_described(part, part.file) for part in parts if part.file is not None],
            }
        )
        fresh = self._folder / "manifest.new"
        with fresh.open("wb") as file:
            file.write(f"{body}\n{hashlib.sha256(body.encode()).hexdigest()}\n".encode())
            file.flush()
            os.fsync(file.fileno())
        self._reach("index.before_manifest")
        fresh.replace(self._manifest)
        self._reach("index.after_manifest")
        self._tidy({part.file.name for part in parts if part.file is not None})

    def _read(self) -> Kept:
        body, digest = self._manifest.read_text(encoding="utf-8").splitlines()
        _check(hashlib.sha256(body.encode()).hexdigest() == digest, "the manifest is damaged")
        said = json.loads(body)
        _check(said["format"] == _FORMAT, "it is of another form")
        _check(said["of"] == self._of and said["dimensions"] == self._dimensions, "it was made from something else")
        opened = {each["file"]: self._segment(each) for each in said["segments"]}
        self._open = opened
        parts = [_part(opened[each["file"]], each) for each in said["segments"]]
        return Kept(int(said["generation"]), tuple(parts))

    def _segment(self, said: dict[str, Any]) -> Segment:
        name = said["file"]
        if name in self._open:
            return self._open[name]
        _check(_FILE.fullmatch(name) is not None, "it names no file of its own")
        path = self._folder / name
        segment = _mapped(path, said["shapes"])
        _check(_digest(path) == said["digest"], "a segment is damaged")
        segment.ready()
        return segment

    def _tidy(self, named: set[str]) -> None:
        self._open = {name: segment for name, segment in self._open.items() if name in named}
        for path in self._folder.glob("*.segment"):
            if path.name not in named:
                with suppress(OSError):
                    path.unlink()


def _described(part: Part, file: File) -> dict[str, object]:
    dead = zlib.compress(np.packbits(~part.alive).tobytes())
    return {
        "file": file.name,
        "digest": file.digest,
        "shapes": {field: list(getattr(part.segment, field).shape) for field in _DTYPES},
        "dead": base64.b64encode(dead).decode(),
    }


def _part(segment: Segment, said: dict[str, Any]) -> Part:
    dead = np.frombuffer(zlib.decompress(base64.b64decode(said["dead"])), dtype=np.uint8)
    alive = ~np.unpackbits(dead, count=segment.rows).astype(np.bool_)
    _check(len(alive) == segment.rows, "it says too little of what is gone")
    return Part(segment, alive, File(said["file"], said["digest"]))


def _mapped(path: Path, shapes: dict[str, list[int]]) -> Segment:
    with path.open("rb") as file:
        size = os.fstat(file.fileno()).st_size
        whole = np.frombuffer(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ), dtype=np.uint8)
    arrays, at = {}, 0
    for name, dtype in _DTYPES.items():
        length = int(np.prod(shapes[name], dtype=np.int64)) * np.dtype(dtype).itemsize
        _check(at + length <= size, "a segment is too short")
        arrays[name] = whole[at : at + length].view(dtype).reshape(shapes[name])
        at += length + -length % _ALIGNED
    return Segment(**arrays)


def _write(path: Path, made: Made) -> dict[str, list[int]]:
    """By writing and not by mapping: a full disk is then an error, and not the end of the process. The shapes of all."""
    arrays = {field.name: getattr(made.outline, field.name) for field in fields(Outline)}
    of_codes: list[tuple[Vector, Vector]] = []
    with path.open("xb") as file:
        for field, array in arrays.items():
            _append(file, [np.ascontiguousarray(array, dtype=_DTYPES[field])])
        _append(file, made.vectors)
        _append(file, _codes(made.vectors, of_codes))
        _append(file, [steps for steps, _ in of_codes])
        _append(file, [rests for _, rests in of_codes])
        _pad(file)
        file.flush()
        os.fsync(file.fileno())
    dimensions, with_codes = made.vectors.dimensions, sum(len(steps) for steps, _ in of_codes)
    return {
        **{field: list(array.shape) for field, array in arrays.items()},
        "vectors": [made.outline.rows, dimensions],
        "codes": [with_codes, dimensions],
        "steps": [with_codes],
        "rests": [with_codes],
    }


def _codes(vectors: Portions, rest: list[tuple[Vector, Vector]]) -> Iterator[coarse.Codes]:
    """A portion at a time; what else belongs to it, which is little, is put aside until they are written."""
    for codes, steps, rests in vectors.coded():
        rest.append((steps, rests))
        yield codes


def _append(file: BinaryIO, portions: Iterable[NDArray[Any]]) -> None:
    written = 0
    for array in portions:
        file.write(array.data if array.size else b"")
        written += array.nbytes
    file.write(bytes(-written % _ALIGNED))


def _pad(file: BinaryIO) -> None:
    file.write(bytes(-file.tell() % _PAGE or _PAGE))  # never empty, for nothing cannot be mapped


def _digest(path: Path) -> str:
    """Of the sum of each page: at the speed of the memory, and enough against a disk; nobody else writes here."""
    with path.open("rb") as file:
        words = np.frombuffer(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ), dtype="<u8")
    sums = words.reshape(-1, _PAGE // words.itemsize).sum(axis=1)
    return hashlib.sha256(sums.tobytes()).hexdigest()


def _check(holds: bool, why: str) -> None:  # noqa: FBT001 - it reads as an assertion
    if not holds:
        raise ValueError(why)
