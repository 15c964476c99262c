"""A Drive that is synced into the real stores and asked through the real flows, and cut off wherever a process can die."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

from bot.playground.google import GoogleEmulator
from bot.stores.database import Database
from connectors.model import Loop
from tests.connectors.drive.company import ANA, BEN, CAT, Company, a_company
from tests.connectors.drive.shared import settings_for
from tests.flows.synced_home import Died, SyncedHome
from tests.flows.synced_sources import DRIVE, a_drive

MOST_FAILPOINTS = 60


@dataclass
class Office:
    """`plan`, `low` and `gone` as they are called at home."""

    acme: Company
    home: SyncedHome
    plan: str
    folder: str
    low: str
    gone: str

    def change(self) -> None:
        """A text, a folder's readers, and a file that is no more."""
        self.acme.drive.edit(_id(self.plan), "# Plan\n\nThe pump has 40 bar now.")
        self.acme.drive.limit(self.folder)
        self.acme.drive.delete(_id(self.gone))


@pytest.fixture
def office(tmp_path: Path, database: Database) -> Iterator[Office]:
    acme = a_company()
    folder = acme.folder("Folder")
    plan, low = acme.doc("Plan", "# Plan\n\nThe pump has 30 bar."), acme.doc("Low", under=folder)
    gone = acme.doc("Gone")

    def now() -> datetime:
        return datetime.fromtimestamp(acme.clock.now(), UTC)

    with GoogleEmulator(acme.world, wall=acme.clock) as google, httpx.Client() as http:
        settings = settings_for(google, drives=acme.fin, threads=1)
        home = SyncedHome([a_drive(settings, http=http, key=google.key())], database, now, tmp_path)
        yield Office(acme, home, f"{DRIVE}:{plan}", folder, f"{DRIVE}:{low}", f"{DRIVE}:{gone}")


def _id(name: str) -> str:
    return name.removeprefix(f"{DRIVE}:")


def test_everybody_finds_what_they_may_and_nothing_is_embedded_twice(office: Office) -> None:
    office.home.sync(DRIVE)
    everything = {office.plan, office.low, office.gone}
    assert office.home.retrievable(ANA) == everything
    assert office.home.retrievable(CAT) == set()
    assert office.home.shown("pump", ANA) == {office.plan}
    written = office.home.vectors.written  # type: ignore[attr-defined]
    office.acme.drive.share(_id(office.plan), CAT)
    office.home.sync(DRIVE, Loop.CONTENT)
    assert office.home.retrievable(CAT) == {office.plan}
    assert office.home.vectors.written == written, "who may read it changes no vector"  # type: ignore[attr-defined]


def test_before_anything_was_read_again_nobody_is_shown_what_was_taken_back(office: Office) -> None:
    office.home.sync(DRIVE)
    office.acme.directory.remove_members("money@acme.test", ANA)
    assert office.plan in office.home.retrievable(ANA)
    assert office.home.shown("pump", ANA) == set()
    assert office.home.shown("pump", BEN, ANA) == {office.plan}, "of several at once by the groups as they were read"
    office.home.sync(DRIVE, Loop.GROUPS)
    assert office.home.shown("pump", BEN, ANA) == set()


def test_wherever_it_is_killed_the_next_pass_ends_as_if_nothing_had_been(office: Office) -> None:
    office.home.sync(DRIVE)
    office.change()
    deaths = 0
    for point in range(1, MOST_FAILPOINTS):
        try:
            office.home.sync(DRIVE, Loop.CONTENT, dies_at=point)
        except Died:
            deaths += 1
            office.home.starts()
            shown = office.home.shown("pump", ANA) | office.home.shown("Low", ANA) | office.home.shown("Gone", ANA)
            assert shown <= {office.plan}
        else:
            break
    assert deaths > 3
    office.home.sync(DRIVE, Loop.CONTENT)
    assert office.home.retrievable(ANA) == {office.plan}
    assert office.home.retrievable(BEN) == {office.plan, office.low}
    assert "40 bar" in office.home.live()[office.plan]
    office.home.sync(DRIVE, Loop.STRUCTURE)
    assert office.gone not in office.home.live()
    assert office.home.is_whole()
