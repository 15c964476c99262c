"""What is not there any more: hidden at the first look that misses it, taken away at the second. Pure.

If more would vanish than happens by itself, nothing does.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Final

from connectors.model import AccessChanged, Batch, Braked, Delete, Known, Node
from connectors.told import NOBODY

FEW: Final = 10  # so many may go at any time


def brake(
    source: str, missing: Iterable[str], before: Mapping[str, Node], known: Collection[str], percent: int
) -> None:
    """`percent`: what share may go at once."""
    there = sum(not before[name].missing for name in known if name in before)
    going = sum(not before[name].missing for name in missing if name in known)
    if going > FEW and going * 100 > there * percent:
        raise Braked(
            f"{going} of {there} documents of {source} are no longer there, more than {percent} %: none of them was "
            f"hidden. If that is right, accept it with `footnote sync {source} --full`"
        )


def without(
    missing: Sequence[str], still: Collection[str], before: Mapping[str, Node], known: Mapping[str, Known], total: int
) -> Batch:
    """`still`: those of them that others lie below, though they are no documents any more."""
    again = [name for name in missing if before[name].missing]
    first = [name for name in missing if not before[name].missing]
    hidden = [AccessChanged(id=name, access=NOBODY) for name in first if name in known and known[name].access]
    return Batch(
        changes=(*hidden, *(Delete(id=name) for name in again if name in known)),
        nodes=tuple(before[name].model_copy(update={"missing": True}) for name in first if name not in still),
        forgotten=tuple(name for name in again if name not in still),
        seen=total,
        total=total,
    )
