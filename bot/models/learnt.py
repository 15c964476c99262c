"""How long are the vectors of a hosted embedder? Asked by what begins a sync, and never in the middle of a question: what
it said is recorded with the embedder.
"""

from bot.core.errors import BadUse, Unembedded, Unready
from bot.core.ports import Embedder, Purse
from bot.models.declared import declared, unpriced
from bot.models.gateway.door import Limits
from bot.models.gateway.embedding import EmbeddingModel
from bot.models.hosted import Hosted, dimensions_of
from bot.models.paid import UNCOUNTED
from bot.models.remembered import Remembered
from bot.settings import Settings
from policies.redaction.kinds import InForce, Redaction

_AT_START = Limits(patience_s=20)
_KEPT_S = 60 * 60  # a question's vector: whoever runs a model may put another under its name


def hosted(
    settings: Settings, name: str, dimensions: int, redaction: InForce = Redaction, *, purse: Purse = UNCOUNTED
) -> Embedder:
    """With what was learnt before; without asking anybody. Questions pay from the purse; what is kept is not counted."""
    asked = _model(settings, name)
    if purse.limits_money and asked.price is None:
        raise unpriced("FOOTNOTE_EMBEDDER", name)
    model = Hosted(asked, dimensions, redaction=redaction)
    return Remembered(model.within(settings.embedder_patience_s, purse=purse), keep_s=_KEPT_S, patient=model)


def learnt(settings: Settings, name: str, before: int | None) -> int:
    """Asked anew: under the same name there may be another model by now. If it is away, what it said before holds."""
    try:
        return dimensions_of(_model(settings, name), _AT_START)
    except Unembedded as why:
        if before is None:
            raise Unready(f"Nothing can be embedded yet: {why}. FOOTNOTE_EMBEDDER=none does without.") from None
        return before


def _model(settings: Settings, name: str) -> EmbeddingModel:
    """It is sent the text of every passage there is, or will be."""
    disclosure = declared(settings)
    if not disclosure.may_be_sent_everything(name):
        raise BadUse(
            f"FOOTNOTE_EMBEDDER: {name} would be sent every passage, and by the terms of FOOTNOTE_MODEL_TERMS it may not. "
            "Set it to builtin, to none, or to a model that is declared there for all sources, and local if any is local_only."
        )
    return EmbeddingModel(name, terms=disclosure.of(name))
