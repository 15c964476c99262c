"""For whom the service account may speak, and the tokens that it gets for it: signed here, had through our own client.

The key never leaves this module, and a token goes to Google's APIs only. Each is kept until shortly before it ends.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Annotated, Final

from google.auth import crypt, jwt
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from connectors.drive import wire
from connectors.drive.refusals import reason
from connectors.drive.settings import Settings
from connectors.http import Http, Patience, Refused
from connectors.model import Fatal
from connectors.pace import Pace

DRIVE: Final = ("https://www.googleapis.com/auth/drive.readonly",)
SHARING: Final = ("https://www.googleapis.com/auth/drive",)  # Google has no narrower one that lets a file be shared
DIRECTORY: Final = (
    "https://www.googleapis.com/auth/admin.directory.user.readonly",
    "https://www.googleapis.com/auth/admin.directory.group.readonly",
    "https://www.googleapis.com/auth/admin.directory.group.member.readonly",
)
ADVICE: Final = "is the key of the service account still valid, and does it reach this far?"
LIFETIME: Final = timedelta(hours=1)
EARLY: Final = timedelta(minutes=5)
PATIENCE: Final = Patience(total_s=20.0)  # somebody may wait for what it is for
_GRANT: Final = "urn:ietf:params:oauth:grant-type:jwt-bearer"


class Voiceless(Fatal):
    """The service account gets no token to speak for somebody."""


class ServiceAccount(BaseModel):
    """As Google gives its key to whoever makes one. Where it says that tokens are had is not believed."""

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)

    client_email: str
    private_key: Annotated[str, Field(repr=False)]
    private_key_id: str | None = None

    def signer(self) -> crypt.RSASigner:
        try:
            return _signer(self.private_key, self.private_key_id)
        except ValueError:
            raise Fatal("the key of the service account holds no private key that can be read") from None


@lru_cache(maxsize=8)
def _signer(private_key: str, key_id: str | None) -> crypt.RSASigner:
    """One of a key: to read it takes thirty times as long as to sign with it, and each person's token is signed for."""
    return crypt.RSASigner.from_string(private_key, key_id)  # type: ignore[no-untyped-call, no-any-return]


def service_account(text: str) -> ServiceAccount:
    try:
        return ServiceAccount.model_validate_json(text)
    except ValidationError:
        raise Fatal("the key is not the JSON of a service account's key, with client_email and private_key") from None


@dataclass(frozen=True)
class _Token:
    text: str = field(repr=False)
    ends_at: datetime


class Tokens:
    """Threads may share it. `key` is asked for each time, so that a changed one needs no new start."""

    def __init__(
        self,
        settings: Settings,
        key: Callable[[], str],
        clock: Callable[[], datetime],
        http: Http | None = None,
    ) -> None:
        self._url, self._key, self._clock = settings.token_url, key, clock
        self._http = http or Http(
            [settings.token_url],
            authorization=lambda: "",
            pace=Pace(settings.requests_per_second, burst=max(1, int(settings.requests_per_second))),
            patience=PATIENCE,
            is_partial=lambda _: True,  # who is not spoken for is refused so, and it says why
        )
        self._one_at_a_time = threading.Lock()
        self._had: dict[tuple[str | None, tuple[str, ...]], _Token] = {}

    def __repr__(self) -> str:
        return f"Tokens({self._url})"

    def close(self) -> None:
        self._http.close()

    @property
    def account(self) -> str:
        return service_account(self._key()).client_email

    def voice(self, who: str | None, scopes: tuple[str, ...]) -> "Voice":
        return Voice(self, who, scopes)

    def text(self, who: str | None, scopes: tuple[str, ...]) -> str:
        with self._one_at_a_time:
            had = self._had.get((who, scopes))
        if had is not None and self._clock() < had.ends_at - EARLY:
            return had.text
        new = self._fetched(who, scopes)
        with self._one_at_a_time:
            self._had[who, scopes] = new
        return new.text

    def drop(self, who: str | None, scopes: tuple[str, ...], text: str) -> None:
        """It is not accepted. Another may have been had meanwhile: that stays."""
        with self._one_at_a_time:
            had = self._had.get((who, scopes))
            if had is not None and had.text == text:
                del self._had[who, scopes]

    def _fetched(self, who: str | None, scopes: tuple[str, ...]) -> _Token:
        now = self._clock()
        form = {"grant_type": _GRANT, "assertion": self._assertion(who, scopes, now)}
        found = self._http.send(self._url, wire.Token, form)
        if isinstance(found, Refused):
            raise Voiceless(_said(who, scopes, found))
        return _Token(found.access_token, now + timedelta(seconds=found.expires_in))

    def _assertion(self, who: str | None, scopes: tuple[str, ...], now: datetime) -> str:
        account = service_account(self._key())
        claims: dict[str, object] = {
            "iss": account.client_email,
            "scope": " ".join(scopes),
            "aud": self._url,
            "iat": int(now.timestamp()),
            "exp": int((now + LIFETIME).timestamp()),
        }
        claims |= {"sub": who} if who is not None else {}
        signed: bytes = jwt.encode(account.signer(), claims)  # type: ignore[no-untyped-call]
        return signed.decode()


class Voice:
    """Speaks for one of them, in all threads: which token was not accepted is told apart by who used it."""

    def __init__(self, tokens: Tokens, who: str | None, scopes: tuple[str, ...]) -> None:
        self._tokens, self._who, self._scopes = tokens, who, scopes
        self._used = threading.local()

    def authorization(self) -> str:
        self._used.text = self._tokens.text(self._who, self._scopes)
        return f"Bearer {self._used.text}"

    def renewed(self) -> bool:
        self._tokens.drop(self._who, self._scopes, self._used.text)
        return True


def _said(who: str | None, scopes: tuple[str, ...], refused: Refused) -> str:
    whom = "itself" if who is None else who
    names = ", ".join(scope.rpartition("/")[2] for scope in scopes)
    return (
        f"the service account gets no token to speak for {whom} ({refused.status}{reason(refused)}): is that somebody who "
        f"is active, and are these scopes delegated to it: {names}?"
    )
