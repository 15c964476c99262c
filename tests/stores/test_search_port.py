"""What every implementation of the port `Search` promises; see `tests.stores.searching`."""

import math
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.core.nouns import ListId
from bot.core.ports import Hit, Scope, Search
from bot.stores.database import Database
from tests.conftest import ChromaClient
from tests.stores.searching import KINDS, Place, Places, asked

WORDS = ("leave", "holiday", "invoice", "pump", "valve", "bonus", "4012")
GROUPS = ("eng", "hr", "sales")
ALL = 1000

Found = list[tuple[tuple[str, int], float]]


@pytest.fixture(params=KINDS)
def places(request: pytest.FixtureRequest, tmp_path: Path, database: Database, chroma: ChromaClient) -> Places:
    return Places(str(request.param), tmp_path, lambda: database, chroma)


@pytest.fixture
def place(places: Places) -> Iterator[Place]:
    with places.one() as made:
        made.put("a", "eng", "pump valve", "pump")
        made.put("b", "eng", "pump laptop")
        made.put("c", "hr", "pump")
        yield made


def found(place: Place, hits: tuple[Hit, ...]) -> Found:
    return [(place.name(hit.passage), hit.score) for hit in hits]


def both(place: Place, text: str, scope: Scope, k: int = ALL, search: Search | None = None) -> tuple[Found, Found]:
    search = search or place.newest()
    return found(place, search.keywords(text, scope, k)), found(place, search.vectors(asked(text), scope, k))


def names(hits: Found) -> set[tuple[str, int]]:
    return {name for name, _ in hits}


# Deny first.


def test_nothing_is_found_without_a_list(place: Place) -> None:
    assert both(place, "pump", Scope(frozenset())) == ([], [])


def test_a_list_that_nobody_carries_adds_nothing(place: Place) -> None:
    assert both(place, "pump", Scope(frozenset({ListId("acme:unknown")}))) == ([], [])
    known = place.scope("eng")
    assert both(place, "pump", known._replace(lists=known.lists | {ListId("acme:unknown")})) == both(
        place, "pump", known
    )


def test_only_what_the_lists_open_is_found(place: Place) -> None:
    for hits in both(place, "pump", place.scope("eng")):
        assert names(hits) == {("a", 0), ("a", 1), ("b", 0)}
    for hits in both(place, "pump", place.scope("hr")):
        assert names(hits) == {("c", 0)}


def test_documents_are_left_out_by_name_and_unknown_ones_do_not_matter(place: Place) -> None:
    many = {f"unknown{number}" for number in range(5_000)}
    for hits in both(place, "pump", place.scope("eng", "hr", without={"a", *many})):
        assert names(hits) == {("b", 0), ("c", 0)}


def test_of_named_documents_alone_something_is_found_and_of_none_nothing(place: Place) -> None:
    for hits in both(place, "pump", place.scope("eng", "hr", only={"b", "c", "unknown"})):
        assert names(hits) == {("b", 0), ("c", 0)}
    assert both(place, "pump", place.scope("eng", only=())) == ([], [])


def test_what_went_or_moved_is_not_found_where_it_was(place: Place) -> None:
    place.drop("b")
    place.move("a", "hr")
    assert both(place, "pump", place.scope("eng")) == ([], [])
    for hits in both(place, "pump", place.scope("hr")):
        assert names(hits) == {("a", 0), ("a", 1), ("c", 0)}


def test_what_was_replaced_is_not_found_by_what_it_said(place: Place) -> None:
    place.put("a", "eng", "bonus")
    words, meaning = both(place, "valve", place.scope("eng"))
    assert words == []
    assert names(meaning) == {("a", 0), ("b", 0)}
    words, _ = both(place, "bonus", place.scope("eng"))
    assert names(words) == {("a", 0)}


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    documents=st.lists(
        st.tuples(
            st.sampled_from(GROUPS),
            st.lists(
                st.lists(st.sampled_from(WORDS), min_size=1, max_size=5).map(" ".join),
                min_size=1,
                max_size=3,
                unique=True,
            ),
        ),
        min_size=1,
        max_size=6,
    ),
    groups=st.frozensets(st.sampled_from(GROUPS), min_size=1, max_size=2),
    without=st.frozensets(st.sampled_from(["d0", "d1"]), max_size=1),
    only=st.none() | st.frozensets(st.sampled_from(["d0", "d1", "d2", "unknown"])),
    question=st.lists(st.sampled_from([*WORDS, "unheard"]), min_size=1, max_size=3).map(" ".join),
    k=st.integers(1, 6),
)
def test_it_is_as_if_what_is_hidden_did_not_exist(
    places: Places,
    documents: list[tuple[str, list[str]]],
    groups: frozenset[str],
    without: frozenset[str],
    only: frozenset[str] | None,
    question: str,
    k: int,
) -> None:
    with places.one() as real, places.one() as ideal:
        for number, (group, paragraphs) in enumerate(documents):
            real.put(f"d{number}", group, *paragraphs)
            if group in groups and f"d{number}" not in without and (only is None or f"d{number}" in only):
                ideal.put(f"d{number}", group, *paragraphs)
        expected = both(ideal, question, ideal.scope(*groups), k)
        assert both(real, question, real.scope(*groups, without=without, only=only), k) == expected


# The order.


@pytest.mark.parametrize("k", [1, 2, 3, 7])
def test_the_first_k_are_the_beginning_of_all_the_best_first(place: Place, k: int) -> None:
    scope = place.scope("eng", "hr")
    for few, everything in zip(both(place, "pump valve", scope, k), both(place, "pump valve", scope), strict=True):
        assert few == everything[:k]
        scores = [score for _, score in everything]
        assert scores == sorted(scores, reverse=True)
        assert scores == [round(score, 6) for score in scores]


def test_what_scores_the_same_has_an_order_that_no_history_changes(places: Places) -> None:
    with places.one() as one, places.one() as other:
        for id_ in ("x", "y", "z", "w"):
            one.put(id_, "eng", "confidential", f"more {id_}")
        for id_ in ("w", "z", "y", "x", "y", "w"):
            other.put(id_, "eng", "confidential", f"more {id_}")
        expected = both(one, "confidential", one.scope("eng"), 3)
        assert both(other, "confidential", other.scope("eng"), 3) == expected
        assert [name for name, _ in expected[0]] == [("w", 0), ("x", 0), ("y", 0)]


def test_every_visible_passage_is_somehow_near_but_only_some_have_the_words(place: Place) -> None:
    words, meaning = both(place, "laptop", place.scope("eng"))
    assert names(words) == {("b", 0)}
    assert names(meaning) == {("a", 0), ("a", 1), ("b", 0)}
    assert meaning[0][0] == ("b", 0)


# The edges.


@pytest.mark.parametrize("text", ["", "?!"])
def test_without_a_word_no_words_are_found(place: Place, text: str) -> None:
    assert place.newest().keywords(text, place.scope("eng"), 5) == ()


def test_none_are_wanted_where_k_is_nought(place: Place) -> None:
    assert both(place, "pump", place.scope("eng"), 0) == ([], [])


def test_where_nothing_is_nothing_is_found(places: Places) -> None:
    with places.one() as empty:
        assert both(empty, "pump", Scope(frozenset({ListId("acme:l")}))) == ([], [])


@pytest.mark.parametrize("odd", [math.nan, math.inf, -math.inf])
def test_a_vector_that_is_no_direction_is_near_to_nothing(place: Place, odd: float) -> None:
    vector = asked("pump")
    vector[3] = odd
    assert place.newest().vectors(vector, place.scope("eng"), 5) == ()


def test_a_vector_of_noughts_is_as_near_to_each(place: Place) -> None:
    hits = place.newest().vectors(np.zeros_like(asked("pump")), place.scope("eng"), 5)
    assert [hit.score for hit in hits] == [0.0] * 3


def test_a_moment_stays_as_it_was(place: Place) -> None:
    scope, before = place.scope("eng"), place.newest()
    expected = both(place, "pump", scope, search=before)
    place.put("new", "eng", "pump pump")
    place.drop("b")
    assert both(place, "pump", scope, search=before) == expected
    assert both(place, "pump", scope) != expected
