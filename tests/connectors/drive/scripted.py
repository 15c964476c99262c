"""A Google that says what a test tells it to: where tokens are had, and where they are good for something."""

import base64
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

import httpx
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from connectors.drive.client import Client
from connectors.drive.settings import Settings, parse
from connectors.drive.tokens import Tokens
from connectors.http import Http, Patience
from connectors.pace import Pace
from tests.fakes.site import Site, said

AT_ONCE = Patience(total_s=20, first_wait_s=0, longest_wait_s=0, jitter_s=0)
TOKEN, FILES = "/token", "/drive/v3/files"
ANA = "ana@acme.test"


@lru_cache(maxsize=1)
def key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def key_file(**more: str) -> str:
    pem = key().private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return json.dumps({"client_email": "bot@acme.test", "private_key": pem.decode(), "private_key_id": "k1", **more})


@dataclass
class Google:
    """Two sites, so that neither is told what is the other's."""

    issuer: Site
    api: Site
    http: httpx.Client
    now: datetime = datetime(2026, 6, 1, tzinfo=UTC)
    held: str = ""

    def __post_init__(self) -> None:
        self.held = key_file()
        self.issuer.answers[TOKEN] = said({"access_token": "ya29.one", "expires_in": 3600})
        self.api.answers[FILES] = said({"files": []})

    @property
    def settings(self) -> Settings:
        given = {
            "mode": "delegation",
            "key": "env:KEY",
            "admin": "boss@acme.test",
            "domains": "acme.test",
            "drives": "0AFin",
            "most_file_bytes": "1000",
        }
        api = {
            "drive_api": f"{self.api.url}/drive/v3",
            "directory_api": f"{self.api.url}/directory",
            "exports": self.api.url,
        }
        return parse({**given, **api, "token_url": f"{self.issuer.url}{TOKEN}"})

    def tokens(self) -> Tokens:
        http = Http(
            [self.settings.token_url],
            authorization=str,
            pace=Pace(100_000, burst=100_000),
            patience=AT_ONCE,
            is_partial=lambda _: True,
            client=self.http,
        )
        return Tokens(self.settings, lambda: self.held, lambda: self.now, http)

    def client(self) -> Client:
        pace = Pace(100_000, burst=100_000)
        origins = [self.settings.drive_api]
        http = Http(origins, authorization=str, pace=pace, patience=AT_ONCE, client=self.http)
        return Client(self.settings, self.tokens(), http)

    def claims(self) -> dict[str, Any]:
        """Of the newest token that was asked for; a wrong signature raises."""
        signed, _, signature = self.issuer.asked[-1].body["assertion"].rpartition(".")
        key().public_key().verify(_decoded(signature), signed.encode(), padding.PKCS1v15(), hashes.SHA256())
        return dict(json.loads(_decoded(signed.split(".")[1])))


def _decoded(part: str) -> bytes:
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))
