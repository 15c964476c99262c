"""One call of a Web API method: who calls, with which arguments, and what they may see. It must never change the world."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from bot.playground.slack.errors import SlackError, complaints
from bot.playground.slack.nouns import App, Channel, Json, Token, TokenKind, User
from bot.playground.slack.world import SlackWorld

SCOPE_OF: Final = {"public": "channels", "private": "groups", "im": "im", "mpim": "mpim"}
TRUE: Final = (True, 1, "1", "true", "True")


@dataclass(frozen=True)
class Call:
    world: SlackWorld
    method: str
    args: Json
    token: Token
    app: App
    socket_url: Callable[[App], str]
    pages: Mapping[str, int] = field(default_factory=dict)

    # -- arguments

    def given(self, name: str) -> bool:
        return self.args.get(name) not in (None, "")

    def text(self, name: str) -> str:
        """A required argument."""
        if not self.given(name):
            raise complaints("invalid_arguments", [f"missing required field: {name}"])
        return str(self.args[name])

    def option(self, name: str, default: str = "") -> str:
        return str(self.args[name]) if self.given(name) else default

    def flag(self, name: str, *, default: bool = False) -> bool:
        return self.args[name] in TRUE if self.given(name) else default

    def number(self, name: str, default: int) -> int:
        try:
            return int(self.args[name]) if self.given(name) else default
        except (TypeError, ValueError):
            raise complaints("invalid_arguments", [f"{name} must be an integer"]) from None

    def parsed(self, name: str, refusal: str) -> Any:
        """An argument that is JSON, or JSON inside a string when it came in a form."""
        value = self.args.get(name)
        if not isinstance(value, str):
            return value
        try:
            return json.loads(value) if value else None
        except json.JSONDecodeError:
            raise SlackError(refusal) from None

    def page_size(self, default: int = 1_000) -> int:
        return self.pages.get(self.method, default)

    # -- what the app may see

    def may(self, scope: str) -> bool:
        return scope in self.token.scopes

    def need(self, *scopes: str) -> None:
        """One of these is enough."""
        if not any(map(self.may, scopes)):
            provided = ",".join(sorted(self.token.scopes))
            raise SlackError("missing_scope", needed=",".join(scopes), provided=provided)

    def channel(self, name: str = "channel", *, scope: str | None = None) -> Channel:
        """The conversation an argument names, if this app may know that it exists."""
        ref = self.option(name)
        found = self.world.channels.get(ref)
        if found is None or not self.sees(found):
            raise SlackError("channel_not_found")
        if scope:
            self.need(f"{SCOPE_OF[found.kind]}:{scope}")
        return found

    def sees(self, channel: Channel) -> bool:
        is_public_here = channel.kind == "public" and self.app.team_id in channel.teams
        return is_public_here or self.app.user_id in channel.members

    def is_member(self, channel: Channel) -> bool:
        return self.app.user_id in channel.members

    def user(self, name: str = "user") -> User:
        found = self.world.users.get(self.option(name))
        if found is None:
            raise SlackError("user_not_found")
        return found


Handler = Callable[[Call], Json]


@dataclass(frozen=True)
class Method:
    run: Handler
    scopes: tuple[str, ...] = ()  # any one of these
    kind: TokenKind | None = "bot"  # None: needs no token
