"""Work that is asked for, and what of it waits. Nothing is done here: jobs are."""

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta

from sqlmodel import Session

from bot.app.archive import Records
from bot.ops.counted import Standing, Waiting
from bot.stores import halts
from bot.stores.inbox import SLACK_QUESTION
from bot.stores.jobs import CLEAR, REMOVED, take_away_all
from bot.stores.leader import TIMERS
from bot.stores.sources import Listed
from bot.worker import CHANGE, EMBED, SYNC
from connectors.model import Loop

_EMBEDDER = "embedder"  # of a workspace there is one job of it at a time


def standing(records: Records) -> Standing:
    """What waits, and how old what we know of each source is."""
    queues = dict.fromkeys((SLACK_QUESTION, SYNC, EMBED), Waiting("", 0, 0, None))
    for kind, state, count, since in (*records.inbox.still_to_do(), *records.jobs.still_to_do()):
        if kind not in {TIMERS, CHANGE}:
            queues[kind] = queues.get(kind, Waiting("", 0, 0, None)).with_more(state, count, since)
    read_at = {
        (source.name, loop.value): moment
        for source in records.sources.listed()
        for loop, moment in source.read_at.items()
        if moment is not None
    }
    return Standing(records.clock(), tuple(each._replace(what=kind) for kind, each in queues.items()), read_at)


def ask_for_sync(
    records: Records, names: Iterable[str], loops: Collection[Loop] = tuple(Loop), *, full: bool = False
) -> None:
    """For each source one job at a time, which does all that was asked for before it began. None that is paused is read."""
    with records.database.writing() as session:
        paused = halts.halted(session, halts.SOURCE)
        for name in names:
            if name not in paused:
                _enqueue_sync(records, session, name, loops, full=full)


def sync_if_there(records: Records, session: Session, name: str, _now: datetime) -> bool:
    """Of all its loops. Whether there is such a source, and it is not paused."""
    if name not in {source.name for source in records.sources.listed() if source.paused is None}:
        return False
    _enqueue_sync(records, session, name, tuple(Loop), full=False)
    return True


def reread_people(records: Records, session: Session, name: str, _now: datetime) -> None:
    """Whoever is reading them has begun with what was said before, and may write no more of it. A source that is paused is
    read once it goes on.
    """
    take_away_all(session, SYNC, name)
    if name not in halts.halted(session, halts.SOURCE):
        _enqueue_sync(records, session, name, (Loop.GROUPS,), full=False)


def end_later(records: Records, session: Session, change: str, at: datetime) -> None:
    """A change that waits is looked at again when its time is over."""
    records.jobs.enqueue(session, CHANGE, change, {}, now=at)


def _enqueue_sync(records: Records, session: Session, name: str, loops: Collection[Loop], *, full: bool) -> None:
    payload: dict[str, object] = {"full": full, **{loop.value: True for loop in loops}}
    records.jobs.enqueue(session, SYNC, name, payload, now=records.clock())


def with_loop(records: Records, loop: Loop) -> list[str]:
    """The sources that have this loop, and are not paused."""
    return [source.name for source in _with_loop(records, loop)]


def due(records: Records, loop: Loop, pause: timedelta) -> datetime:
    """When the first of them is to be read again: that we begin anew is no reason to read all of them."""
    now = records.clock()
    read = [source.read_at.get(loop) for source in _with_loop(records, loop)]
    whole = [at for at in read if at is not None]
    return max(now, min(whole) + pause) if whole and len(whole) == len(read) else now


def _with_loop(records: Records, loop: Loop) -> list[Listed]:
    listed = records.built.of(records.sources.listed())
    return [source for source, each in listed if loop in each.loops and source.paused is None]


def ask_for_clearing(records: Records) -> None:
    """Where anything is left of a source that was removed, such as by whoever has no vectors."""
    if records.sources.leftovers():
        with records.database.writing() as session:
            records.jobs.enqueue(session, CLEAR, REMOVED, {}, now=records.clock())


def ask_for_embedding(records: Records) -> bool:
    """Whether an embedder is to take over, or has left something: then there is a job for that."""
    if not records.embedders.is_work_left():
        return False
    with records.database.writing() as session:
        records.jobs.enqueue(session, EMBED, _EMBEDDER, {}, now=records.clock())
    return True
