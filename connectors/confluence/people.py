"""Who is who at a site, and what they hold there. Pure. Nobody is guessed: an address that two accounts tell is neither's."""

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from connectors.confluence import access
from connectors.model import Groups, Problem
from policies.people import Email, Principal, email_address, principal

PEOPLE = "people"


class Account(NamedTuple):
    """Somebody at the site. `groups` by id; `email` as the site tells it, if it does."""

    id: str
    email: str | None
    groups: frozenset[str] = frozenset()
    licensed: bool = False
    admin: bool = False


def resolve(source: str, accounts: Iterable[Account], overrides: Mapping[Email, str]) -> Groups:
    """An admin's word comes first, in both directions: an account that an admin gave to an address is no other's."""
    known = {account.id: account for account in accounts}
    given = set(overrides.values())
    told: defaultdict[Email, set[str]] = defaultdict(set)
    for account in known.values():
        address = _address(account.email)
        if address is not None and address not in overrides and account.id not in given:
            told[address].add(account.id)
    owner = {address: next(iter(ids)) for address, ids in told.items() if len(ids) == 1}
    owner |= {address: account_id for address, account_id in overrides.items() if account_id in known}
    members = {address: held(source, known[account_id]) for address, account_id in owner.items()}
    problems = (*_doubled(told), *_strangers(overrides, known), *_unresolved(known, set(owner.values())))
    return Groups(members=members, digest=_digest(members), problems=problems)


def held(source: str, account: Account) -> frozenset[Principal]:
    names = [access.user(account.id), access.ANYONE, *map(access.group, account.groups)]
    names += [access.LICENSED] if account.licensed else []
    names += [access.PRODUCT_ADMINS] if account.admin else []
    return frozenset(principal(source, name) for name in names)


def account_of(source: str, principals: Iterable[Principal]) -> str | None:
    """Whose principals these are, if they are somebody's."""
    prefix = principal(source, access.user(""))
    found = [one.removeprefix(prefix) for one in principals if one.startswith(prefix)]
    return found[0] if len(found) == 1 else None


def _address(text: str | None) -> Email | None:
    try:
        return email_address(text) if text else None
    except ValueError:
        return None


def _doubled(told: Mapping[Email, set[str]]) -> list[Problem]:
    return [
        Problem(
            where=PEOPLE,
            reason=f"{address} is the address of {len(ids)} accounts ({', '.join(sorted(ids))}), hence of none: "
            "say which with an override",
        )
        for address, ids in sorted(told.items())
        if len(ids) > 1
    ]


def _strangers(overrides: Mapping[Email, str], known: Mapping[str, Account]) -> list[Problem]:
    return [
        Problem(
            where=PEOPLE, reason=f"{address} is linked to the account {account_id}, which is not active at the site"
        )
        for address, account_id in sorted(overrides.items())
        if account_id not in known
    ]


def _unresolved(known: Mapping[str, Account], resolved: set[str]) -> list[Problem]:
    hidden = [account for account in known.values() if account.id not in resolved and not account.email]
    if not hidden:
        return []
    return [
        Problem(
            where=PEOPLE,
            reason=f"{len(hidden)} of {len(known)} accounts do not show their address: whoever they are reads nothing of "
            "this source until they show it to the site's administrators or an admin links them",
        )
    ]


def _digest(members: Mapping[Email, frozenset[Principal]]) -> str:
    canonical = sorted((address, sorted(principals)) for address, principals in members.items())
    return hashlib.sha256(json.dumps(canonical).encode()).hexdigest()
