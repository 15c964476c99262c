"""The inbox and the jobs are both queues of leased rows: what holds for one holds for the other."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlmodel import select

from bot.core.errors import LostLease
from bot.core.nouns import CommandLine, Incoming, Question, ReceiptId
from bot.stores.database import Database
from bot.stores.inbox import CLI_QUESTION, Inbox
from bot.stores.jobs import Jobs
from bot.stores.leases import Claim
from bot.stores.tables import InboxRow, JobRow, Leased
from policies.people import Email
from tests.threads import at_once

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
LENGTH = timedelta(seconds=30)
MOMENT = timedelta(microseconds=1)
Queue = Inbox | Jobs
Add = Callable[[str, datetime], str]


@pytest.fixture(params=[Inbox, Jobs], ids=["inbox", "jobs"])
def queue(request: pytest.FixtureRequest, database: Database) -> Queue:
    made: Queue = request.param(database, owner="first", length=LENGTH)
    return made


@pytest.fixture
def second(queue: Queue, database: Database) -> Queue:
    """The same queue in another process."""
    return type(queue)(database, owner="second", length=LENGTH)


@pytest.fixture
def add(queue: Queue, database: Database) -> Add:
    """Puts something in and gives its id."""

    def into(key: str, due_at: datetime) -> str:
        with database.writing() as session:
            if isinstance(queue, Jobs):
                return queue.enqueue(session, "sync", key, {"n": 1}, now=due_at)
            question = Question(
                receipt=ReceiptId(f"r_{key}"),
                text="?",
                asker=Email("ana@acme.test"),
                place=CommandLine(),
                asked_at=due_at,
            )
            assert queue.receive(session, Incoming(question=question, key=key, subject=key, lane=key), now=due_at)
            return question.receipt

    return into


def claimed(queue: Queue, now: datetime = NOON) -> Claim:
    claim = queue.claim(now)
    assert claim is not None
    return claim


def claim_one(database: Database, queue: Queue, id_: str) -> Claim | None:
    with database.writing() as session:
        return queue.claim_one(session, NOON, id=id_)


def finish(database: Database, queue: Queue, claim: Claim, error: str | None = None) -> None:
    with database.writing() as session:
        queue.finish(session, claim, NOON, error=error)


def hold(database: Database, queue: Queue, claim: Claim) -> None:
    with database.writing() as session:
        queue.hold(session, claim)


def row_of(database: Database, queue: Queue) -> Leased:
    with database.reading() as session:
        if isinstance(queue, Jobs):
            return session.exec(select(JobRow)).one()
        return session.exec(select(InboxRow)).one()


def test_nothing_waiting_is_no_claim(queue: Queue) -> None:
    assert queue.claim(NOON) is None


def test_one_row_goes_to_one_of_many_claimers(queue: Queue, add: Add) -> None:
    row = add("a", NOON)
    got = [claim for claim in at_once(8, lambda _: queue.claim(NOON)) if claim is not None]
    assert [(claim.id, claim.key, claim.attempts, claim.fence) for claim in got] == [(row, "a", 1, 1)]


def test_many_claimers_share_many_rows_without_one_going_twice(queue: Queue, add: Add) -> None:
    rows = {add(f"k{number}", NOON) for number in range(24)}

    def drain(_: int) -> list[str]:
        got = []
        while claim := queue.claim(NOON):
            got.append(claim.id)
        return got

    got = [id_ for each in at_once(6, drain) for id_ in each]
    assert len(got) == 24
    assert set(got) == rows


def test_the_oldest_goes_first(queue: Queue, add: Add) -> None:
    for key, minutes in (("b", -2), ("c", -1), ("a", -3)):
        add(key, NOON + timedelta(minutes=minutes))
    assert [claimed(queue).key for _ in range(3)] == ["a", "b", "c"]
    assert queue.claim(NOON) is None


def test_what_is_not_due_yet_waits(queue: Queue, add: Add) -> None:
    add("a", NOON)
    assert queue.claim(NOON - MOMENT) is None
    assert claimed(queue, NOON).key == "a"


def test_a_named_row_is_claimed_before_older_ones_and_no_other_instead(
    database: Database, queue: Queue, add: Add
) -> None:
    add("old", NOON - timedelta(hours=1))
    row = add("new", NOON)
    claim = claim_one(database, queue, row)
    assert claim is not None
    assert claim.id == row
    assert claim_one(database, queue, row) is None
    assert claim_one(database, queue, "nobody") is None
    assert claimed(queue).key == "old"


def test_only_the_kinds_that_are_asked_for_are_claimed(queue: Queue, add: Add) -> None:
    add("a", NOON)
    assert queue.claim(NOON, kinds=["another"]) is None
    assert queue.claim(NOON, kinds=[]) is None
    kind = "sync" if isinstance(queue, Jobs) else CLI_QUESTION
    claim = queue.claim(NOON, kinds=["another", kind])
    assert claim is not None
    assert (claim.key, claim.kind) == ("a", kind)


def test_a_row_is_failed_at_once_by_whoever_holds_it(database: Database, queue: Queue, add: Add) -> None:
    add("a", NOON)
    queue.fail(claimed(queue), NOON, error="ValidationError")
    row = row_of(database, queue)
    assert (row.state, row.error, row.finished_at) == ("failed", "ValidationError", NOON)


def test_a_lease_that_has_not_ended_is_nobody_elses(queue: Queue, second: Queue, add: Add) -> None:
    add("a", NOON)
    claimed(queue)
    assert second.claim(NOON + LENGTH) is None


def test_a_lease_that_ended_is_taken_over_under_a_new_fence(queue: Queue, second: Queue, add: Add) -> None:
    row = add("a", NOON)
    first = claimed(queue)
    taken = claimed(second, NOON + LENGTH + MOMENT)
    assert (taken.id, taken.attempts, taken.fence) == (row, 2, first.fence + 1)


def test_a_lease_that_ended_is_taken_over_by_one_of_many(queue: Queue, second: Queue, add: Add) -> None:
    add("a", NOON)
    claimed(queue)
    late = NOON + LENGTH + MOMENT
    got = [claim for claim in at_once(8, lambda _: second.claim(late)) if claim is not None]
    assert [claim.fence for claim in got] == [2]


def test_a_late_worker_can_do_nothing_any_more(
    database: Database, queue: Queue, second: Queue, add: Add, subtests: pytest.Subtests
) -> None:
    add("a", NOON)
    late = claimed(queue)
    taken = claimed(second, NOON + LENGTH + MOMENT)
    attempts: dict[str, Callable[[], None]] = {
        "hold": lambda: hold(database, queue, late),
        "finish": lambda: finish(database, queue, late),
        "fail": lambda: finish(database, queue, late, error="late"),
        "renew": lambda: queue.renew(late, NOON),
        "fail at once": lambda: queue.fail(late, NOON, error="late"),
    }
    for name, attempt in attempts.items():
        with subtests.test(name), pytest.raises(LostLease):
            attempt()
    row = row_of(database, queue)
    assert (row.state, row.lease_owner, row.fence) == ("claimed", "second", taken.fence)
    finish(database, second, taken)
    assert row_of(database, queue).state == "done"


def test_what_a_late_worker_writes_beside_its_hold_is_not_committed(
    database: Database, queue: Queue, second: Queue, add: Add
) -> None:
    def write_late() -> None:
        with database.writing() as session:
            session.add(JobRow(**_job("late")))
            session.flush()
            queue.hold(session, late)

    add("a", NOON)
    late = claimed(queue)
    claimed(second, NOON + LENGTH + MOMENT)
    with pytest.raises(LostLease):
        write_late()
    with database.reading() as session:
        assert session.get(JobRow, ("acme", "late")) is None


def _job(id_: str) -> dict[str, Any]:
    return {
        "workspace": "acme",
        "id": id_,
        "kind": "k",
        "key": id_,
        "payload": "{}",
        "state": "waiting",
        "due_at": NOON,
    }


def test_finished_work_is_not_held_by_its_own_worker_either(database: Database, queue: Queue, add: Add) -> None:
    add("a", NOON)
    claim = claimed(queue)
    finish(database, queue, claim)
    attempts: list[Callable[[], None]] = [
        lambda: hold(database, queue, claim),
        lambda: finish(database, queue, claim),
        lambda: queue.renew(claim, NOON),
    ]
    for attempt in attempts:
        with pytest.raises(LostLease):
            attempt()
    assert queue.claim(NOON + timedelta(days=1)) is None


def test_a_failure_is_kept_with_its_reason_and_not_tried_again(database: Database, queue: Queue, add: Add) -> None:
    add("a", NOON)
    finish(database, queue, claimed(queue), error="Fatal")
    row = row_of(database, queue)
    assert (row.state, row.error, row.finished_at, row.lease_until) == ("failed", "Fatal", NOON, None)
    assert queue.claim(NOON + timedelta(days=1)) is None


def test_renewing_extends_the_lease(queue: Queue, second: Queue, add: Add) -> None:
    add("a", NOON)
    claim = claimed(queue)
    queue.renew(claim, NOON + timedelta(seconds=20))
    assert second.claim(NOON + LENGTH + MOMENT) is None
    assert second.claim(NOON + timedelta(seconds=20) + LENGTH) is None
    assert claimed(second, NOON + timedelta(seconds=20) + LENGTH + MOMENT).fence == 2


def test_a_lease_that_ended_but_was_not_taken_over_is_still_held(
    database: Database, queue: Queue, second: Queue, add: Add
) -> None:
    add("a", NOON)
    claim = claimed(queue)
    hold(database, queue, claim)
    queue.renew(claim, NOON + timedelta(hours=1))
    assert second.claim(NOON + timedelta(hours=1)) is None


def test_holding_does_not_extend_the_lease(database: Database, queue: Queue, second: Queue, add: Add) -> None:
    add("a", NOON)
    hold(database, queue, claimed(queue))
    assert claimed(second, NOON + LENGTH + MOMENT).fence == 2


def test_every_lease_ends_at_once_where_their_holders_are_dead(
    database: Database, queue: Queue, second: Queue, add: Add
) -> None:
    for key in ("a", "b", "c"):
        add(key, NOON)
    finish(database, queue, claimed(queue))
    dead = claimed(queue)
    with database.writing() as session:
        assert second.end_all(session) == 1
    assert [state for _, state in queue.states()].count("waiting") == 2
    assert claimed(second).fence == dead.fence + 1
    with pytest.raises(LostLease):
        queue.renew(dead, NOON)


def test_ending_all_leases_leaves_other_workspaces_alone(
    database: Database, database_url: str, queue: Queue, add: Add
) -> None:
    add("a", NOON)
    claim = claimed(queue)
    other = Database(database_url, "rival")
    with other.writing() as session:
        assert type(queue)(other, owner="rival", length=LENGTH).end_all(session) == 0
    other.close()
    hold(database, queue, claim)


def test_a_holder_blocks_nobody_who_wants_another_row(
    database: Database, queue: Queue, second: Queue, add: Add
) -> None:
    if not database.is_postgresql:
        pytest.skip("SQLite has one writer at a time")
    add("a", NOON - MOMENT)
    add("b", NOON)
    claim = claimed(queue)
    with database.writing() as session:
        queue.hold(session, claim)
        assert claimed(second, NOON + LENGTH + MOMENT).key == "b"
        assert second.claim(NOON + LENGTH + MOMENT) is None, "a row that is locked right now is not waited for"
