"""What is typed after `/footnote`: answered to whoever typed it and nobody else, and only to admins."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from slack_sdk import WebClient

from bot import app
from bot.core.admin import Typed
from bot.core.clock import utc_now
from bot.core.failpoints import FAILPOINTS, Reach
from bot.core.nouns import ReceiptId, SlackUser
from bot.playground.slack import Outcome
from bot.slack.commands import CommandIntake
from bot.slack.heard import Us
from bot.slack.poster import SlackPoster
from bot.slack.voice import SlackVoice
from bot.stores.commands import Commands
from tests.slack.office import ANSWER, Office, office, running, until

Open = Callable[..., Office]
ADMINS = ("ana@acme.test",)


@pytest.fixture
def open_office(tmp_path: Path, database_url: str) -> Iterator[Open]:
    with ExitStack() as stack:

        def make(*, at_work: bool = True, admins: tuple[str, ...] = ADMINS, **options: Any) -> Office:
            made = stack.enter_context(office(tmp_path, database_url, admins=admins, **options))
            if at_work:
                stack.enter_context(running(made))
            return made

        yield make


def types(acme: Office, name: str, text: str, channel: str | None = "general") -> Outcome:
    return acme.person(name).slash("/footnote", text, channel=channel)


def whispers(acme: Office, name: str, channel: str = "general") -> list[str]:
    """What they alone see there."""
    user, place = acme.person(name).id, acme.slack.world.channel(channel)
    with acme.slack.world.lock:
        return [one.text for one in place.ephemerals if one.user == user]


def told(acme: Office, name: str, text: str, channel: str = "general") -> str:
    before = len(whispers(acme, name, channel))
    assert types(acme, name, text, channel).acked
    until(lambda: len(whispers(acme, name, channel)) > before)
    acme.settled()
    return whispers(acme, name, channel)[-1]


def test_who_is_no_admin_is_told_no_and_whom_to_turn_to(open_office: Open) -> None:
    acme = open_office()
    for text in ("help", "", "status", "pause"):
        said = told(acme, "ben", text)
        assert "Only admins can use this" in said
        assert "ana@acme.test" in said
        assert "/footnote" not in said
    assert "What you can do here" not in str(whispers(acme, "ben"))


def test_every_command_that_only_looks_is_answered_to_an_admin_and_to_nobody_else(open_office: Open) -> None:
    acme = open_office()
    for text, says in (
        ("status", "Rules: version 1"),
        ("sources", "acme (folder): 5 documents"),
        ("sources sync acme", "acme is read again"),
        ("sources sync x", "There is no source named x"),
        ("budget", "none is set"),
        ("audit verify", "Nothing in the ledger was changed"),
        ("audit r_" + "0" * 24, "There is no receipt"),
        ("policy history", "packaged"),
        ("policy show", "All of it is as packaged"),
    ):
        assert says in told(acme, "ana", text), text
    assert "Only admins" in told(acme, "ben", "sources sync acme")
    assert len(acme.events("sync_asked")) == 1


def test_who_is_no_member_is_told_nothing_of_the_admins(open_office: Open) -> None:
    acme = open_office(admins=("ana@acme.test", "guest@else.test"))
    said = told(acme, "guest", "help", "guests")
    assert "Only full members" in said
    assert "ana" not in said


def test_where_nobody_is_named_nobody_is_an_admin(open_office: Open) -> None:
    acme = open_office(admins=())
    assert "there is none yet" in told(acme, "ana", "help")


def test_an_admin_is_shown_what_there_is(open_office: Open) -> None:
    acme = open_office()
    assert "/footnote help" in told(acme, "ana", "help")
    assert "There is no such command" in told(acme, "ana", "make me a sandwich")


def test_an_admin_may_be_named_by_the_id_of_their_account(open_office: Open) -> None:
    acme = open_office(at_work=False)
    ben = acme.person("ben").id
    acme.settings = acme.settings.model_copy(update={"admins": (ben,)})
    with running(acme):
        assert "What you can do here" in told(acme, "ben", "help")
        assert "Only admins" in told(acme, "ana", "help")


def test_nobody_else_sees_what_an_admin_does(open_office: Open) -> None:
    acme = open_office()
    told(acme, "ana", "help")
    assert whispers(acme, "ben") == []
    assert acme.replies("general") == []


def test_a_command_is_on_record_from_its_arrival_to_its_answer(open_office: Open) -> None:
    acme = open_office()
    told(acme, "ben", "help")
    (events,) = acme.receipts()
    assert [event.kind for event in events] == ["commanded", "replied"]
    by = f"slack:{acme.slack.world.home.id}/{acme.person('ben').id}"
    assert events[0].body == {"by": by, "channel": acme.slack.world.channel("general").id, "text": "help"}
    assert (events[1].body or {})["with"] == "NoAdmin"
    assert "http" not in str(events)


def test_a_command_outlives_the_process_that_took_it_in(open_office: Open) -> None:
    acme = open_office(at_work=False)
    with running(acme):
        acme.slack.faults.fail("users.info", "error_500")
        types(acme, "ana", "help")
        until(acme.receipts)
    with running(acme):
        until(lambda: whispers(acme, "ana"))
        acme.settled()
    assert len(whispers(acme, "ana")) == 1


def test_where_slack_takes_no_answer_any_more_it_goes_to_the_direct_conversation_once(open_office: Open) -> None:
    acme = open_office(at_work=False)
    with running(acme):
        acme.slack.faults.fail("users.info", "error_500")
        types(acme, "ana", "help")
        until(acme.receipts)
        acme.slack.world.hooks.clear()
    with running(acme):
        assert "What you can do here" in acme.reply(acme.direct("ana")).text
        acme.settled()
    assert (len(acme.replies(acme.direct("ana"))), whispers(acme, "ana")) == (1, [])
    assert acme.events("replied")[0]["by"] == "direct"


def test_an_address_that_is_not_slacks_is_never_called() -> None:
    poster = SlackPoster(WebClient(), Us(team="T1", user="U0", bot="B0"), lambda _: None)
    voice = SlackVoice(WebClient(), poster, "https://slack.com/api/")
    for address in (
        "http://hooks.slack.com/x", "https://hooks.slack.com.evil.test/x", "https://evil.test/hooks.slack.com",
        "https://hooks.slack.com@evil.test/", "file:///etc/passwd", "", "https://[", "//hooks.slack.com/x",
    ):  # fmt: skip
        assert not voice._is_slacks(address), address
    assert voice._is_slacks("https://hooks.slack.com/commands/T1/2/3")


class Taken:
    def __init__(self) -> None:
        self.typed: list[Typed] = []

    def take(self, typed: Typed) -> bool:
        self.typed.append(typed)
        return True


PAYLOAD = {
    "command": "/footnote",
    "text": "help",
    "team_id": "T1",
    "user_id": "U1",
    "channel_id": "C1",
    "response_url": "https://hooks.slack.com/commands/T1/1/x",
    "trigger_id": "1.2.3",
}


@pytest.mark.parametrize(
    "changed",
    [
        {"user_id": ""}, {"user_id": None}, {"user_id": 7}, {"trigger_id": ""}, {"trigger_id": "x" * 300},
        {"response_url": None}, {"channel_id": "a b"}, {"team_id": {}}, {"text": ["help"]},
    ],
)  # fmt: skip
def test_what_is_no_command_of_slacks_is_acknowledged_and_nothing_else(changed: dict[str, Any]) -> None:
    desk = Taken()
    intake = _intake(desk)
    assert intake.take_in({**PAYLOAD, **changed}, _never).status == 200
    assert desk.typed == []


def test_whatever_is_typed_can_be_stored() -> None:
    desk = Taken()
    _intake(desk).take_in({**PAYLOAD, "text": "a\x00b\ud800" + "c" * 100_000}, _never)
    (typed,) = desk.typed
    assert (typed.text[:3], len(typed.text)) == ("ab?", 4_000)
    assert typed.by == SlackUser(team="T1", user="U1")
    typed.model_dump_json()


def test_the_same_command_is_taken_in_once(open_office: Open) -> None:
    acme = open_office(at_work=False)
    with app.records(acme.settings) as records:
        commands = Commands(
            records.database, records.ledger, records.inbox, records.config, records.clock, sync=lambda *_: False
        )
        one = Typed(
            receipt=ReceiptId("r_1"), by=SlackUser(team="T1", user="U1"), channel="C1", text="help",
            answer_at="https://hooks.slack.com/x", trigger="1.2.3", at=utc_now(), key="command:1.2.3",
        )  # fmt: skip
        assert commands.take(one)
        assert not commands.take(one.model_copy(update={"receipt": ReceiptId("r_2")}))
    assert len(acme.receipts()) == 1


def _intake(desk: Taken, reach: Reach = lambda _: None) -> CommandIntake:
    us = Us(team="T1", user="U0", bot="B0")
    return CommandIntake(us, desk, check=lambda _form, _by: None, wake=lambda: None, clock=utc_now, reach=reach)


def _never() -> Any:
    raise AssertionError("somebody else was asked")


def test_a_pause_waits_behind_no_other_command(open_office: Open) -> None:
    acme = open_office()
    acme.slack.faults.fail("users.list", "slow", seconds=8.0)
    assert types(acme, "ana", "people").acked
    until(lambda: acme.slack.requests.of("users.list"))
    assert types(acme, "ana", "pause").acked
    until(lambda: whispers(acme, "ana"))
    assert "Nothing is answered from now on" in whispers(acme, "ana")[0]
    until(lambda: len(whispers(acme, "ana")) == 2)
    acme.settled()


def test_a_pause_stops_answers_at_once_and_whoever_asks_is_told(open_office: Open) -> None:
    acme = open_office()
    zoes = acme.direct("zoe")
    acme.slack.faults.fail("users.info", "slow", seconds=1.5, skip=0, times=1)
    acme.asks("zoe")
    until(lambda: acme.slack.requests.of("users.info"))
    assert "Nothing is answered from now on" in told(acme, "ana", "pause")
    acme.settled()
    (stopped,) = acme.replies(zoes)
    assert "I am paused" in stopped.text
    assert ANSWER not in str(acme.replies(zoes))
    assert "I answer again" in told(acme, "ana", "resume")
    acme.asks("zoe")
    until(lambda: len(acme.replies(zoes)) == 2)
    assert ANSWER in acme.replies(zoes)[1].text


class Died(BaseException):
    """As by `kill -9`, in this process."""


@pytest.mark.parametrize(("point", "taken"), [("command.before_take", 0), ("command.after_take", 1)])
def test_who_dies_while_taking_a_command_in_has_acknowledged_nothing_that_is_lost(point: str, taken: int) -> None:
    assert point in FAILPOINTS

    def reach(here: str) -> None:
        if here == point:
            raise Died

    desk = Taken()
    with pytest.raises(Died):
        _intake(desk, reach).take_in(PAYLOAD, _never)
    assert len(desk.typed) == taken
