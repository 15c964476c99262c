"""Where somebody signs in with OAuth, and says that a program may know who they are: a page to choose whom to be, codes that
hold once, and the tokens that are given for them. Whose account it is, the site says.
"""

import base64
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from html import escape
from threading import Lock
from typing import Final, NamedTuple
from urllib.parse import parse_qsl, urlencode

from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response

from bot.playground.loopback.replies import Reply, as_json

CODE_GRANT: Final = "authorization_code"
BAD: Final = 400
DENIED: Final = 401
FOUND: Final = 302


class Client(NamedTuple):
    """A program that was registered. It is sent back to this address and to no other."""

    id: str
    secret: str
    back: str


class Somebody(NamedTuple):
    """`says`: what the site tells of them."""

    id: str
    label: str
    says: Mapping[str, object]


@dataclass
class _Code:
    client: str
    back: str
    challenge: str
    who: str
    token: str = field(default_factory=lambda: secrets.token_urlsafe(24))
    is_used: bool = False


class SignIn:
    """`people`: whom one may be at this moment. `scope`: what alone may be asked for."""

    def __init__(self, people: Callable[[], Sequence[Somebody]], *, scope: str) -> None:
        self._people, self._scope = people, scope
        self._clients: dict[str, Client] = {}
        self._codes: dict[str, _Code] = {}
        self._tokens: dict[str, str] = {}
        self._lock = Lock()

    def add_client(self, back: str) -> Client:
        client = Client(f"client-{secrets.token_hex(8)}", secrets.token_urlsafe(24), back)
        self._clients[client.id] = client
        return client

    # -- what a browser is shown: a GET shows it, a POST is the click, with `who`, or without on “Cancel”

    async def page(self, request: Request) -> Response:
        asked = dict(request.query_params)
        wrong = self._wrong(asked)
        if wrong is not None:
            return PlainTextResponse(wrong, status_code=BAD)
        if request.method == "POST":
            said = dict(parse_qsl((await request.body()).decode(errors="replace")))
            return RedirectResponse(self._decided(asked, said.get("who", "")), status_code=FOUND)
        choices = "".join(
            f'<p><button name="who" value="{escape(one.id)}">{escape(one.label)}</button></p>' for one in self._people()
        )
        return HTMLResponse(
            f"<h1>Sign in</h1><p>{escape(asked['client_id'])} wants to know who you are ({escape(self._scope)}).</p>"
            f'<form method="post">{choices}<p><button name="who" value="">Cancel</button></p></form>'
        )

    def _wrong(self, asked: Mapping[str, str]) -> str | None:
        """Nobody is sent anywhere that was not registered."""
        client = self._clients.get(asked.get("client_id", ""))
        if client is None or asked.get("redirect_uri") != client.back:
            return "There is no such client, or it has another redirect_uri."
        if asked.get("response_type") != "code" or asked.get("scope") != self._scope or not asked.get("state"):
            return f"It has to ask for a code, for {self._scope}, with a state."
        if asked.get("code_challenge_method", "S256") != "S256":
            return "A challenge has to be S256."
        return None

    def _decided(self, asked: Mapping[str, str], who: str) -> str:
        back, state = asked["redirect_uri"], asked["state"]
        if who not in {one.id for one in self._people()}:
            return f"{back}?{urlencode({'error': 'access_denied', 'state': state})}"
        code = secrets.token_urlsafe(24)
        with self._lock:
            self._codes[code] = _Code(asked["client_id"], back, asked.get("code_challenge", ""), who)
        return f"{back}?{urlencode({'code': code, 'state': state})}"

    # -- what a program asks

    def redeem(self, form: Mapping[str, str]) -> Reply:
        client = self._clients.get(form.get("client_id", ""))
        if client is None or not secrets.compare_digest(form.get("client_secret", ""), client.secret):
            return as_json({"error": "invalid_client"}, status=DENIED)
        if form.get("grant_type") != CODE_GRANT:
            return as_json({"error": "unsupported_grant_type"}, status=BAD)
        with self._lock:
            code = self._codes.get(form.get("code", ""))
            if code is None or not self._fits(code, client, form):
                return as_json({"error": "invalid_grant"}, status=BAD)
            code.is_used = True
            self._tokens[code.token] = code.who
        return as_json({"access_token": code.token, "token_type": "Bearer", "expires_in": 3600, "scope": self._scope})

    def _fits(self, code: _Code, client: Client, form: Mapping[str, str]) -> bool:
        """A code that comes twice has been seen by two: what was given for it holds no more."""
        if code.is_used:
            self._tokens.pop(code.token, None)
            return False
        proof = base64.urlsafe_b64encode(sha256(form.get("code_verifier", "").encode()).digest()).rstrip(b"=").decode()
        is_proven = not code.challenge or code.challenge == proof
        return code.client == client.id and code.back == form.get("redirect_uri") and is_proven

    def me(self, authorization: str | None) -> Reply:
        with self._lock:
            who = self._tokens.get((authorization or "").removeprefix("Bearer "), "")
        found = next((one for one in self._people() if one.id == who), None)
        return as_json(found.says) if found is not None else as_json({"error": "invalid_token"}, status=DENIED)
