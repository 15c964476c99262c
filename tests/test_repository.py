"""What must hold of the repository itself: its top level, its two command lines, and the names it must not contain."""

import json
import re
import subprocess
from pathlib import Path

import pytest

from bot.core import proposals
from bot.core.commands import NAMES
from policies.evidence import RefusalReason
from policies.review import TRANSITIONS

ROOT = Path(__file__).parent.parent
TOP_LEVEL = {
    "pyproject.toml",
    "requirements.txt",
    "requirements-dev.txt",
    "Procfile",
    "README.md",
    "LICENSE",
    "bot",
    "connectors",
    "policies",
    "tests",
}
PAGE = ROOT / "bot" / "playground" / "web"
BACKWARDS = ("gro.ipyp", "detsohnohtyp", "sjmpn.yrtsiger", "oc.ecafgnigguh", "gro.naibed", "/krow/", "/toor/")
HOSTS = re.compile("|".join(re.escape(name[::-1]) for name in BACKWARDS), re.IGNORECASE)  # this file is searched too


@pytest.fixture(scope="module")
def tracked() -> list[str]:
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True)
    return listed.stdout.splitlines()


def test_the_top_level_is_what_was_agreed(tracked: list[str]) -> None:
    there = {path.split("/")[0] for path in tracked}
    assert {name for name in there if not name.startswith(".")} == TOP_LEVEL


def test_no_host_of_a_registry_and_no_path_of_a_machine_is_named(tracked: list[str]) -> None:
    named = [
        (path, number)
        for path in tracked
        for number, line in enumerate((ROOT / path).read_text(encoding="utf-8", errors="replace").splitlines(), 1)
        if HOSTS.search(line)
    ]
    assert named == []


def test_the_readmes_two_command_lines_are_there_and_the_second_is_what_ci_runs() -> None:
    commands = re.findall(r"```sh\n(python3 -m venv [^\n]+)\n```", (ROOT / "README.md").read_text(encoding="utf-8"))
    assert len(commands) == 2
    demo, test = commands
    assert "requirements.txt" in demo
    assert demo.endswith("footnote demo")
    assert test in (ROOT / ".ci" / "run").read_text(encoding="utf-8").splitlines()


def test_every_requirement_is_pinned_by_hash_and_the_dev_lock_holds_the_runtime_one() -> None:
    runtime, dev = (pins(ROOT / name) for name in ("requirements.txt", "requirements-dev.txt"))
    assert runtime <= dev
    for name in ("requirements.txt", "requirements-dev.txt"):
        text = (ROOT / name).read_text(encoding="utf-8")
        assert all("--hash=sha256:" in block for block in re.split(r"\n(?=[a-z])", text) if "==" in block)


def pins(path: Path) -> set[str]:
    return set(re.findall(r"^[a-zA-Z0-9_.\[\]-]+==[^\s\\]+", path.read_text(encoding="utf-8"), re.MULTILINE))


def test_a_compromised_release_of_litellm_is_never_locked() -> None:
    assert "litellm==1.105.3" in pins(ROOT / "requirements.txt")


def test_what_the_page_is_built_from_is_locked_by_hash_and_names_no_host() -> None:
    text = (PAGE / "package-lock.json").read_text(encoding="utf-8")
    packages = {name: package for name, package in json.loads(text)["packages"].items() if name}
    assert packages
    assert "://" not in text.replace('"url": "https://', "")  # where its authors ask for money
    assert [name for name, package in packages.items() if not package.get("integrity")] == []
    assert [name for name, package in packages.items() if "resolved" in package] == []


def test_what_is_built_is_there_and_nothing_beside_it(tracked: list[str]) -> None:
    built = [path for path in tracked if path.startswith("bot/playground/web/built/")]
    assert {Path(path).name for path in built} == {"index.html", "page.css", "page.js"}


def test_readme_names_every_command_of_admins() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    (table,) = re.findall(r"\| `/footnote …` \| \|\n\|---\|---\|\n((?:\|[^\n]+\n)+)", readme)
    told = re.findall(r"`([a-z]+)[^`]*`", "".join(row.split(" | ")[0] for row in table.splitlines()))
    assert set(told) == set(NAMES)


def test_readme_draws_the_review_of_an_answer_as_it_is() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    (drawn,) = re.findall(r"checked it:\n\n```mermaid\nstateDiagram-v2\n(.*?)```", readme, flags=re.DOTALL)
    moves = {(start, end) for start, end in re.findall(r"(\w+) --> (\w+)", drawn)}
    assert moves == {(start, end) for start, ends in TRANSITIONS.items() for end in ends if end != "withdrawn"}


def test_readme_draws_what_becomes_of_a_proposal_as_it_is() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    (drawn,) = re.findall(r"exactly that:\n\n```mermaid\nstateDiagram-v2\n(.*?)```", readme, flags=re.DOTALL)
    moves = {(start, end) for start, end in re.findall(r"(\w+) --> (\w+)", drawn)}
    assert moves == {(start, end) for start, ends in proposals.TRANSITIONS.items() for end in ends}


def test_the_page_of_a_receipt_has_words_for_every_refusal() -> None:
    page = (ROOT / "bot" / "playground" / "web" / "source" / "receipt.tsx").read_text(encoding="utf-8")
    told = set(re.findall(r"^  (\w+): \"", page, flags=re.MULTILINE))
    assert {reason.value for reason in RefusalReason} <= told
