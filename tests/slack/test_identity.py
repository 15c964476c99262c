"""Who an account is: the table first, then as an asker."""

from collections.abc import Iterator
from typing import Any

import pytest
from pydantic import ValidationError

from bot.core.nouns import CommandLine, SlackUser
from bot.playground.slack import membership
from bot.slack import wire
from bot.slack.identity import Standing, account_of
from connectors.model import Retryable
from policies.people import Email, Person
from tests.slack.emulated import STAFF, Office, an_office, office

MEMBER: dict[str, Any] = {
    "id": "U1",
    "team_id": "T1",
    "deleted": False,
    "is_bot": False,
    "is_restricted": False,
    "is_ultra_restricted": False,
    "is_email_confirmed": True,
    "profile": {"email": "ana@acme.test"},
}
DEACTIVATED = {"deleted": True, "is_restricted": None, "is_ultra_restricted": None}

STANDINGS = [
    pytest.param({"is_ultra_restricted": True, "is_restricted": True}, Standing.GUEST, id="guest of one channel"),
    pytest.param({"is_restricted": True}, Standing.GUEST, id="guest of several channels"),
    pytest.param({"is_restricted": None}, Standing.GUEST, id="nothing said of being a guest"),
    pytest.param({"is_ultra_restricted": None}, Standing.GUEST, id="half of it said"),
    pytest.param({"team_id": "T2"}, Standing.STRANGER, id="another company"),
    pytest.param({"team_id": "T2", "is_stranger": False}, Standing.STRANGER, id="another company, in a shared channel"),
    pytest.param({"is_stranger": True}, Standing.STRANGER, id="a stranger by word"),
    pytest.param({"team_id": "T2", "is_restricted": True}, Standing.STRANGER, id="guest of another company"),
    pytest.param({"is_bot": True}, Standing.BOT, id="bot"),
    pytest.param({"id": "USLACKBOT"}, Standing.BOT, id="Slackbot"),
    pytest.param({"is_bot": True, "team_id": "T2"}, Standing.BOT, id="bot of another company"),
    pytest.param(DEACTIVATED, Standing.DEACTIVATED, id="deactivated"),
    pytest.param(DEACTIVATED | {"team_id": "T2"}, Standing.DEACTIVATED, id="deactivated elsewhere"),
    pytest.param(DEACTIVATED | {"is_bot": True}, Standing.DEACTIVATED, id="deactivated bot"),
    pytest.param({"is_app_user": True}, Standing.MEMBER, id="a person who has authorised the app"),
    pytest.param({"is_admin": True, "is_owner": True}, Standing.MEMBER, id="admin"),
    pytest.param({}, Standing.MEMBER, id="full member"),
]


@pytest.mark.parametrize(("said", "standing"), STANDINGS)
def test_an_account_is_what_slack_says_and_never_more(said: dict[str, Any], standing: Standing) -> None:
    account = account_of(wire.User.model_validate(MEMBER | said), "T1")
    assert account.standing is standing
    assert (account.email is not None) is (standing is Standing.MEMBER)


@pytest.mark.parametrize(
    ("said", "email"),
    [
        pytest.param({"is_email_confirmed": False}, None, id="not confirmed"),
        pytest.param({"profile": {}}, None, id="none"),
        pytest.param({"profile": {"email": None}}, None, id="null"),
        pytest.param({"profile": {"email": ""}}, None, id="empty"),
        pytest.param({"profile": {"email": "ana"}}, None, id="no address"),
        pytest.param({"profile": {"email": "\u212aim@acme.test"}}, None, id="a Kelvin sign"),
        pytest.param({"is_email_confirmed": None}, "ana@acme.test", id="nothing said of confirming"),
        pytest.param({"profile": {"email": "ANA@Acme.test"}}, "ana@acme.test", id="upper case"),
    ],
)
def test_an_address_counts_when_it_is_confirmed_and_is_one(said: dict[str, Any], email: str | None) -> None:
    assert account_of(wire.User.model_validate(MEMBER | said), "T1").email == email


@pytest.mark.parametrize(
    "said",
    [
        pytest.param({"id": None}, id="no id"),
        pytest.param({"id": ""}, id="empty id"),
        pytest.param({"team_id": None}, id="no team"),
        pytest.param({"deleted": "no"}, id="a word for a Boolean"),
        pytest.param({"is_bot": 0}, id="a number for a Boolean"),
        pytest.param({"is_restricted": "false"}, id="false in quotes"),
        pytest.param({"profile": None}, id="no profile"),
        pytest.param({"profile": {"email": ["ana@acme.test"]}}, id="a list for an address"),
    ],
)
def test_an_account_that_is_not_understood_is_refused(said: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        wire.User.model_validate(MEMBER | said)


# -- who asks


@pytest.fixture
def acme() -> Iterator[Office]:
    with office(an_office()) as opened:
        opened.knows("ana", "ben", "gus", "old")
        yield opened


@pytest.mark.parametrize("name", ["gus", "eve", "old", "poll", "footnote"])
def test_a_guest_a_stranger_a_bot_and_who_has_left_are_outsiders_as_askers(acme: Office, name: str) -> None:
    user = acme.world.user(name)
    assert acme.asker(name) == Person(actor=f"slack:{acme.world.home.id}/{user.id}", outsider=True)


def test_an_asker_of_another_workspace_is_an_outsider_whatever_slack_says(acme: Office) -> None:
    who = SlackUser(team="T9", user=acme.world.user("ana").id)
    question = acme.question("ana").model_copy(update={"asker": who})
    assert acme.people.asker(question) == Person(actor=str(who), outsider=True)
    assert acme.asked() == []


@pytest.mark.parametrize(
    "fields",
    [
        pytest.param({"email": None}, id="without address"),
        pytest.param({"email_confirmed": False}, id="not confirmed"),
    ],
)
def test_a_full_member_without_a_proven_address_is_one_and_holds_nothing(acme: Office, fields: dict[str, Any]) -> None:
    membership.change_user(acme.world, acme.world.user("ana"), **fields)
    ana = acme.asker("ana")
    assert (ana.email, ana.principals, ana.outsider) == (None, frozenset(), False)
    assert ana.actor == f"slack:{acme.world.home.id}/{acme.world.user('ana').id}"


def test_an_asker_whom_no_source_knows_holds_nothing(acme: Office) -> None:
    acme.access.known.clear()
    ana = acme.asker("ana")
    assert (ana.email, ana.principals, ana.outsider) == ("ana@acme.test", frozenset(), False)


@pytest.mark.parametrize("spelt", ["ana@acme.test", "ANA@Acme.test"])
def test_an_asker_is_whom_the_sources_know_under_that_address(acme: Office, spelt: str) -> None:
    membership.change_user(acme.world, acme.world.user("ana"), email=spelt)
    actor = f"slack:{acme.world.home.id}/{acme.world.user('ana').id}"
    assert acme.asker("ana") == Person(email=Email("ana@acme.test"), actor=actor, principals=frozenset({STAFF}))


@pytest.mark.parametrize("code", ["user_not_found", "missing_scope", "invalid_auth", "user_not_visible"])
def test_an_asker_of_whom_slack_says_nothing_holds_nothing(acme: Office, code: str) -> None:
    acme.slack.faults.fail("users.info", "slack_error", code=code)
    ana = acme.asker("ana")
    assert (ana.email, ana.principals) == (None, frozenset())


@pytest.mark.parametrize(
    "body",
    [{"ok": True}, {"ok": True, "user": {"id": "U1"}}, {"ok": True, "user": []}],
    ids=["nothing", "too little", "a list"],
)
def test_an_asker_of_whom_slack_says_what_is_not_understood_holds_nothing(acme: Office, body: dict[str, Any]) -> None:
    acme.client.alter["users.info"] = lambda _: body
    ana = acme.asker("ana")
    assert (ana.email, ana.principals) == (None, frozenset())


def test_an_asker_of_whom_slack_says_that_they_are_somebody_else_holds_nothing(acme: Office) -> None:
    ben = acme.client.users_info(user=acme.world.user("ben").id).data
    acme.client.alter["users.info"] = lambda _: ben
    ana = acme.asker("ana")
    assert (ana.email, ana.principals) == (None, frozenset())


@pytest.mark.parametrize("kind", ["error_500", "rate_limited", "html", "truncated"])
def test_an_asker_is_asked_for_again_later_when_slack_has_trouble(acme: Office, kind: Any) -> None:
    acme.slack.faults.fail("users.info", kind)
    with pytest.raises(Retryable):
        acme.asker("ana")
    assert acme.asker("ana").principals == {STAFF}


def test_who_asks_is_remembered_for_a_minute_but_what_the_sources_say_is_not(acme: Office) -> None:
    assert acme.asker("ana").principals == {STAFF}
    acme.access.known.clear()
    acme.now = 59.9
    assert acme.asker("ana").principals == frozenset()
    assert acme.asked() == ["users.info"]
    membership.change_user(acme.world, acme.world.user("ana"), restricted=True)
    acme.now = 60.0
    assert acme.asker("ana").outsider


@pytest.mark.parametrize("named", [True, False], ids=["told", "told by nobody knows whom"])
def test_an_asker_who_was_made_a_guest_is_one_as_soon_as_it_is_told(acme: Office, *, named: bool) -> None:
    assert not acme.asker("ana").outsider
    ana = acme.world.user("ana")
    membership.change_user(acme.world, ana, restricted=True)
    acme.people.user_changed(ana.id if named else None)
    assert acme.asker("ana").outsider


def test_a_question_from_elsewhere_is_none_of_slack_s(acme: Office) -> None:
    question = acme.question("ana")
    with pytest.raises(TypeError):
        acme.people.asker(question.model_copy(update={"asker": Email("ana@acme.test")}))
    moved = question.model_copy(update={"place": CommandLine()})
    with pytest.raises(TypeError):
        acme.people.readers(moved, Person(), declared=frozenset())
