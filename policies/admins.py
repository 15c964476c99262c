"""Who may administer? Whoever is named, by the id of their account or by an address that was confirmed; nobody else."""

import re
from collections.abc import Collection, Sequence

from policies.people import Email, email_address

_ACCOUNT = re.compile(r"[UW][A-Z0-9]{2,40}")


def admin_named(text: str) -> str:
    """One spelling of a name in the list of admins: an id such as U012AB3CD, or an e-mail address."""
    name = text.strip()
    return name if _ACCOUNT.fullmatch(name) else email_address(name)


def all_named(first: Sequence[str], people: Collection[str]) -> tuple[str, ...]:
    """Those of the settings first, then those of the rules; each once."""
    return tuple(dict.fromkeys((*first, *sorted(people))))


def is_admin(account: str, email: Email | None, named: Collection[str]) -> bool:
    return account in named or (email is not None and email in named)
