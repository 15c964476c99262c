"""Which passages may answer this question? Both retrievers see only what the whole audience may read.

(1) each retriever ranks within the scope; (2) the rankings are fused; (3) every passage is judged again, by the
rows as they are now and by the policy itself; (4) the best are kept, few from one document.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from bot.core.nouns import PassageId
from bot.core.ports import Embedder, Hit, Passages, Scope, Search, Stored
from policies.access import readable_lists
from policies.evidence import Evidence, Found, Ranks
from policies.intents import Route
from policies.people import Audience
from policies.rules import EvidenceLimits

_RRF = 60  # reciprocal rank fusion's constant: how little the very first ranks stand out


def retrieve(
    text: str,
    audience: Audience,
    scope: Scope,
    route: Route,
    *,
    search: Search,
    passages: Passages,
    embedder: Embedder | None,
    limits: EvidenceLimits,
    now: datetime,
) -> Evidence:
    if not scope.lists:
        return Evidence()
    by_words = search.keywords(text, scope, limits.candidates) if "keywords" in route.retrievers else ()
    by_meaning: tuple[Hit, ...] = ()
    if "vectors" in route.retrievers and embedder is not None:
        by_meaning = search.vectors(embedder.embed([text])[0], scope, limits.candidates)
    stored = passages.live([PassageId(hit.passage) for hit in (*by_words, *by_meaning)])
    allowed = readable_lists(audience, {one.list_id: one.access for one in stored.values()}, now) & scope.lists
    readable = {
        id_: one
        for id_, one in stored.items()
        if one.list_id in allowed and one.passage.document not in scope.without_documents
    }
    return _evidence(by_words, by_meaning, readable, limits)


def _evidence(
    by_words: Sequence[Hit], by_meaning: Sequence[Hit], stored: Mapping[PassageId, Stored], limits: EvidenceLimits
) -> Evidence:
    words, meaning = _ranked(by_words, stored), _ranked(by_meaning, stored)
    scores = {
        id_: round(sum(1 / (_RRF + ranking[id_][0]) for ranking in (words, meaning) if id_ in ranking), 6)
        for id_ in {*words, *meaning}
    }
    order = sorted(scores, key=lambda id_: (-scores[id_], *_tie(stored[id_])))
    chosen = _few_of_each(order, stored, limits)
    return Evidence(
        found=tuple(
            Found(
                passage=stored[id_].passage.model_copy(update={"handle": handle}),
                list_id=stored[id_].list_id,
                score=scores[id_],
                keywords_score=words[id_][1] if id_ in words else None,
                vectors_score=meaning[id_][1] if id_ in meaning else None,
                ranks=Ranks(
                    keywords=words[id_][0] if id_ in words else None,
                    vectors=meaning[id_][0] if id_ in meaning else None,
                ),
            )
            for handle, id_ in enumerate(chosen, start=1)
        )
    )


def _ranked(hits: Sequence[Hit], stored: Mapping[PassageId, Stored]) -> dict[PassageId, tuple[int, float]]:
    """Ranks from 1, counting only what is still there and still readable."""
    still = [hit for hit in hits if hit.passage in stored]
    return {hit.passage: (rank, hit.score) for rank, hit in enumerate(still, start=1)}


def _few_of_each(
    order: Iterable[PassageId], stored: Mapping[PassageId, Stored], limits: EvidenceLimits
) -> list[PassageId]:
    taken: Counter[str] = Counter()
    chosen: list[PassageId] = []
    for id_ in order:
        document = stored[id_].passage.document
        if taken[document] < limits.per_document and len(chosen) < limits.passages:
            taken[document] += 1
            chosen.append(id_)
    return chosen


def _tie(stored: Stored) -> tuple[str, str, int]:
    return stored.content_hash, stored.passage.document, stored.passage.ordinal
