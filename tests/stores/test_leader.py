"""One process keeps the time, and another takes over when it is gone."""

from datetime import datetime, timedelta

import pytest

from bot.stores.database import Database
from bot.stores.jobs import Jobs
from bot.stores.leader import TIMERS, Leader
from tests.stores.house import NOON
from tests.threads import at_once

LENGTH = timedelta(seconds=30)


class Clock:
    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def leader(database: Database, clock: Clock, owner: str) -> Leader:
    return Leader(database, Jobs(database, owner=owner, length=LENGTH), clock)


def test_one_leads_as_long_as_it_asks_and_the_other_does_not(database: Database, clock: Clock) -> None:
    one, two = leader(database, clock, "one"), leader(database, clock, "two")
    for _ in range(5):
        assert (one.leads(), two.leads()) == (True, False)
        clock.now += LENGTH / 2


def test_who_is_gone_for_longer_than_a_lease_is_followed_by_another_and_leads_no_more(
    database: Database, clock: Clock
) -> None:
    one, two = leader(database, clock, "one"), leader(database, clock, "two")
    assert one.leads()
    clock.now += LENGTH * 2
    assert two.leads()
    assert not one.leads()


def test_of_many_that_begin_at_once_one_leads(database: Database, clock: Clock) -> None:
    leaders = [leader(database, clock, str(number)) for number in range(8)]
    assert sum(at_once(8, lambda number: leaders[number].leads())) == 1


def test_after_a_restart_the_one_owner_of_a_home_leads_at_once(database: Database, clock: Clock) -> None:
    jobs = Jobs(database, owner="dead", length=LENGTH)
    assert Leader(database, jobs, clock).leads()
    with database.writing() as session:
        jobs.end_all(session)
    assert leader(database, clock, "new").leads()


def test_keeping_the_time_is_nobodys_work_to_do(database: Database, clock: Clock) -> None:
    jobs = Jobs(database, owner="one", length=LENGTH)
    Leader(database, jobs, clock).leads()
    clock.now += LENGTH * 2
    assert jobs.claim(clock.now, kinds=["sync"]) is None
    assert [id_ for id_, _ in jobs.states()] == [TIMERS]
