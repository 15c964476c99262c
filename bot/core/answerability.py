"""Do these passages answer at all? Judged from retrieval alone, before anything is written: how near the nearest is to what
was asked, how many of the question's words one of them has, and how far the first stands out from the last.

Pure, and of the visible passages alone. The weights are rules; they were fitted as a probability, so a threshold reads as
one.
"""

import math

from bot.core.nouns import Wording
from bot.core.terms import spellings, terms
from policies.evidence import Evidence
from policies.languages import among, language_of
from policies.rules import Answerability


def answerable(wording: Wording, evidence: Evidence, rules: Answerability) -> float:
    """From 0, the sources do not answer this, to 1. Without evidence: 0; if the vectors found nothing, it is not known: 1."""
    if not evidence.found:
        return 0.0
    near = [found.vectors_score for found in evidence.found if found.vectors_score is not None]
    if not near or not rules.calibrated:
        return 1.0
    scores = [found.score for found in evidence.found]  # a reranker's order is not theirs
    weighed = (
        rules.offset
        + rules.nearness * max(near)
        + rules.coverage * _coverage(wording.asked, evidence)
        + rules.lead * (max(scores) - min(scores))
    )
    return round(1 / (1 + math.exp(-weighed)), 6)


def _coverage(asked: str, evidence: Evidence) -> float:
    """By the passage that has most of the question's words, its headings with it."""
    texts = ["\n".join((*passage.heading_path, passage.text)) for passage in evidence.passages]
    languages = [language_of(text) for text in texts]
    wanted = spellings(asked, among(languages))
    said = (set(terms(text, language)) for text, language in zip(texts, languages, strict=True))
    return max(sum(not words.isdisjoint(spelt) for spelt in wanted) for words in said) / max(1, len(wanted))
