"""A Jira Cloud that fits in a process. It imports nothing of ours: what it says about the bot is independent of the bot."""

from bot.playground.jira.faults import KINDS, Faults
from bot.playground.jira.nouns import BROWSE, COMMENT, CREATE, LICENSED, Comment, Issue, Project
from bot.playground.jira.server import JiraEmulator
from bot.playground.jira.site import JiraSite

__all__ = [
    "BROWSE",
    "COMMENT",
    "CREATE",
    "KINDS",
    "LICENSED",
    "Comment",
    "Faults",
    "Issue",
    "JiraEmulator",
    "JiraSite",
    "Project",
]
