"""Which app hears of a change, and in which words. Only where its bot is a member, it has the scope, and it subscribed."""

from collections.abc import Iterator

from bot.playground.slack import changes
from bot.playground.slack.call import SCOPE_OF
from bot.playground.slack.nouns import App, Channel, Json, Message
from bot.playground.slack.richtext import mentioned
from bot.playground.slack.wire import CHANNEL_TYPE, message_json, user_json, view_json
from bot.playground.slack.world import SlackWorld

PLURAL = {"public": "channels", "private": "groups", "im": "im", "mpim": "mpim"}

SPOKEN = frozenset({None, "bot_message", "file_share", "thread_broadcast"})  # not what Slack itself announces


def events_for(world: SlackWorld, change: changes.Change) -> Iterator[tuple[App, Json]]:
    for app in world.apps.values():
        if app.installed:
            yield from ((app, event) for event in _heard(world, app, change))


def callback(world: SlackWorld, app: App, event: Json, event_id: str) -> Json:
    """What an events_api envelope carries."""
    channel = world.channels.get(_channel_id(event))
    return {
        "token": app.verification_token,
        "team_id": app.team_id,
        "context_team_id": app.team_id,
        "context_enterprise_id": None,
        "api_app_id": app.api_id,
        "event": event,
        "type": "event_callback",
        "event_id": event_id,
        "event_time": int(world.clock.now()),
        "authorizations": [
            {
                "enterprise_id": None,
                "team_id": app.team_id,
                "user_id": app.user_id,
                "is_bot": True,
                "is_enterprise_install": False,
            }
        ],
        "is_ext_shared_channel": bool(channel and channel.is_ext_shared),
        "event_context": f"4-{event_id}",
    }


def _heard(world: SlackWorld, app: App, change: changes.Change) -> Iterator[Json]:  # noqa: C901, PLR0912 - one case a change
    match change:
        case changes.MessagePosted():
            yield from _posted(world, app, change)
        case changes.MessageChanged(streaming=False):
            yield from _changed(world, app, change)
        case changes.MessageDeleted():
            yield from _deleted(world, app, change)
        case changes.MemberJoined() | changes.MemberLeft():
            yield from _moved(world, app, change)
        case changes.ChannelRenamed():
            channel = world.channels[change.channel_id]
            kind = "group_rename" if channel.kind == "private" else "channel_rename"
            if _may(world, app, kind, f"{SCOPE_OF[channel.kind]}:read") and app.user_id in channel.members:
                body = {
                    "id": channel.id,
                    "name": channel.name,
                    "name_normalized": channel.name,
                    "created": channel.created,
                }
                yield {"type": kind, "channel": body, "event_ts": world.new_ts()}
        case changes.ChannelTurned():
            yield from _turned(world, app, change)
        case changes.ReactionChanged():
            yield from _reacted(world, app, change)
        case changes.UserChanged() | changes.UserCame():
            kind = "user_change" if isinstance(change, changes.UserChanged) else "team_join"
            if world.is_elsewhere(world.users[change.user], app):
                return
            if _may(world, app, kind, "users:read"):
                with_email = _has(world, app, "users:read.email")
                shown = user_json(world, world.users[change.user], app=app, with_email=with_email)
                yield {
                    "type": kind,
                    "user": shown,
                    "cache_ts": int(world.clock.now()),
                    "event_ts": world.new_ts(),
                }
        case changes.HomeOpened():
            if change.app_id == app.id and "app_home_opened" in app.events:
                yield _home(world, app, change)
        case changes.SessionStopped():
            if change.app_id == app.id and "agent_session_stopped" in app.events:
                yield {
                    "type": "agent_session_stopped",
                    "channel": change.channel_id,
                    "thread_ts": change.thread_ts,
                    "user": change.user,
                    "streaming_message_ts": list(change.streams),
                    "event_ts": world.new_ts(),
                }
        case changes.AppRemoved():
            kind = "app_uninstalled" if change.what == "uninstalled" else "tokens_revoked"
            if change.app_id == app.id and kind in app.events:
                revoked = {"tokens": {"oauth": [], "bot": [app.user_id]}} if kind == "tokens_revoked" else {}
                yield {"type": kind, **revoked, "event_ts": world.new_ts()}
        case _:  # ephemeral messages, streams, views and dressing are seen by people only
            return


def _posted(world: SlackWorld, app: App, change: changes.MessagePosted) -> Iterator[Json]:
    channel = world.channels[change.channel_id]
    if app.user_id not in channel.members:
        return
    said = message_json(world, channel, change.message)
    where = {"channel": channel.id, "event_ts": change.message.ts}
    if _hears_messages(world, app, channel):
        yield {**said, **where, "channel_type": CHANNEL_TYPE[channel.kind]}
    if change.message.subtype in SPOKEN and _is_mention(world, app, channel, change.message):
        yield _mention(said, where)


def _changed(world: SlackWorld, app: App, change: changes.MessageChanged) -> Iterator[Json]:
    channel = world.channels[change.channel_id]
    if app.user_id not in channel.members:
        return
    now = message_json(world, channel, change.message)
    if _hears_messages(world, app, channel):
        yield _hidden(world, channel, "message_changed", change.previous) | {"message": now}
    if change.message.edited != change.previous.edited and _is_mention(world, app, channel, change.message):
        yield _mention(now, {"channel": channel.id, "event_ts": world.new_ts()})


def _deleted(world: SlackWorld, app: App, change: changes.MessageDeleted) -> Iterator[Json]:
    """The head of a thread does not vanish: apps hear that it changed into a tombstone."""
    channel = world.channels[change.channel_id]
    if app.user_id not in channel.members or not _hears_messages(world, app, channel):
        return
    tombstone = channel.messages.get(change.previous.ts)
    if tombstone:
        now = message_json(world, channel, tombstone) | {"hidden": True}
        yield _hidden(world, channel, "message_changed", change.previous) | {"message": now}
    else:
        yield _hidden(world, channel, "message_deleted", change.previous) | {"deleted_ts": change.previous.ts}


def _moved(world: SlackWorld, app: App, change: changes.MemberJoined | changes.MemberLeft) -> Iterator[Json]:
    channel = world.channels[change.channel_id]
    scope = f"{SCOPE_OF[channel.kind]}:read"
    if isinstance(change, changes.MemberLeft) and change.user == app.user_id:
        kind = "group_left" if channel.kind == "private" else "channel_left"
        if _may(world, app, kind, scope):
            yield {"type": kind, "channel": channel.id, "actor_id": change.user, "event_ts": world.new_ts()}
        return
    kind = "member_joined_channel" if isinstance(change, changes.MemberJoined) else "member_left_channel"
    if app.user_id not in channel.members or not _may(world, app, kind, scope):
        return
    event: Json = {
        "type": kind,
        "user": change.user,
        "channel": channel.id,
        "channel_type": "G" if channel.kind == "private" else "C",
        "team": world.users[change.user].team_id,
        "event_ts": world.new_ts(),
    }
    if isinstance(change, changes.MemberJoined) and change.inviter:
        event["inviter"] = change.inviter
    yield event


def _turned(world: SlackWorld, app: App, change: changes.ChannelTurned) -> Iterator[Json]:
    channel = world.channels[change.channel_id]
    grouped = channel.kind == "private" and change.what != "shared"
    kind = f"{'group' if grouped else 'channel'}_{change.what}"
    if app.user_id in channel.members and _may(world, app, kind, f"{SCOPE_OF[channel.kind]}:read"):
        shared = {"connected_team_id": change.team_id} if change.team_id else {}
        yield {"type": kind, "channel": channel.id, **shared, "event_ts": world.new_ts()}


def _reacted(world: SlackWorld, app: App, change: changes.ReactionChanged) -> Iterator[Json]:
    channel = world.channels[change.channel_id]
    kind = "reaction_added" if change.added else "reaction_removed"
    if app.user_id in channel.members and _may(world, app, kind, "reactions:read"):
        yield {
            "type": kind,
            "user": change.user,
            "reaction": change.name,
            "item": {"type": "message", "channel": channel.id, "ts": change.ts},
            "item_user": channel.messages[change.ts].user,
            "event_ts": world.new_ts(),
        }


def _home(world: SlackWorld, app: App, change: changes.HomeOpened) -> Json:
    event: Json = {
        "type": "app_home_opened",
        "user": change.user,
        "channel": change.channel_id,
        "tab": change.tab,
        "event_ts": world.new_ts(),
    }
    known = world.homes.get((app.id, change.user))
    return event | ({"view": view_json(world, world.views[known])} if known and change.tab == "home" else {})


def _hidden(world: SlackWorld, channel: Channel, subtype: str, previous: Message) -> Json:
    ts = world.new_ts()
    return {
        "type": "message",
        "subtype": subtype,
        "hidden": True,
        "channel": channel.id,
        "channel_type": CHANNEL_TYPE[channel.kind],
        "ts": ts,
        "event_ts": ts,
        "previous_message": message_json(world, channel, previous),
    }


def _mention(said: Json, where: Json) -> Json:
    return {**said, "type": "app_mention", **where}


def _is_mention(world: SlackWorld, app: App, channel: Channel, message: Message) -> bool:
    if channel.kind == "im" or not _may(world, app, "app_mention", "app_mentions:read"):
        return False
    return app.user_id in mentioned(message.text)


def _hears_messages(world: SlackWorld, app: App, channel: Channel) -> bool:
    return _may(world, app, f"message.{PLURAL[channel.kind]}", f"{SCOPE_OF[channel.kind]}:history")


def _may(world: SlackWorld, app: App, event: str, scope: str) -> bool:
    return event in app.events and _has(world, app, scope)


def _has(world: SlackWorld, app: App, scope: str) -> bool:
    return any(scope in t.scopes for t in world.tokens.values() if t.app_id == app.id and t.kind == "bot")


def _channel_id(event: Json) -> str:
    where = event.get("channel") or event.get("item", {}).get("channel") or ""
    return str(where["id"]) if isinstance(where, dict) else str(where)
