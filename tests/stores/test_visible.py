"""What a part remembers is what it would find anew, whatever died meanwhile."""

import random

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from bot.core.nouns import ListId
from bot.core.ports import Scope
from bot.stores.visible import Part
from tests.stores.test_segments import entry, segment

DOCUMENTS = [f"{name}{number}" for name in ("ä:1", "a:2", "a:10", "b:\n") for number in range(7)]
scopes = st.builds(
    lambda lists, without: Scope(frozenset(map(ListId, lists)), frozenset(without)),
    st.sets(st.sampled_from(["a:x", "a:y", "ö:z", "unknown"])),
    st.sets(st.sampled_from(DOCUMENTS), max_size=3),
)


@given(
    count=st.integers(0, 60),
    dice=st.randoms(use_true_random=False),
    asked=st.lists(scopes, min_size=1, max_size=10),
    turns=st.lists(st.sets(st.sampled_from([*DOCUMENTS, "unknown"]), max_size=4), min_size=1, max_size=4),
)
def test_what_was_visible_without_what_died_is_what_is_visible(
    count: int, dice: random.Random, asked: list[Scope], turns: list[set[str]]
) -> None:
    part = Part.whole(segment([entry(number, dice) for number in range(count)]))
    for scope in asked:
        part.visible(scope)
    for documents in turns:
        part = part.without(documents)
        for scope in asked:
            remembered, anew = part.visible(scope), Part(part.segment, part.alive).visible(scope)
            assert np.array_equal(remembered.mask, anew.mask)
            assert (remembered.count, remembered.length) == (anew.count, anew.length)
            assert remembered.length == part.segment.length[remembered.mask].sum()


def test_a_search_of_before_is_not_changed_by_what_dies_later() -> None:
    dice = random.Random(5)
    before = Part.whole(segment([entry(number, dice) for number in range(40)]))
    scope = Scope(frozenset({ListId("a:x"), ListId("a:y"), ListId("ö:z")}))
    seen = before.visible(scope)
    after = before.without(set(DOCUMENTS))
    assert (seen.count, before.visible(scope).count, after.visible(scope).count) == (40, 40, 0)
    assert seen.mask.all()


def test_nothing_is_made_anew_where_nothing_died() -> None:
    part = Part.whole(segment([entry(1, random.Random(1))]))
    assert part.without({"unknown"}) is part
    assert part.without(set()) is part
