import itertools
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.merkle import (
    EMPTY_ROOT,
    UNKNOWN,
    Frontier,
    grown,
    grown_blindly,
    leaf_hash,
    node_hash,
    root,
    tree_head,
)


def as_defined(hashes: list[bytes]) -> bytes:
    """RFC 6962, section 2.1, word for word: split at the largest power of two below the number of leaves."""
    if not hashes:
        return sha256(b"").digest()
    if len(hashes) == 1:
        return hashes[0]
    k = 1
    while k * 2 < len(hashes):
        k *= 2
    return sha256(b"\x01" + as_defined(hashes[:k]) + as_defined(hashes[k:])).digest()


def leaves(count: int) -> list[bytes]:
    return [leaf_hash(b"%d" % n) for n in range(count)]


# The test vectors of certificate-transparency (merkletree/merkle_tree_test): eight leaves and the heads after each.
VECTOR_LEAVES = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"]
VECTOR_HEADS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]


@pytest.mark.parametrize("size", range(1, 9))
def test_the_published_vectors_hold(size: int) -> None:
    hashes = [leaf_hash(bytes.fromhex(text)) for text in VECTOR_LEAVES[:size]]
    assert tree_head(hashes).hex() == VECTOR_HEADS[size - 1]


def test_no_leaves_have_the_empty_root() -> None:
    assert tree_head([]) == EMPTY_ROOT == as_defined([])


@pytest.mark.parametrize("size", range(70))
def test_growing_leaf_by_leaf_gives_the_defined_head(size: int) -> None:
    assert tree_head(leaves(size)) == as_defined(leaves(size))


@pytest.mark.parametrize("size", range(70))
def test_a_frontier_has_a_peak_for_each_set_bit(size: int) -> None:
    frontier = Frontier()
    for leaf in leaves(size):
        frontier = grown(frontier, leaf)
    assert frontier.is_possible
    assert not frontier._replace(size=frontier.size ^ 1).is_possible


@given(st.lists(st.integers(0, 9), max_size=40))
def test_whole_subtrees_give_the_same_tree_as_their_leaves(levels: list[int]) -> None:
    frontier = Frontier()
    hashes: list[bytes] = []
    for level in levels:
        fits = level if frontier.size % (1 << level) == 0 else 0
        more = [leaf_hash(b"%d" % (frontier.size + n)) for n in range(1 << fits)]
        frontier, hashes = grown(frontier, as_defined(more), fits), hashes + more
    assert root(frontier) == as_defined(hashes)


def test_a_subtree_stands_only_where_it_is_aligned() -> None:
    with pytest.raises(ValueError, match="cannot stand after 1"):
        grown(grown(Frontier(), leaf_hash(b"")), leaf_hash(b""), level=1)


@given(st.integers(0, 40), st.integers(1, 40), st.integers(0, 40))
def test_a_gap_hides_what_stands_above_it_and_nothing_else(before: int, gap: int, after: int) -> None:
    hashes = leaves(before + gap + after)
    blind, seeing = Frontier(), Frontier()
    for number, leaf in enumerate(hashes):
        seeing = grown(seeing, leaf)
        if number == before:
            blind = grown_blindly(blind, gap)
        elif not before <= number < before + gap:
            blind = grown(blind, leaf)
    assert blind.size == seeing.size
    assert root(blind) == UNKNOWN
    ends = list(itertools.accumulate((1 << b for b in reversed(range(64)) if seeing.size >> b & 1), initial=0))
    for peak, known, (first, end) in zip(blind.peaks, seeing.peaks, itertools.pairwise(ends), strict=True):
        is_hidden = first < before + gap and before < end
        assert peak == (UNKNOWN if is_hidden else known)


def test_a_gap_of_a_billion_takes_no_time() -> None:
    assert grown_blindly(grown(Frontier(), leaf_hash(b"")), 1 << 30).size == (1 << 30) + 1


def test_a_leaf_can_never_pass_for_a_node() -> None:
    left, right = leaves(2)
    assert leaf_hash(left + right) != node_hash(left, right)
