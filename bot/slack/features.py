"""What does the app ask Slack for, and what for? Each scope and each event is there because of something that a feature uses; what
the rules in force do not switch on asks for nothing. The manifest, the installation and the doctor all read it here.

A method or an event that is new here is one line in its table and a word in its feature; a feature of its own where rules
switch it on.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Final, NamedTuple

from policies.gate import is_group
from policies.rules import Rules

_ROOMS: Final = ("channels", "groups", "im", "mpim")
_READ: Final = frozenset(f"{room}:read" for room in _ROOMS)
_HISTORY: Final = frozenset(f"{room}:history" for room in _ROOMS)
_CHANNELS_READ: Final = frozenset({"channels:read", "groups:read"})
_NONE: Final[frozenset[str]] = frozenset()

METHODS: Final[Mapping[str, frozenset[str]]] = {
    "api.test": _NONE,
    "apps.connections.open": _NONE,  # connections:write, which is the app's own token's and in no manifest
    "assistant.threads.setStatus": frozenset({"chat:write"}),
    "auth.test": _NONE,
    "chat.appendStream": frozenset({"chat:write"}),
    "chat.delete": frozenset({"chat:write"}),
    "chat.getPermalink": _NONE,
    "chat.postEphemeral": frozenset({"chat:write"}),
    "chat.postMessage": frozenset({"chat:write"}),
    "chat.startStream": frozenset({"chat:write"}),
    "chat.stopStream": frozenset({"chat:write"}),
    "chat.update": frozenset({"chat:write"}),
    "conversations.history": _HISTORY,
    "conversations.info": _READ,
    "conversations.list": _CHANNELS_READ,
    "conversations.members": _READ,
    "conversations.open": frozenset({"im:write"}),
    "conversations.replies": _HISTORY,
    "oauth.v2.access": _NONE,
    "usergroups.list": frozenset({"usergroups:read"}),
    "usergroups.users.list": frozenset({"usergroups:read"}),
    "users.info": frozenset({"users:read", "users:read.email"}),
    "users.list": frozenset({"users:read", "users:read.email"}),
    "users.lookupByEmail": frozenset({"users:read.email"}),
    "views.open": _NONE,
    "views.publish": _NONE,
    "views.update": _NONE,
}
"""Which scopes it takes, in all the conversations in which we call it."""

EVENTS: Final[Mapping[str, frozenset[str]]] = {
    "app_home_opened": _NONE,
    "app_mention": frozenset({"app_mentions:read"}),
    "app_uninstalled": _NONE,
    **{f"channel_{what}": frozenset({"channels:read"}) for what in ("archive", "left", "rename", "unarchive")},
    **{f"channel_{what}": _CHANNELS_READ for what in ("shared", "unshared")},
    **{f"group_{what}": frozenset({"groups:read"}) for what in ("archive", "left", "rename", "unarchive")},
    "member_joined_channel": _CHANNELS_READ,
    "member_left_channel": _CHANNELS_READ,
    **{f"message.{room}": frozenset({f"{room}:history"}) for room in _ROOMS},
    "team_join": frozenset({"users:read"}),
    "tokens_revoked": _NONE,
    "user_change": frozenset({"users:read"}),
}
PARTS: Final[Mapping[str, frozenset[str]]] = {
    "/footnote": frozenset({"commands"}),
    "agent_view": frozenset({"assistant:write"}),
}
"""Of the manifest itself."""

_FORMS: Final = frozenset({"views.open", "views.update"})
_MESSAGES: Final = frozenset(f"message.{room}" for room in _ROOMS)


class Feature(NamedTuple):
    """`name`: as people know it. `uses`: methods, events and parts of the manifest. `is_on`: by the rules in force."""

    name: str
    uses: frozenset[str]
    is_on: Callable[[Rules], bool] = lambda _: True


def _follows_up(rules: Rules) -> bool:
    return any(one.mode == "follow_ups" for one in rules.channels.values())


def _summarises(rules: Rules) -> bool:
    return any(one.does == "summarise" for one in rules.intents.values())


def _is_checked(rules: Rules) -> bool:
    return any(one.review for one in rules.intents.values())


def _asks_people(rules: Rules) -> bool:
    experts = (rules.experts.channel, *(one.profile.experts for one in rules.channels.values()))
    return any((*experts, *rules.experts.subjects, *(one.ask_in for one in rules.intents.values())))


def _does(rules: Rules) -> bool:
    return any(rule.enabled for each in rules.tools.values() for rule in each.values())


def _groups_approve(rules: Rules) -> bool:
    return any(is_group(name) for each in rules.tools.values() for rule in each.values() for name in rule.approvers)


def _posts(rules: Rules) -> bool:
    rule = rules.tools.get("slack", {}).get("post_message")
    return rule is not None and rule.enabled


FEATURES: Final = (
    Feature(
        "questions and their answers",
        _MESSAGES
        | _FORMS
        | {"app_mention", "conversations.open", "conversations.history", "conversations.replies"}
        | {"chat.postMessage", "chat.postEphemeral", "chat.update"}
        | {"chat.startStream", "chat.appendStream", "chat.stopStream", "chat.delete"},
    ),
    Feature(
        "who asks, and who reads along",
        frozenset({"conversations.info", "conversations.members", "users.info", "users.list"})
        | {"member_joined_channel", "member_left_channel", "team_join", "user_change"}
        | {f"{room}_{what}" for room in ("channel", "group") for what in ("archive", "left", "rename", "unarchive")}
        | {"channel_shared", "channel_unshared"},
    ),
    Feature("being one of Slack's agents", frozenset({"agent_view", "assistant.threads.setStatus"})),
    Feature("its Home", frozenset({"app_home_opened", "views.publish", "chat.getPermalink"})),
    Feature(
        "commands of admins", _FORMS | {"/footnote", "users.lookupByEmail", "conversations.open", "chat.postMessage"}
    ),
    Feature(
        "its own connection",
        frozenset({"api.test", "auth.test", "apps.connections.open", "oauth.v2.access"})
        | {"app_uninstalled", "tokens_revoked"},
    ),
    Feature("following up without a mention", _MESSAGES | {"conversations.replies"}, _follows_up),
    Feature(
        "summaries of conversations",
        frozenset({"conversations.history", "conversations.replies", "conversations.members", "chat.getPermalink"}),
        _summarises,
    ),
    Feature(
        "answers that a colleague checks",
        _FORMS | {"conversations.open", "chat.postMessage", "chat.update", "chat.postEphemeral"},
        _is_checked,
    ),
    Feature(
        "asking people, and answers that they save",
        _FORMS
        | _MESSAGES
        | {"conversations.replies", "users.info", "chat.getPermalink", "chat.postMessage", "chat.postEphemeral"},
        _asks_people,
    ),
    Feature(
        "having something done",
        _FORMS | {"conversations.open", "chat.postMessage", "chat.update", "chat.postEphemeral", "users.lookupByEmail"},
        _does,
    ),
    Feature("approval by a user group", frozenset({"usergroups.list", "usergroups.users.list"}), _groups_approve),
    Feature(
        "messages in channels (slack.post_message)",
        frozenset({"conversations.list", "conversations.info", "conversations.members", "conversations.history"})
        | {"chat.postMessage", "chat.getPermalink", "users.lookupByEmail"},
        _posts,
    ),
)


def switched_on(rules: Rules | None, among: Iterable[Feature] = FEATURES) -> tuple[Feature, ...]:
    """By these rules; without any, whatever rules could switch on."""
    return tuple(one for one in among if rules is None or one.is_on(rules))


def scopes(features: Iterable[Feature]) -> frozenset[str]:
    return frozenset(scope for one in features for used in one.uses for scope in _takes(used))


def events(features: Iterable[Feature]) -> frozenset[str]:
    return frozenset(used for one in features for used in one.uses if used in EVENTS)


def lacking(given: Collection[str], features: Iterable[Feature]) -> Mapping[str, tuple[str, ...]]:
    """Each scope that was not given, with the names of what needs it."""
    those = tuple(features)
    return {scope: _needed_by(scope, those) for scope in sorted(scopes(those) - set(given))}


def _needed_by(scope: str, features: Iterable[Feature]) -> tuple[str, ...]:
    return tuple(one.name for one in features if any(scope in _takes(used) for used in one.uses))


def _takes(used: str) -> frozenset[str]:
    return {**METHODS, **EVENTS, **PARTS}[used]
