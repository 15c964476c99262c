"""The company's Confluence: an emulator in this process, and how the source `wiki` reads it. Its token is never printed."""

import hashlib
import json
import uuid
from collections.abc import Mapping
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from bot.cli.demo.keys import kept
from bot.playground.confluence import ConfluenceEmulator
from bot.playground.world import World

NAME: Final = "wiki"
KIND: Final = "confluence"
SITE: Final = "https://wiki.acme.test/wiki"  # where links for people lead; nobody is there
_TOKEN: Final = "wiki.token"  # noqa: S105 - the name of its file
_REACHED_BY: Final = frozenset({"api", "secret", "requests_per_second"})


def source(site: ConfluenceEmulator, home: Path) -> Mapping[str, str]:
    """The settings of the source, and the file that they name."""
    with site.world.lock:
        spaces = sorted(space.key for space in site.world.confluence.spaces.values())
    return {
        "site": SITE,
        "api": site.gateway_url,
        "user": site.caller.email,
        "secret": f"file:{kept(site.caller.token, home / _TOKEN)}",
        "spaces": ",".join(spaces),
        "requests_per_second": "1000",  # it is on this machine, and ours
    }


def is_same_site(before: Mapping[str, str], now: Mapping[str, str]) -> bool:
    """Whether what was read by these settings is what is read by those, wherever it answers now."""
    return _identity(before) == _identity(now)


def _identity(settings: Mapping[str, str]) -> Mapping[str, str]:
    """The path of the API names the site."""
    rest = {name: value for name, value in settings.items() if name not in _REACHED_BY}
    return {**rest, "api": urlsplit(settings.get("api", "")).path}


def site_of(world: World) -> str:
    """Its pages are numbered anew with each start: with other pages than it had, it is another site."""
    with world.lock:
        content = world.confluence.content.values()
        told = [[each.id, each.kind, each.title, each.body, each.space_id, each.version] for each in content]
    return str(uuid.UUID(hashlib.sha256(json.dumps(told).encode()).hexdigest()[:32]))
