"""Two processes on one home: the second is told who is there, and what to do."""

import time
from pathlib import Path

import pytest

from tests import company
from tests.console import Console
from tests.world import console, shared_stores, synced

LEAVE = "How many days of annual leave do I have?"


@pytest.fixture
def acme(tmp_path: Path, database_url: str) -> Console:
    return synced(console(tmp_path, database_url), company.write(tmp_path / "company"))


def test_the_second_process_says_who_holds_the_home_and_what_to_do(acme: Console) -> None:
    holder = acme.start("hold")
    until_held(acme)
    second = acme.run("ask", LEAVE, "--as", "ana@acme.test")
    sources, audit = acme.run("sources"), acme.run("audit", "verify")
    pid = holder.pid
    holder.kill()
    holder.wait()
    assert (sources.code, audit.code) == (0, 0)
    if shared_stores(acme):  # both stores are servers: several processes are welcome
        assert second.code == 0
        return
    assert second.code == 1
    assert f"is in use by `footnote hold` (process {pid}, since 2" in second.err
    assert "Wait until it is done or stop it" in second.err
    assert "Traceback" not in second.err
    assert acme.run("ask", LEAVE, "--as", "ana@acme.test").code == 0, "the lock ends with its process"


def until_held(acme: Console) -> None:
    for _ in range(200):
        if (acme.home / "held").exists():
            return
        time.sleep(0.05)
    raise AssertionError("nobody took the home")


def test_a_chroma_server_that_does_not_answer_is_said_in_words(tmp_path: Path) -> None:
    home = synced(Console(tmp_path / "home", {"FOOTNOTE_WORKSPACE": "w"}), company.write(tmp_path / "company"))
    said = home.run("ask", LEAVE, "--as", "ana@acme.test", CHROMA_URL="http://127.0.0.1:9")
    assert said.code == 1
    assert "The Chroma server at http://127.0.0.1:9 does not answer" in said.err
    assert "Traceback" not in said.err


@pytest.mark.parametrize("folder", ["what?", "100%", "%2e", "a#b", "a b+c&d=e:@é"])
def test_a_home_may_have_any_name(tmp_path: Path, folder: str) -> None:
    home = tmp_path / folder
    home.mkdir()
    said = Console(home, {"FOOTNOTE_WORKSPACE": "w"}).run("audit", "checkpoint")
    assert said.code == 0, said.err
    assert (home / "footnote.db").exists()
    assert [path.name for path in tmp_path.iterdir() if path.is_dir()] == [folder]


def test_the_whole_company_can_live_in_a_home_of_any_name(tmp_path: Path) -> None:
    home = synced(Console(tmp_path / "a?b=c%20d#e", {"FOOTNOTE_WORKSPACE": "w"}), company.write(tmp_path / "company"))
    assert home.person_asks(LEAVE, "ana@acme.test")["kind"] == "answer"
    assert {"footnote.db", "ledger.key", "chroma"} <= {path.name for path in home.home.iterdir()}


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("FOOTNOTE_EMBEDDER", "gpt"),
        ("FOOTNOTE_WORKSPACE", "a b"),
        ("FOOTNOTE_HOME", "/nowhere/\udcff"),
        ("FOOTNOTE_LEASE_S", "inf"),
        ("FOOTNOTE_LEASE_S", "nan"),
        ("FOOTNOTE_LEASE_S", "1e300"),
        ("FOOTNOTE_ACCESS_TRUSTED_FOR_MINUTES", "nan"),
        ("FOOTNOTE_ACCESS_TRUSTED_FOR_MINUTES", "1e300"),
        ("CHROMA_URL", "chroma"),
        ("DATABASE_URL", "foo:sesame"),
        ("DATABASE_URL", "mysql://u:sesame@h/db"),
        ("DATABASE_URL", "postgresql+nosuch://u:sesame@h/db"),
        ("DATABASE_URL", "postgresql://u:sesame@h:port/db"),
        ("DATABASE_URL", "postgresql://u:sesame/db"),
        ("DATABASE_URL", "postgresql://u:pass@sesame@h/db"),
    ],
)
def test_a_setting_that_is_no_good_is_named(tmp_path: Path, variable: str, value: str) -> None:
    said = Console(tmp_path / "home").run("ask", LEAVE, "--as", "ana@acme.test", **{variable: value})
    assert said.code == 2
    assert variable in said.err
    assert said.err.count("\n") == 1, "one line"
    assert "sesame" not in said.err


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://footnote:sesame@127.0.0.1:9/nowhere",
        "postgres://footnote:sesame@127.0.0.1:9/nowhere",
        "postgresql://footnote@127.0.0.1:9/nowhere?password=sesame",
        "postgresql://footnote:sesame@nowhere.invalid/nowhere",
        "postgresql://footnote:sesame@127.0.0.1:9/nowhere?no_such_option=1",
    ],
    ids=["refused", "short spelling", "password as an option", "no such host", "unknown option"],
)
def test_a_database_that_does_not_answer_is_said_in_one_line_and_without_its_password(tmp_path: Path, url: str) -> None:
    said = Console(tmp_path / "home").run("sources", DATABASE_URL=url)
    assert said.code == 1
    assert "cannot be used" in said.err
    assert "correct DATABASE_URL" in said.err
    assert "sesame" not in said.err
    assert said.err.count("\n") == 1


def test_a_file_that_is_no_database_is_said_in_one_line(tmp_path: Path) -> None:
    home = Console(tmp_path / "home")
    home.home.mkdir()
    (home.home / "footnote.db").write_text("a shopping list\n" * 100)
    said = home.run("sources")
    assert said.code == 1
    assert "cannot be used: file is not a database. Repair it, or set FOOTNOTE_HOME" in said.err
    assert said.err.count("\n") == 1
