"""What every test may ask for: stores that are SQLite and embedded Chroma, or the servers that the environment names.

FOOTNOTE_TEST_DATABASE_URL and FOOTNOTE_TEST_CHROMA_URL name them. Each test has its own of both.
"""

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
from sqlalchemy import create_engine, text
from sqlmodel import SQLModel

from bot.stores.database import Database
from bot.stores.schema import NEWEST, migrate
from bot.stores.vectors import Vectors, close, embedded_client, server_client

settings.register_profile("busy machine", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("busy machine")  # how long an example takes says something of the machine only

structlog.configure(  # as commands have it: drawing every value of a traceback takes a busy machine longer than the test
    processors=[
        structlog.processors.add_log_level,
        structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback),
    ]
)

POSTGRESQL = os.environ.get("FOOTNOTE_TEST_DATABASE_URL")  # noqa: TID251 - the suite's own switch
CHROMA = os.environ.get("FOOTNOTE_TEST_CHROMA_URL")  # noqa: TID251 - likewise

_STORES = {"make_database_url", "chroma"}  # what every fixture of a store is made of

MakeDatabaseUrl = Callable[[], str]
ChromaClient = Callable[[], Any]
DIMENSIONS = 64


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What knows no store says the same whichever store there is."""
    for item in items:
        if not _STORES.isdisjoint(getattr(item, "fixturenames", ())):
            item.add_marker("stores")


@contextmanager
def databases(folder: Path) -> Iterator[MakeDatabaseUrl]:
    """Each call: another database, with nothing in it."""
    with ExitStack() as made:

        def make() -> str:
            name = f"t_{secrets.token_hex(8)}"
            if POSTGRESQL is None:
                return f"sqlite:///{folder / name}.db"
            engine = create_engine(POSTGRESQL.replace("postgresql://", "postgresql+psycopg://", 1))
            made.callback(engine.dispose)
            made.callback(_execute, engine, f"DROP SCHEMA {name} CASCADE")
            _execute(engine, f"CREATE SCHEMA {name}")
            return f"{POSTGRESQL}?options=-csearch_path%3D{name}"

        yield make


@pytest.fixture
def make_database_url(tmp_path: Path) -> Iterator[MakeDatabaseUrl]:
    with databases(tmp_path) as make:
        yield make


@pytest.fixture
def database_url(make_database_url: MakeDatabaseUrl) -> str:
    return make_database_url()


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
    else:
        _as_migrated(database_url)
    opened = Database(database_url, "acme")
    yield opened
    opened.close()


def _as_migrated(url: str) -> None:
    """In PostgreSQL: what the migrations lead to, which a test of theirs holds them to, at a tenth of their time."""
    engine = create_engine(url.replace("postgresql://", "postgresql+psycopg://", 1))
    with engine.begin() as connection:
        SQLModel.metadata.create_all(connection, checkfirst=False)
        connection.execute(text("CREATE TABLE alembic_version (version_num varchar(32) PRIMARY KEY)"))
        connection.execute(text("INSERT INTO alembic_version VALUES (:newest)"), {"newest": NEWEST})
    engine.dispose()


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
    _made(chroma_server, name)
    chroma_server.set_database(name)
    yield lambda: chroma_server
    chroma_server._admin_client.delete_database(name)


def _made(server: Any, name: str) -> None:
    """Its own database has one writer at a time, and whoever comes second is turned away at once."""
    for _ in range(50):
        with suppress(InternalError):
            server._admin_client.create_database(name)
            return
        time.sleep(0.1)
    raise AssertionError("the Chroma server makes no database")


@pytest.fixture
def vectors(chroma: ChromaClient) -> Vectors:
    """Those of the hashing embedder in workspace acme, where `database` is."""
    return Vectors(chroma(), workspace="acme", embedder="hashing", dimensions=DIMENSIONS)


def _execute(engine: Any, statement: str) -> None:
    with engine.begin() as connection:
        connection.execute(text(statement))
