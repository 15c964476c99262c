import json
import os
import sqlite3
import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from bot.core.errors import BadUse, Broken, Unready
from bot.core.nouns import Event, ReceiptId
from bot.stores.database import Database
from bot.stores.ledger.book import Ledger
from bot.stores.ledger.checkpoints import as_line, parse_checkpoints
from bot.stores.ledger.key import load_key, open_key
from bot.stores.ledger.leaf import canonical_json, event_leaf, from_hex
from bot.stores.ledger.verify import verify
from tests.stores.ledgers import KEY, NOON, OTHER_KEY, SIGNED, SIZE, append, checkpoint, filled, some_events


def test_events_are_numbered_from_nought_without_gaps(database: Database) -> None:
    ledger = Ledger(database, KEY)
    assert append(database, ledger, some_events(3)) == (0, 1, 2)
    assert append(database, ledger, []) == ()
    assert append(database, ledger, some_events(2)) == (3, 4)


def test_two_appends_in_one_transaction_follow_one_another(database: Database) -> None:
    ledger = Ledger(database, KEY)
    with database.writing() as session:
        assert ledger.append(session, some_events(2), NOON) == (0, 1)
        assert ledger.append(session, some_events(1), NOON) == (2,)
    assert verify(database, keys=[KEY.public]).is_clean


def test_a_transaction_that_fails_leaves_nothing(database: Database) -> None:
    ledger = Ledger(database, KEY)

    def fail_late() -> None:
        with database.writing() as session:
            ledger.append(session, some_events(2), NOON)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail_late()
    assert append(database, ledger, some_events(1)) == (0,)
    assert verify(database, keys=[KEY.public]).events == 1


def test_whoever_hears_of_events_hears_of_those_that_are_committed_and_of_no_others(database: Database) -> None:
    ledger, heard = Ledger(database, KEY), list[Event]()
    ledger.hear(heard.append)

    def fail_late() -> None:
        with database.writing() as session:
            ledger.append(session, some_events(2), NOON)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail_late()
    with database.writing() as session:
        ledger.append(session, some_events(1), NOON)
        ledger.append(session, some_events(1, first=1), NOON)
        assert heard == []
    assert heard == some_events(2)


def test_a_receipt_gives_back_what_was_appended_in_order(database: Database) -> None:
    ledger = Ledger(database, KEY)
    ours, other = ReceiptId("r_ours"), ReceiptId("r_other")
    bodies = [{"text": 'ü\x00 "quoted" 雪'}, {"deep": {"list": [1, 2.5, None, True]}}, {"half": "\udcff"}]
    for body in bodies:
        append(database, ledger, [Event(kind="said", receipt=ours, body=body), Event(kind="said", receipt=other)])
    with database.reading() as session:
        events = ledger.events(session, ours)
    assert [(event.seq, event.body) for event in events] == list(zip((0, 2, 4), bodies, strict=True))
    assert {(event.at, event.kind, event.receipt) for event in events} == {
        ("2026-03-01T12:00:00.000000Z", "said", ours)
    }
    assert verify(database, keys=[KEY.public]).is_clean


def test_a_body_that_json_cannot_hold_is_refused(database: Database) -> None:
    ledger = Ledger(database, KEY)
    with pytest.raises(ValueError, match="not JSON compliant"):
        append(database, ledger, [Event(kind="scored", body={"score": float("nan")})])
    assert verify(database, keys=[KEY.public]).events == 0


def test_receipts_come_newest_first_and_page_by_page(database: Database) -> None:
    ledger = Ledger(database, KEY)
    for number in (0, 1, 0, 2, 1):
        append(database, ledger, [Event(kind="said", receipt=ReceiptId(f"r_{number}"))], NOON + timedelta(hours=number))
    append(database, ledger, [Event(kind="synced")])
    with database.reading() as session:
        first = ledger.receipts(session, limit=2)
        second = ledger.receipts(session, limit=2, before=first[-1].seq)
    assert [(opened.receipt, opened.seq) for opened in first + second] == [("r_2", 3), ("r_1", 1), ("r_0", 0)]
    assert first[0].at == "2026-03-01T14:00:00.000000Z"


def test_a_ledger_sees_only_its_workspace(database: Database) -> None:
    filled(database)
    other = Database(database.engine.url.render_as_string(hide_password=False), "globex")
    ledger = Ledger(other, KEY)
    assert append(other, ledger, some_events(1)) == (0,)
    with other.reading() as session:
        assert [opened.seq for opened in ledger.receipts(session, limit=9)] == [0]
    assert verify(other, keys=[KEY.public]).events == 1
    assert verify(database, keys=[KEY.public]).is_clean
    other.close()


def test_whoever_reads_on_gets_what_is_new_of_the_kinds_they_want(database: Database) -> None:
    ledger, _ = filled(database)
    with database.reading() as session:
        assert ledger.size(session) == SIZE
        found = ledger.since(session, 5, {"opened", "closed"})
        assert ledger.since(session, SIZE, {"opened", "closed"}) == ()
    assert [(one.seq, one.kind) for one in found[:3]] == [(5, "closed"), (6, "opened"), (8, "closed")]
    assert found[1].body is None


def test_an_event_stands_in_the_tree_as_it_is_now_signed_or_not(database: Database) -> None:
    ledger, _ = filled(database)
    with database.reading() as session:
        signed, unsigned = ledger.standing(session, SIGNED[-1] - 1), ledger.standing(session, SIGNED[-1])
        assert ledger.standing(session, SIZE) is None
    assert signed is not None
    assert unsigned is not None
    assert (signed.is_signed, unsigned.is_signed, signed.size) == (True, False, SIZE)
    assert signed.root == unsigned.root
    assert signed.leaf != unsigned.leaf


def test_an_empty_ledger_has_no_size(database: Database) -> None:
    with database.reading() as session:
        assert Ledger(database, KEY).size(session) == 0


def test_erased_events_keep_their_place_and_lose_their_words(database: Database) -> None:
    ledger, _ = filled(database)
    with database.reading() as session:
        (erased, *_) = [event for event in ledger.events(session, ReceiptId("r_0")) if event.body is None]
        bodies = session.connection().execute(text("SELECT body FROM ledger_content WHERE seq = 12")).scalars().all()
    assert (erased.seq, erased.kind) == (3, "opened")
    assert json.loads(bodies[0]) == {"events": [[3, 3], [6, 7]], "reason": "asked to"}
    assert verify(database, keys=[KEY.public]).is_clean


def test_erasing_again_records_nothing(database: Database) -> None:
    ledger, _ = filled(database)
    with database.writing() as session:
        assert ledger.erase(session, [3, 6], "again", NOON) is None
        assert ledger.erase(session, [3, 8], "one more", NOON) == 25
    assert verify(database, keys=[KEY.public]).is_clean


def test_the_proof_of_an_erasure_cannot_be_erased(database: Database) -> None:
    ledger, _ = filled(database)
    with database.writing() as session:
        assert ledger.erase(session, [12], "cover up", NOON) is None
    assert verify(database, keys=[KEY.public]).is_clean


@pytest.mark.parametrize("seqs", [[25], [-1, 2], [3, 1 << 40]])
def test_only_events_of_the_ledger_can_be_erased(database: Database, seqs: list[int]) -> None:
    ledger, _ = filled(database)
    with pytest.raises(BadUse, match="has 25 events"), database.writing() as session:
        ledger.erase(session, seqs, "a slip", NOON)


def test_erased_words_are_not_left_in_the_file(database: Database) -> None:
    if database.is_postgresql:
        pytest.skip("PostgreSQL frees what was deleted with its next VACUUM")
    ledger = Ledger(database, KEY)
    append(database, ledger, [Event(kind="said", body={"text": "a very private remark " * 20}), *some_events(3)])
    with database.writing() as session:
        ledger.erase(session, [0], "asked to", NOON)
    path = Path(str(database.engine.url.database))
    database.close()
    sqlite3.connect(path).execute("PRAGMA wal_checkpoint(TRUNCATE)").connection.close()
    assert b"private remark" not in path.read_bytes()


def test_a_checkpoint_can_be_kept_as_a_line(database: Database) -> None:
    _, made = filled(database)
    lines = "\n".join(as_line(each) for each in made)
    assert parse_checkpoints("\n" + lines + "\n\n") == made
    assert all(each.is_authentic for each in made)
    assert [(each.size, each.previous) for each in made] == [(5, None), (12, 5), (21, 12)]
    assert verify(database, keys=[KEY.public], against=parse_checkpoints(lines)).is_clean


def test_a_checkpoint_without_new_events_is_the_one_before(database: Database) -> None:
    ledger, _ = filled(database)
    assert checkpoint(database, ledger) == checkpoint(database, ledger, NOON + timedelta(days=1))
    assert verify(database, keys=[KEY.public]).checkpoints == 4


def test_an_empty_ledger_can_be_signed(database: Database) -> None:
    ledger = Ledger(database, KEY)
    assert verify(database, keys=[KEY.public]).is_clean
    nothing = checkpoint(database, ledger)
    append(database, ledger, some_events(1))
    assert nothing.size == 0
    assert checkpoint(database, ledger).previous == 0
    assert verify(database, keys=[KEY.public], against=[nothing]).is_clean


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "no checkpoint in this file"),
        ("\n \n", "no checkpoint in this file"),
        ("{}", "Line 1 is not a checkpoint: workspace: Field required"),
        ("\nnot json", "Line 2 is not a checkpoint: the line: Invalid JSON"),
        ("[1]", "Line 1 is not a checkpoint"),
        ('{"size": "5"}', "Line 1 is not a checkpoint"),
    ],
)
def test_a_file_without_checkpoints_is_refused_with_its_line(content: str, message: str) -> None:
    with pytest.raises(BadUse, match=message):
        parse_checkpoints(content)


def test_an_abused_head_stops_the_next_append(database: Database) -> None:
    ledger, _ = filled(database)
    with database.writing() as session:
        session.connection().execute(text("UPDATE ledger_head SET root = 'x' || substr(root, 2)"))
    with pytest.raises(Broken, match="audit verify"):
        append(database, ledger, some_events(1))


def test_a_head_that_was_set_back_stops_the_next_append(database: Database) -> None:
    ledger = Ledger(database, KEY)
    append(database, ledger, some_events(1))
    with database.reading() as session:
        before = session.connection().execute(text("SELECT size, root, peaks FROM ledger_head")).one()
    append(database, ledger, some_events(1))
    with database.writing() as session:
        session.connection().execute(
            text("UPDATE ledger_head SET size=:size, root=:root, peaks=:peaks"), before._asdict()
        )
    with pytest.raises(Broken, match="already holds event 1"):
        append(database, ledger, some_events(1))


def test_a_lost_checkpoint_is_not_signed_anew(database: Database) -> None:
    ledger, _ = filled(database)
    checkpoint(database, ledger)
    with database.writing() as session:
        session.connection().execute(text("DELETE FROM ledger_checkpoint WHERE size = 25"))
    with pytest.raises(Broken, match="25 events is gone"):
        checkpoint(database, ledger)


def test_eight_threads_append_at_once_and_nothing_is_lost(database: Database) -> None:
    """The head is made on first use, so the first eight also race for that."""

    def work(thread: int) -> list[int]:
        ledger = Ledger(database, KEY)
        numbers: list[int] = []
        for turn in range(50):
            events = [Event(kind="said", receipt=ReceiptId(f"r_{thread}"), body={"turn": turn})] * (1 + turn % 2)
            with database.writing() as session:
                numbers += ledger.append(session, events, NOON)
                if turn % 10 == 0:
                    ledger.checkpoint(session, NOON)
        return numbers

    with ThreadPoolExecutor(8) as pool:
        numbers = [seq for each in pool.map(work, range(8)) for seq in each]
    report = verify(database, keys=[KEY.public])
    assert sorted(numbers) == list(range(8 * 75))
    assert (report.events, report.checkpoints, report.findings) == (600, 40, ())


def test_verifying_beside_an_append_sees_one_moment(database: Database) -> None:
    ledger = Ledger(database, KEY)
    append(database, ledger, some_events(2500))
    checkpoint(database, ledger)
    seen: list[int] = []

    def meanwhile(_done: int, _expected: int) -> None:
        if len(seen) < 2:
            seen.extend(append(database, ledger, some_events(3)))
            checkpoint(database, ledger)

    report = verify(database, keys=[KEY.public], progress=meanwhile)
    assert seen
    assert (report.events, report.findings) == (2500, ())
    assert verify(database, keys=[KEY.public]).events == 2500 + len(seen)


def test_progress_is_told_to_the_end(database: Database) -> None:
    append(database, Ledger(database, KEY), some_events(2001))
    told: list[tuple[int, int]] = []
    verify(database, keys=[KEY.public], progress=lambda done, expected: told.append((done, expected)))
    assert told == [(1000, 2001), (2000, 2001), (2001, 2001)]


def test_a_new_key_is_private_from_its_first_moment(tmp_path: Path) -> None:
    path = tmp_path / "home" / "ledger.key"
    before = os.umask(0)
    try:
        key = open_key(path)
    finally:
        os.umask(before)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert list(path.parent.iterdir()) == [path]
    assert open_key(path).public == load_key(path).public == key.public
    assert repr(key).startswith("<bot.stores.ledger.key.LedgerKey object")


def test_processes_that_make_the_key_at_once_agree(tmp_path: Path) -> None:
    path = tmp_path / "ledger.key"
    code = "import sys,pathlib; from bot.stores.ledger.key import open_key; print(open_key(pathlib.Path(sys.argv[1])).public)"
    processes = [subprocess.Popen([sys.executable, "-c", code, path], stdout=subprocess.PIPE) for _ in range(6)]
    assert len({process.communicate()[0] for process in processes}) == 1
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o644, 0o660])
def test_a_key_that_others_may_touch_is_refused_with_the_remedy(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "ledger.key"
    open_key(path)
    path.chmod(mode)
    with pytest.raises(Unready, match=f"chmod 600 {path}"):
        open_key(path)


@pytest.mark.parametrize("content", [b"", b"not a key", b"\xff" * 40])
def test_a_file_that_is_no_key_is_never_replaced(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "ledger.key"
    path.write_bytes(content)
    path.chmod(0o600)
    with pytest.raises(Unready, match="is not a key"):
        open_key(path)
    assert path.read_bytes() == content


def test_a_key_that_is_not_there_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(Unready, match="No such file"):
        load_key(tmp_path / "ledger.key")


def test_another_key_signs_nothing_of_ours(database: Database) -> None:
    filled(database)
    report = verify(database, keys=[OTHER_KEY.public])
    assert [(finding.kind, finding.first) for finding in report.findings] == [("key_unknown", n) for n in (5, 12, 21)]
    assert verify(database, keys=[OTHER_KEY.public, KEY.public]).is_clean


def test_canonical_json_has_one_spelling() -> None:
    assert (
        canonical_json({"b": 1, "a": [None, "ü"]})
        == canonical_json({"a": [None, "ü"], "b": 1})
        == '{"a":[null,"ü"],"b":1}'
    )


def test_no_two_events_have_the_same_leaf_bytes() -> None:
    receipts = (None, b"", b"-", b"1:", b"x")
    kinds = (b"", b"1:x,", b"x", b"-,")
    leaves = {event_leaf(b"w", 1, b"t", kind, receipt, b"c") for kind in kinds for receipt in receipts}
    assert len(leaves) == len(kinds) * len(receipts)


@pytest.mark.parametrize("spelling", [b"AB", b"a", b"abc", b"", b" b", b"0x", "é".encode(), None])
def test_hex_has_one_spelling(spelling: bytes | None) -> None:
    assert from_hex(spelling, 1) is None
    assert from_hex(b"ab", 1) == b"\xab"
