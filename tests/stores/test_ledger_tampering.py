"""Every row of every ledger table is damaged in every column, taken out, exchanged; the audit has to say which it was.

Each damage is done in a transaction that the audit reads in, and that is then rolled back.
"""

# ruff: noqa: S608 - here it is the tests that inject

import itertools
import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from bot.core.merkle import Frontier, grown, root
from bot.stores.database import Database
from bot.stores.ledger.checkpoints import Checkpoint, signed
from bot.stores.ledger.findings import Finding, Kind, Report
from bot.stores.ledger.leaf import content_hash, event_leaf
from bot.stores.ledger.verify import examine, verify
from tests.stores.ledgers import ERASED, ERASING, KEY, NOON, OTHER_KEY, SIGNED, SIZE, append, filled, some_events

NUMBERS = {"ledger_event": ["seq"], "ledger_content": ["seq"], "ledger_head": ["size", "signed"]}
NUMBERS |= {"ledger_checkpoint": ["size", "previous"]}
TEXTS = {
    "ledger_event": ["workspace", "at", "kind", "receipt", "content", "leaf"],
    "ledger_content": ["workspace", "salt", "body"],
    "ledger_head": ["workspace", "root", "peaks"],
    "ledger_checkpoint": ["workspace", "root", "at", "key", "signature"],
}
NAMES = {"ledger_event": "seq", "ledger_content": "seq", "ledger_head": "size", "ledger_checkpoint": "size"}
LEFT = tuple(seq for seq in range(SIZE) if seq not in ERASED)
ROWS = {"ledger_event": range(SIZE), "ledger_content": LEFT, "ledger_head": (SIZE,), "ledger_checkpoint": SIGNED}


class Bench:
    """One connection to a filled ledger; whatever is done to it is undone."""

    def __init__(self, database: Database, connection: Connection, checkpoints: tuple[Checkpoint, ...]) -> None:
        self.database = database
        self.connection = connection
        self.checkpoints = checkpoints
        self.is_sqlite = not database.is_postgresql

    @contextmanager
    def undone(self) -> Iterator[None]:
        savepoint = self.connection.begin_nested()
        try:
            yield
        finally:
            savepoint.rollback()

    def run(self, statement: str, **values: Any) -> Any:
        return self.connection.execute(text(statement), values)

    def audit(self, *against: Checkpoint) -> Report:
        return examine(self.connection, "acme", keys=[KEY.public], against=against)

    def findings(self, *against: Checkpoint) -> tuple[Finding, ...]:
        return self.audit(*against).findings

    def after(self, statement: str, **values: Any) -> tuple[Finding, ...] | None:
        """Nothing, where the database refuses: what it cannot hold cannot be there."""
        with self.undone():
            try:
                self.run(statement, **values)
            except DBAPIError:
                return None
            return self.findings()


@pytest.fixture
def bench(database: Database) -> Iterator[Bench]:
    _, checkpoints = filled(database)
    with database.engine.connect() as connection:
        bench = Bench(database, connection, checkpoints)
        assert bench.audit().is_clean
        yield bench
        assert bench.audit().is_clean


def names(finding: Finding, table: str, row: int) -> bool:
    """Whether this finding tells an operator that it was this row."""
    first, last = finding.first, finding.last
    is_here = first is not None and last is not None and first <= row <= last
    match table:
        case "ledger_event":
            return finding.belongs_at == row or (
                is_here and finding.kind in {Kind.EVENT_CHANGED, Kind.MISSING, Kind.TRUNCATED, Kind.OUT_OF_PLACE}
            )
        case "ledger_content":
            kinds = {Kind.CONTENT_CHANGED, Kind.CONTENT_MISSING, Kind.CONTENT_OUT_OF_PLACE}
            return is_here and finding.kind in kinds
        case "ledger_head":
            is_head = finding.witness is not None and finding.witness.origin == "head"
            return finding.kind in {Kind.HEAD_CHANGED, Kind.HEAD_MISSING} or is_head
        case _:
            return is_here and finding.kind in {Kind.CHECKPOINT_CHANGED, Kind.CHECKPOINT_MISSING}


def flips(value: bytes, *, everywhere: bool) -> Iterator[bytes]:
    """One bit: in turn the lowest, the one of the case, the one that ends ASCII."""
    bits = (0x01, 0x20, 0x80)
    chosen = {0, len(value) // 2, len(value) - 1}
    for place, byte in enumerate(value):
        for bit in bits if place in chosen else bits[place % 3 : place % 3 + 1] if everywhere else ():
            yield value[:place] + bytes([byte ^ bit]) + value[place + 1 :]


def damaged_texts(bench: Bench, value: str | None, *, everywhere: bool) -> Iterator[str]:
    """As SQL. PostgreSQL holds only valid UTF-8 in a text, SQLite holds anything."""
    raw = (value or "").encode()
    for changed in (*flips(raw, everywhere=everywhere), raw + b"\x00", raw + b" ", raw[:-1], b"x", b""):
        if changed != raw or value is None:
            yield from [f"CAST(X'{changed.hex()}' AS TEXT)"] if bench.is_sqlite else _in_utf8(changed)
    if value is not None:
        yield "NULL"
    if bench.is_sqlite:
        yield from (f"X'{raw.hex()}'", "X'ff00'", "17", "1.5", "-9223372036854775808")


def _in_utf8(changed: bytes) -> list[str]:
    try:
        changed.decode()
    except UnicodeDecodeError:
        return []
    return [] if b"\x00" in changed else [f"convert_from('\\x{changed.hex()}'::bytea, 'UTF8')"]


def damaged_numbers(bench: Bench, value: int | None) -> Iterator[str]:
    bits = (*range(8), 12, 23, 30, *((31, 32, 62) if bench.is_sqlite else ()))
    yield from (str((value or 0) ^ (1 << bit)) for bit in bits)
    yield from (str(-1 - (value or 0)), "-2147483648", "2147483647", "1000", "0" if value is None else "NULL")
    if bench.is_sqlite:
        yield from ("'five'", "X'05'", "1.5", "9223372036854775807", "-9223372036854775808", "CAST(X'ff' AS TEXT)")
        yield f"X'{str(value).encode().hex()}'"


@pytest.mark.parametrize(("table", "column"), [(table, column) for table in ROWS for column in TEXTS[table]])
def test_damage_to_any_text_of_any_row_is_named(bench: Bench, table: str, column: str) -> None:
    """In the first row of each table every byte is flipped, in the others the first, the middle and the last."""
    for row in ROWS[table]:
        value = bench.run(f"SELECT {column} FROM {table} WHERE {NAMES[table]} = {row}").scalar_one()
        assert_each_named(bench, table, row, column, damaged_texts(bench, value, everywhere=row == min(ROWS[table])))


@pytest.mark.parametrize(("table", "column"), [(table, column) for table in ROWS for column in NUMBERS[table]])
def test_damage_to_any_number_of_any_row_is_named(bench: Bench, table: str, column: str) -> None:
    for row in ROWS[table]:
        value = bench.run(f"SELECT {column} FROM {table} WHERE {NAMES[table]} = {row}").scalar_one()
        assert_each_named(bench, table, row, column, damaged_numbers(bench, value))


def assert_each_named(bench: Bench, table: str, row: int, column: str, damages: Iterator[str]) -> None:
    tried = 0
    for new in damages:
        findings = bench.after(f"UPDATE {table} SET {column} = {new} WHERE {NAMES[table]} = {row}")
        if findings is not None:
            assert any(names(finding, table, row) for finding in findings), (row, new, findings)
            tried += 1
    assert tried > 2


@pytest.mark.parametrize("table", ROWS)
def test_each_deleted_row_is_named(bench: Bench, table: str) -> None:
    for row in ROWS[table]:
        findings = bench.after(f"DELETE FROM {table} WHERE {NAMES[table]} = {row}")
        assert findings is not None
        assert any(names(finding, table, row) for finding in findings), (row, findings)


@pytest.mark.parametrize("table", ROWS)
def test_an_emptied_table_is_found(bench: Bench, table: str) -> None:
    assert bench.after(f"DELETE FROM {table}")


@pytest.mark.parametrize("table", [*ROWS, "evidence_text"])
def test_a_table_that_is_gone_is_named(bench: Bench, table: str) -> None:
    found = bench.after(f"DROP TABLE {table}")
    assert found is not None
    assert [(each.kind, each.detail) for each in found] == [
        (Kind.STORAGE_DAMAGED, f"the table {table} is missing, so nothing more was examined")
    ]


@pytest.mark.parametrize(("table", "column"), [("ledger_event", "kind"), ("ledger_head", "peaks")])
def test_a_column_that_is_gone_is_named(bench: Bench, table: str, column: str) -> None:
    found = bench.after(f"ALTER TABLE {table} DROP COLUMN {column}")
    assert found is not None
    assert [each.kind for each in found] == [Kind.STORAGE_DAMAGED]
    assert f"the table {table} has no column {column}" in str(found[0].detail)


@pytest.mark.parametrize("tables", [["ledger_event"], ["ledger_event", "ledger_content"]])
def test_exchanged_events_are_each_named_with_their_place(bench: Bench, tables: list[str]) -> None:
    for first, second in (*itertools.pairwise(range(SIZE)), (2, 20), (0, 24)):
        with bench.undone():
            for table in tables:
                exchange_numbers(bench, table, "seq", first, second)
            assert displaced(bench, Kind.OUT_OF_PLACE) == {(first, second), (second, first)}


def test_exchanged_contents_are_each_named_with_their_place(bench: Bench) -> None:
    for first, second in (*itertools.pairwise(LEFT), (0, 24)):
        with bench.undone():
            exchange_numbers(bench, "ledger_content", "seq", first, second)
            assert displaced(bench, Kind.CONTENT_OUT_OF_PLACE) == {(first, second), (second, first)}


def test_exchanged_bodies_are_each_named(bench: Bench) -> None:
    bodies = dict(bench.run("SELECT seq, body FROM ledger_content").all())
    for first, second in itertools.pairwise(LEFT):
        with bench.undone():
            for seq, body in ((first, bodies[second]), (second, bodies[first])):
                bench.run(f"UPDATE ledger_content SET body = :body WHERE seq = {seq}", body=body)
            found = bench.findings()
        for row in (first, second):
            assert any(names(finding, "ledger_content", row) for finding in found), (row, found)


def test_exchanged_checkpoints_are_each_named(bench: Bench) -> None:
    for first, second in itertools.combinations(SIGNED, 2):
        with bench.undone():
            exchange_numbers(bench, "ledger_checkpoint", "size", first, second)
            found = bench.findings()
        for row in (first, second):
            assert any(names(finding, "ledger_checkpoint", row) for finding in found), (row, found)


def displaced(bench: Bench, kind: Kind) -> set[tuple[int | None, int | None]]:
    return {(each.first, each.belongs_at) for each in bench.findings() if each.kind == kind}


def exchange_numbers(bench: Bench, table: str, column: str, first: int, second: int) -> None:
    for old, new in ((first, 999), (second, first), (999, second)):
        bench.run(f"UPDATE {table} SET {column} = {new} WHERE {column} = {old}")


def truncate(bench: Bench, size: int) -> None:
    for table in ("ledger_event", "ledger_content"):
        bench.run(f"DELETE FROM {table} WHERE seq >= {size}")


def rewrite_head(bench: Bench) -> None:
    """What somebody does who knows how the ledger is made, and has not the key."""
    frontier = Frontier()
    for leaf in bench.run("SELECT leaf FROM ledger_event WHERE workspace = 'acme' ORDER BY seq").scalars().all():
        frontier = grown(frontier, bytes.fromhex(leaf))
    peaks = ",".join(peak.hex() for peak in frontier.peaks)
    bench.run(
        "UPDATE ledger_head SET size = :size, root = :root, peaks = :peaks",
        size=frontier.size,
        root=root(frontier).hex(),
        peaks=peaks,
    )


def drop_checkpoints(bench: Bench, above: int) -> None:
    bench.run(f"DELETE FROM ledger_checkpoint WHERE size > {above}")
    bench.run("UPDATE ledger_head SET signed = (SELECT max(size) FROM ledger_checkpoint)")


def test_a_cut_end_is_measured_by_the_head(bench: Bench) -> None:
    for size in range(SIZE):
        with bench.undone():
            truncate(bench, size)
            assert cuts(bench.findings()) == [(size, SIZE - 1)]


def test_a_cut_end_with_a_new_head_is_measured_by_the_checkpoints(bench: Bench) -> None:
    """After the last of them nobody has signed, so nobody misses anything."""
    for size in range(SIZE):
        with bench.undone():
            truncate(bench, size)
            rewrite_head(bench)
            found = bench.findings()
        assert cuts(found) == ([(size, SIGNED[-1] - 1)] if size < SIGNED[-1] else [])
        assert bool(found) == (size < SIGNED[-1])


def test_a_consistently_cut_end_is_found_only_against_a_checkpoint_kept_elsewhere(bench: Bench) -> None:
    """Where the record of an erasure is cut off, its gaps betray that; so not there."""
    kept = bench.checkpoints[-1]
    for size in (*range(min(ERASED) + 1), *range(ERASING + 1, SIZE)):
        with bench.undone():
            truncate(bench, size)
            drop_checkpoints(bench, above=size)
            rewrite_head(bench)
            within, against = bench.findings(), bench.findings(kept)
        assert within == ()
        assert cuts(against) == ([(size, kept.size - 1)] if size < kept.size else [])


def cuts(findings: tuple[Finding, ...]) -> list[tuple[int | None, int | None]]:
    return [(each.first, each.last) for each in findings if each.kind == Kind.TRUNCATED]


def test_a_wiped_ledger_is_found_only_against_a_checkpoint_kept_elsewhere(bench: Bench) -> None:
    with bench.undone():
        for table in ROWS:
            bench.run(f"DELETE FROM {table}")
        assert bench.audit().is_clean
        kinds = {each.kind for each in bench.findings(bench.checkpoints[0])}
    assert kinds == {Kind.HEAD_MISSING, Kind.TRUNCATED}


def rewrite_event(bench: Bench, seq: int) -> None:
    """Everything that can be made to fit without the key: content, its hash, the leaf and the head."""
    salt, body = b"\x01" * 16, b'{"n":"forged"}'
    content = content_hash(salt, body).hex()
    at, kind, receipt = bench.run(f"SELECT at, kind, receipt FROM ledger_event WHERE seq = {seq}").one()
    named = None if receipt is None else receipt.encode()
    leaf = event_leaf(b"acme", seq, at.encode(), kind.encode(), named, content.encode()).hex()
    bench.run(f"UPDATE ledger_event SET content = :content, leaf = :leaf WHERE seq = {seq}", content=content, leaf=leaf)
    bench.run(
        f"UPDATE ledger_content SET salt = :salt, body = :body WHERE seq = {seq}", salt=salt.hex(), body=body.decode()
    )
    rewrite_head(bench)


def test_a_rewritten_history_is_narrowed_down_by_the_checkpoints(bench: Bench) -> None:
    ends = list(itertools.pairwise([0, *SIGNED]))
    for seq in (seq for seq in LEFT if seq != ERASING):
        with bench.undone():
            rewrite_event(bench, seq)
            found = bench.findings()
        between = [(Kind.REWRITTEN, low, high - 1) for low, high in ends if low <= seq < high]
        assert [(each.kind, each.first, each.last) for each in found] == between


def test_a_rewritten_tail_is_found_against_a_checkpoint_kept_elsewhere(bench: Bench) -> None:
    head_root = bench.run("SELECT root FROM ledger_head").scalar_one()
    kept = signed(KEY, workspace="acme", size=SIZE, previous=21, root=head_root, at="2026-03-01T13:00:00.000000Z")
    for seq in range(SIGNED[-1], SIZE):
        with bench.undone():
            rewrite_event(bench, seq)
            within, found = bench.audit(), bench.findings(kept)
        assert within.is_clean
        assert within.unsigned_tail == 4
        assert [(each.kind, each.first, each.last) for each in found] == [(Kind.REWRITTEN, 21, 24)]
    assert bench.audit(kept).is_clean


def test_an_event_changed_with_its_leaf_but_not_the_head_is_narrowed_down(bench: Bench) -> None:
    with bench.undone():
        head = bench.run("SELECT size, root, peaks FROM ledger_head").one()
        rewrite_event(bench, 22)
        bench.run("UPDATE ledger_head SET size = :size, root = :root, peaks = :peaks", **head._asdict())
        found = bench.findings()
    assert [(each.kind, each.first, each.last) for each in found] == [(Kind.HEAD_CHANGED, 21, 24)]


def test_an_older_head_beside_newer_events_is_found(bench: Bench) -> None:
    with bench.undone():
        truncate_to = Frontier()
        for leaf in bench.run("SELECT leaf FROM ledger_event ORDER BY seq").scalars().all()[:22]:
            truncate_to = grown(truncate_to, bytes.fromhex(leaf))
        peaks = ",".join(peak.hex() for peak in truncate_to.peaks)
        bench.run("UPDATE ledger_head SET size=22, root=:root, peaks=:peaks", root=root(truncate_to).hex(), peaks=peaks)
        found = bench.findings()
    assert [(each.kind, each.first, each.last) for each in found] == [(Kind.EVENT_FOREIGN, 22, 24)]


def test_content_that_comes_back_after_its_erasure_is_found(database: Database) -> None:
    """Somebody restored it from a backup: it fits its hash, and it should not be there."""
    ledger, _ = filled(database)
    with database.engine.connect() as connection:
        kept = connection.execute(text("SELECT * FROM ledger_content WHERE seq = 8")).one()._asdict()
    with database.writing() as session:
        ledger.erase(session, [8], "asked to", NOON)
    with database.writing() as session:
        session.connection().execute(text("INSERT INTO ledger_content VALUES (:workspace, :seq, :salt, :body)"), kept)
    found = verify(database, keys=[KEY.public]).findings
    assert [(each.kind, each.first, each.last) for each in found] == [(Kind.CONTENT_RESTORED, 8, 8)]


def test_content_without_an_event_is_found(bench: Bench) -> None:
    row = "INSERT INTO ledger_content (workspace, seq, salt, body) VALUES ('acme', {}, 'x', 'y')"
    for seq in (25, 26, 99, -1):
        found = bench.after(row.format(seq))
        assert found is not None
        assert [(each.kind, each.first) for each in found] == [(Kind.CONTENT_FOREIGN, seq)]


def test_an_event_that_nobody_appended_is_found(bench: Bench) -> None:
    row = "INSERT INTO ledger_event SELECT workspace, {}, at, kind, receipt, content, leaf FROM ledger_event WHERE seq = 4"
    for seq in (25, 26, 99, -1):
        found = bench.after(row.format(seq))
        assert found is not None
        assert any(each.first == seq and each.belongs_at in {None, 4} for each in found), found


def test_a_whole_range_that_is_gone_is_one_finding(bench: Bench) -> None:
    found = bench.after("DELETE FROM ledger_event WHERE seq BETWEEN 7 AND 15")
    assert found is not None
    assert [(each.first, each.last) for each in found if each.kind == Kind.MISSING] == [(7, 15)]


def test_only_an_erasure_that_came_later_excuses_missing_content(bench: Bench) -> None:
    found = bench.after("DELETE FROM ledger_content WHERE seq IN (5, 13, 14)")
    assert found is not None
    missing = [(each.first, each.last) for each in found if each.kind == Kind.CONTENT_MISSING]
    assert missing == [(5, 5), (13, 14)]


@pytest.mark.parametrize(
    "body",
    ["[]", "{}", '{"events":3}', '{"events":[3]}', '{"events":[[3]]}', '{"events":[["a","b"]]}', "[" * 5000, "\x7f"],
)
def test_an_erasure_that_names_nothing_excuses_nothing(bench: Bench, body: str) -> None:
    """Even one that fits its hashes, up to the head."""
    with bench.undone():
        rewrite_erasure(bench, body)
        assert ranges(bench, Kind.CONTENT_MISSING) == [(3, 3), (6, 7)]


def test_an_erasure_excuses_only_what_came_before_it(bench: Bench) -> None:
    with bench.undone():
        rewrite_erasure(bench, '{"events":[[-5,90]]}')
        bench.run("DELETE FROM ledger_content WHERE seq < 12 OR seq IN (13, 14)")
        assert ranges(bench, Kind.CONTENT_MISSING) == [(13, 14)]


@pytest.mark.parametrize(
    "damage",
    [
        """UPDATE ledger_content SET body = '{"events":[[0,11]]}' WHERE seq = 12""",
        "UPDATE ledger_event SET at = 'x' WHERE seq = 12",
        "UPDATE ledger_event SET receipt = 'x' WHERE seq = 12",
    ],
)
def test_a_damaged_erasure_excuses_nothing(bench: Bench, damage: str) -> None:
    with bench.undone():
        bench.run(damage)
        assert ranges(bench, Kind.CONTENT_MISSING) == [(3, 3), (6, 7)]


def rewrite_erasure(bench: Bench, body: str) -> None:
    salt = b"\x01" * 16
    content = content_hash(salt, body.encode()).hex()
    at = bench.run(f"SELECT at FROM ledger_event WHERE seq = {ERASING}").scalar_one()
    leaf = event_leaf(b"acme", ERASING, at.encode(), b"erased", None, content.encode()).hex()
    bench.run(f"UPDATE ledger_event SET content=:c, leaf=:l WHERE seq = {ERASING}", c=content, l=leaf)
    bench.run(f"UPDATE ledger_content SET salt=:salt, body=:body WHERE seq = {ERASING}", salt=salt.hex(), body=body)
    rewrite_head(bench)


def ranges(bench: Bench, kind: Kind) -> list[tuple[int | None, int | None]]:
    return [(each.first, each.last) for each in bench.findings() if each.kind == kind]


def test_a_given_checkpoint_that_is_not_ours_is_a_finding_of_its_own(bench: Bench) -> None:
    kept = bench.checkpoints[1]
    foreign = signed(OTHER_KEY, workspace="acme", size=12, previous=5, root=kept.root, at=kept.at)
    elsewhere = signed(KEY, workspace="globex", size=12, previous=5, root=kept.root, at=kept.at)
    forged = kept.model_copy(update={"root": "0" * 64})
    kinds = [bench.findings(each)[0].kind for each in (foreign, elsewhere, forged)]
    assert kinds == [Kind.KEY_UNKNOWN, Kind.CHECKPOINT_FOREIGN, Kind.CHECKPOINT_CHANGED]


def test_every_given_checkpoint_is_compared(bench: Bench) -> None:
    rewritten = signed(KEY, workspace="acme", size=3, previous=None, root="0" * 64, at=bench.checkpoints[0].at)
    found = bench.findings(*bench.checkpoints, rewritten)
    assert [(each.kind, each.first, each.last) for each in found] == [(Kind.REWRITTEN, 0, 2)]


def test_a_checkpoint_signed_by_another_key_is_found(bench: Bench) -> None:
    row = bench.checkpoints[1]
    forged = signed(OTHER_KEY, workspace="acme", size=12, previous=5, root=row.root, at=row.at)
    with bench.undone():
        bench.run(
            "UPDATE ledger_checkpoint SET key = :key, signature = :signature WHERE size = 12",
            key=forged.key,
            signature=forged.signature,
        )
        found = bench.findings()
    assert [(each.kind, each.first) for each in found] == [(Kind.KEY_UNKNOWN, 12)]


def test_thousands_of_damaged_rows_are_a_few_findings(database: Database) -> None:
    ledger, _ = filled(database)
    append(database, ledger, some_events(3000, first=25))
    with database.writing() as session:
        session.connection().execute(text("UPDATE ledger_event SET kind = 'x' WHERE seq >= 100"))
        session.connection().execute(text("UPDATE ledger_content SET body = '{}' WHERE seq < 90"))
    found = verify(database, keys=[KEY.public]).findings
    assert {(Kind.EVENT_CHANGED, 100, 3024), (Kind.CONTENT_CHANGED, 8, 89)} <= {
        (f.kind, f.first, f.last) for f in found
    }
    assert len(found) < 12


def test_a_report_is_plain_json(bench: Bench) -> None:
    with bench.undone():
        truncate(bench, 20)
        report = bench.audit()
    assert json.loads(report.model_dump_json())["findings"][0]["kind"] == "truncated"
