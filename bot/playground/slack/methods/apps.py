"""auth, apps, team, bots, oauth: who the app is and where its socket is."""

from types import MappingProxyType
from typing import Final

from bot.playground.slack.call import Call, Method
from bot.playground.slack.errors import SlackError
from bot.playground.slack.nouns import Json
from bot.playground.slack.wire import bot_json


def api_test(call: Call) -> Json:
    if call.given("error"):
        raise SlackError(call.text("error"), args=call.args)
    return {"args": call.args}


def auth_test(call: Call) -> Json:
    team = call.world.teams[call.app.team_id]
    return {
        "url": f"https://{team.domain}.slack.com/",
        "team": team.name,
        "user": call.world.users[call.app.user_id].name,
        "team_id": team.id,
        "user_id": call.app.user_id,
        "bot_id": call.app.bot_id,
        "is_enterprise_install": False,
    }


def connections_open(call: Call) -> Json:
    return {"url": call.socket_url(call.app)}


def team_info(call: Call) -> Json:
    team = call.world.teams.get(call.option("team", call.app.team_id))
    if team is None:
        raise SlackError("team_not_found")
    return {
        "team": {
            "id": team.id,
            "name": team.name,
            "domain": team.domain,
            "url": f"https://{team.domain}.slack.com/",
            "email_domain": "",
            "icon": {"image_default": True},
            "is_verified": False,
        }
    }


def bots_info(call: Call) -> Json:
    found = [a for a in call.world.apps.values() if a.bot_id == call.option("bot", call.app.bot_id)]
    if not found:
        raise SlackError("bot_not_found")
    return {"bot": bot_json(found[0])}


def oauth_access(call: Call) -> Json:
    """Any code is good: it installs the first app again, and brings its revoked tokens back."""
    if not call.given("code"):
        raise SlackError("invalid_code")
    app = call.app
    for token in call.world.tokens.values():
        if token.app_id == app.id:
            token.revoked = False
    app.installed = True
    bot = call.world.tokens[call.world.bot_token(app)]
    return {
        "app_id": app.id,
        "authed_user": {"id": call.option("user")},
        "scope": ",".join(sorted(bot.scopes)),
        "token_type": "bot",
        "access_token": bot.value,
        "bot_user_id": app.user_id,
        "team": {"id": app.team_id, "name": call.world.teams[app.team_id].name},
        "enterprise": None,
        "is_enterprise_install": False,
    }


METHODS: Final = MappingProxyType(
    {
        "api.test": Method(api_test, kind=None),
        "auth.test": Method(auth_test),
        "apps.connections.open": Method(connections_open, ("connections:write",), kind="app"),
        "team.info": Method(team_info, ("team:read",)),
        "bots.info": Method(bots_info, ("users:read",)),
        "oauth.v2.access": Method(oauth_access, kind=None),
    }
)
