"""A Google Workspace that fits in a process. It imports nothing of ours: what it says about the bot is independent of the bot."""

from bot.playground.google.call import Habits
from bot.playground.google.faults import KINDS, Faults
from bot.playground.google.nouns import EVERYBODY, File, Grant, Group, SharedDrive, User
from bot.playground.google.oracle import Oracle
from bot.playground.google.server import GoogleEmulator
from bot.playground.google.tokens import READING, ServiceAccount

__all__ = [
    "EVERYBODY",
    "KINDS",
    "READING",
    "Faults",
    "File",
    "GoogleEmulator",
    "Grant",
    "Group",
    "Habits",
    "Oracle",
    "ServiceAccount",
    "SharedDrive",
    "User",
]
