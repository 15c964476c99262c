"""How a message is written piece by piece, and when that is over. A stream lives about five minutes and then refuses everything."""

from dataclasses import replace

from bot.playground.slack import limits
from bot.playground.slack.blocks import identified
from bot.playground.slack.changes import SessionStopped
from bot.playground.slack.messages import change
from bot.playground.slack.nouns import Channel, Json, Message
from bot.playground.slack.world import SlackWorld


def is_streaming(world: SlackWorld, message: Message) -> bool:
    return message.stream is not None and world.clock.now() - message.stream.started_at < limits.STREAM_S


def append(world: SlackWorld, channel: Channel, message: Message, *, text: str, chunks: list[Json]) -> Message:
    grown = message.text + text + "".join(c["text"] for c in chunks if c["type"] == "markdown_text")
    text_id = next((b["block_id"] for b in message.blocks if b["type"] == "markdown"), world.new_id("b"))
    blocks = [b for b in message.blocks if b["block_id"] != text_id]
    for chunk in chunks:
        blocks = _with_chunk(blocks, chunk)
    blocks = identified(world.new_id("b"), _with_text(grown, text_id, blocks))
    return change(world, channel, message, streaming=True, text=grown, blocks=blocks)


def finish(
    world: SlackWorld, channel: Channel, message: Message, *, blocks: list[Json], metadata: Json | None
) -> Message:
    kept = metadata if metadata is not None else message.metadata
    return change(world, channel, message, stream=None, blocks=[*message.blocks, *blocks], metadata=kept)


def stop_session(world: SlackWorld, channel: Channel, thread_ts: str, *, user: str, app_id: str) -> tuple[str, ...]:
    """A person presses the stop button: the streams take no more text, the app is told."""
    with world.lock:
        running = [m for m in channel.messages.values() if m.thread_ts == thread_ts and m.app_id == app_id and m.stream]
        for message in running:
            if message.stream:
                stopped = replace(message.stream, stopped_by=user)
                channel.messages[message.ts] = replace(message, stream=stopped)
        streams = tuple(m.ts for m in running)
        world.tell(SessionStopped(channel.id, thread_ts, user, app_id, streams))
        return streams


def _with_text(text: str, text_id: str, blocks: list[Json]) -> list[Json]:
    return [{"type": "markdown", "block_id": text_id, "text": text}, *blocks] if text else blocks


def _with_chunk(blocks: list[Json], chunk: Json) -> list[Json]:
    match chunk["type"]:
        case "task_update":
            task = {
                "type": "task_card",
                **{k: v for k, v in chunk.items() if k not in {"type", "id"}},
                "task_id": chunk["id"],
            }
            others = [b for b in blocks if not (b["type"] == "task_card" and b["task_id"] == chunk["id"])]
            at = next(
                (i for i, b in enumerate(blocks) if b["type"] == "task_card" and b["task_id"] == chunk["id"]),
                len(others),
            )
            return [*others[:at], task, *others[at:]]
        case "plan_update":
            return [{"type": "plan", "title": chunk["title"]}, *(b for b in blocks if b["type"] != "plan")]
        case "blocks":
            return [*blocks, *chunk["blocks"]]
        case _:
            return blocks
