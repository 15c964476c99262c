"""usergroups.*: who belongs to a group that people name by its handle. One that is disabled is there only for who asks for such."""

from types import MappingProxyType
from typing import Final

from bot.playground.slack.call import Call, Method
from bot.playground.slack.errors import SlackError
from bot.playground.slack.nouns import Json, UserGroup
from bot.playground.slack.wire import group_json

READ: Final = ("usergroups:read",)


def listed(call: Call) -> Json:
    groups = [one for one in call.world.groups.values() if one.team_id == call.app.team_id and _shown(call, one)]
    with_users, with_count = call.flag("include_users"), call.flag("include_count")
    return {"usergroups": [group_json(one, with_users=with_users, with_count=with_count) for one in groups]}


def users(call: Call) -> Json:
    """All at once: there are no pages."""
    group = call.world.groups.get(call.text("usergroup"))
    if group is None or group.team_id != call.app.team_id or not _shown(call, group):
        raise SlackError("no_such_subteam")
    return {"users": list(group.users)}


def _shown(call: Call, group: UserGroup) -> bool:
    return not group.disabled or call.flag("include_disabled")


METHODS: Final = MappingProxyType(
    {
        "usergroups.list": Method(listed, READ),
        "usergroups.users.list": Method(users, READ),
    }
)
