"""The two pages of ours between Slack and a source at which somebody signs in: off to the source, and back from there. What
comes back counts once, in time, from the browser that was sent. Nothing that a request says is shown, and none leads elsewhere.
"""

import hashlib
import re
import secrets
from collections.abc import Callable
from hmac import compare_digest
from typing import Final, NamedTuple

import structlog
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from bot.core.admin import Member, Typed
from bot.core.clock import Clock
from bot.core.signing_in import Account, Back, Offer, SignIn
from bot.flows.signing_in import START, SigningIn, come_back, judged, still
from bot.slack.render import sign_in as words
from bot.stores.sign_ins import HOLDS
from connectors.model import Fatal, Retryable
from connectors.oauth import challenge

DONE: Final = "/link/done"

_LONGEST: Final = 2_048
_BROWSER: Final = re.compile(r"[A-Za-z0-9_-]{43}")  # what `token_urlsafe` makes of 32 bytes
_BAD, _AWAY, _SEE = 400, 502, 303
_QUIET: Final = {
    "cache-control": "no-store",
    "referrer-policy": "no-referrer",
    # No word of forms: browsers hold that against wherever a source sends them next, which is not for us to list.
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'; base-uri 'none'",
    "x-content-type-options": "nosniff",
}
log = structlog.get_logger()


class Desk(NamedTuple):
    """Of one workspace. `take`: done by whoever does what admins type; durable when it returns."""

    house: SigningIn
    take: Callable[[Typed], object]


class _Leaver(NamedTuple):
    house: SigningIn
    sign_in: SignIn
    member: Member
    offer: Offer
    held: str


class LinkPages:
    """`of`: the desk of a workspace, by its id. `is_encrypted`: whether browsers reach us so."""

    def __init__(self, of: Callable[[str], Desk | None], *, is_encrypted: bool, clock: Clock) -> None:
        self._of, self._is_encrypted, self._clock = of, is_encrypted, clock
        # The prefix: only this host has set it, for itself, over TLS.
        self._cookie = "__Host-footnote-link" if is_encrypted else "footnote-link"

    def routes(self) -> list[Route]:
        return [
            Route(START, self.ask, methods=["GET"]),
            Route(START, self.go, methods=["POST"]),
            Route(DONE, self.come_back, methods=["GET"]),
        ]

    def ask(self, request: Request) -> Response:
        """Nothing is written: programs open links, too, and so may people who were handed one. A browser in which somebody is
        on their way already stays the one that it is.
        """
        leaver = self._leaver(request)
        if isinstance(leaver, Response):
            return leaver
        browser = request.cookies.get(self._cookie, "")
        if not _BROWSER.fullmatch(browser):
            browser = secrets.token_urlsafe(32)
        action = f"{START}?state={request.query_params['state']}&mine={_mine(browser, leaver.held)}"
        shown = HTMLResponse(words.ask(leaver.sign_in.source, leaver.member.name, action), headers=_QUIET)
        age = int(HOLDS.total_seconds())
        shown.set_cookie(self._cookie, browser, max_age=age, secure=self._is_encrypted, httponly=True, samesite="lax")
        return shown

    def go(self, request: Request) -> Response:
        """The click of whoever read that page, in this browser: another site cannot make it."""
        browser, mine = request.cookies.get(self._cookie, ""), request.query_params.get("mine", "")
        _, held = self._named(request)
        if not browser or not compare_digest(mine.encode(), _mine(browser, held).encode()):
            return _end(words.STALE, _BAD)
        leaver = self._leaver(request)
        if isinstance(leaver, Response):
            return leaver
        leaving = leaver.house.sign_ins.leave(leaver.held, browser, self._clock())
        if leaving is None:
            return _end(words.STALE, _BAD)
        workspace, _, _ = request.query_params["state"].partition(".")
        where = leaver.offer.provider.where(state=f"{workspace}.{leaving.state}", challenge=challenge(leaving.proof))
        return RedirectResponse(where, status_code=_SEE, headers=_QUIET)

    def come_back(self, request: Request) -> Response:
        """(1) the same browser, once, in time; (2) still a member, and still such a source; (3) it says whose account it is.
        Then it is taken down, and done by others.
        """
        said, browser = request.query_params, request.cookies.get(self._cookie, "")
        desk, held = self._named(request)
        back = desk.house.sign_ins.come_back(held, browser, self._clock()) if desk is not None and browser else None
        if desk is None or back is None:
            return _end(words.STALE, _BAD)
        code = said.get("code", "")
        if "error" in said or not code or len(code) > _LONGEST:
            return _end(words.CANCELLED, _BAD)
        try:
            return _taken_down(back, code, desk)
        except Retryable as trouble:
            log.warning("a sign-in came to nothing", source=back.sign_in.source, because=str(trouble))
            return _end(words.NOT_IN_SLACK, _AWAY)

    def _leaver(self, request: Request) -> _Leaver | Response:
        desk, held = self._named(request)
        sign_in = desk.house.sign_ins.look(held, self._clock()) if desk is not None else None
        if desk is None or sign_in is None:
            return _end(words.STALE, _BAD)
        try:
            member, offer = still(sign_in, desk.house)
        except Retryable:
            return _end(words.NOT_IN_SLACK, _AWAY)
        if member is None or offer is None:
            return _end(words.STALE, _BAD)
        return _Leaver(desk.house, sign_in, member, offer, held)

    def _named(self, request: Request) -> tuple[Desk | None, str]:
        """In which workspace, and what of it is to be known."""
        state = request.query_params.get("state", "")
        workspace, _, held = state.partition(".")
        return (self._of(workspace), held) if len(state) <= _LONGEST else (None, "")


def _taken_down(back: Back, code: str, desk: Desk) -> Response:
    """What is shown is judged before it is taken down: from then on others do it, and a page that fails would be wrong."""
    member, offer = still(back.sign_in, desk.house)
    if member is None or offer is None:
        return _end(words.STALE, _BAD)
    account = _whose(offer, code, back)
    if account is None:
        return _end(words.AGAIN, _AWAY)
    typed, signed_in = come_back(back.sign_in, account, desk.house)
    shown = words.told_on_page(judged(signed_in, member, desk.house))
    desk.take(typed)
    return _page(shown, 200)


def _whose(offer: Offer, code: str, back: Back) -> Account | None:
    try:
        return offer.provider.whose(code, proof=back.proof)
    except (Retryable, Fatal) as trouble:
        log.warning("a sign-in came to nothing", source=back.sign_in.source, because=str(trouble))
        return None


def _end(said: str, status: int) -> Response:
    return _page(words.page(said), status)


def _page(html: str, status: int) -> Response:
    """The cookie stays: by it others, in the same browser, are on their way."""
    return HTMLResponse(html, status_code=status, headers=_QUIET)


def _mine(browser: str, held: str) -> str:
    return hashlib.sha256(f"mine/{browser}/{held}".encode()).hexdigest()
