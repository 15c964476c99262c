"""Where the company's documents are, beside a folder, and where things are done for its people: a Confluence, a Drive and a
Jira, each emulated on a port of its own.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

from bot.cli.demo import wiki
from bot.playground.confluence import ConfluenceEmulator
from bot.playground.confluence.acme import BOT
from bot.playground.google import GoogleEmulator
from bot.playground.google.tokens import DRIVE, READING
from bot.playground.jira import JiraEmulator
from bot.playground.world import World


class Sites(NamedTuple):
    wiki: ConfluenceEmulator
    drive: GoogleEmulator
    jira: JiraEmulator


@contextmanager
def running(world: World | None) -> Iterator[Sites | None]:
    """On other ports each time."""
    if world is None:
        yield None
        return
    with (
        ConfluenceEmulator(world, caller=BOT, links=wiki.SITE, cloud_id=wiki.site_of(world)) as confluence,
        GoogleEmulator(world, delegated=READING | {DRIVE}) as google,
        JiraEmulator(world, caller=BOT) as jira,
    ):
        yield Sites(confluence, google, jira)
