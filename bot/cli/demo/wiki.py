"""The company's Confluence: an emulator in this process, and how the source `wiki` reads it. Its token is never printed."""

import hashlib
import json
import os
import secrets
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from bot.playground.confluence import ConfluenceEmulator
from bot.playground.confluence.acme import BOT
from bot.playground.world import World

NAME: Final = "wiki"
KIND: Final = "confluence"
SITE: Final = "https://wiki.acme.test/wiki"  # where links for people lead; nobody is there
_TOKEN: Final = "wiki.token"  # noqa: S105 - the name of its file
_REACHED_BY: Final = frozenset({"api", "secret", "requests_per_second"})


@contextmanager
def running(world: World | None) -> Iterator[ConfluenceEmulator | None]:
    """On a port of its own, another one each time."""
    if world is None:
        yield None
        return
    with ConfluenceEmulator(world, caller=BOT, links=SITE, cloud_id=_site(world)) as site:
        yield site


def source(site: ConfluenceEmulator, home: Path) -> Mapping[str, str]:
    """The settings of the source, and the file that they name."""
    with site.world.lock:
        spaces = sorted(space.key for space in site.world.confluence.spaces.values())
    return {
        "site": SITE,
        "api": site.gateway_url,
        "user": site.caller.email,
        "secret": f"file:{_kept(site.caller.token, home / _TOKEN)}",
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


def _site(world: World) -> str:
    """Its pages are numbered anew with each start: with other pages than it had, it is another site."""
    with world.lock:
        content = world.confluence.content.values()
        told = [[each.id, each.kind, each.title, each.body, each.space_id, each.version] for each in content]
    return str(uuid.UUID(hashlib.sha256(json.dumps(told).encode()).hexdigest()[:32]))


def _kept(token: str, path: Path) -> Path:
    """Whole or not at all, and for nobody else."""
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(token)
    draft.replace(path)
    return path
