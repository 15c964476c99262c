import secrets
import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from bot.core.nouns import Event, ReceiptId
from bot.stores.database import Database
from bot.stores.ledger.book import Ledger
from bot.stores.ledger.checkpoints import Checkpoint
from bot.stores.ledger.verify import examine, verify
from tests.stores.ledgers import KEY, NOON, append, checkpoint, filled

# ruff: noqa: S608 - here it is the tests that inject

COLUMNS = {
    "ledger_event": ("workspace", "seq", "at", "kind", "receipt", "content", "leaf"),
    "ledger_content": ("workspace", "seq", "salt", "body"),
    "ledger_head": ("workspace", "size", "root", "peaks", "signed"),
    "ledger_checkpoint": ("workspace", "size", "previous", "root", "at", "key", "signature"),
}
KEYS = {"ledger_event": "seq", "ledger_content": "seq", "ledger_head": "size", "ledger_checkpoint": "size"}
a_cell = st.sampled_from([(table, column) for table, columns in COLUMNS.items() for column in columns])
reused = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)

values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)
words = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=12)
some_event = st.builds(
    Event,
    kind=words,
    receipt=st.none() | words.map(ReceiptId),
    body=st.dictionaries(st.text(), values, max_size=3),
)


@pytest.fixture
def undone(database: Database) -> Iterator[Connection]:
    """A filled ledger; each example undoes what it did."""
    filled(database)
    with database.engine.connect() as connection:
        yield connection


@given(cell=a_cell, row=st.integers(0, 99), place=st.integers(0, 999), bit=st.integers(0, 7))
@reused
def test_any_flipped_bit_of_any_cell_is_found(
    undone: Connection, cell: tuple[str, str], row: int, place: int, bit: int
) -> None:
    table, column = cell
    key = KEYS[table]
    rows = undone.execute(text(f"SELECT {key}, {column} FROM {table} ORDER BY {key}")).all()
    number, value = rows[row % len(rows)]
    new = flipped(value, place, bit, is_sqlite=undone.dialect.name == "sqlite")
    savepoint = undone.begin_nested()
    try:
        undone.execute(text(f"UPDATE {table} SET {column} = {new} WHERE {key} = {number}"))
    except DBAPIError:  # PostgreSQL holds no such text, or the number is taken
        pass
    else:
        assert examine(undone, "acme", keys=[KEY.public]).findings
    finally:
        savepoint.rollback()
    assert examine(undone, "acme", keys=[KEY.public]).is_clean


def flipped(value: object, place: int, bit: int, *, is_sqlite: bool) -> str:
    if isinstance(value, str) and value:
        raw = bytearray(value.encode())
        raw[place % len(raw)] ^= 1 << bit
        return f"CAST(X'{raw.hex()}' AS TEXT)" if is_sqlite else f"convert_from('\\x{raw.hex()}'::bytea, 'UTF8')"
    if isinstance(value, int):
        return str(value ^ (1 << (place % 31)))
    return f"'{bit}'"


@given(batches=st.lists(st.lists(some_event, max_size=4), max_size=4), signs=st.lists(st.booleans(), min_size=4))
@settings(reused, max_examples=40)
def test_whatever_is_appended_verifies_and_reads_back(
    database: Database, batches: list[list[Event]], signs: list[bool]
) -> None:
    workspace = Database(database.engine.url.render_as_string(hide_password=False), "w" + secrets.token_hex(8))
    ledger = Ledger(workspace, KEY)
    seqs: list[int] = []
    kept: list[Checkpoint] = []
    for batch, sign in zip(batches, signs, strict=False):
        seqs += append(workspace, ledger, batch)
        if sign:
            kept.append(checkpoint(workspace, ledger))
    report = verify(workspace, keys=[KEY.public], against=kept)
    assert seqs == list(range(report.events))
    assert report.is_clean, report
    with workspace.reading() as session:
        receipts = ledger.receipts(session, limit=99)
        read = {seq: body for each in receipts for seq, *_, body in ledger.events(session, each.receipt)}
    written = dict(enumerate(event for batch in batches for event in batch))
    assert read == {seq: event.body for seq, event in written.items() if event.receipt is not None}
    workspace.close()


@given(seqs=st.sets(st.integers(0, 24)), more=st.sets(st.integers(0, 24)))
@settings(reused, max_examples=30)
def test_whatever_is_erased_still_verifies(database: Database, seqs: set[int], more: set[int]) -> None:
    workspace = Database(database.engine.url.render_as_string(hide_password=False), "w" + secrets.token_hex(8))
    ledger, kept = filled(workspace)
    for each in (seqs, more):
        with workspace.writing() as session:
            ledger.erase(session, each, "asked to", NOON)
    assert verify(workspace, keys=[KEY.public], against=kept).is_clean
    workspace.close()


@pytest.fixture
def file(database: Database, tmp_path: Path) -> tuple[Path, list[int]]:
    """A filled ledger as a file, and where in it the pages of the ledger are."""
    if database.is_postgresql:
        pytest.skip("PostgreSQL's own files are beyond our reach")
    filled(database)
    database.close()
    path = Path(str(database.engine.url.database))
    connection = sqlite3.connect(path)
    try:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        size = connection.execute("PRAGMA page_size").fetchone()[0]
        pages = connection.execute("SELECT pageno FROM dbstat WHERE name LIKE '%ledger%'").fetchall()
    except sqlite3.OperationalError:
        pytest.skip("this SQLite was built without dbstat")
    finally:
        connection.close()
    content = path.read_bytes()
    starts = [(page - 1) * size for (page,) in pages]
    return path, [start + n for start in starts for n in range(size) if content[start + n]]


@given(data=st.data())
@reused
def test_a_bit_flipped_in_the_file_itself_is_found_or_changes_no_row(
    file: tuple[Path, list[int]], data: st.DataObject
) -> None:
    """An index and its table may then disagree, or the file be torn: still a report, and never an exception."""
    path, places = file
    copy = path.with_name("copy.db")
    for stale in path.parent.glob("copy.db-*"):
        stale.unlink()
    shutil.copy(path, copy)
    place, bit = data.draw(st.sampled_from(places)), data.draw(st.integers(0, 7))
    content = bytearray(copy.read_bytes())
    content[place] ^= 1 << bit
    copy.write_bytes(content)
    damaged = Database(f"sqlite:///{copy}", "acme")
    try:
        is_clean = verify(damaged, keys=[KEY.public]).is_clean
    finally:
        damaged.close()
    if is_clean:
        assert rows_of(copy) == rows_of(path)


def rows_of(path: Path) -> list[list[tuple[object, ...]]]:
    """Read from the tables themselves, not through an index."""
    connection = sqlite3.connect(path)
    connection.text_factory = bytes
    try:
        return [connection.execute(f"SELECT * FROM {table} NOT INDEXED ORDER BY rowid").fetchall() for table in COLUMNS]
    finally:
        connection.close()
