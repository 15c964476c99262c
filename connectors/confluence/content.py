"""What do the documents say? First all of them, then only those that were changed since.

    newest moments → a crawl of everything → from then on: newest first, until before the last newest moment

A few minutes are looked at twice, for what was being changed meanwhile. Nothing here grows with what is kept. Only a space
of another name is crawled again: each of its documents says where it is.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

from connectors.confluence import documents, normalise
from connectors.confluence.client import IN_A_SPACE, MOST_POLLED, Outdated
from connectors.confluence.documents import DOCUMENTS
from connectors.confluence.normalise import Entry, Space
from connectors.confluence.reader import Reader
from connectors.confluence.wire import Kind
from connectors.model import Batch, Cursor, Memory
from connectors.told import batch
from policies.people import Noun

OVERLAP: Final = timedelta(minutes=10)


class Place(Noun):
    """Where a pass is. `newest` of each kind that has any; `left` is what a crawl has still to go through, the first of
    them from `at` on. `named`: what the spaces were called by the last crawl; `renamed`: those which this one is for.
    """

    newest: Mapping[Kind, datetime]
    left: tuple[Kind, ...] = ()
    at: str | None = None
    named: Mapping[str, str] = {}
    renamed: tuple[str, ...] = ()

    @property
    def cursor(self) -> Cursor:
        return Cursor(self.model_dump_json())


def content(reader: Reader, memory: Memory, cursor: Cursor | None, *, full: bool) -> Iterator[Batch]:
    """`seen` counts what was looked at; in a crawl `total` is what the last look at the structure counted."""
    spaces = reader.spaces()
    if cursor is None or full:
        place = Place(newest=_newest(reader, spaces), left=tuple(Kind), named=_names(spaces))
    else:
        place = _with_what_is_renamed(_place(cursor), spaces)
    if place.left:
        yield from _crawl(reader, memory, spaces, place, full=full)
    else:
        yield from _poll(reader, memory, spaces, place)


def _with_what_is_renamed(place: Place, spaces: Mapping[str, Space]) -> Place:
    """Unless something is left of another crawl: then it waits for the next look."""
    renamed = tuple(name for name, space in spaces.items() if place.named.get(name, space.name) != space.name)
    if place.left:
        return place
    left = tuple(Kind) if renamed else ()
    return place.model_copy(update={"left": left, "renamed": renamed, "named": _names(spaces)})


def _crawl(reader: Reader, memory: Memory, spaces: Mapping[str, Space], place: Place, *, full: bool) -> Iterator[Batch]:
    seen, total = 0, sum(node.kind in DOCUMENTS for node in memory.nodes().values()) or None
    within = frozenset(place.renamed) or None
    crawled = {name: space for name, space in spaces.items() if within is None or name in within}
    labels = reader.labels(crawled).found  # what kept them from being read is told by the look at the structure
    if labels is None:
        labels = {name: one.labels for name, one in memory.known().items()}
    while place.left:
        if place.left[0] in IN_A_SPACE and not crawled:
            place = place.model_copy(update={"left": place.left[1:]})
            continue
        listed = reader.client.listed(place.left[0], spaces=_numbers(crawled), bodies=True, cursor=place.at)
        try:
            for part in listed:
                entries = [normalise.entry(place.left[0], thing) for thing in part.things]
                again = full or within is not None
                told = documents.read(
                    reader,
                    memory,
                    spaces,
                    entries,
                    have_bodies=True,
                    full=again,
                    within=within,
                    labels=labels,
                )
                seen += len(entries)
                is_last = part.cursor is None
                place = place.model_copy(update={"left": place.left[is_last:], "at": part.cursor})
                yield batch(told, seen, total, place.cursor)
        except Outdated:
            if place.at is None:
                raise
            place = place.model_copy(update={"at": None})  # what is known already is not told again


def _poll(reader: Reader, memory: Memory, spaces: Mapping[str, Space], place: Place) -> Iterator[Batch]:
    seen, newest = 0, dict(place.newest)
    for kind in Kind:
        first = True
        for entries in _changed(reader, spaces, kind, place.newest.get(kind)):
            if first:
                newest |= _latest(kind, entries, place.newest.get(kind))
                first = False
            seen += len(entries)
            yield batch(documents.read(reader, memory, spaces, entries, have_bodies=False), seen, None, None)
    yield Batch(seen=seen, total=seen, cursor=place.model_copy(update={"newest": newest, "renamed": ()}).cursor)


def _changed(
    reader: Reader, spaces: Mapping[str, Space], kind: Kind, newest: datetime | None
) -> Iterator[Sequence[Entry]]:
    """What is as new as that, or almost. A moment that is not told is new."""
    since = None if newest is None else newest - OVERLAP
    for part in reader.client.listed(kind, spaces=_numbers(spaces), newest_first=True, limit=MOST_POLLED):
        entries = [normalise.entry(kind, thing) for thing in part.things]
        new = [one for one in entries if since is None or one.changed is None or one.changed >= since]
        if new:
            yield new
        if len(new) < len(entries):
            return


def _newest(reader: Reader, spaces: Mapping[str, Space]) -> dict[Kind, datetime]:
    found: dict[Kind, datetime] = {}
    for kind in Kind:
        for part in reader.client.listed(kind, spaces=_numbers(spaces), newest_first=True, limit=1):
            if part.things:
                found |= _latest(kind, [normalise.entry(kind, thing) for thing in part.things], None)
                break
    return found


def _latest(kind: Kind, entries: Sequence[Entry], before: datetime | None) -> dict[Kind, datetime]:
    moments = [one.changed for one in entries if one.changed is not None]
    moments += [before] if before is not None else []
    return {kind: max(moments)} if moments else {}


def _place(cursor: Cursor) -> Place:
    return Place.model_validate_json(cursor)


def _names(spaces: Mapping[str, Space]) -> dict[str, str]:
    return {name: space.name for name, space in spaces.items()}


def _numbers(spaces: Mapping[str, Space]) -> list[str]:
    return [space.id for space in spaces.values()]
