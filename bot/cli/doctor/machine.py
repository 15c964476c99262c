"""The machine: the home, who may look into it, and the room on its disk."""

import os
import shutil
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from bot.cli.doctor.examined import Check, Finding, fault, note, well
from bot.settings import Settings

_GIGABYTE: Final = 1024**3
_LEAST_FREE: Final = 1 * _GIGABYTE
_OTHERS: Final = stat.S_IRWXG | stat.S_IRWXO


def checks(settings: Settings) -> list[Check]:
    home = settings.home
    return [Check("home", lambda: list(_home(home))), Check("disk", lambda: [_disk(home)])]


def _home(home: Path) -> Iterator[Finding]:
    if not home.exists():
        yield note("home", f"There is no {home} yet; the first command that needs it makes it.")
        return
    if not home.is_dir() or not os.access(home, os.R_OK | os.W_OK | os.X_OK):
        yield fault(
            "home",
            f"{home} is no folder that this user may write to.",
            why="Nothing can be kept, so nothing is answered.",
            fix=f"chown it to the user that runs Footnote, or set FOOTNOTE_HOME: {home}",
        )
        return
    if home.stat().st_mode & _OTHERS:
        yield fault(
            "home",
            f"Other users of this machine may look into {home}.",
            why="It holds the texts of your documents, and the key that signs the ledger.",
            fix=f"chmod 700 {home}",
        )
        return
    yield well("home", f"{home} is ours alone.")


def _disk(home: Path) -> Finding:
    there = next(folder for folder in (home, *home.parents) if folder.exists())
    free = shutil.disk_usage(there).free
    said = f"{free / _GIGABYTE:.1f} GB are free where {home} is."
    if free >= _LEAST_FREE:
        return well("disk", said)
    return fault(
        "disk",
        said,
        why="A full disk stops syncs, and then questions: what people ask is written down before it is answered.",
        fix="Make room, or set FOOTNOTE_HOME to a folder on a larger disk.",
    )
