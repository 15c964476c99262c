"""`footnote sources add confluence`, as an admin types it, and what its people get from it."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from bot.playground.confluence.server import ConfluenceEmulator
from bot.playground.world import World
from tests.console import Console, Said
from tests.world import console

ANA, BEN, HARRIET = "ana@acme.test", "ben@acme.test", "harriet@acme.test"
QUESTION = "What is the pressure of the pump?"


@dataclass
class Office:
    acme: Console
    world: World
    site: ConfluenceEmulator
    page: str
    people: dict[str, str]  # account ids

    def adds(self, *more: str, token: str | None = None) -> Said:
        return self.acme.run(
            *("sources", "add", "confluence", "--name", "wiki", "--spaces", "ENG"),
            *("--site", f"{self.site.url}/wiki", "--user", str(self.site.caller.email), "--secret", "env:WIKI_TOKEN"),
            *("--requests-per-second", "1000", *more),
            WIKI_TOKEN=token or self.site.caller.token,
        )

    def runs(self, *words: str) -> Said:
        return self.acme.run(*words, WIKI_TOKEN=self.site.caller.token)

    def asks(self, who: str) -> str:
        return str(self.runs("ask", QUESTION, "--as", who, "--json").json["text"])


@pytest.fixture
def office(tmp_path: Path, database_url: str) -> Iterator[Office]:
    world = World()
    people = {
        name: world.add_person(name.title(), email=f"{name}@acme.test", email_shown=name != "harriet").account_id
        for name in ("ana", "ben", "harriet")
    }
    pumps = world.add_group("pumps", members=[people["ana"], people["harriet"]])
    space = world.confluence
    space.add_space("ENG", "Engineering")
    page = space.add_page("ENG", "Pumps", "<h2>Pressure</h2><p>The pressure of the pump is 40 bar.</p>")
    space.restrict(page.id, groups=[pumps.id])
    for title in ("Valves", "Sensors", "Gateways", "Cables"):  # words say nothing where there is one page of them
        space.add_page("ENG", title, f"<p>{title} are kept in the store on the ground floor.</p>")
    with ConfluenceEmulator(world, sees_everything=True, admin=True) as site:
        acme = console(tmp_path, database_url)
        quick = Console(acme.home, {**acme.environment, "FOOTNOTE_EMBEDDER": "none"})
        yield Office(quick, world, site, page.id, people)


def test_a_token_that_is_not_accepted_adds_nothing_and_is_not_repeated(office: Office) -> None:
    said = office.adds(token="ATATT-wrong")
    assert said.code == 2
    assert "make a new API token" in said.err
    assert "ATATT-wrong" not in said.out + said.err
    assert office.runs("sources", "--json").json["sources"] == []


def test_a_secret_that_cannot_be_read_is_named_and_so_is_what_is_wrong_with_a_setting(office: Office) -> None:
    nowhere = office.acme.run(
        *("sources", "add", "confluence", "--name", "wiki", "--spaces", "ENG", "--site", office.site.url),
        *("--secret", "env:NOT_SET_ANYWHERE"),
    )
    assert (nowhere.code, "env:NOT_SET_ANYWHERE" in nowhere.err) == (2, True)
    plain = office.adds("--api", "http://wiki.acme.test")
    assert (plain.code, "must begin with https:" in plain.err) == (2, True)


def test_a_dry_run_shows_what_would_be_read_and_adds_nothing(office: Office) -> None:
    said = office.adds("--dry-run")
    assert said.code == 0, said.err
    assert "5  pages" in said.out
    assert "ENG (Engineering): 5 documents; 2 of 2 people" in said.out
    assert "1 are restricted further" in said.out
    assert "Nothing was added" in said.out
    assert office.runs("sources", "--json").json["sources"] == []


def test_who_may_read_a_page_gets_it_with_a_link_and_nobody_else_does(office: Office) -> None:
    assert office.adds().code == 0
    synced = office.runs("sync")
    assert synced.code == 0, synced.err
    found = office.runs("ask", QUESTION, "--as", ANA, "--json").json
    assert "40 bar" in found["text"]
    (citation,) = found["claims"][0]["citations"]
    assert citation["url"].startswith(f"{office.site.url}/wiki/spaces/ENG/pages/{office.page}")
    assert "40 bar" not in office.asks(BEN)


def test_what_is_restricted_after_the_sync_is_not_shown_and_what_is_opened_is_after_the_next(office: Office) -> None:
    office.adds()
    office.runs("sync")
    office.world.confluence.restrict(office.page, users=[office.people["ben"]])
    assert "40 bar" not in office.asks(ANA), "asked of the wiki just before"
    office.runs("sync")
    assert "40 bar" in office.asks(BEN)
    assert "40 bar" not in office.asks(ANA)


def test_whose_address_is_hidden_gets_nothing_and_is_told_so_until_an_admin_links_them(office: Office) -> None:
    office.adds()
    office.runs("sync")
    assert "None of the sources knows you" in office.asks(HARRIET)
    assert office.runs("sources", "link", "wiki", HARRIET, office.people["harriet"]).code == 0
    office.runs("sync")
    assert "40 bar" in office.asks(HARRIET)
    assert office.runs("sources", "link", "wiki", HARRIET).code == 0
    office.runs("sync")
    assert "40 bar" not in office.asks(HARRIET)


def test_each_loop_tells_when_it_was_last_gone_to_its_end(office: Office) -> None:
    office.adds()
    office.runs("sync")
    (wiki,) = office.runs("sources", "--json").json["sources"]
    assert all(wiki[f"{loop}_read_at"] for loop in ("groups", "structure", "access", "content"))
    assert "secret" not in str(wiki["settings"].get("secret", "")).replace("env:WIKI_TOKEN", "")
    assert office.site.caller.token not in str(wiki)


def test_an_oauth_client_is_set_with_the_source_or_later_and_taken_back_and_its_secret_is_only_named(
    office: Office,
) -> None:
    half = office.adds("--oauth-client", "client")
    assert (half.code, "name both, or neither" in half.err) == (2, True)
    assert office.adds("--oauth-client", "client", "--oauth-secret", "env:WIKI_OAUTH").code == 0
    (added,) = office.runs("sources", "--json").json["sources"]
    assert office.runs("sources", "sign-in", "wiki").code == 0
    (taken,) = office.runs("sources", "--json").json["sources"]
    assert set(added["settings"]) - set(taken["settings"]) == {"oauth_client", "oauth_secret"}
    for wrong in (("--client", "client"), ("--client", "client", "--secret", "a secret itself"), ("--secret", "env:X")):
        assert office.runs("sources", "sign-in", "wiki", *wrong).code == 2
    assert office.adds().code == 0
    elsewhere = "http://127.0.0.1:9/oauth/token"
    given = ("--client", "other", "--secret", "env:WIKI_OAUTH", "--token", elsewhere)
    assert office.runs("sources", "sign-in", "wiki", *given).code == 0
    (again,) = office.runs("sources", "--json").json["sources"]
    assert (again["settings"]["oauth_client"], again["settings"]["oauth_token"]) == ("other", elsewhere)
    assert again["settings"]["site"] == added["settings"]["site"]
    assert "is there already" in office.adds().out
    assert office.adds("--oauth-client", "client", "--oauth-secret", "env:WIKI_OAUTH").code == 2
    (still,) = office.runs("sources", "--json").json["sources"]
    assert still["settings"] == again["settings"]
    assert office.runs("sources", "sign-in", "nowhere", *given).code == 2
