"""What do the files say? First all of them, then only what the logs tell was changed since.

    where each log stands → a crawl of what lies there → from then on: page after page of each log

A log's token moves with the last of its page. What a log tells of a folder is told of the folder alone: what lies below it
is in doubt from the same batch on, and read anew before the token moves.
"""

from collections.abc import Generator, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from connectors.drive.client import Outdated
from connectors.drive.documents import hidden, read
from connectors.drive.logs import Logs, logs
from connectors.drive.news import news
from connectors.drive.normalise import FILE, Log, entries, kind
from connectors.drive.reader import Reader
from connectors.drive.tokens import Voiceless
from connectors.http import Misunderstood
from connectors.model import Batch, Cursor, Fatal, Memory, Problem
from connectors.told import batch
from policies.people import Noun

AT_ONCE: Final = 100


class Place(Noun):
    """Where a pass is. `tokens` of each log; `left` are those that a crawl has still to go through, the first of them
    from `at` on.
    """

    tokens: Mapping[str, str] = {}
    left: tuple[str, ...] = ()
    at: str | None = None

    @property
    def cursor(self) -> Cursor:
        return Cursor(self.model_dump_json())

    def moved(self, log: str, token: str) -> "Place":
        return self.model_copy(update={"tokens": {**self.tokens, log: token}})

    def anew(self, log: str, token: str) -> "Place":
        """From its beginning, with a token that was had before."""
        return Place(tokens={**self.tokens, log: token}, left=(log, *(one for one in self.left if one != log)))

    def turned_to(self, log: str) -> "Place":
        rest = tuple(one for one in self.left if one != log)
        return self.model_copy(update={"left": (log, *rest), "at": self.at if self.left[:1] == (log,) else None})

    def beyond(self, at: str | None) -> "Place":
        return self.model_copy(update={"left": self.left if at is not None else self.left[1:], "at": at})


Pass = Generator[Batch, None, Place]


@dataclass
class _Count:
    """For progress, over all logs."""

    total: int | None
    seen: int = 0


def content(reader: Reader, memory: Memory, cursor: Cursor | None, *, full: bool) -> Iterator[Batch]:
    """`seen` counts what was looked at; in a crawl `total` is what the last look at the structure counted."""
    found = logs(reader)
    yield batch(hidden(memory, found.gone), 0, None, None)
    place = _kept(found, Place() if cursor is None or full else Place.model_validate_json(cursor))
    is_begun = not place.left and found.found.keys() <= place.tokens.keys()
    count = _Count(None if is_begun else sum(kind(name) == FILE for name in memory.nodes()) or None)
    for log in found.found.values():
        place = yield from _each(log, _read(reader, memory, log, place, count, full=full), place)
    yield Batch(problems=tuple(found.silent.values()), seen=count.seen, total=count.seen, cursor=place.cursor)


def _kept(found: Logs, place: Place) -> Place:
    """Without what is no log any more. What is silent now goes on from where it is."""
    there = found.found.keys() | found.silent.keys()
    left = tuple(name for name in place.left if name in there)
    return Place(
        tokens={name: token for name, token in place.tokens.items() if name in there},
        left=left,
        at=place.at if left[:1] == place.left[:1] else None,
    )


def _each(log: Log, its: Pass, place: Place) -> Pass:
    """Of somebody for whom we may not ask, or who has no Drive, nothing is concluded; the others have their turn."""
    try:
        return (yield from its)
    except Fatal as error:
        if not (isinstance(error, Voiceless) or log.is_one_of_many):
            raise
        yield Batch(problems=(Problem(where=log.name, reason=f"{error}; it is not read"),))
        return place


def _read(reader: Reader, memory: Memory, log: Log, place: Place, count: _Count, *, full: bool) -> Pass:
    if log.name not in place.tokens:
        place = place.anew(log.name, reader.client.start(log.who, log.drive))
        yield Batch(cursor=place.cursor)
    if log.name in place.left:
        place = yield from _crawled(reader, memory, log, place.turned_to(log.name), count, full=full)
    return (yield from _followed(reader, memory, log, place, count))


def _crawled(reader: Reader, memory: Memory, log: Log, place: Place, count: _Count, *, full: bool = False) -> Pass:
    while True:
        try:
            for page in reader.client.listed(log.who, log.query, drive=log.drive, size=AT_ONCE, cursor=place.at):
                told = read(reader, memory, entries(log, page.files), full=full)
                count.seen += len(page.files)
                place = place.beyond(page.next_page_token)
                yield batch(told, count.seen, count.total, place.cursor)
        except Outdated:
            if place.at is None:
                raise Misunderstood(f"the listing of {log.name} cannot be begun") from None
            place = place.model_copy(update={"at": None})  # what is known already is not told again
            continue
        return place


def _followed(reader: Reader, memory: Memory, log: Log, place: Place, count: _Count) -> Pass:
    """A token that is not taken any more: what it would have told is found by looking at everything."""
    try:
        for page in reader.client.changes(log.who, place.tokens[log.name], log.drive):
            told = yield from news(reader, memory, log, page)
            token = page.next_page_token or page.new_start_page_token
            if token is None:
                raise Misunderstood(f"the log {log.name} ends without saying where it goes on")
            place = place.moved(log.name, token)
            count.seen += len(page.changes)
            yield batch(told, count.seen, None, place.cursor)
    except Outdated:
        place = place.anew(log.name, reader.client.start(log.who, log.drive))
        yield Batch(cursor=place.cursor)
        place = yield from _crawled(reader, memory, log, place, count)
    return place
