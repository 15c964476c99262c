"""Several workspaces, as an operator sees them: who is where, what the doctor finds, and what the app's manifest says."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pydantic import SecretStr

from bot import app
from bot.core.installing import Granted, Tokens
from bot.service import several
from bot.settings import Settings
from tests.console import Console
from tests.slack.several import browser, serving

OAUTH = {"SLACK_CLIENT_ID": "1.2", "SLACK_CLIENT_SECRET": "not-to-be-shown"}
TOKEN = "xoxb-not-to-be-shown-either"


@pytest.fixture
def console(tmp_path: Path) -> Console:
    settings = Settings(home=tmp_path / "home")
    given = Granted(
        team="T012AB3CD", enterprise=None, app="A01", by="U0ANA", scopes="", tokens=Tokens(bot=SecretStr(TOKEN))
    )
    with app.records(settings) as records:
        listed = several.installations(records)
        listed.open()
        listed.install(given, datetime(2026, 3, 4, 12, 0, tzinfo=UTC))
    return Console(tmp_path / "home", OAUTH)


def test_the_list_shows_every_workspace_and_no_token(console: Console) -> None:
    listed, shown = console.run("workspaces", "--json"), console.run("workspaces")
    (one,) = json.loads(listed.out)["workspaces"]
    assert (one["team"], one["state"], one["first_admin"]) == ("T012AB3CD", "live", "U0ANA")
    for said in (one["id"], "T012AB3CD", "live", "2026-03-04", "U0ANA"):
        assert said in shown.out
    for said in (listed.out, shown.out, shown.err):
        assert TOKEN not in said


def test_another_command_works_on_the_workspace_that_is_named(console: Console, tmp_path: Path) -> None:
    (one,) = json.loads(console.run("workspaces", "--json").out)["workspaces"]
    theirs = Console(console.home, {**OAUTH, "FOOTNOTE_WORKSPACE": one["id"]})
    (tmp_path / "handbook").mkdir()
    assert theirs.run("sources", "add", "folder", tmp_path / "handbook", "--name", "handbook").code == 0
    assert [each["name"] for each in json.loads(theirs.run("sources", "--json").out)["sources"]] == ["handbook"]
    assert json.loads(console.run("sources", "--json").out)["sources"] == []
    served = Console(console.home, {**theirs.environment, "SLACK_SIGNING_SECRET": "s"}).run("serve")
    assert served.code == 2
    assert "Unset it" in served.err


def test_an_app_that_is_installed_by_oauth_has_an_address(console: Console) -> None:
    without = console.run("manifest")
    assert without.code == 2
    assert "footnote manifest --url" in without.err
    described = json.loads(console.run("manifest", "--url", "https://footnote.acme.test").out)
    assert described["oauth_config"]["redirect_urls"] == ["https://footnote.acme.test/slack/oauth_redirect"]


def test_without_the_signing_secret_nobody_is_served_and_it_is_said(console: Console) -> None:
    served = console.run("serve")
    assert served.code == 2
    assert "SLACK_SIGNING_SECRET" in served.err
    told = json.loads(console.run("doctor", "--json").out)["findings"]
    assert "SLACK_SIGNING_SECRET is not" in next(one["what"] for one in told if one["check"] == "installations")


def test_a_server_of_several_keeps_the_bots_of_one_as_they_are(tmp_path: Path, database_url: str) -> None:
    """Who has set the token of a bot has one workspace, whatever else is set."""
    one = Settings(home=tmp_path, SLACK_BOT_TOKEN="xoxb-1", SLACK_CLIENT_ID="1.2", SLACK_CLIENT_SECRET="s")
    assert not one.installed_by_oauth
    with serving(tmp_path, database_url) as both, browser() as window:
        assert both.home.settings.installed_by_oauth
        assert window.get(both.url + "/healthz").text == "ok"
