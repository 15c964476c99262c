"""An emulator in a process of its own: ``python -m bot.playground.confluence --pages 20000``. One line says where it is."""

import argparse
import json
import signal
import sys
from threading import Event

from bot.playground.confluence.acme import BOT as ACMES
from bot.playground.confluence.acme import acme
from bot.playground.confluence.crowd import BOT as CROWDS
from bot.playground.confluence.crowd import crowd
from bot.playground.confluence.server import ConfluenceEmulator
from bot.playground.world import World


def main() -> None:
    """Until it is told to stop. The line is JSON: where, and with which token."""
    said = _arguments()
    stop = Event()
    for sign in (signal.SIGTERM, signal.SIGINT):
        signal.signal(sign, lambda *_: stop.set())
    if said.acme:
        world, bot = acme(), ACMES
    else:
        world, bot = _crowd(said), CROWDS
    with ConfluenceEmulator(world, caller=bot, port=said.port, sees_everything=said.sees_everything) as site:
        line = {
            "url": site.url,
            "gateway_url": site.gateway_url,
            "email": site.caller.email,
            "token": site.caller.token,
            "spaces": [space.key for space in world.confluence.spaces.values()],
        }
        sys.stdout.write(json.dumps(line) + "\n")
        sys.stdout.flush()
        stop.wait()


def _crowd(said: argparse.Namespace) -> World:
    return crowd(
        said.pages,
        spaces=said.spaces,
        people=said.people,
        groups=said.groups,
        words=said.words,
        restricted=said.restricted,
        attachments=said.attachments,
        comments=said.comments,
        seed=said.seed,
    )


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bot.playground.confluence", description=__doc__)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--acme", action="store_true", help="the sample company's wiki instead of a large one")
    parser.add_argument(
        "--sees-everything", action="store_true", help="the token sees all, as with an administrator's key"
    )
    for name, default in (
        ("pages", 20_000),
        ("spaces", 4),
        ("people", 50),
        ("groups", 12),
        ("words", 120),
        ("attachments", 0),
        ("comments", 0),
        ("seed", 0),
    ):
        parser.add_argument(f"--{name}", type=int, default=default)
    parser.add_argument(
        "--restricted", type=float, default=0.03, help="the share of pages with a restriction of their own"
    )
    return parser.parse_args()


if __name__ == "__main__":
    main()
