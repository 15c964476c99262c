"""What do composers share that ask no model? They compare by vectors where these can be had, and by words alone where not; and
whatever they draft keeps the contract, so that there is nothing to mend.
"""

from collections.abc import Callable, Sequence
from functools import partial

from bot.core.errors import Unembedded
from bot.core.nouns import Byline
from bot.core.ports import Composed, Embed, Embedder, Errand
from policies import contract
from policies.evidence import Draft, Evidence
from policies.rules import AnswerLimits


def composed(name: str, draft: Callable[[Embed | None], Draft], embedder: Embedder | None, errand: Errand) -> Composed:
    """The byline says if there were to be vectors, and why there are none."""
    if embedder is None:
        return Composed(draft(None), Byline(composer=name))
    try:
        return Composed(draft(partial(embedder.embed, errand=errand)), Byline(composer=name))
    except Unembedded as why:
        return Composed(draft(None), Byline(composer=name, without_vectors=why.because))


def broken(draft: Draft, evidence: Evidence, limits: AnswerLimits) -> Sequence[contract.Violation]:
    return contract.violations(draft, evidence, max_claim_characters=limits.max_claim_characters)
