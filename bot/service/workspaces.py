"""Several workspaces of Slack in one process: each with its own rows, its own client and its own people at work. What Slack
sends goes to the one that it is for, by Slack's signed word; what is for none is acknowledged, and kept nowhere.

One thread looks after them: it opens those that were installed, here or by another process, closes those that ended, and
renews tokens before they end.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final, NamedTuple, Protocol

import structlog
from slack_bolt import BoltRequest, BoltResponse
from slack_sdk import WebClient

from bot.core.clock import Clock
from bot.core.errors import FootnoteError
from bot.core.installing import Installed, Tokens
from bot.slack.addressed import Address, addressed, ends
from bot.slack.calls import Refused
from bot.slack.oauth import SlackOAuth
from bot.stores.installations import Installations, Renewal
from connectors.model import Retryable

_LOOK_S: Final = 2.0
_AGAIN: Final = timedelta(seconds=30)  # before what could not be opened, or renewed, is tried anew
_EARLY: Final = timedelta(hours=2)  # a token of Slack's lives for twelve
_NEWLY: Final = timedelta(minutes=5)  # in which what is heard of an end may be of the installation before
_REFUSED_S: Final = timedelta(hours=1)
_OK, _LATER = 200, 503

log = structlog.get_logger()


class Ended(Exception):  # noqa: N818 - named for what it is
    """Slack takes this workspace's token no more, and will not again."""


class Handler(Protocol):
    def dispatch(self, req: BoltRequest) -> BoltResponse: ...


class Opened(NamedTuple):
    bolt: Handler
    web: WebClient


Open = Callable[[Installed, Tokens], AbstractContextManager[Opened]]
"""One workspace at work, until the end of the block. Raises `Ended`."""


@dataclass
class _Running:
    installed: Installed
    opened: Opened
    stack: ExitStack
    version: int


class Workspaces:
    """`put_away`: what waits in a workspace is not done any more. `is_accepted`: Slack takes these tokens at this moment."""

    def __init__(
        self,
        installations: Installations,
        oauth: SlackOAuth,
        open_: Open,
        put_away: Callable[[Installed, str], object],
        is_accepted: Callable[[Tokens], bool],
        clock: Clock,
    ) -> None:
        self._installations, self._oauth, self._open = installations, oauth, open_
        self._put_away, self._is_accepted, self._clock = put_away, is_accepted, clock
        self._running: dict[str, _Running] = {}  # by the team
        self._closing: dict[str, threading.Thread] = {}  # by the id
        self._not_before: dict[str, datetime] = {}  # by the id
        self._lock, self._look, self._stop = threading.Lock(), threading.Event(), threading.Event()

    # -- what Slack sends

    def dispatch(self, req: BoltRequest) -> BoltResponse:
        body: dict[str, Any] = req.body or {}
        if body.get("type") == "url_verification":
            return BoltResponse(status=_OK, body={"challenge": str(body.get("challenge"))})
        if body.get("ssl_check"):
            return BoltResponse(status=_OK)
        address = addressed(body)
        installed = self._installed(address)
        if installed is None:
            log.warning("something came from a workspace in which the app is not installed; it was let go")
            return BoltResponse(status=_OK)
        if (why := ends(body)) is not None:
            return self._ended(installed, why, body)
        with self._lock:
            running = self._running.get(installed.team)
        if running is None:  # not yet, or not here: Slack asks again
            self.look()
            return BoltResponse(status=_LATER)
        return running.opened.bolt.dispatch(req)

    def _installed(self, address: Address | None) -> Installed | None:
        """As SQL says at this moment: another process may have heard of its end."""
        found = self._installations.of_team(address.team) if address is not None else None
        if address is None or found is None or found.state != "live":
            return None
        is_other = address.app not in {None, found.app} or (
            None not in (address.enterprise, found.enterprise) and address.enterprise != found.enterprise
        )
        return None if is_other else found

    def _ended(self, installed: Installed, why: str, body: dict[str, Any]) -> BoltResponse:
        """Slack may tell late of an end that a newer installation followed; then our token still holds."""
        said_at = body.get("event_time")
        is_of_now = isinstance(said_at, int) and said_at >= (installed.installed_at + _NEWLY).timestamp()
        if not is_of_now:
            tokens = self._installations.tokens(installed.id)
            if tokens is not None and self._is_accepted(tokens):
                return BoltResponse(status=_OK)
        self._end(installed, why)
        return BoltResponse(status=_OK)

    # -- their life

    def look(self) -> None:
        """Now, and not at the next turn."""
        self._look.set()

    def are_all_tried(self) -> bool:
        """Each is open, or could not be opened, which is no matter of the others: it is in the log, and the doctor says why."""
        live = {one.team: one.id for one in self._installations.all() if one.state == "live"}
        with self._lock:
            running = set(self._running)
        return running <= live.keys() and all(live[team] in self._not_before for team in live.keys() - running)

    @contextmanager
    def tended(self) -> Iterator[None]:
        """From here to the end of the block. What is in hand is finished."""
        self.tend()
        tending = threading.Thread(target=self._tend_for_ever, name="workspaces")
        tending.start()
        try:
            yield
        finally:
            self._stop.set()
            self._look.set()
            tending.join()
            for team in list(self._running):
                self._close(team)
            for closing in list(self._closing.values()):
                closing.join()

    def _tend_for_ever(self) -> None:
        while not self._stop.is_set():
            self._look.wait(_LOOK_S)
            self._look.clear()
            if not self._stop.is_set():
                self._tend_once_more()

    def _tend_once_more(self) -> None:
        try:
            self.tend()
        except Exception as error:  # noqa: BLE001 - whatever it was, the next turn is in two seconds
            log.warning("the workspaces could not be looked after", error=type(error).__name__)

    def tend(self) -> None:
        """(1) those that ended are closed, and what waits there put away; (2) tokens are renewed; (3) the others are opened."""
        listed = self._installations.all()
        live = {one.team: one for one in listed if one.state == "live"}
        with self._lock:
            over = [team for team in self._running if team not in live]
        for team in over:
            self._close(team)
        for one in self._installations.uncleared():
            self._clear(one)
        for one in live.values():
            self._one_at_a_time(one, self._renew_if_due)
            self._one_at_a_time(one, self._open_or_follow)

    def _one_at_a_time(self, one: Installed, do: Callable[[Installed], None]) -> None:
        """Whatever is wrong with one is no matter of the others."""
        try:
            do(one)
        except Ended:
            self._end(one, "token_refused")
        except Exception as error:  # noqa: BLE001 - as it says
            because = str(error) if isinstance(error, FootnoteError | Retryable | Refused) else type(error).__name__
            log.warning("a workspace cannot be opened; it is tried again", workspace=one.id, because=because)
            self._not_before[one.id] = self._clock() + _AGAIN

    def _open_or_follow(self, one: Installed) -> None:
        with self._lock:
            running = self._running.get(one.team)
        if running is not None:
            if running.installed.app == one.app:
                self._follow(running, one)
            else:  # installed anew under another app: it is opened at the next turn
                self._close(one.team)
            return
        closing = self._closing.get(one.id)
        is_closing = closing is not None and closing.is_alive()
        if is_closing or self._not_before.get(one.id, self._clock()) > self._clock():
            return
        tokens = self._installations.tokens(one.id)
        if tokens is None:
            return
        with ExitStack() as stack:
            opened = stack.enter_context(self._open(one, tokens))
            with self._lock:
                self._running[one.team] = _Running(one, opened, stack.pop_all(), one.version)
        self._not_before.pop(one.id, None)

    def _follow(self, running: _Running, one: Installed) -> None:
        """Whoever has renewed the tokens, from here on they are used."""
        current = self._installations.of_team(one.team)
        if current is None or current.version == running.version:
            return
        tokens = self._installations.tokens(one.id)
        if tokens is not None:
            running.opened.web.token = tokens.bot.get_secret_value()
            running.version = current.version

    # -- tokens

    def _renew_if_due(self, one: Installed) -> None:
        if one.expires_at is None or one.expires_at - _EARLY > self._clock():
            return
        renewal = self._installations.claim_renewal(one, self._clock())
        if renewal is not None:
            self._renew(one, renewal)

    def _renew(self, one: Installed, renewal: Renewal) -> None:
        """The pair is stored before anybody uses it. Of a lost reply nothing is known, so the same is asked once more; where
        Slack has spent it, the token that we have holds until it ends, and an operator is told in time.
        """
        now = self._clock()
        try:
            tokens = self._oauth.renew(renewal.refresh, now)
        except Retryable as trouble:
            log.warning("a token was not renewed; it is tried again", workspace=one.id, because=str(trouble))
            self._installations.put_off(renewal, "unreachable", now + _AGAIN)
            return
        except Refused as refusal:
            log.error(  # noqa: TRY400 - where it comes from says nothing
                "Slack renews a token no more: have the app installed again", workspace=one.id, because=str(refusal)
            )
            self._installations.put_off(renewal, refusal.code, now + _REFUSED_S)
            return
        self._installations.renewed(renewal, tokens)

    # -- the end of one

    def _end(self, installed: Installed, why: str) -> None:
        log.warning("the app was removed from a workspace, and stops there", workspace=installed.id, why=why)
        self._installations.end(installed.id, why, self._clock())
        self._clear(installed, why)
        with self._lock:
            is_running = installed.team in self._running
        if is_running:
            self._close(installed.team)

    def _clear(self, one: Installed, why: str | None = None) -> None:
        self._not_before.pop(one.id, None)
        self._put_away(one, why or one.ended_by or "ended")
        self._installations.cleared(one.id)

    def _close(self, team: str) -> None:
        """What is in hand there may take a while; nobody waits for it."""
        with self._lock:
            running = self._running.pop(team, None)
        if running is None:
            return
        closing = threading.Thread(target=partial(_shut, running), name=f"closing {running.installed.id}")
        self._closing[running.installed.id] = closing
        closing.start()


def _shut(running: _Running) -> None:
    try:
        running.stack.close()
    except Exception as error:  # noqa: BLE001 - nobody is left to be told
        log.warning("a workspace was not closed cleanly", workspace=running.installed.id, error=type(error).__name__)
