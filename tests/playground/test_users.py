"""Who people are: members, guests, strangers, bots, and those who left."""

import pytest
from slack_sdk import WebClient

from bot.playground.slack import RateLimits, SlackEmulator, membership
from tests.playground.company import a_company
from tests.playground.test_web_api import refusal


def test_a_full_member_has_an_address(slack: SlackEmulator, client: WebClient) -> None:
    ana = client.users_info(user=slack.world.user("ana").id)["user"]
    assert ana["profile"]["email"] == "ana@acme.test"
    assert (ana["is_restricted"], ana["is_bot"], ana["deleted"], ana["is_email_confirmed"]) == (
        False,
        False,
        False,
        True,
    )
    assert "is_stranger" not in ana


def test_guests_say_so(slack: SlackEmulator, client: WebClient) -> None:
    gus = client.users_info(user=slack.world.user("gus").id)["user"]
    assert (gus["is_restricted"], gus["is_ultra_restricted"]) == (True, True)


@pytest.mark.parametrize(("name", "stranger"), [("eve", False), ("sam", True)])
def test_people_of_another_company_have_no_address_here(
    slack: SlackEmulator, client: WebClient, name: str, *, stranger: bool
) -> None:
    found = client.users_info(user=slack.world.user(name).id)["user"]
    assert "email" not in found["profile"]
    assert found["team_id"] != slack.world.home.id
    assert found["is_stranger"] is stranger


def test_who_left_is_deleted(slack: SlackEmulator, client: WebClient) -> None:
    old = client.users_info(user=slack.world.user("old").id)["user"]
    assert old["deleted"] is True
    assert "is_restricted" not in old


@pytest.mark.parametrize("email", ["nobody@acme.test", "old@acme.test", "eve@globex.test"])
def test_some_addresses_lead_to_nobody(client: WebClient, email: str) -> None:
    assert refusal(lambda: client.users_lookupByEmail(email=email))["error"] == "users_not_found"


def test_addresses_are_found_whatever_their_case(slack: SlackEmulator, client: WebClient) -> None:
    assert client.users_lookupByEmail(email="ANA@acme.test")["user"]["id"] == slack.world.user("ana").id


def test_the_list_is_paged_and_leaves_strangers_out() -> None:
    with SlackEmulator(a_company(), rates=RateLimits.off(), pages={"users.list": 2}) as slack:
        client = WebClient(token=slack.bot_token(), base_url=slack.url)
        pages = [[u["name"] for u in p["members"]] for p in client.users_list()]
        assert pages == [["footnote", "ana"], ["ben", "gus"], ["eve", "old"]]


def test_the_places_of_a_person_as_far_as_the_app_sees_them(slack: SlackEmulator, client: WebClient) -> None:
    kinds = "public_channel,private_channel"
    own = [c["name"] for c in client.users_conversations(types=kinds)["channels"]]
    ben = [c["name"] for c in client.users_conversations(types=kinds, user=slack.world.user("ben").id)["channels"]]
    assert own == ["general", "secret", "partners"]
    assert ben == ["general", "quiet"]


def test_a_stranger_stops_being_one_when_they_share_a_channel(slack: SlackEmulator, client: WebClient) -> None:
    sam = slack.world.user("sam")
    slack.as_user("ana").invite("partners", sam)
    assert client.users_info(user=sam.id)["user"]["is_stranger"] is False


def test_a_change_of_a_user_shows_at_once(slack: SlackEmulator, client: WebClient) -> None:
    ben = slack.world.user("ben")
    membership.change_user(slack.world, ben, email="benedict@acme.test", email_confirmed=False)
    shown = client.users_info(user=ben.id)["user"]
    assert (shown["profile"]["email"], shown["is_email_confirmed"]) == ("benedict@acme.test", False)
    with pytest.raises(LookupError):
        membership.change_user(slack.world, ben, shoe_size=43)
