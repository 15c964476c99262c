"""A segment says the same of a passage however it came about: from rows, or from other segments without what died."""

import random
from collections.abc import Sequence
from dataclasses import fields

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from bot.core.ports import Vector
from bot.stores.segments import Entry, Segment, document_key, make, merge
from bot.stores.visible import Part

DIMENSIONS = 8


def entry(number: int, dice: random.Random) -> Entry:
    terms = sorted(dice.sample(range(2**63, 2**63 + 40), dice.randint(0, 6)))
    return Entry(
        content_hash=f"{dice.randrange(5):032x}",
        document=dice.choice(["ä:1", "a:2", "a:10", "b:\n"]) + str(number % 7),
        ordinal=number,
        passage=f"{number:032x}",
        list_id=dice.choice(["a:x", "a:y", "ö:z"]),
        term_ids=np.array(terms, dtype="<u8").tobytes(),
        term_counts=np.array([dice.choice([1, 3, 65_535]) for _ in terms], dtype="<u2").tobytes(),
    )


def vectors_of(entries: Sequence[Entry]) -> Vector:
    rows = [np.random.default_rng(each.ordinal).standard_normal(DIMENSIONS) for each in entries]
    return np.array(rows, dtype=np.float32).reshape(-1, DIMENSIONS)


def segment(entries: Sequence[Entry]) -> Segment:
    return make(entries, vectors_of(entries), np.array([each.ordinal % 3 > 0 for each in entries], dtype=bool)).whole()


def same(one: Segment, other: Segment) -> bool:
    return all(np.array_equal(getattr(one, each.name), getattr(other, each.name)) for each in fields(Segment))


@given(st.integers(0, 40), st.randoms(use_true_random=False), st.integers(1, 4))
def test_merging_what_is_alive_is_making_it_of_that_alone(count: int, dice: random.Random, parts: int) -> None:
    entries = [entry(number, dice) for number in range(count)]
    dead = {each.document for each in entries if dice.random() < 0.3}
    shares: list[list[Entry]] = [[] for _ in range(parts)]
    for each in entries:
        dice.choice(shares).append(each)
    made = [Part.whole(segment(share)).without(dead) for share in shares]
    merged = merge([(part.segment, part.alive) for part in made], DIMENSIONS).whole()
    alive = [each for each in entries if each.document not in dead]
    assert sum(part.count for part in made) == len(alive)
    assert same(merged, segment(alive))


def test_rows_of_one_list_lie_together_and_each_is_where_it_says() -> None:
    dice = random.Random(3)
    entries = [entry(number, dice) for number in range(60)]
    made = segment(entries)
    by_name = {each.passage: each for each in entries}
    for name, at in made.list_ids.items():
        first, last = made.list_rows[at : at + 2]
        assert {by_name[id_.decode()].list_id for id_ in made.passage[first:last]} == {name}
    for row, id_ in enumerate(made.passage):
        its = by_name[id_.decode()]
        assert made.tie_key(row) == (its.content_hash, its.document, its.ordinal)
        assert np.array_equal(made.vectors[row], vectors_of([its])[0])
        assert row in made.rows_of([its.document])
    ties = [made.tie_key(int(row)) for row in np.argsort(made.tie)]
    assert ties == sorted(ties)
    assert len(made.rows_of(["unknown", document_key("unknown")])) == 0
