"""The company's Confluence and its Drive: what stays known over a restart, and what is another site."""

import json
import stat
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from bot import app
from bot.cli.demo import drive, sites, wiki
from bot.cli.demo.company import acme
from bot.cli.demo.listing import listed
from bot.cli.demo.sites import Sites
from bot.core.errors import BadUse
from bot.settings import Settings
from bot.stores.sources import Listed
from connectors.model import Loop
from tests import inside
from tests.inside import synced


@pytest.fixture
def home(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path / "home", workspace="demo", embedder="none")


@pytest.fixture
def reached() -> Iterator[Sites]:
    with sites.running(acme().documents) as running:
        assert running is not None
        yield running


def sources(home: Settings, reached: Sites) -> dict[str, Listed]:
    with app.records(home) as records:
        assert listed(records, acme(), reached) == ["wiki", "drive"]
        return {source.name: source for source in records.sources.listed()}


def test_the_token_is_in_a_file_of_its_own_for_nobody_else_and_in_no_setting(home: Settings, reached: Sites) -> None:
    found = sources(home, reached)["wiki"]
    file = home.home / "wiki.token"
    assert (file.read_text(), stat.S_IMODE(file.stat().st_mode)) == (reached.wiki.caller.token, 0o600)
    assert found.settings["secret"] == f"file:{file}"
    assert reached.wiki.caller.token not in str(found)
    assert sorted(one.name for one in home.home.iterdir() if "token" in one.name) == ["wiki.token"]


def test_the_same_site_at_another_port_is_neither_read_nor_embedded_anew(home: Settings) -> None:
    ports, tallies = set(), []
    for _ in range(2):
        with sites.running(acme().documents) as reached:
            assert reached is not None
            ports |= {reached.wiki.port, reached.drive.port}
            added = {name: one.added_at for name, one in sources(home, reached).items()}
            with inside.assistant(home, None) as assistant:
                tallies.append(({name: synced(assistant, name).changed for name in added}, added))
    assert len(ports) == 4
    (first, added), (second, added_then) = tallies
    assert (first, second, added == added_then) == ({"wiki": 95, "drive": 45}, {"wiki": 0, "drive": 0}, True)


def test_with_other_pages_it_is_another_site_whose_numbers_mean_nothing(home: Settings, reached: Sites) -> None:
    before = sources(home, reached)["wiki"]
    other = acme()
    assert other.documents is not None
    other.documents.confluence.add_page("HR", "One more")
    with sites.running(other.documents) as moved:
        assert moved is not None
        now = sources(home, moved)["wiki"]
    assert now.added_at > before.added_at
    assert now.read_at == {}


SETTINGS = {"site": wiki.SITE, "api": "http://127.0.0.1:1/ex/confluence/a", "secret": "file:/a", "spaces": "HR"}


@pytest.mark.parametrize(
    ("changed", "same"),
    [
        ({"api": "http://127.0.0.1:2/ex/confluence/a"}, True),
        ({"secret": "file:/b"}, True),
        ({"requests_per_second": "9"}, True),
        ({"api": "http://127.0.0.1:1/ex/confluence/b"}, False),
        ({"spaces": "HR,ENG"}, False),
        ({"site": "https://else.test/wiki"}, False),
        ({"user": "somebody@acme.test"}, False),
    ],
    ids=str,
)
def test_a_site_is_the_same_wherever_it_answers(changed: Mapping[str, str], *, same: bool) -> None:
    assert wiki.is_same_site(SETTINGS, {**SETTINGS, **changed}) is same


def test_the_key_of_the_drive_is_in_a_file_of_its_own_for_nobody_else_and_in_no_setting(
    home: Settings, reached: Sites
) -> None:
    found = sources(home, reached)["drive"]
    file = home.home / "drive.key"
    assert (json.loads(file.read_text()), stat.S_IMODE(file.stat().st_mode)) == (reached.drive.key(), 0o600)
    assert found.settings["key"] == f"file:{file}"
    assert reached.drive.key()["private_key"] not in str(found)


def test_a_drive_is_the_same_wherever_it_answers_and_another_one_with_other_drives() -> None:
    told = {"drive_api": "http://127.0.0.1:1/drive/v3", "key": "file:/a", "drives": "0A1", "domains": "acme.test"}
    assert drive.is_same_site(told, {**told, "drive_api": "http://127.0.0.1:2/drive/v3", "key": "file:/b"})
    assert not drive.is_same_site(told, {**told, "drives": "0A2"})


def test_a_source_of_an_earlier_start_that_is_none_any_more_is_taken_away(home: Settings, reached: Sites) -> None:
    with app.records(home) as records, records.database.writing() as session:
        records.sources.add(session, "acme", "folder", {"path": "/nowhere"}, records.clock())
    sources(home, reached)
    with app.records(home) as records:
        assert sorted(source.name for source in records.sources.active()) == ["drive", "wiki"]


def test_a_wiki_s_loops_are_all_gone_through_before_anybody_is_answered(home: Settings, reached: Sites) -> None:
    sources(home, reached)
    with inside.assistant(home, None) as assistant:
        synced(assistant, "wiki")
        found = {source.name: source for source in assistant.records.sources.listed()}["wiki"]
    assert set(found.read_at) == set(Loop)


@pytest.mark.parametrize("removed", [False, True], ids=["never was", "is removed"])
def test_a_source_that_is_not_there_is_reached_in_no_other_way(home: Settings, *, removed: bool) -> None:
    with app.records(home) as records, records.database.writing() as session:
        if removed:
            records.sources.add(session, "wiki", "confluence", SETTINGS, records.clock())
            records.sources.remove(session, "wiki")
        with pytest.raises(BadUse, match="no source named wiki"):
            records.sources.readdress(session, "wiki", SETTINGS)
