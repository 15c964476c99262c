"""What one person sees in Slack's client. It must never show somebody's ephemeral message to anybody else."""

from bot.playground.slack import limits
from bot.playground.slack.nouns import Channel, Ephemeral, Json, Message, Status, User
from bot.playground.slack.wire import ephemeral_json, message_json
from bot.playground.slack.world import SlackWorld


def sees(world: SlackWorld, user: User, channel: Channel) -> bool:
    """A full member of the workspace may read public channels without joining; everyone else only what they are in."""
    if user.deleted or channel.id not in world.channels:
        return False
    if user.id in channel.members:
        return True
    return channel.kind == "public" and user.team_id == channel.team_id and not user.restricted


def channels(world: SlackWorld, user: User) -> list[Channel]:
    return [c for c in world.channels.values() if sees(world, user, c)]


def visible_messages(world: SlackWorld, user: User, channel: Channel, *, thread_ts: str | None = None) -> list[Json]:
    """The channel, or one thread of it, with this person's own ephemeral messages in their places."""
    said: list[Message | Ephemeral] = [
        m for m in channel.messages.values() if thread_ts is None or thread_ts in (m.ts, m.thread_ts)
    ]
    mine = [e for e in channel.ephemerals if e.user == user.id and thread_ts in (None, e.thread_ts)]
    return [shown(world, channel, m) for m in sorted([*said, *mine], key=lambda m: m.ts)]


def shown(world: SlackWorld, channel: Channel, message: Message | Ephemeral) -> Json:
    if isinstance(message, Ephemeral):
        return ephemeral_json(world, message)
    return message_json(world, channel, message, counts=True) | {"streaming": message.stream is not None}


def status(world: SlackWorld, channel: Channel, thread_ts: str) -> Status | None:
    """“is thinking…”, unless it has stood there for two minutes."""
    found = world.status(channel.id, thread_ts)
    return found if found and world.clock.now() - found.set_at < limits.STATUS_S else None
