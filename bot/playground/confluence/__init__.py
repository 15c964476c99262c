"""A Confluence Cloud that fits in a process. It imports nothing of ours: what it says about the bot is independent of the bot."""

from bot.playground.confluence.call import Habits
from bot.playground.confluence.callers import Caller
from bot.playground.confluence.faults import KINDS, Faults
from bot.playground.confluence.nouns import (
    ALL_LICENSED_USERS,
    ALL_PRODUCT_ADMINS,
    DOCUMENTS,
    FOLDERLIKE,
    Content,
    Grant,
    Restriction,
    RoleAssignment,
    Space,
)
from bot.playground.confluence.oracle import Oracle
from bot.playground.confluence.server import ConfluenceEmulator
from bot.playground.confluence.site import ConfluenceSite
from bot.playground.loopback.log import Request, RequestLog

__all__ = [
    "ALL_LICENSED_USERS",
    "ALL_PRODUCT_ADMINS",
    "DOCUMENTS",
    "FOLDERLIKE",
    "KINDS",
    "Caller",
    "ConfluenceEmulator",
    "ConfluenceSite",
    "Content",
    "Faults",
    "Grant",
    "Habits",
    "Oracle",
    "Request",
    "RequestLog",
    "Restriction",
    "RoleAssignment",
    "Space",
]
