"""How everything that Footnote says in Slack looks. Pure: values in, blocks and plain text out."""

from bot.slack.render.experts import offer_to_ask
from bot.slack.render.kit import feedback_pressed, option_pressed
from bot.slack.render.message import Post, chosen, failure, growing, handed_on, reply, status, thanks, unchosen
from bot.slack.render.views import draft_view, evidence_view, loading_view, nothing_view

__all__ = [
    "Post",
    "chosen",
    "draft_view",
    "evidence_view",
    "failure",
    "feedback_pressed",
    "growing",
    "handed_on",
    "loading_view",
    "nothing_view",
    "offer_to_ask",
    "option_pressed",
    "reply",
    "status",
    "thanks",
    "unchosen",
]
