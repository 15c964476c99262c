"""An emulator in a process of its own: ``python -m bot.playground.google --files 20000``. One line says where it is."""

import argparse
import json
import signal
import sys
from threading import Event

from bot.playground.google.acme import ADMIN as ACMES
from bot.playground.google.acme import acme
from bot.playground.google.crowd import ADMIN as CROWDS
from bot.playground.google.crowd import crowd
from bot.playground.google.server import GoogleEmulator
from bot.playground.world import World


def main() -> None:
    """Until it is told to stop. The line is JSON: where, and with which key."""
    said = _arguments()
    stop = Event()
    for sign in (signal.SIGTERM, signal.SIGINT):
        signal.signal(sign, lambda *_: stop.set())
    world, admin = (acme(), ACMES) if said.acme else (_crowd(said), CROWDS)
    with GoogleEmulator(world, port=said.port) as google:
        line = {
            "url": google.url,
            "domain": world.google.name,
            "admin": admin,
            "key": dict(google.key()),
            "drives": [drive.id for drive in world.google.drive.drives.values()],
        }
        sys.stdout.write(json.dumps(line) + "\n")
        sys.stdout.flush()
        stop.wait()


def _crowd(said: argparse.Namespace) -> World:
    return crowd(
        said.files,
        drives=said.drives,
        people=said.people,
        groups=said.groups,
        words=said.words,
        shared=said.shared,
        seed=said.seed,
    )


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bot.playground.google", description=__doc__)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--acme", action="store_true", help="the sample company's Drive instead of a large one")
    for name, default in (
        ("files", 20_000),
        ("drives", 4),
        ("people", 50),
        ("groups", 12),
        ("words", 120),
        ("seed", 0),
    ):
        parser.add_argument(f"--{name}", type=int, default=default)
    parser.add_argument("--shared", type=float, default=0.03, help="the share of files that not only members may read")
    return parser.parse_args()


if __name__ == "__main__":
    main()
