"""A folder that is looked at often: what was written is noticed, and nothing else is."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from bot.cli.demo.watch import look, watched
from tests.cli.demo.window import until


def _write(folder: Path) -> None:
    (folder / "hr" / "leave.md").write_text("Another text.")


def _same_length(folder: Path) -> None:
    (folder / "a.md").write_text("Test.")
    os.utime(folder / "a.md", (1, 1))


CHANGES: dict[str, Callable[[Path], object]] = {
    "a file is written": _write,
    "a file is written anew, as long as before": _same_length,
    "a file is there": lambda folder: (folder / "b.md").write_text("x"),
    "a file is gone": lambda folder: (folder / "a.md").unlink(),
    "a folder is renamed": lambda folder: (folder / "hr").rename(folder / "people"),
    "people are there": lambda folder: (folder / "people.yaml").write_text("people: {}"),
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "hr").mkdir()
    (tmp_path / "hr" / "leave.md").write_text("Text.")
    (tmp_path / "a.md").write_text("Text.")
    return tmp_path


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES.keys())
def test_a_change_is_noticed(folder: Path, change: Callable[[Path], object]) -> None:
    before = look(folder)
    assert look(folder) == before
    change(folder)
    assert look(folder) != before


def test_what_is_no_handbooks_is_passed_over(folder: Path) -> None:
    before = look(folder)
    for name in (".git", "node_modules"):
        (folder / name).mkdir()
        (folder / name / "x.md").write_text("x")
    assert {path for path, *_ in look(folder)} == {path for path, *_ in before}


def test_a_folder_that_is_gone_has_nothing_in_it(tmp_path: Path) -> None:
    assert look(tmp_path / "gone") == frozenset()


def test_each_change_is_told_once_until_the_end(folder: Path) -> None:
    told: list[str] = []
    with watched(folder, lambda: told.append("changed"), every_s=0.01):
        _write(folder)
        until(lambda: told)
        (folder / "new.md").write_text("x")
        until(lambda: len(told) > 1)
    count = len(told)
    (folder / "late.md").write_text("x")
    assert len(told) == count
