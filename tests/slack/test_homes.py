"""When a Home is drawn, how often, and what becomes of it when Slack fails or somebody else draws there too."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from slack_bolt import BoltResponse
from slack_sdk import WebClient

from bot.core.admin import NoMember, Spent, Standing, Version
from bot.core.home import ForMember, Home, Office, Shelf, SpentByOne
from bot.core.nouns import Event, ReceiptId, SlackUser
from bot.playground.slack import RateLimits, SlackEmulator, SlackWorld
from bot.slack import connection, words
from bot.slack.heard import Us
from bot.slack.homes import HomeListeners, Homes
from connectors.model import Retryable
from tests.fakes.passages import NOON
from tests.slack.replies import inside

STANDING = Standing(
    Version(1, "d" * 64, "package", "packaged", NOON),
    None,
    0,
    0,
    0,
    0,
    0,
    0,
    None,
    (),
    Spent(0, 0.0, None, None, None, None),
)
MEMBER = ForMember(None, (), (), (), False, SpentByOne(0, 0.0, None, None, is_over=False), ())
OFFICE = MEMBER._replace(office=Office(STANDING, {}, ()))
RECEIPT = ReceiptId("r_" + "0" * 24)


@dataclass
class Hall:
    """`now` is what goes by; each draw shows the next number of documents."""

    slack: SlackEmulator
    now: float = 1_000.0
    admins: tuple[str, ...] = ("ana",)
    number: int = 0
    during: Callable[[], object] = lambda: None
    drawn: list[str] = field(default_factory=list)
    error: Exception | None = None

    def __post_init__(self) -> None:
        self.client = connection.client(self.slack.bot_token(), self.slack.url)
        self.us = connection.who_we_are(self.client)
        self.homes = self.another()

    def another(self) -> Homes:
        """In another process."""
        return Homes(self.client, self.us, self._home, lambda: self.admins, timer=lambda: self.now)

    def _home(self, user: SlackUser) -> Home:
        if self.error is not None:
            raise self.error
        name = self.slack.world.users[user.user].name
        self.drawn.append(name)
        self.number += 1
        if name == "guest":
            return NoMember()
        home = (OFFICE if name in self.admins else MEMBER)._replace(shelves=(Shelf("acme", self.number + 1),))
        self.during()
        return home

    def id(self, name: str) -> str:
        return self.slack.as_user(name).id

    def opens(self, name: str = "ana", homes: Homes | None = None, *, told: str | None = "known") -> None:
        view = self.slack.as_user(name).home()
        known = view.hash if view is not None else None
        (homes or self.homes).opened(self.id(name), known if told == "known" else told)

    def draws(self, homes: Homes | None = None) -> int:
        count = 0
        while (homes or self.homes).draw_next():
            count += 1
        return count

    def shown(self, name: str = "ana") -> str:
        view = self.slack.as_user(name).home()
        return str([one.get("text") for one in inside(view.body["blocks"])]) if view is not None else ""

    def says(self, number: int, name: str = "ana") -> bool:
        return f"acme: {number + 1} documents" in self.shown(name)

    def asked(self, name: str = "ana") -> Event:
        return Event(kind="asked", receipt=RECEIPT, body={"asker": {"team": self.us.team, "user": self.id(name)}})

    def hears(self, kind: str, **body: Any) -> None:
        self.homes.hear(Event(kind=kind, receipt=RECEIPT, body=body))


@pytest.fixture
def hall() -> Iterator[Hall]:
    world = SlackWorld()
    world.add_app()
    for name in ("ana", "ben", "guest"):
        world.add_user(name)
    with SlackEmulator(world, rates=RateLimits.off()) as slack:
        yield Hall(slack)


def test_nothing_is_drawn_for_whoever_never_opened_it(hall: Hall) -> None:
    hall.homes.hear(hall.asked())
    for kind in ("posted", "paused", "resumed", "configured", "change_proposed"):
        hall.hears(kind)
    hall.homes.changed(None)
    assert hall.draws() == 0


def test_it_is_drawn_when_it_is_opened_and_again_a_minute_later_at_most(hall: Hall) -> None:
    hall.opens()
    assert hall.draws() == 1
    assert hall.says(1)
    for _ in range(3):
        hall.now += 10
        hall.opens()
        assert hall.draws() == 0
    hall.now += 30
    assert hall.draws() == 1
    assert hall.says(2)
    hall.now += 600
    assert hall.draws() == 0


def test_each_waits_for_their_own_minute_only(hall: Hall) -> None:
    hall.opens("ana")
    hall.opens("ben")
    assert hall.draws() == 2
    assert hall.says(2, "ben") != hall.says(1, "ben")


@pytest.mark.parametrize("kind", ["posted", "held", "failed", "withdrawn"])
def test_what_becomes_of_ones_own_question_draws_it_anew(hall: Hall, kind: str) -> None:
    hall.opens("ana")
    hall.opens("ben")
    hall.draws()
    hall.now += 100
    hall.homes.hear(hall.asked("ben"))
    assert hall.draws() == 0  # nothing came of it yet
    hall.hears(kind)
    assert hall.draws() == 1
    hall.hears(kind)
    assert hall.draws() == 0
    hall.now += 60
    assert hall.draws() == 1
    assert hall.drawn == ["ana", "ben", "ben", "ben"]


@pytest.mark.parametrize("kind", ["paused", "resumed"])
def test_a_pause_draws_all_that_are_open(hall: Hall, kind: str) -> None:
    hall.opens("ana")
    hall.opens("ben")
    hall.draws()
    hall.hears(kind)
    assert hall.draws() == 0
    hall.now += 60
    assert hall.draws() == 2


def test_what_happens_while_it_is_drawn_waits_its_minute(hall: Hall) -> None:
    def paused() -> None:
        hall.during = lambda: None
        hall.hears("paused")

    hall.during = paused
    hall.opens("ben")
    assert hall.draws() == 1
    hall.now += 60
    assert hall.draws() == 1


def test_what_waits_for_a_second_admin_draws_those_of_admins(hall: Hall) -> None:
    hall.opens("ana")
    hall.opens("ben")
    hall.draws()
    hall.now += 60
    hall.hears("change_proposed")
    assert hall.draws() == 1
    assert hall.drawn[-1] == "ana"


def test_after_hours_it_counts_as_closed(hall: Hall) -> None:
    hall.opens("ben")
    hall.draws()
    hall.now += 9 * 3600
    hall.hears("paused")
    assert hall.draws() == 0


def test_what_slack_has_lost_is_drawn_without_waiting_a_minute(hall: Hall) -> None:
    hall.opens("ben")
    hall.draws()
    hall.slack.world.homes.clear()
    hall.opens("ben")
    assert hall.draws() == 0
    hall.now += 2
    assert hall.draws() == 1
    assert hall.says(2, "ben")


# --- who is taken off the list ---


def test_who_is_taken_off_the_list_loses_the_admins_part_at_once(hall: Hall) -> None:
    hall.opens("ana")
    hall.opens("ben")
    hall.draws()
    assert words.HOME_OFFICE in hall.shown("ana")
    hall.now += 1
    hall.admins = ()
    hall.hears("configured")
    assert hall.draws() == 1
    assert words.HOME_OFFICE not in hall.shown("ana")


def test_who_was_taken_off_the_list_by_another_process_loses_it_when_they_look(hall: Hall) -> None:
    hall.opens("ana")
    hall.draws()
    hall.now += 1
    hall.admins = ()
    hall.opens("ana")
    assert hall.draws() == 1
    assert words.HOME_OFFICE not in hall.shown("ana")


def test_who_is_taken_off_the_list_while_it_is_drawn_loses_it_in_the_next_moment(hall: Hall) -> None:
    def taken_off() -> None:
        hall.admins, hall.during = (), lambda: None
        hall.hears("configured")  # their part is not shown yet

    hall.during = taken_off
    hall.opens("ana")
    assert hall.draws() == 2
    assert words.HOME_OFFICE not in hall.shown("ana")


def test_whose_account_changed_loses_it_at_once(hall: Hall) -> None:
    hall.opens("ana")
    hall.opens("ben")
    hall.draws()
    hall.homes.changed(hall.id("ana"))
    hall.homes.changed(hall.id("ben"))
    assert hall.draws() == 1
    assert hall.drawn[-1] == "ana"


# --- two who draw ---


def test_an_older_draw_never_replaces_a_newer_one(hall: Hall) -> None:
    other = hall.another()
    hall.opens("ben")
    hall.draws()

    def meanwhile() -> None:
        hall.during = lambda: None
        other.opened(hall.id("ben"), hall.slack.as_user("ben").home().hash)  # type: ignore[union-attr]
        hall.draws(other)

    hall.now += 60
    hall.during = meanwhile
    hall.opens("ben")
    assert hall.draws() == 1
    assert hall.says(3, "ben")  # what was begun second, and shown first


def test_whoever_lost_a_home_draws_it_again_once_it_is_opened(hall: Hall) -> None:
    other = hall.another()
    hall.opens("ben")
    hall.draws()
    hall.opens("ben", other)
    hall.draws(other)
    hall.now += 60
    hall.hears("paused")
    assert hall.draws() == 1
    assert hall.says(2, "ben")
    hall.now += 60
    hall.hears("paused")
    assert hall.draws() == 0
    hall.opens("ben")
    assert hall.draws() == 1
    assert hall.says(4, "ben")


def test_whoever_lost_an_admins_home_takes_the_part_away_all_the_same(hall: Hall) -> None:
    other = hall.another()
    hall.opens("ana")
    hall.draws()
    hall.opens("ana", other)
    hall.draws(other)
    hall.now += 60
    hall.hears("paused")
    hall.draws()
    hall.admins = ()
    hall.hears("configured")
    assert hall.draws() == 1
    assert words.HOME_OFFICE not in hall.shown("ana")


# --- when Slack fails ---


@pytest.mark.parametrize("kind", ["error_500", "html", "truncated", "lost_reply"])
def test_what_slack_fails_at_is_drawn_a_little_later(hall: Hall, kind: Any) -> None:
    hall.slack.faults.fail("views.publish", kind)
    hall.opens("ben")
    assert hall.draws() == 1
    hall.now += 10
    assert hall.draws() == 1
    assert "acme: " in hall.shown("ben")


def test_who_is_asked_too_often_is_left_alone_for_a_while(hall: Hall) -> None:
    hall.slack.faults.fail("views.publish", "rate_limited", seconds=30)
    hall.opens("ana")
    assert hall.draws() == 1
    hall.opens("ben")
    hall.now += 29
    assert hall.draws() == 0
    hall.now += 2
    assert hall.draws() == 2


def test_it_is_given_up_in_the_end_and_begun_anew_when_it_is_opened(hall: Hall) -> None:
    hall.slack.faults.fail("views.publish", "error_500", times=5)
    hall.opens("ben")
    tries = 0
    for _ in range(20):
        tries += hall.draws()
        hall.now += 30
    assert tries == 5
    hall.opens("ben")
    assert hall.draws() == 1


def test_who_cannot_be_found_out_now_is_drawn_a_little_later(hall: Hall) -> None:
    hall.error = Retryable("away")
    hall.opens("ben")
    assert hall.draws() == 1
    assert hall.shown("ben") == ""
    hall.error = None
    hall.now += 10
    assert hall.draws() == 1
    assert hall.says(1, "ben")


@pytest.mark.parametrize("code", ["user_not_found", "not_enabled", "account_inactive"])
def test_where_slack_refuses_nothing_is_tried_again(hall: Hall, code: str) -> None:
    hall.slack.faults.fail("views.publish", "slack_error", code=code)
    hall.opens("ben")
    assert hall.draws() == 1
    hall.now += 600
    hall.hears("paused")
    assert hall.draws() == 0


def test_a_fault_of_ours_keeps_nobody_elses_from_being_drawn(hall: Hall) -> None:
    hall.error = RuntimeError("ours")
    hall.opens("ben")
    with pytest.raises(RuntimeError):
        hall.homes.draw_next()
    hall.error = None
    hall.opens("ana")
    hall.opens("ben")
    assert hall.draws() == 2


def test_no_more_are_drawn_in_a_minute_than_slack_takes(hall: Hall) -> None:
    for number in range(70):
        hall.slack.world.add_user(f"u{number}")
        hall.opens(f"u{number}")
    assert hall.draws() == 60
    hall.now += 60
    assert hall.draws() == 10


# --- what is taken for an opening ---


class Listening:
    def __init__(self, hall: Hall) -> None:
        self.hall, self.woken, self.passed = hall, 0, 0
        us = Us(team=hall.us.team, user=hall.us.user, bot=hall.us.bot)
        self.listeners = HomeListeners(
            us, hall.homes, lambda *_: None, wake=self._wake, later=lambda do, **_: do() and None
        )

    def _wake(self) -> None:
        self.woken += 1

    def hears(self, **event: Any) -> None:
        def pass_on() -> BoltResponse:
            self.passed += 1
            return BoltResponse(status=404)

        self.listeners.take_in({"event": event}, pass_on)


def test_an_opening_is_taken_in_and_everything_else_is_passed_on(hall: Hall) -> None:
    listening = Listening(hall)
    listening.hears(type="app_home_opened", tab="home", user=hall.id("ben"), view={"hash": "1.a", "blocks": []})
    assert (listening.woken, listening.passed) == (1, 0)
    assert hall.draws() == 1
    for event in (
        {"type": "app_home_opened", "tab": "messages", "user": "U1"},
        {"type": "message", "user": "U1"},
        {"type": "user_change", "user": {"id": "U1"}},
        {"type": "user_change", "user": "U1"},
        {},
    ):
        listening.hears(**event)
    assert (listening.woken, listening.passed) == (1, 5)


@pytest.mark.parametrize(
    "event", [{"user": None}, {"user": "U 1"}, {"user": "U" * 300}, {"user": {"id": "U1"}}, {"user": "U1", "view": "v"}]
)
def test_an_opening_that_is_not_understood_is_acknowledged_and_does_nothing(hall: Hall, event: dict[str, Any]) -> None:
    listening = Listening(hall)
    listening.hears(type="app_home_opened", tab="home", **event)
    assert (listening.woken, listening.passed, hall.draws()) == (0, 0, 0)


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"user": {"id": "U1"}, "trigger_id": "1.2", "actions": []},
        {"user": {"id": "U1"}, "trigger_id": "1.2", "actions": [{"value": "../etc"}]},
        {"user": "U1", "trigger_id": "1.2", "actions": [{"value": RECEIPT}]},
    ],
)
def test_a_click_that_was_made_up_is_acknowledged_and_opens_nothing(hall: Hall, body: dict[str, Any]) -> None:
    acked = []
    hall.slack.requests.clear()
    client = WebClient(token=hall.slack.bot_token(), base_url=hall.slack.url)
    Listening(hall).listeners.why(lambda: acked.append(1), body, client)  # type: ignore[arg-type]
    assert acked == [1]
    assert [one.method for one in hall.slack.requests.all()] == []
