"""Who is where, and what people are called. Each function is one transition: it changes the world and tells it."""

from collections.abc import Iterable
from typing import Any

from bot.playground.slack.changes import (
    AppRemoved,
    ChannelRenamed,
    ChannelTurned,
    MemberJoined,
    MemberLeft,
    UserCame,
    UserChanged,
)
from bot.playground.slack.errors import CannotDo
from bot.playground.slack.messages import announce
from bot.playground.slack.nouns import App, Channel, Team, User, UserGroup
from bot.playground.slack.world import SlackWorld


def join(world: SlackWorld, channel: Channel, user: str, *, inviter: str | None = None) -> bool:
    """False when they were in already."""
    with world.lock:
        if user in channel.members:
            return False
        channel.members.append(user)
        team_id = world.users[user].team_id
        if team_id not in channel.teams:
            channel.teams.append(team_id)
        world.tell(MemberJoined(channel.id, user, inviter))
        announce(world, channel, user, _subtype(channel, "join"), f"<@{user}> has joined the channel")
        return True


def leave(world: SlackWorld, channel: Channel, user: str) -> bool:
    with world.lock:
        if user not in channel.members:
            return False
        channel.members.remove(user)
        world.tell(MemberLeft(channel.id, user))
        announce(world, channel, user, _subtype(channel, "leave"), f"<@{user}> has left the channel")
        return True


def rename(world: SlackWorld, channel: Channel, name: str, *, by: str) -> None:
    with world.lock:
        old_name, channel.name = channel.name, name
        channel.previous_names.insert(0, old_name)
        world.tell(ChannelRenamed(channel.id, old_name))
        announce(world, channel, by, _subtype(channel, "name"), f"has renamed the channel to “{name}”")


def convert(world: SlackWorld, channel: Channel, *, private: bool, by: str) -> bool:
    """False when it was that already. Slack has no event for it; the channel itself says so."""
    if channel.kind not in {"public", "private"}:
        raise CannotDo("only channels are converted")
    with world.lock:
        if (channel.kind == "private") is private:
            return False
        channel.kind = "private" if private else "public"
        kind = channel.kind
        announce(world, channel, by, f"channel_convert_to_{kind}", f"made this channel {kind}")
        return True


def archive(world: SlackWorld, channel: Channel, *, archived: bool = True) -> None:
    with world.lock:
        channel.archived = archived
        world.tell(ChannelTurned(channel.id, "archive" if archived else "unarchive"))


def share(world: SlackWorld, channel: Channel, team: Team) -> bool:
    """With another company, of which nobody need be here yet. False when it was shared with it already."""
    with world.lock:
        if team.id in channel.teams:
            return False
        channel.teams.append(team.id)
        world.tell(ChannelTurned(channel.id, "shared", team.id))
        return True


def hire(world: SlackWorld, name: str, **known: Any) -> User:
    """Somebody new in a workspace that is in use. `known`: whatever `add_user` takes."""
    with world.lock:
        user = world.add_user(name, **known)
        world.tell(UserCame(user.id))
        return user


def change_user(world: SlackWorld, user: User, **fields: Any) -> None:
    """Another e-mail address, a guest now, deactivated: whatever ``User`` has."""
    with world.lock:
        for name, value in fields.items():
            if not hasattr(user, name):
                raise LookupError(f"a user has no {name!r}")
            setattr(user, name, value)
        world.tell(UserChanged(user.id))


def regroup(
    world: SlackWorld, group: UserGroup, members: Iterable[User | App | str], *, disabled: bool = False
) -> None:
    """Exactly these are in it from now on. No app of ours hears of that."""
    with world.lock:
        group.users = list(dict.fromkeys(map(world.person, members)))
        group.disabled = disabled


def revoke(world: SlackWorld, app: App) -> None:
    """The bot's tokens in one workspace, those that renew them too. The app hears of it, and of nothing more."""
    with world.lock:
        _end_tokens(world, app)
        world.tell(AppRemoved(app.id, "tokens_revoked"))
        app.installed = False


def uninstall(world: SlackWorld, app: App) -> None:
    """Tokens die first; the two events still go out, as the last ones."""
    with world.lock:
        _end_tokens(world, app)
        world.tell(AppRemoved(app.id, "tokens_revoked"))
        world.tell(AppRemoved(app.id, "uninstalled"))
        app.installed = False
        for channel in world.channels.values():
            if channel.kind != "im" and app.user_id in channel.members:
                channel.members.remove(app.user_id)


def _end_tokens(world: SlackWorld, app: App) -> None:
    for token in world.tokens.values():
        if token.app_id == app.id and token.kind == "bot":
            token.revoked = True
    for refresh in [one for one, of in world.refreshes.items() if of == app.id]:
        del world.refreshes[refresh]


def _subtype(channel: Channel, what: str) -> str:
    return f"{'group' if channel.kind == 'private' else 'channel'}_{what}"
