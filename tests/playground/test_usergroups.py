"""User groups: who is in one, and which there are."""

from slack_sdk import WebClient

from bot.playground.slack import SlackEmulator, membership
from tests.playground.test_web_api import refusal


def test_whoever_is_in_a_group_is_listed_whoever_they_are(slack: SlackEmulator, client: WebClient) -> None:
    group = slack.world.add_group("it", ["ana", "gus", "old"])
    expected = [slack.world.user(name).id for name in ("ana", "gus", "old")]
    assert client.usergroups_users_list(usergroup=group.id)["users"] == expected
    (shown,) = client.usergroups_list()["usergroups"]
    assert (shown["id"], shown["handle"], shown["name"]) == (group.id, "it", "It")
    assert "users" not in shown
    membership.regroup(slack.world, group, ["ben"])
    (shown,) = client.usergroups_list(include_users=True)["usergroups"]
    assert shown["users"] == [slack.world.user("ben").id]


def test_a_group_that_is_disabled_or_of_another_company_is_none(slack: SlackEmulator, client: WebClient) -> None:
    group = slack.world.add_group("it", ["ana"])
    other = slack.world.add_group("them", ["eve"], team=slack.world.teams[slack.world.user("eve").team_id])
    membership.regroup(slack.world, group, ["ana"], disabled=True)
    for one in (group.id, other.id, "S000"):
        assert refusal(lambda one=one: client.usergroups_users_list(usergroup=one))["error"] == "no_such_subteam"  # type: ignore[misc]
    assert client.usergroups_list()["usergroups"] == []
    (shown,) = client.usergroups_list(include_disabled=True)["usergroups"]
    assert shown["date_delete"] > 0


def test_who_is_in_a_group_takes_a_scope(slack: SlackEmulator) -> None:
    world = slack.world
    group, app = world.add_group("it", ["ana"]), world.add_app("Other", scopes=["users:read"])
    client = WebClient(token=world.bot_token(app), base_url=slack.url)
    refused = refusal(lambda: client.usergroups_users_list(usergroup=group.id))
    assert (refused["error"], refused["needed"]) == ("missing_scope", "usergroups:read")
