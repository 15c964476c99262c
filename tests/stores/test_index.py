"""Both retrievers: exact within a scope, as if nothing else existed."""

import math
import random
import secrets
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.core.nouns import ListId, PassageId, document_id
from bot.core.ports import Hit, Scope, Search
from bot.core.terms import terms
from bot.stores.access import AccessStore
from bot.stores.database import Database
from bot.stores.schema import migrate
from bot.stores.vectors import Vectors
from connectors.model import AccessChanged, SourceDocument
from tests.conftest import DIMENSIONS, ChromaClient, MakeDatabaseUrl
from tests.stores.house import EMBEDDER, House, document, hidden, holder, ids_of, layer, pieces, readable

WORDS = ("leave", "holiday", "invoice", "pump", "valve", "bonus", "travel", "laptop", "4012", "release")
GROUPS = ("eng", "hr", "sales")
EVERYTHING = 1000


@dataclass(frozen=True)
class Corpus:
    """Documents with the one group that may read each."""

    documents: tuple[SourceDocument, ...]
    groups: tuple[str, ...]

    def within(self, groups: frozenset[str], without: frozenset[str]) -> tuple[SourceDocument, ...]:
        pairs = zip(self.documents, self.groups, strict=True)
        return tuple(each for each, group in pairs if group in groups and each.id not in without)


def corpus(texts: list[tuple[list[str], str]]) -> Corpus:
    made = tuple(
        document(f"d{number}", *paragraphs, access=(layer(f"group:{group}"),))
        for number, (paragraphs, group) in enumerate(texts)
    )
    return Corpus(made, tuple(group for _, group in texts))


@st.composite
def corpora(draw: st.DrawFn) -> Corpus:
    paragraph = st.lists(st.sampled_from(WORDS), min_size=1, max_size=6).map(" ".join)
    one = st.tuples(st.lists(paragraph, min_size=1, max_size=3), st.sampled_from(GROUPS))
    return corpus(draw(st.lists(one, min_size=1, max_size=8)))


@pytest.fixture
def house(database: Database, vectors: Vectors, tmp_path: Path) -> House:
    return House(database, vectors, home=tmp_path).added()


def scope_of(house: House, groups: frozenset[str], without: frozenset[str] = frozenset()) -> Scope:
    person = holder("ana@acme.test", *(f"acme/group:{group}" for group in groups))
    lists = readable(AccessStore(house.database), person)
    return Scope(lists, frozenset(document_id("acme", id_) for id_ in without))


def newest(house: House) -> Search:
    return house.index().newest()


def both(search: Search, question: str, scope: Scope, k: int) -> tuple[tuple[Hit, ...], tuple[Hit, ...]]:
    vector = EMBEDDER.embed([question])[0]
    return search.keywords(question, scope, k), search.vectors(vector, scope, k)


@contextmanager
def another_world(url: str, chroma: ChromaClient, documents: tuple[SourceDocument, ...]) -> Iterator[House]:
    """A workspace in which there are only these documents."""
    name = f"w-{secrets.token_hex(6)}"
    vectors = Vectors(chroma(), workspace=name, embedder=EMBEDDER.name, dimensions=DIMENSIONS)
    with closing(Database(url, name)) as database, tempfile.TemporaryDirectory() as home:
        migrate(database)
        made = House(database, vectors, home=Path(home)).added()
        made.bring(*documents)
        yield made


# Parity: what is hidden might as well not exist.


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    whole=corpora(),
    groups=st.frozensets(st.sampled_from(GROUPS), min_size=1, max_size=2),
    without=st.frozensets(st.sampled_from(["d0", "d1", "d2"]), max_size=2),
    question=st.lists(st.sampled_from([*WORDS, "unheard"]), min_size=1, max_size=4).map(" ".join),
    k=st.integers(1, 6),
)
def test_hidden_documents_change_no_hit_no_score_no_order_and_no_weight(
    database_url: str,
    chroma: ChromaClient,
    whole: Corpus,
    groups: frozenset[str],
    without: frozenset[str],
    question: str,
    k: int,
) -> None:
    visible = whole.within(groups, without)
    with (
        another_world(database_url, chroma, whole.documents) as real,
        another_world(database_url, chroma, visible) as ideal,
    ):
        expected = both(newest(ideal), question, scope_of(ideal, groups), k)
        assert both(newest(real), question, scope_of(real, groups, without), k) == expected


def large() -> Corpus:
    dice = random.Random(7)
    words = [f"word{number}" for number in range(60)] + list(WORDS)
    weights = [1 / (rank + 1) for rank in range(len(words))]

    def paragraph() -> str:
        return " ".join(dice.choices(words, weights, k=dice.randint(4, 40)))

    boilerplate = "Confidential and for internal use only"
    return corpus([([boilerplate, *(paragraph() for _ in range(9))], GROUPS[number % 3]) for number in range(33)])


def test_parity_holds_for_many_passages_and_scopes(
    make_database_url: MakeDatabaseUrl, database: Database, vectors: Vectors, chroma: ChromaClient, tmp_path: Path
) -> None:
    whole, dice = large(), random.Random(8)
    real = House(database, vectors, home=tmp_path).added()
    real.bring(*whole.documents)
    search = newest(real)
    assert sum(len(pieces(each)) for each in whole.documents) > 300
    url = make_database_url()
    with ExitStack() as worlds:
        ideals: dict[tuple[frozenset[str], frozenset[str]], House] = {}
        for turn in range(20):
            groups = frozenset({GROUPS[turn % 3], GROUPS[turn % 2]})
            without = frozenset({"d0", "d4", "d8"} if turn % 4 == 1 else ())
            if (groups, without) not in ideals:
                visible = whole.within(groups, without)
                ideals[groups, without] = worlds.enter_context(another_world(url, chroma, visible))
            ideal = ideals[groups, without]
            question = " ".join(dice.sample([f"word{number}" for number in range(60)], 3))
            expected = both(newest(ideal), question, scope_of(ideal, groups), 10)
            assert both(search, question, scope_of(real, groups, without), 10) == expected


# The scores are what they are called.


def naive_keywords(question: str, texts: dict[PassageId, str]) -> dict[PassageId, float]:
    counts = {id_: Counter(terms(text)) for id_, text in texts.items()}
    average = sum(sum(count.values()) for count in counts.values()) / len(counts)
    scores: dict[PassageId, float] = {}
    for id_, count in counts.items():
        for term in set(terms(question)):
            containing = sum(term in other for other in counts.values())
            idf = math.log(1 + (len(counts) - containing + 0.5) / (containing + 0.5))
            norm = 1.2 * (1 - 0.75 + 0.75 * sum(count.values()) / average)
            if count[term]:
                scores[id_] = scores.get(id_, 0.0) + idf * count[term] * 2.2 / (count[term] + norm)
    return scores


def naive_vectors(question: str, texts: dict[PassageId, str]) -> dict[PassageId, float]:
    asked = EMBEDDER.embed([question])[0].astype(np.float64)
    return {id_: float(EMBEDDER.embed([text])[0].astype(np.float64) @ asked) for id_, text in texts.items()}


def texts_of(documents: tuple[SourceDocument, ...]) -> dict[PassageId, str]:
    return {id_: piece.text for each in documents for id_, piece in zip(ids_of(each), pieces(each), strict=True)}


LANGUAGES = {
    "de": "Das Gateway ist in der Halle und wird von der Technik geprüft.",
    "nl": "De gateway is in de hal en wordt door de techniek getest.",
    "en": "The gateways are in the hall and are tested by the technicians.",
    "en2": "The gateway of the yard and the one of the ship are tested twice.",
}


def test_word_of_many_languages_is_one_word_and_as_frequent_as_in_all_together(house: House) -> None:
    """A rare language does not make a word rare: each of these says it once."""
    house.bring(*(document(id_, text) for id_, text in LANGUAGES.items()), document("x", "Nothing of that kind."))
    scope = Scope(readable(AccessStore(house.database), holder("ana@acme.test", "acme/anyone")))
    hits = newest(house).keywords("gateway", scope, 10)
    assert len(hits) == len(LANGUAGES)
    lengths = {id_: len(terms(text)) + (id_ in {"de", "nl"}) for id_, text in LANGUAGES.items()}
    average = (sum(lengths.values()) + len(terms("Nothing of that kind."))) / 5
    idf = math.log1p((5 - 4 + 0.5) / (4 + 0.5))
    expected = {
        ids_of(document(id_, text))[0]: idf * 2.2 / (1 + 1.2 * (0.25 + 0.75 * lengths[id_] / average))
        for id_, text in LANGUAGES.items()
    }
    assert {hit.passage: hit.score for hit in hits} == pytest.approx(expected, abs=1e-5)


def test_language_that_nobody_may_read_changes_nothing(house: House) -> None:
    house.bring(
        document("en", "The gateway of the yard."),
        document("de", LANGUAGES["de"], access=(layer("group:hr"),)),
    )
    eng = Scope(readable(AccessStore(house.database), holder("ana@acme.test", "acme/anyone")))
    before = newest(house).keywords("gateways", eng, 10)
    house.bring(document("de", "Gone.", access=(layer("group:hr"),)))
    assert newest(house).keywords("gateways", eng, 10) == before
    assert len(before) == 1


@pytest.mark.parametrize("question", ["word1 word7 word30", "word0", "pump valve unheard", "confidential"])
def test_scores_are_those_of_bm25_and_of_the_cosine(house: House, question: str) -> None:
    whole, groups = large(), frozenset({"eng", "hr"})
    house.bring(*whole.documents)
    visible = texts_of(whole.within(groups, frozenset()))
    words, meaning = both(newest(house), question, scope_of(house, groups), EVERYTHING)
    assert {hit.passage: hit.score for hit in words} == pytest.approx(naive_keywords(question, visible), abs=1e-6)
    assert {hit.passage: hit.score for hit in meaning} == pytest.approx(naive_vectors(question, visible), abs=1e-6)
    for hits in (words, meaning):
        assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)


@pytest.mark.parametrize("k", [1, 3, 10, 100])
def test_the_first_k_are_the_beginning_of_all(house: House, k: int) -> None:
    whole, groups = large(), frozenset(GROUPS)
    house.bring(*whole.documents)
    search, scope = newest(house), scope_of(house, groups)
    all_words, all_meaning = both(search, "word1 word2 confidential", scope, EVERYTHING)
    words, meaning = both(search, "word1 word2 confidential", scope, k)
    assert words == all_words[:k]
    assert meaning == all_meaning[:k]


def test_a_term_weighs_what_it_tells_apart_among_the_visible(house: House) -> None:
    """Three passages have the valve and one the pump; to those who see two of them, it is one each."""
    house.bring(*corpus([(["pump"], "eng"), (["valve"], "eng"), (["valve"], "hr"), (["valve"], "hr")]).documents)
    pump, valve = newest(house).keywords("pump valve", scope_of(house, frozenset({"eng"})), 5)
    assert pump.score == valve.score == pytest.approx(math.log(1 + 1.5 / 1.5), abs=1e-6)
    pump, *valves = newest(house).keywords("pump valve", scope_of(house, frozenset({"eng", "hr"})), 5)
    assert [hit.score < pump.score for hit in valves] == [True] * 3


# Ties.


def test_ties_are_broken_the_same_way_however_many_there_are_and_whatever_came_first(
    database_url: str, chroma: ChromaClient
) -> None:
    documents = tuple(document(f"d{number:02}", *["Confidential."] * 10) for number in range(20))
    shuffled = list(documents)
    random.Random(3).shuffle(shuffled)
    with (
        another_world(database_url, chroma, documents) as one,
        another_world(database_url, chroma, tuple(shuffled)) as other,
    ):
        scopes = [Scope(readable(AccessStore(each.database), holder("a@b.c", "acme/anyone"))) for each in (one, other)]
        first, second = (
            both(newest(each), "confidential", scope, 5) for each, scope in zip((one, other), scopes, strict=True)
        )
    assert first == second
    wanted = list(ids_of(documents[0])[:5])
    assert [hit.passage for hit in first[0]] == wanted
    assert [hit.passage for hit in first[1]] == wanted


# The edges.


@pytest.fixture
def small(house: House) -> House:
    house.bring(*corpus([(["pump valve", "pump"], "eng"), (["pump laptop"], "eng"), (["pump"], "hr")]).documents)
    return house


ENG = frozenset({"eng"})


def test_an_empty_scope_finds_nothing(small: House) -> None:
    words, meaning = both(newest(small), "pump", Scope(frozenset()), 10)
    assert (words, meaning) == ((), ())


def test_a_list_that_nobody_carries_finds_nothing(small: House) -> None:
    words, meaning = both(newest(small), "pump", Scope(frozenset({ListId("acme:none")})), 10)
    assert (words, meaning) == ((), ())


def test_an_index_without_passages_finds_nothing(house: House) -> None:
    words, meaning = both(newest(house), "pump", Scope(frozenset({ListId("acme:none")})), 10)
    assert (words, meaning) == ((), ())


@pytest.mark.parametrize("question", ["", "   ", "?!", "the of and"])
def test_a_question_without_a_word_finds_nothing_by_words(small: House, question: str) -> None:
    assert newest(small).keywords(question, scope_of(small, ENG), 10) == ()


def test_k_may_be_larger_than_there_is(small: House) -> None:
    words, meaning = both(newest(small), "pump", scope_of(small, ENG), EVERYTHING)
    assert (len(words), len(meaning)) == (3, 3)


def test_no_hits_are_wanted_where_k_is_nought(small: House) -> None:
    words, meaning = both(newest(small), "pump", scope_of(small, ENG), 0)
    assert (words, meaning) == ((), ())


def test_documents_are_left_out_by_name(small: House) -> None:
    scope = scope_of(small, ENG, without=frozenset({"d0", "unknown"}))
    words, meaning = both(newest(small), "pump", scope, 10)
    assert {hit.passage for hit in words} == {hit.passage for hit in meaning} == set(texts_of(small_d1()))


def small_d1() -> tuple[SourceDocument, ...]:
    return corpus([(["x"], "eng"), (["pump laptop"], "eng")]).documents[1:]


def test_a_passage_without_a_vector_is_found_by_its_words(small: House) -> None:
    assert small.vectors is not None
    (lost,) = ids_of(small_d1()[0])
    small.vectors.delete([lost])
    words, meaning = both(newest(small), "laptop", scope_of(small, ENG), 10)
    assert [hit.passage for hit in words] == [lost]
    assert lost not in {hit.passage for hit in meaning}
    assert len(meaning) == 2


def test_without_vectors_at_all_words_still_find(database: Database, tmp_path: Path) -> None:
    house = House(database, home=tmp_path).added()
    house.bring(document("a", "pump", access=(layer("group:eng"),)))
    words, meaning = both(newest(house), "pump", scope_of(house, ENG), 10)
    assert (len(words), meaning) == (1, ())


def test_a_vector_without_a_live_passage_is_not_found(small: House) -> None:
    assert small.vectors is not None
    staged = small.stage(document("new", "pump", access=(layer("group:eng"),)))
    small.embed(staged)
    small.vectors.put([PassageId("stray")], EMBEDDER.embed(["pump"]))
    _, meaning = both(newest(small), "pump", scope_of(small, ENG), 10)
    assert len(meaning) == 3


# The newest moment.


def test_what_another_process_changed_is_in_the_newest_moment(house: House, database_url: str) -> None:
    index = house.index()
    page = document("a", "pump", access=(layer("group:eng"),))

    def found() -> int:
        words, meaning = both(index.newest(), "pump", scope_of(house, ENG), 10)
        assert len(words) == len(meaning)
        return len(meaning)

    assert found() == 0
    with closing(Database(database_url, "acme")) as elsewhere:
        other = House(elsewhere, house.vectors)
        staged = other.stage(page)
        other.embed(staged)
        assert found() == 0
        other.go_live(staged)
        assert found() == 1
        other.catalogue.hide(hidden([], [AccessChanged(id="a", access=(layer("group:hr"),))]))
        assert found() == 0
        other.catalogue.hide(hidden([], [AccessChanged(id="a", access=(layer("group:eng"),))]))
        assert found() == 1
        other.catalogue.hide(hidden(["a"], []))
        assert found() == 0


def test_a_moment_is_kept_while_nothing_changes_and_stays_as_it_was_once_something_does(small: House) -> None:
    index, scope = small.index(), scope_of(small, ENG)
    before = index.newest()
    assert index.newest() is before
    small.catalogue.hide(hidden(["d0"], []))
    assert index.newest() is not before
    assert len(before.keywords("pump", scope, 10)) == 3
    assert len(index.newest().keywords("pump", scope, 10)) == 1
