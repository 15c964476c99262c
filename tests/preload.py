"""What the forked command lines have imported already, and what they would all work out alike. None of it starts a thread,
or leaves anything open.
"""

from bot.settings import quiet_libraries

quiet_libraries()

import gc  # noqa: E402
import os  # noqa: E402
from collections.abc import Mapping, Sequence  # noqa: E402
from concurrent.futures import ThreadPoolExecutor  # noqa: E402
from contextlib import suppress  # noqa: E402
from pathlib import Path  # noqa: E402

import chromadb.api.rust  # noqa: E402
import chromadb.telemetry.product.posthog  # noqa: E402, F401
import numpy.ma  # noqa: E402, F401
import onnxruntime  # noqa: E402, F401
import psycopg  # noqa: E402, F401
from filelock import FileLock  # noqa: E402
from pydantic import ValidationError  # noqa: E402

from bot import __main__, app, settings  # noqa: E402, F401
from bot.app.models import embedder  # noqa: E402
from bot.cli import ask, audit, serve, sources, sync  # noqa: E402, F401
from bot.core.errors import Unembedded  # noqa: E402
from bot.core.ports import NOBODYS, Errand, Vector  # noqa: E402
from bot.models import extractive  # noqa: E402, F401
from bot.models.downloads import MINILM  # noqa: E402
from bot.models.embedder import MiniLM  # noqa: E402
from bot.models.examples import ByExamples  # noqa: E402
from bot.models.gateway import door  # noqa: E402
from bot.models.graph import DIMENSIONS  # noqa: E402
from bot.models.weights import Weights, locate  # noqa: E402
from bot.tools import drive_share_file, jira_create_issue  # noqa: E402, F401
from policies import rules  # noqa: E402
from policies.intents import Intent  # noqa: E402
from tests import dialects, laid_down  # noqa: E402

door.quiet_litellm()
dialects.share()
laid_down.once()
laid_down.now()


def share_embedder() -> None:
    """Its session takes a command longer to make than to use, starts no thread, and is read only: whoever is forked has it."""
    weights = locate(settings.load().models)
    if weights is None:
        return
    shared, by_weights = MiniLM(weights), MiniLM.__init__

    def begin(self: MiniLM, wanted: Weights, *, threads: int = 2) -> None:
        if wanted != weights:
            by_weights(self, wanted, threads=threads)
            return
        vars(self).update(vars(shared), _pool=ThreadPoolExecutor(threads, thread_name_prefix="embedder"))

    MiniLM.__init__ = begin  # type: ignore[assignment, method-assign]


class Kept:
    """Of the built-in embedder: what it has embedded on this machine before, and nothing else."""

    name = f"{MINILM.name}@{MINILM.model_sha256[:8]}"
    dimensions = DIMENSIONS

    def __init__(self) -> None:
        self.lacks_some = False

    def embed(self, texts: Sequence[str], *, errand: Errand = NOBODYS) -> Vector:  # noqa: ARG002
        self.lacks_some = True
        raise Unembedded(self.name, "unreachable")


def fit_examples() -> None:
    """Those of the packaged rules, by words and by meaning: it takes longer than most commands."""
    found, intents = settings.load(), rules.parse(app.packaged_rules()).intents
    folder = found.models.parent / "examples"
    ByExamples(None, folder).guess("", intents)
    folder.mkdir(parents=True, exist_ok=True)
    with FileLock(folder / "tests.lock"):
        if not _is_fitted(folder, intents):
            _embed(found, folder, intents)
            _is_fitted(folder, intents)


def _is_fitted(folder: Path, intents: Mapping[str, Intent]) -> bool:
    kept = Kept()
    ByExamples(kept, folder).warm(intents)
    return not kept.lacks_some


def _embed(found: settings.Settings, folder: Path, intents: Mapping[str, Intent]) -> None:
    """In a process of its own, since the embedder has threads."""
    child = os.fork()
    if child:
        os.waitpid(child, 0)
        return
    try:
        ByExamples(embedder(found, "builtin"), folder).warm(intents)
    finally:
        os._exit(0)


with suppress(ValidationError):  # of an environment that a test has spoilt
    fit_examples()
    share_embedder()
gc.collect()
gc.freeze()  # what all of them share is looked through by none of them
