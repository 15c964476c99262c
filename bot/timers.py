"""When the sources are read again, and by whom. A timer only asks for work; asking twice for what waits is asking once."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import partial

from apscheduler.schedulers.background import BackgroundScheduler

from bot import app, worker
from bot.stores.leader import Leader
from connectors.model import Loop

_BEATS = 3  # in the length of a lease


@contextmanager
def kept_fresh(assistant: app.Assistant) -> Iterator[None]:
    """From here to the end of the block. What an embedder's provider did not do, it is asked again with the next round."""
    records = assistant.records
    leader = Leader(records.database, records.jobs, records.clock)
    queue = (records.jobs, records.database, records.ledger, records.clock)

    def sync_next() -> bool:
        synced = list(worker.run_syncs(*queue, partial(assistant.sync, progress=lambda _: None)))
        return bool(synced or list(worker.run_jobs(worker.CLEAR, *queue, lambda _: assistant.clear_removed())))

    def embed_next() -> bool:
        return bool(list(worker.run_jobs(worker.EMBED, *queue, partial(assistant.embed, progress=lambda _: None))))

    def ask(loop: Loop) -> None:
        if leader.leads():
            app.ask_for_sync(records, app.with_loop(records, loop), [loop])

    def see_to_the_rest() -> None:
        if leader.leads():
            app.ask_for_embedding(records)
            app.ask_for_clearing(records)

    timers, now = BackgroundScheduler(timezone="UTC"), records.clock()
    pauses = {loop: timedelta(minutes=records.settings.minutes_between[loop]) for loop in Loop}
    _every(timers, records.jobs.length / _BEATS, leader.leads, now)
    _every(timers, pauses[Loop.CONTENT], see_to_the_rest, now)
    for loop, pause in pauses.items():
        _every(timers, pause, partial(ask, loop), app.due(records, loop, pause))
    kinds = (worker.SYNC, worker.CLEAR, worker.EMBED)
    with (
        worker.Pool(sync_next, size=1) as syncing,
        worker.Pool(embed_next, size=1) as embedding,
        worker.Lookout(lambda: records.jobs.is_any_due(records.clock(), kinds=kinds), [syncing, embedding]),
    ):
        timers.start()
        try:
            yield
        finally:
            timers.shutdown()


def _every(timers: BackgroundScheduler, pause: timedelta, do: Callable[[], object], now: datetime) -> None:
    timers.add_job(
        do,
        "interval",
        seconds=pause.total_seconds(),
        next_run_time=now,
        coalesce=True,
        misfire_grace_time=None,
    )
