"""auth, apps, team, bots, oauth: who the app is and where its socket is."""

from types import MappingProxyType
from typing import Final

from bot.playground.slack import install, membership
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
    return install.exchange(call.world, call.args)


def revoke(call: Call) -> Json:
    if call.flag("test"):
        return {"revoked": False}
    membership.revoke(call.world, call.app)
    return {"revoked": True}


def uninstall(call: Call) -> Json:
    if (call.text("client_id"), call.text("client_secret")) != (call.app.client_id, call.app.client_secret):
        raise SlackError("bad_client_secret")
    membership.uninstall(call.world, call.app)
    return {}


METHODS: Final = MappingProxyType(
    {
        "api.test": Method(api_test, kind=None),
        "auth.test": Method(auth_test),
        "auth.revoke": Method(revoke),
        "apps.uninstall": Method(uninstall),
        "apps.connections.open": Method(connections_open, ("connections:write",), kind="app"),
        "team.info": Method(team_info, ("team:read",)),
        "bots.info": Method(bots_info, ("users:read",)),
        "oauth.v2.access": Method(oauth_access, kind=None),
    }
)
