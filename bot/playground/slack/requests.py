"""HTTP instead of a socket: what an app's request URL is sent, signed with the app's secret, and what its answer says."""

import hashlib
import hmac
import json
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

import httpx

from bot.playground.slack.delivery import Ack, Parcel
from bot.playground.slack.nouns import App, Json

JSON: Final = "application/json"
FORM: Final = "application/x-www-form-urlencoded"
AGENT: Final = "Slackbot 1.0 (+https://api.slack.com/robots)"
PATIENCE_S: Final = 10.0  # of the line; Slack's own comes before it
REASONS: Final = {"timeout": "http_timeout", "connection_failed": "connection_failed", "http_error": "http_error"}
WELL: Final = range(200, 300)


@dataclass(frozen=True)
class Envelope:
    """One request as it goes out."""

    body: bytes
    headers: dict[str, str]


def envelope(app: App, parcel: Parcel, now: float) -> Envelope:
    body, kind = _written(parcel)
    again = (
        {"x-slack-retry-num": str(parcel.attempt), "x-slack-retry-reason": REASONS[parcel.reason]}
        if parcel.attempt
        else {}
    )
    return Envelope(body, {"content-type": kind, **again, **signed(app.signing_secret, body, now)})


def signed(secret: str, body: bytes, now: float) -> dict[str, str]:
    moment = str(int(now))
    mac = hmac.new(secret.encode(), b"v0:" + moment.encode() + b":" + body, hashlib.sha256).hexdigest()
    return {"user-agent": AGENT, "x-slack-request-timestamp": moment, "x-slack-signature": f"v0={mac}"}


def client() -> httpx.AsyncClient:
    """Each request on a line of its own: an app that was started anew is not spoken to on the old one's."""
    return httpx.AsyncClient(trust_env=False, timeout=PATIENCE_S, limits=httpx.Limits(max_keepalive_connections=0))


async def send(line: httpx.AsyncClient, url: str, sent: Envelope) -> Ack:
    """Not acknowledged: `error` is why, in the words of a parcel's `reason`."""
    try:
        answer = await line.post(url, content=sent.body, headers=sent.headers)
    except httpx.TimeoutException:
        return Ack(acked=False, error="timeout")
    except httpx.HTTPError:
        return Ack(acked=False, error="connection_failed")
    if answer.status_code not in WELL:
        return Ack(acked=False, error="http_error")
    return Ack(acked=True, payload=_said(answer))


def agrees(app: App, url: str, now: float) -> bool:
    """What Slack asks of a URL before it takes it: the challenge back."""
    body = json.dumps({"type": "url_verification", "token": app.verification_token, "challenge": "sesame"}).encode()
    headers = {"content-type": JSON, **signed(app.signing_secret, body, now)}
    try:
        answer = httpx.post(url, content=body, headers=headers, timeout=PATIENCE_S, trust_env=False)
    except httpx.HTTPError:
        return False
    return answer.status_code in WELL and "sesame" in answer.text


def _written(parcel: Parcel) -> tuple[bytes, str]:
    match parcel.kind:
        case "events_api":
            return json.dumps(parcel.payload).encode(), JSON
        case "slash_commands":
            return urlencode(parcel.payload).encode(), FORM
        case "interactive":
            return urlencode({"payload": json.dumps(parcel.payload)}).encode(), FORM


def _said(answer: httpx.Response) -> Json | None:
    if not answer.content:
        return None
    if answer.headers.get("content-type", "").startswith(JSON):
        said = answer.json()
        return said if isinstance(said, dict) else None
    return {"text": answer.text}
