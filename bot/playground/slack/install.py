"""Installing an app in a workspace: the page on which somebody allows it, the code that this gives, and the tokens for it."""

import hmac
import secrets
from collections.abc import Iterable
from dataclasses import replace
from html import escape
from typing import Final
from urllib.parse import urlencode, urlsplit

from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from bot.playground.slack.errors import SlackError
from bot.playground.slack.nouns import App, Code, Json, Team, Token
from bot.playground.slack.world import SlackWorld

CODE_S: Final = 600.0
TOKEN_S: Final = 43_200.0
BAD: Final = 400
FOUND: Final = 302


class InstallPage:
    """What a browser is shown. A GET shows it, a POST is the click on “Allow” with a `team`, or on “Cancel” without one."""

    def __init__(self, world: SlackWorld) -> None:
        self.world = world

    def routes(self) -> list[Route]:
        return [
            Route("/oauth/v2/authorize", self.show),
            Route("/oauth/v2/authorize", self.decide, methods=["POST"]),
        ]

    async def show(self, request: Request) -> Response:
        asked = dict(request.query_params)
        if isinstance(app := self._asked(asked), str):
            return PlainTextResponse(app, status_code=BAD)
        hidden = "".join(f'<input type="hidden" name="{escape(n)}" value="{escape(v)}">' for n, v in asked.items())
        teams = "".join(f'<option value="{t.id}">{escape(t.name)}</option>' for t in self.world.teams.values())
        return HTMLResponse(
            f"<h1>{escape(app.name)} wants to be in your workspace</h1><p>{escape(asked.get('scope', ''))}</p>"
            f'<form method="post">{hidden}<select name="team">{teams}</select>'
            "<button>Allow</button></form>"
        )

    async def decide(self, request: Request) -> Response:
        """Who allows it is the first of that workspace, unless `user` says who."""
        asked = {name: str(value) for name, value in (await request.form()).items()}
        if isinstance(app := self._asked(asked), str):
            return PlainTextResponse(app, status_code=BAD)
        back, state = asked.get("redirect_uri") or app.redirect_urls[0], asked.get("state", "")
        if not asked.get("team"):
            return RedirectResponse(_with(back, error="access_denied", state=state), status_code=FOUND)
        team = self.world.teams[asked["team"]]
        code = allow(
            self.world,
            app,
            team,
            scopes=asked.get("scope", "").split(","),
            user=asked.get("user"),
            redirect_uri=asked.get("redirect_uri"),
        )
        return RedirectResponse(_with(back, code=code, state=state), status_code=FOUND)

    def _asked(self, asked: dict[str, str]) -> App | str:
        app = _of_client(self.world, asked.get("client_id", ""))
        if app is None:
            return "invalid_client_id"
        given = asked.get("redirect_uri")
        if not app.redirect_urls or (given and not any(_is_below(given, url) for url in app.redirect_urls)):
            return "bad_redirect_uri"
        return app


def allow(
    world: SlackWorld,
    app: App,
    team: Team,
    *,
    scopes: Iterable[str],
    user: str | None = None,
    redirect_uri: str | None = None,
) -> str:
    """The code that the browser brings back."""
    with world.lock:
        who = user or next(u.id for u in world.users.values() if u.team_id == team.id and not u.is_bot)
        code = f"{team.id}.{secrets.token_hex(12)}"
        wanted = frozenset(scope for scope in scopes if scope)
        world.codes[code] = Code(app.client_id, team.id, who, redirect_uri, wanted, world.clock.now())
        return code


def exchange(world: SlackWorld, args: Json) -> Json:
    """A code for tokens, or a token that renews for a new pair."""
    app = _of_client(world, str(args.get("client_id", "")))
    if app is None:
        raise SlackError("invalid_client_id")
    if not hmac.compare_digest(app.client_secret, str(args.get("client_secret", ""))):
        raise SlackError("bad_client_secret")
    if args.get("grant_type") == "refresh_token":
        return _renewed(world, app, str(args.get("refresh_token", "")))
    code = world.codes.pop(str(args.get("code", "")), None)
    if code is None or code.client_id != app.client_id:
        raise SlackError("invalid_code")
    if world.clock.now() - code.made_at > CODE_S:
        raise SlackError("code_expired")
    if code.redirect_uri != (args.get("redirect_uri") or None):
        raise SlackError("bad_redirect_uri")
    here = _installed(world, app, code)
    return {**_granted(world, here, code.scopes), "authed_user": {"id": code.user}}


def _installed(world: SlackWorld, app: App, code: Code) -> App:
    here = world.app_in(app, code.team_id)
    if here is None:
        bot = world.add_user(app.name.lower(), real_name=app.name, bot=True, team=world.teams[code.team_id])
        here = replace(app, id=world.new_id("A"), published=app.api_id, user_id=bot.id, bot_id=bot.bot_id or "")
        here.team_id, bot.app_id = code.team_id, here.api_id
        world.apps[here.id] = here
    here.installed = True
    return here


def _granted(world: SlackWorld, here: App, scopes: frozenset[str]) -> Json:
    now = world.clock.now()
    team = world.teams[here.team_id]
    kind = "xoxe.xoxb-1" if here.rotates else "xoxb"
    token = Token(
        value=f"{kind}-{here.id}-{secrets.token_hex(12)}",
        kind="bot",
        app_id=here.id,
        scopes=scopes,
        expires_at=now + TOKEN_S if here.rotates else None,
    )
    world.tokens[token.value] = token
    pair: Json = {}
    if here.rotates:
        refresh = f"xoxe-1-{here.id}-{secrets.token_hex(12)}"
        world.refreshes[refresh] = here.id
        pair = {"refresh_token": refresh, "expires_in": int(TOKEN_S)}
    return {
        "app_id": here.api_id,
        "scope": ",".join(sorted(scopes)),
        "token_type": "bot",
        "access_token": token.value,
        **pair,
        "bot_user_id": here.user_id,
        "team": {"id": team.id, "name": team.name},
        "enterprise": None,
        "is_enterprise_install": False,
    }


def _renewed(world: SlackWorld, app: App, refresh: str) -> Json:
    """Each once. The token before holds until it ends by itself."""
    of = world.refreshes.get(refresh)
    here = world.apps.get(of or "")
    if here is None or here.client_id != app.client_id:
        raise SlackError("invalid_refresh_token")
    del world.refreshes[refresh]
    before = [t for t in world.tokens.values() if t.app_id == here.id and t.kind == "bot"]
    return _granted(world, here, before[-1].scopes)


def _of_client(world: SlackWorld, client_id: str) -> App | None:
    return next((a for a in world.apps.values() if client_id and a.client_id == client_id and not a.published), None)


def _is_below(given: str, registered: str) -> bool:
    """The same address, or one below it: never another host."""
    one, other = urlsplit(given), urlsplit(registered)
    return (one.scheme, one.netloc) == (other.scheme, other.netloc) and one.path.startswith(other.path)


def _with(url: str, **query: str) -> str:
    return f"{url}?{urlencode(query)}"
