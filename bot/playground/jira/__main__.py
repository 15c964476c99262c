"""An emulator in a process of its own: ``python -m bot.playground.jira``. One line says where it is."""

import argparse
import json
import signal
import sys
from threading import Event

from bot.playground.confluence.acme import BOT
from bot.playground.jira.acme import acme
from bot.playground.jira.server import JiraEmulator


def main() -> None:
    """Until it is told to stop. The line is JSON: where, and with which token."""
    parser = argparse.ArgumentParser(prog="python -m bot.playground.jira", description=__doc__)
    parser.add_argument("--port", type=int, default=0)
    said = parser.parse_args()
    stop = Event()
    for sign in (signal.SIGTERM, signal.SIGINT):
        signal.signal(sign, lambda *_: stop.set())
    world = acme()
    with JiraEmulator(world, caller=BOT, port=said.port) as jira:
        line = {
            "url": jira.url,
            "gateway_url": jira.gateway_url,
            "email": jira.caller.email,
            "token": jira.caller.token,
            "projects": [project.key for project in world.jira.projects.values()],
        }
        sys.stdout.write(json.dumps(line) + "\n")
        sys.stdout.flush()
        stop.wait()


if __name__ == "__main__":
    main()
