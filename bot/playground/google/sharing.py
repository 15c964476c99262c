"""Which permissions Drive lists of a file: its own and those it inherits, one for each principal. Not who somebody is."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.playground.google.nouns import RANK, File, Grant, Principal, Role

if TYPE_CHECKING:
    from bot.playground.world import World


@dataclass(frozen=True)
class Detail:
    """Where one comes from: None is the file itself."""

    grant: Grant
    inherited_from: str | None = None
    member: bool = False  # of the shared drive


@dataclass(frozen=True)
class Permission:
    principal: Principal
    role: Role
    details: tuple[Detail, ...]
    expires: float | None = None
    discoverable: bool = True
    pending_owner: bool = False
    view: str = ""


def permissions(world: "World", file: File) -> list[Permission]:
    """As they hold now, the owner first."""
    now = world.clock.now()
    found: defaultdict[tuple[Principal, str], list[Detail]] = defaultdict(list)
    for detail in _details(world, file):
        if detail.grant.live(now):
            found[detail.grant.principal, detail.grant.view].append(detail)
    opening = {principal for principal, view in found if not view}
    whole = [
        _permission(principal, view, details)
        for (principal, view), details in found.items()
        if view != "metadata" or principal not in opening
    ]
    return sorted(whole, key=lambda each: -RANK.index(each.role))


def _details(world: "World", file: File) -> Iterator[Detail]:
    """From the file up. Whom a limited folder cuts off, but no folder above it, it shows as seeing its name."""
    cuts = 0
    for at in world.google.drive.chain(file):
        above = None if at is file else at.id
        for grant in _own(at, inherited=at is not file):
            if not cuts:
                yield Detail(grant, above)
            elif cuts == file.limited:
                yield Detail(_only_seeing(grant), above)
        cuts += at.limited
    drive = world.google.drive.drives.get(file.drive_id or "")
    for grant in drive.members if drive else ():
        if not cuts or grant.role == "organizer":
            yield Detail(grant, drive.id if drive else None, member=True)
        elif cuts == file.limited:
            yield Detail(_only_seeing(grant), drive.id if drive else None, member=True)


def _own(at: File, *, inherited: bool) -> Iterator[Grant]:
    yield from at.grants
    if at.owner_id:
        yield Grant(("user", at.owner_id), "writer" if inherited else "owner")


def _only_seeing(grant: Grant) -> Grant:
    return Grant(grant.principal, "reader", grant.expires, grant.discoverable, view="metadata")


def _permission(principal: Principal, view: str, details: list[Detail]) -> Permission:
    """The highest role of all; it ends when the last of them does."""
    grants = [detail.grant for detail in details]
    ends = [grant.expires for grant in grants if grant.expires is not None]
    return Permission(
        principal=principal,
        role=max((grant.role for grant in grants), key=RANK.index),
        details=tuple(details),
        expires=max(ends) if len(ends) == len(grants) else None,
        discoverable=any(grant.discoverable for grant in grants),
        pending_owner=all(grant.pending_owner for grant in grants),
        view=view,
    )
