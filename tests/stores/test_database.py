from collections.abc import Iterator, Mapping
from contextlib import closing
from datetime import UTC, datetime, timedelta, timezone
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import MetaData, Table, delete, func, insert, inspect, text, update
from sqlalchemy.exc import IntegrityError, StatementError
from sqlalchemy.orm import aliased
from sqlmodel import SQLModel, col, select

from bot.core.errors import Unready
from bot.core.ports import Scope
from bot.stores import changes, loops
from bot.stores.access import AccessStore
from bot.stores.database import Database, changed, insert_new
from bot.stores.embedders import Embedders, Recorded
from bot.stores.inbox import Inbox
from bot.stores.index import Index
from bot.stores.ledger.book import Ledger
from bot.stores.passages import PassageStore, retire_documents
from bot.stores.schema import alembic_config, migrate
from bot.stores.sources import Sources
from bot.stores.tables import (
    TABLES,
    AccessListRow,
    ChangeRow,
    CheckpointRow,
    ConfigRow,
    ContentRow,
    DocumentChangeRow,
    DocumentRow,
    EmbedderRow,
    EvaluationRow,
    EventRow,
    ExecutionRow,
    ExpertReplyRow,
    GenerationRow,
    HaltRow,
    HandOverRow,
    HeadRow,
    InboxRow,
    InstallationRow,
    JobRow,
    LayerRow,
    LinkRow,
    LoopRow,
    MembershipRow,
    ModelHeardRow,
    NodeRow,
    PassageRow,
    PauseRow,
    RemovalRow,
    ReviewRow,
    ReviewTurnRow,
    Row,
    SavedAnswerRow,
    SignInRow,
    SourceRow,
    SpendingRow,
    TakenBackRow,
    TextRow,
    ToldRow,
    TypingRow,
    UsedStateRow,
    VectorRow,
)
from connectors.model import Loop
from tests import laid_down
from tests.conftest import MakeDatabaseUrl
from tests.stores.house import House, document, holder, readable
from tests.stores.ledgers import KEY
from tests.threads import at_once

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
_LEASED = {"id": "i", "kind": "k", "key": "k", "payload": "{}", "state": "waiting", "due_at": NOON}

# For each table a row, and a column that is no key with another value for it.
ROWS: dict[type[Row], tuple[dict[str, Any], str, Any]] = {
    InboxRow: (
        {**_LEASED, "attempts": 0, "fence": 0, "received_at": NOON, "lane": "l", "subject": "s", "revision": ""},
        "payload",
        "theirs",
    ),
    ToldRow: ({"asker": "slack:T1/U1", "minute": NOON, "receipt": "r_1"}, "receipt", "theirs"),
    ReviewRow: (
        {**_LEASED, "attempts": 0, "fence": 0, "subject": "s", "stage": "held", "turn": 0},
        "payload",
        "theirs",
    ),
    ReviewTurnRow: (
        {"id": "v_1", "receipt": "r_1", "number": 1, "team": "T1", "reviewer": "U1", "until": NOON},
        "reviewer",
        "U2",
    ),
    ExecutionRow: (
        {**_LEASED, "attempts": 0, "fence": 0, "receipt": "r_1", "tool": "t.t", "actor": "a", "digest": "d"}
        | {"stage": "proposed"},
        "payload",
        "theirs",
    ),
    JobRow: ({**_LEASED, "attempts": 0, "fence": 0}, "payload", "theirs"),
    ConfigRow: ({"number": 1, "digest": "d", "texts": "{}", "author": "a", "note": "n", "at": NOON}, "note", "theirs"),
    ChangeRow: (
        {"id": "c_1", "receipt": "r_1", "state": "pending", "body": "{}", "texts": "{}", "expires_at": NOON},
        "body",
        "theirs",
    ),
    HaltRow: ({"kind": "model", "name": "acme/large", "by": "ana@acme.test", "at": NOON}, "by", "theirs"),
    EvaluationRow: (
        {
            "id": "v_1",
            "receipt": "r_1",
            "team": "T1",
            "user": "U1",
            "by": "ana@acme.test",
            "asked_at": NOON,
            "state": "asked",
        },
        "state",
        "done",
    ),
    TypingRow: ({"who": "slack:T1/U1", "minute": NOON, "times": 1}, "times", 2),
    ModelHeardRow: ({"name": "acme/large", "because": "busy"}, "because", "timeout"),
    RemovalRow: ({"id": "c_1", "receipt": "r_1", "state": "pending", "body": "{}"}, "state", "kept"),
    InstallationRow: (
        {
            "id": "w_1",
            "team": "T1",
            "app": "A1",
            "scopes": "chat:write",
            "first_admin": "U1",
            "state": "live",
            "installed_at": NOON,
            "bot_token": "sealed",
            "version": 1,
        },
        "bot_token",
        "theirs",
    ),
    UsedStateRow: ({"id": "n", "until": NOON}, "until", NOON + timedelta(days=1)),
    SignInRow: (
        {"id": "n", "team": "T1", "user": "U1", "source": "s", "added_at": NOON, "until": NOON, "is_used": False},
        "is_used",
        True,
    ),
    PauseRow: ({"by": "ana@acme.test", "at": NOON}, "by", "theirs"),
    SourceRow: (
        {
            "name": "s",
            "kind": "folder",
            "settings": {"path": "/x"},
            "state": "active",
            "added_at": NOON,
            "open": False,
        },
        "kind",
        "theirs",
    ),
    LoopRow: ({"source": "s", "loop": "content", "cursor": "7", "problems": []}, "cursor", "8"),
    NodeRow: (
        {"source": "s", "id": "page:1", "kind": "page", "parent": "space:1", "missing": False},
        "parent",
        "page:2",
    ),
    TakenBackRow: ({"source": "s", "email": "a@acme.test"}, "email", "b@acme.test"),
    LinkRow: ({"source": "s", "email": "a@acme.test", "account": "1"}, "account", "2"),
    MembershipRow: ({"source": "s", "email": "a@acme.test", "principal": "s/group:x"}, "principal", "s/group:y"),
    LayerRow: ({"source": "s", "node": "n", "grants": [["s/anyone", None]], "unsure": False}, "grants", []),
    AccessListRow: ({"id": "s:1", "source": "s", "nodes": ["n"]}, "nodes", []),
    DocumentRow: (
        {
            "id": "s:1",
            "source": "s",
            "id_at_source": "1",
            "title": "T",
            "url": None,
            "place": "",
            "version": "v",
            "list_id": "s:1",
        },
        "title",
        "theirs",
    ),
    PassageRow: (
        {
            "id": "p",
            "document": "s:1",
            "ordinal": 0,
            "content_hash": "c",
            "heading_path": ["H"],
            "text": "t",
            "term_ids": b"",
            "term_counts": b"",
            "state": "live",
        },
        "text",
        "theirs",
    ),
    VectorRow: ({"passage": "p", "embedder": "e"}, "embedder", "theirs"),
    EmbedderRow: ({"name": "e", "setting": "builtin", "dimensions": 3, "state": "retired"}, "setting", "theirs"),
    DocumentChangeRow: ({"document": "s:1", "generation": 1}, "generation", 2),
    GenerationRow: ({"name": "g", "value": 1}, "value", 2),
    SpendingRow: ({"day": "2026-03-01", "whose": "a", "tokens": 1, "microdollars": 1}, "tokens", 2),
    HandOverRow: (
        {"id": "h", "receipt": "r", "asker": "a", "place": "{}", "experts": "C", "text": "t", "state": "waiting"},
        "text",
        "theirs",
    ),
    ExpertReplyRow: (
        {"id": "e", "hand_over": "h", "channel": "C", "thread": "1", "message": "2", "author": "a"}
        | {"is_gone": False, "is_released": False},
        "author",
        "theirs",
    ),
    SavedAnswerRow: (
        {
            "id": "e",
            "receipt": "r",
            "channel": "C",
            "thread": "1",
            "message": "2",
            "author": "a",
            "question": "q",
            "saved_at": NOON,
            "until": NOON,
            "state": "kept",
            "name": "n",
            "text": "t",
            "link": "l",
        },
        "text",
        "theirs",
    ),
    TextRow: ({"digest": "d", "text": "t"}, "text", "theirs"),
    EventRow: ({"seq": 0, "at": "now", "kind": "k", "receipt": None, "content": "00", "leaf": "00"}, "kind", "theirs"),
    ContentRow: ({"seq": 0, "salt": "00", "body": "{}"}, "body", "theirs"),
    HeadRow: ({"size": 0, "root": "00", "peaks": ""}, "root", "theirs"),
    CheckpointRow: ({"size": 1, "root": "00", "at": "now", "key": "00", "signature": "00"}, "root", "theirs"),
}
EACH_TABLE = pytest.mark.parametrize("table", TABLES, ids=lambda table: table.__tablename__)


@pytest.fixture(autouse=True)
def laid_down_by_migrations() -> Iterator[None]:
    with laid_down.by_migrations():
        yield


@pytest.fixture
def rival(database: Database, database_url: str) -> Iterator[Database]:
    """Another workspace in the same database."""
    with closing(Database(database_url, "rival")) as opened:
        yield opened


def fill(database: Database, table: type[Row]) -> int:
    with database.writing() as session:
        return insert_new(session, table, [ROWS[table][0]])


def kept(database: Database, table: type[Row]) -> list[dict[str, Any]]:
    with database.reading() as session:
        return [row.model_dump() for row in session.exec(select(table))]


def key_of(table: type[Row], workspace: str) -> tuple[Any, ...]:
    keys = [column.name for column in SQLModel.metadata.tables[str(table.__tablename__)].primary_key]
    return tuple(workspace if key == "workspace" else ROWS[table][0][key] for key in keys)


def test_every_table_is_covered_here() -> None:
    assert set(ROWS) == set(TABLES)
    assert {str(table.__tablename__) for table in TABLES} == set(SQLModel.metadata.tables)


# Deny first: what one workspace has does not exist for another.


@EACH_TABLE
def test_rows_of_another_workspace_cannot_be_read(database: Database, rival: Database, table: type[Row]) -> None:
    fill(database, table)
    another = aliased(table)
    with rival.reading() as session:
        assert session.exec(select(table)).all() == []
        assert session.exec(select(table.workspace)).all() == []
        assert session.exec(select(another)).all() == []
        assert session.exec(select(func.count()).select_from(table)).one() == 0
        assert session.exec(select(func.count(col(table.workspace)))).one() == 0
        assert session.get(table, key_of(table, "acme")) is None
        theirs = select(table.workspace).where(col(table.workspace) == "acme")
        assert session.exec(theirs).all() == []
        assert session.exec(select(1).where(theirs.exists())).all() == []
        assert session.execute(select(select(table.workspace).subquery().c.workspace)).all() == []


@EACH_TABLE
def test_rows_of_another_workspace_cannot_be_joined(database: Database, rival: Database, table: type[Row]) -> None:
    fill(database, table)
    fill(rival, table)
    another = aliased(table)
    with rival.reading() as session:
        pairs = session.exec(select(table, another).join(another, col(another.workspace).is_not(None))).all()
        outer = session.exec(
            select(table.workspace, another.workspace).outerjoin(
                another, col(another.workspace) != col(table.workspace)
            )
        ).all()
    assert [(one.workspace, other.workspace) for one, other in pairs] == [("rival", "rival")]
    assert [mine for mine, _ in outer] == ["rival"]
    assert not any(theirs for _, theirs in outer)


@EACH_TABLE
def test_rows_of_another_workspace_cannot_be_changed(database: Database, rival: Database, table: type[Row]) -> None:
    fill(database, table)
    before = kept(database, table)
    _, column, value = ROWS[table]
    with rival.writing() as session:
        assert changed(session, update(table).values({column: value})) == 0
        assert changed(session, update(table).where(col(table.workspace) == "acme").values({column: value})) == 0
    assert kept(database, table) == before


@EACH_TABLE
def test_rows_of_another_workspace_cannot_be_deleted(database: Database, rival: Database, table: type[Row]) -> None:
    fill(database, table)
    with rival.writing() as session:
        assert changed(session, delete(table)) == 0
        assert changed(session, delete(table).where(col(table.workspace) == "acme")) == 0
    assert len(kept(database, table)) == 1


@EACH_TABLE
def test_rows_of_another_workspace_cannot_be_added(database: Database, rival: Database, table: type[Row]) -> None:
    def add() -> None:
        with rival.writing() as session:
            session.add(table(workspace="acme", **ROWS[table][0]))

    def add_many() -> None:
        with rival.writing() as session:
            session.execute(insert(table), [{"workspace": "acme", **ROWS[table][0]}])

    for attempt in (add, add_many):
        with pytest.raises(ValueError, match="a row of workspace 'acme' in a store of 'rival'"):
            attempt()
    assert kept(database, table) == []


@EACH_TABLE
def test_rows_cannot_be_moved_to_another_workspace(database: Database, rival: Database, table: type[Row]) -> None:
    def move() -> None:
        with rival.writing() as session:
            session.exec(select(table)).one().workspace = "acme"

    fill(rival, table)
    with pytest.raises(ValueError, match="a row of workspace 'acme' in a store of 'rival'"):
        move()
    assert kept(database, table) == []
    assert len(kept(rival, table)) == 1


@EACH_TABLE
def test_insert_new_writes_into_its_own_workspace_only(database: Database, rival: Database, table: type[Row]) -> None:
    assert fill(database, table) == 1
    assert fill(rival, table) == 1, "another workspace's row with the same key was in the way"
    assert fill(rival, table) == 0
    assert [row["workspace"] for row in kept(database, table)] == ["acme"]
    assert [row["workspace"] for row in kept(rival, table)] == ["rival"]
    with rival.writing() as session, pytest.raises(TypeError):
        insert_new(session, table, [{**ROWS[table][0], "workspace": "acme"}])


@EACH_TABLE
def test_own_rows_can_be_read_changed_and_deleted(database: Database, rival: Database, table: type[Row]) -> None:
    fill(database, table)
    fill(rival, table)
    _, column, value = ROWS[table]
    with database.writing() as session:
        assert session.get(table, key_of(table, "acme")) is not None
        assert changed(session, update(table).values({column: value})) == 1
    assert kept(database, table)[0][column] == value
    assert kept(rival, table)[0][column] == ROWS[table][0][column]
    with database.writing() as session:
        assert changed(session, delete(table)) == 1
    assert (len(kept(database, table)), len(kept(rival, table))) == (0, 1)


# Transactions.


def test_writing_that_fails_leaves_nothing(database: Database) -> None:
    def fail_late() -> None:
        with database.writing() as session:
            insert_new(session, TextRow, [{"digest": "1", "text": "t"}])
            session.add(TextRow(workspace="acme", digest="2", text="t"))
            session.flush()
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail_late()
    assert kept(database, TextRow) == []


def test_writing_that_meets_a_taken_key_leaves_nothing_and_the_next_works(database: Database) -> None:
    def collide() -> None:
        with database.writing() as session:
            session.add(TextRow(workspace="acme", digest="new", text="t"))
            session.flush()
            session.add(TextRow(workspace="acme", digest="d", text="t"))

    fill(database, TextRow)
    with pytest.raises(IntegrityError):
        collide()
    assert [row["digest"] for row in kept(database, TextRow)] == ["d"]
    with database.writing() as session:
        assert insert_new(session, TextRow, [{"digest": "d", "text": "t"}, {"digest": "e", "text": "t"}]) == 1


def test_reading_writes_nothing(database: Database) -> None:
    with database.reading() as session:
        session.add(TextRow(workspace="acme", digest="d", text="t"))
        session.flush()
    assert kept(database, TextRow) == []


def test_what_is_being_written_is_not_seen_before_it_is_committed(database: Database) -> None:
    with database.writing() as session:
        insert_new(session, TextRow, [ROWS[TextRow][0]])
        assert kept(database, TextRow) == []
    assert len(kept(database, TextRow)) == 1


def test_reading_sees_one_moment_however_long_it_takes(database: Database) -> None:
    with database.reading() as session:
        assert session.exec(select(func.count()).select_from(TextRow)).one() == 0
        fill(database, TextRow)
        fill(database, GenerationRow)
        assert session.exec(select(func.count()).select_from(TextRow)).one() == 0
        assert session.exec(select(GenerationRow)).all() == []
    assert len(kept(database, TextRow)) == 1


def test_concurrent_read_modify_writes_lose_no_update(database: Database) -> None:
    def add_25(_: int) -> None:
        for _ in range(25):
            with database.writing() as session:
                row = session.exec(select(GenerationRow).with_for_update()).one()
                row.value += 1

    with database.writing() as session:
        session.add(GenerationRow(workspace="acme", name="g", value=0))
    at_once(8, add_25)
    assert kept(database, GenerationRow)[0]["value"] == 200


def test_a_new_row_is_inserted_once_by_however_many_at_once(database: Database) -> None:
    assert sorted(at_once(8, lambda _: fill(database, TextRow))) == [0] * 7 + [1]


# Moments.


def test_moments_come_back_aware_and_in_utc(database: Database) -> None:
    odd = datetime(2026, 3, 1, 1, 2, 3, 456789, tzinfo=timezone(timedelta(hours=-7, minutes=-30)))
    with database.writing() as session:
        session.add(SourceRow(**{**ROWS[SourceRow][0], "workspace": "acme", "added_at": odd}))
    with database.reading() as session:
        row = session.exec(select(SourceRow)).one()
        by_time = select(SourceRow.name).where(col(SourceRow.added_at) == odd)
        assert session.exec(by_time).all() == ["s"]
        assert session.exec(select(SourceRow.name).where(col(SourceRow.added_at) > odd)).all() == []
    assert row.added_at == odd
    assert row.added_at.utcoffset() == timedelta()


def test_a_moment_without_a_zone_is_refused(database: Database) -> None:
    def write() -> None:
        with database.writing() as session:
            session.add(SourceRow(**{**ROWS[SourceRow][0], "workspace": "acme", "added_at": NOON.replace(tzinfo=None)}))

    with pytest.raises(StatementError, match="a moment without a zone"):
        write()
    assert kept(database, SourceRow) == []


# The address.


@pytest.mark.parametrize("scheme", ["postgresql", "postgres", "postgresql+psycopg"])
def test_each_spelling_of_postgresql_means_the_one_driver(scheme: str) -> None:
    with closing(Database(f"{scheme}://db.test/acme", "acme")) as database:
        assert database.engine.url.drivername == "postgresql+psycopg"


def test_a_host_that_stays_silent_is_given_up_within_seconds_unless_the_address_says_otherwise() -> None:
    for options, timeout in (("", "10"), ("?connect_timeout=3", "3")):
        with closing(Database(f"postgresql://db.test/acme{options}", "acme")) as database:
            assert database.engine.url.query["connect_timeout"] == timeout


# The schema.


def test_migrating_twice_changes_nothing(database: Database) -> None:
    fill(database, TextRow)
    migrate(database)
    assert len(kept(database, TextRow)) == 1


def test_two_may_migrate_at_once(make_database_url: MakeDatabaseUrl) -> None:
    url = make_database_url()

    def open_and_migrate(_: int) -> int:
        with closing(Database(url, "acme")) as database:
            migrate(database)
            return fill(database, TextRow)

    assert sorted(at_once(3, open_and_migrate)) == [0, 0, 1]


def test_many_may_open_a_new_file_at_once(tmp_path: Path) -> None:
    """Two that turn a new file into a WAL file at one moment: SQLite tells one of them at once that it is locked."""

    def open_and_write(url: str, _: int) -> str:
        with closing(Database(url, "acme")) as database, database.writing() as session:
            return str(session.connection().exec_driver_sql("PRAGMA journal_mode").scalar())

    for number in range(60):
        url = f"sqlite:///{tmp_path}/{number}.db"
        assert at_once(6, partial(open_and_write, url)) == ["wal"] * 6


def test_what_waited_in_the_first_tables_is_still_there_and_answered(make_database_url: MakeDatabaseUrl) -> None:
    with closing(Database(make_database_url(), "acme")) as database:
        with database.engine.execution_options(footnote_writes=True).begin() as connection:
            command.upgrade(alembic_config(connection), "0001")
            for number in range(4):
                connection.execute(text(_WAITS), {"id": f"r_{number}", "now": NOON.isoformat(" ")})
        migrate(database)
        inbox = Inbox(database, owner="here", length=timedelta(seconds=30))
        claims = [inbox.claim(NOON + timedelta(seconds=1)) for _ in range(5)]
        assert [claim and claim.id for claim in claims] == ["r_0", "r_1", "r_2", "r_3", None]


_WAITS = """
    INSERT INTO inbox (workspace, id, kind, key, payload, state, due_at, attempts, fence, lane, subject, revision,
                       received_at)
    VALUES ('acme', :id, 'question:slack', :id, '{}', 'waiting', :now, 0, 0, :id, :id, '', :now)
"""


def test_a_newer_schema_is_refused_with_words(database: Database) -> None:
    with database.engine.execution_options(footnote_writes=True).begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(Unready, match=r"made by a newer Footnote \(9999; this one knows \d{4}\).*Install that version"):
        migrate(database)


_OF_THEN = {
    "problems": [],
    "cursor": "7",
    "content_read_at": NOON,
    "groups_read_at": NOON + timedelta(hours=1),
}


def test_what_a_released_version_wrote_is_migrated_and_found(
    make_database_url: MakeDatabaseUrl, tmp_path: Path
) -> None:
    """0001 was released: its documents are searchable, and what changes from here on is noted."""
    with closing(Database(make_database_url(), "acme")) as database:
        _made_by(database, "0001")
        with database.engine.execution_options(footnote_writes=True).begin() as connection:
            for table in (SourceRow, AccessListRow, DocumentRow, PassageRow):
                row = {"workspace": "acme", **ROWS[table][0], **(_OF_THEN if table is SourceRow else {})}
                of_then = Table(table.__tablename__, MetaData(), autoload_with=connection)
                connection.execute(insert(of_then), [row])
        migrate(database)
        index = Index(database, None, tmp_path / "index")
        assert len(index.newest()) == 1
        (source,) = Sources(database).listed()
        assert source.read_at == {Loop.CONTENT: NOON, Loop.GROUPS: NOON + timedelta(hours=1)}
        with database.reading() as session:
            assert loops.checkpoint(session, "s", Loop.CONTENT).cursor == "7"
        retired = ["s:1"]
        with database.writing() as session:
            retire_documents(session, retired)
            changes.note(session, retired)
        assert len(index.newest()) == 0


def test_terms_of_before_are_made_anew_and_an_index_that_was_there_takes_them_up(
    make_database_url: MakeDatabaseUrl, tmp_path: Path
) -> None:
    """In every workspace, and only where they differ."""
    german = "Die Mülltrennung ist für alle da und wird in der Küche von den Kollegen gemacht."
    url = make_database_url()
    with closing(Database(url, "acme")) as database, closing(Database(url, "rival")) as other:
        migrate(database)
        indexes = {}
        for house in (House(database, home=tmp_path / "a"), House(other, home=tmp_path / "b")):
            house.added().bring(document("g", german), *(document(f"d{n:03}", f"Pump {n}") for n in range(450)))
            with house.database.writing() as session:
                stale = update(PassageRow).where(col(PassageRow.document) == "acme:g")
                session.execute(stale.values(term_ids=b"", term_counts=b""))
            indexes[house.database.workspace] = house.index()
            assert _found(house, indexes, "Muelltrennung") == []
        with database.engine.execution_options(footnote_writes=True).begin() as connection:
            command.downgrade(alembic_config(connection), "0005")
        migrate(database)
        for house in (House(database), House(other)):
            assert _found(house, indexes, "Muelltrennung") == ["acme:g"]
            assert len(_found(house, indexes, "pumps")) == 450
            with house.database.reading() as session:
                at = session.exec(select(DocumentChangeRow).order_by(col(DocumentChangeRow.generation).desc())).all()
                assert [row.document for row in at if row.generation == at[0].generation] == ["acme:g"]


def _found(house: House, indexes: Mapping[str, Index], asked: str) -> list[str]:
    scope = Scope(readable(AccessStore(house.database), holder("ana@acme.test", "acme/anyone")))
    hits = indexes[house.database.workspace].newest().keywords(asked, scope, 1000)
    return [stored.passage.document for stored in house.passages.live([hit.passage for hit in hits]).values()]


def test_whoever_made_most_of_the_vectors_serves_after_the_migration(make_database_url: MakeDatabaseUrl) -> None:
    """Of what another made, nothing is believed: it is cleared away, and made again."""
    made = {"p1": "minilm@1", "p2": "minilm@1", "p3": "minilm@0", "p4": None}
    with closing(Database(make_database_url(), "acme")) as database:
        _made_by(database, "0004")
        with database.engine.execution_options(footnote_writes=True).begin() as connection:
            for id_, embedder in made.items():
                row = {"workspace": "acme", **ROWS[PassageRow][0], "id": id_}
                connection.execute(insert(PassageRow), [row])
                connection.execute(
                    text("UPDATE passage SET embedded_by = :by WHERE id = :id"), {"by": embedder, "id": id_}
                )
        migrate(database)
        embedders = Embedders(database, Ledger(database, KEY), lambda: NOON)
        assert embedders.serving() == Recorded("minilm@1", "builtin", 384)
        assert [one.name for one in embedders.retired()] == ["minilm@0"]
        assert PassageStore(database).embedded_by("minilm@1") == ["p1", "p2"]
        with database.engine.execution_options(footnote_writes=True).begin() as connection:
            command.downgrade(alembic_config(connection), "0004")
            back = {id_: by for id_, by in connection.execute(text("SELECT id, embedded_by FROM passage"))}  # noqa: C416
        assert back == {**made, "p3": None}


def _made_by(database: Database, version: str) -> None:
    with database.engine.execution_options(footnote_writes=True).begin() as connection:
        command.upgrade(alembic_config(connection), version)


def test_a_migration_can_be_taken_back(database: Database) -> None:
    with database.engine.execution_options(footnote_writes=True).begin() as connection:
        command.downgrade(alembic_config(connection), "0001")
    assert "document_change" not in inspect(database.engine).get_table_names()
    migrate(database)
    with database.engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), SQLModel.metadata) == []


def test_migrations_lead_to_what_the_models_say(database: Database) -> None:
    with database.engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), SQLModel.metadata) == []


def test_migrated_tables_have_the_indexes_and_keys_of_the_models(
    database: Database, make_database_url: MakeDatabaseUrl
) -> None:
    """Autogenerate does not look at the conditions of partial indexes, nor at primary keys."""
    with closing(Database(make_database_url(), "acme")) as fresh:
        with fresh.engine.execution_options(footnote_writes=True).begin() as connection:
            SQLModel.metadata.create_all(connection)
        assert _shape(database) == _shape(fresh)


def _shape(database: Database) -> dict[str, list[str]]:
    seen = inspect(database.engine)
    names = [str(table.__tablename__) for table in TABLES]
    return {
        name: [
            str(seen.get_pk_constraint(name)["constrained_columns"]),
            *sorted(_spelled(index) for index in seen.get_indexes(name)),
            *sorted(str(unique["column_names"]) for unique in seen.get_unique_constraints(name)),
            *(f"{column['name']} {column['type']!r} {column['nullable']}" for column in seen.get_columns(name)),
        ]
        for name in names
    }


def _spelled(index: Mapping[str, Any]) -> str:
    condition = [str(value) for key, value in index["dialect_options"].items() if key.endswith("_where")]
    return f"{index['name']} {index['column_names']} {index['unique']} {condition}"
