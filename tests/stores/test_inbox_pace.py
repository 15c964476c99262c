"""The how-manieth question of its minute is this one? Counted from the rows, so that nothing forgets it."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import event

from bot.core.nouns import CommandLine, Event, Incoming, Question, ReceiptId, SlackPlace, SlackUser
from bot.core.ports import Pace
from bot.stores.database import Database
from bot.stores.inbox import Inbox
from bot.stores.ledger.book import Ledger
from bot.stores.receipts import OpenReceipt, Receipts
from policies.people import Email
from tests.stores.ledgers import KEY
from tests.threads import at_once

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
SECOND, MINUTE, MOMENT = timedelta(seconds=1), timedelta(minutes=1), timedelta(microseconds=1)
LENGTH = timedelta(minutes=10)
EDITED = "1772366401.000100"


class Desk:
    """One process, and the people who write to it."""

    def __init__(self, database: Database) -> None:
        self.database, self.now = database, NOON
        self.inbox = Inbox(database, owner="here", length=LENGTH)
        self.receipts = Receipts(database, Ledger(database, KEY), self.inbox, lambda: self.now)

    def asks(self, who: str, message: str, at: datetime, *, edited: str | None = None) -> str:
        self.now = at
        place = SlackPlace(team="T1", channel=f"C{message}", message=message, edited=edited)
        name = ReceiptId(f"r_{message}{edited or ''}")
        question = Question(receipt=name, text="?", asker=SlackUser(team="T1", user=who), place=place, asked_at=at)
        subject, revision = f"slack:{message}", edited or ""
        key = f"{subject}:{revision}"
        self.receipts.take(Incoming(question=question, key=key, subject=subject, lane=subject, revision=revision))
        return name

    def pace(self, receipt: str) -> Pace:
        with self.database.reading() as session:
            return self.inbox.pace(session, receipt)

    def opens(self, receipt: str) -> OpenReceipt:
        with self.database.writing() as session:
            claim = self.inbox.claim_one(session, NOON + 9 * MINUTE, id=receipt)
        assert claim is not None
        return self.receipts.open(claim)


@pytest.fixture
def desk(database: Database) -> Desk:
    return Desk(database)


@contextmanager
def processes(database_url: str, count: int) -> Iterator[list[Desk]]:
    opened = [Database(database_url, "acme") for _ in range(count)]
    try:
        yield [Desk(each) for each in opened]
    finally:
        for each in opened:
            each.close()


def test_each_is_counted_among_those_of_its_asker_and_of_all_in_the_order_in_which_they_came(desk: Desk) -> None:
    asked = [desk.asks(who, f"{at}", NOON + at * SECOND) for at, who in enumerate(["U1", "U2", "U1", "U1", "U2"])]
    assert [desk.pace(name) for name in asked] == [Pace(1, 1), Pace(1, 2), Pace(2, 3), Pace(3, 4), Pace(2, 5)]


def test_what_came_at_one_moment_is_counted_one_by_one(desk: Desk) -> None:
    asked = [desk.asks("U1", f"{number}", NOON) for number in range(3)]
    assert [desk.pace(name).by_one for name in asked] == [1, 2, 3]


def test_minute_ends_with_its_last_moment(desk: Desk) -> None:
    moments = [NOON - MOMENT, NOON, NOON + MINUTE - MOMENT, NOON + MINUTE, NOON + MINUTE]
    asked = [desk.asks("U1", f"{number}", at) for number, at in enumerate(moments)]
    assert [desk.pace(name).by_one for name in asked] == [1, 1, 2, 1, 2]


def test_clock_that_is_set_back_counts_on_in_the_minute_that_it_shows(desk: Desk) -> None:
    asked = [desk.asks("U1", f"{n}", at) for n, at in enumerate([NOON, NOON + MINUTE, NOON + SECOND])]
    assert [desk.pace(name).by_one for name in asked] == [1, 1, 2]


def test_another_wording_counts_as_the_first_did_however_late_it_comes(desk: Desk) -> None:
    first = desk.asks("U1", "1", NOON)
    desk.asks("U1", "2", NOON + SECOND)
    again = desk.asks("U1", "1", NOON + 2 * SECOND, edited=EDITED)
    third = desk.asks("U1", "3", NOON + 3 * SECOND)
    later = desk.asks("U1", "2", NOON + 2 * MINUTE, edited=EDITED)
    fresh = desk.asks("U1", "4", NOON + 2 * MINUTE)
    assert [desk.pace(name).by_one for name in (first, again, third, later, fresh)] == [1, 1, 3, 2, 1]


def test_what_becomes_a_question_by_being_edited_counts(desk: Desk) -> None:
    asked = [desk.asks("U1", f"{number}", NOON, edited=EDITED) for number in range(3)]
    assert [desk.pace(name).by_one for name in asked] == [1, 2, 3]


def test_original_that_comes_after_its_edit_counts_with_it(desk: Desk) -> None:
    desk.asks("U1", "1", NOON, edited=EDITED)
    original = desk.asks("U1", "1", NOON + SECOND)
    assert desk.pace(original) == Pace(1, 1)
    assert desk.pace(desk.asks("U1", "2", NOON + SECOND)) == Pace(2, 2)


def test_what_is_delivered_again_counts_once(desk: Desk, database_url: str) -> None:
    with processes(database_url, 3) as others:
        at_once(6, lambda number: others[number % 3].asks("U1", "1", NOON + number * SECOND))
    assert desk.pace(desk.asks("U1", "2", NOON + 9 * SECOND)) == Pace(2, 2)


def test_what_was_taken_back_or_answered_has_been_asked(desk: Desk) -> None:
    desk.asks("U1", "1", NOON)
    desk.receipts.forget("slack:1")
    desk.opens(desk.asks("U1", "2", NOON)).finish(Event(kind="posted"))
    assert desk.pace(desk.asks("U1", "3", NOON)) == Pace(3, 3)


def test_commands_are_not_counted(desk: Desk) -> None:
    question = Question(
        receipt=ReceiptId("r_cli"), text="?", asker=Email("ana@acme.test"), place=CommandLine(), asked_at=NOON
    )
    desk.receipts.take(Incoming.once(question))
    assert desk.pace("r_cli") == Pace(0, 0)
    assert desk.pace(desk.asks("U1", "1", NOON)) == Pace(1, 1)


def test_other_workspaces_are_not_counted(desk: Desk, database_url: str) -> None:
    with closing(Database(database_url, "rival")) as other:
        Desk(other).asks("U1", "9", NOON)
        assert desk.pace(desk.asks("U1", "1", NOON)) == Pace(1, 1)


def test_every_process_counts_the_same(desk: Desk, database_url: str) -> None:
    with processes(database_url, 4) as others:
        names = at_once(12, lambda number: others[number % 4].asks("U1", f"{number:02}", NOON + number * SECOND))
        assert sorted(others[0].pace(name).by_one for name in names) == list(range(1, 13))
        assert [others[3].pace(name) for name in names] == [desk.pace(name) for name in names]


# --- who is told -------------------------------------------------------------------------------------------------


def test_of_one_asker_one_question_a_minute_is_told_whichever_process_is_first(desk: Desk, database_url: str) -> None:
    names = [desk.asks("U1", f"{number}", NOON + number * SECOND) for number in range(8)]
    with processes(database_url, 4) as others:
        works = [others[number % 4].opens(name) for number, name in enumerate(names)]
        told = at_once(8, lambda number: works[number].record_turned_away(Event(kind="closed", body={"n": number})))
        recorded = [work.recorded("closed") for work in works]
    assert sorted(told) == [False] * 7 + [True]
    assert [closed and closed.body for closed in recorded] == [{"n": at, "told": is_} for at, is_ in enumerate(told)]


def test_everybody_is_told_for_themselves_and_anew_each_minute(desk: Desk) -> None:
    names = [
        desk.asks("U1", "1", NOON),
        desk.asks("U2", "2", NOON + SECOND),
        desk.asks("U1", "3", NOON + MINUTE - MOMENT),
        desk.asks("U1", "4", NOON + MINUTE),
    ]
    assert [desk.opens(name).record_turned_away(Event(kind="closed")) for name in names] == [True, True, False, True]


def test_wording_anew_what_was_told_is_not_told_again(desk: Desk) -> None:
    assert desk.opens(desk.asks("U1", "1", NOON)).record_turned_away(Event(kind="closed"))
    again = desk.asks("U1", "1", NOON + 2 * MINUTE, edited=EDITED)
    assert not desk.opens(again).record_turned_away(Event(kind="closed"))


# --- how long it takes -------------------------------------------------------------------------------------------


def test_only_those_of_the_minute_are_looked_at(desk: Desk) -> None:
    if desk.database.is_postgresql:
        pytest.skip("its planner goes by how many rows there are")
    statements: list[tuple[str, Any]] = []
    asked = desk.asks("U1", "1", NOON)

    @event.listens_for(desk.database.engine, "before_cursor_execute")
    def _remember(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        if statement.startswith("SELECT"):
            statements.append((statement, parameters))

    desk.pace(asked)
    with desk.database.engine.connect() as connection:
        plans = [
            "\n".join(row[3] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters))
            for statement, parameters in list(statements)
        ]
    assert len(plans) == 3
    assert "inbox_by_subject" in plans[0]
    assert "inbox_by_asker (workspace=? AND counts_for=? AND received_at>? AND received_at<?)" in plans[1]
    assert "inbox_by_arrival (workspace=? AND received_at>? AND received_at<?)" in plans[2]
