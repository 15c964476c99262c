"""users.*: who people are. Addresses only with ``users:read.email``, and never those of another company."""

from types import MappingProxyType
from typing import Final

from bot.playground.slack.call import Call, Method
from bot.playground.slack.errors import SlackError
from bot.playground.slack.methods.conversations import READ, channels_page, wanted_kinds
from bot.playground.slack.nouns import Json, User
from bot.playground.slack.paging import page
from bot.playground.slack.wire import user_json


def info(call: Call) -> Json:
    return {"user": _shown(call, call.user())}


def listed(call: Call) -> Json:
    """The own workspace, and those others who share a channel with the app."""
    users = [u for u in call.world.users.values() if not call.world.is_stranger(u, call.app)]
    found, cursor = page(
        users,
        key=lambda u: u.id,
        noun="user",
        cursor=call.option("cursor"),
        limit=call.number("limit", 0),
        most=call.page_size(),
    )
    return {
        "members": [_shown(call, u) for u in found],
        "cache_ts": int(call.world.clock.now()),
        "response_metadata": {"next_cursor": cursor},
    }


def lookup_by_email(call: Call) -> Json:
    email = call.text("email").casefold()
    found = [
        u
        for u in call.world.users.values()
        if u.email and u.email.casefold() == email and not u.deleted and u.team_id == call.app.team_id
    ]
    if not found:
        raise SlackError("users_not_found")
    return {"user": _shown(call, found[0])}


def conversations(call: Call) -> Json:
    """Of the app itself, or of a person as far as the app sees the places."""
    kinds = wanted_kinds(call)
    who = call.user().id if call.given("user") else call.app.user_id
    places = [c for c in call.world.channels.values() if c.kind in kinds and who in c.members and call.sees(c)]
    return channels_page(call, places, with_count=False)


def _shown(call: Call, user: User) -> Json:
    return user_json(call.world, user, app=call.app, with_email=call.may("users:read.email"))


METHODS: Final = MappingProxyType(
    {
        "users.info": Method(info, ("users:read",)),
        "users.list": Method(listed, ("users:read",)),
        "users.lookupByEmail": Method(lookup_by_email, ("users:read.email",)),
        "users.conversations": Method(conversations, READ),
    }
)
