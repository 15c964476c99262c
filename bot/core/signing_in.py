"""Signing in at a source, to be linked there: what is known of somebody on their way, and what that needs of the world. What
they sign in with is seen by nobody of ours.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Literal, NamedTuple, Protocol

from bot.core.nouns import SlackUser
from policies.people import Email, Noun


class SignIn(Noun):
    """Somebody on their way. `id` names it, and opens nothing."""

    id: str
    by: SlackUser
    source: str
    added_at: datetime
    until: datetime


class Leaving(NamedTuple):
    """`state` goes to the source and back; `proof` is for its token endpoint alone."""

    sign_in: SignIn
    state: str
    proof: str


class Back(NamedTuple):
    sign_in: SignIn
    proof: str


class Begun(NamedTuple):
    """`link`: for them alone."""

    source: str
    link: str
    until: datetime


class NotBegun(NamedTuple):
    """`no_address`: Slack confirms none, so that there is nobody who could be linked; `known`: the source knows them already."""

    source: str
    why: Literal["no_member", "no_address", "not_offered", "known"]


class SignIns(Protocol):
    """Each once, and for ten minutes."""

    def issue(self, by: SlackUser, source: str, added_at: datetime, now: datetime) -> tuple[SignIn, str]:
        """What the link holds is the second. The one before, of the same person at the same source, holds no more."""
        ...

    def look(self, held: str, now: datetime) -> SignIn | None:
        """Who has not left yet. Nothing is changed by it: programs open links, too."""
        ...

    def leave(self, held: str, browser: str, now: datetime) -> Leaving | None: ...

    def come_back(self, state: str, browser: str, now: datetime) -> Back | None: ...


class Account(Protocol):
    """Who has signed in, as the source says it."""

    @property
    def account(self) -> str: ...

    @property
    def address(self) -> Email | None: ...

    @property
    def is_confirmed(self) -> bool: ...


class Provider(Protocol):
    def where(self, *, state: str, challenge: str) -> str:
        """Where somebody signs in."""
        ...

    def whose(self, code: str, *, proof: str) -> Account | None:
        """None: the source takes that code for nothing, or says of nobody that it is them. `Retryable`, `Fatal`: it cannot be
        found out. What the code is exchanged for is used for this, and kept nowhere.
        """
        ...


class Offer(NamedTuple):
    """A source at which people may sign in."""

    kind: str
    added_at: datetime
    provider: Provider


Offers = Mapping[str, Offer]
