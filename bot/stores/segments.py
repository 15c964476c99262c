"""Passages as arrays that never change: what a search reads. Made from rows, or from other segments without what died.

The rows of one access list lie together, so that what an audience may read is a few slices. Nothing here decides what
may be read, and nothing depends on what else is in a segment: each passage scores the same wherever it lies.
"""

import hashlib
import threading
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import UTC, datetime, timedelta
from functools import cached_property, lru_cache
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
from cachetools import LRUCache
from numpy.typing import NDArray

from bot.core.nouns import ListId, PassageId
from bot.core.ports import Place, Vector
from bot.stores import coarse

Mask = NDArray[np.bool_]
Rows = NDArray[np.int64]

MOST_ROWS = MOST_TERMS = 1 << 24  # a term, a row and a count are sorted as one number of 64 bits
_OWNER_BITS, _COUNT_BITS = 24, 16
_REMEMBERING = threading.Lock()
_EPOCH, _MICROSECOND = datetime(1970, 1, 1, tzinfo=UTC), timedelta(microseconds=1)
_NEVER = -(1 << 63)
_LISTS = 16  # sets of lists whose slices are remembered
_AT_ONCE = 8_192  # vectors in memory while a large segment is written


class Entry(NamedTuple):
    """A live passage. The first three are the order by which ties are broken."""

    content_hash: str
    document: str
    ordinal: int
    passage: str
    list_id: str
    term_ids: bytes
    term_counts: bytes
    updated: datetime | None = None  # its document


@dataclass(frozen=True, eq=False)
class Outline:
    """All of a segment but its vectors, which may be too many to hold: `portions` gives them in the order of the rows.

    Texts (lists, documents) lie one after the other, each up to its end. List i has the rows from `list_rows[i]`, the
    term i the postings from `postings[i]`, the document i the places from `document_rows[i]` in `by_document`.
    """

    list_text: NDArray[np.uint8]
    list_ends: NDArray[np.int64]
    list_rows: NDArray[np.int64]
    document_text: NDArray[np.uint8]
    document_ends: NDArray[np.int64]
    document_keys: NDArray[np.bytes_]  # sorted
    document_of_key: NDArray[np.uint32]
    document_rows: NDArray[np.int64]
    by_document: NDArray[np.uint32]
    document: NDArray[np.uint32]  # of each row; documents are in the order of their names
    passage: NDArray[np.bytes_]
    content_hash: NDArray[np.bytes_]
    ordinal: NDArray[np.int32]
    updated: NDArray[np.int64]  # of its document, in microseconds; `_NEVER`: that is not known
    tie: NDArray[np.int32]  # each row's place in the order by which ties are broken
    length: NDArray[np.uint32]
    has_vector: Mask
    terms: NDArray[np.uint64]  # sorted
    postings: NDArray[np.int64]
    owner: NDArray[np.int32]  # within a term in the order of the rows
    count: NDArray[np.uint16]

    @property
    def rows(self) -> int:
        return len(self.ordinal)


@dataclass(frozen=True, eq=False)
class Segment(Outline):
    """`codes`, `steps` and `rests` are of the vectors, for a first look at them (`coarse`); a small segment has none."""

    vectors: Vector
    codes: coarse.Codes
    steps: Vector
    rests: Vector

    @property
    def coded(self) -> coarse.Coded:
        return coarse.Coded(self.codes, self.steps, self.rests)

    @cached_property
    def list_ids(self) -> Mapping[str, int]:
        return {name: at for at, name in enumerate(self.list_names)}

    @cached_property
    def largest_norm(self) -> float:
        """The fast product is wrong by at most a share of this."""
        if not self.vectors.size:
            return 0.0
        squares = (np.einsum("ij,ij->i", some, some) for some in _portions(self.vectors))
        return float(np.sqrt(max(float(each.max()) for each in squares)))

    def ready(self) -> None:
        """What is slow the first time is done now, and not when somebody asks."""
        _ = self.largest_norm

    def slices_of(self, lists: frozenset[ListId]) -> tuple[Rows, Rows]:
        """Where the rows of these lists begin and end, in order; what touches is one slice."""
        with _REMEMBERING:
            slices = self._slices.get(lists)
        if slices is None:
            slices = self._found_slices(lists)
            with _REMEMBERING:
                self._slices[lists] = slices
        return slices

    def _found_slices(self, lists: frozenset[ListId]) -> tuple[Rows, Rows]:
        ids = self.list_ids
        if len(ids) < len(lists):
            at = [place for name, place in ids.items() if name in lists]
        else:
            at = sorted(ids[name] for name in lists if name in ids)
        places = np.array(at, dtype=np.int64)
        starts, ends = self.list_rows[places], self.list_rows[places + 1]
        apart = starts[1:] != ends[:-1]
        return starts[np.append(len(at) > 0, apart)[: len(at)]], ends[np.append(apart, len(at) > 0)[: len(at)]]

    @cached_property
    def _slices(self) -> LRUCache[frozenset[ListId], tuple[Rows, Rows]]:
        return LRUCache(_LISTS)  # never out of date: a segment does not change

    def rows_of(self, documents: Collection[str]) -> Rows:
        """Those of these documents; what is not here is passed over."""
        if not documents or not self.rows:
            return np.empty(0, dtype=np.int64)
        keys = np.array([document_key(document) for document in documents], dtype="S32")
        at = np.minimum(np.searchsorted(self.document_keys, keys), len(self.document_keys) - 1)
        found = self.document_of_key[at[self.document_keys[at] == keys]]
        spans = [self.by_document[self.document_rows[one] : self.document_rows[one + 1]] for one in found.tolist()]
        return np.concatenate(spans).astype(np.int64) if spans else np.empty(0, dtype=np.int64)

    def document_names(self, rows: Rows) -> list[str]:
        at = self.document[rows].astype(np.int64)
        firsts = np.where(at > 0, self.document_ends[at - 1], 0)
        text = memoryview(self.document_text)  # type: ignore[arg-type]
        return [
            str(text[first:end], "utf-8")
            for first, end in zip(firsts.tolist(), self.document_ends[at].tolist(), strict=True)
        ]

    @cached_property
    def list_names(self) -> Sequence[str]:
        return _texts(self.list_text, self.list_ends)

    def placed(self, rows: Rows) -> Iterator[tuple[PassageId, Place]]:
        """Each of these rows: its passage, and where that stands."""
        lists = np.searchsorted(self.list_rows, rows, side="right") - 1
        columns = (self.passage, self.ordinal, self.content_hash, self.updated)
        for passage, ordinal, content_hash, updated, document, its_list in zip(
            *(column[rows].tolist() for column in columns), self.document_names(rows), lists.tolist(), strict=True
        ):
            place = Place(document, ordinal, content_hash.decode(), _moment(updated), ListId(self.list_names[its_list]))
            yield PassageId(passage.decode()), place

    def tie_key(self, row: int) -> tuple[str, str, int]:
        (document,) = self.document_names(np.array([row]))
        return self.content_hash[row].decode(), document, int(self.ordinal[row])


class Portions:
    """The vectors of a segment that is being made: of each row, from which matrix and from which row of it."""

    def __init__(self, sources: Sequence[Vector], source: NDArray[np.int64], row: Rows, dimensions: int) -> None:
        self._sources, self._source, self._row, self.dimensions = sources, source, row, dimensions

    def __iter__(self) -> Iterator[Vector]:
        for first in range(0, len(self._row), _AT_ONCE):
            source, row = self._source[first : first + _AT_ONCE], self._row[first : first + _AT_ONCE]
            out = np.empty((len(row), self.dimensions), dtype=np.float32)
            for one in np.unique(source).tolist():
                ours = source == one
                out[ours] = self._sources[one][row[ours]]
            yield out

    def whole(self) -> Vector:
        return np.concatenate([np.empty((0, self.dimensions), dtype=np.float32), *self])

    def coded(self) -> Iterator[coarse.Coded]:
        """Of the rows in the same order; of few rows nothing."""
        return coarse.coded(self) if len(self._row) >= coarse.LARGE else iter(())


class Made(NamedTuple):
    outline: Outline
    vectors: Portions

    def whole(self) -> Segment:
        arrays = {field.name: getattr(self.outline, field.name) for field in fields(Outline)}
        vectors = self.vectors.whole()
        coded = zip(coarse.nothing(vectors.shape[1]), *self.vectors.coded(), strict=True)
        codes, steps, rests = map(np.concatenate, coded)
        return Segment(**arrays, vectors=vectors, codes=codes, steps=steps, rests=rests)


def make(entries: Sequence[Entry], vectors: Vector, has_vector: Mask) -> Made:
    """`vectors` has a row for each entry; one that is not a number is as good as none."""
    has_vector = has_vector & np.isfinite(vectors).all(axis=1)
    sizes = np.array([len(entry.term_ids) // 8 for entry in entries], dtype=np.int64)
    occurrences = np.frombuffer(b"".join(entry.term_ids for entry in entries), dtype="<u8")
    counts = np.frombuffer(b"".join(entry.term_counts for entry in entries), dtype="<u2")
    terms, term = np.unique(occurrences, return_inverse=True)
    owner = np.repeat(np.arange(len(entries), dtype=np.int64), sizes)
    length = np.bincount(owner, weights=counts, minlength=len(entries))
    columns = _Columns(
        list_id=[entry.list_id for entry in entries],
        document=[entry.document for entry in entries],
        passage=np.array([entry.passage for entry in entries], dtype="S32"),
        content_hash=np.array([entry.content_hash for entry in entries], dtype="S32"),
        ordinal=np.array([entry.ordinal for entry in entries], dtype=np.int32),
        updated=np.array([_microseconds(entry.updated) for entry in entries], dtype=np.int64),
        length=length.astype(np.uint32),
        has_vector=has_vector,
        terms=terms,
        packed=_packed(term.astype(np.uint64), owner, counts),
    )
    source = np.zeros(len(entries), dtype=np.int64)
    return _ordered(columns, [vectors], source, np.arange(len(entries)), vectors.shape[1])


def merge(parts: Sequence[tuple[Segment, Mask]], dimensions: int) -> Made:
    """What is alive of these, in one."""
    rows = [np.flatnonzero(alive) for _, alive in parts]
    firsts = np.cumsum([0, *map(len, rows)])
    segments = [segment for segment, _ in parts]
    terms = np.unique(np.concatenate([segment.terms for segment in segments]))
    columns = _Columns(
        list_id=[name for segment, kept in zip(segments, rows, strict=True) for name in _lists_of(segment, kept)],
        document=[name for segment, kept in zip(segments, rows, strict=True) for name in _documents_of(segment, kept)],
        passage=_joined(segments, rows, "passage"),
        content_hash=_joined(segments, rows, "content_hash"),
        ordinal=_joined(segments, rows, "ordinal"),
        updated=_joined(segments, rows, "updated"),
        length=_joined(segments, rows, "length"),
        has_vector=_joined(segments, rows, "has_vector"),
        terms=terms,
        packed=np.concatenate(
            [
                _repacked(segment, alive, int(first), terms)
                for (segment, alive), first in zip(parts, firsts[:-1], strict=True)
            ]
        ),
    )
    source = np.repeat(np.arange(len(parts)), list(map(len, rows)))
    return _ordered(columns, [segment.vectors for segment in segments], source, np.concatenate(rows), dimensions)


def _microseconds(moment: datetime | None) -> int:
    return (moment - _EPOCH) // _MICROSECOND if moment is not None else _NEVER


def document_key(document: str) -> str:
    return hashlib.sha256(document.encode()).hexdigest()[:32]


class _Columns(NamedTuple):
    """Rows in any order. `packed`: of each posting its term, row and count, as one number."""

    list_id: list[str]
    document: list[str]
    passage: NDArray[np.bytes_]
    content_hash: NDArray[np.bytes_]
    ordinal: NDArray[np.int32]
    updated: NDArray[np.int64]
    length: NDArray[np.uint32]
    has_vector: Mask
    terms: NDArray[np.uint64]
    packed: NDArray[np.uint64]


def _ordered(
    columns: _Columns, sources: Sequence[Vector], source: NDArray[np.int64], row: Rows, dimensions: int
) -> Made:
    lists, of_list = _ranked(columns.list_id)
    documents, of_document = _ranked(columns.document)
    order = np.lexsort((columns.ordinal, of_document, of_list))
    place = np.empty(len(order), dtype=np.uint64)
    place[order] = np.arange(len(order), dtype=np.uint64)
    by_tie = np.lexsort((columns.ordinal[order], of_document[order], columns.content_hash[order]))
    tie = np.empty(len(order), dtype=np.int32)
    tie[by_tie] = np.arange(len(order), dtype=np.int32)
    keys = np.array([document_key(document) for document in documents], dtype="S32")
    by_key = np.argsort(keys, kind="stable")
    list_text, list_ends = _as_bytes(lists)
    document_text, document_ends = _as_bytes(documents)
    document = of_document[order].astype(np.uint32)
    terms, postings, owner, count = _postings(columns.terms, columns.packed, place)
    outline = Outline(
        list_text=list_text,
        list_ends=list_ends,
        list_rows=np.searchsorted(of_list[order], np.arange(len(lists) + 1)),
        document_text=document_text,
        document_ends=document_ends,
        document_keys=keys[by_key],
        document_of_key=by_key.astype(np.uint32),
        document_rows=np.cumsum([0, *np.bincount(document, minlength=len(documents)).tolist()], dtype=np.int64),
        by_document=np.argsort(document, kind="stable").astype(np.uint32),
        document=document,
        passage=columns.passage[order],
        content_hash=columns.content_hash[order],
        ordinal=columns.ordinal[order],
        updated=columns.updated[order],
        tie=tie,
        length=columns.length[order],
        has_vector=columns.has_vector[order],
        terms=terms,
        postings=postings,
        owner=owner,
        count=count,
    )
    return Made(outline, Portions(sources, source[order], row[order], dimensions))


def _postings(
    terms: NDArray[np.uint64], packed: NDArray[np.uint64], place: NDArray[np.uint64]
) -> tuple[NDArray[np.uint64], NDArray[np.int64], NDArray[np.int32], NDArray[np.uint16]]:
    """Sorted by term and new row; terms that nobody has any more are left out."""
    rows = (packed >> np.uint64(_COUNT_BITS)) & np.uint64(MOST_ROWS - 1)
    above = np.uint64(_OWNER_BITS + _COUNT_BITS)
    low = np.uint64((1 << _COUNT_BITS) - 1)
    packed = ((packed >> above) << above) | (place[rows.astype(np.int64)] << np.uint64(_COUNT_BITS)) | (packed & low)
    packed.sort()
    edges = np.searchsorted(packed, np.arange(len(terms) + 1, dtype=np.uint64) << above)
    edges[-1:] = len(packed)
    used = np.flatnonzero(np.diff(edges))
    owner = ((packed >> np.uint64(_COUNT_BITS)) & np.uint64(MOST_ROWS - 1)).astype(np.int32)
    postings = np.append(edges[used], len(packed)).astype(np.int64)
    return terms[used], postings, owner, (packed & low).astype(np.uint16)


def _packed(term: NDArray[np.uint64], owner: NDArray[Any], count: NDArray[np.uint16]) -> NDArray[np.uint64]:
    rows = owner.astype(np.uint64) << np.uint64(_COUNT_BITS)
    return np.asarray((term << np.uint64(_OWNER_BITS + _COUNT_BITS)) | rows | count, dtype=np.uint64)


def _repacked(segment: Segment, alive: Mask, first: int, terms: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """The postings of what is alive; its rows are counted from `first`."""
    place = np.cumsum(alive) - 1 + first
    term = np.repeat(np.searchsorted(terms, segment.terms).astype(np.uint64), np.diff(segment.postings))
    kept = alive[segment.owner]
    return _packed(term[kept], place[segment.owner[kept]], segment.count[kept])


def _joined(segments: Sequence[Segment], rows: Sequence[Rows], name: str) -> NDArray[Any]:
    return np.concatenate([getattr(segment, name)[kept] for segment, kept in zip(segments, rows, strict=True)])


def _lists_of(segment: Segment, rows: Rows) -> list[str]:
    names = np.array(_texts(segment.list_text, segment.list_ends), dtype=object)
    return list(names[np.searchsorted(segment.list_rows, rows, side="right") - 1])


def _documents_of(segment: Segment, rows: Rows) -> list[str]:
    return list(np.array(_texts(segment.document_text, segment.document_ends), dtype=object)[segment.document[rows]])


def _ranked(names: Sequence[str]) -> tuple[list[str], NDArray[np.int64]]:
    """Each name once, in order, and of each its place there."""
    known = sorted(set(names))
    places = {name: at for at, name in enumerate(known)}
    return known, np.array([places[name] for name in names], dtype=np.int64)


def _as_bytes(texts: Sequence[str]) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    encoded = [text.encode() for text in texts]
    ends = np.cumsum(np.array(list(map(len, encoded)), dtype=np.int64))
    return np.frombuffer(b"".join(encoded), dtype=np.uint8), ends


def _texts(text: NDArray[np.uint8], ends: NDArray[np.int64]) -> list[str]:
    whole = text.tobytes()
    return [whole[first:last].decode() for first, last in pairwise([0, *ends.tolist()])]


@lru_cache(maxsize=4_096)
def _moment(microseconds: int) -> datetime | None:
    return _EPOCH + timedelta(microseconds=microseconds) if microseconds != _NEVER else None


def _portions(vectors: Vector) -> Iterator[Vector]:
    for first in range(0, len(vectors), _AT_ONCE):
        yield vectors[first : first + _AT_ONCE]
