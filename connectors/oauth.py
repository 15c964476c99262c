"""Whose account is it? Somebody signs in at a source, and the source says who they are there: that is all that is asked for,
once, and what is given for it is kept nowhere and shown nowhere.
"""

import base64
import hashlib
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from typing import Annotated, Any, Final, Literal, NamedTuple, Self
from urllib.parse import urlencode

from pydantic import BaseModel, Field, model_validator

from connectors.given import Address, Given, Secret
from connectors.http import Http, Patience, Refused
from connectors.pace import Pace
from policies.people import Email, email_address

_MOST_BYTES: Final = 64_000
_PATIENCE: Final = Patience(total_s=10.0)  # a browser waits for it
_ADVICE: Final = "are the OAuth client's id and secret right?"


class Client(NamedTuple):
    """As it was registered at the provider. `secret`: where it is read from."""

    id: str
    secret: str
    authorize: str
    token: str
    me: str


class HasClient(Given):
    """Of a source at which people may sign in, once it has an OAuth client; at which addresses, each kind of source says."""

    oauth_client: str | None = Field(default=None, pattern=r"^[!-~]{1,255}$")
    oauth_secret: Secret | None = None
    oauth_authorize: Address
    oauth_token: Address
    oauth_me: Address

    @model_validator(mode="after")
    def _names_a_whole_client(self) -> Self:
        if (self.oauth_client is None) != (self.oauth_secret is None):
            raise ValueError("oauth_client and oauth_secret are of one OAuth client: name both, or neither")
        return self

    @property
    def sign_in(self) -> Client | None:
        """None: nobody signs in there."""
        if self.oauth_client is None or self.oauth_secret is None:
            return None
        return Client(self.oauth_client, self.oauth_secret, self.oauth_authorize, self.oauth_token, self.oauth_me)


class Whose(NamedTuple):
    """`is_confirmed`: the address is theirs for certain, by the word of whoever gives it out."""

    account: str
    address: Email | None
    is_confirmed: bool


class _Token(BaseModel):
    access_token: Annotated[str, Field(min_length=1, max_length=16_384, pattern=r"^[!-~]+$", repr=False)]


class _AtAtlassian(BaseModel):
    account_id: Annotated[str, Field(min_length=1, max_length=200)]
    account_status: str = ""
    email: str | None = None
    email_verified: bool = False  # what it does not say is not so

    def whose(self) -> Whose | None:
        if self.account_status != "active":
            return None
        address = _address(self.email)
        return Whose(self.account_id, address, self.email_verified and address is not None)


class _AtGoogle(BaseModel):
    sub: Annotated[str, Field(min_length=1, max_length=255)]
    email: str | None = None
    email_verified: bool = False
    hd: str | None = None

    def whose(self) -> Whose | None:
        """The account is its address. Of one that is another provider's, somebody may have it no more: Google vouches for
        those of a Workspace, which has a `hd`, and for its own.
        """
        address = _address(self.email)
        if address is None or not self.email_verified:
            return None
        return Whose(address, address, bool(self.hd) or address.endswith("@gmail.com"))


@dataclass(frozen=True)
class _Kind:
    """`asks`: what stands in the address besides what OAuth wants."""

    scope: str
    asks: Mapping[str, str]
    me: type[_AtAtlassian] | type[_AtGoogle]


_KINDS: Final[Mapping[Literal["atlassian", "google"], _Kind]] = {
    "atlassian": _Kind("read:me", {"audience": "api.atlassian.com", "prompt": "consent"}, _AtAtlassian),
    "google": _Kind("openid email", {"prompt": "select_account"}, _AtGoogle),
}


@dataclass(frozen=True)
class OAuth:
    """`secret` is read each time. `back`: where the provider sends people, which is what it was told and nothing else."""

    kind: Literal["atlassian", "google"]
    client: Client
    secret: Callable[[], str] = field(repr=False)
    back: str
    patience: Patience = _PATIENCE

    def where(self, *, state: str, challenge: str) -> str:
        """With a challenge (PKCE), of which a provider that knows none takes no notice."""
        kind = _KINDS[self.kind]
        asked = {
            **kind.asks,
            "response_type": "code",
            "client_id": self.client.id,
            "redirect_uri": self.back,
            "scope": kind.scope,
            "state": state,
            "code_challenge": challenge,
            "code_challenge_method": "S256",
        }
        return f"{self.client.authorize}?{urlencode(asked)}"

    def whose(self, code: str, *, proof: str) -> Whose | None:
        """Raises `Retryable` and `Fatal`. All is asked once: a code holds once, and a browser waits."""
        form = {
            "grant_type": "authorization_code",
            "client_id": self.client.id,
            "client_secret": self.secret(),
            "code": code,
            "redirect_uri": self.back,
            "code_verifier": proof,
        }
        with closing(self._http([self.client.token], "")) as door:
            given = door.once(self.client.token, _Token, form)
        if isinstance(given, Refused):
            return None
        with closing(self._http([self.client.me], f"Bearer {given.access_token}")) as door:
            found: Any = door.once(self.client.me, _KINDS[self.kind].me)
        return None if isinstance(found, Refused) else found.whose()

    def _http(self, origins: list[str], authorization: str) -> Http:
        return Http(
            origins,
            authorization=lambda: authorization,
            pace=Pace(1.0),  # a door is for one request
            patience=self.patience,
            advice=_ADVICE,
            most_bytes=_MOST_BYTES,
        )


def challenge(proof: str) -> str:
    """What the provider is told of a proof before it is shown it (RFC 7636, S256)."""
    return base64.urlsafe_b64encode(hashlib.sha256(proof.encode()).digest()).rstrip(b"=").decode()


def _address(text: str | None) -> Email | None:
    try:
        return email_address(text) if text is not None else None
    except ValueError:
        return None
