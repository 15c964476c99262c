"""How a statement is written down is worked out once a process, and not once a database: every test has its own of those,
and working it out anew takes longer than whatever the statement does.
"""

from typing import Any, Final

from sqlalchemy import Engine
from sqlalchemy.dialects import registry
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.util import LRUCache

_WRITTEN: Final[LRUCache[Any, Any]] = LRUCache(2_000)


class SQLite(SQLiteDialect_pysqlite):
    """Any is any other: what one has written down, another can read."""

    supports_statement_cache = True

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other)

    def __hash__(self) -> int:
        return hash(type(self))

    @classmethod
    def engine_created(cls, engine: Engine) -> None:
        engine.update_execution_options(compiled_cache=_WRITTEN)


class PostgreSQL(PGDialect_psycopg):
    """Likewise: there is one server."""

    supports_statement_cache = True
    __eq__, __hash__ = SQLite.__eq__, SQLite.__hash__

    @classmethod
    def engine_created(cls, engine: Engine) -> None:
        engine.update_execution_options(compiled_cache=_WRITTEN)


def share() -> None:
    """From now on, for every database that is opened."""
    registry.register("sqlite", __name__, SQLite.__name__)
    registry.register("postgresql.psycopg", __name__, PostgreSQL.__name__)
