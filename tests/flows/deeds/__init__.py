"""What people do to the sources, and to each other's rights there: one deed after another, each of them possible where it
is done. `pick` decides about everything: a die, or Hypothesis.
"""

from collections.abc import Sequence
from typing import Final, Protocol, TypeVar

Item = TypeVar("Item")

ADDRESSES: Final = ("ana@acme.test", "ben@acme.test", "cy@acme.test", "dee@acme.test", "eve@acme.test")
COMMON: Final = "zebra"  # stands in everything that is ever written


class Pick(Protocol):
    def __call__(self, items: Sequence[Item], /) -> Item: ...
