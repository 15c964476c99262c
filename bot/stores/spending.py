"""What was spent on models today, and may it be more? Counted in rows, so that every process counts alike.

What a call may cost is taken before it is made, from all budgets at once, by updates that change nothing where there is
not enough: however many ask at once, what is overspent is at most by how much the calls in flight cost more than was
taken for them. Whoever dies in a call leaves what was taken.
"""

from typing import Final, NamedTuple, Self

from sqlalchemy import Update, update
from sqlmodel import Session, col, select

from bot.core.admin import Spent
from bot.core.clock import Clock
from bot.core.home import SpentByOne
from bot.core.nouns import Budget
from bot.core.ports import Cost, Taken
from bot.stores.database import Database, changed, insert_new
from bot.stores.tables import SpendingRow

_ALL: Final = "*"  # no name of an account has that
_ENDLESS: Final = 2**62
_A_DOLLAR: Final = 1_000_000


class Most(NamedTuple):
    """A day. None: as much as they like."""

    tokens: int | None = None
    microdollars: int | None = None

    @classmethod
    def of(cls, tokens: int | None, dollars: float | None) -> Self:
        return cls(tokens, round(dollars * _A_DOLLAR) if dollars is not None else None)

    @property
    def dollars(self) -> float | None:
        return self.microdollars / _A_DOLLAR if self.microdollars is not None else None


UNLIMITED: Final = Most()


class _Spent(Exception):  # noqa: N818 - it rolls back what was taken so far
    def __init__(self, budget: Budget) -> None:
        super().__init__(budget)
        self.budget = budget


class Spending:
    """The `Purse` port."""

    def __init__(self, database: Database, clock: Clock, *, by_one: Most = UNLIMITED, by_all: Most = UNLIMITED) -> None:
        self._database, self._clock = database, clock
        self._by_one, self._by_all = by_one, by_all

    @property
    def limits_money(self) -> bool:
        return any(most.microdollars is not None for most in (self._by_one, self._by_all))

    @property
    def _limits_nothing(self) -> bool:
        return self._by_one == self._by_all == UNLIMITED

    def spent(self) -> Spent:
        """By everybody today, and what the limits are."""
        with self._database.reading() as session:
            row = session.get(SpendingRow, (self._database.workspace, self._clock().date().isoformat(), _ALL))
        return Spent(
            tokens=row.tokens if row is not None else 0,
            dollars=(row.microdollars if row is not None else 0) / _A_DOLLAR,
            tokens_by_all=self._by_all.tokens,
            dollars_by_all=self._by_all.dollars,
            tokens_by_one=self._by_one.tokens,
            dollars_by_one=self._by_one.dollars,
        )

    def spent_by(self, whose: str) -> SpentByOne:
        """By one person today, and what the limits of one are; how much everybody spent is nothing of theirs."""
        today = self._clock().date().isoformat()
        with self._database.reading() as session:
            own, all_ = (session.get(SpendingRow, (self._database.workspace, today, name)) for name in (whose, _ALL))
        return SpentByOne(
            tokens=own.tokens if own is not None else 0,
            dollars=(own.microdollars if own is not None else 0) / _A_DOLLAR,
            most_tokens=self._by_one.tokens,
            most_dollars=self._by_one.dollars,
            is_over=_is_over(own, self._by_one) or _is_over(all_, self._by_all),
        )

    def take(self, whose: str, cost: Cost, *, share: float = 1.0) -> Taken | Budget:
        taken = Taken(whose, self._clock().date().isoformat(), cost)
        if self._limits_nothing:
            return taken
        try:
            with self._database.writing(ahead=True) as session:
                rows = [{"day": taken.day, "whose": name, "tokens": 0, "microdollars": 0} for name in (whose, _ALL)]
                insert_new(session, SpendingRow, rows)
                # Always in this order: two who each hold what the other waits for would wait for ever.
                _take(session, taken, whose, self._by_one, share, ("tokens_by_one", "dollars_by_one"))
                _take(session, taken, _ALL, self._by_all, share, ("tokens_by_all", "dollars_by_all"))
        except _Spent as spent:
            return spent.budget
        return taken

    def settle(self, taken: Taken, cost: Cost) -> None:
        if self._limits_nothing or cost == taken.cost:
            return
        tokens = cost.tokens - taken.cost.tokens
        microdollars = (cost.microdollars or 0) - (taken.cost.microdollars or 0)
        with self._database.writing(ahead=True) as session:
            for name in (taken.whose, _ALL):
                changed(session, _added(taken.day, name, tokens, microdollars))


def _is_over(row: SpendingRow | None, most: Most) -> bool:
    tokens, microdollars = (row.tokens, row.microdollars) if row is not None else (0, 0)
    return tokens >= _share(most.tokens, 1) or microdollars >= _share(most.microdollars, 1)


def _take(session: Session, taken: Taken, name: str, most: Most, share: float, budgets: tuple[Budget, Budget]) -> None:
    """From one row, if there is enough of both: the update itself decides."""
    cost = taken.cost
    if most.microdollars is not None and cost.microdollars is None:
        raise _Spent(budgets[1])
    tokens, microdollars = _share(most.tokens, share), _share(most.microdollars, share)
    has_tokens = col(SpendingRow.tokens) + cost.tokens <= tokens
    has_money = col(SpendingRow.microdollars) + (cost.microdollars or 0) <= microdollars
    taking = _added(taken.day, name, cost.tokens, cost.microdollars or 0)
    if changed(session, taking.where(has_tokens, has_money)) == 1:
        return
    here = (col(SpendingRow.day) == taken.day) & (col(SpendingRow.whose) == name)
    spent = session.exec(select(SpendingRow.tokens).where(here)).one()
    raise _Spent(budgets[0] if spent + cost.tokens > tokens else budgets[1])


def _added(day: str, name: str, tokens: int, microdollars: int) -> Update:
    here = (col(SpendingRow.day) == day) & (col(SpendingRow.whose) == name)
    return (
        update(SpendingRow)
        .where(here)
        .values(
            tokens=col(SpendingRow.tokens) + tokens,
            microdollars=col(SpendingRow.microdollars) + microdollars,
        )
    )


def _share(most: int | None, share: float) -> int:
    return _ENDLESS if most is None else int(most * share)
