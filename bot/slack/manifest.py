"""Which app is created in Slack: what it may do, what it hears, and where it is called. It holds no secret."""

import json
from functools import cache
from importlib import resources
from typing import Any, Final
from urllib.parse import urlsplit

from bot.core.errors import BadUse
from bot.slack.features import events, scopes, switched_on
from policies.rules import Rules

_PATH: Final = "/slack/events"
_BACK: Final = "/slack/oauth_redirect"
_LONGEST: Final = 255


def manifest(rules: Rules | None, url: str | None = None, *, by_oauth: bool = False) -> dict[str, Any]:
    """For Socket Mode; with a URL, Slack calls there instead. It asks for what these rules switch on; without any, for whatever
    rules could. `by_oauth`: whoever installs it comes back there, and its tokens end by themselves.
    """
    described: dict[str, Any] = json.loads(_packaged())
    features = switched_on(rules)
    described["oauth_config"]["scopes"]["bot"] = sorted(scopes(features))
    described["settings"]["event_subscriptions"]["bot_events"] = sorted(events(features))
    if url is None:
        return described
    if by_oauth:
        described["oauth_config"]["redirect_urls"] = [_way_back(_request_url(url))]
        described["settings"]["token_rotation_enabled"] = True
    there, settings = _request_url(url), described["settings"]
    settings["socket_mode_enabled"] = False
    settings["event_subscriptions"]["request_url"] = there
    settings["interactivity"]["request_url"] = there
    for command in described["features"].get("slash_commands", ()):
        command["url"] = there
    return described


def _request_url(url: str) -> str:
    """With `/slack/events`, unless it says another path: a proxy may have one of its own."""
    if not _is_address(url):
        raise BadUse("--url takes the address at which Slack reaches this bot, such as https://footnote.acme.test.")
    return url if urlsplit(url).path.rstrip("/") else f"{url.rstrip('/')}{_PATH}"


def _way_back(request_url: str) -> str:
    """Beside the other one, where that has its own name; else where we serve it."""
    before, named, _ = request_url.rpartition(_PATH)
    parts = urlsplit(request_url)
    return f"{before if named else f'{parts.scheme}://{parts.netloc}'}{_BACK}"


def _is_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
        has_more = bool(parts.query or parts.fragment or "@" in parts.netloc)
        return parts.scheme == "https" and bool(parts.hostname) and parts.port != 0 and not has_more and _is_plain(url)
    except ValueError:  # a port that is none
        return False


def _is_plain(url: str) -> bool:
    return url.isascii() and url.isprintable() and " " not in url and len(url) <= _LONGEST


@cache
def _packaged() -> str:
    return (resources.files("bot.slack") / "manifest.json").read_text(encoding="utf-8")
