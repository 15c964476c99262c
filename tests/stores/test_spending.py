"""Budgets for models: by one and by all, a day, in tokens and in money, however many ask at once."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.core.ports import Cost, Purse, Taken
from bot.stores.database import Database
from bot.stores.spending import UNLIMITED, Most, Spending
from tests.fakes.purse import FakePurse
from tests.threads import at_once

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
ANA, BO = "ana@acme.test", "slack:T1/U1"
TEN = Cost(tokens=10, microdollars=1_000)


def spending(
    database: Database, *, by_one: Most = UNLIMITED, by_all: Most = UNLIMITED, now: datetime = NOON
) -> Spending:
    return Spending(database, lambda: now, by_one=by_one, by_all=by_all)


def takes(purse: Purse, times: int, whose: str = ANA, cost: Cost = TEN) -> list[object]:
    return [outcome if isinstance(outcome := purse.take(whose, cost), str) else "taken" for _ in range(times)]


@pytest.mark.parametrize(
    ("by_one", "by_all", "budget"),
    [
        (Most(tokens=25), Most(), "tokens_by_one"),
        (Most(microdollars=2_500), Most(), "dollars_by_one"),
        (Most(), Most(tokens=25), "tokens_by_all"),
        (Most(), Most(microdollars=2_500), "dollars_by_all"),
    ],
)
def test_budget_that_is_spent_says_which_it_is(database: Database, by_one: Most, by_all: Most, budget: str) -> None:
    purse = spending(database, by_one=by_one, by_all=by_all)
    assert takes(purse, 4) == ["taken", "taken", budget, budget]


def test_what_one_person_has_spent_leaves_the_others_theirs(database: Database) -> None:
    purse = spending(database, by_one=Most(tokens=10))
    assert takes(purse, 2, ANA) == ["taken", "tokens_by_one"]
    assert takes(purse, 2, BO) == ["taken", "tokens_by_one"]


def test_what_everybody_has_spent_takes_nothing_from_who_asks_then(database: Database) -> None:
    purse = spending(database, by_one=Most(tokens=20), by_all=Most(tokens=10))
    assert takes(purse, 1, BO) == ["taken"]
    assert takes(purse, 3, ANA) == ["tokens_by_all"] * 3
    assert takes(spending(database, by_one=Most(tokens=20)), 3, ANA) == ["taken", "taken", "tokens_by_one"]


def test_another_day_begins_anew(database: Database) -> None:
    assert takes(spending(database, by_all=Most(tokens=10)), 2) == ["taken", "tokens_by_all"]
    tomorrow = spending(database, by_all=Most(tokens=10), now=NOON + timedelta(hours=12))
    assert takes(tomorrow, 1) == ["taken"]


def test_call_of_which_nobody_knows_what_it_costs_is_not_made_where_money_is_limited(database: Database) -> None:
    purse = spending(database, by_all=Most(microdollars=10**9))
    assert purse.take(ANA, Cost(10, None)) == "dollars_by_all"
    assert isinstance(spending(database, by_all=Most(tokens=10)).take(ANA, Cost(10, None)), Taken)


@pytest.mark.parametrize("kind", ["rows", "memory"])
def test_what_a_call_did_not_cost_comes_back_and_what_it_cost_more_goes(database: Database, kind: str) -> None:
    purse: Purse = spending(database, by_all=Most(tokens=10)) if kind == "rows" else FakePurse(most_tokens=10)
    taken = purse.take(ANA, TEN)
    assert isinstance(taken, Taken)
    purse.settle(taken, Cost(4, 400))
    again = purse.take(ANA, Cost(6, 600))
    assert isinstance(again, Taken)
    purse.settle(again, Cost(60, 6_000))
    assert takes(purse, 1, cost=Cost(1, 1)) == ["tokens_by_all"]


@pytest.mark.parametrize("kind", ["rows", "memory"])
def test_share_leaves_the_rest_to_others(database: Database, kind: str) -> None:
    purse: Purse = spending(database, by_all=Most(tokens=50)) if kind == "rows" else FakePurse(most_tokens=50)
    taken = [isinstance(purse.take(ANA, TEN, share=0.8), Taken) for _ in range(5)]
    assert taken == [True] * 4 + [False]
    assert takes(purse, 2) == ["taken", "tokens_by_all"]


def test_many_at_once_take_no_more_than_there_is(database: Database) -> None:
    purse = spending(database, by_one=Most(tokens=1_000), by_all=Most(tokens=60))
    outcomes = at_once(16, lambda number: purse.take(f"u{number % 3}", TEN))
    assert sum(isinstance(outcome, Taken) for outcome in outcomes) == 6
    assert {outcome for outcome in outcomes if isinstance(outcome, str)} == {"tokens_by_all"}


def test_without_budgets_nothing_is_written(database: Database) -> None:
    purse = spending(database)
    assert takes(purse, 3) == ["taken"] * 3
    assert takes(spending(database, by_all=Most(tokens=10)), 1) == ["taken"]
