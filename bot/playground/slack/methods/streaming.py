"""chat.*Stream: a message written piece by piece. Everyone in the channel sees it; a stream is never private."""

from types import MappingProxyType
from typing import Final

from bot.playground.slack import limits, messages, streams
from bot.playground.slack.call import Call, Method
from bot.playground.slack.errors import SlackError, complaints
from bot.playground.slack.methods.chat import message_blocks, metadata, own, place
from bot.playground.slack.nouns import Channel, Json, Message, Stream
from bot.playground.slack.surfaces import check_chunks, check_message_blocks
from bot.playground.slack.wire import message_json


def start(call: Call) -> Json:
    channel = place(call)
    thread_ts = call.text("thread_ts")
    if channel.kind != "im":
        _check_recipient(call)
    if call.option("task_display_mode", "timeline") not in {"timeline", "plan", "dense"}:
        raise complaints("invalid_arguments", ["task_display_mode must be one of: timeline, plan, dense"])
    text, chunks = _piece(call)
    with call.world.lock:
        message = messages.post(
            call.world,
            channel,
            Message(
                ts=call.world.new_ts(),
                user=call.app.user_id,
                bot_id=call.app.bot_id,
                app_id=call.app.id,
                text="",
                thread_ts=thread_ts,
                stream=Stream(started_at=call.world.clock.now(), recipient=call.option("recipient_user_id") or None),
            ),
        )
        if text or chunks:
            streams.append(call.world, channel, message, text=text, chunks=chunks)
    return {"channel": channel.id, "ts": message.ts}


def append(call: Call) -> Json:
    text, chunks = _piece(call)
    if not text and not chunks:
        raise SlackError("no_text")
    with call.world.lock:
        channel, message = _running(call)
        if message.stream and message.stream.stopped_by:
            raise SlackError("stopped_by_user")
        _check_whole(message, chunks)
        streams.append(call.world, channel, message, text=text, chunks=chunks)
    return {"channel": channel.id, "ts": message.ts}


def stop(call: Call) -> Json:
    text, chunks = _piece(call)
    blocks, data = message_blocks(call), metadata(call)
    with call.world.lock:
        channel, message = _running(call)
        _check_whole(message, [*chunks, {"type": "blocks", "blocks": blocks}])
        if text or chunks:
            message = streams.append(call.world, channel, message, text=text, chunks=chunks)
        done = streams.finish(call.world, channel, message, blocks=blocks, metadata=data)
    shown = message_json(call.world, channel, done, metadata=True)
    return {"channel": channel.id, "ts": done.ts, "message": shown}


def _check_whole(message: Message, chunks: list[Json]) -> None:
    """What the message comes to has the limits of any other."""
    check_message_blocks([*message.blocks, *(block for chunk in chunks for block in chunk.get("blocks", []))])


def _check_recipient(call: Call) -> None:
    if not call.given("recipient_team_id"):
        raise SlackError("missing_recipient_team_id")
    if not call.given("recipient_user_id"):
        raise SlackError("missing_recipient_user_id")
    call.user("recipient_user_id")


def _piece(call: Call) -> tuple[str, list[Json]]:
    text = call.option("markdown_text")
    if len(text) > limits.MARKDOWN_TEXT:
        raise SlackError("msg_too_long")
    return text, check_chunks(call.parsed("chunks", "invalid_chunks") or [])


def _running(call: Call) -> tuple[Channel, Message]:
    channel = call.channel()
    message = own(call, channel, "message_not_owned_by_app")
    if not streams.is_streaming(call.world, message):
        raise SlackError("message_not_in_streaming_state")
    return channel, message


METHODS: Final = MappingProxyType(
    {
        "chat.startStream": Method(start, ("chat:write",)),
        "chat.appendStream": Method(append, ("chat:write",)),
        "chat.stopStream": Method(stop, ("chat:write",)),
    }
)
