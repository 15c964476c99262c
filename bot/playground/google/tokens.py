"""Service accounts, and the access tokens that they get for what they sign. What a token lets one see is not known here."""

import base64
import binascii
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from bot.playground.google.errors import NoTokenError, unauthorized
from bot.playground.google.nouns import User
from bot.playground.slack.clock import Clock

if TYPE_CHECKING:
    from bot.playground.world import World

AUTH: Final = "https://www.googleapis.com/auth"
DRIVE: Final = f"{AUTH}/drive"
DRIVE_READ: Final = f"{AUTH}/drive.readonly"
DRIVE_METADATA: Final = f"{AUTH}/drive.metadata.readonly"
USERS_READ: Final = f"{AUTH}/admin.directory.user.readonly"
GROUPS_READ: Final = f"{AUTH}/admin.directory.group.readonly"
MEMBERS_READ: Final = f"{AUTH}/admin.directory.group.member.readonly"
ORG_UNITS_READ: Final = f"{AUTH}/admin.directory.orgunit.readonly"
READING: Final = frozenset({DRIVE_READ, USERS_READ, GROUPS_READ, MEMBERS_READ})

GOOGLES: Final = "https://oauth2.googleapis.com/token"  # for whom Google's libraries sign, wherever they send it
JWT_BEARER: Final = "urn:ietf:params:oauth:grant-type:jwt-bearer"
LONGEST_S: Final = 3600
SKEW_S: Final = 300
NOT_AUTHORIZED: Final = (
    "Client is unauthorized to retrieve access tokens using this method, "
    "or client not authorized for any of the scopes requested."
)


@dataclass(frozen=True)
class ServiceAccount:
    """`delegated`: what it may do as anybody of the domain; None: it may not act as anybody."""

    email: str
    client_id: str
    key_id: str
    private_key: str
    delegated: frozenset[str] | None = None
    reads_directory: bool = False  # it has itself been given an administrator's role

    def key(self, token_uri: str) -> Mapping[str, str]:
        """What Google lets one download, once."""
        return {
            "type": "service_account",
            "project_id": "project",
            "private_key_id": self.key_id,
            "private_key": self.private_key,
            "client_email": self.email,
            "client_id": self.client_id,
            "token_uri": token_uri,
        }


@dataclass(frozen=True)
class Token:
    value: str
    user_id: str  # as whom
    account: str  # which service account asked
    scopes: frozenset[str]
    until: float


class Tokens:
    def __init__(self, world: "World", *, wall: Clock) -> None:
        self._world = world
        self._wall = wall  # what is signed carries the client's own time
        self._accounts: dict[str, ServiceAccount] = {}
        self._tokens: dict[str, Token] = {}

    def add_account(
        self, email: str, *, delegated: Iterable[str] | None = None, reads_directory: bool = False
    ) -> ServiceAccount:
        made = ServiceAccount(
            email=email,
            client_id=str(int(sha256(email.encode()).hexdigest()[:16], 16)),
            key_id=sha256(f"key {email}".encode()).hexdigest()[:40],
            private_key=_pem(email),
            delegated=None if delegated is None else frozenset(delegated),
            reads_directory=reads_directory,
        )
        self._accounts[email] = made
        if self._world.google.directory.find_user(email) is None:
            self._world.google.directory.add_user(email, program=True)
        return made

    def remove_account(self, email: str) -> None:
        del self._accounts[email]
        self.revoke(email)

    def revoke(self, email: str) -> None:
        """Every token that it got."""
        self._tokens = {value: each for value, each in self._tokens.items() if each.account != email}

    def account(self, email: str) -> ServiceAccount | None:
        return self._accounts.get(email)

    def of(self, header: str | None) -> tuple[Token, User]:
        scheme, _, value = (header or "").partition(" ")
        token = self._tokens.get(value.strip())
        if scheme.lower() != "bearer" or token is None or token.until <= self._world.clock.now():
            raise unauthorized()
        user = self._world.google.directory.users[token.user_id]
        if not user.active:
            raise unauthorized()
        return token, user

    # -- POST /token

    def grant(self, form: Mapping[str, str], *, audience: str) -> Mapping[str, object]:
        if form.get("grant_type") != JWT_BEARER:
            raise NoTokenError("unsupported_grant_type", f"Invalid grant_type: {form.get('grant_type', '')}")
        account, said = self._verified(form.get("assertion", ""))
        self._in_time(said)
        if said.get("aud") not in {audience, GOOGLES}:
            raise NoTokenError("invalid_grant", "Invalid JWT: Failed audience check.")
        scopes = frozenset(str(said.get("scope", "")).split())
        if not scopes:
            raise NoTokenError("invalid_scope", "Empty or missing scope not allowed.")
        if not all(scope.startswith(f"{AUTH}/") for scope in scopes):
            raise NoTokenError("invalid_scope", "Some requested scopes were invalid.")
        user = self._as_whom(account, said.get("sub"), scopes)
        token = self._issue(user, account, scopes)
        return {"access_token": token.value, "expires_in": LONGEST_S - 1, "token_type": "Bearer"}

    def _verified(self, assertion: str) -> tuple[ServiceAccount, Mapping[str, Any]]:
        """The signature first: what is said without one is nobody's word."""
        signed, _, signature = assertion.rpartition(".")
        header, said = (_parsed(part) for part in (signed.partition(".")[0], signed.partition(".")[2]))
        account = self._accounts.get(str(said.get("iss")))
        if account is None:
            raise NoTokenError("invalid_grant", "Invalid grant: account not found")
        if header.get("alg") != "RS256" or header.get("kid", account.key_id) != account.key_id:
            raise NoTokenError("invalid_grant", "Invalid JWT Signature.")
        try:
            _public(account.private_key).verify(
                _decoded(signature), signed.encode(), padding.PKCS1v15(), hashes.SHA256()
            )
        except InvalidSignature:
            raise NoTokenError("invalid_grant", "Invalid JWT Signature.") from None
        return account, said

    def _in_time(self, said: Mapping[str, Any]) -> None:
        now, made, ends = self._wall.now(), said.get("iat"), said.get("exp")
        in_time = (
            isinstance(made, int | float)
            and isinstance(ends, int | float)
            and made - SKEW_S <= now < ends + SKEW_S
            and ends - made <= LONGEST_S
        )
        if not in_time:
            raise NoTokenError(
                "invalid_grant",
                "Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe. "
                "Check your iat and exp values in the JWT claim.",
            )

    def _as_whom(self, account: ServiceAccount, subject: object, scopes: frozenset[str]) -> User:
        directory = self._world.google.directory
        if subject is None:
            return directory.user(account.email)
        if account.delegated is None or not scopes <= account.delegated:
            raise NoTokenError("unauthorized_client", NOT_AUTHORIZED, status=401)
        user = directory.find_user(str(subject))
        if user is None or user.external or not user.active:
            raise NoTokenError("invalid_grant", "Invalid email or User ID")
        return user

    def _issue(self, user: User, account: ServiceAccount, scopes: frozenset[str]) -> Token:
        made = sha256(f"{account.email} {user.id} {len(self._tokens)} {sorted(scopes)}".encode()).hexdigest()
        token = Token(f"ya29.{made}", user.id, account.email, scopes, self._world.clock.now() + LONGEST_S)
        self._tokens[token.value] = token
        return token


def _parsed(part: str) -> Mapping[str, Any]:
    try:
        read = json.loads(_decoded(part))
    except ValueError:
        read = None
    if not isinstance(read, dict):
        raise NoTokenError("invalid_grant", "Bad Request")
    return read


def _decoded(part: str) -> bytes:
    try:
        return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))
    except (binascii.Error, ValueError):
        raise NoTokenError("invalid_grant", "Bad Request") from None


@lru_cache(maxsize=8)
def _pem(_email: str) -> str:
    """One of an address, as long as this process runs: to make one takes long."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()


@lru_cache(maxsize=8)
def _public(pem: str) -> rsa.RSAPublicKey:
    key = serialization.load_pem_private_key(pem.encode(), password=None)
    if not isinstance(key, rsa.RSAPrivateKey):
        raise TypeError("a service account signs with RSA")
    return key.public_key()
