"""Who pays for a call to a model, and is it there? Both are known before anything is sent, whatever it is that is asked."""

import math
from collections.abc import Callable, Iterable
from typing import Final, TypeVar

from bot.core.clock import timer
from bot.core.nouns import Budget
from bot.core.ports import Cost, Purse, Taken, Watch
from bot.models.gateway.faults import BrokenOff, Kind, NoReply, NotAsked

_CHARACTERS_OF_A_TOKEN: Final = 4
_A_DOLLAR: Final = 1_000_000
_NOTHING: Final = Cost(0, 0)
_COSTS_NOTHING: Final = frozenset({Kind.BUSY, Kind.KEY, Kind.UNKNOWN_MODEL, Kind.TOO_LONG, Kind.NOT_ACCEPTED})

Said = TypeVar("Said")


class _Uncounted:
    """The port `Purse`, without a bottom."""

    limits_money = False

    def take(self, whose: str, cost: Cost, *, share: float = 1.0) -> Taken | Budget:  # noqa: ARG002
        return Taken(whose, "", cost)

    def settle(self, taken: Taken, cost: Cost) -> None: ...


UNCOUNTED: Final[Purse] = _Uncounted()
"""Of what no question is asked for: what a sync embeds, and what an operator measures."""


class _Unwatched:
    """The port `Watch`, of whoever looks after nothing."""

    def is_paused(self, model: str) -> bool:  # noqa: ARG002
        return False

    def heard(self, model: str, because: str | None) -> None: ...


UNWATCHED: Final[Watch] = _Unwatched()
"""Of what an operator asks for, whatever is paused."""


def check_there(rests: Kind | None, until: float) -> None:
    """Is there time, and is it there?"""
    if until <= timer():
        raise NotAsked(Kind.NO_TIME)
    if rests is not None:
        raise NotAsked(rests)


def paid(
    purse: Purse,
    whose: str,
    cost: Cost,
    call: Callable[[], Said],
    *,
    share: float = 1.0,
    came_to: Callable[[Said], Cost | None] = lambda _: None,
) -> Said:
    """`cost` is taken before the call is made; what it `came_to`, if that is known, is settled afterwards."""
    taken = purse.take(whose, cost, share=share)
    if isinstance(taken, str):
        raise NotAsked(Kind.SPENT, budget=taken)
    try:
        said = call()
    except NoReply as fault:
        if fault.kind in _COSTS_NOTHING and not isinstance(fault, BrokenOff):
            purse.settle(taken, _NOTHING)
        raise
    purse.settle(taken, came_to(said) or cost)
    return said


def tokens_of(texts: Iterable[str]) -> int:
    """Roughly, before anybody has counted them."""
    return math.ceil(sum(map(len, texts)) / _CHARACTERS_OF_A_TOKEN)


def microdollars(dollars: float | None) -> int | None:
    return math.ceil(dollars * _A_DOLLAR) if dollars is not None else None
