"""In which order what people sent is answered, and which of its wordings: lanes, revisions, and what was taken back."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import pytest
from sqlalchemy import event

from bot.core.errors import LostLease
from bot.core.nouns import Event, Incoming, Question, ReceiptId, SlackPlace, SlackUser
from bot.stores.database import Database
from bot.stores.inbox import SLACK_QUESTION, Inbox
from bot.stores.leases import Claim
from bot.stores.ledger.book import Ledger
from bot.stores.receipts import Receipts
from tests.stores.ledgers import KEY
from tests.threads import at_once

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
LENGTH = timedelta(seconds=30)
SECOND, MOMENT = timedelta(seconds=1), timedelta(microseconds=1)
EDITED, EDITED_AGAIN = "1772366401.000100", "1772366402.000100"


class Desk:
    """A channel, and whoever answers there. Each thing that is sent comes a second after the one before."""

    def __init__(self, database: Database) -> None:
        self.database, self.now = database, NOON
        self.inbox = Inbox(database, owner="here", length=LENGTH)
        self.receipts = Receipts(database, Ledger(database, KEY), self.inbox, lambda: self.now)

    def sent(self, message: str, revision: str = "", *, lane: str | None = None, at: datetime | None = None) -> bool:
        self.now = at or self.now + SECOND
        return self.receipts.take(incoming(message, revision, lane=lane))

    def forgets(self, message: str) -> None:
        self.receipts.forget(f"slack:{message}")

    def claims(self, now: datetime | None = None) -> Claim:
        claim = self.inbox.claim(now or self.now)
        assert claim is not None
        return claim

    def claimed(self, now: datetime | None = None) -> list[str]:
        """Everything that may be worked on at this moment, beside each other."""
        names = []
        while claim := self.inbox.claim(now or self.now):
            names.append(claim.id)
        return names

    def finishes(self, claim: Claim, error: str | None = None) -> None:
        with self.database.writing() as session:
            self.inbox.finish(session, claim, self.now, error=error)

    def tries_again(self, claim: Claim, due_at: datetime) -> None:
        with self.database.writing() as session:
            self.inbox.again(session, claim, due_at, error="later")

    def works(self, claim: Claim) -> None:
        self.receipts.open(claim).record(Event(kind="retrieved"))

    @property
    def states(self) -> dict[str, str]:
        return dict(self.inbox.states())

    def kinds(self, message: str, revision: str = "") -> list[str]:
        return [one.kind for one in self.receipts.events(receipt(message, revision))]


def receipt(message: str, revision: str = "") -> ReceiptId:
    return ReceiptId(f"r_{message}{'@' if revision else ''}{revision}")


def incoming(message: str, revision: str = "", *, lane: str | None = None) -> Incoming:
    """Each lane is in a channel of its own."""
    place = SlackPlace(team="T1", channel=f"C {lane or message}", message=message, edited=revision or None)
    asked = Question(
        receipt=receipt(message, revision), text="?", asker=SlackUser(team="T1", user="U1"), place=place, asked_at=NOON
    )
    subject = f"slack:{message}"
    return Incoming(
        question=asked,
        key=f"{subject}@{revision}",
        subject=subject,
        lane=lane or f"lane of {message}",
        revision=revision,
    )


@pytest.fixture
def desk(database: Database) -> Desk:
    return Desk(database)


# --- lanes -------------------------------------------------------------------------------------------------------


@pytest.fixture
def three(desk: Desk) -> Desk:
    """Two in one lane, and a later one in another."""
    desk.sent("1", lane="thread")
    desk.sent("2", lane="thread")
    desk.sent("3", lane="elsewhere")
    return desk


def test_second_of_a_lane_waits_while_the_first_is_worked_on_and_other_lanes_go_on(three: Desk) -> None:
    assert three.claimed() == ["r_1", "r_3"]


@pytest.mark.parametrize("error", [None, "RuntimeError"], ids=["done", "failed"])
def test_second_of_a_lane_has_its_turn_when_the_first_is_finished(three: Desk, error: str | None) -> None:
    three.finishes(three.claims(), error)
    assert three.claimed() == ["r_2", "r_3"]


def test_second_of_a_lane_waits_while_the_first_is_to_be_tried_again(three: Desk) -> None:
    later = three.now + 10 * SECOND
    three.tries_again(three.claims(), later)
    assert three.claimed() == ["r_3"]
    assert three.claims(later).id == "r_1"


def test_dead_lease_in_a_lane_is_taken_up_again_first(three: Desk) -> None:
    first = three.claims()
    late = three.now + LENGTH + MOMENT
    assert three.claimed(late) == ["r_1", "r_3"]
    with pytest.raises(LostLease):
        three.works(first)


def test_withdrawn_one_blocks_nobody(three: Desk) -> None:
    three.claims()
    three.forgets("1")
    assert three.claimed() == ["r_2", "r_3"]


def test_what_came_at_one_moment_goes_one_by_one(desk: Desk) -> None:
    for message in ("b", "a", "c"):
        desk.sent(message, lane="thread", at=NOON)
    for name in ("r_a", "r_b", "r_c"):
        claim = desk.claims()
        assert claim.id == name
        assert desk.claimed() == []
        desk.finishes(claim)


def test_what_was_stored_late_waits_for_the_later_one_that_is_worked_on_already(desk: Desk) -> None:
    """Two processes: the one that received it first was slower to commit it."""
    desk.sent("2", lane="thread", at=NOON)
    second = desk.claims()
    desk.sent("1", lane="thread", at=NOON - SECOND)
    assert desk.claimed(NOON) == []
    desk.finishes(second)
    assert desk.claimed(NOON) == ["r_1"]


def test_of_two_in_a_lane_that_are_both_free_the_earlier_goes_first_though_the_later_died(desk: Desk) -> None:
    desk.sent("2", lane="thread", at=NOON)
    desk.claims()
    desk.sent("1", lane="thread", at=NOON - SECOND)
    assert desk.claimed(NOON + LENGTH + MOMENT) == ["r_1"]


def test_a_lane_is_of_one_workspace(three: Desk, database_url: str) -> None:
    other = Database(database_url, "rival")
    rival = Desk(other)
    rival.sent("9", lane="thread", at=NOON + timedelta(minutes=1))
    assert rival.claimed() == ["r_9"]
    other.close()


def test_many_workers_never_work_on_two_of_one_lane(desk: Desk) -> None:
    lanes, length = 3, 8
    for number in range(lanes * length):
        desk.sent(f"{number:02}", lane=f"lane {number % lanes}")
    busy: set[str] = set()
    order: dict[str, list[str]] = {}
    lane_of = {receipt(f"{number:02}"): f"lane {number % lanes}" for number in range(lanes * length)}

    def work(_: int) -> None:
        idle = 0
        while idle < 50 and sum(map(len, order.values())) < lanes * length:
            claim = desk.inbox.claim(desk.now)
            if claim is None:
                idle += 1
                continue
            lane = lane_of[ReceiptId(claim.id)]
            assert lane not in busy
            busy.add(lane)
            order.setdefault(lane, []).append(claim.id)
            busy.remove(lane)
            desk.finishes(claim)

    at_once(8, work)
    assert sorted(order) == [f"lane {number}" for number in range(lanes)]
    assert all(names == sorted(names) and len(names) == length for names in order.values())


def test_second_of_a_lane_does_not_wait_for_what_is_said_aside(three: Desk) -> None:
    first = three.claims()
    assert three.claimed() == ["r_3"]
    three.receipts.open(first).record_shown(Event(kind="shown"))
    assert three.claimed() == ["r_2"]
    three.tries_again(first, three.now + SECOND)
    assert three.claimed(three.now + SECOND) == ["r_1"]


# --- revisions ---------------------------------------------------------------------------------------------------


def test_edit_withdraws_the_wording_that_waits(desk: Desk) -> None:
    desk.sent("1")
    assert desk.sent("1", EDITED)
    assert desk.claimed() == [receipt("1", EDITED)]
    assert desk.states["r_1"] == "withdrawn"
    assert desk.kinds("1") == ["asked", "withdrawn"]
    assert desk.kinds("1", EDITED) == ["asked"]


def test_whoever_works_on_a_wording_that_is_edited_loses_it_at_the_next_write(desk: Desk) -> None:
    desk.sent("1")
    claim = desk.claims()
    work = desk.receipts.open(claim)
    desk.works(claim)
    desk.sent("1", EDITED)
    writes: list[Callable[[], None]] = [
        lambda: work.record(Event(kind="closed")),
        lambda: work.record_shown(Event(kind="shown")),
        lambda: work.finish(Event(kind="posted")),
        lambda: work.fail(Event(kind="failed"), "RuntimeError"),
        lambda: work.try_again(Event(kind="delayed"), "Retryable", SECOND),
        work.renew,
        work.check_lease,
    ]
    for write in writes:
        with pytest.raises(LostLease):
            write()
    assert desk.kinds("1") == ["asked", "retrieved", "withdrawn"]
    assert desk.states["r_1"] == "withdrawn"


def test_edit_of_what_is_to_be_tried_again_withdraws_it(desk: Desk) -> None:
    desk.sent("1")
    desk.tries_again(desk.claims(), desk.now + SECOND)
    desk.sent("1", EDITED)
    assert desk.claimed(desk.now + timedelta(hours=1)) == [receipt("1", EDITED)]


def test_original_that_arrives_after_its_edit_is_not_answered(desk: Desk) -> None:
    desk.sent("1", EDITED)
    assert desk.sent("1")
    assert desk.claimed() == [receipt("1", EDITED)]
    assert desk.kinds("1") == ["asked", "withdrawn"]


def test_original_that_arrives_after_its_edit_is_not_claimed_by_who_received_it(desk: Desk) -> None:
    desk.sent("1", EDITED)
    assert desk.receipts.take_and_claim(incoming("1")) is None


def test_the_same_edit_twice_is_one(desk: Desk) -> None:
    desk.sent("1")
    assert desk.sent("1", EDITED)
    claim = desk.claims()
    assert not desk.sent("1", EDITED)
    desk.works(claim)
    assert desk.kinds("1") == ["asked", "withdrawn"]


@pytest.mark.parametrize("error", [None, "RuntimeError"], ids=["answered", "failed"])
def test_what_was_finished_stays_so_and_its_edit_is_answered_too(desk: Desk, error: str | None) -> None:
    desk.sent("1")
    desk.finishes(desk.claims(), error)
    desk.sent("1", EDITED)
    assert desk.claimed() == [receipt("1", EDITED)]
    assert desk.states["r_1"] == ("failed" if error else "done")
    assert desk.kinds("1") == ["asked"]


def test_of_several_edits_only_the_newest_is_answered_in_whatever_order_they_arrive(desk: Desk) -> None:
    for revision in (EDITED_AGAIN, "", EDITED):
        desk.sent("1", revision)
    assert desk.claimed() == [receipt("1", EDITED_AGAIN)]


def test_edit_of_one_message_leaves_another_alone(desk: Desk) -> None:
    desk.sent("1")
    desk.sent("2")
    claims = [desk.claims(), desk.claims()]
    desk.sent("1", EDITED)
    desk.works(claims[1])
    with pytest.raises(LostLease):
        desk.works(claims[0])


# --- what is taken back ------------------------------------------------------------------------------------------


def test_what_was_deleted_while_it_waits_is_not_answered(desk: Desk) -> None:
    desk.sent("1")
    desk.forgets("1")
    assert desk.claimed() == []
    assert desk.kinds("1") == ["asked", "withdrawn"]


def test_what_was_deleted_while_it_is_worked_on_is_lost_at_the_next_write(desk: Desk) -> None:
    desk.sent("1")
    claim = desk.claims()
    desk.forgets("1")
    with pytest.raises(LostLease):
        desk.works(claim)
    assert desk.kinds("1") == ["asked", "withdrawn"]


def test_what_was_deleted_after_it_was_answered_stays_answered(desk: Desk) -> None:
    desk.sent("1")
    desk.finishes(desk.claims())
    desk.forgets("1")
    assert (desk.states["r_1"], desk.kinds("1")) == ("done", ["asked"])


@pytest.mark.parametrize("revision", ["", EDITED])
def test_what_arrives_after_its_deletion_is_not_answered(desk: Desk, revision: str) -> None:
    desk.forgets("1")
    assert desk.sent("1", revision)
    assert desk.claimed() == []
    assert desk.kinds("1", revision) == ["asked", "withdrawn"]


def test_deleted_twice_is_deleted(desk: Desk) -> None:
    desk.sent("1")
    desk.forgets("1")
    desk.forgets("1")
    assert desk.kinds("1") == ["asked", "withdrawn"]
    assert desk.claimed() == []


def test_deletion_is_no_work(desk: Desk) -> None:
    desk.forgets("1")
    assert desk.claimed(NOON + timedelta(days=1)) == []
    assert not desk.inbox.waits()


# --- whether anything waits --------------------------------------------------------------------------------------


def test_something_waits_until_everything_is_finished_or_taken_back(desk: Desk) -> None:
    waits = [desk.inbox.waits()]
    desk.sent("1")
    waits.append(desk.inbox.waits())
    claim = desk.claims()
    waits.append(desk.inbox.waits())
    desk.tries_again(claim, desk.now + timedelta(hours=1))
    waits.append(desk.inbox.waits())
    desk.sent("2")
    desk.forgets("1")
    waits.append(desk.inbox.waits())
    desk.finishes(desk.claims(), "RuntimeError")
    waits.append(desk.inbox.waits())
    assert waits == [False, True, True, True, True, False]


# --- all at once -------------------------------------------------------------------------------------------------

Step = tuple[str, str]  # "sent" with a revision, or "forgets"

RACES: list[Any] = [
    pytest.param([("sent", ""), ("sent", EDITED)], EDITED, id="original and edit"),
    pytest.param([("sent", ""), ("sent", EDITED), ("sent", EDITED_AGAIN)], EDITED_AGAIN, id="two edits"),
    pytest.param([("sent", ""), ("forgets", "")], None, id="original and deletion"),
    pytest.param([("sent", ""), ("sent", EDITED), ("forgets", "")], None, id="edit and deletion"),
]


@pytest.mark.parametrize("backwards", [False, True], ids=["in order", "backwards"])
@pytest.mark.parametrize(("steps", "newest"), RACES)
def test_only_the_newest_wording_is_left_however_they_arrive_at_once(
    desk: Desk, steps: Sequence[Step], newest: str | None, *, backwards: bool
) -> None:
    ordered = steps[::-1] if backwards else steps
    for turn in range(3):
        message = f"m{turn}"

        def arrive(number: int) -> bool | None:
            act, revision = ordered[number % len(ordered)]
            if act == "sent":
                return desk.receipts.take(incoming(message, revision, lane="thread"))  # noqa: B023 - used in this turn
            desk.forgets(message)  # noqa: B023 - likewise
            return None

        arrived = at_once(8, arrive)
        assert arrived.count(True) == sum(act == "sent" for act, _ in steps)
        left = desk.claims() if newest is not None else None
        assert left is None or left.id == receipt(message, newest or "")
        assert desk.claimed() == []
        for act, revision in steps:
            if act == "sent":
                kinds = ["asked"] if revision == newest else ["asked", "withdrawn"]
                assert desk.kinds(message, revision) == kinds
        if left is not None:
            desk.finishes(left)


@pytest.mark.parametrize("backwards", [False, True], ids=["in order", "backwards"])
def test_workers_and_those_who_edit_and_delete_what_they_work_on_wait_for_neither(
    desk: Desk, *, backwards: bool
) -> None:
    messages = [f"{number}" for number in range(4)]
    for message in messages:
        desk.sent(message)
    claims = [desk.claims() for _ in messages]
    lost = count()

    def act(number: int) -> None:
        which = number // 2 if not backwards else 3 - number // 2
        if number % 2 == 0:
            try:
                for _ in range(5):
                    desk.works(claims[which])
            except LostLease:
                next(lost)
        elif which % 2 == 0:
            desk.forgets(messages[which])
        else:
            desk.receipts.take(incoming(messages[which], EDITED))

    at_once(8, act)
    assert [desk.states[receipt(message)] for message in messages] == ["withdrawn"] * 4
    assert sorted(desk.claimed()) == [receipt("1", EDITED), receipt("3", EDITED)]
    for message in messages:
        after = desk.kinds(message)
        assert after[-1] == "withdrawn", "nothing is written about what was taken back"


# --- how long it takes -------------------------------------------------------------------------------------------


def test_what_is_finished_is_not_looked_at_to_find_what_is_to_be_done(desk: Desk) -> None:
    if desk.database.is_postgresql:
        pytest.skip("its planner goes by how many rows there are")
    desk.sent("1")
    statements: list[tuple[str, Any]] = []

    @event.listens_for(desk.database.engine, "before_cursor_execute")
    def _remember(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        if statement.startswith("SELECT"):
            statements.append((statement, parameters))

    assert desk.inbox.claim(NOON + SECOND, kinds=[SLACK_QUESTION]) is not None
    desk.inbox.waits()
    with desk.database.engine.connect() as connection:
        plans = [
            "\n".join(row[3] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters))
            for statement, parameters in list(statements)
        ]
    assert len(plans) == 3, "is any due; which one; does any wait"
    for plan in plans:
        assert "inbox_by_due" in plan
        assert "TEMP B-TREE" not in plan
    assert "inbox_by_lane (workspace=? AND lane=?)" in plans[1]
    assert "inbox_in_hand" in plans[1]
