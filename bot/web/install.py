"""The two pages of an installation: off to Slack, and back from there. What comes back counts once, from the browser that
was sent, and only for workspaces that may install us. Nothing that a request says is shown, and none leads anywhere else.
"""

from collections.abc import Callable, Collection
from typing import Final

import structlog
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from bot.core.clock import Clock
from bot.core.installing import Granted, Installed
from bot.slack.calls import Refused
from bot.slack.oauth import ORG_WIDE, SlackOAuth
from bot.slack.render import pages
from bot.stores.states import HOLDS, Sent, States
from connectors.model import Retryable

INSTALL: Final = "/slack/install"
BACK: Final = "/slack/oauth_redirect"

_COOKIE: Final = "__Host-footnote-install"  # the prefix: only this host has set it, for itself, over TLS
_LONGEST: Final = 1024
_BAD, _FORBIDDEN, _AWAY, _FOUND = 400, 403, 502, 302
_QUIET: Final = {
    "cache-control": "no-store",
    "referrer-policy": "no-referrer",
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
    "x-content-type-options": "nosniff",
}
log = structlog.get_logger()


class Installing:
    """`teams`: who may; without any, whomever Slack lets. Each way back ends in words, and in no page of anybody else's."""

    def __init__(
        self,
        oauth: SlackOAuth,
        states: States,
        install: Callable[[Granted], Installed],
        *,
        teams: Collection[str],
        clock: Clock,
    ) -> None:
        self._oauth, self._states, self._install = oauth, states, install
        self._teams, self._clock = frozenset(teams), clock

    def routes(self) -> list[Route]:
        return [Route(INSTALL, self.go), Route(BACK, self.come_back)]

    def go(self, _: Request) -> Response:
        sent = self._states.issue(self._clock())
        away = RedirectResponse(self._oauth.where(sent.state), status_code=_FOUND, headers=_QUIET)
        age = int(HOLDS.total_seconds())
        away.set_cookie(_COOKIE, sent.browser, max_age=age, secure=True, httponly=True, samesite="lax")
        return away

    def come_back(self, request: Request) -> Response:
        """(1) the same browser, once, in time; (2) Slack gives something for the code; (3) to a workspace that may have us."""
        said, browser = request.query_params, request.cookies.get(_COOKIE, "")
        state, code = said.get("state", ""), said.get("code", "")
        if not browser or not self._states.redeem(Sent(state, browser), self._clock()):
            return _words(pages.STALE, _BAD)
        if "error" in said or not code or len(code) > _LONGEST:
            return _words(pages.CANCELLED, _BAD)
        try:
            granted = self._oauth.exchange(code, self._clock())
        except (Refused, Retryable) as trouble:
            log.warning("an installation came to nothing", because=str(trouble))
            is_org_wide = isinstance(trouble, Refused) and trouble.is_about({ORG_WIDE})
            return _words(pages.ONE_BY_ONE, _FORBIDDEN) if is_org_wide else _words(pages.AGAIN, _AWAY)
        if self._teams and granted.team not in self._teams:
            log.warning("a workspace that may not install the app tried to")
            return _words(pages.NOT_HERE, _FORBIDDEN)
        installed = self._install(granted)
        log.warning("a workspace has installed the app", workspace=installed.id)
        return _words(pages.DONE, 200)


def _words(words: str, status: int) -> Response:
    done = PlainTextResponse(words, status_code=status, headers=_QUIET)
    done.delete_cookie(_COOKIE, secure=True, httponly=True, samesite="lax")
    return done
