"""response_url: an app answers where somebody clicked or typed a command, five times in half an hour and no more."""

from typing import Any

from bot.playground.slack import limits, messages
from bot.playground.slack.blocks import identified
from bot.playground.slack.errors import SlackError
from bot.playground.slack.nouns import Channel, Ephemeral, Hook, Json, Message
from bot.playground.slack.surfaces import check_message_blocks
from bot.playground.slack.world import SlackWorld

MISSING = 404


def make(
    world: SlackWorld,
    *,
    app_id: str,
    user: str,
    channel_id: str,
    message_ts: str | None = None,
    thread_ts: str | None = None,
    ephemeral: bool = False,
) -> Hook:
    with world.lock:
        hook = Hook(world.new_id("H"), app_id, user, channel_id, world.clock.now(), message_ts, thread_ts, ephemeral)
        world.hooks[hook.id] = hook
        return hook


def answer(world: SlackWorld, hook_id: str, body: Json) -> None:
    """One use. Nothing is written when it is refused."""
    with world.lock:
        hook = _usable(world, hook_id)
        blocks: Any = body.get("blocks") or []
        if blocks:
            check_message_blocks(blocks)
            blocks = identified(world.new_id("b"), blocks)
        if not body.get("delete_original") and not body.get("text") and not blocks:
            raise SlackError("no_text")
        hook.uses += 1
        _write(world, hook, body, blocks)


def _usable(world: SlackWorld, hook_id: str) -> Hook:
    hook = world.hooks.get(hook_id)
    if hook is None:
        raise SlackError("invalid_url")
    if world.clock.now() - hook.made_at > limits.RESPONSE_URL_S:
        raise SlackError("expired_url")
    if hook.uses >= limits.RESPONSE_URL_USES:
        raise SlackError("used_url")
    return hook


def _write(world: SlackWorld, hook: Hook, body: Json, blocks: list[Json]) -> None:
    channel, app = world.channels[hook.channel_id], world.apps[hook.app_id]
    text = str(body.get("text") or "")
    if body.get("delete_original") in (True, "true"):
        _take_back(world, channel, hook)
        return
    if body.get("replace_original") in (True, "true") and _replace(world, channel, hook, text, blocks):
        return
    thread_ts = body.get("thread_ts") or (hook.thread_ts if hook.ephemeral else None)
    if body.get("response_type") == "in_channel":
        message = Message(
            ts=world.new_ts(),
            user=app.user_id,
            bot_id=app.bot_id,
            app_id=app.id,
            text=text,
            blocks=blocks,
            thread_ts=thread_ts,
        )
        messages.post(world, channel, message)
    else:
        messages.whisper(world, channel, to=hook.user, app=app, text=text, blocks=blocks, thread_ts=thread_ts)


def _replace(world: SlackWorld, channel: Channel, hook: Hook, text: str, blocks: list[Json]) -> bool:
    original = _ephemeral(channel, hook)
    if original:
        messages.hush(world, original)
        app = world.apps[hook.app_id]
        fresh = messages.whisper(
            world, channel, to=hook.user, app=app, text=text, blocks=blocks, thread_ts=original.thread_ts
        )
        hook.message_ts = fresh.ts
        return True
    message = channel.messages.get(hook.message_ts or "")
    if message is None:
        return False
    messages.change(world, channel, message, text=text or message.text, blocks=blocks)
    return True


def _take_back(world: SlackWorld, channel: Channel, hook: Hook) -> None:
    if original := _ephemeral(channel, hook):
        messages.hush(world, original)
    elif message := channel.messages.get(hook.message_ts or ""):
        messages.delete(world, channel, message)


def _ephemeral(channel: Channel, hook: Hook) -> Ephemeral | None:
    return next((e for e in channel.ephemerals if e.ts == hook.message_ts), None)
