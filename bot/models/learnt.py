"""How long are the vectors of the hosted embedder that the settings name? Asked by what begins a sync, kept in the home,
and never asked in the middle of a question.
"""

import os
from pathlib import Path

from pydantic import Field, ValidationError

from bot.core.errors import Unembedded, Unready
from bot.core.ports import Embedder
from bot.models.gateway.door import Limits
from bot.models.gateway.embedding import EmbeddingModel
from bot.models.hosted import Hosted, dimensions_of
from bot.models.remembered import Remembered
from bot.settings import Settings
from policies.people import Noun

_FILE = "embedder.json"
_AT_START = Limits(patience_s=20)
_KEPT_S = 60 * 60  # a question's vector: whoever runs a model may put another under its name


class Learnt(Noun):
    """What one model said of itself."""

    model: str
    dimensions: int = Field(ge=1)


def known(settings: Settings) -> Embedder | None:
    """With what was learnt before; without asking anybody."""
    learnt = _kept(settings.home / _FILE)
    if learnt is None or learnt.model != settings.embedder:
        return None
    return _built(EmbeddingModel(settings.embedder), learnt.dimensions, settings)


def learnt(settings: Settings) -> Embedder:
    """Asked anew: under the same name there may be another model by now. If it is away, what it said before holds."""
    model = EmbeddingModel(settings.embedder)
    try:
        dimensions = dimensions_of(model, _AT_START)
    except Unembedded as why:
        before = _kept(settings.home / _FILE)
        if before is None or before.model != settings.embedder:
            raise Unready(f"Nothing can be embedded yet: {why}. FOOTNOTE_EMBEDDER=none does without.") from None
        return _built(model, before.dimensions, settings)
    _keep(settings.home / _FILE, Learnt(model=settings.embedder, dimensions=dimensions))
    return _built(model, dimensions, settings)


def _built(model: EmbeddingModel, dimensions: int, settings: Settings) -> Embedder:
    hosted = Hosted(model, dimensions)
    return Remembered(hosted.within(settings.embedder_patience_s), keep_s=_KEPT_S, patient=hosted)


def _kept(file: Path) -> Learnt | None:
    try:
        return Learnt.model_validate_json(file.read_bytes())
    except (OSError, ValidationError):
        return None


def _keep(file: Path, learnt: Learnt) -> None:
    """Whole or not at all; another process may be about to do the same."""
    fresh = file.with_suffix(f".{os.getpid()}")
    fresh.write_text(learnt.model_dump_json(), encoding="utf-8")
    fresh.replace(file)
