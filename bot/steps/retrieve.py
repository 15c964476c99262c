"""Which passages may answer this question? Both retrievers see only what the whole audience may read.

(1) each retriever ranks within the scope, for each wording of the question; (2) every passage is judged again, by the
rows as they are now and by the policy itself; (3) the rankings of what is left are fused, and the best of them put in
order by a reranker, if there is one; (4) the best are kept, few from one document.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from bot.core.errors import Unembedded
from bot.core.fusion import Looked, fused
from bot.core.nouns import PassageId, Reordering, Wording
from bot.core.ports import Embedder, Hit, Passages, Reranker, Scope, Search, Stored, Vector
from bot.core.reranking import reordered
from policies.access import readable_lists
from policies.evidence import Evidence, Found, Ranks, Standing
from policies.intents import Route
from policies.people import Audience
from policies.rules import AnswerRules, EvidenceLimits


class Retrieved(NamedTuple):
    """What was found, and what of the search could not be done: `without_vectors` is why words alone were compared."""

    evidence: Evidence = Evidence()
    without_vectors: str | None = None
    reordering: Reordering | None = None


class _Hits(NamedTuple):
    """For one wording."""

    weight: float
    keywords: tuple[Hit, ...]
    vectors: tuple[Hit, ...]


class _Ranked(NamedTuple):
    """The same, of what may be used: rank, from 1, and score."""

    weight: float
    keywords: Mapping[PassageId, tuple[int, float]]
    vectors: Mapping[PassageId, tuple[int, float]]

    def looked(self) -> Looked:
        return Looked(
            self.weight,
            {id_: score for id_, (_, score) in self.keywords.items()},
            {id_: score for id_, (_, score) in self.vectors.items()},
        )

    def standing(self, id_: PassageId) -> Standing:
        words, meaning = self.keywords.get(id_), self.vectors.get(id_)
        return Standing(
            keywords_score=words[1] if words else None,
            vectors_score=meaning[1] if meaning else None,
            ranks=Ranks(keywords=words[0] if words else None, vectors=meaning[0] if meaning else None),
        )


def retrieve(
    wording: Wording,
    audience: Audience,
    scope: Scope,
    route: Route,
    *,
    search: Search,
    passages: Passages,
    embedder: Embedder | None,
    reranker: Reranker | None = None,
    rules: AnswerRules,
    now: datetime,
) -> Retrieved:
    if not scope.lists:
        return Retrieved()
    weighed = _weighed(wording, rules.follow_ups.weight)
    vectors, without_vectors = _vectors([text for text, _ in weighed], route, embedder)
    hits = [
        _hits(text, weight, vector, scope, route, search, rules.evidence.candidates)
        for (text, weight), vector in zip(weighed, vectors, strict=True)
    ]
    found = dict.fromkeys(PassageId(hit.passage) for one in hits for hit in (*one.keywords, *one.vectors))
    stored = passages.live(list(found))
    allowed = readable_lists(audience, {one.list_id: one.access for one in stored.values()}, now) & scope.lists
    readable = {
        id_: one
        for id_, one in stored.items()
        if one.list_id in allowed and one.passage.document not in scope.without_documents
    }
    ranked = [_Ranked(one.weight, _ranked(one.keywords, readable), _ranked(one.vectors, readable)) for one in hits]
    evidence, reordering = _evidence(ranked, readable, wording.understood, reranker, rules)
    return Retrieved(evidence, without_vectors, reordering)


def _weighed(wording: Wording, of_whole: float) -> list[tuple[str, float]]:
    if wording.whole is None:
        return [(wording.asked, 1.0)]
    return [(wording.asked, 1 - of_whole), (wording.whole, of_whole)]


def _vectors(
    texts: Sequence[str], route: Route, embedder: Embedder | None
) -> tuple[Sequence[Vector | None], str | None]:
    """Of all wordings or of none: half of them would count for more than they should."""
    if "vectors" not in route.retrievers or embedder is None:
        return [None] * len(texts), None
    try:
        return list(embedder.embed(texts)), None
    except Unembedded as why:
        return [None] * len(texts), why.because


def _hits(text: str, weight: float, vector: Vector | None, scope: Scope, route: Route, search: Search, k: int) -> _Hits:
    by_words = search.keywords(text, scope, k) if "keywords" in route.retrievers else ()
    by_meaning = search.vectors(vector, scope, k) if vector is not None else ()
    return _Hits(weight, by_words, by_meaning)


def _evidence(
    ranked: Sequence[_Ranked],
    stored: Mapping[PassageId, Stored],
    question: str,
    reranker: Reranker | None,
    rules: AnswerRules,
) -> tuple[Evidence, Reordering | None]:
    documents = {id_: one.passage.document for id_, one in stored.items()}
    scores = fused([one.looked() for one in ranked], documents, rules.ranking)
    by_score = sorted(scores, key=lambda id_: (-scores[id_], *_tie(stored[id_])))
    order, reranked, told = reordered(question, by_score, stored, reranker, rules.ranking.reranked)
    chosen = _few_of_each(order, stored, rules.evidence)
    evidence = Evidence(
        found=tuple(
            Found(
                passage=stored[id_].passage.model_copy(update={"handle": handle}),
                list_id=stored[id_].list_id,
                score=scores[id_],
                whole=ranked[1].standing(id_) if len(ranked) > 1 else None,
                keywords_score=asked.keywords_score,
                vectors_score=asked.vectors_score,
                ranks=asked.ranks,
                reranked=reranked.get(id_),
            )
            for handle, id_ in enumerate(chosen, start=1)
            for asked in (ranked[0].standing(id_),)
        )
    )
    return evidence, told


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
