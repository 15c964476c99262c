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
    """Somebody with everything they are at every source. Unknown at a source: no principal of that source."""

    email: Email
    principals: frozenset[Principal] = frozenset()

    @field_validator("email")
    @classmethod
    def _one_spelling(cls, value: str) -> Email:
        return email_address(value)


class Audience(Noun):
    """Everyone who will see the reply.

    `complete` says that nobody is missing from `people`; an incomplete audience may read nothing.
    """

    people: tuple[Person, ...]
    complete: bool

    @classmethod
    def only(cls, person: Person) -> Self:
        return cls(people=(person,), complete=True)
