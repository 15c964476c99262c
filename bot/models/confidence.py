"""Does the evidence answer at all? Judged by the best unit, by the passage that it stands in, and by what is missing.

Fitted once to questions with and without an answer, then rounded; the least confidence for an answer is a rule.
"""

from collections.abc import Sequence

from bot.models.asked import Asked, squashed
from bot.models.scores import Ranking, share, similarities
from policies.evidence import Evidence
from policies.languages import Language

OWN_WORDS = 0.5
WORDS_ABOVE = 2.0  # a heading is short: sharing words with it is rarely chance
ROW = 0.5
MEANING = 1.0
COVERAGE = 0.5  # of the question's words by the whole passage
SIMILARITY = 1.5  # of the nearest passage
NAME_MISSING = -0.8  # the question names a thing (`VT-300`) of which the passage does not speak


def confidence(
    found: Ranking, wanted: Asked, evidence: Evidence, languages: Sequence[Language], *, by_words: bool
) -> float:
    """Without an embedder, `by_words`, nothing is known of meaning: the sum is smaller and has a rule of its own."""
    if not found.units:
        return 0.0
    best = found.units[0]
    passage = best.unit.passage
    read = "\n".join((*passage.heading_path, passage.text))
    return (
        OWN_WORDS * best.signs.own
        + WORDS_ABOVE * best.signs.above
        + ROW * best.signs.row
        + MEANING * best.signs.meaning
        + COVERAGE * share(wanted.said(read, languages[best.unit.rank]), found.weight)
        + (0.0 if by_words else SIMILARITY * max(similarities(evidence)))
        + NAME_MISSING * any(name not in squashed(read) for name in wanted.names)
    )
