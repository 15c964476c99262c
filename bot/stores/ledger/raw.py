"""The ledger's rows as they lie there, damaged or not: every text as bytes, every number only if it is one.

SQLite keeps any type in any column and any bytes in a text, and the usual ways of reading raise on both.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import (
    Connection,
    Integer,
    LargeBinary,
    and_,
    bindparam,
    case,
    cast,
    func,
    null,
    or_,
    select,
    text,
    true,
    type_coerce,
)
from sqlmodel import SQLModel

from bot.stores.database import Database

_CHUNK = 2000
_TABLES = ("ledger_event", "ledger_content", "ledger_head", "ledger_checkpoint", "evidence_text")
_EVENTS, _CONTENTS, _HEADS, _CHECKPOINTS, _TEXTS = (SQLModel.metadata.tables[name] for name in _TABLES)
_OURS: Any = bindparam("workspace")


class RawEvent(NamedTuple):
    """An event and its content. `is_typed` and `is_content_typed`: each value has the type that it should."""

    seq: int | None
    at: bytes | None
    kind: bytes | None
    receipt: bytes | None
    content: bytes | None
    leaf: bytes | None
    is_typed: bool
    has_content: bool
    salt: bytes | None
    body: bytes | None
    is_content_typed: bool


class RawHead(NamedTuple):
    size: int | None
    root: bytes | None
    peaks: bytes | None
    signed: int | None
    is_typed: bool


class RawCheckpoint(NamedTuple):
    size: int | None
    previous: int | None
    root: bytes | None
    at: bytes | None
    key: bytes | None
    signature: bytes | None
    is_typed: bool


class RawText(NamedTuple):
    digest: bytes | None
    text: bytes | None
    is_typed: bool


@contextmanager
def one_moment(database: Database) -> Iterator[Connection]:
    """A connection that sees one moment, whatever is appended meanwhile."""
    engine = database.engine
    if database.is_postgresql:
        engine = engine.execution_options(isolation_level="REPEATABLE READ")
    with engine.connect() as connection:
        yield connection


class RawLedger:
    """The rows of one workspace, over one connection. Only reads."""

    def __init__(self, connection: Connection, workspace: str) -> None:
        self._connection = connection
        self._workspace = {"workspace": workspace}
        self._is_sqlite = connection.dialect.name == "sqlite"
        self._statements = _statements(is_sqlite=self._is_sqlite)

    def missing(self) -> Iterator[str]:
        """What was taken from under the rows: then no statement that names it can be run."""
        for table in (_EVENTS, _CONTENTS, _HEADS, _CHECKPOINTS, _TEXTS):
            there = set(self._connection.execute(self._statements.columns, {"table": table.name}).scalars())
            if not there:
                yield f"the table {table.name} is missing"
            else:
                gone = (column.name for column in table.columns if column.name not in there)
                yield from (f"the table {table.name} has no column {name}" for name in gone)

    def storage_damage(self) -> Iterator[str]:
        """What the database itself has to say: a row and its index may have come to differ."""
        if not self._is_sqlite:
            return
        for table in _TABLES:
            for (line,) in self._connection.execute(text(f"PRAGMA integrity_check('{table}')")):
                if line != "ok":
                    yield f"{table}: {line}"

    def head(self) -> RawHead | None:
        row = self._connection.execute(self._statements.head, self._workspace).first()
        return None if row is None else RawHead._make(row)

    def checkpoints(self) -> Iterator[RawCheckpoint]:
        """In the order of their sizes; those whose size is no number last."""
        return map(RawCheckpoint._make, self._stream(self._statements.checkpoints))

    def events(self) -> Iterator[RawEvent]:
        """In the order of their numbers; those without one last."""
        return map(RawEvent._make, self._stream(self._statements.events))

    def texts(self) -> Iterator[RawText]:
        return map(RawText._make, self._stream(self._statements.texts))

    def content_count(self) -> int:
        return int(self._connection.execute(self._statements.content_count, self._workspace).scalar_one())

    def contents_without_event(self) -> Iterator[int | None]:
        return (seq for (seq,) in self._stream(self._statements.contents_without_event))

    def _stream(self, statement: Any) -> Iterator[Any]:
        return iter(self._connection.execute(statement, self._workspace, execution_options={"yield_per": _CHUNK}))


class _OnSqlite:
    """How to read a column without believing its type."""

    columns = text("SELECT name FROM pragma_table_info(:table)")

    def as_bytes(self, column: Any) -> Any:
        return cast(column, LargeBinary)

    def number(self, column: Any) -> Any:
        return case((func.typeof(column) == "integer", type_coerce(column, Integer)), else_=null())

    def is_text(self, column: Any) -> Any:
        return func.typeof(column) == "text"

    def is_number_or_null(self, column: Any) -> Any:
        return func.typeof(column).in_(("integer", "null"))


class _OnPostgresql:
    """Here the types hold; only the bytes of a text may not be what they should."""

    columns = text(
        "SELECT attname FROM pg_attribute WHERE attrelid = to_regclass(:table) AND attnum > 0 AND NOT attisdropped"
    )

    def as_bytes(self, column: Any) -> Any:
        return type_coerce(func.textsend(column), LargeBinary)

    def number(self, column: Any) -> Any:
        return column

    def is_text(self, _: Any) -> Any:
        return true()

    def is_number_or_null(self, _: Any) -> Any:
        return true()


class _Statements(NamedTuple):
    columns: Any
    head: Any
    checkpoints: Any
    events: Any
    texts: Any
    content_count: Any
    contents_without_event: Any


@cache
def _statements(*, is_sqlite: bool) -> _Statements:
    on = _OnSqlite() if is_sqlite else _OnPostgresql()
    return _Statements(
        columns=on.columns,
        head=_select_head(on),
        checkpoints=_select_checkpoints(on),
        events=_select_events(on),
        texts=_select_texts(on),
        content_count=select(func.count()).select_from(_CONTENTS).where(_CONTENTS.c.workspace == _OURS),
        contents_without_event=_select_contents_without_event(on),
    )


def _select_head(on: _OnSqlite | _OnPostgresql) -> Any:
    c = _HEADS.c
    is_typed = and_(on.is_text(c.root), on.is_text(c.peaks), on.is_number_or_null(c.signed))
    columns = (on.number(c.size), on.as_bytes(c.root), on.as_bytes(c.peaks), on.number(c.signed), is_typed)
    return select(*columns).where(c.workspace == _OURS)


def _select_checkpoints(on: _OnSqlite | _OnPostgresql) -> Any:
    c = _CHECKPOINTS.c
    texts = (c.root, c.at, c.key, c.signature)
    is_typed = and_(*map(on.is_text, texts), on.is_number_or_null(c.previous))
    columns = (on.number(c.size), on.number(c.previous), *map(on.as_bytes, texts), is_typed)
    return select(*columns).where(c.workspace == _OURS).order_by(c.size)


def _select_events(on: _OnSqlite | _OnPostgresql) -> Any:
    e, c = _EVENTS.c, _CONTENTS.c
    is_typed = and_(
        *map(on.is_text, (e.at, e.kind, e.content, e.leaf)), or_(e.receipt.is_(None), on.is_text(e.receipt))
    )
    event = (on.number(e.seq), *map(on.as_bytes, (e.at, e.kind, e.receipt, e.content, e.leaf)), is_typed)
    is_content_typed = and_(on.is_text(c.salt), on.is_text(c.body))
    content = (c.workspace.is_not(None), on.as_bytes(c.salt), on.as_bytes(c.body), is_content_typed)
    joined = _EVENTS.outerjoin(_CONTENTS, and_(c.workspace == e.workspace, c.seq == e.seq))
    return select(*event, *content).select_from(joined).where(e.workspace == _OURS).order_by(e.seq)


def _select_texts(on: _OnSqlite | _OnPostgresql) -> Any:
    c = _TEXTS.c
    is_typed = and_(on.is_text(c.digest), on.is_text(c.text))
    return select(on.as_bytes(c.digest), on.as_bytes(c.text), is_typed).where(c.workspace == _OURS)


def _select_contents_without_event(on: _OnSqlite | _OnPostgresql) -> Any:
    e, c = _EVENTS.c, _CONTENTS.c
    joined = _CONTENTS.outerjoin(_EVENTS, and_(c.workspace == e.workspace, c.seq == e.seq))
    return select(on.number(c.seq)).select_from(joined).where(c.workspace == _OURS, e.workspace.is_(None))
