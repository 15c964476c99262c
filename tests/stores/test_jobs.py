import json
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import col, select

from bot.core.errors import LostLease
from bot.stores.database import Database
from bot.stores.jobs import Jobs
from bot.stores.leases import Claim
from bot.stores.tables import JobRow
from tests.threads import at_once

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
LENGTH = timedelta(seconds=60)
LATER = NOON + timedelta(seconds=61)  # when a lease that was taken at noon has ended


@pytest.fixture
def jobs(database: Database) -> Jobs:
    return Jobs(database, owner="here", length=LENGTH)


def enqueue(database: Database, jobs: Jobs, key: str = "handbook", now: datetime = NOON, *, full: bool = False) -> str:
    with database.writing() as session:
        return jobs.enqueue(session, "sync", key, {"full": full}, now=now)


def claimed(jobs: Jobs, now: datetime = NOON) -> Claim:
    claim = jobs.claim(now)
    assert claim is not None
    return claim


def claim_one(database: Database, jobs: Jobs, id_: str, now: datetime) -> Claim | None:
    with database.writing() as session:
        return jobs.claim_one(session, now, id=id_)


def end_all(database: Database, jobs: Jobs) -> int:
    with database.writing() as session:
        return jobs.end_all(session)


def states(jobs: Jobs) -> list[str]:
    return sorted(state for _, state in jobs.states())


def test_asking_twice_is_one_job_that_waits(database: Database, jobs: Jobs) -> None:
    assert enqueue(database, jobs) == enqueue(database, jobs)
    assert states(jobs) == ["waiting"]


def test_asking_from_many_threads_is_one_job_that_waits(database: Database, jobs: Jobs) -> None:
    assert len(set(at_once(8, lambda _: enqueue(database, jobs)))) == 1
    assert states(jobs) == ["waiting"]


def test_the_newest_payload_is_the_one_that_counts(database: Database, jobs: Jobs) -> None:
    enqueue(database, jobs)
    enqueue(database, jobs, full=True)
    assert json.loads(claimed(jobs).payload) == {"full": True}


def test_a_full_job_that_waits_stays_full_whoever_asks_for_less(database: Database, jobs: Jobs) -> None:
    first = enqueue(database, jobs, full=True)
    assert enqueue(database, jobs) == first
    assert json.loads(claimed(jobs).payload) == {"full": True}
    enqueue(database, jobs)
    assert json.loads(row_that_waits(database)) == {"full": False}, "what was asked for is being done"


def row_that_waits(database: Database) -> str:
    with database.reading() as session:
        return session.exec(select(JobRow.payload).where(col(JobRow.state) == "waiting")).one()


def test_another_key_or_kind_is_another_job(database: Database, jobs: Jobs) -> None:
    enqueue(database, jobs)
    enqueue(database, jobs, key="wiki")
    with database.writing() as session:
        jobs.enqueue(session, "prune", "handbook", {}, now=NOON)
    assert states(jobs) == ["waiting"] * 3


def test_asking_while_one_is_worked_on_makes_a_second_that_waits(database: Database, jobs: Jobs) -> None:
    first = enqueue(database, jobs)
    claim = claimed(jobs)
    second = enqueue(database, jobs)
    assert second != first
    assert enqueue(database, jobs) == second
    assert states(jobs) == ["claimed", "waiting"]
    with database.writing() as session:
        jobs.finish(session, claim, NOON)
    assert claimed(jobs).id == second


def test_the_second_is_not_worked_on_beside_the_first(database: Database, jobs: Jobs) -> None:
    """Two syncs of one source would clear away each other's staged passages."""
    first = enqueue(database, jobs)
    claimed(jobs)
    second = enqueue(database, jobs)
    assert jobs.claim(NOON) is None
    assert claim_one(database, jobs, second, NOON) is None
    enqueue(database, jobs, key="wiki")
    assert claimed(jobs).key == "wiki"
    assert claim_one(database, jobs, second, LATER) is None, "a dead worker's job is taken over before its like begins"
    assert claim_one(database, jobs, first, LATER) is not None


def test_it_is_in_hand_from_the_asking_to_the_end(database: Database, jobs: Jobs) -> None:
    assert not jobs.is_in_hand("sync", "handbook")
    enqueue(database, jobs)
    assert jobs.is_in_hand("sync", "handbook")
    assert not jobs.is_in_hand("sync", "wiki")
    assert not jobs.is_in_hand("embed", "handbook")
    claim = claimed(jobs)
    assert jobs.is_in_hand("sync", "handbook")
    with database.writing() as session:
        jobs.finish(session, claim, NOON)
    assert not jobs.is_in_hand("sync", "handbook")


def test_asking_and_claiming_at_once_never_fails(database: Database, jobs: Jobs) -> None:
    def act(number: int) -> None:
        for _ in range(10):
            if number % 2:
                enqueue(database, jobs)
            elif claim := jobs.claim(NOON):
                with database.writing() as session:
                    jobs.finish(session, claim, NOON)

    at_once(4, act)
    assert states(jobs).count("waiting") <= 1
    assert "claimed" not in states(jobs)


def test_ending_all_leaves_one_waiting_where_its_like_waits_already(database: Database, jobs: Jobs) -> None:
    enqueue(database, jobs)
    dead = claimed(jobs)
    second = enqueue(database, jobs)
    enqueue(database, jobs, key="wiki")
    other = jobs.claim(NOON)
    assert other is not None
    assert end_all(database, jobs) == 1
    assert states(jobs) == ["done", "waiting", "waiting"]
    assert {claimed(jobs).id, claimed(jobs).id} == {second, other.id}
    with pytest.raises(LostLease):
        jobs.renew(dead, NOON)


@pytest.mark.parametrize(("dead", "waits"), [(True, False), (False, True), (False, False)])
def test_ending_all_keeps_what_was_asked_of_the_dead_one(
    database: Database, jobs: Jobs, *, dead: bool, waits: bool
) -> None:
    enqueue(database, jobs, full=dead)
    claimed(jobs)
    enqueue(database, jobs, full=waits)
    enqueue(database, jobs, key="wiki")
    end_all(database, jobs)
    payloads = {claim.key: json.loads(claim.payload) for claim in (claimed(jobs), claimed(jobs))}
    assert payloads == {"handbook": {"full": dead or waits}, "wiki": {"full": False}}
    assert jobs.claim(NOON) is None


def test_ending_all_twice_is_ending_them_once(database: Database, jobs: Jobs) -> None:
    enqueue(database, jobs)
    claimed(jobs)
    enqueue(database, jobs)
    end_all(database, jobs)
    assert end_all(database, jobs) == 0
    assert states(jobs) == ["done", "waiting"]


@pytest.fixture
def rival(database: Database, database_url: str) -> Iterator[Database]:
    with closing(Database(database_url, "rival")) as opened:
        yield opened


def test_the_like_of_a_job_is_only_looked_for_in_its_own_workspace(
    database: Database, jobs: Jobs, rival: Database
) -> None:
    enqueue(database, jobs)
    claimed(jobs)
    theirs = Jobs(rival, owner="there", length=LENGTH)
    enqueue(rival, theirs)
    assert end_all(database, jobs) == 1
    assert states(jobs) == ["waiting"]
    claimed(jobs)
    assert claimed(theirs).key == "handbook"
