"""Whose token it is, and what it is good for."""

import base64
import binascii
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING

from bot.playground.confluence.errors import RefusedError, unauthorized

if TYPE_CHECKING:
    from bot.playground.world import World


@dataclass(frozen=True)
class Caller:
    """``basic`` and ``bearer`` are values of an Authorization header."""

    account_id: str
    email: str
    token: str
    scopes: frozenset[str] | None = None  # None: a token without scopes, good for everything its owner may do
    admin: bool = False  # may ask what others may read
    sees_everything: bool = False  # as with an administrator's key

    @property
    def basic(self) -> str:
        return "Basic " + base64.b64encode(f"{self.email}:{self.token}".encode()).decode()

    @property
    def bearer(self) -> str:
        return f"Bearer {self.token}"

    def may(self, scopes: tuple[frozenset[str], ...]) -> bool:
        """One of these sets, whole."""
        return self.scopes is None or any(each <= self.scopes for each in scopes)


class Callers:
    def __init__(self, world: "World") -> None:
        self._world = world
        self._by_token: dict[str, Caller] = {}

    def add(
        self,
        who: str,
        *,
        scopes: frozenset[str] | None = None,
        admin: bool | None = None,
        sees_everything: bool = False,
    ) -> Caller:
        person = self._world.person(who)
        name = f"{person.account_id} {len(self._by_token)}"
        caller = Caller(
            account_id=person.account_id,
            email=person.email,
            token=f"ATATT{sha256(name.encode()).hexdigest()[:24]}",
            scopes=scopes,
            admin=person.admin if admin is None else admin,
            sees_everything=sees_everything,
        )
        self._by_token[caller.token] = caller
        return caller

    def revoke(self, caller: Caller) -> None:
        self._by_token.pop(caller.token, None)

    def of(self, header: str | None, *, gateway: bool) -> Caller:
        """Tokens with scopes are good at the gateway only, as at Atlassian's."""
        if not header:
            raise unauthorized()
        caller = self._named(header)
        if caller is None or (caller.scopes is not None and not gateway):
            raise unauthorized()
        person = self._world.people.get(caller.account_id)
        if person is None or not person.active:
            raise RefusedError(403, "Current user not permitted to use Confluence")
        return caller

    def _named(self, header: str) -> Caller | None:
        scheme, _, value = header.partition(" ")
        if scheme.lower() == "bearer":
            return self._by_token.get(value.strip())
        try:
            email, _, token = base64.b64decode(value, validate=True).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError):
            return None
        caller = self._by_token.get(token)
        return caller if caller and caller.email.lower() == email.lower() else None
