"""Whoever asks too much at once is told so kindly, once a minute; nobody else notices."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from bot import app
from bot.core.clock import Clock, utc_now
from bot.slack import words
from policies.evidence import RefusalReason
from policies.rules import ANSWERS
from tests.slack.office import ANSWER, SECRET, SECRET_ANSWER, Office, office, running, until

TOLD = words.REFUSALS[RefusalReason.TOO_MANY]
BY_ONE, BY_ALL = 2, 5
MINUTE = timedelta(minutes=1)


class Minute:
    """A clock that begins with a minute: what a test asks is asked within one, until it lets that pass."""

    def __init__(self) -> None:
        now = utc_now()
        self.ahead = now.replace(second=0, microsecond=0) + MINUTE - now

    def __call__(self) -> datetime:
        return utc_now() + self.ahead

    def passes(self) -> None:
        self.ahead += MINUTE


@pytest.fixture
def acme(tmp_path: Path, database_url: str) -> Iterator[Office]:
    """Where two questions a minute are as many as one may ask, and five as all may."""
    with office(tmp_path, database_url) as opened:
        _limit(opened)
        yield opened


def _limit(acme: Office) -> None:
    packaged = app.packaged_rules()
    asked = "max_characters = 4000\n"
    limits = f"{asked}a_minute_by_one = {BY_ONE}\na_minute_by_all = {BY_ALL}\n"
    lines = [line for line in packaged[ANSWERS].splitlines() if not line.startswith(("a_minute", "max_characters"))]
    text = "\n".join(lines).replace("[question]\n", f"[question]\n{limits}", 1)
    with app.records(acme.settings) as records, records.database.writing() as session:
        records.config.save(session, {**packaged, ANSWERS: text}, author="test", note="limits", now=utc_now())


@pytest.fixture
def clock() -> Minute:
    return Minute()


@contextmanager
def at_work(acme: Office, clock: Clock) -> Iterator[None]:
    with running(acme, clock):
        yield
        acme.settled()


def reasons(acme: Office) -> list[str]:
    return sorted(str(body["reply"].get("reason", body["reply"]["kind"])) for body in acme.events("closed"))


def test_in_a_direct_conversation_it_is_said_once_a_minute_and_nothing_is_lost(acme: Office, clock: Minute) -> None:
    with at_work(acme, clock):
        for _ in range(5):
            acme.asks("ana")
            acme.settled()
        assert [TOLD in reply.text for reply in acme.replies(acme.direct("ana"))] == [False, False, True]
        assert reasons(acme) == ["answer", "answer", "too_many", "too_many", "too_many"]
        clock.passes()
        acme.asks("ana")
        until(lambda: len(acme.replies(acme.direct("ana"))) == 4)
    assert ANSWER in acme.replies(acme.direct("ana"))[-1].text
    assert all(events[0].kind == "asked" and events[-1].kind == "posted" for events in acme.receipts())
    assert len(acme.receipts()) == 6


def test_in_a_channel_it_is_said_in_the_thread_and_the_same_whatever_was_asked(acme: Office, clock: Minute) -> None:
    with at_work(acme, clock):
        for text in (SECRET, SECRET):
            acme.asks("ben", text)
        acme.settled()
        asked = acme.asks("ben", SECRET, channel="eng-hr")
        acme.settled()
    assert [SECRET_ANSWER in reply.text for reply in acme.replies(acme.direct("ben"))] == [True, True]
    assert acme.reply("eng-hr", asked.ts).text == TOLD


def test_one_who_asks_too_much_costs_another_nothing(acme: Office, clock: Minute) -> None:
    with at_work(acme, clock):
        for _ in range(3):
            acme.asks("ana")
        acme.settled()
        acme.asks("zoe")
        assert ANSWER in acme.reply(acme.direct("zoe")).text


def test_where_all_together_ask_too_much_each_is_told_once(acme: Office, clock: Minute) -> None:
    with at_work(acme, clock):
        for name in ("ana", "ben", "ana", "ben", "guest"):
            acme.asks(name)
            acme.settled()
        for _ in range(2):
            acme.asks("zoe")
            acme.settled()
        assert acme.reply(acme.direct("zoe")).text == TOLD
        assert reasons(acme).count("too_many_by_all") == 2


def test_another_bot_takes_nobodys_turn(acme: Office, clock: Minute) -> None:
    with at_work(acme, clock):
        for _ in range(BY_ALL + 1):
            acme.asks("robot", channel="eng-hr")
        acme.asks("ana", channel="eng-hr")
        assert ANSWER in acme.reply("eng-hr").text


def test_an_edit_is_no_further_question(acme: Office, clock: Minute) -> None:
    with at_work(acme, clock):
        asked = acme.asks("ana")
        for number in range(3):
            acme.settled()
            acme.person("ana").edit(acme.direct("ana"), asked.ts, f"How many days of annual leave do I have? {number}")
        acme.settled()
        acme.asks("ana")
    assert reasons(acme) == ["answer"] * 5


def test_it_is_remembered_over_a_restart(acme: Office, clock: Minute) -> None:
    for _ in range(4):
        with at_work(acme, clock):
            acme.asks("ana")
            acme.settled()
    assert [TOLD in reply.text for reply in acme.replies(acme.direct("ana"))] == [False, False, True]
    assert reasons(acme) == ["answer", "answer", "too_many", "too_many"]


def test_sign_of_life_goes_though_nothing_is_said(acme: Office, clock: Minute) -> None:
    with at_work(acme, clock):
        for _ in range(4):
            asked = acme.asks("ana")
            acme.settled()
        until(lambda: not acme.person("ana").status(acme.direct("ana"), asked.ts))
