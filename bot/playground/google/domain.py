"""A company's Google Workspace: its directory, and its Drive."""

from typing import TYPE_CHECKING

from bot.playground.google.directory import Directory
from bot.playground.google.drive import Drive

if TYPE_CHECKING:
    from bot.playground.world import World


class GoogleDomain:
    def __init__(self, world: "World", name: str) -> None:
        self.name = name
        self.directory = Directory(world, name)
        self.drive = Drive(world)
