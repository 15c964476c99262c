"""Who is at the site, and in which groups? Read to the end, or not at all: half of a membership is none."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Final

from connectors.confluence import wire
from connectors.confluence.people import Account
from connectors.confluence.reader import Reader

ACTIVE: Final = "active"
PERSON: Final = frozenset({"atlassian", "customer", ""})


def accounts(reader: Reader) -> tuple[Account, ...]:
    """Whoever is active and a person. Raises AccessUnknown, or Retryable."""
    groups = reader.client.groups()
    members = reader.together(reader.client.members, [group.id for group in groups])
    belongs: defaultdict[str, set[str]] = defaultdict(set)
    for group, found in zip(groups, members, strict=True):
        for member in found:
            belongs[member.account_id].add(group.id)
    told = {member.account_id: member for found in members for member in found}
    users = {user.account_id: user for user in reader.client.users(sorted(belongs))}
    licensed, admins = licensing(reader, groups, "user"), licensing(reader, groups, "admin")
    return tuple(
        _account(account_id, told[account_id], users[account_id], frozenset(inside), licensed, admins)
        for account_id, inside in sorted(belongs.items())
        if account_id in users and _is_there(told[account_id], users[account_id])
    )


def licensing(reader: Reader, groups: Sequence[wire.Group], access_type: str) -> frozenset[str]:
    """The groups whose members may use Confluence, or administer it. An admin's word counts before the site's."""
    settings = reader.settings
    named = set(settings.licensed_groups if access_type == "user" else settings.admin_groups)
    if named:
        return frozenset(group.id for group in groups if group.id in named or group.name in named)
    found = frozenset(group.id for group in reader.client.groups(access_type))
    other = frozenset(group.id for group in reader.client.groups("site-admin"))
    return frozenset() if found == other == {group.id for group in groups} else found


def _account(
    account_id: str,
    member: wire.Member,
    user: wire.User,
    inside: frozenset[str],
    licensed: frozenset[str],
    admins: frozenset[str],
) -> Account:
    outside = bool(member.is_external_collaborator or user.is_external_collaborator)
    return Account(
        id=account_id,
        email=user.email or member.email or None,
        groups=inside,
        licensed=bool(inside & licensed) and not outside,
        admin=bool(inside & admins),
    )


def _is_there(member: wire.Member, user: wire.User) -> bool:
    """A status that is not told is taken for active: the site tells it of those who are not."""
    return user.account_status in {ACTIVE, None} and {member.account_type, user.account_type} <= PERSON
