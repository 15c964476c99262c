import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.core.errors import Unready
from bot.stores.home import Home

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
HOLDER = """
import sys, time
from datetime import UTC, datetime
from pathlib import Path
from bot.stores.home import Home
with Home(Path(sys.argv[1])).owned("footnote serve", datetime(2026, 3, 1, 12, tzinfo=UTC)):
    print("held", flush=True)
    time.sleep(60)
"""


@contextmanager
def held_elsewhere(path: Path) -> Iterator[subprocess.Popen[str]]:
    with subprocess.Popen([sys.executable, "-c", HOLDER, str(path)], stdout=subprocess.PIPE, text=True) as holder:
        try:
            assert holder.stdout is not None
            assert holder.stdout.readline() == "held\n"
            yield holder
        finally:
            holder.kill()


def own(path: Path) -> None:
    with Home(path).owned("footnote sync", NOON):
        pass


def test_second_owner_is_told_who_holds_it_and_what_to_do(tmp_path: Path) -> None:
    with held_elsewhere(tmp_path) as holder, pytest.raises(Unready) as told:
        own(tmp_path)
    words = str(told.value)
    assert str(tmp_path) in words
    assert f"`footnote serve` (process {holder.pid}, since 2026-03-01T12:00:00.000000Z)" in words
    assert "stop it" in words
    assert "FOOTNOTE_HOME" in words
    assert "DATABASE_URL" in words


def test_second_owner_in_the_same_process_is_refused_too(tmp_path: Path) -> None:
    with Home(tmp_path).owned("footnote serve", NOON), pytest.raises(Unready, match=f"process {os.getpid()}"):
        own(tmp_path)


def test_home_is_free_after_its_holder_was_killed(tmp_path: Path) -> None:
    with held_elsewhere(tmp_path) as holder:
        holder.send_signal(signal.SIGKILL)
        assert holder.wait() == -signal.SIGKILL
        with Home(tmp_path).owned("footnote sync", NOON):
            assert json.loads((tmp_path / "owner.json").read_text())["pid"] == os.getpid()


def test_home_is_free_after_its_holder_failed(tmp_path: Path) -> None:
    def fail() -> None:
        with Home(tmp_path).owned("footnote sync", NOON):
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert not (tmp_path / "owner.json").exists()
    own(tmp_path)


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"pid": 1}', "\x00\xff"])
def test_unreadable_owner_file_names_nobody(tmp_path: Path, text: str) -> None:
    with Home(tmp_path).owned("footnote serve", NOON):
        (tmp_path / "owner.json").write_bytes(text.encode("latin-1"))
        with pytest.raises(Unready, match="in use by another process"):
            own(tmp_path)


def test_a_home_that_is_not_there_yet_is_made_for_its_owner_alone(tmp_path: Path) -> None:
    home = tmp_path / "new" / "home"
    with Home(home).owned("footnote sync", NOON):
        assert home.stat().st_mode & 0o777 == 0o700


def test_a_folder_that_cannot_be_made_is_refused_with_words(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(Unready, match=r"cannot be used .* Set FOOTNOTE_HOME to a folder you may write to"):
        own(tmp_path / "file" / "home")


def test_a_folder_that_cannot_be_written_is_refused_with_words(tmp_path: Path) -> None:
    (tmp_path / "owner.lock").mkdir()  # no rights are in the way of root
    with pytest.raises(Unready, match=r"cannot be used .* Set FOOTNOTE_HOME to a folder you may write to"):
        own(tmp_path)


def test_an_owner_file_that_cannot_be_written_is_refused_with_words_and_lets_go(tmp_path: Path) -> None:
    (tmp_path / "owner.json").mkdir()
    with pytest.raises(Unready, match="cannot be used"):
        own(tmp_path)
    (tmp_path / "owner.json").rmdir()
    own(tmp_path)
