"""Whose Home is drawn anew, and when? Only of whoever opened it, at most once a minute each, and never over a newer one.

An exception from the minute: what an admin sees goes at once when who is an admin changes. Nothing of this is kept: whoever
opens their Home after a restart has it drawn.
"""

import re
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

import structlog
from cachetools import TTLCache
from pydantic import Field, ValidationError
from slack_bolt import Ack, App, BoltResponse
from slack_sdk import WebClient

from bot.core.home import ForMember, Home
from bot.core.nouns import Event, Explained, ReceiptId, SlackUser
from bot.slack import render, wire
from bot.slack.calls import Limited, Refused, call
from bot.slack.explaining import show
from bot.slack.heard import Us
from bot.slack.later import Later
from bot.slack.memory import Timer
from bot.slack.render.home import WHY, view
from bot.slack.wire import Name, Payload
from connectors.model import Retryable

_EVERY_S: Final = 60.0
_SETTLED_S: Final = 2.0  # who opens it again before our first draw of it reached them has nothing there yet
_OPEN_FOR_S: Final = 8 * 3600.0  # so long after it was opened last, it is drawn anew for what happens
_MOST_OPEN: Final = 10_000
_DRAWS, _DRAWS_S = 60, 60.0  # in the whole workspace; Slack takes a hundred a minute
_LIMITED_S: Final = 30.0
_TRIES: Final = 5
_CONFLICT: Final = frozenset({"hash_conflict"})

_TOLD: Final = frozenset({"posted", "held", "failed", "withdrawn"})  # what becomes of a question; not that it was asked
_FOR_ALL: Final = frozenset({"paused", "resumed"})
_FOR_ADMINS: Final = frozenset({"change_proposed", "change_decided"})

_RECEIPT: Final = re.compile(r"r_[0-9a-f]{24}")

log = structlog.get_logger()


class _Hashed(Payload):
    hash: Name


class _Opening(Payload):
    """`view`: what they see there until it is drawn anew."""

    user: Name
    view: _Hashed | None = None


class _By(Payload):
    id: Name


class _Action(Payload):
    value: Name


class _Press(Payload):
    user: _By
    trigger_id: Name
    actions: list[_Action] = Field(min_length=1)


@dataclass
class _Open:
    """`hash`: of what we drew there last; `told`: what Slack said when it was opened. `admins`: who they were when it was
    drawn for one of them. `is_lost`: somebody else draws there, so we do not until it is opened again.
    """

    hash: str | None = None
    told: str | None = None
    drawn_at: float | None = None
    admins: tuple[str, ...] | None = None
    tries: int = 0
    is_lost: bool = False

    def hashes(self) -> list[str | None]:
        return list(dict.fromkeys(one for one in (self.hash, self.told) if one is not None)) or [None]


class Homes:
    """`home`: what somebody sees now; `admins`: who they are now. `draw_next` is called by a thread that may wait."""

    def __init__(
        self,
        client: WebClient,
        us: Us,
        home: Callable[[SlackUser], Home],
        admins: Callable[[], tuple[str, ...]],
        *,
        timer: Timer = time.monotonic,
    ) -> None:
        self._client, self._us, self._home, self._admins, self._timer = client, us, home, admins, timer
        self._lock = threading.Lock()  # of all that follows
        # A user's Home; forgotten some hours after they opened it. And whose of them a question is, until it is over.
        self._open: TTLCache[str, _Open] = TTLCache(_MOST_OPEN, ttl=_OPEN_FOR_S, timer=timer)
        self._asked: TTLCache[str, str] = TTLCache(_MOST_OPEN, ttl=_OPEN_FOR_S, timer=timer)
        self._due: dict[str, float] = {}
        self._urgent: set[str] = set()  # of these, what cannot wait its minute
        self._in_hand: set[str] = set()
        self._draws = deque([-_DRAWS_S] * _DRAWS, maxlen=_DRAWS)
        self._not_before = -_LIMITED_S

    def opened(self, user: str, told: str | None) -> None:
        admins = self._admins()
        with self._lock:
            seen = self._open.get(user, _Open())
            self._open[user] = seen  # from now on, for some hours more
            if told is None and seen.drawn_at is not None:  # Slack has lost it, as with an app that was installed anew
                seen.hash, seen.drawn_at = None, seen.drawn_at + _SETTLED_S - _EVERY_S
            seen.told, seen.is_lost, seen.tries = told, False, 0
            self._call(user, seen, at_once=seen.admins not in (None, admins))

    def changed(self, user: str | None) -> None:
        """Somebody's account; None: nobody knows whose."""
        with self._lock:
            for one in [user] if user is not None else list(self._open):
                self._touch(one, at_once=self._is_of_admin(one))

    def hear(self, event: Event) -> None:
        """It is committed. Nothing is asked here of anybody, and nothing waited for."""
        with self._lock:
            match event.kind:
                case "asked":
                    self._remember(event)
                case kind if kind in _TOLD and (user := self._asked.get(event.receipt or "")) is not None:
                    self._touch(user)
                case kind if kind in _FOR_ALL:
                    self._touch_all(list(self._open))
                case kind if kind in _FOR_ADMINS:
                    self._touch_all(list(filter(self._is_of_admin, list(self._open))))
                case "configured":
                    for one in filter(self._is_of_admin, list(self._open)):
                        self._touch(one, at_once=True)

    def draw_next(self) -> bool:
        """Whether one was due. Whatever goes wrong, the next is drawn all the same."""
        with self._taken() as user:
            if user is not None:
                self._draw(user)
        return user is not None

    def _remember(self, event: Event) -> None:
        match event.body.get("asker"):
            case {"user": str(user)} if user in self._open and event.receipt is not None:
                self._asked[event.receipt] = user

    def _touch_all(self, users: list[str]) -> None:
        for user in users:
            self._touch(user)

    def _touch(self, user: str, *, at_once: bool = False) -> None:
        seen = self._open.get(user)
        if seen is not None and (at_once or not seen.is_lost):
            self._call(user, seen, at_once=at_once)

    def _call(self, user: str, seen: _Open, *, at_once: bool) -> None:
        now = self._timer()
        due = now if at_once or seen.drawn_at is None else max(now, seen.drawn_at + _EVERY_S)
        self._due[user] = min(due, self._due.get(user, due))
        if at_once:
            self._urgent.add(user)

    def _is_of_admin(self, user: str) -> bool:
        seen = self._open.get(user)
        return seen is not None and seen.admins is not None

    @contextmanager
    def _taken(self) -> Iterator[str | None]:
        """One that is due and that nobody else draws; what comes up meanwhile is drawn afterwards."""
        with self._lock:
            now = self._timer()
            is_free = now >= self._not_before and now - self._draws[0] >= _DRAWS_S
            due = [(at, user) for user, at in self._due.items() if at <= now and user not in self._in_hand]
            user = min(due)[1] if due and is_free else None
            if user is not None:
                del self._due[user]
                self._urgent.discard(user)
                self._in_hand.add(user)
                self._draws.append(now)
        try:
            yield user
        finally:
            with self._lock:
                self._in_hand.discard(user or "")

    def _draw(self, user: str) -> None:
        with self._lock:
            seen = self._open.get(user)
        if seen is None:
            return
        began = self._timer()
        try:
            self._publish(user, seen, began)
        except Refused as refused:
            log.warning("a home could not be drawn", why=refused.code, user=user)
            with self._lock:
                self._open.pop(user, None)
        except Retryable as trouble:
            self._later(user, seen, trouble)

    def _publish(self, user: str, seen: _Open, began: float) -> None:
        """Put together anew for each try: what is drawn in the end is newer than whatever it replaces."""
        for known in seen.hashes():
            admins = self._admins()
            home = self._home(SlackUser(team=self._us.team, user=user))
            try:
                shown = call(
                    self._client, "views.publish", wire.PublishedView, user_id=user, view=view(home), hash=known
                )
            except Refused as refused:
                if refused.is_about(_CONFLICT):
                    continue
                raise
            is_of_admin = isinstance(home, ForMember) and home.office is not None
            is_outdated = is_of_admin and self._admins() != admins
            with self._lock:
                seen.hash, seen.told, seen.drawn_at, seen.tries, seen.is_lost = shown.view.hash, None, began, 0, False
                seen.admins = admins if is_of_admin else None
                self._put_off(user, began + _EVERY_S)
                if is_outdated:
                    self._call(user, seen, at_once=True)
            return
        with self._lock:
            seen.hash = seen.told = None
            seen.is_lost = True
        log.info("somebody else has drawn a home", user=user)

    def _put_off(self, user: str, until: float) -> None:
        """What came up while it was drawn has its own minute to wait, unless it cannot wait."""
        if user in self._due and user not in self._urgent:
            self._due[user] = max(self._due[user], until)

    def _later(self, user: str, seen: _Open, trouble: Retryable) -> None:
        with self._lock:
            now = self._timer()
            if isinstance(trouble, Limited):
                self._not_before = now + _LIMITED_S
            seen.tries += 1
            if seen.tries < _TRIES:
                self._due[user] = min(self._due.get(user, now + 2.0**seen.tries), now + 2.0**seen.tries)
        log.warning("a home is drawn later", why=str(trouble), user=user, tries=seen.tries)


class HomeListeners:
    """`explain`: an answer to what this person asked themselves."""

    def __init__(
        self,
        us: Us,
        homes: Homes,
        explain: Callable[[ReceiptId, SlackUser], Explained | None],
        *,
        wake: Callable[[], None],
        later: Later,
    ) -> None:
        self._us, self._homes, self._explain, self._wake, self._later = us, homes, explain, wake, later

    def attach(self, app: App) -> None:
        """Before whoever takes in all other events."""
        app.use(self.take_in)
        app.action(WHY)(self.why)

    def take_in(self, body: dict[str, Any], next: Callable[[], BoltResponse]) -> BoltResponse:  # noqa: A002 - Bolt's name
        """Nothing is durable here: who opens their Home again has it drawn."""
        match body.get("event"):
            case {"type": "app_home_opened", "tab": "home"}:
                self._opened(body["event"])
                return BoltResponse(status=200)
            case {"type": "user_change", "user": {"id": str(user)}}:
                self._homes.changed(user)
            case _:
                pass
        return next()

    def _opened(self, event: dict[str, Any]) -> None:
        try:
            opening = _Opening.model_validate(event)
        except ValidationError:
            log.warning("that somebody opened their home was not understood")
            return
        self._later(partial(self._open, opening))

    def _open(self, opening: _Opening) -> None:
        self._homes.opened(opening.user, opening.view.hash if opening.view is not None else None)
        self._wake()

    def why(self, ack: Ack, body: dict[str, Any], client: WebClient) -> None:
        ack()
        try:
            press = _Press.model_validate(body)
        except ValidationError:
            return
        receipt = ReceiptId(press.actions[0].value)
        if not _RECEIPT.fullmatch(receipt):
            return
        by = SlackUser(team=self._us.team, user=press.user.id)
        look = partial(self._explain, receipt, by)
        show(client, press.trigger_id, receipt, look, render.evidence_view, later=self._later)
