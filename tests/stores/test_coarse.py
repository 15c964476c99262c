"""The first look lets through whatever may be among the nearest, however odd the numbers are."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core.nouns import ListId
from bot.core.ports import Scope, Vector
from bot.stores import coarse
from bot.stores.coarse import Coded, coded, looked_at
from bot.stores.moment import Moment
from bot.stores.nearest import _MUCH
from bot.stores.segments import Entry, Segment, make
from bot.stores.visible import Part

DIMENSIONS = 16
ROWS = 775


def made(seed: int, *, rows: int = ROWS, largest: float = 1.0) -> Vector:
    """Some rows are of noughts, some point the same way, and some have one number that outweighs the others."""
    dice = np.random.default_rng(seed)
    vectors = dice.standard_normal((rows, DIMENSIONS)).astype(np.float32)
    vectors[::11] = vectors[0]
    vectors[::13, 3] *= 30
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True) / np.float32(largest)
    vectors[5::97] = 0
    return vectors


def whole(vectors: Vector) -> Coded:
    return Coded(*map(np.concatenate, zip(*coded([vectors[:512], vectors[512:]]), strict=True)))


@settings(deadline=None, max_examples=40)
@given(
    seed=st.integers(0, 10**6), largest=st.sampled_from([1e-3, 1.0, 50.0]), which=st.sampled_from(["any", "a row", "0"])
)
def test_no_product_is_farther_from_the_first_look_than_it_says(seed: int, largest: float, which: str) -> None:
    vectors = made(seed, largest=largest)
    other = np.random.default_rng(seed + 1).standard_normal(DIMENSIONS).astype(np.float32)
    asked = {"any": other, "a row": vectors[seed % ROWS], "0": np.zeros(DIMENSIONS, dtype=np.float32)}[which]
    about, wrong = looked_at(asked, whole(vectors), float(np.linalg.norm(vectors, axis=1).max()))
    exact = vectors.astype(np.float64) @ asked.astype(np.float64)
    assert (np.abs(about - exact) <= wrong + 1e-6 * largest * np.linalg.norm(asked)).all()
    assert wrong.max() <= 0.05 * largest * np.linalg.norm(asked)  # it rules something out


def test_largest_codes_of_all_are_added_without_being_cut_off() -> None:
    """As two products would be that do not fit into the 16 bits in which some processors add them."""
    vectors = np.ones((100, 384), dtype=np.float32)
    vectors[1::2] = -1
    (one,) = coded([vectors])
    for sign in (1, -1):
        about, _ = looked_at(np.full(384, sign, dtype=np.float32), one, 384**0.5)
        assert about.tolist() == pytest.approx([384 * sign, -384 * sign] * 50, rel=1e-5)


def test_vectors_that_are_no_numbers_disturb_no_others() -> None:
    vectors = made(3)
    odd = vectors.copy()
    odd[7], odd[8, 2], odd[9, 0] = np.nan, np.inf, -np.inf
    vectors[7:10] = 0
    found, expected = whole(odd), whole(vectors)
    assert np.array_equal(found.codes, expected.codes)
    assert np.array_equal(found.steps, expected.steps)
    assert np.array_equal(found.rests, expected.rests)


def segment(vectors: Vector, has_vector: list[bool]) -> Segment:
    entries = [
        Entry(f"{at % 5:032x}", f"a:{at // 4}", at, f"{at:032x}", f"a:{at % 3}", b"", b"") for at in range(len(vectors))
    ]
    return make(entries, vectors, np.array(has_vector)).whole()


@settings(deadline=None, max_examples=40)
@given(
    seed=st.integers(0, 10**6),
    lists=st.sets(st.sampled_from(["a:0", "a:1", "a:2"]), min_size=2),
    k=st.sampled_from([1, 2, 20, 300, 5_000]),
    gone=st.integers(0, 30),
)
def test_first_look_finds_what_a_product_of_all_in_64_bits_finds(seed: int, lists: set[str], k: int, gone: int) -> None:
    vectors, dice = made(seed), np.random.default_rng(seed)
    has_vector = dice.random(ROWS) < 0.9
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(coarse, "LARGE", 1)
        part = Part.whole(segment(vectors, has_vector.tolist())).without({f"a:{one}" for one in range(gone)})
    scope = Scope(frozenset(map(ListId, lists)))
    assert len(part.segment.codes) == ROWS
    assert part.visible(scope).count * _MUCH > ROWS  # so it is a first look that is tested
    asked = vectors[seed % ROWS]
    exact = (vectors.astype(np.float64) * asked.astype(np.float64)).sum(axis=1)
    rows = [at for at in range(gone * 4, ROWS) if has_vector[at] and f"a:{at % 3}" in lists]
    order = sorted(rows, key=lambda at: (-round(exact[at], 6), f"{at % 5:032x}", f"a:{at // 4}", at))
    found = Moment(0, [part]).vectors(asked, scope, k)
    assert [hit.passage for hit in found] == [f"{at:032x}" for at in order[:k]]


def test_small_segment_has_no_codes() -> None:
    assert segment(made(1), [True] * ROWS).codes.shape == (0, DIMENSIONS)


def test_rows_without_vectors_have_codes_without_numbers() -> None:
    """As in an index that is searched by words alone, however large."""
    (found,) = coded([np.empty((3, 0), dtype=np.float32)])
    assert (found.codes.shape, found.steps.tolist()) == ((3, 0), [0, 0, 0])
