"""`footnote audit` as a security team uses it."""

import json
import re
from pathlib import Path

import pytest
from sqlalchemy import text

from bot import app
from bot.cli import findings
from bot.stores.ledger.findings import Finding, Kind
from bot.stores.ledger.key import load_key, open_key
from tests import company
from tests.console import Console
from tests.world import console, settings_of, synced


@pytest.fixture
def acme(tmp_path: Path, database_url: str) -> Console:
    asked = synced(console(tmp_path, database_url), company.write(tmp_path / "company"))
    asked.run("ask", "How many days of annual leave do I have?", "--as", "ana@acme.test")
    return asked


def damage(acme: Console, statement: str, **values: object) -> None:
    with app.records(settings_of(acme)) as records, records.database.engine.begin() as connection:
        workspace = acme.environment["FOOTNOTE_WORKSPACE"]
        connection.execute(text(statement), {"workspace": workspace, **values})


def test_an_untouched_ledger_is_clean(acme: Console) -> None:
    said = acme.run("audit", "verify", "--json")
    assert (said.code, said.json["clean"]) == (0, True)
    assert said.json["events"] > 6


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        (
            "UPDATE ledger_content SET body = replace(body, 'ana', 'eve') WHERE seq = 3",
            "event 3: what it says was changed",
        ),
        ("DELETE FROM ledger_event WHERE seq = 4", "event 4: missing"),
        ("UPDATE ledger_event SET kind = 'posted' WHERE seq = 2", "event 2: changed"),
        ("UPDATE ledger_head SET size = size - 1", "the record of where the ledger ends was changed"),
    ],
    ids=["edited", "deleted", "renamed", "head"],
)
def test_what_was_done_to_the_ledger_is_named(acme: Console, statement: str, words: str) -> None:
    where = "AND" if "WHERE" in statement else "WHERE"
    damage(acme, f"{statement} {where} workspace = :workspace")
    said = acme.run("audit", "verify")
    assert said.code == 1
    assert words in said.err
    assert "DAMAGED" in said.out


def test_a_changed_evidence_text_is_named_with_the_receipt_that_rests_on_it(acme: Console) -> None:
    (receipt,) = [one["receipt"] for one in acme.run("audit", "show", "--json").json["receipts"]]
    damage(acme, "UPDATE evidence_text SET text = replace(text, '27', '72') WHERE workspace = :workspace")
    said = acme.run("audit", "verify")
    assert said.code == 1
    assert re.search(rf"evidence text [0-9a-f]{{64}}: not what its digest says; named by {receipt}\n", said.err)


def test_an_erased_evidence_text_is_no_damage(acme: Console) -> None:
    damage(acme, "DELETE FROM evidence_text WHERE workspace = :workspace")
    assert acme.run("audit", "verify").code == 0


@pytest.mark.parametrize(
    "table", ["ledger_event", "ledger_content", "ledger_head", "ledger_checkpoint", "evidence_text"]
)
@pytest.mark.parametrize("has_key", [True, False], ids=["key", "no key"])
def test_a_dropped_table_is_a_finding(tmp_path: Path, database_url: str, table: str, has_key: bool) -> None:  # noqa: FBT001
    fresh = console(tmp_path, database_url)
    assert fresh.run("audit", "checkpoint" if has_key else "verify").code == 0
    damage(fresh, f"DROP TABLE {table}")
    said = fresh.run("audit", "verify")
    assert (said.code, said.err) == (
        1,
        f"the ledger: the database itself is damaged; the table {table} is missing, so nothing more was examined\n",
    )


def test_each_kind_of_finding_has_words_on_one_line() -> None:
    for kind in Kind:
        words = findings.words(Finding(kind=kind, first=3, last=3, detail="a\nb"))
        assert "\n" not in words
        assert len(words.partition(": ")[2]) > 5


def test_a_cut_off_end_is_found_against_a_checkpoint_kept_elsewhere(acme: Console, tmp_path: Path) -> None:
    kept = tmp_path / "kept.jsonl"
    kept.write_text(acme.run("audit", "checkpoint").out)
    for statement in (
        "DELETE FROM ledger_event WHERE workspace = :workspace",
        "DELETE FROM ledger_content WHERE workspace = :workspace",
        "DELETE FROM ledger_checkpoint WHERE workspace = :workspace",
        "DELETE FROM ledger_head WHERE workspace = :workspace",
    ):
        damage(acme, statement)
    assert acme.run("audit", "verify").code == 0, "an empty ledger agrees with itself"
    said = acme.run("audit", "verify", "--against", kept)
    assert said.code == 1
    assert "cut off from the end" in said.err


def test_a_lost_key_is_asked_for_and_no_other_is_made(acme: Console) -> None:
    (acme.home / "ledger.key").unlink()
    for words in (
        ("audit", "verify"),
        ("audit", "checkpoint"),
        ("sync",),
        ("ask", "How much leave?", "--as", "ana@acme.test"),
    ):
        said = acme.run(*words)
        assert said.code == 1
        assert f"the file with its key is missing: {acme.home / 'ledger.key'}" in said.err
        assert "FOOTNOTE_LEDGER_KEY_FILE" in said.err
    assert not (acme.home / "ledger.key").exists()


def test_what_signs_nothing_needs_no_key(acme: Console) -> None:
    (acme.home / "ledger.key").unlink()
    for words in (("audit", "show"), ("sources",), ("sources", "remove", "acme")):
        assert acme.run(*words).code == 0
    assert not (acme.home / "ledger.key").exists()


def test_a_ledger_that_was_never_signed_is_verified_without_a_key(tmp_path: Path, database_url: str) -> None:
    fresh = console(tmp_path, database_url)
    assert fresh.run("audit", "verify").code == 0
    assert not (fresh.home / "ledger.key").exists()


def test_another_machines_key_signs_nothing_here_until_it_is_the_same(acme: Console, tmp_path: Path) -> None:
    """Two machines of one database: the second made a key of its own, for another ledger."""
    key = acme.home / "ledger.key"
    first, kept = load_key(key).public, tmp_path / "first.key"
    key.rename(kept)
    open_key(key)
    for words in (("audit", "checkpoint"), ("sync",)):
        said = acme.run(*words)
        assert said.code == 1
        assert f"This ledger is signed with another key ({first[:8]}…)." in said.err
        assert "FOOTNOTE_LEDGER_KEY_FILE" in said.err
    assert acme.run("audit", "verify", FOOTNOTE_LEDGER_KEY_FILE=str(kept)).code == 0
    assert acme.run("sync", FOOTNOTE_LEDGER_KEY_FILE=str(kept)).code == 0


def test_the_first_sync_says_whose_key_signs_this_ledger(tmp_path: Path, database_url: str) -> None:
    """So a second machine cannot begin with another key before the first question is answered."""
    fresh = synced(console(tmp_path, database_url), company.write(tmp_path / "company"))
    (fresh.home / "ledger.key").unlink()
    assert "the file with its key is missing" in fresh.run("sync").err


def test_a_file_that_is_no_checkpoint_is_bad_use(acme: Console, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("hello")
    for path in ("notes.txt", "missing.txt"):
        assert acme.run("audit", "verify", "--against", tmp_path / path).code == 2


def test_receipts_are_listed_and_read(acme: Console) -> None:
    (receipt,) = [one["receipt"] for one in acme.run("audit", "show", "--json").json["receipts"]]
    said = acme.run("audit", "show", receipt)
    assert "closed" in said.out
    assert "reply.kind: answer" in said.out
    unknown = acme.run("audit", "show", "r_none")
    assert unknown.code == 2
    assert "`footnote audit show` lists the newest" in unknown.err


def test_a_question_on_several_lines_begins_no_line_that_looks_like_an_event(acme: Console) -> None:
    forged = ("2026-01-01T00:00:00.000000Z  #9  closed", "    reply.kind: forged", "Receipt r_forged")
    answer = acme.person_asks("\n".join(("How many days of annual leave do I have?", *forged)), "ana@acme.test")
    lines = acme.run("audit", "show", answer["receipt"]).out.splitlines()
    assert {f"{' ' * 8}{line}" for line in forged} <= set(lines)
    assert not set(forged) & set(lines)


def test_no_evidence_text_stands_in_the_ledger_and_its_key_is_only_its_owners(acme: Console) -> None:
    """Text is kept by digest beside it, so that it can be erased without breaking the tree."""
    with app.records(settings_of(acme)) as records, records.database.engine.begin() as connection:
        bodies = [row.body for row in connection.execute(text("SELECT body FROM ledger_content"))]
    evidence = [json.dumps(body["evidence"]) for body in map(json.loads, bodies) if "evidence" in body]
    assert evidence
    assert not any("Unused days expire" in words for words in evidence)
    assert (acme.home / "ledger.key").stat().st_mode & 0o077 == 0
