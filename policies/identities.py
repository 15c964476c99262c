"""Whose account is it? How people and their accounts are named, and what an admin alone may say of them. Pure; nobody is
guessed from a name, and whatever is not understood is nobody.
"""

import re
from collections.abc import Collection, Mapping
from typing import Final, NamedTuple

from policies.admins import admin_named
from policies.people import Email, email_address, is_source_name

LINKED: Final = frozenset({"confluence", "drive"})
"""The kinds of source at which somebody may be another account than their address says."""

NOBODY: Final = "-"  # in place of an account: what was said of this person is taken back
MOST_CHARACTERS: Final = 3_000  # of a list, which is what Slack lets somebody write
_HEADING: Final = ("email", "source", "account")
_MENTION = re.compile(r"<@([UW][A-Z0-9]{2,40})(?:\|[^>]*)?>")
_ACCOUNT = re.compile(r"[A-Za-z0-9][A-Za-z0-9:_.-]{2,127}")


class Line(NamedTuple):
    """Of a list. Without an account, what was said is taken back."""

    email: Email
    source: str
    account: str | None


class BadLine(NamedTuple):
    """Why a list is none. `line` counts from 1; None: it is about the whole."""

    line: int | None
    reason: str


def person_named(text: str) -> str | None:
    """An id or an address, however Slack hands it over. None: a mere name, which several people may have."""
    mention = _MENTION.fullmatch(text.strip())
    try:
        return admin_named(mention.group(1) if mention else text)
    except ValueError:
        return None


def account_named(kind: str, text: str) -> str | None:
    """One spelling of an account. None: at a source of this kind, no account is called so."""
    if kind not in LINKED:
        return None
    if kind == "drive":
        return _address(text)
    return text if text.isascii() and _ACCOUNT.fullmatch(text) else None


def gives(before: str | None, after: str | None) -> bool:
    """Whether somebody is another account by it. What is only taken back leaves the source's own word, and needs nobody's."""
    return after is not None and after != before


def read_list(text: str, kinds: Mapping[str, str]) -> tuple[Line, ...] | BadLine:
    """`email,source,account`, a line for each; `kinds` are those of the sources, by name. One bad line spoils all."""
    if len(text) > MOST_CHARACTERS:
        return BadLine(None, f"a list may have {MOST_CHARACTERS:,} characters: send the rest as a second one")
    found: dict[int, Line] = {}
    for number, written in enumerate(text.splitlines(), start=1):
        fields = tuple(part.strip() for part in written.split(","))
        if fields in {("",), _HEADING}:
            continue
        line = _line(fields, kinds)
        wrong = line if isinstance(line, str) else _doubled(line, found.values())
        if isinstance(line, str) or wrong is not None:
            return BadLine(number, wrong or "")
        found[number] = line
    return tuple(found.values()) or BadLine(None, "there is no line in it: each reads email,source,account")


def _line(fields: tuple[str, ...], kinds: Mapping[str, str]) -> Line | str:
    """Or what is wrong with it."""
    if len(fields) != len(_HEADING):
        return "it reads email,source,account: three fields, and no quotes"
    address, source, account = fields
    email = _address(address)
    if email is None:
        return "the first field is no e-mail address"
    if not is_source_name(source) or source not in kinds:
        return f"the second field is no source; there are {', '.join(sorted(kinds)) or 'none'}"
    return Line(email, source, None) if account == NOBODY else _given(email, source, account, kinds[source])


def _given(email: Email, source: str, account: str, kind: str) -> Line | str:
    if kind not in LINKED:
        return f"at {source}, everybody is known by their address"
    spelt = account_named(kind, account)
    return (
        f"the third field is no account of {source}: {ACCOUNTS[kind]}" if spelt is None else Line(email, source, spelt)
    )


ACCOUNTS: Final[Mapping[str, str]] = {
    "confluence": "it reads 712020:0a1b2c3d-…, the id at the end of the address of a profile",
    "drive": "it reads mei@company.example, the primary address in the Directory",
}
"""How an account is written, by the kind of its source."""


def _doubled(line: Line, others: Collection[Line]) -> str | None:
    for other in others:
        if (other.email, other.source) == (line.email, line.source):
            return f"{line.email} stands here twice for {line.source}"
        if line.account is not None and (other.source, other.account) == (line.source, line.account):
            return f"another line gives this account of {line.source} to somebody else"
    return None


def _address(text: str) -> Email | None:
    try:
        return email_address(text)
    except ValueError:
        return None
