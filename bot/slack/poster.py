"""Shows replies in Slack, each exactly once. Slack has no key against doing a thing twice, so every message carries a
nonce, and whoever cannot know whether it is there already looks for it among our own messages first.
"""

import hashlib
import threading
import time
from collections import defaultdict, deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from functools import partial
from typing import Any, Final, NamedTuple, assert_never

import structlog
from cachetools import LRUCache, TTLCache
from slack_sdk import WebClient

from bot.core.failpoints import Reach
from bot.core.nouns import CommandLine, Part, Question, SlackPlace, SlackUser
from bot.slack import render, wire
from bot.slack.calls import Refused, call, pages
from bot.slack.growing import BLOCKS, Growing, remove
from bot.slack.heard import Us
from bot.slack.memory import Timer
from bot.slack.render import Post, review
from connectors.model import Retryable
from policies.evidence import Answer

_EVENT: Final = "footnote_reply"

_A_MESSAGE_S: Final = 1.0  # in a channel
_SIGNS, _A_SIGN_S = 5, 1.0  # so many signs of life in so long
_STARTS, _STARTS_S = 20, 60.0  # so many messages may begin to grow, in the whole workspace
_TRIES, _TRY_S = 3, 1.0  # to remove one that is not whole, while nobody else would

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
        self._starts = deque([-_STARTS_S] * _STARTS, maxlen=_STARTS)
        self._growing: dict[str, Growing] = {}  # each of a receipt, and of one thread
        self._lock = threading.Lock()  # of all these
        self._in_order: defaultdict[str, threading.Lock] = defaultdict(threading.Lock)  # a channel: one after the other
        self._sent_at: dict[str, float] = {}  # a channel's newest message; read and written in its order

    def post(self, question: Question, part: Part, *, again: bool) -> Mapping[str, str]:
        place = _place(question)
        if part.aside or place.alone:
            return self._privately(question, part, again=again)
        post = render.reply(
            part.reply,
            part.evidence,
            receipt=question.receipt,
            direct=_is_direct(place),
            edited=bool(place.edited) and question.chosen is None,
            shortfall=part.shortfall,
            offer=part.offer,
            checked=part.checked,
            ask_a_person=part.asks_in is not None,
            beside=question.beside,
        )
        try:
            return self._finished(question, post) or self._show(
                _here(place), post, _nonce(f"{question.receipt}:here"), again=again
            )
        except Refused:
            return self._privately(question, part, again=again)
        finally:
            self._over(place, surely=again)

    def hold(self, question: Question, *, again: bool) -> Mapping[str, str]:
        """Where nothing may be posted, the asker is told in their direct conversation."""
        place, nonce = _place(question), _nonce(f"{question.receipt}:held")
        try:
            return self._show(self._answered_at(question), review.held(), nonce, again=again)
        except Refused:
            return self._show(self._with(question), review.held(), nonce, again=again)
        finally:
            self._over(place, surely=again)

    def write_to(self, user: str, post: Post, name: str, *, since: str, again: bool) -> Mapping[str, str]:
        """To somebody, in their direct conversation; what has one name is there once."""
        return self._show(self._spot_with(user, since), post, _nonce(name), again=again)

    def change(self, channel: str, message: str, post: Post) -> bool:
        """What one of our messages says from now on. False: somebody deleted it, or it cannot be changed any more."""
        said = {"text": post.text, "blocks": post.blocks, "parse": "none"}
        try:
            call(self._client, "chat.update", wire.Done, channel=channel, ts=message, **said)
        except Refused as refused:
            log.warning("a message could not be changed", why=refused.code, channel=channel)
            return False
        return True

    def find(self, user: str, name: str, *, since: str) -> tuple[str, str] | None:
        """Where that is, if it is there."""
        spot = self._spot_with(user, since)
        ts = self._found(spot, _nonce(name))
        return (spot.channel, ts) if ts is not None else None

    def is_shown(self, question: Question) -> bool:
        place = _place(question)
        if place.alone:
            return self._found(self._with(question), _nonce(f"{question.receipt}:elsewhere")) is not None
        try:
            found = self._found(_here(place), _nonce(f"{question.receipt}:here"))
        except Refused:
            found = self._found(self._with(question), _nonce(f"{question.receipt}:elsewhere"))
        return found is not None

    def may_grow(self, question: Question) -> bool:
        """Slack lets a message grow only in a thread, where everyone sees it, and only so many of them at once."""
        place = _place(question)
        if place.alone:
            return False
        with self._lock:
            return place.thread is not None and self._timer() - self._starts[0] >= _STARTS_S

    def grow(self, question: Question, part: Part) -> None:
        place = _place(question)
        growing = self._growing.get(question.receipt) or self._seed(question, place)
        if growing is not None and isinstance(part.reply, Answer):
            growing.show(render.growing(part.reply, part.evidence, edited=bool(place.edited)))

    def _seed(self, question: Question, place: SlackPlace) -> Growing | None:
        """The sign of life ends with it."""
        assert isinstance(question.asker, SlackUser)
        assert place.thread is not None, "only there it may grow"
        recipient = {"recipient_team_id": question.asker.team, "recipient_user_id": question.asker.user}
        with self._lock:
            now = self._timer()
            if now - self._starts[0] < _STARTS_S:
                return None
            self._starts.append(now)
            self._rested[place] = None
            self._growing[question.receipt] = Growing(
                self._client,
                place.channel,
                place.thread,
                _mark(place),
                {} if _is_direct(place) else recipient,
            )
            return self._growing[question.receipt]

    def _finished(self, question: Question, post: Post) -> Mapping[str, str] | None:
        growing = self._growing.get(question.receipt)
        if growing is None:
            return None
        self._reach("slack.before_send")
        ts = growing.finish(post, _metadata(_nonce(f"{question.receipt}:here")))
        self._growing.pop(question.receipt)
        if ts is None:
            if growing.is_doubtful:
                self._remove_unfinished(_place(question))
            return None
        self._reach("slack.after_send")
        return {"surface": "slack", "channel": growing.channel, "message": ts}

    def take_back(self, question: Question, *, again: bool) -> None:
        """What answered an earlier wording goes as well, whoever began it."""
        place, growing = _place(question), self._growing.pop(question.receipt, None)
        if growing is not None and growing.ts is not None:
            _persistently(partial(remove, self._client, growing.channel, growing.ts))
        if again or place.edited or (growing is not None and growing.is_doubtful):
            self._remove_unfinished(place)
        if again:
            self.unhold(question)

    def unhold(self, question: Question) -> None:
        with suppress(Refused):  # whoever cannot be written to was told nothing
            _persistently(partial(self._remove_held, question))

    def _remove_held(self, question: Question) -> None:
        """Nobody checks it any more."""
        nonce, spot = _nonce(f"{question.receipt}:held"), self._answered_at(question)
        try:
            ts = self._found(spot, nonce)
        except Refused:
            spot = self._with(question)
            ts = self._found(spot, nonce)
        if ts is not None:
            remove(self._client, spot.channel, ts)

    def _remove_unfinished(self, place: SlackPlace) -> None:
        """Those of which nobody knows but Slack: it took them from a process that died, or its answer was lost."""
        if place.thread is not None:
            _persistently(partial(self._remove_marked, _here(place), _mark(place)))

    def _remove_marked(self, spot: _Spot, mark: str) -> None:
        for message in list(self._ours(spot)):
            if message.began_with(mark) and not message.is_whole:
                remove(self._client, spot.channel, message.ts)

    def leave(self, question: Question, *, again: bool) -> None:
        self._over(_place(question), surely=again)

    def fail(self, question: Question, *, aside: bool, again: bool) -> None:
        post, nonce = render.failure(receipt=question.receipt, aside=aside), _nonce(f"{question.receipt}:failure")
        place = _place(question)
        if place.unnamed and not aside:  # nobody waits for it
            return
        if aside or place.alone:
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
        if not (place.alone or place.unnamed) and self._may_show(place):
            self._status(place, render.status())
            with self._lock:
                is_over = place in self._rested
            if is_over:
                self._status(place, "")

    def rest(self, place: SlackPlace) -> None:
        """The question was taken back: nothing announces its answer any more, and none is left half told."""
        self._over(place, surely=True)
        self._remove_unfinished(place)

    def _over(self, place: SlackPlace, *, surely: bool) -> None:
        """Not surely: only if a sign of life was shown, which a process that died may have done unknown to us."""
        if place.alone:
            return
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
        post = render.reply(
            part.reply,
            part.evidence,
            receipt=question.receipt,
            direct=True,
            asked_in=place.channel,
            alone=place.alone,
            shortfall=part.shortfall,
            offer=part.offer,
            checked=part.checked,
            ask_a_person=part.asks_in is not None,
        )
        name = "aside" if part.aside else "elsewhere"
        return self._show(self._with(question), post, _nonce(f"{question.receipt}:{name}"), again=again)

    def say(self, channel: str, thread: str | None, since: str, post: Post, name: str) -> str:
        """Something that is no reply of ours to a question: what has one name, once. As which message."""
        return self._show(_Spot(channel, thread, since), post, _nonce(name), again=True)["message"]

    def _answered_at(self, question: Question) -> _Spot:
        place = _place(question)
        return self._with(question) if place.alone else _here(place)

    def _with(self, question: Question) -> _Spot:
        assert isinstance(question.asker, SlackUser)
        return self._spot_with(question.asker.user, _place(question).message)

    def _spot_with(self, user: str, since: str) -> _Spot:
        return _Spot(self.direct_with(user), None, since)

    def direct_with(self, user: str) -> str:
        """Our conversation with them."""
        with self._lock:
            channel = self._direct.get(user)
        if channel is None:
            channel = call(self._client, "conversations.open", wire.Opened, users=user).channel.id
            with self._lock:
                self._direct[user] = channel
        return channel

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
            "metadata": _metadata(nonce),
            "mrkdwn": False,
            "parse": "none",
            "unfurl_links": False,
            "unfurl_media": False,
        }
        try:
            return self._in_time(message, blocks=post.blocks)
        except Refused as refused:
            if not refused.is_about(BLOCKS):
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
        """The message with this nonce, if we have posted it."""
        return next((message.ts for message in self._ours(spot) if message.carries(nonce)), None)

    def _ours(self, spot: _Spot) -> Iterator[wire.Message]:
        """Our own messages since: whoever else carries a nonce of ours only copies."""
        method = "conversations.history" if spot.thread is None else "conversations.replies"
        since = {"channel": spot.channel, "ts": spot.thread, "oldest": spot.since, "include_all_metadata": True}
        for page in pages(self._client, method, wire.MessagesPage, **since):
            yield from (message for message in page.messages if message.bot_id == self._us.bot)

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


def _persistently(do: Callable[[], None]) -> None:
    """Whoever took the question back, or has it now, does not do it for us."""
    for left in reversed(range(_TRIES)):
        try:
            return do()
        except Retryable:
            if not left:
                raise
            threading.Event().wait(_TRY_S)
    return None


def _metadata(nonce: str) -> dict[str, Any]:
    return {"event_type": _EVENT, "event_payload": {"nonce": nonce}}


def _nonce(name: str) -> str:
    """The same for every attempt, and nobody else's business."""
    return hashlib.sha256(name.encode()).hexdigest()[:32]


def _mark(place: SlackPlace) -> str:
    """Of whatever grows there, in whatever wording the question is put."""
    return hashlib.sha256(f"{place.team}:{place.channel}:{place.message}:growing".encode()).hexdigest()[:32]


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
