"""The people of a Google domain and their groups: who there is, under which addresses, and in what. Not what they may read."""

from collections.abc import Iterable
from hashlib import sha256
from itertools import count
from typing import TYPE_CHECKING, Final

from bot.playground.google.nouns import EVERYBODY, Group, User

if TYPE_CHECKING:
    from bot.playground.world import World

CUSTOMER: Final = "C0emulated"
FIRST_USER: Final = 100_000_000_000_000_000_001


class Directory:
    """People and groups are named by any of their addresses, or by id. Whatever makes something returns it."""

    def __init__(self, world: "World", domain: str) -> None:
        self.world = world
        self.domain = domain
        self.users: dict[str, User] = {}
        self.groups: dict[str, Group] = {}
        self.org_units: set[str] = {"/"}
        self._ids = count(FIRST_USER)

    # -- people

    def add_user(
        self,
        email: str,
        *,
        name: str | None = None,
        aliases: Iterable[str] = (),
        org_unit: str = "/",
        admin: bool = False,
        program: bool = False,
    ) -> User:
        """Of the domain, or of another if the address is."""
        with self.world.lock:
            for address in (email, *aliases):
                self._must_be_free(address)
            external = email.partition("@")[2] != self.domain
            user = User(
                id=str(next(self._ids)),
                email=email,
                name=name or self._name_of(email),
                aliases=list(aliases),
                org_unit=org_unit,
                admin=admin,
                external=external or program,
                program=program,
            )
            self.users[user.id] = user
            self._add_org_unit(org_unit)
            self.world.google.drive.give_root(user)
            self.world.changed()
            return user

    def user(self, ref: str) -> User:
        with self.world.lock:
            found = self.find_user(ref)
        if found is None:
            raise LookupError(f"no user {ref!r}")
        return found

    def find_user(self, ref: str) -> User | None:
        """Somebody who was deleted is found by id only."""
        if ref in self.users:
            return self.users[ref]
        wanted = ref.lower()
        return next(
            (
                user
                for user in self.users.values()
                if not user.deleted and wanted in _addresses(user.email, user.aliases)
            ),
            None,
        )

    def suspend(self, who: str) -> None:
        with self.world.lock:
            self.user(who).suspended = True
            self.world.changed()

    def unsuspend(self, who: str) -> None:
        with self.world.lock:
            self.user(who).suspended = False
            self.world.changed()

    def delete_user(self, who: str) -> None:
        """What named them goes on naming them, and lets nobody in by it."""
        with self.world.lock:
            user = self.user(who)
            user.deleted = True
            for group in self.groups.values():
                group.members.pop(user.id, None)
            self.world.changed()

    def rename_user(self, who: str, email: str) -> None:
        """The address of before becomes an alias, as at Google's."""
        with self.world.lock:
            user = self.user(who)
            if email.lower() not in _addresses(user.email, user.aliases):
                self._must_be_free(email)
            user.aliases = [each for each in (*user.aliases, user.email) if each != email]
            user.email = email
            self.world.changed()

    def add_alias(self, who: str, alias: str) -> None:
        with self.world.lock:
            self._must_be_free(alias)
            self.user(who).aliases.append(alias)
            self.world.changed()

    def remove_alias(self, who: str, alias: str) -> None:
        with self.world.lock:
            self.user(who).aliases.remove(alias)
            self.world.changed()

    def set_org_unit(self, who: str, org_unit: str) -> None:
        with self.world.lock:
            self.user(who).org_unit = org_unit
            self._add_org_unit(org_unit)
            self.world.changed(rights=False)

    # -- groups

    def add_group(self, email: str, *, name: str | None = None, members: Iterable[str] = ()) -> Group:
        with self.world.lock:
            self._must_be_free(email)
            made = sha256(f"group {len(self.groups)} {email}".encode()).hexdigest()
            group = Group(id=f"0{made[:14]}", email=email, name=name or email.partition("@")[0])
            self.groups[group.id] = group
            self.add_members(group.id, *members)
            self.world.changed()
            return group

    def group(self, ref: str) -> Group:
        with self.world.lock:
            found = self.find_group(ref)
        if found is None:
            raise LookupError(f"no group {ref!r}")
        return found

    def find_group(self, ref: str) -> Group | None:
        if ref in self.groups:
            return self.groups[ref]
        wanted = ref.lower()
        return next(
            (
                each
                for each in self.groups.values()
                if not each.deleted and wanted in _addresses(each.email, each.aliases)
            ),
            None,
        )

    def rename_group(self, ref: str, email: str) -> None:
        """Its id stays."""
        with self.world.lock:
            self._must_be_free(email)
            self.group(ref).email = email
            self.world.changed()

    def delete_group(self, ref: str) -> None:
        with self.world.lock:
            group = self.group(ref)
            group.deleted = True
            group.members.clear()
            for other in self.groups.values():
                other.members.pop(group.id, None)
            self.world.changed()

    def add_members(self, ref: str, *who: str, role: str = "MEMBER") -> None:
        """Users, groups, `EVERYBODY`; an address that nobody has yet is somebody of another company."""
        with self.world.lock:
            group = self.group(ref)
            for each in who:
                group.members[self.member_id(each)] = role
            self.world.changed()

    def remove_members(self, ref: str, *who: str) -> None:
        with self.world.lock:
            group = self.group(ref)
            for each in who:
                group.members.pop(self.member_id(each), None)
            self.world.changed()

    def member_id(self, ref: str) -> str:
        if ref == EVERYBODY:
            return EVERYBODY
        found = self.find_user(ref) or self.find_group(ref)
        return found.id if found else self.stranger(ref).id

    def stranger(self, email: str) -> User:
        """Somebody of another company; our own people are added by name."""
        if "@" not in email or email.partition("@")[2] == self.domain:
            raise LookupError(f"nobody {email!r}")
        return self.add_user(email)

    # -- within

    def _must_be_free(self, address: str) -> None:
        if self.find_user(address) or self.find_group(address):
            raise ValueError(f"there is an address {address!r} already")

    def _name_of(self, email: str) -> str:
        person = next((each for each in self.world.people.values() if each.email == email), None)
        return person.name if person else email.partition("@")[0].replace(".", " ").title()

    def _add_org_unit(self, path: str) -> None:
        parts = path.strip("/").split("/")
        self.org_units.update("/" + "/".join(parts[:end]) for end in range(len(parts) + 1))


def _addresses(email: str, aliases: Iterable[str]) -> set[str]:
    return {each.lower() for each in (email, *aliases)}
