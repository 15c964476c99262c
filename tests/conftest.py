"""What every test may ask for: stores that are SQLite and embedded Chroma, or the servers that the environment names.

FOOTNOTE_TEST_DATABASE_URL and FOOTNOTE_TEST_CHROMA_URL name them. Each test has its own of both.
"""

import gc
import os
import secrets
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
import structlog
from chromadb.errors import InternalError
from hypothesis import HealthCheck, settings
from sqlalchemy import Connection, create_engine, text
from sqlmodel import SQLModel

from bot.stores.database import Database
from bot.stores.schema import NEWEST, migrate
from bot.stores.vectors import Vectors, close, embedded_client, server_client
from tests import dialects, laid_down, tls

dialects.share()
tls.share()
laid_down.once()

BUSY = settings(
    deadline=None, suppress_health_check=[HealthCheck.too_slow]
)  # how long one takes says something of the machine
settings.register_profile("settled", BUSY, derandomize=True)
settings.register_profile("new", BUSY)
settings.load_profile(os.environ.get("FOOTNOTE_EXAMPLES", "settled"))  # noqa: TID251 - the suite's own switch

structlog.configure(  # as commands have it: drawing every value of a traceback takes a busy machine longer than the test
    processors=[
        structlog.processors.add_log_level,
        structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback),
    ]
)

POSTGRESQL = os.environ.get("FOOTNOTE_TEST_DATABASE_URL")  # noqa: TID251 - the suite's own switch
CHROMA = os.environ.get("FOOTNOTE_TEST_CHROMA_URL")  # noqa: TID251 - likewise

_STORES = {"make_database_url", "chroma"}  # what every fixture of a store is made of

_IN_ONE_PIECE = {Path(__file__).parent / folder: place for place, folder in enumerate(("browser", "quality"))}

MakeDatabaseUrl = Callable[[], str]
ChromaClient = Callable[[], Any]
DIMENSIONS = 64


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What knows no store says the same whichever store there is. And whatever makes a large company ready for a whole folder
    makes it once: these folders come first, each in one piece, and whoever has done the rest takes from the end.
    """
    for item in items:
        if not _STORES.isdisjoint(getattr(item, "fixturenames", ())):
            item.add_marker("stores")
    items.sort(key=lambda item: _IN_ONE_PIECE.get(item.path.parent, len(_IN_ONE_PIECE)))


def pytest_collection_finish() -> None:
    gc.collect()
    gc.freeze()  # ten thousand tests and all they import are not looked through over and over, which takes a tenth of the time


@contextmanager
def databases(folder: Path) -> Iterator[MakeDatabaseUrl]:
    """Each call: another database, with nothing in it."""
    with ExitStack() as made:

        def make() -> str:
            name = f"t_{secrets.token_hex(8)}"
            if POSTGRESQL is None:
                return f"sqlite:///{folder / name}.db"
            engine = create_engine(_driven(POSTGRESQL))
            made.callback(engine.dispose)
            made.callback(_execute, engine, f"DROP SCHEMA {name} CASCADE")
            _execute(engine, f"CREATE SCHEMA {name}")
            return f"{POSTGRESQL}?options=-csearch_path%3D{name}"

        yield make


class Schemas:
    """Of PostgreSQL, each migrated and with nothing in it. Making and dropping one takes longer than most tests: it is
    emptied, and used again.
    """

    def __init__(self, server: str) -> None:
        self._server = server
        self._engine = create_engine(_driven(server))
        self._free: list[str] = []
        self._whole = ""

    @contextmanager
    def one(self) -> Iterator[str]:
        name = self._free.pop() if self._free else self._made()
        yield f"{self._server}?options=-csearch_path%3D{name}&application_name={name}"
        if self._is_whole_and_emptied(name):
            self._free.append(name)
        else:
            _execute(self._engine, f"DROP SCHEMA {name} CASCADE")

    def _made(self) -> str:
        """What the migrations lead to, which a test of theirs holds them to, at a tenth of their time."""
        name = f"t_{secrets.token_hex(8)}"
        with self._engine.begin() as connection:
            connection.execute(text(f"CREATE SCHEMA {name}"))
            connection.execute(text(f"SET LOCAL search_path TO {name}"))
            SQLModel.metadata.create_all(connection, checkfirst=False)
            connection.execute(text("CREATE TABLE alembic_version (version_num varchar(32) PRIMARY KEY)"))
            connection.execute(text("INSERT INTO alembic_version VALUES (:newest)"), {"newest": NEWEST})
            self._whole = self._whole or self._shape(connection)
        return name

    def _is_whole_and_emptied(self, name: str) -> bool:
        """Whoever is still connected, such as a process that was killed, is out first."""
        until = time.monotonic() + 30
        while self._put_out(name):
            assert time.monotonic() < until, "somebody stays in a test's database"
            time.sleep(0.01)
        with self._engine.begin() as connection:
            connection.execute(text(f"SET LOCAL search_path TO {name}"))
            if self._shape(connection) != self._whole:
                return False
            for table in reversed(SQLModel.metadata.sorted_tables):
                connection.execute(table.delete())
            connection.execute(text(_SEQUENCES_BEGIN_ANEW))
        return True

    def _put_out(self, name: str) -> int:
        out = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE application_name = :name"
        with self._engine.begin() as connection:
            return int(connection.execute(text(out), {"name": name}).scalar_one())

    def _shape(self, connection: Connection) -> str:
        return str(connection.execute(text(_SHAPE)).scalar_one())

    def close(self) -> None:
        for name in self._free:
            _execute(self._engine, f"DROP SCHEMA {name} CASCADE")
        self._engine.dispose()


_SHAPE = """
    SELECT (SELECT string_agg(version_num, ',') FROM alembic_version) || md5(string_agg(
        concat_ws(' ', c.relname, a.attname, a.atttypid, a.attnotnull), ',' ORDER BY c.relname, a.attnum))
    FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
    WHERE c.relnamespace = to_regnamespace(current_schema()) AND a.attnum > 0
"""
_SEQUENCES_BEGIN_ANEW = """
    SELECT setval(c.oid::regclass, 1, false) FROM pg_class c
    WHERE c.relkind = 'S' AND c.relnamespace = to_regnamespace(current_schema())
"""


@pytest.fixture(scope="session")
def schemas() -> Iterator[Schemas | None]:
    if POSTGRESQL is None:
        yield None
        return
    made = Schemas(POSTGRESQL)
    yield made
    made.close()


@pytest.fixture
def make_database_url(tmp_path: Path) -> Iterator[MakeDatabaseUrl]:
    with databases(tmp_path) as make:
        yield make


@pytest.fixture
def database_url(make_database_url: MakeDatabaseUrl, schemas: Schemas | None) -> Iterator[str]:
    """With nothing in it; PostgreSQL's is migrated, SQLite's file not yet there."""
    if schemas is None:
        yield make_database_url()
        return
    with schemas.one() as url:
        yield url


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Of SQLite: what each test's database begins as, since migrating takes longer than most tests."""
    path = tmp_path_factory.mktemp("migrated") / "footnote.db"
    if POSTGRESQL is None:
        made = Database(f"sqlite:///{path}", "acme")
        migrate(made)
        made.close()
    return path


@pytest.fixture
def database(database_url: str, migrated_file: Path) -> Iterator[Database]:
    """Empty and migrated."""
    if POSTGRESQL is None:
        shutil.copy(migrated_file, database_url.removeprefix("sqlite:///"))
    opened = Database(database_url, "acme")
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def chroma_server() -> Iterator[Any]:
    """One client for all tests: its sockets are nobody's to close but ours."""
    if CHROMA is None:
        yield None
        return
    client = server_client(CHROMA)
    yield client
    close(client)


@pytest.fixture
def chroma(tmp_path: Path, chroma_server: Any) -> Iterator[ChromaClient]:
    """Each call: another client of this test's one store."""
    if chroma_server is None:
        with ExitStack() as opened:
            yield lambda: opened.enter_context(embedded_client(tmp_path / "chroma"))
        return
    name = f"t_{secrets.token_hex(8)}"
    _in_turn(chroma_server._admin_client.create_database, name)
    chroma_server.set_database(name)
    yield lambda: chroma_server
    _in_turn(chroma_server._admin_client.delete_database, name)


def _in_turn(call: Callable[[str], object], name: str) -> None:
    """A server's own database has one writer at a time, and whoever comes second is turned away at once."""
    for _ in range(50):
        with suppress(InternalError):
            call(name)
            return
        time.sleep(0.1)
    raise AssertionError("the Chroma server lets nobody have their turn")


@pytest.fixture
def vectors(chroma: ChromaClient) -> Vectors:
    """Those of the hashing embedder in workspace acme, where `database` is."""
    return Vectors(chroma(), workspace="acme", embedder="hashing", dimensions=DIMENSIONS)


def _driven(url: str) -> str:
    return url.replace("postgresql://", "postgresql+psycopg://", 1)


def _execute(engine: Any, statement: str) -> None:
    with engine.begin() as connection:
        connection.execute(text(statement))
