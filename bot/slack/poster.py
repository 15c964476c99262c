"""Shows replies in Slack, each exactly once. Slack has no key against doing a thing twice, so every message carries a
nonce, and whoever cannot know whether it is there already looks for it among our own messages first.
"""

import hashlib
import threading
from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any, Final, NamedTuple, assert_never

import structlog
from cachetools import LRUCache, TTLCache
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackClientError

from bot.core.failpoints import Reach
from bot.core.nouns import CommandLine, Part, Question, SlackPlace, SlackUser
from bot.slack import render
from bot.slack.heard import Us
from bot.slack.render import Post
from connectors.model import Retryable

_EVENT: Final = "footnote_reply"
_PAGE: Final = 200
_PASSES: Final = frozenset({"ratelimited", "internal_error", "fatal_error", "service_unavailable", "request_timeout"})
_BAD_BLOCKS: Final = frozenset({"invalid_blocks", "invalid_blocks_format", "msg_too_long", "msg_blocks_too_long"})

log = structlog.get_logger()


class Unpostable(Exception):  # noqa: N818 - named by what the caller does next: go elsewhere
    """No message of ours can be put there."""


class _Spot(NamedTuple):
    """Where a message goes; `since` is a message that was there before."""

    channel: str
    thread: str | None
    since: str


class SlackPoster:
    """The `Poster` port."""

    def __init__(self, client: WebClient, us: Us, reach: Reach) -> None:
        self._client, self._us, self._reach = client, us, reach
        self._direct: LRUCache[str, str] = LRUCache(4096)  # a user's conversation with us; its id never changes
        # Where something was said, or is no longer awaited; for longer than a sign of life may be late.
        self._rested: TTLCache[SlackPlace, None] = TTLCache(4096, ttl=60)
        self._in_order: defaultdict[str, threading.Lock] = defaultdict(
            threading.Lock
        )  # a channel: one message a second

    def post(self, question: Question, part: Part, *, again: bool) -> Mapping[str, str]:
        place = _place(question)
        if part.aside:
            return self._privately(question, part, again=again)
        post = render.reply(
            part.reply, part.evidence, receipt=question.receipt, direct=_is_direct(place), edited=bool(place.edited)
        )
        try:
            return self._show(_here(place), post, _nonce(question, "here"), again=again)
        except Unpostable:
            return self._privately(question, part, again=again)
        finally:
            self.rest(place)

    def fail(self, question: Question, *, again: bool) -> None:
        post, nonce = render.failure(receipt=question.receipt), _nonce(question, "failure")
        place = _place(question)
        try:
            self._show(_here(place), post, nonce, again=again)
        except Unpostable:
            self._show(self._with(question), post, nonce, again=again)
        finally:
            self.rest(place)

    def busy(self, place: SlackPlace) -> None:
        """A sign of life. Nothing depends on it; but it must not come, or stay, after what it announces."""
        if place not in self._rested:
            self._status(place, render.status())
            if place in self._rested:
                self._status(place, "")

    def rest(self, place: SlackPlace) -> None:
        self._rested[place] = None
        self._status(place, "")

    def _privately(self, question: Question, part: Part, *, again: bool) -> Mapping[str, str]:
        place = _place(question)
        post = render.reply(part.reply, part.evidence, receipt=question.receipt, direct=True, asked_in=place.channel)
        name = "aside" if part.aside else "elsewhere"
        return self._show(self._with(question), post, _nonce(question, name), again=again)

    def _with(self, question: Question) -> _Spot:
        """The direct conversation with the asker."""
        assert isinstance(question.asker, SlackUser)
        user = question.asker.user
        if user not in self._direct:
            with _named():
                self._direct[user] = str(self._client.conversations_open(users=user)["channel"]["id"])
        return _Spot(self._direct[user], None, f"{question.asked_at.timestamp() - 1:.6f}")

    def _show(self, spot: _Spot, post: Post, nonce: str, *, again: bool) -> Mapping[str, str]:
        with self._in_order[spot.channel]:
            ts = self._found(spot, nonce) if again else None
            if ts is None:
                self._reach("slack.before_send")
                ts = self._send(spot, post, nonce)
                self._reach("slack.after_send")
        return {"surface": "slack", "channel": spot.channel, "message": ts}

    def _send(self, spot: _Spot, post: Post, nonce: str) -> str:
        message: dict[str, Any] = {
            "channel": spot.channel,
            "thread_ts": spot.thread,
            "text": post.text,
            "metadata": {"event_type": _EVENT, "event_payload": {"nonce": nonce}},
            "mrkdwn": False,
            "parse": "none",
            "unfurl_links": False,
            "unfurl_media": False,
        }
        with _named():
            try:
                sent = self._client.chat_postMessage(**message, blocks=list(post.blocks))
            except SlackApiError as error:
                if _code(error) not in _BAD_BLOCKS:
                    raise
                log.exception("Slack refused our blocks", error=_code(error), channel=spot.channel)
                sent = self._client.chat_postMessage(**message)
            return str(sent["ts"])

    def _found(self, spot: _Spot, nonce: str) -> str | None:
        """The message with this nonce, if we have posted it: whoever else carries it only copies."""
        with _named():
            for message in self._since(spot):
                payload = message.get("metadata", {}).get("event_payload", {})
                if message.get("bot_id") == self._us.bot and payload.get("nonce") == nonce:
                    return str(message["ts"])
        return None

    def _since(self, spot: _Spot) -> Iterator[dict[str, Any]]:
        wanted: dict[str, Any] = {
            "channel": spot.channel,
            "oldest": spot.since,
            "limit": _PAGE,
            "include_all_metadata": True,
        }
        cursor = ""
        while True:
            if spot.thread is None:
                page = self._client.conversations_history(**wanted, cursor=cursor or None)
            else:
                page = self._client.conversations_replies(**wanted, ts=spot.thread, cursor=cursor or None)
            yield from page["messages"]
            cursor = (page.get("response_metadata") or {}).get("next_cursor") or ""
            if not cursor:
                return

    def _status(self, place: SlackPlace, status: str) -> None:
        with suppress(SlackClientError, OSError):
            self._client.assistant_threads_setStatus(
                channel_id=place.channel, thread_ts=place.thread or place.message, status=status
            )


@contextmanager
def _named() -> Iterator[None]:
    """Slack's refusals, named by what comes next."""
    try:
        yield
    except SlackApiError as error:
        status = getattr(error.response, "status_code", 200)
        if status >= 500 or _code(error) in _PASSES:  # noqa: PLR2004 - HTTP says so
            raise Retryable(f"Slack: {_code(error)}") from error
        raise Unpostable(_code(error)) from error
    except (SlackClientError, OSError) as error:
        raise Retryable(f"Slack: {type(error).__name__}") from error


def _code(error: SlackApiError) -> str:
    return str(error.response.get("error", "unknown"))


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
