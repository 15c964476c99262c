"""How messages come, change and go. Each function is one transition: it changes the world and tells it; it never asks who may."""

from dataclasses import replace
from typing import Any

from bot.playground.slack.changes import (
    EphemeralGone,
    EphemeralPosted,
    MessageChanged,
    MessageDeleted,
    MessagePosted,
    ReactionChanged,
    ThreadDressed,
)
from bot.playground.slack.nouns import App, Channel, Ephemeral, File, Json, Message
from bot.playground.slack.richtext import rich_text
from bot.playground.slack.world import SlackWorld

TOMBSTONE = "This message was deleted."


def post(world: SlackWorld, channel: Channel, message: Message) -> Message:
    with world.lock:
        channel.messages[message.ts] = message
        if message.thread_ts and message.is_reply:
            channel.threads.setdefault(message.thread_ts, []).append(message.ts)
        world.tell(MessagePosted(channel.id, message))
        thread_ts = message.thread_ts or message.ts
        if message.app_id and world.statuses.pop((channel.id, thread_ts), None):
            world.tell(ThreadDressed(channel.id, thread_ts, "status"))  # Slack clears “is thinking…” by itself
        return message


def say(
    world: SlackWorld,
    channel: Channel,
    user: str,
    text: str,
    *,
    thread_ts: str | None = None,
    broadcast: bool = False,
    files: list[File] | None = None,
) -> Message:
    """A person writes; or somebody else's bot, which may be an integration of the old kind."""
    ts, author = world.new_ts(), world.users[user]
    old_kind = author.is_bot and author.app_id is None
    message = Message(
        ts=ts,
        user=user,
        text=text,
        thread_ts=thread_ts,
        broadcast=broadcast,
        subtype=_subtype(files=bool(files), broadcast=broadcast and bool(thread_ts), old_kind=old_kind),
        files=files or [],
        bot_id=author.bot_id,
        app_id=author.app_id,
        username=author.real_name if old_kind else None,
        client_msg_id=None if author.is_bot else f"{ts.replace('.', '-')}-{user.lower()}",
        blocks=[rich_text(text, world.new_id("b"))] if text else [],
    )
    return post(world, channel, message)


def _subtype(*, files: bool, broadcast: bool, old_kind: bool) -> str | None:
    if old_kind:
        return "bot_message"
    if files:
        return "file_share"
    return "thread_broadcast" if broadcast else None


def announce(world: SlackWorld, channel: Channel, user: str, subtype: str, text: str) -> Message:
    """Slack itself writes: somebody joined, the channel has another name."""
    return post(world, channel, Message(ts=world.new_ts(), user=user, text=text, subtype=subtype))


def change(world: SlackWorld, channel: Channel, message: Message, *, streaming: bool = False, **fields: Any) -> Message:
    """Replaces the message by a changed copy: whoever holds the old one still sees what it was."""
    with world.lock:
        current = channel.messages[message.ts]
        changed = replace(current, **fields)
        channel.messages[message.ts] = changed
        world.tell(MessageChanged(channel.id, changed, previous=current, streaming=streaming))
        return changed


def edit(world: SlackWorld, channel: Channel, message: Message, *, by: str, text: str) -> Message:
    """A person changes their words."""
    blocks: list[Json] = [rich_text(text, world.new_id("b"))]
    return change(world, channel, message, text=text, blocks=blocks, edited=(by, world.new_ts()))


def delete(world: SlackWorld, channel: Channel, message: Message) -> None:
    """A message with replies leaves a tombstone at the head of its thread; any other is gone."""
    with world.lock:
        previous = channel.messages.pop(message.ts)
        if previous.thread_ts and previous.is_reply:
            channel.threads[previous.thread_ts].remove(previous.ts)
        if channel.threads.get(message.ts):
            head = Message(ts=previous.ts, user="USLACKBOT", text=TOMBSTONE, subtype="tombstone", thread_ts=previous.ts)
            channel.messages[head.ts] = head
            channel.messages = dict(sorted(channel.messages.items()))
        world.tell(MessageDeleted(channel.id, previous))


def react(world: SlackWorld, channel: Channel, message: Message, *, user: str, name: str, add: bool) -> bool:
    """False when there was nothing to change."""
    with world.lock:
        who = message.reactions.get(name, [])
        if (user in who) is add:
            return False
        left = [*who, user] if add else [u for u in who if u != user]
        reactions = {**message.reactions, name: left}
        channel.messages[message.ts] = replace(message, reactions={k: v for k, v in reactions.items() if v})
        world.tell(ReactionChanged(channel.id, message.ts, user, name, added=add))
        return True


def whisper(
    world: SlackWorld,
    channel: Channel,
    *,
    to: str,
    text: str,
    app: App | None = None,
    blocks: list[Json] | None = None,
    thread_ts: str | None = None,
) -> Ephemeral:
    with world.lock:
        ephemeral = Ephemeral(
            ts=world.new_ts(),
            channel_id=channel.id,
            user=to,
            app_id=app.id if app else None,
            bot_id=app.bot_id if app else None,
            text=text,
            blocks=blocks or [],
            thread_ts=thread_ts,
        )
        channel.ephemerals.append(ephemeral)
        world.tell(EphemeralPosted(ephemeral))
        return ephemeral


def hush(world: SlackWorld, ephemeral: Ephemeral) -> None:
    with world.lock:
        kept = world.channels[ephemeral.channel_id].ephemerals
        if ephemeral in kept:
            kept.remove(ephemeral)
            world.tell(EphemeralGone(ephemeral))


def thread(channel: Channel, ts: str) -> list[Message]:
    """The head, then its replies in order."""
    return [channel.messages[i] for i in (ts, *channel.threads.get(ts, [])) if i in channel.messages]
