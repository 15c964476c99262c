"""One database, opened for one workspace: every statement gets the workspace's condition, whoever wrote it."""

import sqlite3
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from typing import Any, Final
from weakref import WeakKeyDictionary

from sqlalchemy import (
    URL,
    ColumnElement,
    CursorResult,
    Engine,
    Executable,
    column,
    create_engine,
    event,
    literal,
    literal_column,
    make_url,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import ArgumentError, OperationalError
from sqlalchemy.orm import ORMExecuteState, sessionmaker, with_loader_criteria
from sqlmodel import Session, SQLModel

from bot.core.errors import BadUse
from bot.stores.tables import Row

MOST_PARAMETERS = 500  # that a statement takes safely
_CONNECT_S = 10
_BUSY_S = 20
_CONNECTIONS = 20  # that are kept, once so many threads read at once; ten more are opened for a moment
_WAL_TRIES, _WAL_PAUSE_S = 400, 0.05
_WRITES = "footnote_writes"
_WORKSPACE = "workspace"
_ONCE_COMMITTED = "once committed"
_NOWHERE: Final[ColumnElement[Any]] = column(_WORKSPACE)
_LOST_TO_ANOTHER: Final = frozenset({"40001", "40P01"})  # PostgreSQL: not serializable, deadlock
_LOCKED: Final = frozenset({sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED})


class Database:
    """Sessions for one workspace. `reading` sees one consistent moment; `writing` commits as a whole or not at all."""

    def __init__(self, url: str, workspace: str, *, beside: "Database | None" = None) -> None:
        """`beside` one that is open: the same connections and the same turns, of another workspace."""
        self.workspace = workspace
        self._is_guest = beside is not None
        self.engine: Engine = beside.engine if beside is not None else _engine(url)
        self._turns: _Turns = beside._turns if beside is not None else _Turns()  # noqa: SLF001 - another of us
        # SQLite's readers see one moment anyway; PostgreSQL's would see another with each statement.
        one_moment = {"isolation_level": "REPEATABLE READ"} if self.is_postgresql else {}
        self._reads, self._writes = (
            self.engine.execution_options(**options) for options in (one_moment, {_WRITES: True})
        )
        self._session = sessionmaker(class_=Session, info={_WORKSPACE: workspace})
        self._confine(self._session)

    @property
    def is_postgresql(self) -> bool:
        return self.engine.dialect.name == "postgresql"

    @contextmanager
    def reading(self) -> Iterator[Session]:
        with self._session(bind=self._reads) as session:
            yield session

    @contextmanager
    def writing(self, *, ahead: bool = False) -> Iterator[Session]:
        """`ahead` of the others of this process who wait to write: somebody else waits for us, and not for long."""
        with (
            nullcontext() if self.is_postgresql else self._turns.turn(ahead=ahead),
            self._session(bind=self._writes) as session,
            session.begin(),
        ):
            yield session
        for do in session.info.get(_ONCE_COMMITTED, ()):
            do()

    def close(self) -> None:
        if not self._is_guest:
            self.engine.dispose()

    def _confine(self, sessions: sessionmaker[Session]) -> None:
        """Reads, updates and deletes of other workspaces' rows cannot be written; inserts of them fail."""
        # Spelled out as the dialect does it: a parameter that is added to every statement costs as much as the statement.
        quoted = literal(self.workspace).compile(self.engine, compile_kwargs={"literal_binds": True})
        workspace: ColumnElement[str] = literal_column(str(quoted))
        # A function and not an expression: only that reaches an alias in a join too. `Row` itself has no column.
        ours = with_loader_criteria(
            Row, lambda rows: getattr(rows, "workspace", _NOWHERE) == workspace, include_aliases=True
        )

        confined: WeakKeyDictionary[Executable, Executable] = WeakKeyDictionary()  # most statements are made only once

        @event.listens_for(sessions, "do_orm_execute")
        def _only_ours(state: ORMExecuteState) -> None:
            if state.is_select or state.is_update or state.is_delete:
                statement = state.statement
                if statement not in confined:
                    confined[statement] = statement.options(ours)
                state.statement = confined[statement]
            elif state.is_insert and isinstance(state.parameters, list):
                self._check(row[_WORKSPACE] for row in state.parameters)

        @event.listens_for(sessions, "before_flush")
        def _named(flushing: Session, *_: Any) -> None:
            self._check(row.workspace for row in (*flushing.new, *flushing.dirty))

    def _check(self, workspaces: Iterable[str]) -> None:
        for workspace in workspaces:
            if workspace != self.workspace:
                raise ValueError(f"a row of workspace {workspace!r} in a store of {self.workspace!r}")


class _Turns:
    """Lets the threads of this process write one after the other, in the order in which they came.

    SQLite has one writer; whoever finds it busy sleeps, longer each time, and may be overtaken for ever. Whoever has
    waited here as long as they would wait there goes on without a turn, and leaves it to SQLite to say no.
    """

    def __init__(self) -> None:
        self._lock, self._writing = threading.Lock(), False
        self._waiting: deque[threading.Event] = deque()

    @contextmanager
    def turn(self, *, ahead: bool) -> Iterator[None]:
        ours = self._come(ahead=ahead)
        try:
            yield
        finally:
            if ours:
                self._go()

    def _come(self, *, ahead: bool) -> bool:
        with self._lock:
            if not self._writing:
                self._writing = True
                return True
            called = threading.Event()
            (self._waiting.appendleft if ahead else self._waiting.append)(called)
        if called.wait(_BUSY_S):
            return True
        with self._lock:
            if not called.is_set():
                self._waiting.remove(called)
            return called.is_set()

    def _go(self) -> None:
        with self._lock:
            if self._waiting:
                self._waiting.popleft().set()
            else:
                self._writing = False


def once_committed(session: Session, do: Callable[[], object]) -> None:
    """Is not done if the transaction comes to nothing; and must not fail, for what is committed is done."""
    session.info.setdefault(_ONCE_COMMITTED, []).append(do)


def insert_into(session: Session, table: type[Row]) -> sqlite.Insert | postgresql.Insert:
    """For many rows at once: as parameters, for a statement that has them in it is made anew each time."""
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    return insert(SQLModel.metadata.tables[str(table.__tablename__)])


def insert_new(session: Session, table: type[Row], rows: Sequence[Mapping[str, object]]) -> int:
    """Inserts the rows that are not there yet, by any unique key; how many that were. Races are settled by the key."""
    if not rows:
        return 0
    insert = insert_into(session, table)
    # The workspace is asked back, since PostgreSQL's driver counts no inserted rows.
    fresh = insert.on_conflict_do_nothing().returning(insert.table.c[_WORKSPACE])
    workspace = session.info[_WORKSPACE]
    return sum(len(session.execute(fresh, dict(workspace=workspace, **row)).all()) for row in rows)


def changed(session: Session, statement: Executable) -> int:
    """How many rows the statement changed."""
    result = session.execute(statement, execution_options={"synchronize_session": False})  # no row is held as an object
    assert isinstance(result, CursorResult)
    return result.rowcount


def is_transient(error: BaseException) -> bool:
    """Whether a transaction failed only because of another one, so that the same may succeed the next time."""
    if not isinstance(error, OperationalError):
        return False
    if isinstance(error.orig, sqlite3.Error):
        return error.orig.sqlite_errorcode & 0xFF in _LOCKED  # the rest of the code says which kind of busy
    return getattr(error.orig, "sqlstate", None) in _LOST_TO_ANOTHER


def _engine(url: str) -> Engine:
    parsed = _parsed(url)
    if parsed.get_backend_name() == "postgresql":
        return create_engine(parsed, pool_size=_CONNECTIONS, pool_pre_ping=True, hide_parameters=True)
    engine = create_engine(parsed, pool_size=_CONNECTIONS, hide_parameters=True)
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _parsed(url: str) -> URL:
    """What cannot be understood is not quoted: it may hold a password, or after a bare `@` the rest of one."""
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):
        parsed = None
    if parsed is None or "@" in (parsed.host or ""):
        raise BadUse(
            "DATABASE_URL cannot be understood. Write postgresql://USER:PASSWORD@HOST:PORT/DATABASE, "
            "and in USER and PASSWORD a percent code for every sign that is no letter or digit."
        )
    if parsed.drivername in {"postgresql", "postgres"}:
        parsed = parsed.set(drivername="postgresql+psycopg")
    if parsed.drivername == "postgresql+psycopg" and "connect_timeout" not in parsed.query:
        parsed = parsed.update_query_dict({"connect_timeout": str(_CONNECT_S)})  # else a dead host holds us for minutes
    return parsed


def _prepare_sqlite(connection: Any, _: object) -> None:
    """The driver's own transactions lose updates silently, so it keeps its hands off and we begin ourselves.

    `synchronous=FULL` for every table: the inbox and the ledger need it, and the rest is written in large batches.
    """
    connection.isolation_level = None
    for pragma in (f"busy_timeout={_BUSY_S * 1000}", "synchronous=FULL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}").close()
    _use_wal(connection)


def _use_wal(connection: sqlite3.Connection) -> None:
    """Turning a new file into a WAL file does not wait for others as statements do: SQLite gives up at once."""
    for attempt in range(_WAL_TRIES):
        try:
            connection.execute("PRAGMA journal_mode=WAL").close()
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF not in _LOCKED or attempt == _WAL_TRIES - 1:
                raise
            threading.Event().wait(_WAL_PAUSE_S)
        else:
            return


def _begin_sqlite(connection: Any) -> None:
    """A writer takes the write lock at once: upgrading a read later is what fails under load."""
    writes = connection.get_execution_options().get(_WRITES, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
