"""Where the company's documents are, beside a folder: a Confluence and a Drive, each emulated on a port of its own."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

from bot.cli.demo import wiki
from bot.playground.confluence import ConfluenceEmulator
from bot.playground.confluence.acme import BOT
from bot.playground.google import GoogleEmulator
from bot.playground.world import World


class Sites(NamedTuple):
    wiki: ConfluenceEmulator
    drive: GoogleEmulator


@contextmanager
def running(world: World | None) -> Iterator[Sites | None]:
    """On other ports each time."""
    if world is None:
        yield None
        return
    with (
        ConfluenceEmulator(world, caller=BOT, links=wiki.SITE, cloud_id=wiki.site_of(world)) as confluence,
        GoogleEmulator(world) as google,
    ):
        yield Sites(confluence, google)
