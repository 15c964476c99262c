"""A wiki's story: people do things, requests go wrong, the process dies, some loops are gone; now and then somebody asks.

What must hold: nobody is ever shown what the oracle forbids at that moment, and once the loops have settled everybody
finds what the oracle allows, document by document. What follows from who is who (accounts, addresses, groups) holds as
of the last whole look at the groups, where the site itself is not asked about one person.
"""

import random
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, NamedTuple

import httpx
import stamina

from bot.playground.confluence.call import Habits
from bot.playground.confluence.faults import KINDS, Kind
from bot.playground.confluence.server import ConfluenceEmulator
from bot.stores.database import Database
from connectors.confluence import Settings
from connectors.model import AccessUnknown, Braked, Fatal, Loop, Retryable
from policies.people import Email
from tests.fakes.at_hand import AtHand
from tests.flows.deeds import ADDRESSES, ALLOWED, COMMON, DEEDS, OF_PEOPLE, UNSEEN, Company, Pick, Truth, company
from tests.flows.synced_wiki import WORKSPACE, Died, SyncedWiki, moment, quick_folder

ATTEMPTS: Final = 3  # at a request, before a pass gives up
MOST_PASSES: Final = 9  # until nothing changes any more
WHOLE: Final = 2  # passes in which nothing changes: the first may only have gone on where another was cut off
GOES_WRONG: Final[Sequence[Kind]] = [kind for kind in KINDS if kind != "slow"]


class Site(NamedTuple):
    """What kind of a site and of a token it is."""

    admin: bool = True  # may ask what others may read
    sees_everything: bool = True
    most_at_once: int | None = None
    minds_labels: bool = False


class Trouble(NamedTuple):
    """What befalls one pass: a share of its requests fails, `deed` is done before one of them, it dies at a failpoint."""

    seed: int = 0
    share: float = 0.0
    dies_at: int | None = None
    deed: str | None = None
    before_request: int = 0


UNTROUBLED: Final = Trouble()


@dataclass
class Story:
    ours: Company
    wiki: SyncedWiki
    emulator: ConfluenceEmulator
    truth: Truth
    over_grants: list[str] = field(default_factory=list)
    mismatches: list[str] = field(default_factory=list)
    _been: dict[str, set[str | None]] = field(default_factory=dict)  # each address's accounts since that look began
    _is_moved: bool = False  # whether anybody's accounts or groups changed since

    def __post_init__(self) -> None:
        self._been = self._accounts()

    # -- what happens

    def does(self, name: str, pick: Pick) -> bool:
        done = DEEDS[name](self.ours, pick)
        if name in OF_PEOPLE:
            self._is_moved = True
            for address, accounts in self._accounts().items():
                self._been[address] |= accounts
        return done

    def goes(self, loops: Collection[Loop], trouble: Trouble) -> None:
        """A pass of these loops, which may come to nothing."""
        before, self._been, was_moved, self._is_moved = self._been, self._accounts(), self._is_moved, False
        whole = False
        try:
            with self._troubled(trouble):
                self.wiki.sync(*[loop for loop in Loop if loop in loops], dies_at=trouble.dies_at)
                whole = Loop.GROUPS in loops and self.wiki.stopped(Loop.GROUPS) is None
        except Died:
            self.wiki.starts()
        except (Retryable, AccessUnknown, Fatal, Braked):
            pass
        if not whole:
            self._been = {address: before[address] | now for address, now in self._been.items()}
            self._is_moved = self._is_moved or was_moved

    def asks(self, addresses: Sequence[str], trouble: Trouble = UNTROUBLED) -> set[str]:
        """What is shown to them, in one place; all of it must be allowed at this moment."""
        with self._troubled(trouble):
            shown = self.wiki.shown(COMMON, *addresses)
        by_what_is_known = len(addresses) > 1 or not self.emulator.caller.admin
        if by_what_is_known and self._is_moved:
            return shown
        for address in addresses:
            allowed = set[str]().union(*(self.truth.readable(account) for account in self._been[address]))
            self.over_grants += [f"{address} was shown {one} ({len(addresses)} ask)" for one in shown - allowed]
        return shown

    def settles(self, asks: Collection[str]) -> None:
        """No faults, later, pass after pass until nothing changes: then all that is kept is compared with the oracle,
        and what is shown to those of `asks`.
        """
        self.ours.clock.advance(3_600)
        full, quiet = False, 0
        for _ in range(MOST_PASSES):
            try:
                tally = self.wiki.sync(full=full)
            except Braked:
                full = True
                continue
            full = False
            done = (tally.changed, tally.deleted, tally.access_changed, tally.layers_changed, tally.embedded)
            quiet = 0 if any(done) or tally.groups_changed else quiet + 1
            if quiet == WHOLE:
                break
        else:
            self.mismatches.append("it never settles")
        self._been, self._is_moved = self._accounts(), False
        for address in ADDRESSES:
            self._compare(address)
        for address in asks:
            self._compare_shown(address)
        self._compare_texts()
        if not self.wiki.is_whole():
            self.mismatches.append("some passage is not live, or stands twice, or has no vector, or is nobody's")

    # -- what is compared

    def _compare(self, address: str) -> None:
        """Under a folder the lists may let more people look: the live check decides there."""
        found, right = self.wiki.retrievable(address), self.truth.readable(self.truth.account(address))
        sure = {one for one in found if not self.truth.is_in_folder(one)}
        self.mismatches += [f"{address} finds {one}" for one in sorted(sure - right)]
        self.mismatches += [f"{address} does not find {one}" for one in sorted(right - found)]

    def _compare_shown(self, address: str) -> None:
        right = self.truth.readable(self.truth.account(address))
        if not self.emulator.caller.admin:
            right = {one for one in right if not self.truth.is_in_folder(one)}
        shown = self.asks([address])
        self.mismatches += [f"{address} is shown {one}" for one in sorted(shown - right)]
        self.mismatches += [f"{address} is not shown {one}" for one in sorted(right - shown)]

    def _compare_texts(self) -> None:
        """What is there says what it says at the site, and what is gone there is gone."""
        live = self.wiki.live()
        there = {each.id: each for each in self.truth.visible()}
        self.mismatches += [f"{one} is no longer there, and kept" for one in sorted(live.keys() - there.keys())]
        for one, text in live.items():
            if one in there and UNSEEN not in self.ours.site.container(there[one]).labels:
                said = there[one].data.decode() or there[one].body.removeprefix("<p>").removesuffix("</p>")
                if said not in text.splitlines():
                    self.mismatches.append(f"{one} says {said!r} there, and {text!r} here")

    def _accounts(self) -> dict[str, set[str | None]]:
        return {address: {self.truth.account(address)} for address in ADDRESSES}

    @contextmanager
    def _troubled(self, trouble: Trouble) -> Iterator[None]:
        faults = self.emulator.faults
        if trouble.share:
            faults.seed(trouble.seed, share=trouble.share, kinds=GOES_WRONG, in_a_row=ATTEMPTS)
        if trouble.deed is not None:
            deed, die = trouble.deed, random.Random(trouble.seed)
            faults.after(trouble.before_request, lambda: self.does(deed, die.choice))
        try:
            yield
        finally:
            faults.clear()


@dataclass
class Shelter:
    """Where stories happen, one after another: a database that is what it was in the beginning for each, and still knows
    how statements are written down. `migrated` has its tables and nothing else.
    """

    folder: Path
    migrated: Path

    def __post_init__(self) -> None:
        self._file, self._stories = self.folder / "footnote.db", 0
        self.database = Database(f"sqlite:///{self._file}", WORKSPACE)

    def cleared(self) -> Path:
        """Where there is nothing yet."""
        self.database.close()
        for suffix in ("-wal", "-shm"):
            Path(f"{self._file}{suffix}").unlink(missing_ok=True)
        self._file.write_bytes(self.migrated.read_bytes())
        self._stories += 1
        return self.folder / str(self._stories)


@contextmanager
def shelter(migrated: Path) -> Iterator[Shelter]:
    """Nothing waits there, and nothing is said about what is tried again."""
    hooks = stamina.instrumentation.get_on_retry_hooks()
    stamina.instrumentation.set_on_retry_hooks([])
    try:
        with quick_folder() as folder, stamina.set_testing(True, attempts=ATTEMPTS):
            found = Shelter(folder, migrated)
            yield found
            found.database.close()
    finally:
        stamina.instrumentation.set_on_retry_hooks(hooks)


@contextmanager
def story(shelter: Shelter, site: Site) -> Iterator[Story]:
    ours = company()
    emulator = ConfluenceEmulator(
        ours.world,
        caller="bot",
        port=1,  # nobody listens: requests are handed over
        admin=site.admin,
        sees_everything=site.sees_everything,
        habits=Habits(most_at_once=site.most_at_once),
    )
    settings = Settings.model_validate(
        {
            "site": f"{emulator.url}/wiki",
            "api": emulator.url,
            "secret": "env:TOKEN",
            "spaces": ",".join(ALLOWED),
            "without_labels": UNSEEN if site.minds_labels else "",
            "threads": 1,
        }
    )
    folder = shelter.cleared()
    with httpx.Client(transport=AtHand(emulator)) as http:
        wiki = SyncedWiki(
            settings=settings,
            database=shelter.database,
            http=http,
            authorization=emulator.caller.basic,
            links=lambda: {Email(address): account for address, account in ours.links.items()},
            now=lambda: moment(ours.clock.now()),
            folder=folder,
        )
        truth = Truth(ours, site.minds_labels, None if site.sees_everything else "bot")
        yield Story(ours, wiki, emulator, truth)


def wanders(ours: Story, die: random.Random, steps: int) -> int:
    """So many steps by the die, and as long as nothing is found; how many there were."""
    for step in range(steps):
        if ours.over_grants or ours.mismatches:
            return step
        match die.choices(("does", "goes", "asks", "settles"), weights=(60, 24, 13, 3))[0]:
            case "does":
                ours.does(die.choice(sorted(DEEDS)), die.choice)
            case "goes":
                ours.goes(die.sample(list(Loop), die.randint(1, len(Loop))), _trouble(die))
            case "asks":
                ours.asks(die.sample(ADDRESSES, die.randint(1, 2)))
            case _:
                ours.settles([die.choice(ADDRESSES)])
    ours.settles(ADDRESSES)
    return steps


def a_site(die: random.Random) -> Site:
    return Site(
        admin=die.random() < 0.7,
        sees_everything=die.random() < 0.7,
        most_at_once=die.choice([None, None, 3]),
        minds_labels=die.random() < 0.5,
    )


def _trouble(die: random.Random) -> Trouble:
    return Trouble(
        seed=die.randrange(10_000),
        share=die.choice([0.0, 0.0, 0.1, 0.5]),
        dies_at=die.choice([None, die.randint(1, 20)]),
        deed=die.choice([None, die.choice(sorted(DEEDS))]),
        before_request=die.randint(0, 30),
    )
