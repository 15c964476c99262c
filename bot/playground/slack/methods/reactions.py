"""reactions.*: an emoji under a message."""

from types import MappingProxyType
from typing import Final

from bot.playground.slack import messages
from bot.playground.slack.call import Call, Method
from bot.playground.slack.errors import SlackError
from bot.playground.slack.nouns import Channel, Json, Message
from bot.playground.slack.wire import message_json


def add(call: Call) -> Json:
    channel, message = _target(call)
    if not messages.react(call.world, channel, message, user=call.app.user_id, name=_name(call), add=True):
        raise SlackError("already_reacted")
    return {}


def remove(call: Call) -> Json:
    channel, message = _target(call)
    if not messages.react(call.world, channel, message, user=call.app.user_id, name=_name(call), add=False):
        raise SlackError("no_reaction")
    return {}


def get(call: Call) -> Json:
    channel, message = _target(call)
    return {"type": "message", "channel": channel.id, "message": message_json(call.world, channel, message)}


def _target(call: Call) -> tuple[Channel, Message]:
    if not call.given("channel") or not call.given("timestamp"):
        raise SlackError("no_item_specified")
    channel = call.channel()
    message = channel.messages.get(call.text("timestamp"))
    if message is None:
        raise SlackError("message_not_found")
    if not call.is_member(channel) and channel.kind != "public":
        raise SlackError("not_in_channel")
    return channel, message


def _name(call: Call) -> str:
    name = call.option("name").strip(":")
    if not name or " " in name:
        raise SlackError("invalid_name")
    return name


METHODS: Final = MappingProxyType(
    {
        "reactions.add": Method(add, ("reactions:write",)),
        "reactions.remove": Method(remove, ("reactions:write",)),
        "reactions.get": Method(get, ("reactions:read",)),
    }
)
