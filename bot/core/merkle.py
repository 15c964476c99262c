"""The Merkle tree of RFC 6962: one hash that stands for a list of leaves and their order. Pure.

An appended leaf needs only the frontier: the roots of the complete subtrees, as many as the size has bits set.
"""

from collections.abc import Iterable
from functools import reduce
from hashlib import sha256
from typing import NamedTuple

UNKNOWN = b""
"""The hash of a leaf that is lost. What stands above it is unknown too, and what stands beside it is not."""

EMPTY_ROOT = sha256(b"").digest()


class Frontier(NamedTuple):
    """A tree as far as its next leaf needs it: the complete subtrees' roots, the largest and oldest first."""

    size: int = 0
    peaks: tuple[bytes, ...] = ()

    @property
    def is_possible(self) -> bool:
        return self.size >= 0 and len(self.peaks) == self.size.bit_count()


def leaf_hash(leaf: bytes) -> bytes:
    return sha256(b"\x00" + leaf).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    return sha256(b"\x01" + left + right).digest() if left and right else UNKNOWN


def grown(frontier: Frontier, subtree: bytes, level: int = 0) -> Frontier:
    """With one more complete subtree of 2**level leaves; a single leaf is a subtree of level 0."""
    waiting, misplaced = divmod(frontier.size, 1 << level)
    if misplaced:
        raise ValueError(f"a subtree of {1 << level} leaves cannot stand after {frontier.size}")
    peaks = list(frontier.peaks)
    while waiting & 1:
        subtree = node_hash(peaks.pop(), subtree)
        waiting >>= 1
    return Frontier(frontier.size + (1 << level), (*peaks, subtree))


def grown_blindly(frontier: Frontier, count: int) -> Frontier:
    """With `count` more leaves that nobody knows, in as few steps as the tree has levels."""
    while count:
        fits = (frontier.size & -frontier.size).bit_length() or count.bit_length()
        level = min(fits, count.bit_length()) - 1
        frontier = grown(frontier, UNKNOWN, level)
        count -= 1 << level
    return frontier


def root(frontier: Frontier) -> bytes:
    """The tree head: every smaller subtree hangs to the right of the larger ones."""
    if not frontier.peaks:
        return EMPTY_ROOT
    return reduce(lambda right, left: node_hash(left, right), reversed(frontier.peaks))


def tree_head(leaf_hashes: Iterable[bytes]) -> bytes:
    return root(reduce(grown, leaf_hashes, Frontier()))
