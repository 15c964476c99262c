"""`footnote sources add drive`, as an admin types it, and what its people get from it."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from bot.playground.google import GoogleEmulator, SharedDrive
from bot.playground.google.tokens import MEMBERS_READ, READING
from bot.playground.world import World
from tests.console import Console, Said
from tests.world import console

ANA, BEN, CAT, BOSS = "ana@acme.test", "ben@acme.test", "cat@acme.test", "boss@acme.test"
SCOPES = ("admin.directory.user.readonly", "admin.directory.group.readonly", "admin.directory.group.member.readonly")
QUESTION = "What is the mileage rate?"


@dataclass
class Office:
    acme: Console
    world: World
    google: GoogleEmulator
    drive: SharedDrive
    rates: str

    def adds(self, *more: str, key: str | None = None) -> Said:
        return self.acme.run(
            *("sources", "add", "drive", "--name", "finance", "--key", "env:DRIVE_KEY", "--domains", "acme.test"),
            *("--admin", BOSS, "--drives", self.drive.id, "--requests-per-second", "1000"),
            *("--drive-api", self.google.drive_url, "--directory-api", f"{self.google.url}/admin/directory/v1"),
            *("--token-url", self.google.token_url, "--exports", f"http://localhost:{self.google.port}", *more),
            DRIVE_KEY=key if key is not None else self.key,
        )

    @property
    def key(self) -> str:
        return json.dumps(dict(self.google.key()))

    def runs(self, *words: str) -> Said:
        return self.acme.run(*words, DRIVE_KEY=self.key)

    def asks(self, who: str) -> str:
        return str(self.runs("ask", QUESTION, "--as", who, "--json").json["text"])


@pytest.fixture
def office(tmp_path: Path, database_url: str) -> Iterator[Office]:
    world = World()
    directory, drive = world.google.directory, world.google.drive
    directory.add_user(BOSS, admin=True)
    directory.add_user(ANA, aliases=["a.ribeiro@acme.test"])
    directory.add_user(BEN)
    directory.add_user(CAT)
    directory.add_group("money@acme.test", members=[ANA])
    fin = drive.add_drive("Finance", {BEN: "organizer", "money@acme.test": "reader"})
    rates = drive.add_doc("Rates", "## Mileage\n\nThe mileage rate is 31 cents.", parent=fin.id)
    for title in ("Valves", "Sensors", "Gateways", "Cables"):  # words say nothing where there is one file of them
        drive.add_doc(title, f"{title} are kept in the store on the ground floor.", parent=fin.id)
    with GoogleEmulator(world) as google:
        acme = console(tmp_path, database_url)
        quick = Console(acme.home, {**acme.environment, "FOOTNOTE_EMBEDDER": "none"})
        yield Office(quick, world, google, fin, rates.id)


def test_a_key_that_is_none_adds_nothing_and_is_not_repeated_and_a_wrong_setting_is_named(office: Office) -> None:
    wrong = office.adds("--link-only", "everybody")
    assert (wrong.code, "link_only" in wrong.err) == (2, True)
    said = office.adds(key="-----BEGIN PRIVATE KEY----- hush")
    assert said.code == 2
    assert "not the JSON of a service account's key" in said.err
    assert "hush" not in said.out + said.err
    assert office.runs("sources", "--json").json["sources"] == []


def test_a_delegation_that_does_not_reach_far_enough_is_named_with_the_scope_and_what_is_lost(office: Office) -> None:
    office.google.tokens.add_account("weak@acme.iam.test", delegated=READING - {MEMBERS_READ})
    weak = office.google.tokens.account("weak@acme.iam.test")
    assert weak is not None
    said = office.adds(key=json.dumps(dict(office.google.key(weak))))
    assert said.code == 1, said.out + said.err
    missing = {scope: f"The scopes for it: {scope}" in said.err for scope in SCOPES}
    assert missing == dict.fromkeys(SCOPES, False) | {"admin.directory.group.member.readonly": True}
    assert office.runs("sources", "--json").json["sources"] == []


def test_a_dry_run_shows_what_would_be_read_and_adds_nothing(office: Office) -> None:
    office.world.google.drive.add_file("photo.png", b"\x89PNG", mime_type="image/png", parent=office.drive.id)
    said = office.adds("--dry-run")
    assert said.code == 0, said.err
    assert "5  docs" in said.out
    assert "Finance: 5 files" in said.out
    assert "image/png are not read" in said.err
    assert "Nothing was added" in said.out
    assert office.runs("sources", "--json").json["sources"] == []


def test_who_may_read_a_file_gets_it_with_a_link_and_nobody_else_does(office: Office) -> None:
    added = office.adds()
    assert added.code == 0, added.out + added.err
    synced = office.runs("sync")
    assert synced.code == 0, synced.err
    found = [office.runs("ask", QUESTION, "--as", who, "--json").json for who in ("a.ribeiro@acme.test", BEN)]
    assert all("31 cents" in one["text"] for one in found)
    (citation,) = found[0]["claims"][0]["citations"]
    assert citation["url"].startswith(f"https://drive.google.com/open?id={office.rates}")
    assert "31 cents" not in office.asks(CAT)
    assert "31 cents" not in office.asks(BOSS), "whom it speaks for has no right by that"
    secret = office.google.key()["private_key"].splitlines()[1].encode()
    kept = [path for path in office.acme.home.rglob("*") if path.is_file() and secret in path.read_bytes()]
    assert kept == [], "the key is written down nowhere"


def test_what_is_taken_back_after_the_sync_is_not_shown_and_what_is_opened_is_after_the_next(office: Office) -> None:
    office.adds()
    office.runs("sync")
    office.world.google.directory.remove_members("money@acme.test", ANA)
    assert "31 cents" not in office.asks(ANA), "asked of Drive just before"
    office.world.google.drive.share(office.rates, CAT)
    office.runs("sync")
    assert "31 cents" in office.asks(CAT)
    assert "31 cents" not in office.asks(ANA)


def test_whose_address_in_slack_google_does_not_know_gets_nothing_until_an_admin_links_them(office: Office) -> None:
    office.adds()
    office.runs("sync")
    other = "ana@acme-slack.test"
    assert "None of the sources knows you" in office.asks(other)
    assert office.runs("sources", "link", "finance", other, ANA).code == 0
    office.runs("sync")
    assert "31 cents" in office.asks(other)
