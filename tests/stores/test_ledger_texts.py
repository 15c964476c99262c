"""The texts that evidence names by digest: one that is another is found, one that is gone is not."""

# ruff: noqa: S608 - here it is the tests that inject

from collections.abc import Iterator

import pytest
from sqlalchemy import Connection, text

from bot.core.nouns import Event, ReceiptId
from bot.core.record import text_digest
from bot.stores.database import Database, insert_new
from bot.stores.ledger.findings import Finding, Kind
from bot.stores.ledger.verify import examine
from bot.stores.tables import TextRow
from tests.stores.ledgers import KEY, append, filled

TEXTS = ("Everybody has 27 days.", "Čaj stojí 3 €. ☕", "", "Two\nlines.")


@pytest.fixture
def connection(database: Database) -> Iterator[Connection]:
    """To a ledger whose receipts r_0, r_1 … each name one text, and r_all names them all."""
    ledger, _ = filled(database)
    digests = [text_digest(words) for words in TEXTS]
    named = {f"r_{number}": [digest] for number, digest in enumerate(digests)} | {"r_all": digests}
    for receipt, each in named.items():
        append(database, ledger, [Event(kind="retrieved", receipt=ReceiptId(receipt), body=evidence(each))])
    with database.writing() as session:
        insert_new(session, TextRow, [{"digest": text_digest(words), "text": words} for words in TEXTS])
    with database.engine.connect() as connection:
        assert findings(connection) == ()
        yield connection


def evidence(digests: list[str]) -> dict[str, object]:
    return {"evidence": [{"passage": {"text": digest}} for digest in digests]}


def findings(connection: Connection) -> tuple[Finding, ...]:
    return examine(connection, "acme", keys=[KEY.public]).findings


@pytest.mark.parametrize("number", range(len(TEXTS)))
def test_a_changed_text_is_named_with_the_receipts_that_name_it(connection: Connection, number: int) -> None:
    digest = text_digest(TEXTS[number])
    connection.execute(text(f"UPDATE evidence_text SET text = text || ' ' WHERE digest = '{digest}'"))
    (found,) = findings(connection)
    assert (found.kind, found.digest, found.receipts) == (Kind.TEXT_CHANGED, digest, (f"r_{number}", "r_all"))


def test_a_text_under_another_digest_is_named_by_that(connection: Connection) -> None:
    first, other = text_digest(TEXTS[0]), text_digest("never said")
    connection.execute(text(f"UPDATE evidence_text SET digest = '{other}' WHERE digest = '{first}'"))
    assert [(found.digest, found.receipts) for found in findings(connection)] == [(other, ())]


@pytest.mark.parametrize("workspace", ["acme", "globex"])
def test_a_digest_in_capitals_is_another(connection: Connection, workspace: str) -> None:
    """And another workspace's texts are examined with its own ledger."""
    words = "INSERT INTO evidence_text (workspace, digest, text) VALUES (:workspace, :digest, 'Hello')"
    connection.execute(text(words), {"workspace": workspace, "digest": text_digest("Hello").upper()})
    assert len(findings(connection)) == (workspace == "acme")


def test_an_erased_text_is_no_damage(connection: Connection) -> None:
    connection.execute(text("DELETE FROM evidence_text WHERE text = ''"))
    assert findings(connection) == ()
    connection.execute(text("DELETE FROM evidence_text"))
    assert findings(connection) == ()


def test_no_value_of_any_type_stops_the_audit(connection: Connection) -> None:
    if connection.dialect.name != "sqlite":
        pytest.skip("the types hold")
    digest = text_digest(TEXTS[0])
    for value in ("X'ff00'", "17", "1.5", "CAST(X'ff' AS TEXT)", "CAST(text AS BLOB)"):
        for column in ("digest", "text"):
            with connection.begin_nested() as savepoint:
                connection.execute(text(f"UPDATE evidence_text SET {column} = {value} WHERE digest = '{digest}'"))
                assert [found.kind for found in findings(connection)] == [Kind.TEXT_CHANGED], (column, value)
                savepoint.rollback()


def test_hundreds_of_changed_texts_are_counted(connection: Connection) -> None:
    words = "INSERT INTO evidence_text (workspace, digest, text) VALUES ('acme', :digest, 'forged')"
    connection.execute(text(words), [{"digest": text_digest(str(number))} for number in range(500)])
    *named, rest = findings(connection)
    assert len(named) == 400
    assert (rest.digest, rest.detail) == (None, "100")
