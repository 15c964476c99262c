"""Who is who in the Directory, and what they hold at Drive. Pure. Nobody is guessed, and half of a membership is none.

Groups are closed here, by their ids, for the Directory tells direct members only. Drive tells by address to whom it grants
something: whoever answers to an address now holds it.
"""

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from connectors.drive import access
from connectors.drive.access import Sharing
from connectors.drive.wire import Group, Member, User
from connectors.model import Groups, Problem
from policies.people import Email, Principal, email_address, principal

PEOPLE = "people"


class Directory(NamedTuple):
    """All of it, read to the end. `members` by the group's id."""

    users: tuple[User, ...]
    groups: tuple[Group, ...]
    members: Mapping[str, Sequence[Member]]


def resolve(source: str, found: Directory, sharing: Sharing, overrides: Mapping[Email, str]) -> Groups:
    """An admin's word comes first: an address that an admin gave away is no other's."""
    here = {user.id: user for user in found.users if is_there(user)}
    inside = closed(found, here)
    addresses = {group.id: addresses_of(group.addresses) for group in found.groups}
    owners = _owners(here.values())
    linked = {email: user for email, named in overrides.items() if (user := _named(named, here, owners)) is not None}
    members = {
        email: held(source, user, [address for one in inside[user.id] for address in addresses[one]], sharing)
        for email, user in {**{address: here[id_] for address, id_ in owners.items()}, **linked}.items()
        if email not in overrides or email in linked
    }
    return Groups(members=members, digest=_digest(members), problems=tuple(_strangers(overrides, linked)))


def is_there(user: User) -> bool:
    return not user.suspended and not user.archived


def closed(found: Directory, here: Mapping[str, User]) -> Mapping[str, set[str]]:
    """The groups that each of these is in, however deep. Who is no user of the Directory is in none."""
    above: defaultdict[str, set[str]] = defaultdict(set)
    for group_id, members in found.members.items():
        for member in members:
            for id_ in here if member.type == "CUSTOMER" else [member.id]:
                if id_ is not None and _is_in(member):
                    above[id_].add(group_id)
    return {id_: _reached(id_, above) for id_ in here}


def held(source: str, user: User, groups: Iterable[str], sharing: Sharing) -> frozenset[Principal]:
    """A domain is held by its own people: by their primary address, and no other one of theirs."""
    names = [access.ANYONE, account(user.primary_email.lower())]
    names += map(access.user, addresses_of(user.addresses))
    names += map(access.group, groups)
    names += [access.domain(access.domain_of(user.primary_email))] if sharing.is_of_ours(user.primary_email) else []
    return frozenset(principal(source, name) for name in names)


def account(address: str) -> str:
    """Whom we speak for when we speak for them. Nothing is ever granted to it."""
    return f"account:{address}"


def account_of(source: str, principals: Iterable[Principal]) -> str | None:
    prefix = principal(source, account(""))
    found = [one.removeprefix(prefix) for one in principals if one.startswith(prefix)]
    return found[0] if len(found) == 1 else None


def addresses_of(texts: Iterable[str]) -> tuple[Email, ...]:
    found = []
    for text in texts:
        try:
            found.append(email_address(text))
        except ValueError:
            continue  # of no form that anybody in Slack could have
    return tuple(dict.fromkeys(found))


def _is_in(member: Member) -> bool:
    """A status that is not told is that of a group."""
    return member.status in {"ACTIVE", None}


def _reached(first: str, above: Mapping[str, set[str]]) -> set[str]:
    reached: set[str] = set()
    waiting = set(above.get(first, ()))
    while waiting:
        reached |= waiting
        waiting = {group for one in waiting for group in above.get(one, ())} - reached
    return reached


def _owners(users: Iterable[User]) -> dict[Email, str]:
    """An address that two answer to is neither's."""
    told: defaultdict[Email, set[str]] = defaultdict(set)
    for user in users:
        for address in addresses_of(user.addresses):
            told[address].add(user.id)
    return {address: next(iter(ids)) for address, ids in told.items() if len(ids) == 1}


def _named(text: str, here: Mapping[str, User], owners: Mapping[Email, str]) -> User | None:
    """By id, or by an address of theirs."""
    if text in here:
        return here[text]
    found = [owners[address] for address in addresses_of([text]) if address in owners]
    return here[found[0]] if found else None


def _strangers(overrides: Mapping[Email, str], linked: Mapping[Email, User]) -> Iterable[Problem]:
    return (
        Problem(where=PEOPLE, reason=f"{address} is linked to {named}, who is not active in the Directory")
        for address, named in sorted(overrides.items())
        if address not in linked
    )


def _digest(members: Mapping[Email, frozenset[Principal]]) -> str:
    canonical = sorted((address, sorted(principals)) for address, principals in members.items())
    return hashlib.sha256(json.dumps(canonical).encode()).hexdigest()
