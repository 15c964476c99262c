"""Slack's side of an installation: a code is had once and spent once, tokens end and are renewed, and what is revoked is over."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot.playground.slack import App, ManualClock, RateLimits, SlackEmulator, SlackWorld, install

BACK = "https://footnote.acme.test/slack/oauth_redirect"


@pytest.fixture
def slack() -> Iterator[SlackEmulator]:
    world = SlackWorld(clock=ManualClock())
    world.add_app(installed=False, redirect_urls=[BACK], rotates=True)
    for name, team in (("ana", world.home), ("gus", world.add_team("Globex"))):
        world.add_user(name, email=f"{name}@{team.domain}.test", team=team)
        world.add_channel("general", members=[world.users[world.user(name).id]], team=team)
    with SlackEmulator(world, rates=RateLimits.off()) as emulator:
        yield emulator


def app_of(slack: SlackEmulator) -> App:
    return next(iter(slack.world.apps.values()))


def access(slack: SlackEmulator, **arguments: Any) -> dict[str, Any]:
    app = app_of(slack)
    given = {"client_id": app.client_id, "client_secret": app.client_secret, **arguments}
    data = WebClient(base_url=slack.url).oauth_v2_access(**given).data
    assert isinstance(data, dict)
    return data


def refused(slack: SlackEmulator, **arguments: Any) -> str:
    with pytest.raises(SlackApiError) as refusal:
        access(slack, **arguments)
    return str(refusal.value.response["error"])


def code(slack: SlackEmulator, team: str) -> str:
    found = next(one for one in slack.world.teams.values() if one.name == team)
    return install.allow(slack.world, app_of(slack), found, scopes=["users:read", "channels:read"])


def test_a_code_is_spent_once_and_only_by_its_app(slack: SlackEmulator) -> None:
    one = code(slack, "Acme")
    assert refused(slack, code=one, client_secret="guessed") == "bad_client_secret"
    assert refused(slack, code=one, client_id="9.9") == "invalid_client_id"
    assert access(slack, code=one)["team"]["name"] == "Acme"
    assert refused(slack, code=one) == "invalid_code"
    late = code(slack, "Acme")
    assert isinstance(slack.world.clock, ManualClock)
    slack.world.clock.advance(601)
    assert refused(slack, code=late) == "code_expired"


def test_the_page_sends_nobody_to_an_address_that_is_not_the_apps(slack: SlackEmulator) -> None:
    where, asked = f"{slack.origin}/oauth/v2/authorize", {"client_id": app_of(slack).client_id, "state": "s"}
    with httpx.Client(trust_env=False) as browser:
        for other in (
            "https://evil.test/slack/oauth_redirect",
            BACK.replace(".test", ".test.evil.test"),
            "http://footnote.acme.test/",
        ):
            assert browser.get(where, params={**asked, "redirect_uri": other}).text == "bad_redirect_uri"
        allowed = browser.post(where, data={**asked, "scope": "users:read", "team": slack.world.home.id})
        cancelled = browser.post(where, data=asked)
    back = urlsplit(allowed.headers["location"])
    assert f"{back.scheme}://{back.netloc}{back.path}" == BACK
    assert set(parse_qs(back.query)) == {"code", "state"}
    assert parse_qs(urlsplit(cancelled.headers["location"]).query) == {"error": ["access_denied"], "state": ["s"]}


def test_one_app_is_in_two_workspaces_and_sees_of_each_what_is_there(slack: SlackEmulator) -> None:
    seen = {}
    for team in ("Acme", "Globex"):
        web = WebClient(token=access(slack, code=code(slack, team))["access_token"], base_url=slack.url)
        names = [user["name"] for user in web.users_list()["members"] if not user["is_bot"]]
        channels = [one["id"] for one in web.conversations_list()["channels"]]
        seen[team] = (web.auth_test()["team"], names, len(channels), channels[0])
    assert [seen[team][:3] for team in seen] == [("Acme", ["ana"], 1), ("Globex", ["gus"], 1)]
    assert seen["Acme"][3] != seen["Globex"][3]
    assert len({app.api_id for app in slack.world.apps.values()}) == 1


def test_a_token_ends_and_what_renews_it_does_so_once(slack: SlackEmulator) -> None:
    first = access(slack, code=code(slack, "Acme"))
    assert isinstance(slack.world.clock, ManualClock)
    slack.world.clock.advance(first["expires_in"])
    with pytest.raises(SlackApiError, match="token_expired"):
        WebClient(token=first["access_token"], base_url=slack.url).auth_test()
    renews = {"grant_type": "refresh_token", "refresh_token": first["refresh_token"]}
    second = access(slack, **renews)
    assert WebClient(token=second["access_token"], base_url=slack.url).auth_test()["ok"]
    assert refused(slack, **renews) == "invalid_refresh_token"


def test_what_is_revoked_is_over_until_it_is_installed_again(slack: SlackEmulator) -> None:
    first = access(slack, code=code(slack, "Acme"))
    web = WebClient(token=first["access_token"], base_url=slack.url)
    assert web.auth_revoke(test=True)["revoked"] is False
    assert web.auth_revoke()["revoked"] is True
    with pytest.raises(SlackApiError, match="account_inactive"):
        web.auth_test()
    assert refused(slack, grant_type="refresh_token", refresh_token=first["refresh_token"]) == "invalid_refresh_token"
    again = access(slack, code=code(slack, "Acme"))
    assert again["bot_user_id"] == first["bot_user_id"]
    assert WebClient(token=again["access_token"], base_url=slack.url).auth_test()["ok"]
