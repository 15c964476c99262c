"""`footnote sync`."""

from collections.abc import Sequence
from functools import partial

from rich.progress import BarColumn, MofNCompleteColumn, TaskID, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bars

from bot import app, worker
from bot.cli import weights
from bot.cli.terminal import FAULT, command, complain, err, say
from bot.core.errors import BadUse
from bot.core.ports import Embedder
from bot.flows.sync import Progress, Tally
from connectors.model import Loop, Problem

_MOST_PROBLEMS = 20


def sync(name: str | None, *, full: bool) -> None:
    with command() as settings, app.records(settings) as records:
        listed = records.sources.listed()
        names = [source.name for source in listed]
        if name is not None and name not in names:
            raise BadUse(f"There is no source named {name}. `footnote sources` lists them.")
        paused = {source.name for source in listed if source.paused is not None}
        if name in paused:
            raise BadUse(f"{name} is paused, so it is not read. To go on: footnote sources resume {name}")
        for one in sorted(paused):
            complain(f"{one} is paused, so it is not read.")
        if not names and records.sources.leftovers():
            _clear_removed(records)
            return
        if not names:
            raise BadUse("There are no sources yet. Add one: footnote sources add folder PATH --name NAME")
        embedder = weights.wanted(records)
        results = bring_up_to_date(records, embedder, [name] if name else names, full=full, command="footnote sync")
        for result in results:
            _report(result)
        error = _take_over(records, embedder)
        with app.assistant(records, embedder, command="footnote sync") as assistant:
            assistant.read_examples()
    if error or any(result.error for result in results):
        raise SystemExit(FAULT)


def bring_up_to_date(
    records: app.Records, embedder: Embedder | None, names: Sequence[str], *, command: str, full: bool = False
) -> list[worker.Synced]:
    """Reads these sources now, with progress, and whatever else waits to be read."""
    with app.assistant(records, embedder, command=command) as assistant:
        assistant.want(embedder)
        app.ask_for_sync(records, names, full=full)
        with _bars() as bars:
            run = partial(assistant.sync, progress=_Shown(bars))
            return list(worker.run_syncs(records.jobs, records.database, records.ledger, records.clock, run))


def _take_over(records: app.Records, embedder: Embedder | None) -> bool:
    """The embedder that is to serve gets what it lacks, with progress, and serves. Whether that failed."""
    before = records.embedders.standing()
    if embedder is None or not app.ask_for_embedding(records):
        return False
    with app.assistant(records, embedder, command="footnote sync") as assistant, _bars() as bars:
        task = bars.add_task(embedder.name, total=before.passages, completed=before.made) if before.coming else None
        run = partial(assistant.embed, progress=lambda made: bars.advance(task, made) if task is not None else None)
        queue = (records.jobs, records.database, records.ledger, records.clock)
        results = list(worker.run_jobs(worker.EMBED, *queue, run))
    for result in results:
        if result.done is not None and result.done.embedder is not None:
            say(f"Searching with {result.done.embedder} from now on: {result.done.passages} passages embedded for it.")
    errors = [result.error for result in results if result.error is not None]
    for error in errors:
        complain(f"{embedder.name}: {error}. {_until_then(records)}")
    return bool(errors)


def _until_then(records: app.Records) -> str:
    now = records.embedders.standing()
    if now.coming is None or now.serving is None:
        return "The next sync goes on with it."
    return (
        f"{now.made:,} of {now.passages:,} passages are embedded, and the next sync goes on from there. "
        f"Until then it is searched with {now.serving.name}."
    )


def _clear_removed(records: app.Records) -> None:
    """The text of the last source goes too, though no source is left whose sync would see to it."""
    with app.assistant(records, weights.serving(records), command="footnote sync") as assistant:
        cleared = assistant.clear_removed()
    say(f"Cleared away {cleared} passages of removed sources. No source is left to read.")


class _Shown:
    """One bar a loop of a source."""

    def __init__(self, bars: Bars) -> None:
        self._bars = bars
        self._tasks: dict[str, TaskID] = {}

    def __call__(self, progress: Progress) -> None:
        task = progress.source if progress.loop is Loop.CONTENT else f"{progress.source}: {progress.loop}"
        if task not in self._tasks:
            self._tasks[task] = self._bars.add_task(task, total=progress.total)
        self._bars.update(
            self._tasks[task],
            completed=progress.seen,
            total=progress.total,
            embedded=progress.embedded,
        )


def _bars() -> Bars:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    return Bars(*columns, console=err)


def _report(result: worker.Synced) -> None:
    if result.tally is None:
        complain(f"{result.source}: {result.error}")
        return
    say(f"{result.source}: {_counts(result.tally)}")
    for problem in result.tally.problems[:_MOST_PROBLEMS]:
        complain(f"  {_words(problem)}")
    if len(result.tally.problems) > _MOST_PROBLEMS:
        more = len(result.tally.problems) - _MOST_PROBLEMS
        complain(f"  … and {more} more: footnote sources --json")


def _counts(tally: Tally) -> str:
    parts = [
        f"{tally.seen} documents read",
        f"{tally.changed} new or changed",
        f"{tally.access_changed} with new access" if tally.access_changed else "",
        f"{tally.labels_changed} with other labels" if tally.labels_changed else "",
        f"{tally.layers_changed} places with new restrictions" if tally.layers_changed else "",
        f"{tally.deleted} gone" if tally.deleted else "",
        f"{tally.embedded} passages embedded",
        "groups changed" if tally.groups_changed else "",
        f"{len(tally.problems)} with problems" if tally.problems else "",
    ]
    return ", ".join(part for part in parts if part)


def _words(problem: Problem) -> str:
    where = f"{problem.where}, line {problem.line}" if problem.line else problem.where
    return f"{where}: {problem.reason}"
