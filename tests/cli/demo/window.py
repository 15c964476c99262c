"""What the demo's page does, over HTTP: being somebody, writing somewhere, seeing what comes back and how it came about."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import httpx

PATIENCE_S = 150.0
Seen = TypeVar("Seen")


class Shown(NamedTuple):
    channel: str
    ts: str
    text: str


@dataclass(frozen=True)
class Window:
    origin: str

    def get(self, path: str, **params: str) -> httpx.Response:
        return httpx.get(f"{self.origin}{path}", params=params, timeout=30)

    def do(self, action: str, user: str, **args: Any) -> Mapping[str, Any]:
        sent = httpx.post(f"{self.origin}/_world/do/{action}", json={"user": user, **args}, timeout=30)
        done: Mapping[str, Any] = sent.json()
        assert done["ok"], done
        return done

    def people(self) -> dict[str, str]:
        return {one["name"]: one["id"] for one in self.get("/_world/people").json()["people"]}

    def channels(self, user: str) -> dict[str, str]:
        found = self.get("/_world/channels", user=user).json()["channels"]
        return {one["name"]: one["id"] for one in found}

    def direct(self, user: str) -> str:
        return str(self.do("dm", user, **{"with": "footnote"})["channel"])

    def asks(self, user: str, place: str, text: str) -> Shown:
        """In a channel, the bot is named. What was said."""
        if place == "dm":
            channel, said = self.direct(user), text
        else:
            channel, said = self.channels(user)[place], f"<@{self.people()['footnote']}> {text}"
        return Shown(channel, self.do("post", user, channel=channel, text=said)["ts"], said)

    def reply(self, user: str, asked: Shown) -> Shown:
        """The bot's first message after this one, there."""
        return until(lambda: self.said(user, asked.channel, since=asked.ts))

    def said(self, user: str, channel: str, *, since: str) -> Shown | None:
        """In a channel, the bot answers in the thread."""
        thread = {} if channel.startswith("D") else {"thread_ts": since}
        found = self.get("/_world/messages", user=user, channel=channel, **thread).json()["messages"]
        ours = [one for one in found if one.get("bot_id") and one["ts"] > since]
        return Shown(channel, ours[0]["ts"], ours[0]["text"]) if ours else None

    def receipt(self, shown: Shown) -> Mapping[str, Any]:
        """Once it is over."""

        def over() -> Mapping[str, Any] | None:
            found = self.get("/_footnote/receipt", channel=shown.channel, ts=shown.ts)
            receipt: Mapping[str, Any] = found.json()
            return receipt if receipt and receipt["over"] else None

        return until(over)

    def about(self) -> Mapping[str, Any]:
        found: Mapping[str, Any] = self.get("/_footnote/about").json()
        return found


def until(look: Callable[[], Seen | None]) -> Seen:
    deadline = time.monotonic() + PATIENCE_S
    while not (found := look()):
        assert time.monotonic() < deadline, "it does not happen"
        time.sleep(0.02)
    return found


def address_in(output: Path) -> str | None:
    """What the command printed, once it has."""
    said = output.read_text(encoding="utf-8") if output.exists() else ""
    where = said.partition("http://")[2].partition("/")
    return f"http://{where[0]}" if where[1] else None
