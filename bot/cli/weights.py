"""The embedder for a command: fetched before work that needs it, and never in the middle of a question."""

from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn

from bot.cli.terminal import err
from bot.core.ports import Embedder
from bot.models import learnt
from bot.models.embedder import MiniLM
from bot.models.remembered import Remembered
from bot.models.weights import fetch, locate
from bot.settings import Settings

WORDS_ALONE = (
    "Note: the embedder's weights are not on this machine, so only words were matched, not meaning. "
    "`footnote sync` fetches them."
)


NOT_ASKED_YET = (
    "Note: the embedder of FOOTNOTE_EMBEDDER has embedded nothing yet, so only words were matched, not meaning. "
    "`footnote sync` begins with it."
)


def missing(settings: Settings, embedder: Embedder | None) -> str | None:
    """What to say where words alone were matched, though somebody wanted more."""
    if embedder is not None or settings.embedder == "none":
        return None
    return WORDS_ALONE if settings.embedder == "builtin" else NOT_ASKED_YET


def present(settings: Settings) -> Embedder | None:
    if settings.embedder not in {"builtin", "none"}:
        return learnt.known(settings)
    weights = locate(settings.models) if settings.embedder == "builtin" else None
    return Remembered(MiniLM(weights)) if weights is not None else None


def fetched(settings: Settings) -> Embedder | None:
    if settings.embedder == "none":
        return None
    if settings.embedder != "builtin":
        return learnt.learnt(settings)
    if (there := present(settings)) is not None:
        return there
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn())
    with Progress(*columns, console=err, transient=True) as bar:
        task = bar.add_task("Fetching the embedder's weights (once)", total=None)
        weights = fetch(
            settings.models,
            offline_folder=settings.models_offline,
            progress=lambda done, total: bar.update(task, completed=done, total=total),
        )
    return Remembered(MiniLM(weights))
