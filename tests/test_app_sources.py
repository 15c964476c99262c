"""What a source is set to, and the connector that is made of it. What is not understood opens nothing."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot import app
from bot.core.errors import BadUse
from bot.kinds import connector
from bot.settings import Settings
from bot.stores.database import Database
from bot.stores.sources import Listed
from connectors.confluence.connector import ConfluenceConnector
from policies.people import email_address
from policies.rules import OVERRIDES

NOW = datetime(2026, 1, 1, tzinfo=UTC)
WIKI = {"site": "https://acme.test/wiki", "secret": "env:NOTHING", "spaces": "ENG"}
ANA = email_address("ana@acme.test")


def listed(folder: Path, **settings: str) -> Listed:
    return Listed("acme", "folder", {"path": str(folder), **settings}, NOW, {}, {})


@pytest.mark.parametrize("wanted", ["", "everybody", "Anyone", "anyone ", "true"])
def test_a_setting_that_is_not_known_is_refused(tmp_path: Path, database: Database, wanted: str) -> None:
    with pytest.raises(BadUse, match="means nothing"):
        connector(listed(tmp_path, without_access=wanted), database)


@pytest.mark.parametrize(
    ("settings", "readable"),
    [({}, set()), ({"without_access": "nobody"}, set()), ({"without_access": "anyone"}, {"a.md"})],
    ids=["not set", "nobody", "anyone"],
)
def test_the_source_is_read_as_it_is_set(
    tmp_path: Path, database: Database, settings: dict[str, str], readable: set[str]
) -> None:
    (tmp_path / "a.md").write_text("body")
    assert connector(listed(tmp_path, **settings), database).readable_now(["a.md"], ANA, NOW) == readable


@pytest.mark.parametrize(
    ("settings", "readable"),
    [({"folders": ""}, set()), ({"folders": "a"}, {"a/x.md"}), ({"folders": "a,b"}, {"a/x.md", "b/x.md"})],
    ids=["none", "one", "two"],
)
def test_folders_that_are_not_named_are_not_read(
    tmp_path: Path, database: Database, settings: dict[str, str], readable: set[str]
) -> None:
    for name in ("a", "b", "c"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "x.md").write_text("body")
    read = connector(listed(tmp_path, without_access="anyone", **settings), database)
    assert read.readable_now(["a/x.md", "b/x.md", "c/x.md"], ANA, NOW) == readable


def test_a_wiki_is_asked_for_the_labels_that_a_rule_names_and_for_no_others(tmp_path: Path) -> None:
    here = '[channels.C0123456789]\nscope = ["wiki/ENG", "wiki/HR#Policy"]'
    with app.records(Settings(home=tmp_path)) as records:
        with records.database.writing() as session:
            records.sources.add(session, "wiki", "confluence", WIKI, records.clock())
        ((_, wiki),) = records.built.of(records.sources.listed())
        assert isinstance(wiki, ConfluenceConnector)
        assert wiki.reader.wanted() == frozenset(), "there are no rules yet"
        for texts, labels in (({}, set()), ({OVERRIDES: here}, {"policy"})):
            with records.database.writing() as session:
                given = {**app.packaged_rules(), **texts}
                records.config.save(session, given, author="test", note="a scope", now=records.clock())
            assert set(wiki.reader.wanted() or ()) == labels
