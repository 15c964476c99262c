"""The company's Google Drive: an emulator in this process, and how the source `drive` reads it. Its key is never printed."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from bot.cli.demo.keys import kept
from bot.playground.google import GoogleEmulator
from bot.playground.google.acme import ADMIN

NAME: Final = "drive"
KIND: Final = "drive"
_KEY: Final = "drive.key"  # the name of its file
_REACHED_BY: Final = frozenset({"drive_api", "directory_api", "token_url", "exports", "key", "requests_per_second"})


def source(google: GoogleEmulator, home: Path) -> Mapping[str, str]:
    """The settings of the source, and the file that they name."""
    with google.world.lock:
        drives = sorted(google.world.google.drive.drives)
    return {
        "mode": "delegation",
        "key": f"file:{kept(json.dumps(dict(google.key())), home / _KEY)}",
        "admin": ADMIN,
        "domains": google.world.google.name,
        "drives": ",".join(drives),
        "my_drive": "true",
        "drive_api": f"{google.url}/drive/v3",
        "directory_api": f"{google.url}/admin/directory/v1",
        "token_url": google.token_url,
        "exports": google.url,
        "requests_per_second": "1000",  # it is on this machine, and ours
    }


def is_same_site(before: Mapping[str, str], now: Mapping[str, str]) -> bool:
    """Whether what was read by these settings is what is read by those, wherever it answers now. Its files keep their ids."""
    return _identity(before) == _identity(now)


def _identity(settings: Mapping[str, str]) -> Mapping[str, str]:
    return {name: value for name, value in settings.items() if name not in _REACHED_BY}
