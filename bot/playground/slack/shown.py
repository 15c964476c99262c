"""How people, places and what is around a thread are written for a page that looks like Slack's client. It only reads."""

from bot.playground.slack import limits, visibility
from bot.playground.slack.nouns import Channel, Json, User
from bot.playground.slack.world import SlackWorld

_ABOUT_A_USER = (
    "id",
    "team_id",
    "name",
    "real_name",
    "title",
    "deleted",
    "restricted",
    "ultra_restricted",
    "is_bot",
    "app_id",
)


def user(world: SlackWorld, user: User) -> Json:
    app = world.apps.get(user.app_id or "")
    return {name: getattr(user, name) for name in _ABOUT_A_USER} | {
        "team": world.teams[user.team_id].name,
        "home_tab": bool(app and app.home_tab),
        "installed": bool(app and app.installed),
    }


def channel(world: SlackWorld, channel: Channel, user: User) -> Json:
    other = next((m for m in channel.members if m != user.id), user.id) if channel.kind == "im" else None
    return {
        "id": channel.id,
        "name": channel.name,
        "kind": channel.kind,
        "topic": channel.topic,
        "purpose": channel.purpose,
        "general": channel.general,
        "members": list(channel.members),
        "apps": [app.id for app in world.apps.values() if app.user_id in channel.members],
        "with": other,  # of a direct conversation: the one who is not this person
        "with_name": world.users[other].real_name if other else None,
        "is_member": user.id in channel.members,
        "visible": visibility.sees(world, user, channel),  # false: this person has just left it
        "is_ext_shared": channel.is_ext_shared,
        "archived": channel.archived,
    }


def commands(world: SlackWorld) -> list[Json]:
    """What Slack's client offers when somebody types a slash."""
    return [
        {
            "command": command.name,
            "app": app.name,
            "app_id": app.id,
            "description": command.description,
            "usage_hint": command.usage_hint,
        }
        for app in world.apps.values()
        if app.installed
        for command in sorted(app.commands.values(), key=lambda c: c.name)
    ]


def dressing(world: SlackWorld, channel: Channel, thread_ts: str | None) -> Json:
    """What an app has put around a thread; without one, around the whole conversation."""
    status = visibility.status(world, channel, thread_ts) if thread_ts else None
    return {
        "status": status.text if status else "",
        "status_app": status.app_id if status else None,
        "status_until": status.set_at + limits.STATUS_S if status else None,
        "loading_messages": list(status.loading_messages) if status else [],
        "title": world.titles.get((channel.id, thread_ts or ""), ""),
        "prompts": world.prompts.get((channel.id, thread_ts)),
    }


def dressings(world: SlackWorld, channel: Channel) -> dict[str, Json]:
    """By thread; under the empty name what belongs to the conversation as a whole."""
    dressed = [*world.statuses, *world.titles, *world.prompts]
    threads = [ts for place, ts in dressed if place == channel.id]
    return {ts or "": dressing(world, channel, ts) for ts in dict.fromkeys(threads)}


def statuses(world: SlackWorld, channel: Channel) -> dict[str, str]:
    return {ts: said["status"] for ts, said in dressings(world, channel).items() if said["status"]}


def prompts(world: SlackWorld, channel: Channel) -> dict[str, Json]:
    return {ts: said["prompts"] for ts, said in dressings(world, channel).items() if said["prompts"]}
