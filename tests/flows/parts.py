"""The sources of a story, each as one part of it: what people do there, what goes wrong, and what is true of it."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, NamedTuple

import httpx

from bot.playground.confluence.call import Habits as WikiHabits
from bot.playground.confluence.faults import KINDS as WIKI_KINDS
from bot.playground.confluence.server import ConfluenceEmulator
from bot.playground.google.call import Habits as DriveHabits
from bot.playground.google.faults import KINDS as DRIVE_KINDS
from bot.playground.google.server import GoogleEmulator
from bot.playground.loopback.faults import Faults
from bot.playground.slack.clock import ManualClock
from bot.playground.world import World
from connectors import confluence, drive
from policies.people import Email
from tests.fakes.at_hand import ConfluenceAtHand, GoogleAtHand
from tests.fakes.disk import RestlessDisk
from tests.flows.deeds import Pick
from tests.flows.deeds import drive as drive_deeds
from tests.flows.deeds import handbook as handbook_deeds
from tests.flows.deeds import wiki as wiki_deeds
from tests.flows.synced_home import Source
from tests.flows.synced_sources import DRIVE, HANDBOOK, WIKI, a_drive, a_folder, a_wiki

ATTEMPTS: Final = 3  # at a request, before a pass gives up
SOURCES: Final = (HANDBOOK, WIKI, DRIVE)


class Site(NamedTuple):
    """What kind of sources these are, and of tokens to them."""

    sources: Sequence[str] = SOURCES
    admin: bool = True  # may ask what others may read
    sees_everything: bool = True
    most_at_once: int | None = None
    minds_labels: bool = False
    my_drive: bool = True
    is_open_without_access: bool = False


class Part(ABC):
    """`of_people`: the deeds that change who is who. `asks_about_one`: the source itself says what one person may read."""

    source: Source
    deeds: Mapping[str, Callable[[Any, Pick], bool]]
    of_people: Collection[str]
    asks_about_one: bool
    ours: Any

    @property
    def name(self) -> str:
        return self.source.name

    def does(self, name: str, pick: Pick) -> bool:
        return self.deeds[name](self.ours, pick)

    # -- what goes wrong

    @abstractmethod
    def fails(self, seed: int, share: float) -> None:
        """This share of all that is asked, until it is calm."""

    @abstractmethod
    def happens(self, before: int, deed: Callable[[], object]) -> None:
        """Once, before so many more were asked."""

    @abstractmethod
    def calms(self) -> None: ...

    def is_made_ready(self) -> bool:
        """To be compared; False: what it says now is taken from a person's word only."""
        return True

    # -- what is true

    @abstractmethod
    def whose(self, address: str) -> str | None:
        """Whom this address means there now."""

    @abstractmethod
    def readable(self, who: str | None) -> set[str]: ...

    def showable(self, who: str | None, *, is_moved: bool) -> set[str]:  # noqa: ARG002 - Drive's minds it
        """At most, before it is settled; `is_moved`: who is who has changed since it was read."""
        return self.readable(who)

    @abstractmethod
    def there(self) -> Mapping[str, str | None]:
        """What may be kept, and what it says, where that has to be known."""

    def is_only_asked_about(self, id_: str) -> bool:  # noqa: ARG002
        """Then no list says who may read it."""
        return False

    def ends(self) -> Collection[float]:
        """When somebody may read less by the time alone."""
        return ()


@dataclass
class WikiPart(Part):
    source: Source
    ours: wiki_deeds.Wiki
    truth: wiki_deeds.Truth
    emulator: ConfluenceEmulator
    deeds = wiki_deeds.DEEDS
    of_people = wiki_deeds.OF_PEOPLE

    @property
    def asks_about_one(self) -> bool:  # type: ignore[override]
        return self.emulator.caller.admin

    def fails(self, seed: int, share: float) -> None:
        _seed(self.emulator.faults, seed, share, WIKI_KINDS)

    def happens(self, before: int, deed: Callable[[], object]) -> None:
        self.emulator.faults.after(before, deed)

    def calms(self) -> None:
        self.emulator.faults.clear()

    def whose(self, address: str) -> str | None:
        return self.truth.account(address)

    def readable(self, who: str | None) -> set[str]:
        return self.truth.readable(who)

    def there(self) -> Mapping[str, str | None]:
        return {each.id: self.truth.said(each) for each in self.truth.visible()}

    def is_only_asked_about(self, id_: str) -> bool:
        return self.truth.is_in_folder(id_)


@dataclass
class DrivePart(Part):
    source: Source
    ours: drive_deeds.Drive
    truth: drive_deeds.Truth
    emulator: GoogleEmulator
    deeds = drive_deeds.DEEDS
    of_people = drive_deeds.OF_PEOPLE
    asks_about_one = True

    def fails(self, seed: int, share: float) -> None:
        _seed(self.emulator.faults, seed, share, DRIVE_KINDS)

    def happens(self, before: int, deed: Callable[[], object]) -> None:
        self.emulator.faults.after(before, deed)

    def calms(self) -> None:
        self.emulator.faults.clear()

    def whose(self, address: str) -> str | None:
        return self.truth.account(address)

    def readable(self, who: str | None) -> set[str]:
        return self.truth.readable(who)

    def showable(self, who: str | None, *, is_moved: bool) -> set[str]:
        """Whether they have something by a link alone hangs on the groups, as they were read."""
        return self.truth.openable(who) if is_moved else self.truth.readable(who)

    def there(self) -> Mapping[str, str | None]:
        return {id_: None if self.truth.is_withheld(id_) else text for id_, text in self.truth.there().items()}

    def ends(self) -> Collection[float]:
        return self.ours.files.expiries


@dataclass
class HandbookPart(Part):
    """Who exists there, it says itself, and an address is whoever it is."""

    source: Source
    ours: handbook_deeds.Handbook
    truth: handbook_deeds.Truth
    disk: RestlessDisk
    deeds = handbook_deeds.DEEDS
    of_people = handbook_deeds.OF_PEOPLE
    asks_about_one = True

    def fails(self, seed: int, share: float) -> None:
        self.disk.seed(seed, share)

    def happens(self, before: int, deed: Callable[[], object]) -> None:
        self.disk.after(before, deed)

    def calms(self) -> None:
        self.disk.clear()

    def is_made_ready(self) -> bool:
        """Somebody mends what says who exists. That it is gone is believed when a person says so."""
        self.ours.is_garbled = False
        self.ours.write_people()
        return self.ours.people is not None

    def whose(self, address: str) -> str | None:
        return address

    def readable(self, who: str | None) -> set[str]:
        return set() if who is None else self.truth.readable(who)

    def there(self) -> Mapping[str, str | None]:
        return {path: None if page.ruin else page.body for path, page in self.ours.pages.items()}


def _seed(faults: Faults[Any], seed: int, share: float, kinds: Sequence[str]) -> None:
    faults.seed(seed, share=share, kinds=[kind for kind in kinds if kind != "slow"], in_a_row=ATTEMPTS)


# -- how they begin: nobody listens, requests are handed over ----------------------------------------------------------


@contextmanager
def wiki(world: World, clock: ManualClock, site: Site) -> Iterator[Part]:
    ours = wiki_deeds.a_wiki(world, clock)
    emulator = ConfluenceEmulator(
        world,
        caller="bot",
        port=1,
        admin=site.admin,
        sees_everything=site.sees_everything,
        habits=WikiHabits(most_at_once=site.most_at_once),
    )
    settings = confluence.Settings.model_validate(
        {
            "site": f"{emulator.url}/wiki",
            "api": emulator.url,
            "secret": "env:TOKEN",
            "spaces": ",".join(wiki_deeds.ALLOWED),
            "without_labels": wiki_deeds.UNSEEN if site.minds_labels else "",
            "threads": 1,
        }
    )
    with httpx.Client(transport=ConfluenceAtHand(emulator)) as http:
        source = a_wiki(
            settings,
            http=http,
            authorization=emulator.caller.basic,
            links=lambda: {Email(address): account for address, account in ours.links.items()},
        )
        truth = wiki_deeds.Truth(ours, site.minds_labels, None if site.sees_everything else "bot")
        yield WikiPart(source, ours, truth, emulator)


@contextmanager
def shared(world: World, clock: ManualClock, site: Site) -> Iterator[Part]:
    ours = drive_deeds.a_drive(world, clock)
    emulator = GoogleEmulator(world, port=1, wall=clock, habits=DriveHabits(most_at_once=site.most_at_once))
    settings = drive.Settings.model_validate(
        {
            "mode": "delegation",
            "key": "env:KEY",
            "admin": drive_deeds.BOSS,
            "domains": "acme.test",
            "drives": ",".join(ours.allowed),
            "my_drive": site.my_drive,
            "org_units": drive_deeds.READ if site.my_drive else "",
            "drive_api": emulator.drive_url,
            "directory_api": f"{emulator.url}/admin/directory/v1",
            "token_url": emulator.token_url,
            "exports": emulator.url,
            "threads": 1,
        }
    )
    with httpx.Client(transport=GoogleAtHand(emulator)) as http:
        source = a_drive(settings, http=http, key=emulator.key())
        yield DrivePart(source, ours, drive_deeds.Truth(ours, site.my_drive), emulator)


def handbook(root: Path, site: Site) -> Part:
    ours, disk = handbook_deeds.a_handbook(root), RestlessDisk(root)
    source = a_folder(disk, without_access="anyone" if site.is_open_without_access else "nobody")
    return HandbookPart(source, ours, handbook_deeds.Truth(ours, site.is_open_without_access), disk)
