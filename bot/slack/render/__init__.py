"""How everything that Footnote says in Slack looks. Pure: values in, blocks and plain text out."""

from bot.slack.render.kit import feedback_pressed
from bot.slack.render.message import Post, failure, reply, status, thanks
from bot.slack.render.views import evidence_view, loading_view, nothing_view

__all__ = [
    "Post",
    "evidence_view",
    "failure",
    "feedback_pressed",
    "loading_view",
    "nothing_view",
    "reply",
    "status",
    "thanks",
]
