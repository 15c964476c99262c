"""Who of the threads of one process writes next."""

import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from time import monotonic

import pytest

from bot.stores import database as databases
from bot.stores.database import Database

SOON_S = 10.0


@pytest.fixture
def sqlite(tmp_path: Path) -> Iterator[Database]:
    with closing(Database(f"sqlite:///{tmp_path}/turns.db", "acme")) as opened:
        yield opened


def test_writers_have_their_turn_in_the_order_in_which_they_came(sqlite: Database) -> None:
    assert order_behind_another(sqlite, ["first", "second", "third"]) == ["first", "second", "third"]


def test_whom_somebody_else_waits_for_writes_ahead_of_those_who_wait(sqlite: Database) -> None:
    assert order_behind_another(sqlite, ["first", "second", "ahead"]) == ["ahead", "first", "second"]


def test_whoever_waited_too_long_for_a_turn_is_told_by_the_database_that_it_is_locked(
    sqlite: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(databases, "_BUSY_S", 0.05)
    told: list[bool] = []

    def write() -> None:
        try:
            with sqlite.writing() as session:
                session.connection().exec_driver_sql("PRAGMA user_version = 1")
        except Exception as error:  # noqa: BLE001 - it is looked at
            told.append(databases.is_transient(error))

    with sqlite.writing() as session:
        session.connection()
        thread = threading.Thread(target=write)
        thread.start()
        thread.join(SOON_S)
    assert told == [True]
    write()
    assert told == [True]


def order_behind_another(database: Database, names: list[str]) -> list[str]:
    wrote: list[str] = []

    def write(name: str) -> None:
        with database.writing(ahead=name == "ahead") as session:
            session.connection()
            wrote.append(name)

    threads = [threading.Thread(target=write, args=(name,)) for name in names]
    with database.writing() as session:
        session.connection()
        for number, thread in enumerate(threads, start=1):
            thread.start()
            until(lambda: len(database._turns._waiting) == number)  # noqa: B023 - called at once
    for thread in threads:
        thread.join(SOON_S)
    return wrote


def until(happens: Callable[[], bool]) -> None:
    deadline = monotonic() + SOON_S
    while not happens():
        assert monotonic() < deadline, "it does not happen"
        threading.Event().wait(0.005)
