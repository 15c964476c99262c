"""Which passages may answer this question? Both retrievers see only what the whole audience may read.

(1) each retriever ranks within the scope, for each wording of the question; (2) every passage is chosen again, by the
rows as they are now and by the policy itself; (3) the rankings of what is left become one, and the best of them are put in
order by a reranker, if there is one; (4) the best are kept, few from one document unless that leads; (5) neighbours become
one passage; (6) where two of them disagree they say so, and the newer comes first.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple, TypeVar

from bot.core.disagreements import with_disagreements
from bot.core.errors import Unembedded
from bot.core.fusion import Considered, Looked, fused, ordered
from bot.core.neighbours import joined, runs
from bot.core.nouns import PassageId, Reordering, Wording, source_of
from bot.core.ports import (
    NOBODYS,
    Embedder,
    Errand,
    Hit,
    Passages,
    Place,
    Placed,
    Reranker,
    Scope,
    Search,
    Stored,
    Vector,
)
from bot.core.reranking import reordered
from policies.access import readable_lists
from policies.evidence import Evidence, Found, Ranks, Standing, Worth
from policies.intents import Route
from policies.people import Audience
from policies.rules import AnswerRules, EvidenceLimits

_Row = TypeVar("_Row", Placed, Stored)


class Retrieved(NamedTuple):
    """The evidence, and everything that its order was made of; and what of the search could not be done: `without_vectors` is
    why words alone were compared.
    """

    evidence: Evidence = Evidence()
    considered: Considered = Considered()
    without_vectors: str | None = None
    reordering: Reordering | None = None

    @property
    def is_whole(self) -> bool:
        """Everybody who was to have a say had it."""
        return self.without_vectors is None and (self.reordering is None or self.reordering.because is None)


class _Hits(NamedTuple):
    """For one wording."""

    weight: float
    keywords: tuple[Hit, ...]
    vectors: tuple[Hit, ...]


class _Ranked(NamedTuple):
    """The same, of what may be used: rank, from 1, and score, best first."""

    weight: float
    keywords: Mapping[PassageId, tuple[int, float]]
    vectors: Mapping[PassageId, tuple[int, float]]

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
    errand: Errand = NOBODYS,
) -> Retrieved:
    within = _within(scope, route, passages)
    if not within.lists:
        return Retrieved()
    weighed = _weighed(wording, rules.follow_ups.weight)
    vectors, without_vectors = _vectors([text for text, _ in weighed], route, embedder, errand)
    hits = [
        _hits(text, weight, vector, within, route, search, rules.evidence.candidates)
        for (text, weight), vector in zip(weighed, vectors, strict=True)
    ]
    look = _Look(wording, tuple(hits), audience, within, passages, reranker, rules, now, errand)
    chosen = look.by_index() or look.by_rows()
    evidence = Evidence(found=tuple(_with_neighbours(chosen)))
    return Retrieved(with_disagreements(wording, evidence), chosen.considered, without_vectors, chosen.reordering)


class _Chosen(NamedTuple):
    """All that is known of what may be used. `stored`: the chosen, best first."""

    stored: Mapping[PassageId, Stored]
    ranked: Sequence[_Ranked]
    worths: Mapping[PassageId, Worth]
    considered: Considered
    reordering: Reordering | None


@dataclass(frozen=True)
class _Look:
    """What was found, and by what it is chosen."""

    wording: Wording
    hits: tuple[_Hits, ...]
    audience: Audience
    within: Scope
    passages: Passages
    reranker: Reranker | None
    rules: AnswerRules
    now: datetime
    errand: Errand

    def by_index(self) -> _Chosen | None:
        """Ranked by where the index has each passage; read and chosen by its rows is only what is chosen. None: the index
        does not say where, or the rows are not what it says.
        """
        places = {hit.passage: hit.place for hit in self._all() if hit.place is not None}
        if any(hit.passage not in places for hit in self._all()):
            return None
        return self._chosen(places, are_rows=False)

    def by_rows(self) -> _Chosen:
        """Each passage that was found is chosen by its rows before it counts."""
        placed = self.passages.placed(list(dict.fromkeys(hit.passage for hit in self._all())))
        chosen = self._chosen({id_: one.place for id_, one in self._readable(placed).items()}, are_rows=True)
        assert chosen is not None, "what is gone by now is left out"
        return chosen

    def _all(self) -> Iterator[Hit]:
        return (hit for one in self.hits for hit in (*one.keywords, *one.vectors))

    def _chosen(self, places: Mapping[PassageId, Place], *, are_rows: bool) -> _Chosen | None:
        rules = self.rules
        ranked = [_Ranked(one.weight, _ranked(one.keywords, places), _ranked(one.vectors, places)) for one in self.hits]
        considered, reordering = _considered(ranked, places), None
        order = fused(considered, rules.ranking, rules.factors, self.now)
        if self.reranker is not None:
            first = self._read([id_ for id_, _ in order[: rules.ranking.reranked]], places, are_rows=are_rows)
            if first is None:
                return None
            reranked, reordering = reordered(self.wording.understood, first, self.reranker, self.errand)
            considered = considered.with_reranked(reranked)
            order = ordered(considered, rules.ranking, rules.factors, self.now)
        stored = self._read(_few_of_each(order, places, rules.evidence), places, are_rows=are_rows)
        return _Chosen(stored, ranked, dict(order), considered, reordering) if stored is not None else None

    def _read(
        self, ids: Sequence[PassageId], places: Mapping[PassageId, Place], *, are_rows: bool
    ) -> Mapping[PassageId, Stored] | None:
        """Whole, in this order. None: they are not what the index says. Against rows that were read just now, what has gone
        or was shut since is left out.
        """
        readable = self._readable(self.passages.live(ids))
        if not are_rows and any(id_ not in readable or readable[id_].place != places[id_] for id_ in ids):
            return None
        return {id_: readable[id_] for id_ in ids if id_ in readable}

    def _readable(self, rows: Mapping[PassageId, _Row]) -> dict[PassageId, _Row]:
        """Whatever a retriever says, and as the lists are at this moment."""
        lists = {one.place.list_id: one.access for one in rows.values()}
        allowed = readable_lists(self.audience, lists, self.now)
        return {
            id_: one
            for id_, one in rows.items()
            if one.place.list_id in allowed and self.within.has(one.place.list_id, one.place.document)
        }


def _within(scope: Scope, route: Route, passages: Passages) -> Scope:
    """Where a route names sources, spaces or kinds, nothing else exists for it; nor what lies beyond the channel's scope."""
    if route.sources:
        scope = scope._replace(lists=frozenset(one for one in scope.lists if source_of(one) in route.sources))
    if route.spaces or route.kinds:
        scope = scope._replace(documents=passages.documents_in(route.spaces, route.kinds))
    if route.scope:
        here = passages.documents_in(route.scope, ())
        scope = scope._replace(documents=here if scope.documents is None else here & scope.documents)
    return scope


def _weighed(wording: Wording, of_whole: float) -> list[tuple[str, float]]:
    if wording.whole is None:
        return [(wording.asked, 1.0)]
    return [(wording.asked, 1 - of_whole), (wording.whole, of_whole)]


def _vectors(
    texts: Sequence[str], route: Route, embedder: Embedder | None, errand: Errand
) -> tuple[Sequence[Vector | None], str | None]:
    """Of all wordings or of none: half of them would count for more than they should."""
    if "vectors" not in route.retrievers or embedder is None:
        return [None] * len(texts), None
    try:
        return list(embedder.embed(texts, errand=errand)), None
    except Unembedded as why:
        return [None] * len(texts), why.because


def _hits(text: str, weight: float, vector: Vector | None, scope: Scope, route: Route, search: Search, k: int) -> _Hits:
    by_words = search.keywords(text, scope, k) if "keywords" in route.retrievers else ()
    by_meaning = search.vectors(vector, scope, k) if vector is not None else ()
    return _Hits(weight, by_words, by_meaning)


def _considered(ranked: Sequence[_Ranked], placed: Mapping[PassageId, Place]) -> Considered:
    """The same passages in the same places, whatever order they were found in."""
    if not placed:
        return Considered()  # whether there was nothing to search, or nothing in it
    ids = sorted(placed, key=lambda id_: _tie(placed[id_]))
    documents = {one.document: one.updated for one in placed.values()}
    names = sorted(documents)
    place_of = {document: place for place, document in enumerate(names)}
    at = {id_: place for place, id_ in enumerate(ids)}
    return Considered(
        documents=tuple((name, documents[name]) for name in names),
        passages=tuple((id_, place_of[placed[id_].document]) for id_ in ids),
        looks=tuple(
            Looked(
                weight=one.weight,
                keywords=tuple((at[id_], score) for id_, (_, score) in one.keywords.items()),
                vectors=tuple((at[id_], score) for id_, (_, score) in one.vectors.items()),
            )
            for one in ranked
        ),
    )


def _few_of_each(
    order: Sequence[tuple[PassageId, Worth]], placed: Mapping[PassageId, Place], limits: EvidenceLimits
) -> list[PassageId]:
    leading = _leading(order, placed, limits.leads)
    taken: Counter[str] = Counter()
    chosen: list[PassageId] = []
    for id_, _ in order:
        if len(chosen) == limits.passages:
            break
        document = placed[id_].document
        most = max(limits.per_document, limits.per_leading_document) if document == leading else limits.per_document
        if taken[document] < most:
            taken[document] += 1
            chosen.append(id_)
    return chosen


def _leading(order: Sequence[tuple[PassageId, Worth]], placed: Mapping[PassageId, Place], leads: float) -> str | None:
    """The document that the best passage stands in, if the best of all others is worth less by this share."""
    if not order:
        return None
    first = placed[order[0][0]].document
    others = (worth.score for id_, worth in order if placed[id_].document != first)
    return first if max(others, default=0.0) <= order[0][1].score * (1 - leads) else None


def _with_neighbours(chosen: _Chosen) -> list[Found]:
    """Each run of neighbours as one passage, in the place of its best piece."""
    passage_of = {id_: one.passage for id_, one in chosen.stored.items()}
    by_place = {(passage.document, passage.ordinal): id_ for id_, passage in passage_of.items()}
    run_of: dict[PassageId, list[PassageId]] = {}
    for document in dict.fromkeys(passage.document for passage in passage_of.values()):
        for run in runs([ordinal for owner, ordinal in by_place if owner == document]):
            members = [by_place[document, ordinal] for ordinal in run]
            run_of.update(dict.fromkeys(members, members))
    best = dict.fromkeys(next(id_ for id_ in passage_of if id_ in run_of[one]) for one in passage_of)
    return [_found(handle, id_, run_of[id_], chosen) for handle, id_ in enumerate(best, start=1)]


def _found(handle: int, best: PassageId, pieces: Sequence[PassageId], chosen: _Chosen) -> Found:
    passages = [chosen.stored[id_].passage for id_ in pieces]
    whole = {
        "handle": handle,
        "text": joined([passage.text for passage in passages]),
        "heading_path": _common([passage.heading_path for passage in passages]),
    }
    standings = [ranked.standing(best) for ranked in chosen.ranked]
    worth = chosen.worths[best]
    return Found(
        passage=passages[0].model_copy(update=whole),
        list_id=chosen.stored[best].list_id,
        score=worth.score,
        keywords_score=standings[0].keywords_score,
        vectors_score=standings[0].vectors_score,
        ranks=standings[0].ranks,
        whole=standings[1] if len(standings) > 1 else None,
        reranked=chosen.considered.scores.get(best),
        worth=worth,
        pieces=tuple(pieces) if len(pieces) > 1 else (),
    )


def _common(paths: Sequence[tuple[str, ...]]) -> tuple[str, ...]:
    """The headings under which all of them stand; those below are in the text."""
    shared: list[str] = []
    for level in zip(*paths, strict=False):
        if len(set(level)) > 1:
            break
        shared.append(level[0])
    return tuple(shared)


def _ranked(hits: Sequence[Hit], placed: Mapping[PassageId, Place]) -> dict[PassageId, tuple[int, float]]:
    """Counting only what is still there and still readable."""
    still = [hit for hit in hits if hit.passage in placed]
    return {hit.passage: (rank, hit.score) for rank, hit in enumerate(still, start=1)}


def _tie(placed: Place) -> tuple[str, str, int]:
    return placed.content_hash, placed.document, placed.ordinal
