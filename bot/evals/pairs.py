"""Question-passage pairs, from which others can tune an embedder: what answers a question, and what is found beside it
and does not. Each text is as this product embeds it.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from bot.core.nouns import Piece
from bot.core.ports import Embedder
from policies.evidence import Evidence, Passage


class Pair(NamedTuple):
    """A line of the export. `negatives`: of documents that nobody judged to be relevant, hardest first."""

    id: str
    half: str
    document: str
    query: str
    positive: str
    negatives: tuple[str, ...]


class Judged(NamedTuple):
    """A question with everything that was found for it, and which of the set's documents are relevant."""

    id: str
    half: str
    query: str
    evidence: Evidence
    relevant: frozenset[str]


def pairs(
    judged: Judged,
    names: Mapping[str, str],
    pieces_of: Mapping[str, Sequence[str]],
    embedder: Embedder,
    *,
    negatives: int,
) -> Iterator[Pair]:
    """One for each relevant document: its best piece, as the search has it; where the search did not find it, which is
    what there is most to learn from, as the embedder has it. `names`: what the set calls each document found.
    """
    best: dict[str, Passage] = {}
    for passage in judged.evidence.passages:
        best.setdefault(names[passage.document], passage)
    hard = [as_embedded(passage) for document, passage in best.items() if document not in judged.relevant]
    for document in sorted(judged.relevant):
        pieces = pieces_of.get(document, ())
        if document in best:
            positive = as_embedded(best[document])
        elif pieces:
            positive = _nearest(judged.query, pieces, embedder)
        else:
            continue
        others = tuple(dict.fromkeys(text for text in hard if text != positive))
        yield Pair(judged.id, judged.half, document, judged.query, positive, others[:negatives])


def as_embedded(passage: Passage) -> str:
    return Piece(ordinal=passage.ordinal, heading_path=passage.heading_path, text=passage.text).embedded_text


def _nearest(query: str, pieces: Sequence[str], embedder: Embedder) -> str:
    """The first of those that are alike."""
    question, *rows = embedder.embed([query, *pieces])
    return pieces[int(np.argmax(np.round(np.array(rows) @ question, 6)))]
