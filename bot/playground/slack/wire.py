"""How Slack writes users, channels, messages and views down as JSON. It only reads; what an app may see is decided before."""

from typing import Final

from bot.playground.slack.nouns import App, Channel, Ephemeral, File, Json, Message, User, UserGroup, View
from bot.playground.slack.world import SlackWorld

CHANNEL_TYPE: Final = {"public": "channel", "private": "group", "im": "im", "mpim": "mpim"}


def user_json(world: SlackWorld, user: User, *, app: App, with_email: bool) -> Json:
    foreign = user.team_id != app.team_id
    profile: Json = {
        "title": user.title,
        "phone": "",
        "skype": "",
        "real_name": user.real_name,
        "real_name_normalized": user.real_name,
        "display_name": user.name,
        "display_name_normalized": user.name,
        "status_text": "",
        "status_emoji": "",
        "status_expiration": 0,
        "team": user.team_id,
    }
    if user.bot_id:
        profile |= {"bot_id": user.bot_id, "api_app_id": user.app_id or "", "always_active": True}
    elif with_email and user.email and not foreign:
        profile["email"] = user.email
    body: Json = {
        "id": user.id,
        "team_id": user.team_id,
        "name": user.name,
        "deleted": user.deleted,
        "profile": profile,
        "is_bot": user.is_bot,
        "is_app_user": False,
        "updated": int(world.clock.now()),
    }
    if foreign:
        body["is_stranger"] = world.is_stranger(user, app)
    if not user.deleted:
        body |= {
            "color": "9f69e7",
            "real_name": user.real_name,
            "tz": user.tz,
            "tz_label": user.tz,
            "tz_offset": 3600,
            "is_admin": user.admin,
            "is_owner": False,
            "is_primary_owner": False,
            "is_restricted": user.restricted,
            "is_ultra_restricted": user.ultra_restricted,
            "is_email_confirmed": user.email_confirmed,
            "who_can_share_contact_card": "EVERYONE",
        }
    return body


def group_json(group: UserGroup, *, with_users: bool, with_count: bool) -> Json:
    body: Json = {
        "id": group.id,
        "team_id": group.team_id,
        "is_usergroup": True,
        "is_subteam": True,
        "name": group.name,
        "description": "",
        "handle": group.handle,
        "is_external": False,
        "auto_type": None,
        "date_delete": 1 if group.disabled else 0,
        "prefs": {"channels": [], "groups": []},
    }
    if with_users:
        body["users"] = list(group.users)
    if with_count:
        body["user_count"] = len(group.users)
    return body


def channel_json(world: SlackWorld, channel: Channel, *, app: App, with_count: bool = False) -> Json:
    if channel.kind == "im":
        other = next((m for m in channel.members if m != app.user_id), app.user_id)
        return {
            "id": channel.id,
            "created": channel.created,
            "is_archived": channel.archived,
            "is_im": True,
            "is_org_shared": False,
            "context_team_id": app.team_id,
            "updated": channel.created * 1000,
            "user": other,
            "is_user_deleted": world.users[other].deleted,
            "priority": 0,
        }
    body: Json = {
        "id": channel.id,
        "name": channel.name,
        "name_normalized": channel.name,
        "is_channel": channel.kind == "public",
        "is_group": channel.kind == "private",
        "is_im": False,
        "is_mpim": channel.kind == "mpim",
        "is_private": channel.kind != "public",
        "created": channel.created,
        "creator": channel.creator,
        "is_archived": channel.archived,
        "is_general": channel.general,
        "unlinked": 0,
        "is_shared": channel.is_ext_shared,
        "is_org_shared": False,
        "is_ext_shared": channel.is_ext_shared,
        "is_pending_ext_shared": False,
        "pending_shared": [],
        "pending_connected_team_ids": [],
        "context_team_id": app.team_id,
        "updated": channel.created * 1000,
        "is_member": app.user_id in channel.members,
        "parent_conversation": None,
        "shared_team_ids": list(channel.teams),
        "topic": {"value": channel.topic, "creator": channel.creator, "last_set": channel.created},
        "purpose": {"value": channel.purpose, "creator": channel.creator, "last_set": channel.created},
        "previous_names": list(channel.previous_names),
    }
    if channel.is_ext_shared:
        body |= {"connected_team_ids": channel.teams[1:], "conversation_host_id": channel.team_id}
    if with_count:
        body["num_members"] = len(channel.members)
    return body


def file_json(file: File, user: str) -> Json:
    return {
        "id": file.id,
        "name": file.name,
        "title": file.name,
        "mimetype": file.mimetype,
        "filetype": file.name.rpartition(".")[2],
        "size": file.size,
        "user": user,
        "mode": "hosted",
        "is_external": False,
        "url_private": f"https://files.slack.com/files-pri/{file.id}/{file.name}",
    }


def message_json(
    world: SlackWorld, channel: Channel, message: Message, *, metadata: bool = False, counts: bool = False
) -> Json:
    body = _said_by(world, message)
    if message.files:
        body |= {"files": [file_json(f, message.user) for f in message.files], "upload": False, "display_as_bot": False}
    if message.edited:
        body["edited"] = {"user": message.edited[0], "ts": message.edited[1]}
    if message.reactions:
        body["reactions"] = [{"name": n, "users": list(u), "count": len(u)} for n, u in message.reactions.items()]
    if metadata and message.metadata is not None:
        body["metadata"] = message.metadata
    head = channel.messages.get(message.thread_ts or "") if message.is_reply else None
    if head:
        body["parent_user_id"] = head.user
    if counts and not message.is_reply:
        body |= _thread_counts(channel, message)
    return body


def _said_by(world: SlackWorld, message: Message) -> Json:
    body: Json = {"type": "message", "ts": message.ts, "text": message.text}
    if message.subtype != "bot_message":
        body["user"] = message.user
    optional: Json = {
        "subtype": message.subtype,
        "client_msg_id": message.client_msg_id,
        "thread_ts": message.thread_ts,
        "bot_id": message.bot_id,
        "app_id": message.app_id,
        "username": message.username,
        "blocks": message.blocks or None,
        "attachments": message.attachments or None,
    }
    body |= {k: v for k, v in optional.items() if v is not None}
    if message.subtype not in {"bot_message", "file_share"} and message.user in world.users:
        body["team"] = world.users[message.user].team_id
    if message.bot_id and message.app_id:
        body["bot_profile"] = bot_json(world.apps[message.app_id])
    return body


def _thread_counts(channel: Channel, head: Message) -> Json:
    replies = [channel.messages[ts] for ts in channel.threads.get(head.ts, [])]
    if not replies:
        return {}
    users = list(dict.fromkeys(m.user for m in replies))
    return {
        "thread_ts": head.ts,
        "reply_count": len(replies),
        "reply_users_count": len(users),
        "reply_users": users[:5],
        "latest_reply": replies[-1].ts,
        "is_locked": False,
        "subscribed": False,
    }


def bot_json(app: App) -> Json:
    return {
        "id": app.bot_id,
        "app_id": app.api_id,
        "user_id": app.user_id,
        "name": app.name,
        "icons": {},
        "deleted": not app.installed,
        "updated": 0,
        "team_id": app.team_id,
    }


def ephemeral_json(world: SlackWorld, ephemeral: Ephemeral) -> Json:
    body: Json = {
        "type": "message",
        "subtype": "bot_message",
        "is_ephemeral": True,
        "ts": ephemeral.ts,
        "text": ephemeral.text,
        "blocks": ephemeral.blocks,
        "bot_id": ephemeral.bot_id,
        "app_id": ephemeral.app_id,
        "user": world.apps[ephemeral.app_id].user_id if ephemeral.app_id else "USLACKBOT",
    }
    return body | ({"thread_ts": ephemeral.thread_ts} if ephemeral.thread_ts else {})


def view_json(world: SlackWorld, view: View) -> Json:
    app = world.apps[view.app_id]
    defaults: Json = {
        "title": {"type": "plain_text", "text": "", "emoji": True},
        "close": None,
        "submit": None,
        "callback_id": "",
        "private_metadata": "",
        "external_id": "",
        "clear_on_close": False,
        "notify_on_close": False,
    }
    return {
        **defaults,
        **view.body,
        "id": view.id,
        "team_id": app.team_id,
        "type": view.type,
        "state": {"values": view.values},
        "hash": view.hash,
        "root_view_id": view.root_id,
        "previous_view_id": view.previous_id,
        "app_id": view.app_id,
        "app_installed_team_id": app.team_id,
        "bot_id": app.bot_id,
    }
