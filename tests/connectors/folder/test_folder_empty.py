"""A folder that has nothing for somebody, and a folder that has nothing at all, say the same to them."""

import re
from pathlib import Path
from typing import Any

import pytest

from tests import company
from tests.console import Console
from tests.world import console

QUESTION = "What is the codename of the programme?"
HIDDEN = {
    "for others": "---\naccess: [[group:hr]]\n---\nThe codename of the programme is Pelican.\n",
    "for nobody": "# Draft\n\nThe codename of the programme is Pelican.\n",
    "broken": "---\naccess: anyone\n---\nThe codename of the programme is Pelican.\n",
}


def world(folder: Path, name: str, database_url: str, documents: dict[str, str]) -> Console:
    root = folder / f"{name}-company"
    root.mkdir()
    company.write(root, documents, people=None)
    made = console(folder, database_url, name)
    assert made.run("sources", "add", "folder", root, "--name", "acme").code == 0
    made.run("sync")
    return made


def said(world: Console, person: str) -> tuple[int | None, Any, str]:
    """Without what is each answer's own: its receipt, and how long it took."""
    answer = world.run("ask", QUESTION, "--as", person, "--json")
    found = answer.json
    assert re.fullmatch(r"r_[0-9a-f]+", found.pop("receipt"))
    found["timings_ms"] = sorted(found.get("timings_ms", ()))
    return answer.code, found, answer.err


@pytest.mark.parametrize("text", HIDDEN.values(), ids=HIDDEN.keys())
def test_only_file_that_is_hidden_from_somebody_is_as_no_file(tmp_path: Path, database_url: str, text: str) -> None:
    with_file = world(tmp_path, "with", database_url, {"secret.md": text})
    without = world(tmp_path, "without", database_url, {})
    assert said(with_file, "ana@acme.test") == said(without, "ana@acme.test")


@pytest.mark.parametrize("text", HIDDEN.values(), ids=HIDDEN.keys())
def test_that_holds_too_when_an_operator_accepts_that_everything_else_is_gone(
    tmp_path: Path, database_url: str, text: str
) -> None:
    with_file = world(tmp_path, "with", database_url, {"public.md": "# Hello\n", "secret.md": text})
    without = world(tmp_path, "without", database_url, {"public.md": "# Hello\n"})
    for made, name in ((with_file, "with"), (without, "without")):
        people = tmp_path / f"{name}-company" / "people.yaml"
        people.write_text(company.PEOPLE)
        made.run("sync")
        people.unlink()
        (tmp_path / f"{name}-company" / "public.md").unlink()
        assert made.run("sync", "--full").code == 0
    for person in ("ana@acme.test", "stranger@else.test"):
        assert said(with_file, person) == said(without, person)


def test_disk_that_is_not_mounted_for_a_while_makes_nobody_known_and_nobody_unknown(
    tmp_path: Path, database_url: str
) -> None:
    made = world(tmp_path, "home", database_url, {})
    (tmp_path / "home-company" / "people.yaml").write_text(company.PEOPLE)
    made.run("sync")
    known, stranger = said(made, "ana@acme.test"), said(made, "stranger@else.test")
    assert known != stranger
    (tmp_path / "home-company" / "people.yaml").unlink()
    assert "the people known before stay" in made.run("sync").err
    assert (said(made, "ana@acme.test"), said(made, "stranger@else.test")) == (known, stranger)
