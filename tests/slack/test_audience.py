"""Everyone who will see a reply in Slack: nobody is missing, or the audience is incomplete."""

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from slack_sdk.http_retry.builtin_handlers import RateLimitErrorRetryHandler
from structlog.testing import capture_logs

from bot.core.nouns import SlackUser
from bot.playground.slack import Channel, SlackWorld, User, membership, visibility
from bot.slack import wire
from bot.slack.audience import SlackPeople
from bot.slack.rooms import Kind, kind_of
from connectors.model import AccessUnknown, Retryable
from policies.experts import held_by_readers_of
from policies.people import Audience, Email, Person
from tests.slack.emulated import LICENSED, STAFF, Office, an_office, office


@pytest.fixture
def acme() -> Iterator[Office]:
    with office(an_office()) as opened:
        opened.knows("ana", "ben", "gus", "old")
        yield opened


@pytest.fixture
def paged() -> Iterator[Office]:
    """Slack gives everything in small portions."""
    with office(an_office(), pages={"conversations.members": 2, "users.list": 2}) as opened:
        opened.knows("ana", "ben")
        yield opened


def is_incomplete(audience: Audience, asker: Person) -> bool:
    return audience == Audience(people=(asker,), complete=False)


# -- what cannot be found out


@pytest.mark.parametrize("fault", ["missing_scope", "never_heard_of", "internal_error"])
def test_whether_somebody_is_a_member_is_asked_again_where_slack_does_not_say(acme: Office, fault: str) -> None:
    ana = SlackUser(team=acme.world.home.id, user=acme.world.user("ana").id)
    acme.slack.faults.fail("users.info", "slack_error", code=fault)
    with pytest.raises(Retryable):
        acme.people.member(ana)
    found = acme.people.member(ana)
    assert found is not None
    assert found.user == ana


def test_whom_slack_does_not_know_or_another_workspace_has_is_no_member(acme: Office) -> None:
    home = acme.world.home.id
    for team, user in ((home, "U0NOBODY"), ("T0OTHER", acme.world.user("ana").id), (home, acme.world.user("gus").id)):
        assert acme.people.member(SlackUser(team=team, user=user)) is None


@pytest.mark.parametrize("code", ["missing_scope", "never_heard_of"])
@pytest.mark.parametrize("method", ["conversations.info", "conversations.members", "users.list", "users.info"])
def test_what_slack_does_not_say_makes_the_audience_incomplete(acme: Office, method: str, code: str) -> None:
    where = "secret" if method == "users.info" else "general"
    asker = acme.asker("ana")
    acme.slack.faults.fail(method, "slack_error", code=code)
    with capture_logs() as logs:
        assert is_incomplete(acme.readers(where), asker)
    channel = acme.world.channel(where).id
    assert [(log["why"], log["channel"]) for log in logs] == [(f"{method}: {code}", channel)]
    assert acme.readers(where).complete  # and that was not remembered


@pytest.mark.parametrize("kind", ["error_500", "rate_limited", "truncated"])
@pytest.mark.parametrize("method", ["conversations.info", "conversations.members", "users.list", "users.info"])
def test_what_slack_has_trouble_with_is_asked_again_later(acme: Office, method: str, kind: Any) -> None:
    where = "secret" if method == "users.info" else "general"
    acme.asker("ana")
    acme.client.retry_handlers.clear()
    acme.slack.faults.fail(method, kind)
    with pytest.raises(Retryable):
        acme.readers(where)
    assert acme.readers(where).complete


@pytest.mark.parametrize("fault", [("error_500", {}), ("slack_error", {"code": "missing_scope"})], ids=["away", "no"])
def test_what_was_saved_where_readers_are_unknown_is_nobody_s_and_stops_no_question(acme: Office, fault: Any) -> None:
    kind, options = fault
    channels = [acme.world.channel(name).id for name in ("general", "secret")]
    acme.people = SlackPeople(
        acme.client,
        acme.access,
        team=acme.world.home.id,
        bot_user="",
        saved_in=lambda: channels,
        timer=lambda: acme.now,
    )
    held = {held_by_readers_of(channel) for channel in channels}
    assert held <= acme.asker("ana").principals
    acme.now += 3600
    acme.client.retry_handlers.clear()
    acme.slack.faults.fail("conversations.info", kind, **options)
    assert held & acme.asker("ana").principals == {held_by_readers_of(channels[1])}


def test_a_limit_that_passes_is_waited_for(acme: Office) -> None:
    acme.client.retry_handlers.append(RateLimitErrorRetryHandler(max_retry_count=1))
    acme.slack.faults.fail("conversations.members", "rate_limited", seconds=0)
    assert acme.readers("secret").complete


@pytest.mark.parametrize("method", ["conversations.members", "users.list"])
def test_a_last_page_that_fails_makes_the_audience_incomplete(paged: Office, method: str) -> None:
    asker = paged.asker("ana")
    pages = 1 if method == "conversations.members" else 3
    paged.slack.faults.fail(method, "slack_error", skip=pages, code="fatal_looking")
    assert is_incomplete(paged.readers("lobby"), asker)


def test_somebody_who_leaves_between_two_pages_is_no_reason_to_answer_wrongly(paged: Office) -> None:
    """The cursor names them, and Slack no longer knows it."""
    ben = paged.world.user("ben")

    def leave(page: dict[str, Any]) -> dict[str, Any]:
        membership.leave(paged.world, paged.world.channel("secret"), paged.world.user("old").id)
        return page

    assert ben.id in paged.world.channel("secret").members
    paged.client.alter["conversations.members"] = leave
    with pytest.raises(Retryable):
        paged.readers("secret")


@pytest.mark.parametrize("where", ["hidden", "kicked"])
def test_a_private_place_where_the_bot_is_not_cannot_be_known(acme: Office, where: str) -> None:
    acme.world.add_channel("kicked", members=["ana", "footnote"], private=True)
    membership.leave(acme.world, acme.world.channel("kicked"), acme.world.user("footnote").id)
    assert is_incomplete(acme.readers(where), acme.asker("ana"))


def test_a_direct_conversation_with_somebody_else_is_not_the_asker_s(acme: Office) -> None:
    bens = acme.world.im("ben", "footnote")
    assert is_incomplete(acme.readers(bens), acme.asker("ana"))


def test_a_place_in_another_workspace_cannot_be_known(acme: Office) -> None:
    question = acme.question("ana")
    moved = question.model_copy(update={"place": question.place.model_copy(update={"team": "T9"})})
    asker = acme.asker("ana")
    assert is_incomplete(acme.people.readers(moved, asker, declared=frozenset()), asker)


BROKEN: list[Any] = [
    pytest.param("conversations.info", {"ok": True}, id="no conversation"),
    pytest.param("conversations.info", {"ok": True, "channel": {"id": "C1"}}, id="a conversation of no kind"),
    pytest.param("conversations.info", {"ok": True, "channel": "private"}, id="a word for a conversation"),
    pytest.param("conversations.members", {"ok": True}, id="no members"),
    pytest.param("conversations.members", {"ok": True, "members": [{"id": "U1"}]}, id="members that are no ids"),
    pytest.param("users.list", {"ok": True, "members": [{"id": "U1"}]}, id="an account of which too little is said"),
    pytest.param("users.list", {"ok": True, "members": {}}, id="accounts that are no list"),
]


@pytest.mark.parametrize(("method", "body"), BROKEN)
def test_what_is_not_understood_makes_the_audience_incomplete(acme: Office, method: str, body: dict[str, Any]) -> None:
    acme.client.alter[method] = lambda _: body
    assert is_incomplete(acme.readers(), acme.asker("ana"))


def test_another_conversation_than_was_asked_for_is_not_believed(acme: Office) -> None:
    acme.client.alter["conversations.info"] = lambda body: {**body, "channel": {**body["channel"], "id": "C9"}}
    assert is_incomplete(acme.readers(), acme.asker("ana"))


def test_a_share_with_nobody_knows_whom_cannot_be_known(acme: Office) -> None:
    acme.client.alter["conversations.info"] = lambda body: {
        **body,
        "channel": {**body["channel"], "is_shared": True, "is_org_shared": True, "shared_team_ids": []},
    }
    assert is_incomplete(acme.readers(), acme.asker("ana"))


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        pytest.param({}, None, id="nothing"),
        pytest.param({"is_channel": True}, None, id="channel, nothing said of private"),
        pytest.param({"is_private": False}, None, id="not private, nothing said of channel"),
        pytest.param({"is_group": True, "is_private": False}, None, id="a group that is not private"),
        pytest.param({"is_channel": True, "is_group": True, "is_private": False}, None, id="channel and group"),
        pytest.param({"is_mpim": True, "is_private": False}, None, id="of several, not private"),
        pytest.param({"is_im": True, "is_channel": True}, None, id="direct and channel"),
        pytest.param({"is_im": True, "is_mpim": True}, None, id="direct and of several"),
        pytest.param({"is_im": True}, Kind.DIRECT, id="direct"),
        pytest.param({"is_mpim": True, "is_group": True, "is_private": True}, Kind.CLOSED, id="of several"),
        pytest.param({"is_group": True, "is_private": True}, Kind.CLOSED, id="private"),
        pytest.param({"is_channel": True, "is_private": True}, Kind.CLOSED, id="private, as Slack writes it now"),
        pytest.param({"is_channel": True, "is_private": False}, Kind.PUBLIC, id="public"),
    ],
)
def test_a_conversation_is_of_a_kind_we_know_or_of_none(said: dict[str, Any], kind: Kind | None) -> None:
    conversation = wire.Conversation.model_validate({"id": "C1", **said})
    if kind is None:
        with pytest.raises(AccessUnknown):
            kind_of(conversation)
    else:
        assert kind_of(conversation) is kind


# -- who is there


@pytest.mark.parametrize(
    ("where", "names"),
    [
        pytest.param("general", ["ana", "ben", "noa"], id="public: all full members, without joining"),
        pytest.param("lobby", ["ana", "ben", "gus", "noa"], id="public, with a guest"),
        pytest.param("secret", ["ana", "ben"], id="private: its members, who have not left"),
        pytest.param("guests", ["ana", "gus"], id="private, with a guest"),
        pytest.param("partners", ["Globex", "ana", "eve"], id="shared with another company"),
        pytest.param("offered", ["Globex", "ana"], id="shared, and nobody of them has come yet"),
        pytest.param("mpdm-footnote--ana--noa-1", ["ana", "noa"], id="of several"),
    ],
)
def test_the_readers_of_a_place_are_those_who_can_look(paged: Office, where: str, names: list[str]) -> None:
    assert sorted(paged.names(where)) == names


def test_the_reader_of_a_direct_conversation_is_the_asker(acme: Office) -> None:
    assert acme.readers(acme.world.im("ana", "footnote")) == Audience.only(acme.asker("ana"))


def test_outsiders_read_nothing_whatever_the_sources_know(acme: Office) -> None:
    for where in ("lobby", "guests", "partners", "offered"):
        outsiders = [person for person in acme.readers(where).people if person.outsider]
        assert outsiders
        assert all((person.email, person.principals) == (None, frozenset()) for person in outsiders)


def test_full_members_whom_no_source_knows_count_as_what_was_declared(acme: Office) -> None:
    del acme.access.known[Email("ben@acme.test")]
    held = {acme.handle(person): person.principals for person in acme.readers().people}
    assert held == {"ana": {STAFF}, "ben": {LICENSED}, "noa": {LICENSED}}


def test_the_asker_has_their_own_principals_and_not_what_was_declared(acme: Office) -> None:
    acme.access.known.clear()
    asker = acme.asker("ana")
    assert asker.principals == frozenset()
    assert asker in acme.readers().people


def test_the_asker_is_there_even_when_slack_says_they_are_not(acme: Office) -> None:
    assert acme.names("secret", who="noa") == ["ana", "ben", "noa"]


def test_the_asker_is_one_reader_though_they_have_another_address_by_now(acme: Office) -> None:
    question, asker = acme.question("ana", "guests"), acme.asker("ana")
    membership.change_user(acme.world, acme.world.user("ana"), email="anastasia@acme.test")
    acme.people.user_changed(None)
    audience = acme.people.readers(question, asker, declared=frozenset())
    assert [acme.handle(person) for person in audience.people] == ["ana", "gus"]


def test_bots_are_named_and_read_nothing(acme: Office) -> None:
    audience = acme.readers("secret")
    assert audience.bots == (f"slack:{acme.world.home.id}/{acme.world.user('poll').id}",)  # ourselves apart


def test_two_accounts_of_one_address_are_one_reader(acme: Office) -> None:
    acme.world.add_user("ben.again", email="BEN@acme.test")
    acme.world.add_user("ana.again", email="ana@acme.test")
    audience = acme.readers()
    assert [person.email for person in audience.people if person.email] == ["ana@acme.test", "ben@acme.test"]
    assert acme.asker("ana") in audience.people


def test_an_unproven_address_is_nobody_s(acme: Office) -> None:
    membership.change_user(acme.world, acme.world.user("ben"), email_confirmed=False)
    ben = next(person for person in acme.readers("secret").people if acme.handle(person) == "ben")
    assert (ben.email, ben.principals, ben.outsider) == (None, frozenset({LICENSED}), False)


def test_equal_audiences_are_equal_values(acme: Office) -> None:
    one = acme.readers("secret")
    channel = acme.world.channel("secret")
    channel.members.reverse()
    acme.people.member_moved(channel.id)
    acme.people.user_changed(None)
    assert acme.readers("secret") == one
    assert [person.name for person in one.people] == sorted(person.name for person in one.people)


def test_a_renamed_and_an_archived_channel_keep_their_readers(acme: Office) -> None:
    channel = acme.world.channel("secret")
    before = acme.readers(channel)
    membership.rename(acme.world, channel, "open", by=acme.world.user("ana").id)
    channel.archived = True
    acme.people.member_moved(channel.id)
    assert acme.readers(channel) == before


def test_a_public_channel_is_known_where_the_bot_is_not(acme: Office) -> None:
    membership.leave(acme.world, acme.world.channel("general"), acme.world.user("footnote").id)
    assert acme.names() == ["ana", "ben", "noa"]


# -- what is remembered, and how long


def _leave(acme: Office) -> None:
    membership.leave(acme.world, acme.world.channel("guests"), acme.world.user("gus").id)


def _join(acme: Office) -> None:
    membership.join(acme.world, acme.world.channel("guests"), acme.world.user("ben").id)


def _open_up(acme: Office) -> None:
    acme.world.channel("guests").kind = "public"


MOVES = [
    pytest.param(_leave, SlackPeople.member_moved, ["ana"], id="left"),
    pytest.param(_join, SlackPeople.member_moved, ["ana", "ben", "gus"], id="joined"),
    pytest.param(_open_up, SlackPeople.place_changed, ["ana", "ben", "gus", "noa"], id="made public"),
]


@pytest.mark.parametrize("told", [True, False], ids=["told", "after half a minute"])
@pytest.mark.parametrize(("move", "tell", "names"), MOVES)
def test_who_moves_is_seen_when_it_is_told_or_half_a_minute_later(
    acme: Office,
    move: Callable[[Office], None],
    tell: Callable[[SlackPeople, str], None],
    names: list[str],
    *,
    told: bool,
) -> None:
    assert sorted(acme.names("guests")) == ["ana", "gus"]
    move(acme)
    if told:
        tell(acme.people, acme.world.channel("guests").id)
    else:
        acme.now += 30
    assert sorted(acme.names("guests")) == names


def test_who_moves_costs_the_list_of_members_and_no_more(acme: Office) -> None:
    """Slack answers fifty questions a minute about what a conversation is, and people come and go all the time."""
    acme.names("guests")
    acme.asked()
    acme.people.member_moved(acme.world.channel("guests").id)
    acme.names("guests")
    assert acme.asked() == ["conversations.members"]


def _make_guest(acme: Office) -> None:
    membership.change_user(acme.world, acme.world.user("ben"), restricted=True)


def _deactivate(acme: Office) -> None:
    membership.change_user(acme.world, acme.world.user("ben"), deleted=True)


def _readdress(acme: Office) -> None:
    membership.change_user(acme.world, acme.world.user("ben"), email="benedict@acme.test")


def _hire(acme: Office) -> None:
    acme.world.users["U9"] = User(id="U9", team_id=acme.world.home.id, name="new", real_name="New")


CHANGES = [
    pytest.param(_make_guest, "ben", ["ana", "noa"], id="made a guest"),
    pytest.param(_deactivate, "ben", ["ana", "noa"], id="deactivated"),
    pytest.param(_hire, "U9", ["ana", "ben", "new", "noa"], id="somebody new"),
]


@pytest.mark.parametrize("how", ["told", "told by nobody knows whom", "after a minute"])
@pytest.mark.parametrize(("change", "who", "names"), CHANGES)
def test_who_changes_is_seen_when_it_is_told_or_a_minute_later(
    acme: Office, change: Callable[[Office], None], who: str, names: list[str], how: str
) -> None:
    assert acme.names() == ["ana", "ben", "noa"]
    change(acme)
    match how:
        case "told":
            acme.people.user_changed(acme.world.user(who).id)
        case "told by nobody knows whom":
            acme.people.user_changed(None)
        case _:
            acme.now += 60
    assert sorted(acme.names()) == names


def test_one_who_changes_costs_one_question_and_not_the_whole_list(acme: Office) -> None:
    acme.readers()
    acme.asked()
    acme.people.user_changed(acme.world.user("ben").id)
    acme.readers()
    acme.readers()
    assert acme.asked() == ["users.info"]


def _as_told(acme: Office, name: str) -> dict[str, Any]:
    """The account in an event, as Slack has it at this moment."""
    body: dict[str, Any] = acme.client.users_info(user=acme.world.user(name).id)["user"]
    acme.asked()
    return body


def test_a_new_status_line_costs_nothing(acme: Office) -> None:
    acme.readers()
    told = _as_told(acme, "ben")
    told["profile"]["status_text"] = "on holiday"
    acme.people.user_changed(told["id"], told)
    acme.readers()
    assert acme.asked() == []


@pytest.mark.parametrize("change", [_make_guest, _deactivate, _readdress])
def test_what_an_event_says_that_we_did_not_know_is_asked_of_slack(
    acme: Office, change: Callable[[Office], None]
) -> None:
    acme.readers()
    told = _as_told(acme, "ben")
    change(acme)
    acme.people.user_changed(told["id"], _as_told(acme, "ben"))
    acme.readers()
    acme.people.user_changed(told["id"], told)  # an old one, and late
    acme.readers()
    assert acme.asked() == ["users.info", "users.info"]


def test_an_event_makes_nobody_more_than_slack_says_they_are(acme: Office) -> None:
    _make_guest(acme)
    assert acme.names() == ["ana", "noa"]
    told = _as_told(acme, "ben") | {"is_restricted": False}
    acme.people.user_changed(told["id"], told)
    assert acme.names() == ["ana", "noa"]


@pytest.mark.parametrize(
    "said",
    [
        pytest.param(lambda _: {}, id="nothing"),
        pytest.param(lambda _: {"id": 7}, id="not understood"),
        pytest.param(lambda ana: ana, id="of somebody else"),
    ],
)
def test_an_event_that_does_not_say_it_counts_as_a_change(
    acme: Office, said: Callable[[dict[str, Any]], dict[str, Any]]
) -> None:
    acme.readers()
    ana = _as_told(acme, "ana")
    acme.people.user_changed(acme.world.user("ben").id, said(ana))
    acme.readers()
    assert acme.asked() == ["users.info"]


@pytest.mark.parametrize(
    ("where", "method", "looks"),
    [
        pytest.param("general", "users.list", 1, id="at all: then alone"),
        pytest.param("secret", "users.info", 2, id="alone: then again"),
    ],
)
def test_an_event_does_not_save_a_look_that_may_have_begun_before_it(
    acme: Office, where: str, method: str, looks: int
) -> None:
    told = _as_told(acme, "ben")

    def tell(body: dict[str, Any]) -> dict[str, Any]:
        acme.people.user_changed(told["id"], told)
        return body

    acme.asker("ana")
    acme.client.alter[method] = tell
    acme.readers(where)
    acme.client.alter.clear()
    acme.readers(where)
    bens = [request for request in acme.slack.requests.of("users.info") if request.args["user"] == told["id"]]
    assert len(bens) == looks


def test_many_who_change_cost_one_list(acme: Office) -> None:
    people = [acme.world.add_user(f"p{i}", email=f"p{i}@acme.test").id for i in range(30)]
    acme.readers()
    acme.asked()
    for user in people:
        acme.people.user_changed(user)
    acme.readers()
    acme.readers()
    assert acme.asked() == ["users.list"]


@pytest.mark.parametrize("method", ["conversations.info", "conversations.members"])
def test_a_look_that_began_before_somebody_came_is_not_remembered(acme: Office, method: str) -> None:
    channel = acme.world.channel("guests")

    def come(body: dict[str, Any]) -> dict[str, Any]:
        membership.join(acme.world, channel, acme.world.user("ben").id)
        acme.people.member_moved(channel.id)
        return body

    acme.client.alter[method] = come
    acme.readers(channel)
    acme.client.alter.clear()
    assert "ben" in acme.names(channel)


def test_a_list_that_began_before_somebody_changed_is_not_believed_about_them(acme: Office) -> None:
    def change(body: dict[str, Any]) -> dict[str, Any]:
        _make_guest(acme)
        acme.people.user_changed(acme.world.user("ben").id)
        return body

    acme.client.alter["users.list"] = change
    assert acme.names() == ["ana", "noa"]


def test_a_list_that_began_before_nobody_knows_who_changed_is_not_remembered(acme: Office) -> None:
    def change(body: dict[str, Any]) -> dict[str, Any]:
        _make_guest(acme)
        acme.people.user_changed(None)
        return body

    acme.client.alter["users.list"] = change
    acme.readers()
    acme.client.alter.clear()
    assert acme.names() == ["ana", "noa"]


def test_many_who_ask_at_once_ask_slack_once(acme: Office) -> None:
    for method in ("conversations.info", "conversations.members", "users.list", "users.info"):
        acme.slack.faults.fail(method, "slow", seconds=0.2)
    together = threading.Barrier(6)

    def ask(_: int) -> Audience:
        together.wait(5)
        return acme.readers()

    with ThreadPoolExecutor(6) as threads:
        assert len(set(threads.map(ask, range(6)))) == 1
    assert sorted(acme.asked()) == ["conversations.info", "conversations.members", "users.info", "users.list"]


# -- large places


def test_a_small_place_is_known_without_the_list_of_all(acme: Office) -> None:
    acme.readers("secret")
    assert set(acme.asked()) == {"users.info", "conversations.info", "conversations.members"}


def test_whom_the_list_leaves_out_is_looked_up_alone(acme: Office) -> None:
    acme.client.alter["users.list"] = lambda body: {
        **body,
        "members": [user for user in body["members"] if user["name"] != "gus"],
    }
    assert sorted(acme.names("lobby")) == ["ana", "ben", "gus", "noa"]


def test_a_place_full_of_people_whom_the_list_leaves_out_cannot_be_known(acme: Office) -> None:
    many = [acme.world.add_user(f"p{i}") for i in range(30)]
    channel = acme.world.add_channel("many", members=["ana", "footnote", *many], private=True)
    acme.client.alter["users.list"] = lambda body: {**body, "members": []}
    assert is_incomplete(acme.readers(channel), acme.asker("ana"))


@pytest.fixture(scope="module")
def crowd() -> Iterator[tuple[Office, Channel]]:
    """Ten thousand, in one private channel; half of them are known to the sources."""
    world = SlackWorld()
    bot = world.add_app()
    people = [world.add_user(f"p{i}", email=f"p{i}@acme.test") for i in range(10_000)]
    channel = world.add_channel("all", members=[*people, bot], private=True)
    world.add_channel("town", members=[*people, bot])
    with office(world) as opened:
        opened.knows(*(f"p{i}" for i in range(0, 10_000, 2)))
        yield opened, channel


@pytest.mark.parametrize("where", ["all", "town"])
def test_ten_thousand_readers_cost_no_call_a_person(crowd: tuple[Office, Channel], where: str) -> None:
    acme, _ = crowd
    acme.people.user_changed(None)
    acme.asked()
    question = acme.question("p0", where)
    asker = acme.people.asker(question)
    first = acme.people.readers(question, asker, declared=frozenset({LICENSED}))
    calls = acme.asked()
    assert {method: calls.count(method) for method in set(calls)} == {
        "users.info": 1,  # who asks
        "users.list": 11,
        "conversations.info": 1,
        "conversations.members": 11,
    }
    assert (first.complete, len(first.people)) == (True, 10_000)

    acme.access.asked = 0
    took_s = []
    for _ in range(3):
        began = time.thread_time()
        again = acme.people.readers(question, asker, declared=frozenset({LICENSED}))
        took_s.append(time.thread_time() - began)
        assert again == first
    assert acme.asked() == []
    assert acme.access.asked == 3  # each asks the store once, for all
    assert min(took_s) < 0.5

    acme.now += 30
    acme.people.readers(question, asker, declared=frozenset())
    assert set(acme.asked()) == {"conversations.info", "conversations.members"}


# -- whatever the world is like

SORTS: dict[str, dict[str, Any]] = {
    "member": {"email": "{}@acme.test"},
    "twin": {"email": "twin@acme.test"},
    "unknown": {"email": "{}@else.test"},
    "unproven": {"email": "{}@acme.test", "email_confirmed": False},
    "nameless": {},
    "guest": {"email": "{}@acme.test", "restricted": True},
    "one-channel guest": {"email": "{}@acme.test", "ultra_restricted": True},
    "left": {"email": "{}@acme.test", "deleted": True},
    "bot": {"bot": True},
    "stranger": {"email": "{}@globex.test", "team": True},
    "strange bot": {"bot": True, "team": True},
}
worlds = st.lists(st.sampled_from(sorted(SORTS)), min_size=1, max_size=8)
places = st.lists(
    st.tuples(
        st.sampled_from(["public", "private", "mpim", "im"]),
        st.sets(st.integers(0, 8)),
        st.booleans(),  # with the bot
        st.booleans(),  # shared with another company
    ),
    min_size=1,
    max_size=4,
)


def build(sorts: list[str], rooms: list[tuple[Any, set[int], bool, bool]]) -> tuple[SlackWorld, list[Channel]]:
    world = SlackWorld()
    bot = world.add_app()
    elsewhere = world.add_team("Globex")
    people = [world.add_user("asker", email="asker@acme.test")]
    for at, sort in enumerate(sorts):
        fields = {name: value.format(at) if name == "email" else value for name, value in SORTS[sort].items()}
        people.append(world.add_user(f"u{at}", **fields | ({"team": elsewhere} if fields.get("team") else {})))
    channels = []
    for at, (kind, inside, with_bot, shared) in enumerate(rooms):
        members = [people[i] for i in sorted(inside) if i < len(people)]
        channel = world.add_channel(
            f"c{at}",
            private=kind != "public",
            members=[*(members[:1] if kind == "im" else members), *([bot] if with_bot else [])],
            shared_with=[elsewhere] if shared and kind in ("public", "private") else [],
        )
        channel.kind = kind
        channels.append(channel)
    return world, channels


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(sorts=worlds, rooms=places, small_pages=st.booleans())
def test_whoever_sees_a_place_is_among_its_readers(
    sorts: list[str], rooms: list[tuple[Any, set[int], bool, bool]], *, small_pages: bool
) -> None:
    world, channels = build(sorts, rooms)
    bot = next(iter(world.apps.values())).user_id
    with office(world, pages={"conversations.members": 2, "users.list": 3} if small_pages else None) as acme:
        acme.access.known.update({Email(f"{i}@acme.test"): frozenset({STAFF}) for i in range(8)})
        for channel in channels:
            audience = acme.readers(channel, who="asker")
            if not audience.complete:
                assert channel.kind == "im" or bot not in channel.members
                continue
            names = {person.name for person in audience.people}
            seeing = [user for user in world.users.values() if visibility.sees(world, user, channel)]
            for user in seeing:
                assert user.is_bot or names & {user.email, f"slack:{user.team_id}/{user.id}"}
            others = {f"slack:{team}" for team in channel.teams[1:]} | {"asker@acme.test"}
            assert names <= others | {n for u in seeing for n in (u.email, f"slack:{u.team_id}/{u.id}")}
            outside = [u for u in seeing if (u.restricted or u.team_id != world.home.id) and not u.is_bot]
            assert not outside or any(not person.principals for person in audience.people)


# -- at a glance


def glance(acme: Office, where: str = "secret") -> object:
    return acme.people.as_of(acme.question("ana", where))


def test_glance_is_the_same_and_asks_slack_nothing_while_nothing_changes(acme: Office) -> None:
    acme.readers("secret")
    first = glance(acme)
    acme.asked()
    acme.now += 5
    assert first is not None
    assert glance(acme) == first
    assert acme.asked() == []


def test_glance_is_another_whatever_may_have_changed_of_who_reads_along(acme: Office) -> None:
    def comes() -> None:
        membership.join(acme.world, acme.world.channel("secret"), acme.world.user("gus").id)
        acme.people.member_moved(acme.world.channel("secret").id)

    def knows_more() -> None:
        acme.knows("noa")

    def ages() -> None:
        acme.now += 31

    ben = acme.world.user("ben").id
    told = (partial(acme.people.user_changed, ben), partial(acme.people.user_changed, None))
    for change in (comes, knows_more, ages, *told):
        before = glance(acme)
        change()
        assert glance(acme) != before


def test_where_slack_does_not_say_who_is_there_nothing_is_seen_at_a_glance(acme: Office) -> None:
    acme.slack.faults.fail("conversations.members", "slack_error", code="never_heard_of")
    assert glance(acme) is None


# -- what a channel that somebody mentions is called


@pytest.mark.parametrize(
    ("who", "where", "mentioned", "name"),
    [
        ("ana", "general", "general", "general"),
        ("ana", "secret", "secret", "secret"),  # everybody there is there
        ("ana", "secret", "general", "general"),
        ("ana", "general", "secret", None),
        ("ana", "lobby", "general", None),  # a guest reads along
        ("ana", "general", "lobby", "lobby"),
        ("ana", "guests", "lobby", "lobby"),  # the guest is in both
        ("ana", "partners", "general", None),  # somebody of another company reads along
        ("ana", "offered", "general", None),
        ("ana", None, "secret", "secret"),
        ("ana", None, "offered", "offered"),
        ("ben", None, "offered", None),
        ("ben", None, "hidden", None),  # we are not in there
    ],
)
def test_a_channel_is_called_by_its_name_where_everybody_who_reads_it_reads_there_too(
    acme: Office, who: str, where: str | None, mentioned: str, name: str | None
) -> None:
    bot = next(iter(acme.world.apps.values()))
    at = acme.world.channel(where) if where is not None else acme.world.im(who, bot)
    channel = acme.world.channel(mentioned).id
    found = {channel: name} if name is not None else {}
    assert acme.people.names([channel, "C0NOWHERE"], at=at.id) == found


def test_a_public_channel_is_not_gone_through_for_whoever_reads_it_anyway(acme: Office) -> None:
    direct, lobby = acme.world.im("ana", next(iter(acme.world.apps.values()))).id, acme.world.channel("lobby").id
    acme.asked()
    assert acme.people.names([lobby], at=direct) == {lobby: "lobby"}
    assert set(acme.asked()) == {"conversations.info", "users.info"}


def test_a_channel_that_is_shared_with_the_same_company_is_called_by_its_name_there(acme: Office) -> None:
    world = acme.world
    globex = [team for team in world.teams.values() if team.name == "Globex"]
    joint = world.add_channel("joint", members=[world.user("ana")], shared_with=globex).id
    assert acme.people.names([joint], at=world.channel("offered").id) == {joint: "joint"}


def test_a_conversation_of_a_few_has_no_name(acme: Office) -> None:
    few = next(one.id for one in acme.world.channels.values() if one.kind == "mpim")
    assert acme.client.conversations_info(channel=few)["channel"]["name"]
    assert acme.people.names([few], at=few) == {}


@pytest.mark.parametrize("method", ["conversations.info", "conversations.members", "users.list"])
def test_a_channel_of_which_slack_says_nothing_has_no_name_and_what_it_has_trouble_with_is_asked_again(
    acme: Office, method: str
) -> None:
    at, lobby = acme.world.channel("general").id, acme.world.channel("lobby").id
    acme.slack.faults.fail(method, "slack_error", code="missing_scope")
    assert acme.people.names([lobby], at=at) == {}
    acme.people.place_changed(at)
    acme.people.place_changed(lobby)
    acme.people.user_changed(None)
    acme.client.retry_handlers.clear()
    acme.slack.faults.fail(method, "error_500")
    with pytest.raises(Retryable):
        acme.people.names([lobby], at=at)
    assert acme.people.names([lobby], at=at) == {lobby: "lobby"}


def test_a_channel_that_was_renamed_is_called_by_its_new_name(acme: Office) -> None:
    at, lobby = acme.world.channel("general").id, acme.world.channel("lobby")
    assert acme.people.names([lobby.id], at=at) == {lobby.id: "lobby"}
    lobby.name = "hall"
    acme.people.place_changed(lobby.id)
    assert acme.people.names([lobby.id], at=at) == {lobby.id: "hall"}


@pytest.mark.parametrize("odd", ["two words", "x" * 81, "", "a\nb"])
def test_a_name_that_could_be_read_for_more_is_none(acme: Office, odd: str) -> None:
    lobby, ben = acme.world.channel("lobby"), acme.world.user("ben")
    lobby.name = ben.name = odd
    assert acme.people.names([lobby.id], at=acme.world.channel("general").id) == {}
    assert acme.people.handles([ben.id]) == {}
