"""A completion that is listened to while it is being said, over LiteLLM's real path: heard as it comes, and whole or a fault."""

import json
import time
from threading import Event
from typing import Any

import pytest

from bot.core.ports import Errand
from bot.models.classes import Matter, Nobody
from bot.models.drafted import SCHEMA
from bot.models.gateway.completion import Completion, Gateway
from bot.models.gateway.door import Limits
from bot.models.gateway.faults import AskOtherwise, BrokenOff, Kind, LookAtSettings, NoReply, TryAgain
from bot.models.prompt import Message
from tests.fakes.model_server import Pace, Reply, error
from tests.fakes.models import models
from tests.fakes.purse import FakePurse
from tests.models.conftest import Serving

TEXT = json.dumps({"answerable": True, "claims": [{"text": "Leave is 25 days.", "citations": []}], "clarify": None})
MESSAGES = (Message("user", "How many days?"),)
LIMITS = Limits(patience_s=10, pause_s=0.01, idle_s=1, rest_s=60)


def paced(text: str = TEXT, **pace: Any) -> Reply:
    return Reply(text, pace=Pace(**pace))


def listen(gateway: Gateway | None = None, **limits: Any) -> tuple[Completion, list[str]]:
    heard: list[str] = []
    made = gateway or Gateway("openai/some", LIMITS._replace(**limits))
    return made.ask(MESSAGES, SCHEMA, hear=heard.append), heard


def test_what_is_heard_is_the_whole_and_its_cost_is_known(serving: Serving) -> None:
    server = serving(paced())
    (text, call), heard = listen()
    assert len(heard) > 5
    assert "".join(heard) == text == TEXT
    assert (call.tokens_in, call.tokens_out, call.held_to) == (100, 20, "json")
    assert server.asked[0].body["stream_options"] == {"include_usage": True}


def test_it_is_heard_as_it_comes(serving: Serving) -> None:
    heard = Event()
    halfway = TEXT[: len(TEXT) // 8 * 4]
    in_time: list[bool] = []
    serving(paced(on_piece=lambda said: in_time.append(heard.wait(30)) if said == halfway else None))
    Gateway("openai/some", LIMITS._replace(idle_s=60, patience_s=60)).ask(MESSAGES, SCHEMA, hear=lambda _: heard.set())
    assert in_time == [True]  # not when all of it is there: the rest was kept back until some was heard


def test_server_that_does_not_say_what_it_took_is_counted_all_the_same(serving: Serving) -> None:
    serving(paced(without_usage=True))
    (_, call), _ = listen()
    assert (call.tokens_in or 0) > 0
    assert (call.tokens_out or 0) > 0


@pytest.mark.parametrize(
    ("pace", "kind"),
    [
        ({"stalls_at": 60}, Kind.TIMEOUT),
        ({"ends_at": 60}, Kind.UNREACHABLE),
        ({"ends_at": len(TEXT) - 1}, Kind.UNREACHABLE),
        ({"dies_at": 60}, Kind.UNREACHABLE),
        ({"faults_at": 60}, Kind.UNREACHABLE),
    ],
    ids=["stalls", "ends early", "ends before its last sign", "dies", "has a fault"],
)
def test_what_breaks_off_is_a_fault_is_not_asked_again_and_rests(
    serving: Serving, pace: dict[str, Any], kind: Kind
) -> None:
    server = serving(paced(**pace), paced())
    gateway, began = Gateway("openai/some", LIMITS), time.monotonic()
    heard: list[str] = []
    with pytest.raises(BrokenOff) as raised:
        gateway.ask(MESSAGES, SCHEMA, hear=heard.append)
    assert (raised.value.kind, len(server.asked)) == (kind, 1)
    assert TEXT.startswith("".join(heard))
    assert heard
    assert time.monotonic() - began < 15
    assert gateway.rests is kind


@pytest.mark.parametrize(
    ("reply", "named", "times"),
    [
        pytest.param(error(401), LookAtSettings, 1, id="401"),
        pytest.param(error(429), TryAgain, 3, id="429"),
        pytest.param(error(500), TryAgain, 3, id="500"),
        pytest.param(Reply(hangs_up=True), TryAgain, 3, id="connection closed"),
        pytest.param(paced(faults_at=0), TryAgain, 3, id="a fault before the first piece"),
        pytest.param(Reply(TEXT, ends="content_filter", pace=Pace()), AskOtherwise, 1, id="filtered"),
    ],
)
def test_what_has_not_begun_fails_as_ever(serving: Serving, reply: Reply, named: type[NoReply], times: int) -> None:
    server = serving(reply)
    with pytest.raises(named) as raised:
        listen()
    assert len(server.asked) == times
    assert isinstance(raised.value, BrokenOff) is False


def test_what_has_no_room_for_its_end_is_no_fault_of_the_server(serving: Serving) -> None:
    serving(Reply(TEXT[:60], ends="length"))
    (text, _), _ = listen()
    assert text == TEXT[:60]


@pytest.mark.parametrize(("pace", "remembers"), [({"refused": True}, True), ({"ignored": True}, False)])
def test_server_that_cannot_say_it_piece_by_piece_is_asked_for_the_whole(
    serving: Serving,
    pace: dict[str, Any],
    remembers: bool,  # noqa: FBT001
) -> None:
    server, gateway = serving(paced(**pace)), Gateway("openai/some", LIMITS)
    (text, _), heard = listen(gateway)
    assert (text, heard) == (TEXT, [])
    before = len(server.asked)
    listen(gateway)
    streamed = [asked.streams for asked in server.asked[before:]]
    assert streamed == ([False] if remembers else [True, False])


def test_nobody_is_waited_for_longer_than_the_deadline_though_it_never_stops_to_speak(serving: Serving) -> None:
    serving(paced(TEXT[:-1] + " " * 10_000, tokens_a_second=50))
    began = time.monotonic()
    with pytest.raises(BrokenOff) as raised:
        listen(patience_s=1)
    assert raised.value.kind is Kind.TIMEOUT
    assert 0.9 < time.monotonic() - began < 30  # of the minutes for which it would speak


def test_slow_listener_is_no_silence_of_the_server(serving: Serving) -> None:
    serving(paced(piece=30))
    heard: list[str] = []

    def hear(piece: str) -> None:
        time.sleep(1.2)
        heard.append(piece)

    Gateway("openai/some", LIMITS).ask(MESSAGES, SCHEMA, hear=hear)
    assert "".join(heard) == TEXT


def test_two_megabytes_are_listened_to_no_further_than_a_draft_can_be(serving: Serving) -> None:
    serving(paced('{"answerable": true, "claims": [' + "[" * 2_000_000, piece=10_000))
    (text, call), heard = listen()
    assert 100_000 <= len(text) == sum(map(len, heard)) < 200_000
    assert call.tokens_out is None


def test_whoever_stops_to_listen_is_not_kept(serving: Serving) -> None:
    serving(paced(tokens_a_second=2))

    def hear(_: str) -> None:
        raise LookupError

    began = time.monotonic()
    with pytest.raises(LookupError):
        Gateway("openai/some", LIMITS).ask(MESSAGES, SCHEMA, hear=hear)
    assert time.monotonic() - began < 6  # of eleven


# -- what it costs -----------------------------------------------------------------------------------------------------


def spoken(purse: FakePurse, **limits: Any) -> None:
    asked = models("openai/some", limits=LIMITS._replace(**limits), purse=purse)
    asked.first(Errand("ana", time.monotonic() + 10), Matter(), lambda turn: turn.ask(MESSAGES, SCHEMA, print))


def test_budget_is_settled_with_what_the_stream_says_that_it_took(serving: Serving) -> None:
    purse = FakePurse()
    serving(paced())
    spoken(purse)
    assert [cost.tokens for _, cost in purse.settled] == [120]


@pytest.mark.parametrize("reply", [paced(stalls_at=60), paced(faults_at=60)])
def test_what_broke_off_was_paid_for(serving: Serving, reply: Reply) -> None:
    purse = FakePurse()
    serving(reply)
    with pytest.raises(Nobody):
        spoken(purse)
    assert purse.settled == []
    assert purse.tokens > 0


@pytest.mark.parametrize(("began", "costs"), [(True, True), (False, False)], ids=["in the middle", "at once"])
def test_too_many_calls_cost_nothing_unless_the_answer_had_begun(
    serving: Serving, monkeypatch: pytest.MonkeyPatch, *, began: bool, costs: bool
) -> None:
    def ask(*_: object, **__: object) -> Completion:
        raise (BrokenOff if began else TryAgain)(Kind.BUSY)

    serving(paced())
    purse = FakePurse()
    monkeypatch.setattr(Gateway, "ask", ask)
    with pytest.raises(Nobody):
        spoken(purse)
    assert (purse.tokens > 0) == costs


def test_what_was_refused_before_it_began_was_not(serving: Serving) -> None:
    purse = FakePurse()
    serving(error(401))
    with pytest.raises(Nobody):
        spoken(purse)
    assert purse.tokens == 0


def test_for_a_budget_that_is_spent_nothing_is_sent(serving: Serving) -> None:
    server = serving(paced())
    with pytest.raises(Nobody):
        spoken(FakePurse(spent="tokens_by_one"))
    assert server.asked == []
