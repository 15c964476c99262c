"""Who is asking, and who will see the reply. Never guesses: a person holds exactly the principals given here."""

import re
from typing import NewType, Self

from pydantic import BaseModel, ConfigDict, field_validator

Principal = NewType("Principal", str)
"""Somebody a source grants something to, qualified by the source that speaks of it: `acme/group:eng`.

Two sources may each have a `group:eng`; they are different groups, so a bare name is never a principal.
"""

Email = NewType("Email", str)

_SOURCE = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")
_EMAIL = re.compile(r"[a-z0-9.!#$%&'*+=?^_`{|}~-]+@(?:[a-z0-9-]+\.)+[a-z0-9-]+")


class Noun(BaseModel):
    """A value: frozen, and closed to fields that nobody declared."""

    model_config = ConfigDict(frozen=True, extra="forbid")


def is_source_name(text: str) -> bool:
    return _SOURCE.fullmatch(text) is not None


def email_address(text: str) -> Email:
    """Lower-case and nothing else: two spellings of one mailbox are two people until an admin says otherwise.

    Only ASCII: lower-casing other letters can turn one address into another (the Kelvin sign becomes a plain k).
    """
    address = text.strip().lower()
    if not text.isascii() or _EMAIL.fullmatch(address) is None:
        raise ValueError(f"not an e-mail address: {text!r}")
    return Email(address)


def principal(source: str, name: str) -> Principal:
    if not is_source_name(source) or not name:
        raise ValueError(f"not a principal: {source!r} / {name!r}")
    return Principal(f"{source}/{name}")


class Person(Noun):
    """Somebody with everything they are at every source. Unknown at a source: no principal of that source.

    `actor` is how the place where they are calls them, where no address of theirs is known. An outsider is not a full
    member of the company: a guest, or somebody of another one.
    """

    email: Email | None = None
    actor: str | None = None
    principals: frozenset[Principal] = frozenset()
    outsider: bool = False

    @field_validator("email")
    @classmethod
    def _one_spelling(cls, value: str | None) -> Email | None:
        return email_address(value) if value is not None else None

    @property
    def name(self) -> str:
        return self.email or self.actor or "unknown"


def is_known_at(person: Person, source: str) -> bool:
    return any(held.startswith(f"{source}/") for held in person.principals)


class Audience(Noun):
    """Everyone who will see the reply.

    `complete` says that nobody is missing from `people`; an incomplete audience may read nothing. `bots` see it too,
    and are only recorded: they are no readers of documents.
    """

    people: tuple[Person, ...]
    complete: bool
    bots: tuple[str, ...] = ()

    @classmethod
    def only(cls, person: Person) -> Self:
        return cls(people=(person,), complete=True)
