"""`footnote sources` and `footnote sync` as an operator uses them."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from sqlmodel import select

from bot import app
from bot.core.nouns import source_of
from bot.models.downloads import MINILM
from bot.models.graph import DIMENSIONS
from bot.stores.tables import PassageRow
from bot.stores.vectors import close
from tests import company
from tests.console import Console
from tests.world import BUILT_IN, console, settings_of, synced

LEAVE = "How many days of annual leave do I have?"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return company.write(tmp_path / "company")


@pytest.fixture
def acme(tmp_path: Path, database_url: str, folder: Path) -> Console:
    return synced(console(tmp_path, database_url), folder)


@pytest.fixture
def embedded(tmp_path: Path, database_url: str, folder: Path) -> Console:
    return synced(console(tmp_path, database_url, embedder=BUILT_IN), folder)


def test_a_first_sync_needs_a_source(tmp_path: Path, database_url: str) -> None:
    fresh = console(tmp_path, database_url)
    said = fresh.run("sync")
    assert said.code == 2
    assert "footnote sources add folder PATH --name NAME" in said.err
    assert "There are no sources yet" in fresh.run("sources").out


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (("add", "wiki", ".", "--name", "wiki"), "No such command 'wiki'"),
        (("add", "folder", "/nowhere/at/all", "--name", "acme"), "is not a folder"),
        (("add", "folder", ".", "--name", "Acme Corp"), "cannot name a source"),
        (("add", "folder", ".", "--name", "slack"), "slack is what people say in Slack"),
        (("add", "folder", ".", "--name", "saved-answers"), "saved-answers are replies that people saved in Slack"),
        (("remove", "acme"), "no source named acme"),
    ],
    ids=["unknown kind", "no folder", "bad name", "name of what people say", "name of what they save", "unknown name"],
)
def test_bad_use_of_sources_says_what_is_wrong(
    tmp_path: Path, database_url: str, words: tuple[str, ...], reason: str
) -> None:
    said = console(tmp_path, database_url).run("sources", *words)
    assert said.code == 2
    assert reason in said.err


def test_adding_the_same_source_twice_is_adding_it_once(acme: Console, folder: Path, tmp_path: Path) -> None:
    again = acme.run("sources", "add", "folder", folder, "--name", "acme")
    assert (again.code, again.out.splitlines()[0]) == (0, "acme is there already. Read it with: footnote sync acme")
    other = acme.run("sources", "add", "folder", tmp_path, "--name", "acme")
    assert other.code == 2
    assert "There is a source named acme already" in other.err


def test_at_a_folder_nobody_is_linked_and_it_is_said_where_the_address_goes(acme: Console) -> None:
    said = acme.run("sources", "link", "acme", "zoe@acme.test", "x1")
    assert said.code == 2
    assert "people.yaml" in said.err
    assert "footnote sync acme" in said.err


def test_an_unchanged_folder_costs_no_embedding(acme: Console) -> None:
    said = acme.run("sync")
    assert said.out == "acme: 5 documents read, 0 new or changed, 0 passages embedded\n"


@pytest.mark.meaning
def test_one_edit_embeds_one_passage(embedded: Console, folder: Path) -> None:
    page = folder / "hr" / "leave.md"
    page.write_text(page.read_text().replace("27 days", "28 days"))
    assert embedded.run("sync").out == "acme: 5 documents read, 1 new or changed, 1 passages embedded\n"
    assert "28 days" in embedded.person_asks(LEAVE, "ana@acme.test")["text"]


def test_a_change_of_access_alone_embeds_nothing(acme: Console, folder: Path) -> None:
    page = folder / "hr" / "leave.md"
    page.write_text(page.read_text().replace("[[group:staff]]", "[[group:hr]]"))
    said = acme.run("sync")
    assert said.out == "acme: 5 documents read, 0 new or changed, 1 with new access, 0 passages embedded\n"
    assert acme.run("ask", LEAVE, "--as", "ana@acme.test").code == 3
    assert acme.person_asks(LEAVE, "ben@acme.test")["kind"] == "answer"


def test_a_deleted_document_is_not_found_any_more(acme: Console, folder: Path) -> None:
    (folder / "hr" / "leave.md").unlink()
    assert "1 gone" in acme.run("sync").out
    assert acme.run("ask", LEAVE, "--as", "ana@acme.test").code == 3


def test_a_removed_source_is_not_found_from_that_moment_on(acme: Console) -> None:
    assert acme.run("sources", "remove", "acme").out == "Removed acme: its 5 documents are not found any more.\n"
    assert acme.run("ask", LEAVE, "--as", "ana@acme.test").code == 3
    assert acme.run("sources", "--json").json["sources"] == []


def left_of(acme: Console) -> tuple[set[str], set[str]]:
    """Last, for from here on this process has the vectors open: whose passages there are, and whose vectors."""
    settings = settings_of(acme)
    with app.records(settings) as records, records.database.reading() as session:
        rows = {row.id: source_of(row.document) for row in session.exec(select(PassageRow))}
        vectors = app.vectors(settings, f"{MINILM.name}@{MINILM.model_sha256[:8]}", DIMENSIONS)
        whose = {rows.get(id_, "nobody's") for id_ in vectors.ids()}
        close(vectors._client)
        return set(rows.values()), whose


def test_the_text_of_the_last_removed_source_goes_with_the_next_sync(acme: Console) -> None:
    acme.run("sources", "remove", "acme")
    said = acme.run("sync")
    assert said.code == 0
    assert re.fullmatch(r"Cleared away \d+ passages of removed sources. No source is left to read.\n", said.out)
    again = acme.run("sync")
    assert again.code == 2
    assert "There are no sources yet" in again.err
    assert left_of(acme) == (set(), set())


@pytest.mark.meaning
def test_the_text_of_a_removed_source_goes_with_the_sync_of_any_other(embedded: Console, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    (other / "fridge.md").write_text("---\naccess: [[anyone]]\n---\n# Fridge\n\nThe fridge is emptied on Fridays.\n")
    synced(embedded, other, "other")
    embedded.run("sources", "remove", "acme")
    assert embedded.run("sync", "other").code == 0
    assert left_of(embedded) == ({"other"}, {"other"})


def test_a_connector_is_built_once_until_its_source_is_another(tmp_path: Path, database_url: str) -> None:
    with app.records(settings_of(console(tmp_path, database_url))) as records:

        def add(name: str) -> None:
            with records.database.writing() as session:
                records.sources.add(session, name, "folder", {"path": str(tmp_path)}, records.clock())

        add("acme")
        first = records.connectors()["acme"]
        add("wiki")
        assert set(records.connectors()) == {"acme", "wiki"}
        assert records.connectors()["acme"] is first
        with records.database.writing() as session:
            records.sources.remove(session, "acme")
        assert set(records.connectors()) == {"wiki"}
        add("acme")
        assert records.connectors()["acme"] is not first


def test_malformed_files_are_reported_with_line_and_reason_and_the_rest_is_synced(acme: Console, folder: Path) -> None:
    (folder / "broken.md").write_text("---\ntitle: Broken\naccess: anyone\n---\n# Broken\n\nThe secret is 4711.\n")
    (folder / "latin.md").write_bytes(b"---\naccess: [[anyone]]\n---\n# Caf\xe9\n")
    (folder / "new.md").write_text("---\naccess: [[anyone]]\n---\n# Fridge\n\nThe fridge is emptied on Fridays.\n")
    said = acme.run("sync")
    assert said.code == 0
    assert "broken.md, line 3:" in said.err
    assert "latin.md, line 4:" in said.err
    assert "Fridays" in acme.person_asks("When is the fridge emptied?", "zoe@acme.test")["text"]
    assert acme.run("ask", "What is the secret number?", "--as", "zoe@acme.test").code == 3
    (listed,) = acme.run("sources", "--json").json["sources"]
    assert {problem["where"] for problem in listed["problems"]} == {"broken.md", "latin.md"}


def test_a_broken_people_file_keeps_the_groups_known_before_and_stops_no_document(acme: Console, folder: Path) -> None:
    (folder / "people.yaml").write_text("people: {ana@acme.test: [group:hr]\n")
    (folder / "hr" / "leave.md").unlink()
    said = acme.run("sync")
    assert said.code == 0
    assert "people.yaml" in said.err
    assert "the groups known before stay" in said.err
    assert "1 gone" in said.out
    severance, trusting = (
        "How many weeks of salary is the severance payment?",
        {"FOOTNOTE_ACCESS_TRUSTED_FOR_MINUTES": "60"},
    )
    for asked, code in (({}, 3), (trusting, 0)):  # the source cannot say it live, but what it said before is kept
        assert acme.run("ask", severance, "--as", "ana@acme.test", **asked).code == 3
        assert acme.run("ask", severance, "--as", "ben@acme.test", **asked).code == code


def test_a_people_file_that_is_gone_opens_nothing_by_itself(acme: Console, folder: Path) -> None:
    (folder / "people.yaml").unlink()
    said = acme.run("sync")
    assert "the people known before stay" in said.err
    price = "What does the Team plan cost a month?"
    assert acme.run("ask", price, "--as", "stranger@else.test").code == 3
    assert acme.run("sync", "--full").code == 0
    assert acme.run("ask", price, "--as", "stranger@else.test").code == 0


def test_a_folder_that_is_gone_deletes_nothing(acme: Console, folder: Path, tmp_path: Path) -> None:
    folder.rename(tmp_path / "unmounted")
    said = acme.run("sync")
    assert said.code == 1
    assert "nothing was changed" in said.err
    (tmp_path / "unmounted").rename(folder)
    assert acme.person_asks(LEAVE, "ana@acme.test")["kind"] == "answer"


def test_the_installed_command_does_the_same_from_nothing(acme: Console) -> None:
    """Not forked from a warm process: what a person's shell does."""
    environment = {**acme.environment, "FOOTNOTE_HOME": str(acme.home), "PATH": "/usr/bin:/bin"}
    environment.update(_models())
    said = subprocess.run(
        [sys.executable, "-m", "bot", "ask", LEAVE, "--as", "ana@acme.test"],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (said.returncode, said.stderr) == (0, "")
    assert "27 days" in said.stdout


def _models() -> dict[str, str]:
    from bot import settings

    return {"FOOTNOTE_MODELS": str(settings.load().models)}


def test_a_paused_source_is_not_read_until_it_is_resumed_and_is_found_as_it_was(acme: Console, folder: Path) -> None:
    assert "To go on: footnote sources resume acme" in acme.run("sources", "pause", "acme").out
    assert "is paused already" in acme.run("sources", "pause", "acme").out
    (folder / "new.md").write_text("---\naccess: [[anyone]]\n---\n# Fridge\n\nThe fridge is emptied on Fridays.\n")
    refused = acme.run("sync", "acme")
    assert refused.code != 0
    assert "acme is paused" in refused.err
    assert "acme is paused" in acme.run("sync").err
    (listed,) = acme.run("sources", "--json").json["sources"]
    assert listed["paused_at"] is not None
    assert acme.run("ask", "When is the fridge emptied?", "--as", "zoe@acme.test").code == 3
    assert "is read again" in acme.run("sources", "resume", "acme").out
    assert acme.run("sync").code == 0
    assert "Fridays" in acme.person_asks("When is the fridge emptied?", "zoe@acme.test")["text"]
