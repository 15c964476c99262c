"""A Slack that fits in a process. It imports nothing of ours: what it says about the bot is independent of the bot."""

from bot.playground.slack.clock import Clock, ManualClock, WallClock
from bot.playground.slack.delivery import Delivery
from bot.playground.slack.errors import CannotDo, SlackError
from bot.playground.slack.interactions import Outcome
from bot.playground.slack.manifest import BOT_EVENTS, BOT_SCOPES
from bot.playground.slack.nouns import App, Channel, Ephemeral, File, Message, SlashCommand, Team, User, UserGroup, View
from bot.playground.slack.people import Person
from bot.playground.slack.rates import RateLimits
from bot.playground.slack.server import SlackEmulator
from bot.playground.slack.world import SlackWorld

__all__ = [
    "BOT_EVENTS",
    "BOT_SCOPES",
    "App",
    "CannotDo",
    "Channel",
    "Clock",
    "Delivery",
    "Ephemeral",
    "File",
    "ManualClock",
    "Message",
    "Outcome",
    "Person",
    "RateLimits",
    "SlackEmulator",
    "SlackError",
    "SlackWorld",
    "SlashCommand",
    "Team",
    "User",
    "UserGroup",
    "View",
    "WallClock",
]
