"""The tables of SQLite are laid down by the migrations once a process. Every other new database is given what they led to,
at a tenth of the time; one that holds anything already is migrated as ever. `tests/stores/test_database.py` does without.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from sqlalchemy import Connection, NullPool, column, create_engine, inspect, select, table

from bot.stores import schema

_by_migrations: Final = schema._upgrade
_statements: Final[list[str]] = []


def once() -> None:
    """From now on, for every database that is opened."""
    schema._upgrade = _upgrade


def now() -> None:
    """For the processes that come of this one."""
    with create_engine("sqlite://", poolclass=NullPool).begin() as connection:
        _upgrade(connection)


@contextmanager
def by_migrations() -> Iterator[None]:
    schema._upgrade = _by_migrations
    try:
        yield
    finally:
        once()


def _upgrade(connection: Connection) -> None:
    if connection.dialect.name != "sqlite" or inspect(connection).get_table_names():
        _by_migrations(connection)
    elif _statements:
        for statement in _statements:
            connection.exec_driver_sql(statement)
        connection.execute(table("alembic_version", column("version_num")).insert(), {"version_num": schema.NEWEST})
    else:
        _by_migrations(connection)
        _statements.extend(_led_to(connection))


def _led_to(connection: Connection) -> Iterator[str]:
    made = "SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%' ORDER BY rowid"
    tables = inspect(connection).get_table_names()
    yield from (sql for _, sql in connection.exec_driver_sql(made))
    filled = [name for name in tables if connection.execute(select(table(name, column("rowid")))).first()]
    assert filled == ["alembic_version"], "a migration fills a table: it has to be filled here too"
