"""assistant.threads.*: what an assistant shows around a thread: that it is busy, what the thread is about, what one might ask."""

from types import MappingProxyType
from typing import Any, Final

from bot.playground.slack import limits
from bot.playground.slack.call import Call, Method
from bot.playground.slack.changes import ThreadDressed
from bot.playground.slack.errors import SlackError, complaints
from bot.playground.slack.nouns import Channel, Json, Status


def set_status(call: Call) -> Json:
    """An empty status removes it."""
    channel, thread_ts = _place(call), call.text("thread_ts")
    if "status" not in call.args:
        raise complaints("invalid_arguments", ["missing required field: status"])
    rotating: Any = call.parsed("loading_messages", "invalid_arguments") or []
    if len(rotating) > limits.LOADING_MESSAGES:
        raise complaints(
            "invalid_arguments",
            [f"no more than {limits.LOADING_MESSAGES} items allowed [json-pointer:/loading_messages]"],
        )
    with call.world.lock:
        key = (channel.id, thread_ts)
        if text := call.option("status"):
            call.world.statuses[key] = Status(text, call.app.id, call.world.clock.now(), list(rotating))
        else:
            call.world.statuses.pop(key, None)
        call.world.tell(ThreadDressed(channel.id, thread_ts, "status"))
    return {}


def set_title(call: Call) -> Json:
    channel, thread_ts = _place(call), call.text("thread_ts")
    with call.world.lock:
        call.world.titles[(channel.id, thread_ts)] = call.text("title")
        call.world.tell(ThreadDressed(channel.id, thread_ts, "title"))
    return {}


def set_suggested_prompts(call: Call) -> Json:
    channel = _place(call)
    prompts: Any = call.parsed("prompts", "invalid_arguments")
    if not isinstance(prompts, list) or not 1 <= len(prompts) <= limits.SUGGESTED_PROMPTS:
        raise complaints(
            "invalid_arguments", [f"must have 1 to {limits.SUGGESTED_PROMPTS} items [json-pointer:/prompts]"]
        )
    if any(not isinstance(p, dict) or not p.get("title") or not p.get("message") for p in prompts):
        raise complaints("invalid_arguments", ["missing required field: title or message [json-pointer:/prompts]"])
    with call.world.lock:
        thread_ts = call.option("thread_ts") or None
        call.world.prompts[(channel.id, thread_ts)] = {"title": call.option("title"), "prompts": prompts}
        call.world.tell(ThreadDressed(channel.id, thread_ts, "prompts"))
    return {}


def _place(call: Call) -> Channel:
    channel = call.channel("channel_id")
    if not call.is_member(channel):
        raise SlackError("not_in_channel")
    return channel


METHODS: Final = MappingProxyType(
    {
        "assistant.threads.setStatus": Method(set_status, ("chat:write", "assistant:write")),
        "assistant.threads.setTitle": Method(set_title, ("assistant:write",)),
        "assistant.threads.setSuggestedPrompts": Method(set_suggested_prompts, ("assistant:write",)),
    }
)
