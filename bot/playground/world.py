"""One company: who works in it, in which groups, what its Confluence, its Google and its Jira hold, and what time it is there.

It holds state and changes it; it must never speak HTTP, and never say who may read what: that is the oracle's.
"""

import uuid
from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from threading import RLock
from typing import Final, Literal

from bot.playground.confluence.site import ConfluenceSite
from bot.playground.google.domain import GoogleDomain
from bot.playground.jira.site import JiraSite
from bot.playground.slack.clock import Clock, WallClock

Standing = Literal["licensed", "collaborator", "guest"]  # only the first is one of ALL_LICENSED_USERS
AccountStatus = Literal["active", "inactive", "closed"]

LICENSED: Final = "confluence-users"  # what Confluence puts people into by itself
GUESTS: Final = "confluence-guests"


@dataclass
class Person:
    account_id: str
    name: str
    email: str
    email_shown: bool = True  # False: the site tells an empty string
    standing: Standing = "licensed"
    status: AccountStatus = "active"
    admin: bool = False  # may administer Confluence, which lets nobody read a page
    app: bool = False  # an account that a program uses

    @property
    def active(self) -> bool:
        return self.status == "active"


@dataclass
class Group:
    id: str
    name: str


class World:
    """One lock guards everything, so that a change is never half seen."""

    def __init__(self, *, clock: Clock | None = None, name: str = "Acme", domain: str = "acme.test") -> None:
        self.clock: Clock = clock or WallClock()
        self.name = name
        self.lock = RLock()
        self.people: dict[str, Person] = {}
        self.groups: dict[str, Group] = {}
        self.generation = 0  # moves with every change
        self.rights = 0  # moves with every change by which somebody may read more or less of what there was
        self._members: dict[str, set[str]] = {}
        self._groups_of: defaultdict[str, set[str]] = defaultdict(set)
        self.confluence = ConfluenceSite(self)
        self.google = GoogleDomain(self, domain)
        self.jira = JiraSite(self)
        self.add_group(LICENSED)
        self.add_group(GUESTS)

    def changed(self, *, rights: bool = True) -> None:
        self.generation += 1
        self.rights += rights

    # -- people

    def add_person(
        self,
        name: str,
        *,
        email: str = "",
        account_id: str | None = None,
        email_shown: bool = True,
        standing: Standing = "licensed",
        admin: bool = False,
        app: bool = False,
        groups: Iterable[str] = (),
    ) -> Person:
        """Two people may have one address, as happens in real companies."""
        with self.lock:
            person = Person(
                account_id=account_id or f"712020:{_uuid('person', len(self.people), name)}",
                name=name,
                email=email,
                email_shown=email_shown,
                standing=standing,
                admin=admin,
                app=app,
            )
            if person.account_id in self.people:
                raise ValueError(f"there is an account {person.account_id!r} already")
            self.people[person.account_id] = person
            self.add_members(LICENSED if standing == "licensed" else GUESTS, person.account_id)
            for group in groups:
                self.add_members(group, person.account_id)
            self.changed()
            return person

    def person(self, ref: str) -> Person:
        """By account, or by address if only one has it."""
        with self.lock:
            if ref in self.people:
                return self.people[ref]
            found = [each for each in self.people.values() if each.email == ref]
        if len(found) != 1:
            raise LookupError(f"no one person {ref!r}")
        return found[0]

    def deactivate(self, who: str, *, closed: bool = False) -> None:
        """The groups keep them, as at Atlassian's. Closed: their name and address are gone, too."""
        with self.lock:
            self.person(who).status = "closed" if closed else "inactive"
            self.changed()

    def activate(self, who: str) -> None:
        with self.lock:
            self.person(who).status = "active"
            self.changed()

    def set_standing(self, who: str, standing: Standing) -> None:
        with self.lock:
            person = self.person(who)
            person.standing = standing
            self.remove_members(GUESTS if standing == "licensed" else LICENSED, person.account_id)
            self.add_members(LICENSED if standing == "licensed" else GUESTS, person.account_id)

    def set_email(self, who: str, email: str | None = None, *, shown: bool | None = None) -> None:
        with self.lock:
            person = self.person(who)
            person.email = person.email if email is None else email
            person.email_shown = person.email_shown if shown is None else shown
            self.changed()

    # -- groups

    def add_group(self, name: str, *, id: str | None = None, members: Iterable[str] = ()) -> Group:  # noqa: A002 - as they call it
        with self.lock:
            if any(group.name == name for group in self.groups.values()):
                raise ValueError(f"there is a group {name!r} already")
            if id in self.groups:
                raise ValueError(f"there is a group of the id {id!r} already")
            group = Group(id=id or _uuid("group", len(self.groups), name), name=name)
            self.groups[group.id] = group
            self._members[group.id] = set()
            self.add_members(group.id, *members)
            self.changed()
            return group

    def group(self, ref: str) -> Group:
        """By id, or by its name of today."""
        with self.lock:
            found = self.groups.get(ref) or next((g for g in self.groups.values() if g.name == ref), None)
        if found is None:
            raise LookupError(f"no group {ref!r}")
        return found

    def rename_group(self, ref: str, name: str) -> None:
        with self.lock:
            self.group(ref).name = name
            self.changed()

    def delete_group(self, ref: str) -> None:
        """What named it goes on naming it, and lets nobody in by it."""
        with self.lock:
            group = self.group(ref)
            for account_id in self._members.pop(group.id):
                self._groups_of[account_id].discard(group.id)
            del self.groups[group.id]
            self.changed()

    def add_members(self, ref: str, *who: str) -> None:
        with self.lock:
            group = self.group(ref)
            for each in who:
                account_id = self.person(each).account_id
                self._members[group.id].add(account_id)
                self._groups_of[account_id].add(group.id)
            self.changed()

    def remove_members(self, ref: str, *who: str) -> None:
        with self.lock:
            group = self.group(ref)
            for each in who:
                account_id = self.person(each).account_id
                self._members[group.id].discard(account_id)
                self._groups_of[account_id].discard(group.id)
            self.changed()

    def members_of(self, ref: str) -> list[str]:
        """Accounts, in an order that does not change by itself."""
        with self.lock:
            return sorted(self._members[self.group(ref).id])

    def groups_of(self, account_id: str) -> Collection[str]:
        """Ids."""
        return self._groups_of.get(account_id, frozenset())


def _uuid(*parts: object) -> str:
    """The same in every run, so that a failure can be run again."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, "/".join(map(str, parts))))
