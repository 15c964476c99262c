"""How long are the vectors of a hosted embedder? Asked by what begins a sync, and never in the middle of a question: what
it said is recorded with the embedder.
"""

from bot.core.errors import Unembedded, Unready
from bot.core.ports import Embedder
from bot.models.gateway.door import Limits
from bot.models.gateway.embedding import EmbeddingModel
from bot.models.hosted import Hosted, dimensions_of
from bot.models.remembered import Remembered
from bot.settings import Settings

_AT_START = Limits(patience_s=20)
_KEPT_S = 60 * 60  # a question's vector: whoever runs a model may put another under its name


def hosted(settings: Settings, name: str, dimensions: int) -> Embedder:
    """With what was learnt before; without asking anybody."""
    model = Hosted(EmbeddingModel(name), dimensions)
    return Remembered(model.within(settings.embedder_patience_s), keep_s=_KEPT_S, patient=model)


def learnt(name: str, before: int | None) -> int:
    """Asked anew: under the same name there may be another model by now. If it is away, what it said before holds."""
    try:
        return dimensions_of(EmbeddingModel(name), _AT_START)
    except Unembedded as why:
        if before is None:
            raise Unready(f"Nothing can be embedded yet: {why}. FOOTNOTE_EMBEDDER=none does without.") from None
        return before
