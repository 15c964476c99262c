"""Who may read which file of Drive, from the world's state alone, by any of their addresses.

    A person may open a file iff a permission that holds now names them, on the file or on what it lies in up to the
    first limited folder; or they own it; or are a member of its shared drive, above a limited folder an organizer.

Naive on purpose: it is what everything else is measured against. It must never learn from how the product decides,
nor from what the API lists.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from bot.playground.google.nouns import EVERYBODY, NO_DOCUMENT, RANK, File, Grant, Principal, Role, User

if TYPE_CHECKING:
    from bot.playground.world import World


class Oracle:
    def __init__(self, world: "World") -> None:
        self.world = world

    # -- what an answer may draw on

    def findable(self, address: str) -> set[str]:
        """Everything that any answer to this person may draw on now."""
        with self.world.lock:
            return {
                file.id
                for file in self.world.google.drive.files.values()
                if file.mime_type not in NO_DOCUMENT and self.may_find(address, file.id)
            }

    def may_find(self, address: str, file_id: str) -> bool:
        """They may open it though nobody gave them a link, it is not in the trash, and assistants may use it.

        Who is only asked whether they want to own it has not said yes.
        """
        with self.world.lock:
            user, file = self._user(address), self.world.google.drive.files.get(file_id)
            if user is None or file is None or not file.gen_ai or self._is_trashed(file):
                return False
            return any(not (grant.by_link or grant.pending_owner) for grant in self._opening(user, file))

    # -- what Drive itself shows

    def openable(self, address: str) -> set[str]:
        with self.world.lock:
            files = self.world.google.drive.files.values()
            return {file.id for file in files if self.may_open(address, file.id)}

    def may_open(self, address: str, file_id: str) -> bool:
        """In the trash or not, with a link or without."""
        return self.role(address, file_id) is not None

    def role(self, address: str, file_id: str, *, by_link: bool = True) -> Role | None:
        """The highest that they have of it."""
        with self.world.lock:
            user, file = self._user(address), self.world.google.drive.files.get(file_id)
            if user is None or file is None:
                return None
            roles = [grant.role for grant in self._opening(user, file) if by_link or not grant.by_link]
            return max(roles, key=RANK.index, default=None)

    def may_see_name(self, address: str, file_id: str) -> bool:
        """Of a limited folder also whoever might open it if it were not limited."""
        if self.may_open(address, file_id):
            return True
        with self.world.lock:
            user, file = self._user(address), self.world.google.drive.files.get(file_id)
            if user is None or file is None or not file.limited or file.parent_id is None:
                return False
            above = self.world.google.drive.files[file.parent_id]
            return any(not grant.by_link for grant in self._opening(user, above))

    def drive_role(self, address: str, drive_id: str) -> Role | None:
        """As a member of a shared drive."""
        with self.world.lock:
            user, drive = self._user(address), self.world.google.drive.drives.get(drive_id)
            if user is None or drive is None:
                return None
            roles = [grant.role for grant in drive.members if self._names(grant, user)]
            return max(roles, key=RANK.index, default=None)

    def groups_of(self, user: User) -> set[str]:
        """Ids, with those that one is in through another group."""
        found: set[str] = set()
        groups = self.world.google.directory.groups
        inside = {user.id} | (set() if user.external else {EVERYBODY})
        waiting = [group for group in groups.values() if inside & set(group.members)]
        while waiting:
            group = waiting.pop()
            if group.id not in found:
                found.add(group.id)
                waiting += [each for each in groups.values() if group.id in each.members]
        return found

    # -- within

    def _user(self, address: str) -> User | None:
        user = self.world.google.directory.find_user(address)
        return user if user is not None and user.active else None

    def _opening(self, user: User, file: File) -> Iterator[Grant]:
        """Every permission by which this person is let in."""
        limited = False
        at: File | None = file
        while at is not None and not limited:
            yield from (each for each in at.grants if self._names(each, user))
            if at.owner_id == user.id:
                yield Grant(("user", user.id), "owner" if at is file else "writer")
            limited = at.limited
            at = self.world.google.drive.files[at.parent_id] if at.parent_id else None
        drive = self.world.google.drive.drives.get(file.drive_id or "")
        for each in drive.members if drive else ():
            if self._names(each, user) and (not limited or each.role == "organizer"):
                yield each

    def _names(self, grant: Grant, user: User) -> bool:
        """It holds now, is of the file itself, and this is who it means."""
        return grant.live(self.world.clock.now()) and not grant.view and self._is(user, grant.principal)

    def _is(self, user: User, principal: Principal) -> bool:
        match principal:
            case "user", name:
                return name == user.id
            case "group", name:
                return name in self.groups_of(user)
            case "domain", name:
                return not user.external and name == self.world.google.name
            case _:
                return True

    def _is_trashed(self, file: File) -> bool:
        at: File | None = file
        while at is not None:
            if at.trashed:
                return True
            at = self.world.google.drive.files[at.parent_id] if at.parent_id else None
        return False
