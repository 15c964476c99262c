"""The embedder for a command: fetched before work that needs it, and never in the middle of a question."""

from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn

from bot import app
from bot.cli.terminal import complain, err
from bot.core.ports import Embedder, Purse
from bot.models.learnt import learnt
from bot.models.weights import fetch, locate
from bot.settings import Settings

_NO_WEIGHTS = (
    "Note: the embedder's weights are not on this machine, so only words were matched, not meaning. "
    "`footnote sync` fetches them."
)
_NOBODY_YET = (
    "Note: nothing has been embedded yet, so only words were matched, not meaning. `footnote sync` begins with it."
)


def serving(records: app.Records) -> Embedder | None:
    """Whoever serves now, if that can be had here, whatever the settings want: searching goes on with it until another
    has taken over.
    """
    settings, now = records.settings, records.embedders.serving()
    if settings.embedder == "none" or now is None:
        return None
    return app.embedder(
        settings, now.setting, dimensions=now.dimensions, redaction=records.redaction, purse=app.purse(records)
    )


def wanted(records: app.Records) -> Embedder | None:
    """What the settings name. A hosted one is asked what it is by now, and if it is away, what it was before holds."""
    settings = records.settings
    known = records.embedders.built_from(settings.embedder)
    before = known.dimensions if known is not None else None
    return fetched(settings, settings.embedder, before=before, purse=app.purse(records))


def fetched(settings: Settings, name: str, *, before: int | None = None, purse: Purse | None = None) -> Embedder | None:
    if name in {"builtin", "none"}:
        _fetch_weights(settings, name)
        return app.embedder(settings, name)
    return app.embedder(settings, name, dimensions=learnt(settings, name, before), purse=purse)


def _fetch_weights(settings: Settings, name: str) -> None:
    if name == "none" or locate(settings.models) is not None:
        return
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn())
    with Progress(*columns, console=err, transient=True) as bar:
        task = bar.add_task("Fetching the embedder's weights (once)", total=None)
        fetch(
            settings.models,
            offline_folder=settings.models_offline,
            progress=lambda done, total: bar.update(task, completed=done, total=total),
        )


def say_if_by_words_alone(records: app.Records, embedder: Embedder | None) -> None:
    """Who wanted nothing else is not told."""
    if embedder is not None or records.settings.embedder == "none":
        return
    now = records.embedders.serving()
    if now is None:
        complain(_NOBODY_YET)
    elif now.setting == "builtin":
        complain(_NO_WEIGHTS)
    else:
        complain(
            f"Note: {now.setting}, which embedded the passages, cannot be used here, so only words were matched, "
            "not meaning. Is its key set? To change to another: set FOOTNOTE_EMBEDDER, and `footnote sync`."
        )
