"""Shows replies in Slack, each exactly once. Slack has no key against doing a thing twice, so every message carries a
nonce, and whoever cannot know whether it is there already looks for it among our own messages first.
"""

import hashlib
import threading
import time
from collections import defaultdict, deque
from collections.abc import Mapping
from contextlib import suppress
from typing import Any, Final, NamedTuple, assert_never

import structlog
from cachetools import LRUCache, TTLCache
from slack_sdk import WebClient

from bot.core.failpoints import Reach
from bot.core.nouns import CommandLine, Part, Question, SlackPlace, SlackUser
from bot.slack import render, wire
from bot.slack.calls import Refused, call, pages
from bot.slack.heard import Us
from bot.slack.memory import Timer
from bot.slack.render import Post
from connectors.model import Retryable

_EVENT: Final = "footnote_reply"
_BLOCKS: Final = frozenset({"invalid_blocks", "invalid_blocks_format", "msg_too_long", "msg_blocks_too_long"})

_A_MESSAGE_S: Final = 1.0  # in a channel
_SIGNS, _A_SIGN_S = 5, 1.0  # so many signs of life in so long

log = structlog.get_logger()


class _Spot(NamedTuple):
    """Where a message goes. `since` is a moment before it, by Slack's clock: ours may be wrong."""

    channel: str
    thread: str | None
    since: str


class SlackPoster:
    """The `Poster` port."""

    def __init__(self, client: WebClient, us: Us, reach: Reach, *, timer: Timer = time.monotonic) -> None:
        self._client, self._us, self._reach, self._timer = client, us, reach, timer
        self._direct: LRUCache[str, str] = LRUCache(4096)  # a user's conversation with us; its id never changes
        # Where something was said, or is no longer awaited; for longer than a sign of life may be late.
        self._rested: TTLCache[SlackPlace, None] = TTLCache(4096, ttl=60)
        self._shown: TTLCache[SlackPlace, None] = TTLCache(4096, ttl=600)
        self._signs = deque([-_A_SIGN_S] * _SIGNS, maxlen=_SIGNS)
        self._lock = threading.Lock()  # of all these
        self._in_order: defaultdict[str, threading.Lock] = defaultdict(threading.Lock)  # a channel: one after the other
        self._sent_at: dict[str, float] = {}  # a channel's newest message; read and written in its order

    def post(self, question: Question, part: Part, *, again: bool) -> Mapping[str, str]:
        place = _place(question)
        if part.aside:
            return self._privately(question, part, again=again)
        post = render.reply(
            part.reply, part.evidence, receipt=question.receipt, direct=_is_direct(place), edited=bool(place.edited)
        )
        try:
            return self._show(_here(place), post, _nonce(question, "here"), again=again)
        except Refused:
            return self._privately(question, part, again=again)
        finally:
            self._over(place, surely=again)

    def leave(self, question: Question, *, again: bool) -> None:
        self._over(_place(question), surely=again)

    def fail(self, question: Question, *, aside: bool, again: bool) -> None:
        post, nonce = render.failure(receipt=question.receipt, aside=aside), _nonce(question, "failure")
        place = _place(question)
        if aside:
            self._show(self._with(question), post, nonce, again=again)
            return
        try:
            self._show(_here(place), post, nonce, again=again)
        except Refused:
            self._show(self._with(question), post, nonce, again=again)
        finally:
            self._over(place, surely=again)

    def busy(self, place: SlackPlace) -> None:
        """A sign of life. Nothing depends on it; but it must not come, or stay, after what it announces.

        When many ask at once there is none: Slack takes ten a second, and each costs us time that answers need.
        """
        if self._may_show(place):
            self._status(place, render.status())
            with self._lock:
                is_over = place in self._rested
            if is_over:
                self._status(place, "")

    def rest(self, place: SlackPlace) -> None:
        self._over(place, surely=True)

    def _over(self, place: SlackPlace, *, surely: bool) -> None:
        """Not surely: only if a sign of life was shown, which a process that died may have done unknown to us."""
        with self._lock:
            self._rested[place] = None
            was_shown = place in self._shown
        if surely or was_shown:
            self._status(place, "")

    def _may_show(self, place: SlackPlace) -> bool:
        with self._lock:
            now = self._timer()
            if place in self._rested or now - self._signs[0] < _A_SIGN_S:
                return False
            self._signs.append(now)
            self._shown[place] = None
            return True

    def _privately(self, question: Question, part: Part, *, again: bool) -> Mapping[str, str]:
        place = _place(question)
        post = render.reply(part.reply, part.evidence, receipt=question.receipt, direct=True, asked_in=place.channel)
        name = "aside" if part.aside else "elsewhere"
        return self._show(self._with(question), post, _nonce(question, name), again=again)

    def _with(self, question: Question) -> _Spot:
        """The direct conversation with the asker."""
        assert isinstance(question.asker, SlackUser)
        user = question.asker.user
        with self._lock:
            channel = self._direct.get(user)
        if channel is None:
            channel = call(self._client, "conversations.open", wire.Opened, users=user).channel.id
            with self._lock:
                self._direct[user] = channel
        return _Spot(channel, None, _place(question).message)

    def _show(self, spot: _Spot, post: Post, nonce: str, *, again: bool) -> Mapping[str, str]:
        with self._in_order[spot.channel]:
            ts = self._found(spot, nonce) if again else None
            if ts is None:
                self._reach("slack.before_send")
                ts = self._send(spot, post, nonce)
                self._reach("slack.after_send")
        return {"surface": "slack", "channel": spot.channel, "message": ts}

    def _send(self, spot: _Spot, post: Post, nonce: str) -> str:
        message = {
            "channel": spot.channel,
            "thread_ts": spot.thread,
            "text": post.text,
            "metadata": {"event_type": _EVENT, "event_payload": {"nonce": nonce}},
            "mrkdwn": False,
            "parse": "none",
            "unfurl_links": False,
            "unfurl_media": False,
        }
        try:
            return self._in_time(message, blocks=post.blocks)
        except Refused as refused:
            if not refused.is_about(_BLOCKS):
                raise
            log.exception("Slack refused our blocks", channel=spot.channel)
            return self._in_time(message)

    def _in_time(self, message: Mapping[str, Any], **blocks: object) -> str:
        """Not sooner than Slack would take it: who is told to wait is told whole seconds."""
        channel = message["channel"]
        waits_s = self._sent_at.get(channel, -_A_MESSAGE_S) + _A_MESSAGE_S - self._timer()
        if waits_s > 0:
            threading.Event().wait(waits_s)
        try:
            return call(self._client, "chat.postMessage", wire.Sent, **message, **blocks).ts
        finally:
            self._sent_at[channel] = self._timer()

    def _found(self, spot: _Spot, nonce: str) -> str | None:
        """The message with this nonce, if we have posted it: whoever else carries it only copies."""
        method = "conversations.history" if spot.thread is None else "conversations.replies"
        since = {"channel": spot.channel, "ts": spot.thread, "oldest": spot.since, "include_all_metadata": True}
        for page in pages(self._client, method, wire.MessagesPage, **since):
            for message in page.messages:
                if message.bot_id == self._us.bot and message.metadata.event_payload.get("nonce") == nonce:
                    return message.ts
        return None

    def _status(self, place: SlackPlace, status: str) -> None:
        thread = place.thread or place.message
        with suppress(Refused, Retryable):
            call(
                self._client,
                "assistant.threads.setStatus",
                wire.Done,
                channel_id=place.channel,
                thread_ts=thread,
                status=status,
            )


def _nonce(question: Question, part: str) -> str:
    """The same for every attempt, and nobody else's business."""
    return hashlib.sha256(f"{question.receipt}:{part}".encode()).hexdigest()[:32]


def _here(place: SlackPlace) -> _Spot:
    return _Spot(place.channel, place.thread, place.message)


def _is_direct(place: SlackPlace) -> bool:
    """For the choice of words only; who reads along is found out elsewhere."""
    return place.channel.startswith("D")


def _place(question: Question) -> SlackPlace:
    match question.place:
        case SlackPlace():
            return question.place
        case CommandLine():
            raise ValueError("this question was not asked in Slack")
        case _:
            assert_never(question.place)
