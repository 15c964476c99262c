"""May this person, or everyone in this audience, read what carries this access list? Missing knowledge means no."""

from collections.abc import Collection, Hashable, Mapping
from datetime import datetime, timedelta
from typing import TypeVar

from policies.people import Audience, Noun, Person, Principal

ListId = TypeVar("ListId", bound=Hashable)


class Grant(Noun):
    """One principal may read, for ever or until a moment that is itself excluded."""

    principal: Principal
    valid_until: datetime | None = None

    def holds(self, now: datetime) -> bool:
        return self.valid_until is None or now < self.valid_until


class Layer(Noun):
    """Any one of these grants opens this layer. No grants: the layer stays shut.

    `unsure`: its source does not say for whom it is open. Whoever holds a grant may be asked about at the source, each
    time, and has to be.
    """

    grants: frozenset[Grant] = frozenset()
    unsure: bool = False


class AccessList(Noun):
    """Every layer must open. No layers at all is missing knowledge, hence nobody; public is a grant to `anyone`."""

    layers: tuple[Layer, ...] = ()

    @property
    def unsure(self) -> bool:
        return any(layer.unsure for layer in self.layers)


NOBODY = AccessList()


def may_read(person: Person, access: AccessList, now: datetime) -> bool:
    return bool(access.layers) and all(
        any(grant.principal in person.principals and grant.holds(now) for grant in layer.grants)
        for layer in access.layers
    )


def all_may_read(audience: Audience, access: AccessList, now: datetime) -> bool:
    """An audience that is empty or not completely known reads nothing."""
    return audience.complete and bool(audience.people) and all(may_read(p, access, now) for p in audience.people)


def readable_lists(audience: Audience, lists: Mapping[ListId, AccessList], now: datetime) -> frozenset[ListId]:
    """The lists that everyone in the audience may read: `all_may_read` for many lists and people at once.

    Each principal's holders are one bit set; a layer is the OR of its grants' sets, a list the AND of its layers.
    """
    everyone = (1 << len(audience.people)) - 1
    if not audience.complete or everyone == 0:
        return frozenset()
    holders: dict[Principal, int] = {}
    for bit, person in enumerate(audience.people):
        for held in person.principals:
            holders[held] = holders.get(held, 0) | 1 << bit
    return frozenset(key for key, access in lists.items() if _readers(access, holders, everyone, now) == everyone)


def _readers(access: AccessList, holders: Mapping[Principal, int], everyone: int, now: datetime) -> int:
    readers = everyone if access.layers else 0
    for layer in access.layers:
        opened = 0
        for grant in layer.grants:
            if grant.holds(now):
                opened |= holders.get(grant.principal, 0)
        readers &= opened
    return readers


def next_expiry(lists: Mapping[ListId, AccessList], now: datetime) -> datetime | None:
    """When what was just evaluated stops being true on its own, however still everything else stands."""
    ends = (
        grant.valid_until
        for access in lists.values()
        for layer in access.layers
        for grant in layer.grants
        if grant.valid_until is not None and now < grant.valid_until
    )
    return min(ends, default=None)


def is_current(read_at: datetime | None, now: datetime, max_age: timedelta) -> bool:
    """Whether access that was read at its source then may still be believed now. Never read, or in the future: no."""
    return read_at is not None and timedelta(0) <= now - read_at < max_age


def oldest(moments: Collection[datetime | None]) -> datetime | None:
    """What is made of several is as old as the oldest of them; if one was never read, so is all of it."""
    known = [moment for moment in moments if moment is not None]
    return min(known) if moments and len(known) == len(moments) else None
