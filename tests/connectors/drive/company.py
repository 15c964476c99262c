"""A company with a Drive, small enough to be known by heart."""

from dataclasses import dataclass

from bot.playground.google.directory import Directory
from bot.playground.google.drive import Drive
from bot.playground.google.nouns import File
from bot.playground.slack.clock import ManualClock
from bot.playground.world import World
from tests.connectors.drive.shared import BOSS

ANA, BEN, CAT, EVE = "ana@acme.test", "ben@acme.test", "cat@acme.test", "eve@other.test"


@dataclass
class Company:
    """The drive FIN is organized by Ben and read by the group `money`, in which is Ana; Cat is in nothing. Eve is of another
    company.
    """

    world: World
    clock: ManualClock
    fin: str  # the drive's id
    shut: str = ""  # a limited folder, where a test makes one

    @property
    def drive(self) -> Drive:
        return self.world.google.drive

    @property
    def directory(self) -> Directory:
        return self.world.google.directory

    def doc(self, name: str, text: str | None = None, *, under: str | None = None, owner: str | None = None) -> str:
        above = None if owner is not None and under is None else under or self.fin
        return self._made(self.drive.add_doc(name, text or f"# {name}\n\nText of {name}.", parent=above, owner=owner))

    def file(self, name: str, data: bytes, *, under: str | None = None, **more: str) -> str:
        return self._made(self.drive.add_file(name, data, parent=under or self.fin, **more))  # type: ignore[arg-type]

    def folder(self, name: str, *, under: str | None = None, owner: str | None = None) -> str:
        above = None if owner is not None and under is None else under or self.fin
        return self._made(self.drive.add_folder(name, parent=above, owner=owner))

    def _made(self, file: File) -> str:
        self.clock.advance(60)
        return file.id


def a_company() -> Company:
    clock = ManualClock()
    world = World(clock=clock)
    directory = world.google.directory
    directory.add_user(BOSS, admin=True)
    directory.add_user(ANA, aliases=["anna@acme.test"], org_unit="/Sales/North")
    directory.add_user(BEN)
    directory.add_user(CAT, org_unit="/Legal")
    directory.add_user(EVE)
    directory.add_group("money@acme.test", members=[ANA])
    fin = world.google.drive.add_drive("Finance", {BEN: "organizer", "money@acme.test": "reader"})
    clock.advance(60)
    return Company(world, clock, fin.id)
