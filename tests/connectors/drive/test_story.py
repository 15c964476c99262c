"""Whatever happens to a drive, once the loops have settled what is kept lets everybody find what the oracle says they may,
and nothing else; and before, nothing that is asked about live is shown that it forbids.
"""

import itertools
import random
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import httpx
import pytest

from connectors.model import Loop
from tests.connectors.drive.company import ANA, BEN, CAT, EVE, Company, a_company
from tests.connectors.drive.shared import BOSS, Shared, shared

PEOPLE = (ANA, BEN, CAT, BOSS)
SEEDS = range(6)
STEPS = 10
Deed = Callable[[], object]


class Story:
    """Deeds by chance, each on what there is at that moment; the same for one seed."""

    def __init__(self, acme: Company, seed: int) -> None:
        self.acme, self.chance, self.made = acme, random.Random(seed), 0
        self.told: list[str] = []

    def begin(self) -> None:
        other = self.acme.world.google.drive.add_drive("Legal", {BEN: "organizer", CAT: "reader"})
        self.drives = (self.acme.fin, other.id)
        for drive in self.drives:
            above = self.acme.folder("top", under=drive)
            below = self.acme.folder("below", under=above)
            for place in (drive, above, below):
                self.acme.doc("doc", under=place)
        mine = self.acme.folder("mine", owner=ANA)
        self.acme.doc("hers", under=mine)
        self.acme.doc("his", owner=BEN)

    def step(self) -> None:
        deeds: list[Deed] = [
            self._add, self._edit, self._share, self._unshare, self._link, self._limit, self._move, self._trash,
            self._untrash, self._delete, self._gen_ai, self._expire, self._member, self._group, self._suspend, self._wait,
        ]  # fmt: skip
        deed = self.chance.choice(deeds)
        self.told.append(deed.__name__)
        deed()
        self.acme.clock.advance(60)

    def _ids(self, *, folders: bool | None = None) -> list[str]:
        """But for the topmost folders."""
        files = [each for each in self.acme.drive.files.values() if each.parent_id is not None]
        return sorted(each.id for each in files if folders is None or each.is_folder is folders)

    def _one(self, *, folders: bool | None = None) -> str:
        return self.chance.choice(self._ids(folders=folders))

    def _add(self) -> None:
        self.made += 1
        self.acme.doc(f"new {self.made}", under=self._one(folders=True))

    def _edit(self) -> None:
        self.made += 1
        self.acme.drive.edit(self._one(folders=False), f"Edited {self.made}.")

    def _share(self) -> None:
        who = self.chance.choice([ANA, CAT, EVE, "money@acme.test", "acme.test"])
        self.acme.drive.share(self._one(), who)

    def _unshare(self) -> None:
        file = self.acme.drive.file(self._one())
        if file.grants:
            kind, name = self.chance.choice(file.grants).principal
            self.acme.drive.unshare(file.id, {"anyone": None}.get(kind, name))

    def _link(self) -> None:
        self.acme.drive.share(self._one(), discoverable=self.chance.random() < 0.3)

    def _limit(self) -> None:
        self.acme.drive.limit(self._one(folders=True), self.chance.random() < 0.6)

    def _move(self) -> None:
        id_, to = self._one(), self.chance.choice([*self._ids(folders=True), *self.drives])
        if to not in {each.id for each in self.acme.drive.below(self.acme.drive.file(id_))}:
            self.acme.drive.move(id_, to)

    def _trash(self) -> None:
        self.acme.drive.trash(self._one())

    def _untrash(self) -> None:
        for file in list(self.acme.drive.files.values()):
            if file.trashed:
                self.acme.drive.untrash(file.id)

    def _delete(self) -> None:
        if len(self._ids()) > 8:
            self.acme.drive.delete(self._one())

    def _gen_ai(self) -> None:
        self.acme.drive.set_gen_ai(self._one(folders=False), self.chance.random() < 0.5)

    def _expire(self) -> None:
        self.acme.drive.share(self._one(), CAT, expires=self.acme.clock.now() + 90)

    def _member(self) -> None:
        drive, who = self.chance.choice(self.drives), self.chance.choice([ANA, CAT, "money@acme.test"])
        if self.chance.random() < 0.5:
            self.acme.drive.set_member(drive, who, "reader")
        else:
            self.acme.drive.remove_member(drive, who)

    def _group(self) -> None:
        if self.chance.random() < 0.5:
            self.acme.directory.add_members("money@acme.test", CAT)
        else:
            self.acme.directory.remove_members("money@acme.test", CAT)

    def _suspend(self) -> None:
        who = self.acme.directory.user(CAT)
        (self.acme.directory.unsuspend if who.suspended else self.acme.directory.suspend)(CAT)

    def _wait(self) -> None:
        self.acme.clock.advance(120)


def cut_off(found: Shared, story: Story) -> None:
    """A process that dies between two batches, in any loop, while things go on."""
    loop = story.chance.choice([Loop.STRUCTURE, Loop.ACCESS, Loop.CONTENT])
    batches = found.connector.changes(loop, found.memory, found.memory.cursors.get(loop), full=False)
    for batch in itertools.islice(batches, story.chance.randrange(6)):
        found.memory.take(loop, batch)
    story.step()


def in_scope(found: Shared, story: Story, ids: set[str], *, my_drive: bool) -> set[str]:
    """Where the settings of this test look: in the drives, and in the Drives of those who are active."""
    files = found.world.google.drive.files
    users = found.world.google.directory.users

    def is_read(id_: str) -> bool:
        file = files[id_]
        if file.drive_id is not None:
            return file.drive_id in story.drives
        owner = users[file.owner_id or ""]
        return my_drive and owner.active and not owner.external

    return {id_ for id_ in ids if is_read(id_)}


@pytest.fixture
def acme() -> Company:
    return a_company()


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    with ExitStack() as found:
        yield found


@pytest.mark.parametrize("seed", SEEDS)
def test_what_is_kept_settles_to_what_the_oracle_says(
    acme: Company, client: httpx.Client, stack: ExitStack, seed: int
) -> None:
    story = Story(acme, seed)
    story.begin()
    drives = ",".join(story.drives)
    found = stack.enter_context(
        shared(acme.world, acme.clock, client=client, drives=drives, my_drive=True, most_gone_percent=100)
    )
    found.sync()
    if seed % 2:
        found.google.faults.seed(seed, share=0.05)
    for _ in range(STEPS):
        for _ in range(story.chance.randrange(1, 4)):
            story.step()
        if seed % 2:
            cut_off(found, story)
        found.run(Loop.CONTENT)
        for address in PEOPLE:
            shown = found.may(address, *(found.findable(address)))
            allowed = found.google.oracle.findable(address)
            assert shown <= allowed, f"{address} is shown {shown - allowed}"
            sure = {id_ for id_ in found.findable(address) if not found.is_unsure(id_)}
            expected = in_scope(found, story, allowed, my_drive=True)
            assert sure == expected, f"{address}: {story.told} too many {sure - expected} too few {expected - sure}"
    found.sync()
    for address in PEOPLE:
        expected = in_scope(found, story, found.google.oracle.findable(address), my_drive=True)
        assert found.findable(address) == expected, address
    texts = {one.document.id: one.document.text for one in found.memory.documents.values() if one.access}
    exported = {f"file:{id_}": file.exports for id_, file in acme.drive.files.items()}
    assert all(exported[id_]["text/markdown"].decode() == text for id_, text in texts.items())
