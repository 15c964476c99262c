"""conversations.*: where people talk and what was said there. What the bot is not in and is not public does not exist."""

from types import MappingProxyType
from typing import Final

from bot.playground.slack import limits, membership, messages
from bot.playground.slack.call import SCOPE_OF, Call, Method
from bot.playground.slack.errors import SlackError, complaints
from bot.playground.slack.nouns import Channel, Json, Message
from bot.playground.slack.paging import page
from bot.playground.slack.wire import channel_json, message_json

KINDS: Final = {"public_channel": "public", "private_channel": "private", "im": "im", "mpim": "mpim"}
READ: Final = tuple(f"{prefix}:read" for prefix in SCOPE_OF.values())
HISTORY: Final = tuple(f"{prefix}:history" for prefix in SCOPE_OF.values())


def listed(call: Call) -> Json:
    kinds = wanted_kinds(call)
    channels = [c for c in call.world.channels.values() if c.kind in kinds and call.sees(c)]
    return channels_page(call, channels, with_count=True)


def info(call: Call) -> Json:
    channel = call.channel(scope="read")
    return {"channel": channel_json(call.world, channel, app=call.app, with_count=call.flag("include_num_members"))}


def members(call: Call) -> Json:
    channel = call.channel(scope="read")
    found, cursor = page(
        channel.members,
        key=str,
        noun="user",
        cursor=call.option("cursor"),
        limit=call.number("limit", 100),
        most=call.page_size(),
    )
    return {"members": found, "response_metadata": {"next_cursor": cursor}}


def history(call: Call) -> Json:
    channel = _readable(call)
    top = [m for m in channel.messages.values() if not m.is_reply or m.broadcast]
    return _messages(call, channel, sorted(_within(call, top), key=lambda m: m.ts, reverse=True), noun="next_ts")


def replies(call: Call) -> Json:
    channel = _readable(call)
    ts = call.text("ts")
    found = channel.messages.get(ts)
    thread = messages.thread(channel, (found.thread_ts or ts) if found else ts)
    if not thread:
        raise SlackError("thread_not_found")
    return _messages(call, channel, _within(call, thread), noun="next_reply")


def opened(call: Call) -> Json:
    if call.given("channel"):
        channel = call.channel()
    else:
        users = [u for u in call.option("users").split(",") if u]
        if not users:
            raise SlackError("users_list_not_supplied")
        if any(u not in call.world.users for u in users):
            raise SlackError("user_not_found")
        if len(users) > limits.MPIM_PEOPLE:
            raise SlackError("too_many_users")
        call.need("im:write" if len(users) == 1 else "mpim:write")
        channel = call.world.im(call.app, users[0]) if len(users) == 1 else call.world.mpim(call.app, *users)
    full = call.flag("return_im")
    return {"channel": channel_json(call.world, channel, app=call.app) if full else {"id": channel.id}}


def join(call: Call) -> Json:
    channel = call.channel()
    if channel.kind != "public":
        raise SlackError("method_not_supported_for_channel_type")
    if channel.archived:
        raise SlackError("is_archived")
    joined = membership.join(call.world, channel, call.app.user_id)
    body: Json = {"channel": channel_json(call.world, channel, app=call.app)}
    return body if joined else body | {"warning": "already_in_channel"}


# -- shared with users.conversations


def wanted_kinds(call: Call) -> set[str]:
    names = call.option("types", "public_channel").split(",")
    if any(name.strip() not in KINDS for name in names):
        raise SlackError("invalid_types")
    kinds = {KINDS[name.strip()] for name in names}
    for kind in sorted(kinds):
        call.need(f"{SCOPE_OF[kind]}:read")
    return kinds


def channels_page(call: Call, channels: list[Channel], *, with_count: bool) -> Json:
    if call.flag("exclude_archived"):
        channels = [c for c in channels if not c.archived]
    found, cursor = page(
        channels,
        key=lambda c: c.id,
        noun="team",
        cursor=call.option("cursor"),
        limit=call.number("limit", 100),
        most=call.page_size(),
    )
    shown = [channel_json(call.world, c, app=call.app, with_count=with_count) for c in found]
    return {"channels": shown, "response_metadata": {"next_cursor": cursor}}


def _readable(call: Call) -> Channel:
    channel = call.channel(scope="history")
    if not call.is_member(channel):
        raise SlackError("not_in_channel")
    return channel


def _within(call: Call, found: list[Message]) -> list[Message]:
    oldest, latest, inclusive = _moment(call, "oldest"), _moment(call, "latest"), call.flag("inclusive")

    def inside(message: Message) -> bool:
        at = float(message.ts)
        if inclusive and at in (oldest, latest):
            return True
        return (oldest is None or at > oldest) and (latest is None or at < latest)

    return [m for m in found if inside(m)]


def _moment(call: Call, name: str) -> float | None:
    try:
        return float(call.args[name]) if call.given(name) else None
    except (TypeError, ValueError):
        raise SlackError(f"invalid_ts_{name}") from None


def _messages(call: Call, channel: Channel, found: list[Message], *, noun: str) -> Json:
    limit = call.number("limit", 100)
    if limit < 1:
        raise complaints("invalid_arguments", ["limit must be a positive integer"])
    shown, cursor = page(
        found, key=lambda m: m.ts, noun=noun, cursor=call.option("cursor"), limit=limit, most=call.page_size()
    )
    with_metadata = call.flag("include_all_metadata")
    body: Json = {
        "messages": [message_json(call.world, channel, m, metadata=with_metadata, counts=True) for m in shown],
        "has_more": bool(cursor),
    }
    return body | ({"response_metadata": {"next_cursor": cursor}} if cursor else {})


METHODS: Final = MappingProxyType(
    {
        "conversations.list": Method(listed, READ),
        "conversations.info": Method(info, READ),
        "conversations.members": Method(members, READ),
        "conversations.history": Method(history, HISTORY),
        "conversations.replies": Method(replies, HISTORY),
        "conversations.open": Method(opened, ("im:write", "mpim:write")),
        "conversations.join": Method(join, ("channels:join",)),
    }
)
