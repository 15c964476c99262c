"""Nothing that the audience may not read is found, whatever a retriever says; what is found is in one order only."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest

from bot.core.fusion import Considered, ordered
from bot.core.nouns import ListId, PassageId, Wording
from bot.core.ports import NOBODYS, Embedder, Errand, Hit, Placed, Reranker, Scope, Search, Vector
from bot.steps.retrieve import Retrieved, retrieve
from policies.access import NOBODY, AccessList
from policies.evidence import Evidence
from policies.intents import Retriever, Route
from policies.people import Audience, Email, Person, Principal
from policies.rules import AnswerRules, EvidenceLimits, Factors, FollowUps, Ranking
from tests.fakes.access import a_list
from tests.fakes.embedder import HashingEmbedder, SilentEmbedder
from tests.fakes.passages import NOON, FakePassages, a_passage
from tests.fakes.reranker import ScriptedReranker, told
from tests.fakes.search import FakeSearch, FixedSearch
from tests.flows.world import RULES

ENG, HR = ListId("acme:eng"), ListId("acme:hr")
FOR_ENG, FOR_HR = a_list("acme/eng"), a_list("acme/hr")
ANA = Person(email=Email("ana@acme.test"), principals=frozenset({Principal("acme/eng")}))
ALL = Scope(lists=frozenset({ENG, HR}))
OURS = Scope(lists=frozenset({ENG}))


LIMITS = EvidenceLimits(candidates=60, passages=8, per_document=3)


def rules(limits: EvidenceLimits, ranking: Ranking, factors: Factors) -> AnswerRules:
    """The wholes of follow-ups count as much as what was asked."""
    follow_ups = FollowUps(questions=2, weight=0.5)
    updated = {"evidence": limits, "ranking": ranking, "factors": factors, "follow_ups": follow_ups}
    return RULES.answers.model_copy(update=updated)


def way(*retrievers: Retriever) -> Route:
    return Route(intent="question", risk="low", retrievers=retrievers, model_class="fast")


def found(search: Search, passages: FakePassages, **given: Any) -> Evidence:
    return retrieved(search, passages, **given).evidence


def retrieved(
    search: Search,
    passages: FakePassages,
    *,
    scope: Scope = OURS,
    audience: Audience | None = None,
    route: Route | None = None,
    embedder: Embedder | None = None,
    limits: EvidenceLimits | None = None,
    ranking: Ranking | None = None,
    factors: Factors | None = None,
    wording: Wording | None = None,
    reranker: Reranker | None = None,
    now: datetime = NOON,
) -> Retrieved:
    return retrieve(
        wording or Wording(asked="leave days"),
        audience or Audience.only(ANA),
        scope,
        route or way("keywords", "vectors"),
        search=search,
        passages=passages,
        embedder=embedder or HashingEmbedder(),
        reranker=reranker,
        rules=rules(limits or LIMITS, ranking or Ranking(), factors or Factors()),
        now=now,
    )


def documents(evidence: Evidence) -> list[str]:
    return [passage.document.removeprefix("acme:") for passage in evidence.passages]


@pytest.fixture
def passages() -> FakePassages:
    store = FakePassages()
    for name, list_id, access in (("a", ENG, FOR_ENG), ("b", ENG, FOR_ENG), ("secret", HR, FOR_HR)):
        store.add(a_passage(f"leave days of {name}", document=f"acme:{name}"), list_id, access)
    return store


def hits(*names: str) -> tuple[Hit, ...]:
    return tuple(Hit(PassageId(f"acme:{name}#0"), 1.0 - place / 10) for place, name in enumerate(names))


def test_without_a_readable_list_nothing_is_even_searched(passages: FakePassages) -> None:
    search = FixedSearch(hits("a"), hits("a"))
    assert found(search, passages, scope=Scope(lists=frozenset())) == Evidence()
    assert search.asked == []


def test_retrievers_that_find_what_is_out_of_scope_are_not_believed(passages: FakePassages) -> None:
    search = FixedSearch(hits("secret", "a"), hits("secret", "b"))
    evidence = found(search, passages)
    ranks = {one.passage.document: (one.ranks.keywords, one.ranks.vectors) for one in evidence.found}
    assert ranks == {"acme:a": (1, None), "acme:b": (None, 1)}


@pytest.mark.parametrize("access", [FOR_HR, NOBODY, a_list("acme/eng", "acme/hr")], ids=["other", "nobody", "layers"])
def test_scope_that_is_too_wide_is_not_believed(passages: FakePassages, access: AccessList) -> None:
    passages.add(a_passage("leave days", document="acme:secret"), HR, access)
    assert documents(found(FixedSearch(hits("secret", "a")), passages, scope=ALL)) == ["a"]


def test_passage_of_a_changed_list_is_judged_by_its_list_as_it_is_now(passages: FakePassages) -> None:
    passages.add(a_passage("leave days of b", document="acme:b"), HR, FOR_ENG)
    assert documents(found(FixedSearch(hits("b", "a")), passages)) == ["a"]


@pytest.mark.parametrize(
    "audience",
    [
        pytest.param(Audience(people=(), complete=True), id="nobody"),
        pytest.param(Audience(people=(ANA,), complete=False), id="incomplete"),
        pytest.param(Audience(people=(ANA, Person(email=Email("bo@acme.test"))), complete=True), id="one who may not"),
    ],
)
def test_audience_that_may_not_read_finds_nothing(passages: FakePassages, audience: Audience) -> None:
    assert found(FixedSearch(hits("a", "b")), passages, audience=audience) == Evidence()


def test_passage_that_is_no_longer_live_is_left_out_and_takes_no_rank(passages: FakePassages) -> None:
    passages.remove("acme:a")
    (only,) = found(FixedSearch(hits("a", "b"), hits("a", "b")), passages).found
    assert (only.passage.document, only.ranks.keywords, only.ranks.vectors) == ("acme:b", 1, 1)


def test_document_that_its_source_took_back_is_left_out(passages: FakePassages) -> None:
    scope = Scope(lists=frozenset({ENG}), without_documents=frozenset({"acme:a"}))
    assert documents(found(FixedSearch(hits("a", "b")), passages, scope=scope)) == ["b"]


def test_hidden_passages_change_nothing_that_is_found(passages: FakePassages) -> None:
    store = FakePassages()
    store.stored = {id_: one for id_, one in passages.stored.items() if one.list_id != HR}
    assert found(FakeSearch(dict(passages.stored)), passages) == found(FakeSearch(dict(store.stored)), store)
    assert documents(found(FakeSearch(dict(passages.stored)), passages)) != []


@pytest.mark.parametrize(
    ("retrievers", "asked"),
    [
        pytest.param((), [], id="none"),
        pytest.param(("keywords",), ["keywords"], id="words"),
        pytest.param(("vectors",), ["vectors"], id="meaning"),
        pytest.param(("keywords", "vectors"), ["keywords", "vectors"], id="both"),
    ],
)
def test_only_the_retrievers_of_the_route_are_asked(
    passages: FakePassages, retrievers: tuple[Retriever, ...], asked: list[str]
) -> None:
    search = FixedSearch(hits("a"), hits("b"))
    evidence = found(search, passages, route=way(*retrievers))
    assert [(name, scope, k) for name, scope, k in search.asked] == [(name, OURS, 60) for name in asked]
    assert len(evidence.found) == len(asked)


def test_without_an_embedder_words_alone_are_asked(passages: FakePassages) -> None:
    search = FixedSearch(hits("a"), hits("b"))
    evidence = retrieve(
        Wording(asked="leave days"),
        Audience.only(ANA),
        OURS,
        way("keywords", "vectors"),
        search=search,
        passages=passages,
        embedder=None,
        rules=rules(LIMITS, Ranking(), Factors()),
        now=NOON,
    ).evidence
    assert [name for name, _, _ in search.asked] == ["keywords"]
    assert documents(evidence) == ["a"]


def test_question_whose_vector_cannot_be_had_is_searched_by_words_alone_and_says_so(passages: FakePassages) -> None:
    search = FakeSearch(dict(passages.stored))
    wording = Wording(asked="leave days", whole="leave days of b")
    given = retrieved(search, passages, wording=wording, embedder=SilentEmbedder())
    assert [name for name, _, _ in search.asked] == ["keywords"] * 2
    assert given.without_vectors == "busy"
    assert given.evidence == found(search, passages, wording=wording, route=way("keywords"))


def test_all_wordings_are_embedded_or_none(passages: FakePassages) -> None:
    search = FakeSearch(dict(passages.stored))
    wording = Wording(asked="leave days", whole="leave days of b")
    given = retrieved(search, passages, wording=wording, embedder=SilentEmbedder(times=1))
    assert given.without_vectors is None
    assert [name for name, _, _ in search.asked] == ["keywords", "vectors"] * 2


def test_route_without_meaning_asks_no_embedder(passages: FakePassages) -> None:
    given = retrieved(FixedSearch(hits("a")), passages, route=way("keywords"), embedder=SilentEmbedder())
    assert given.without_vectors is None


RERANKED = Ranking(reranked=3)


def test_reranker_orders_what_was_found_and_its_score_stands_beside_the_others(passages: FakePassages) -> None:
    search = FixedSearch(hits("a", "b"), hits("a", "b"))
    last_letter = ScriptedReranker(lambda text: ord(text[-1]))
    given = retrieved(search, passages, ranking=RERANKED, reranker=last_letter)
    without = found(search, passages, ranking=RERANKED)
    assert documents(without) == ["a", "b"]
    assert documents(given.evidence) == ["b", "a"]
    assert [one.reranked for one in given.evidence.found] == [98, 97]
    assert [one.score for one in given.evidence.found] == [one.score for one in without.found][::-1]
    assert [one.handle for one in given.evidence.passages] == [1, 2]
    assert given.reordering == told(2)


def test_reranker_is_shown_nothing_that_the_audience_may_not_read(passages: FakePassages) -> None:
    reranker = ScriptedReranker()
    retrieved(FixedSearch(hits("secret", "a", "b")), passages, scope=ALL, ranking=RERANKED, reranker=reranker)
    assert reranker.asked == [("leave days", ("leave days of a", "leave days of b"))]


def test_follow_up_is_reranked_as_it_is_understood(passages: FakePassages) -> None:
    reranker = ScriptedReranker()
    wording = Wording(asked="of b?", whole="leave days of b?", leans=True)
    retrieved(FixedSearch(hits("a", "b")), passages, wording=wording, ranking=RERANKED, reranker=reranker)
    assert [question for question, _ in reranker.asked] == ["leave days of b?"]


def test_reranker_that_gives_no_order_leaves_the_fused_one(passages: FakePassages) -> None:
    search = FixedSearch(hits("a", "b"), hits("a", "b"))
    given = retrieved(search, passages, ranking=RERANKED, reranker=ScriptedReranker(because="timeout"))
    assert given.evidence == found(search, passages, ranking=RERANKED)
    assert given.reordering == told(2, because="timeout")


def test_rules_from_before_there_were_rerankers_ask_none(passages: FakePassages) -> None:
    reranker = ScriptedReranker()
    assert retrieved(FixedSearch(hits("a", "b")), passages, reranker=reranker).reordering is None
    assert reranker.asked == []


def test_words_count_by_their_share_of_the_best_and_meaning_as_it_is(passages: FakePassages) -> None:
    passages.add(a_passage("c", document="acme:c"), ENG, FOR_ENG)
    search = FixedSearch(hits("a", "b"), hits("c", "b"))
    evidence = found(search, passages, ranking=Ranking(keywords=0.4))
    assert [(one.passage.document, one.score) for one in evidence.found] == [
        ("acme:a", round(0.4 * 1.0 + 0.6 * 0.9, 6)),  # no nearer than the last that the vectors brought up
        ("acme:b", round(0.4 * 0.9 + 0.6 * 0.9, 6)),
        ("acme:c", round(0.6 * 1.0, 6)),
    ]
    assert (evidence.found[1].keywords_score, evidence.found[1].vectors_score) == (0.9, 0.9)


def test_other_passages_of_its_document_lift_a_passage_by_what_stands_above_the_middle() -> None:
    store = FakePassages()
    ids = [
        store.add(a_passage("x", document=f"acme:{name}", ordinal=at), ENG, FOR_ENG)
        for name, at in (("a", 0), ("b", 0), ("b", 2), ("c", 0), ("d", 0))
    ]
    search = FixedSearch(tuple(map(Hit, ids, (1.0, 0.95, 0.9, 0.2, 0.1))))
    ranking = Ranking(keywords=1.0, document=0.2, document_decay=0.7)
    scores = [(one.passage.id.removeprefix("acme:"), one.score) for one in found(search, store, ranking=ranking).found]
    assert scores[:3] == [("a#0", 1.0), ("b#0", 0.95), ("b#2", round(0.9 + 0.2 * 0.05, 6))]


def test_follow_up_is_searched_as_asked_and_as_a_whole_and_both_are_in_the_evidence(passages: FakePassages) -> None:
    search = FakeSearch(dict(passages.stored))
    wording = Wording(asked="and of b?", whole="leave days\nand of b?")
    first = found(search, passages, wording=wording).found[0]
    assert [name for name, _, _ in search.asked] == ["keywords", "vectors"] * 2
    assert first.passage.document == "acme:b"
    assert first.whole is not None
    assert first.whole.ranks.keywords == 1
    assert first.nearness == max(first.vectors_score or 0, first.whole.vectors_score or 0)


def test_ties_are_broken_by_content_then_document_then_place(passages: FakePassages) -> None:
    store = FakePassages()
    for document, ordinal in (("z", 0), ("y", 2), ("y", 0)):
        store.add(a_passage("the same", document=f"acme:{document}", ordinal=ordinal), ENG, FOR_ENG)
    names = [PassageId("acme:z#0"), PassageId("acme:y#2"), PassageId("acme:y#0")]
    for order in (names, names[::-1]):
        hits_alike = tuple(Hit(id_, 1.0) for id_ in order)
        assert [one.id for one in found(FixedSearch(hits_alike, hits_alike), store).passages] == sorted(names)


def test_handles_count_from_one_in_the_order_of_the_evidence(passages: FakePassages) -> None:
    evidence = found(FixedSearch(hits("b", "a")), passages)
    assert [passage.handle for passage in evidence.passages] == [1, 2]
    assert [one.list_id for one in evidence.found] == [ENG, ENG]


@pytest.mark.parametrize(
    ("limits", "expected"),
    [
        pytest.param((60, 1, 3), ["a#0"], id="one passage"),
        pytest.param((60, 8, 1), ["a#0", "b#0"], id="one of each document"),
        pytest.param((60, 3, 2), ["a#0", "a#2", "b#0"], id="two of each, three in all"),
        pytest.param((60, 8, 3), ["a#0", "a#2", "a#4", "b#0"], id="all"),
        pytest.param((2, 8, 3), ["a#0", "a#2"], id="two candidates of each retriever"),
    ],
)
def test_few_are_kept_and_few_of_one_document(limits: tuple[int, int, int], expected: list[str]) -> None:
    store, order = FakePassages(), []
    for document, ordinal in (("a", 0), ("a", 2), ("a", 4), ("b", 0)):
        order.append(store.add(a_passage("x", document=f"acme:{document}", ordinal=ordinal), ENG, FOR_ENG))
    candidates, kept, per_document = limits
    evidence = found(
        FixedSearch(tuple(Hit(id_, 1.0) for id_ in order)),
        store,
        limits=EvidenceLimits(candidates=candidates, passages=kept, per_document=per_document),
    )
    assert [one.id.removeprefix("acme:") for one in evidence.passages] == expected


class OnlyTheQuestion(HashingEmbedder):
    def embed(self, texts: Sequence[str], *, errand: Errand = NOBODYS) -> Vector:
        assert list(texts) == ["leave days"], "something else than the question was embedded"
        return super().embed(texts, errand=errand)


def test_question_is_embedded_alone_and_as_it_was_asked(passages: FakePassages) -> None:
    search = FixedSearch(meaning=hits("a"))
    assert documents(found(search, passages, embedder=OnlyTheQuestion())) == ["a"]


def of_one_page(*ordinals: int, store: FakePassages | None = None) -> tuple[FakePassages, list[Hit]]:
    store, found_hits = store or FakePassages(), []
    for place, ordinal in enumerate(ordinals):
        id_ = store.add(a_passage(f"part {ordinal}.", document="acme:page", ordinal=ordinal), ENG, FOR_ENG)
        found_hits.append(Hit(id_, 1.0 - place / 10))
    return store, found_hits


def test_neighbours_become_one_passage_in_the_place_of_the_best_of_them() -> None:
    store, parts = of_one_page(3, 7, 2)
    other = Hit(store.add(a_passage("other", document="acme:other"), ENG, FOR_ENG), 0.95)
    evidence = found(FixedSearch(tuple(sorted((*parts, other), key=lambda hit: -hit.score))), store)
    assert [(one.passage.text, one.pieces) for one in evidence.found] == [
        ("part 2.\n\npart 3.", ("acme:page#2", "acme:page#3")),
        ("other", ()),
        ("part 7.", ()),
    ]
    assert evidence.found[0].ranks.keywords == 1, "its standing is that of its best piece"
    assert [one.handle for one in evidence.passages] == [1, 2, 3]


def test_neighbours_of_two_documents_stay_apart() -> None:
    store = FakePassages()
    ids = [
        store.add(a_passage("x", document=f"acme:{name}", ordinal=at), ENG, FOR_ENG)
        for name, at in (("a", 0), ("b", 1))
    ]
    assert len(found(FixedSearch(tuple(Hit(id_, 1.0) for id_ in ids)), store).found) == 2


def test_document_that_leads_may_give_more_than_the_others() -> None:
    store, parts = of_one_page(0, 2, 4, 6, 8)
    limits = EvidenceLimits(candidates=60, passages=8, per_document=2, per_leading_document=4, leads=0.25)
    others = [Hit(store.add(a_passage("o", document=f"acme:o{at}"), ENG, FOR_ENG), 0.5) for at in (1, 2)]
    ranking = Ranking(keywords=1.0)
    leading = found(FixedSearch((*parts, *others)), store, limits=limits, ranking=ranking)
    assert [one.document for one in leading.passages].count("acme:page") == 4
    near = (parts[0], *(hit._replace(score=0.9) for hit in others), *parts[1:])
    together = found(FixedSearch(near), store, limits=limits, ranking=ranking)
    assert [one.document for one in together.passages].count("acme:page") == 2


def test_only_document_that_is_found_leads() -> None:
    store, parts = of_one_page(0, 2, 4)
    limits = EvidenceLimits(candidates=60, passages=8, per_document=1, per_leading_document=3, leads=1.0)
    assert len(found(FixedSearch(tuple(parts)), store, limits=limits).found) == 3


def dated(store: FakePassages, name: str, updated: datetime | None) -> Hit:
    passage = a_passage("leave days", document=name).model_copy(update={"updated": updated})
    return Hit(store.add(passage, ENG, FOR_ENG), 1.0)


def test_of_two_alike_the_one_that_was_changed_later_comes_first_and_one_without_a_date_last() -> None:
    store = FakePassages()
    alike = [
        dated(store, "acme:a", None),
        dated(store, "acme:b", NOON - timedelta(days=365)),
        dated(store, "acme:c", NOON + timedelta(days=9)),
    ]
    factors = Factors(recency=0.1, recency_half_life_days=365)
    evidence = found(FixedSearch(tuple(alike)), store, factors=factors, ranking=Ranking(keywords=1.0))
    assert documents(evidence) == ["c", "b", "a"]
    assert [one.worth and one.worth.recency for one in evidence.found] == [1.1, 1.05, 1.0]
    assert [one.score for one in evidence.found] == [1.1, 1.05, 1.0]


def test_on_one_day_the_same_is_found_in_the_same_order_and_on_the_next_it_is_a_day_older() -> None:
    """Whoever asks again within that day is answered as before, by whatever minute a document was changed."""
    store, factors = FakePassages(), Factors(recency=0.1, recency_half_life_days=1)
    search = FixedSearch((dated(store, "acme:a", NOON), dated(store, "acme:b", NOON - timedelta(hours=13))))
    day = NOON.replace(hour=0)
    moments = (day, NOON, day + timedelta(hours=23, minutes=59), day + timedelta(days=1))
    worths = [[one.worth for one in found(search, store, factors=factors, now=now).found] for now in moments]
    assert worths[0] == worths[1] == worths[2]
    assert [one and one.recency for one in worths[0]] == [1.1, 1.05]
    assert [one and one.recency for one in worths[3]] == [1.05, 1.025]


def test_source_of_more_authority_comes_first_and_the_evidence_says_why() -> None:
    store = FakePassages()
    alike = [dated(store, "acme:a", NOON), dated(store, "wiki:b", NOON)]
    factors = Factors(authority={"wiki": 1.1})
    evidence = found(FixedSearch(tuple(alike)), store, factors=factors, ranking=Ranking(keywords=1.0))
    assert [(one.passage.source, one.worth and one.worth.authority) for one in evidence.found] == [
        ("wiki", 1.1),
        ("acme", 1.0),
    ]


def test_factors_do_not_outweigh_what_was_asked() -> None:
    store = FakePassages()
    alike = [dated(store, "acme:a", None), dated(store, "acme:b", NOON)._replace(score=0.9)]
    evidence = found(FixedSearch(tuple(alike)), store, factors=RULES.answers.factors, ranking=Ranking(keywords=1.0))
    assert documents(evidence) == ["a", "b"]


@pytest.mark.parametrize(
    ("sources", "expected"),
    [
        pytest.param((), ["a", "b"], id="everywhere"),
        pytest.param(("acme",), ["a"], id="one source"),
        pytest.param(("wiki",), ["b"], id="another"),
        pytest.param(("nowhere",), [], id="none that is there"),
    ],
)
def test_route_that_names_sources_finds_nothing_elsewhere(sources: tuple[str, ...], expected: list[str]) -> None:
    store, wiki = FakePassages(), ListId("wiki:eng")
    store.add(a_passage("leave days", document="acme:a"), ENG, FOR_ENG)
    store.add(a_passage("leave days", document="wiki:b"), wiki, FOR_ENG)
    route = way("keywords", "vectors").model_copy(update={"sources": sources})
    search = FakeSearch(dict(store.stored))
    evidence = found(search, store, scope=Scope(frozenset({ENG, wiki})), route=route)
    assert sorted(one.partition(":")[2] for one in {one.document for one in evidence.passages}) == expected
    searched = {list_id for _, scope, _ in search.asked for list_id in scope.lists}
    assert {list_id.partition(":")[0] for list_id in searched} <= set(sources or ("acme", "wiki"))


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        pytest.param({"spaces": ("acme/handbook",)}, ["a", "b"], id="the space they are in"),
        pytest.param({"spaces": ("acme/other",)}, [], id="another space"),
        pytest.param({"kinds": ("page",)}, ["a", "b"], id="their kind"),
        pytest.param({"kinds": ("sheet",)}, [], id="another kind"),
    ],
)
def test_route_that_names_spaces_or_kinds_finds_nothing_elsewhere_whatever_a_retriever_says(
    passages: FakePassages, changed: dict[str, tuple[str, ...]], expected: list[str]
) -> None:
    route = way("keywords", "vectors").model_copy(update=changed)
    evidence = found(FixedSearch(hits("a"), hits("b")), passages, route=route)
    assert sorted(documents(evidence)) == expected


@pytest.mark.parametrize(
    "reranker", [None, ScriptedReranker(scores=[0.1, 0.9])], ids=["two retrievers", "and a reranker"]
)
def test_what_was_considered_gives_the_same_order_when_it_is_read_back(
    passages: FakePassages, reranker: Reranker | None
) -> None:
    given = rules(LIMITS, RULES.answers.ranking, RULES.answers.factors)
    seen = retrieved(
        FakeSearch(dict(passages.stored)),
        passages,
        wording=Wording(asked="and of b?", whole="leave days\nand of b?"),
        ranking=given.ranking,
        factors=given.factors,
        reranker=reranker,
    )
    kept = Considered.model_validate(json.loads(json.dumps(seen.considered.model_dump(mode="json"))))
    again = ordered(kept, given.ranking, given.factors, NOON)
    assert [id_ for id_, _ in again] == [one.id for one in seen.evidence.passages]
    assert [worth for _, worth in again] == [one.worth for one in seen.evidence.found]
    assert len(again) == 2


class Tightening(FakePassages):
    """A document is shut between the moment at which its place is read and that at which its text is."""

    def placed(self, ids: Sequence[PassageId]) -> Mapping[PassageId, Placed]:
        placed = super().placed(ids)
        self.tighten("acme:a", FOR_HR)
        return placed


@pytest.mark.parametrize("reranker", [None, ScriptedReranker()], ids=["two retrievers", "and a reranker"])
def test_document_that_is_shut_while_it_is_being_ranked_is_not_shown(reranker: ScriptedReranker | None) -> None:
    store, of_a = Tightening(), ListId("acme:a")
    for name, list_id in (("a", of_a), ("b", ENG), ("c", ENG)):
        store.add(a_passage(f"leave days of {name}", document=f"acme:{name}"), list_id, FOR_ENG)
    scope = Scope(lists=frozenset({ENG, of_a}))
    search, ranking = FixedSearch(hits("a", "b", "c")), Ranking(reranked=30)
    assert documents(found(search, store, scope=scope, ranking=ranking, reranker=reranker)) == ["b", "c"]
    if reranker is not None:
        assert reranker.asked[0][1] == ("leave days of b", "leave days of c"), "it was shown what had been shut"


class Reading(FakePassages):
    """Counts what is read of candidates."""

    asked: int = 0

    def placed(self, ids: Sequence[PassageId]) -> Mapping[PassageId, Placed]:
        self.asked += 1
        return super().placed(ids)


def indexed(store: FakePassages, *names: str, **wrong: object) -> tuple[Hit, ...]:
    """As an index gives them, that knows where each stands, or is wrong about it."""
    return tuple(
        hit._replace(place=store.stored[hit.passage].place._replace(**wrong))  # type: ignore[arg-type]
        for hit in hits(*names)
    )


@pytest.fixture
def reading(passages: FakePassages) -> Reading:
    store = Reading()
    store.stored = dict(passages.stored)
    return store


def test_of_candidates_nothing_is_read_while_the_index_is_right(reading: Reading) -> None:
    right = found(FixedSearch(indexed(reading, "b", "a"), indexed(reading, "a", "b")), reading)
    assert reading.asked == 0
    assert right == found(FixedSearch(hits("b", "a"), hits("a", "b")), reading)
    assert reading.asked == 1


@pytest.mark.parametrize(
    "wrong",
    [
        {"list_id": ListId("acme:before")},
        {"ordinal": 7},
        {"content_hash": "x"},
        {"document": "acme:other"},
        {"updated": None},
    ],
    ids=lambda wrong: next(iter(wrong)),
)
def test_index_that_is_wrong_is_not_believed(reading: Reading, wrong: dict[str, object]) -> None:
    search = FixedSearch(indexed(reading, "a", "b", **wrong))
    assert documents(found(search, reading)) == ["a", "b"]
    assert reading.asked == 1
    assert found(search, reading) == found(FixedSearch(hits("a", "b")), reading)


def test_index_that_finds_what_may_not_be_read_is_not_believed(reading: Reading) -> None:
    search = FixedSearch(indexed(reading, "secret", "a", "b", list_id=ENG))
    assert documents(found(search, reading)) == ["a", "b"]
    assert reading.asked == 1


def test_document_that_was_shut_after_the_index_was_read_counts_for_nothing(reading: Reading) -> None:
    search = FixedSearch(indexed(reading, "a", "b"))
    reading.stored = {
        id_: one._replace(list_id=HR, access=FOR_HR) if one.document == "acme:a" else one
        for id_, one in reading.stored.items()
    }
    reranker = ScriptedReranker()
    evidence = found(search, reading, scope=ALL, ranking=Ranking(reranked=30), reranker=reranker)
    assert documents(evidence) == ["b"]
    assert reranker.asked == [], "one is in order, and what was shut was shown to nobody"
