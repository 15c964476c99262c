"""Where the words go may be full, or nobody may read them: each command is a process of its own, as in a shell."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests import company
from tests.console import Console
from tests.world import console, synced

FULL = Path("/dev/full")
HAS_FULL = pytest.mark.skipif(not FULL.exists(), reason="this system has no device that is always full")
SAID = "The output cannot be written: No space left on device. Make room, or write it elsewhere.\n"
COMMANDS = pytest.mark.parametrize("words", [("sources", "--json"), ("audit", "verify")], ids=" ".join)


@pytest.fixture
def fresh(tmp_path: Path) -> Console:
    """A home with no source in it."""
    return Console(tmp_path / "home")


@HAS_FULL
@COMMANDS
def test_a_full_disk_is_said_in_one_line(fresh: Console, words: tuple[str, ...]) -> None:
    with FULL.open("w") as full:
        assert ended(fresh, *words, out=full.fileno()) == (1, SAID)


@COMMANDS
def test_who_reads_no_further_ends_the_command_without_a_word(fresh: Console, words: tuple[str, ...]) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    try:
        assert ended(fresh, *words, out=writing) == (1, "")
    finally:
        os.close(writing)


@HAS_FULL
@pytest.mark.meaning
def test_an_answer_and_a_table_that_cannot_be_written_are_said_in_one_line(tmp_path: Path, database_url: str) -> None:
    acme = synced(console(tmp_path, database_url), company.write(tmp_path / "company"))
    asking = ("ask", "How many days of annual leave do I have?", "--as", "ana@acme.test")
    for words in (asking, ("sources",)):
        with FULL.open("w") as full:
            assert ended(acme, *words, out=full.fileno()) == (1, SAID)
    assert acme.run(*asking).code == 0, "the next one is answered"
    assert acme.run("audit", "verify").code == 0


@pytest.mark.meaning
def test_a_terminal_that_knows_only_ascii_gets_an_answer(tmp_path: Path, database_url: str) -> None:
    acme = synced(console(tmp_path, database_url), company.write(tmp_path / "company"))
    asking = ("ask", "How many days of annual leave do I have?", "--as", "ana@acme.test")
    shown = tmp_path / "shown"
    with shown.open("w") as file:
        assert ended(acme, *asking, out=file.fileno(), PYTHONIOENCODING="ascii") == (0, "")
    assert "[1] Annual leave ? acme/hr ? updated 3 February 2026" in shown.read_text(encoding="ascii")


def ended(console: Console, *words: str, out: int, **variables: str) -> tuple[int, str]:
    """Its exit code, and what it complained of."""
    environment = {**os.environ, **console.environment, "FOOTNOTE_HOME": str(console.home), **variables}  # noqa: TID251
    command = [sys.executable, "-m", "bot", *words]
    run = subprocess.run(command, stdout=out, stderr=subprocess.PIPE, text=True, env=environment, check=False)
    return run.returncode, run.stderr
