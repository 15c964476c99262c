"""chat.*: saying, changing and taking back. Only the app's own messages can be changed."""

from types import MappingProxyType
from typing import Any, Final

from bot.playground.slack import limits, messages
from bot.playground.slack.blocks import identified
from bot.playground.slack.call import Call, Method
from bot.playground.slack.errors import SlackError
from bot.playground.slack.nouns import Channel, Json, Message
from bot.playground.slack.streams import is_streaming
from bot.playground.slack.surfaces import check_message_blocks, check_metadata
from bot.playground.slack.wire import message_json

NO_FALLBACK: Final = "This content can't be displayed."


def post_message(call: Call) -> Json:
    channel = place(call)
    content = _content(call)
    if not content["text"] and not content["blocks"] and not content["attachments"]:
        raise SlackError("no_text")
    thread_ts = _thread(call, channel)
    broadcast = call.flag("reply_broadcast") and thread_ts is not None
    message = messages.post(
        call.world,
        channel,
        Message(
            ts=call.world.new_ts(),
            user=call.app.user_id,
            bot_id=call.app.bot_id,
            app_id=call.app.id,
            thread_ts=thread_ts,
            broadcast=broadcast,
            subtype="thread_broadcast" if broadcast else None,
            username=call.option("username") or None if call.may("chat:write.customize") else None,
            unfurl=(_maybe(call, "unfurl_links"), _maybe(call, "unfurl_media")),
            text=content["text"][: limits.MESSAGE_TEXT] or NO_FALLBACK,
            blocks=content["blocks"],
            attachments=content["attachments"],
            metadata=content["metadata"],
        ),
    )
    shown = message_json(call.world, channel, message, metadata=True)
    return {"channel": channel.id, "ts": message.ts, "message": shown}


def update(call: Call) -> Json:
    channel = call.channel()
    message = own(call, channel, "cant_update_message")
    if is_streaming(call.world, message):
        raise SlackError("streaming_state_conflict")
    if not any(call.given(name) for name in ("text", "blocks", "attachments", "markdown_text", "metadata")):
        raise SlackError("no_text")
    if len(call.option("text")) > limits.UPDATE_TEXT:
        raise SlackError("msg_too_long")
    content = _content(call)
    changes: Json = {"stream": None}
    if call.args.get("metadata") is not None:
        changes["metadata"] = content["metadata"] or None
    if content["text"] or content["blocks"] or content["attachments"]:
        changes |= {
            "text": content["text"] or (message.text if content["blocks"] else NO_FALLBACK),
            "blocks": content["blocks"],
            "attachments": content["attachments"],
        }
        if not content["blocks"]:
            changes["edited"] = (call.app.user_id, call.world.new_ts())
    changed = messages.change(call.world, channel, message, **changes)
    shown = message_json(call.world, channel, changed, metadata=True)
    return {"channel": channel.id, "ts": changed.ts, "text": changed.text, "message": shown}


def delete(call: Call) -> Json:
    channel = call.channel()
    message = own(call, channel, "cant_delete_message")
    messages.delete(call.world, channel, message)
    return {"channel": channel.id, "ts": message.ts}


def post_ephemeral(call: Call) -> Json:
    channel = place(call)
    content = _content(call)
    if not content["text"] and not content["blocks"]:
        raise SlackError("no_text")
    if len(content["text"]) > limits.MESSAGE_TEXT:
        raise SlackError("msg_too_long")
    if call.user().id not in channel.members:
        raise SlackError("user_not_in_channel")
    seen = messages.whisper(
        call.world,
        channel,
        to=call.user().id,
        app=call.app,
        text=content["text"] or NO_FALLBACK,
        blocks=content["blocks"],
        thread_ts=call.option("thread_ts") or None,
    )
    return {"message_ts": seen.ts}


def get_permalink(call: Call) -> Json:
    channel = call.channel()
    message = channel.messages.get(call.text("message_ts"))
    if message is None:
        raise SlackError("message_not_found")
    link = f"https://{call.world.teams[call.app.team_id].domain}.slack.com/archives/{channel.id}/p{message.ts.replace('.', '')}"
    if message.is_reply:
        link += f"?thread_ts={message.thread_ts}&cid={channel.id}"
    return {"channel": channel.id, "permalink": link}


# -- shared with the streams


def place(call: Call) -> Channel:
    """Where to post: a channel's id or name, or a person's id, which means the direct conversation with them."""
    ref = call.text("channel")
    if ref in call.world.users and ref != call.app.user_id:
        return call.world.im(call.app, ref)
    by_name = [c for c in call.world.channels.values() if c.name and c.name == ref.removeprefix("#") and call.sees(c)]
    channel = by_name[0] if by_name else call.channel()
    if channel.archived:
        raise SlackError("is_archived")
    if not call.is_member(channel) and not call.may("chat:write.public"):
        raise SlackError("not_in_channel")
    return channel


def own(call: Call, channel: Channel, refusal: str) -> Message:
    message = channel.messages.get(call.text("ts"))
    if message is None:
        raise SlackError("message_not_found")
    if message.app_id != call.app.id:
        raise SlackError(refusal)
    return message


def message_blocks(call: Call) -> list[Json]:
    blocks = call.parsed("blocks", "invalid_blocks_format")
    if not blocks:
        return []
    check_message_blocks(blocks)
    return identified(call.world.new_id("b"), blocks)


def metadata(call: Call) -> Json | None:
    given: Json | None = call.parsed("metadata", "invalid_metadata_format")
    if given is not None:
        check_metadata(given)
    return given


def _content(call: Call) -> Json:
    written = call.option("markdown_text")
    if written and (call.given("text") or call.given("blocks")):
        raise SlackError("markdown_text_conflict")
    if len(written) > limits.MARKDOWN_TEXT:
        raise SlackError("msg_too_long")
    attachments: Any = call.parsed("attachments", "invalid_attachments") or []
    if len(attachments) > limits.ATTACHMENTS:
        raise SlackError("too_many_attachments")
    blocks = [{"type": "markdown", "text": written}] if written else message_blocks(call)
    return {
        "text": written or call.option("text"),
        "blocks": identified(call.world.new_id("b"), blocks),
        "attachments": attachments,
        "metadata": metadata(call),
    }


def _thread(call: Call, channel: Channel) -> str | None:
    """A reply to a reply lands in the same thread."""
    ts = call.option("thread_ts") or None
    parent = channel.messages.get(ts) if ts else None
    return parent.thread_ts or ts if parent else ts


def _maybe(call: Call, name: str) -> bool | None:
    return call.flag(name) if call.given(name) else None


METHODS: Final = MappingProxyType(
    {
        "chat.postMessage": Method(post_message, ("chat:write",)),
        "chat.update": Method(update, ("chat:write",)),
        "chat.delete": Method(delete, ("chat:write",)),
        "chat.postEphemeral": Method(post_ephemeral, ("chat:write",)),
        "chat.getPermalink": Method(get_permalink),
    }
)
