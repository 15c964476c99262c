"""What people do to a Drive and to each other's rights there, and what follows from it."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from bot.playground.google.directory import Directory
from bot.playground.google.drive import Drive as TheirDrive
from bot.playground.google.nouns import MARKDOWN, NO_DOCUMENT, Role, User
from bot.playground.google.oracle import Oracle
from bot.playground.slack.clock import ManualClock
from bot.playground.world import World
from tests.flows.deeds import COMMON, Pick

ANA, BEN, CY, DEE = "ana@acme.test", "ben@acme.test", "cy@acme.test", "dee@acme.test"
EVE: Final = "eve@other.test"  # of another company
BOSS: Final = "boss@acme.test"
MONEY, BOARD = "money@acme.test", "board@acme.test"
GROUPS: Final = (MONEY, BOARD)
READ: Final = "/Read"  # whose own Drives are read
MOST: Final = 12  # files and folders, so that a story stays small
COMES_AND_GOES: Final = (CY, DEE)  # but for the organizer, without whom nobody can be asked about a drive
ALIAS: Final = "eve@acme.test"  # now one's, now another's


@dataclass
class Drive:
    """`written` counts the texts, so that each is another. `allowed` are the shared drives that are read."""

    world: World
    clock: ManualClock
    allowed: tuple[str, ...] = ()
    written: int = 0

    @property
    def files(self) -> TheirDrive:
        return self.world.google.drive

    @property
    def directory(self) -> Directory:
        return self.world.google.directory

    def text(self) -> str:
        self.written += 1
        return f"{COMMON} drive{self.written}"

    # -- of what there is something to do

    def ids(self, *, folders: bool | None = None) -> list[str]:
        """But for the topmost folders."""
        files = [each for each in self.files.files.values() if each.parent_id is not None]
        return sorted(each.id for each in files if folders is None or each.is_folder is folders)

    def drives(self) -> list[str]:
        return sorted(self.files.drives)

    def places(self) -> list[str]:
        """But for people's own topmost folders."""
        return [*self.ids(folders=True), *self.drives()]

    def users(self) -> list[User]:
        return [each for each in self.directory.users.values() if not each.program and not each.external]


def a_drive(world: World, clock: ManualClock) -> Drive:
    """Two shared drives that are read and one that is not, people's own Drives, a group in a group, a limited folder."""
    ours = Drive(world, clock)
    directory, files = ours.directory, ours.files
    directory.add_user(BOSS, admin=True)
    for address, unit in ((ANA, READ), (BEN, "/"), (CY, READ), (DEE, "/"), (EVE, "/")):
        directory.add_user(address, org_unit=unit)
    directory.add_group(MONEY, members=[ANA])
    directory.add_group(BOARD, members=[MONEY])
    members: dict[str, Role] = {BEN: "organizer", BOARD: "reader"}
    finance, legal = files.add_drive("Finance", members), files.add_drive("Legal", {BEN: "organizer", CY: "reader"})
    files.add_drive("Elsewhere", members)
    ours.allowed = (finance.id, legal.id)
    top = files.add_folder("Top", parent=finance.id)
    shut = files.add_folder("Shut", parent=top.id)
    files.add_doc("Plan", ours.text(), parent=top.id)
    files.add_doc("Pay", ours.text(), parent=shut.id)
    files.limit(shut.id)
    files.add_doc("Contract", ours.text(), parent=legal.id)
    mine = files.add_folder("Mine", owner=ANA)
    files.add_doc("Hers", ours.text(), parent=mine.id)
    files.add_doc("His", ours.text(), owner=CY)
    return ours


Deed = Callable[[Drive, Pick], bool]
"""Whether there was anything to do."""


# -- what is written


def adds(ours: Drive, pick: Pick) -> bool:
    if len(ours.ids()) >= MOST:
        return False
    ours.files.add_doc(f"Doc {ours.written}", ours.text(), parent=pick(ours.places()))
    return True


def adds_folder(ours: Drive, pick: Pick) -> bool:
    if len(ours.ids()) >= MOST:
        return False
    ours.files.add_folder(f"Folder {ours.written}", parent=pick(ours.places()))
    ours.written += 1
    return True


def edits(ours: Drive, pick: Pick) -> bool:
    if not ours.ids(folders=False):
        return False
    ours.files.edit(pick(ours.ids(folders=False)), ours.text())
    return True


def renames(ours: Drive, pick: Pick) -> bool:
    if not ours.ids():
        return False
    ours.files.rename(pick(ours.ids()), f"Named {ours.written}")
    ours.written += 1
    return True


# -- where it lies, and whether it is there


def moves(ours: Drive, pick: Pick) -> bool:
    if not ours.ids():
        return False
    id_ = pick(ours.ids())
    below = {each.id for each in ours.files.below(ours.files.file(id_))}
    ours.files.move(id_, pick([each for each in ours.places() if each not in below]))
    return True


def trashes(ours: Drive, pick: Pick) -> bool:
    if not ours.ids():
        return False
    ours.files.trash(pick(ours.ids()))
    return True


def restores(ours: Drive, pick: Pick) -> bool:
    found = [each.id for each in ours.files.files.values() if each.trashed]
    if not found:
        return False
    ours.files.untrash(pick(found))
    return True


def deletes(ours: Drive, pick: Pick) -> bool:
    if not ours.ids():
        return False
    ours.files.delete(pick(ours.ids()))
    return True


# -- who may read it


def shares(ours: Drive, pick: Pick) -> bool:
    """Maybe for a while only."""
    if not ours.ids():
        return False
    whom = pick([ANA, CY, DEE, EVE, MONEY, BOARD, "acme.test", "other.test"])
    expires = pick([None, None, ours.clock.now() + 200, ours.clock.now() + 3_000])
    ours.files.share(pick(ours.ids()), whom, expires=expires)
    return True


def shares_by_link(ours: Drive, pick: Pick) -> bool:
    """Or so that everybody finds it."""
    if not ours.ids():
        return False
    ours.files.share(pick(ours.ids()), pick([None, "acme.test"]), discoverable=pick([False, False, True]))
    return True


def shares_what_lets_nobody_read(ours: Drive, pick: Pick) -> bool:
    """Only how it is published; or what they are asked whether they want to own."""
    if not ours.ids():
        return False
    id_ = pick(ours.ids())
    is_owned = ours.files.file(id_).owner_id is not None
    view, pending = pick([("published", False), ("", True)] if is_owned else [("published", False)])
    ours.files.share(id_, pick([ANA, CY, DEE]), view=view, pending_owner=pending)
    return True


def unshares(ours: Drive, pick: Pick) -> bool:
    found = [(id_, each.principal) for id_ in ours.ids() for each in ours.files.file(id_).grants]
    if not found:
        return False
    id_, (kind, name) = pick(found)
    if kind == "group" and ours.directory.groups[name].deleted:
        return False
    ours.files.unshare(id_, None if kind == "anyone" else name)
    return True


def limits(ours: Drive, pick: Pick) -> bool:
    if not ours.ids(folders=True):
        return False
    folder = ours.files.file(pick(ours.ids(folders=True)))
    ours.files.limit(folder.id, not folder.limited)
    return True


def keeps_from_assistants(ours: Drive, pick: Pick) -> bool:
    if not ours.ids(folders=False):
        return False
    file = ours.files.file(pick(ours.ids(folders=False)))
    ours.files.set_gen_ai(file.id, not file.gen_ai)
    return True


def takes_or_leaves_member(ours: Drive, pick: Pick) -> bool:
    drive, who = pick(ours.drives()), pick([ANA, CY, DEE, MONEY, BOARD])
    principal = ours.files.principal(who)
    if any(each.principal == principal for each in ours.files.drive(drive).members):
        ours.files.remove_member(drive, who)
    else:
        ours.files.set_member(drive, who, pick(["reader", "writer"]))
    return True


def gives_away(ours: Drive, pick: Pick) -> bool:
    """To another owner."""
    found = [id_ for id_ in ours.ids() if ours.files.file(id_).owner_id is not None]
    if not found:
        return False
    ours.files.transfer(pick(found), pick([ANA, BEN, CY]))
    return True


def time_passes(ours: Drive, pick: Pick) -> bool:
    ours.clock.advance(pick([1.0, 240.0, 3_600.0]))
    return True


# -- who is who


def joins_or_leaves(ours: Drive, pick: Pick) -> bool:
    """A group may be in the other, and that in it."""
    group, who = pick(GROUPS), pick([ANA, CY, DEE, EVE, *GROUPS])
    if who == group:
        return False
    is_in = ours.directory.member_id(who) in ours.directory.group(group).members
    (ours.directory.remove_members if is_in else ours.directory.add_members)(group, who)
    return True


def comes_or_goes(ours: Drive, pick: Pick) -> bool:
    who = pick(COMES_AND_GOES)
    user = ours.directory.user(who)
    (ours.directory.unsuspend if user.suspended else ours.directory.suspend)(who)
    return True


def takes_alias(ours: Drive, pick: Pick) -> bool:
    """Whoever had it has it no longer."""
    had = ours.directory.find_user(ALIAS)
    if had is not None:
        ours.directory.remove_alias(had.id, ALIAS)
    ours.directory.add_alias(pick([ANA, CY, DEE]), ALIAS)
    return True


def _named(deeds: Iterable[Deed]) -> Mapping[str, Deed]:
    return {deed.__name__: deed for deed in deeds}


OF_CONTENT: Final = _named(
    (
        adds, adds_folder, edits, renames, moves, trashes, restores, deletes, shares, shares_by_link,
        shares_what_lets_nobody_read, unshares, limits, keeps_from_assistants, takes_or_leaves_member, gives_away,
        time_passes,
    )
)  # fmt: skip
OF_PEOPLE: Final = _named((joins_or_leaves, comes_or_goes, takes_alias))
DEEDS: Final = {**OF_CONTENT, **OF_PEOPLE}


# -- what follows from it, without asking the assistant


@dataclass(frozen=True)
class Truth:
    """What each may be shown: as the oracle says, and within what the source was allowed."""

    ours: Drive
    my_drive: bool

    def account(self, address: str) -> str | None:
        user = self.ours.directory.find_user(address)
        return user.id if user is not None and user.active and not user.external else None

    def readable(self, account: str | None) -> set[str]:
        return set() if account is None else Oracle(self.ours.world).findable(account) & self.there().keys()

    def openable(self, account: str | None) -> set[str]:
        """By a link, too."""
        return set() if account is None else Oracle(self.ours.world).openable(account) & self.there().keys()

    def there(self) -> dict[str, str]:
        """What lies where we read, with its text."""
        files = self.ours.files
        return {
            file.id: file.exports[MARKDOWN].decode()
            for file in files.files.values()
            if file.mime_type not in NO_DOCUMENT and not files.is_trashed(file)
            if (file.drive_id in self.ours.allowed if file.drive_id else self._is_read(file.owner_id))
        }

    def is_withheld(self, file_id: str) -> bool:
        return not self.ours.files.file(file_id).gen_ai

    def _is_read(self, owner: str | None) -> bool:
        user = self.ours.directory.users.get(owner or "")
        return self.my_drive and user is not None and user.active and user.org_unit == READ
