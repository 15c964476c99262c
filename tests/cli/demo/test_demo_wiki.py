"""The company's Confluence beside its folder: what stays known over a restart, and what is another site."""

import stat
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from bot import app
from bot.cli.demo import wiki
from bot.cli.demo.company import acme
from bot.cli.demo.listing import listed
from bot.core.errors import BadUse
from bot.playground.confluence import ConfluenceEmulator
from bot.settings import Settings
from bot.stores.sources import Listed
from connectors.model import Loop
from tests import inside
from tests.inside import synced


@pytest.fixture
def home(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path / "home", workspace="demo", embedder="none")


@pytest.fixture
def site() -> Iterator[ConfluenceEmulator]:
    with wiki.running(acme().wiki) as running:
        assert running is not None
        yield running


def sources(home: Settings, site: ConfluenceEmulator) -> dict[str, Listed]:
    with app.records(home) as records:
        assert listed(records, acme(), site) == ["acme", "wiki"]
        return {source.name: source for source in records.sources.listed()}


def test_the_token_is_in_a_file_of_its_own_for_nobody_else_and_in_no_setting(
    home: Settings, site: ConfluenceEmulator
) -> None:
    found = sources(home, site)["wiki"]
    file = home.home / "wiki.token"
    assert (file.read_text(), stat.S_IMODE(file.stat().st_mode)) == (site.caller.token, 0o600)
    assert found.settings["secret"] == f"file:{file}"
    assert site.caller.token not in str(found)
    assert sorted(one.name for one in home.home.iterdir() if "token" in one.name) == ["wiki.token"]


def test_what_the_wiki_holds_is_not_read_from_the_folder_too(home: Settings, site: ConfluenceEmulator) -> None:
    sources(home, site)
    with inside.assistant(home, None) as assistant:
        assert synced(assistant, "acme").seen == 38
        folder = assistant.records.connectors()["acme"]
    assert folder.access_now(["hr/salary-bands-2026.md", "sales/quota-2026.md"]).keys() == {"sales/quota-2026.md"}
    assert len(folder.groups().members) == 6


def test_the_same_site_at_another_port_is_neither_read_nor_embedded_anew(home: Settings) -> None:
    ports, tallies = set(), []
    for _ in range(2):
        with wiki.running(acme().wiki) as site:
            assert site is not None
            ports.add(site.port)
            added = sources(home, site)["wiki"].added_at
            with inside.assistant(home, None) as assistant:
                tallies.append((synced(assistant, "wiki").changed, added))
    assert len(ports) == 2
    (first, added), (second, added_then) = tallies
    assert (first, second, added == added_then) == (95, 0, True)


def test_with_other_pages_it_is_another_site_whose_numbers_mean_nothing(
    home: Settings, site: ConfluenceEmulator
) -> None:
    before = sources(home, site)["wiki"]
    other = acme()
    assert other.wiki is not None
    other.wiki.confluence.add_page("HR", "One more")
    with wiki.running(other.wiki) as moved:
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


def test_a_wiki_s_loops_are_all_gone_through_before_anybody_is_answered(
    home: Settings, site: ConfluenceEmulator
) -> None:
    sources(home, site)
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
