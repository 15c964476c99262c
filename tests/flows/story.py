"""A story: people do things at several sources, requests go wrong, the process dies, some loops are gone; now and then
somebody asks.

What must hold: nobody is ever shown what the oracle forbids at that moment, and once the loops have settled everybody
finds what the oracle allows, document by document. What follows from who is who (accounts, addresses, groups) holds as
of the last whole look at the groups, where the source itself is not asked about one person.
"""

import random
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, NamedTuple

import stamina

from bot.playground.slack.clock import ManualClock
from bot.playground.world import World
from bot.stores.database import Database
from connectors.model import AccessUnknown, Braked, Fatal, Loop, Retryable
from tests.flows import parts
from tests.flows.deeds import ADDRESSES, COMMON, Pick
from tests.flows.parts import ATTEMPTS, SOURCES, Part, Site
from tests.flows.synced_home import WORKSPACE, Died, SyncedHome, moment, quick_folder
from tests.flows.synced_sources import DRIVE, HANDBOOK, WIKI

MOST_PASSES: Final = 9  # until nothing changes any more


class Trouble(NamedTuple):
    """What befalls one pass: a share of what it asks fails, `deed` is done before one of that, it dies at a failpoint."""

    seed: int = 0
    share: float = 0.0
    dies_at: int | None = None
    deed: str | None = None
    before_request: int = 0


UNTROUBLED: Final = Trouble()
PAIRS: Final = ((HANDBOOK, WIKI), (HANDBOOK, DRIVE), (WIKI, DRIVE))
TOGETHER: Final = (SOURCES, SOURCES, *PAIRS, PAIRS[1])  # which take part: in a third of all, all


@dataclass
class Known:
    """What of a source's who is who may be believed: whom each address meant since the last whole look at the groups began,
    and whether anybody's accounts or groups changed since.
    """

    been: dict[str, set[str | None]]
    is_moved: bool = False

    def sees(self, now: Mapping[str, set[str | None]]) -> None:
        self.been = {address: self.been[address] | accounts for address, accounts in now.items()}


@dataclass
class Story:
    clock: ManualClock
    parts: dict[str, Part]
    home: SyncedHome
    over_grants: list[str] = field(default_factory=list)
    mismatches: list[str] = field(default_factory=list)
    _known: dict[str, Known] = field(init=False)

    def __post_init__(self) -> None:
        self._known = {name: Known(_accounts(part)) for name, part in self.parts.items()}

    @property
    def deeds(self) -> list[str]:
        return sorted(f"{name}.{deed}" for name, part in self.parts.items() for deed in part.deeds)

    # -- what happens

    def does(self, name: str, pick: Pick) -> bool:
        """`name`: a source's and a deed's."""
        source, _, deed = name.partition(".")
        part = self.parts[source]
        done = part.does(deed, pick)
        if deed in part.of_people:
            self._known[source].is_moved = True
            self._known[source].sees(_accounts(part))
        return done

    def goes(self, source: str, loops: Collection[Loop], trouble: Trouble = UNTROUBLED) -> None:
        """A pass of these loops, which may come to nothing."""
        before, self._known[source] = self._known[source], Known(_accounts(self.parts[source]))
        whole = False
        try:
            with self._troubled([self.parts[source]], trouble):
                self.home.sync(source, *[loop for loop in Loop if loop in loops], dies_at=trouble.dies_at)
                whole = Loop.GROUPS in loops and self.home.stopped(source, Loop.GROUPS) is None
        except Died:
            self.home.starts()
        except (Retryable, AccessUnknown, Fatal, Braked):
            pass
        if not whole:
            self._known[source].sees(before.been)
            self._known[source].is_moved |= before.is_moved

    def asks(self, addresses: Sequence[str], trouble: Trouble = UNTROUBLED) -> dict[str, set[str]]:
        """What is shown to them of each source, in one place; all of it must be allowed at this moment."""
        with self._troubled(self.parts.values(), trouble):
            shown = self.home.shown(COMMON, *addresses)
        of_each = {name: _of(name, shown) for name in self.parts}
        for name, ids in of_each.items():
            for address in addresses:
                self._judges(name, ids, address, is_alone=len(addresses) == 1)
        return of_each

    def settles(self, asks: Collection[str]) -> None:
        """No faults, later, pass after pass until nothing changes: then all that is kept is compared with the oracle,
        and what is shown to those of `asks`.
        """
        self.clock.advance(3_600)
        for name, part in self.parts.items():
            self._passes(name, full=not part.is_made_ready())
            self._known[name] = Known(_accounts(part))
        for address in ADDRESSES:
            self._compare(address)
        for address in asks:
            self._compare_shown(address)
        self._compare_texts()
        if not self.home.is_whole():
            self.mismatches.append("some passage is not live, or stands twice, or has no vector, or is nobody's")
        self._compare_when_a_grant_has_ended()

    def _passes(self, source: str, *, full: bool) -> None:
        """The first may only go on where another was cut off: that nothing changes in it says nothing."""
        is_first = True
        for _ in range(MOST_PASSES):
            try:
                tally = self.home.sync(source, full=full)
            except (Braked, Retryable):  # more is gone than is believed without a word
                full = True
                continue
            full = False
            done = (tally.changed, tally.deleted, tally.access_changed, tally.layers_changed, tally.embedded)
            if not (is_first or any(done) or tally.groups_changed):
                return
            is_first = False
        self.mismatches.append(f"{source} never settles")

    # -- what is compared

    def _judges(self, name: str, shown: set[str], address: str, *, is_alone: bool) -> None:
        part, known = self.parts[name], self._known[name]
        by_what_is_known = not (is_alone and part.asks_about_one)
        if by_what_is_known and known.is_moved:
            return
        allowed = set[str]().union(*(part.showable(who, is_moved=known.is_moved) for who in known.been[address]))
        how = "1 asks" if is_alone else "2 ask"
        self.over_grants += [f"{address} was shown {name}:{one} ({how})" for one in sorted(shown - allowed)]

    def _compare(self, address: str) -> None:
        """Where no list says it, the lists may let more people look: the live check decides there."""
        kept = self.home.retrievable(address)
        for name, part in self.parts.items():
            found, right = _of(name, kept), part.readable(part.whose(address))
            sure = {one for one in found if not part.is_only_asked_about(one)}
            self.mismatches += [f"{address} finds {name}:{one}" for one in sorted(sure - right)]
            self.mismatches += [f"{address} does not find {name}:{one}" for one in sorted(right - found)]

    def _compare_when_a_grant_has_ended(self) -> None:
        """The next that does, though nobody has looked since."""
        now = self.clock.now()
        ends = [at for part in self.parts.values() for at in part.ends() if at > now]
        if ends:
            self.clock.advance(min(ends) - now)
            for address in ADDRESSES:
                self._compare(address)

    def _compare_shown(self, address: str) -> None:
        for name, shown in self.asks([address]).items():
            part = self.parts[name]
            right = part.readable(part.whose(address))
            if not part.asks_about_one:
                right = {one for one in right if not part.is_only_asked_about(one)}
            self.mismatches += [f"{address} is shown {name}:{one}" for one in sorted(shown - right)]
            self.mismatches += [f"{address} is not shown {name}:{one}" for one in sorted(right - shown)]

    def _compare_texts(self) -> None:
        """What is there says what it says at the source, and what is gone there is gone."""
        live = self.home.live()
        there = {f"{name}:{one}": text for name, part in self.parts.items() for one, text in part.there().items()}
        self.mismatches += [f"{one} is no longer there, and kept" for one in sorted(live.keys() - there.keys())]
        for one, text in live.items():
            said = there.get(one)
            if said is not None and said not in text.splitlines():
                self.mismatches.append(f"{one} says {said!r} there, and {text!r} here")

    @contextmanager
    def _troubled(self, troubled: Collection[Part], trouble: Trouble) -> Iterator[None]:
        for part in troubled:
            if trouble.share:
                part.fails(trouble.seed, trouble.share)
            if trouble.deed is not None:
                deed, die = trouble.deed, random.Random(trouble.seed)
                part.happens(trouble.before_request, lambda deed=deed, die=die: self.does(deed, die.choice))  # type: ignore[misc]
        try:
            yield
        finally:
            for part in troubled:
                part.calms()


def _accounts(part: Part) -> dict[str, set[str | None]]:
    return {address: {part.whose(address)} for address in ADDRESSES}


def _of(source: str, names: Collection[str]) -> set[str]:
    return {name.removeprefix(f"{source}:") for name in names if name.startswith(f"{source}:")}


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
    folder, clock = shelter.cleared(), ManualClock()
    with ExitStack() as opened:
        told = {part.name: part for part in _parts(World(clock=clock), clock, folder, site, opened)}
        clock.advance(86_400)  # all of that is old by now
        home = SyncedHome(
            sources=[part.source for part in told.values()],
            database=shelter.database,
            now=lambda: moment(clock.now()),
            folder=folder,
        )
        yield Story(clock, told, home)


def _parts(world: World, clock: ManualClock, folder: Path, site: Site, opened: ExitStack) -> Iterator[Part]:
    if HANDBOOK in site.sources:
        yield parts.handbook(folder / "handbook", site)
    if WIKI in site.sources:
        yield opened.enter_context(parts.wiki(world, clock, site))
    if DRIVE in site.sources:
        yield opened.enter_context(parts.shared(world, clock, site))


def wanders(ours: Story, die: random.Random, steps: int) -> int:
    """So many steps by the die, and as long as nothing is found; how many there were."""
    deeds, sources = ours.deeds, sorted(ours.parts)
    for step in range(steps):
        if ours.over_grants or ours.mismatches:
            return step
        match die.choices(("does", "goes", "asks", "settles"), weights=(60, 24, 13, 3))[0]:
            case "does":
                ours.does(die.choice(deeds), die.choice)
            case "goes":
                loops = die.sample(list(Loop), die.randint(1, len(Loop)))
                ours.goes(die.choice(sources), loops, _trouble(die, deeds))
            case "asks":
                ours.asks(die.sample(ADDRESSES, die.randint(1, 2)))
            case _:
                ours.settles([die.choice(ADDRESSES)])
    ours.settles(ADDRESSES)
    return steps


def a_site(die: random.Random) -> Site:
    return Site(
        sources=die.choice(TOGETHER),
        admin=die.random() < 0.7,
        sees_everything=die.random() < 0.7,
        most_at_once=die.choice([None, None, 3]),
        minds_labels=die.random() < 0.5,
        my_drive=die.random() < 0.7,
        is_open_without_access=die.random() < 0.3,
    )


def _trouble(die: random.Random, deeds: Sequence[str]) -> Trouble:
    return Trouble(
        seed=die.randrange(10_000),
        share=die.choice([0.0, 0.0, 0.1, 0.5]),
        dies_at=die.choice([None, die.randint(1, 20)]),
        deed=die.choice([None, die.choice(deeds)]),
        before_request=die.randint(0, 30),
    )
