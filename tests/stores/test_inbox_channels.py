"""How many questions of one channel are in hand at a time, and that those of others need not wait for them."""

from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from bot.core.nouns import CommandLine, Incoming, Question, ReceiptId, SlackPlace, SlackUser
from bot.stores.database import Database
from bot.stores.inbox import MOST_IN_HAND, Inbox
from bot.stores.leases import Claim
from policies.people import Email
from tests.threads import at_once

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
LENGTH = timedelta(seconds=30)
MOMENT = timedelta(microseconds=1)


class Office:
    """Questions, each in a thread of its own and a moment after the one before, and whoever takes them up."""

    def __init__(self, database: Database) -> None:
        self.database, self.now, self.number = database, NOON, 0
        self.inbox = Inbox(database, owner="here", length=LENGTH)

    def asks(self, channel: str, times: int = 1) -> list[str]:
        return [self._ask(channel) for _ in range(times)]

    def _ask(self, channel: str) -> str:
        self.number += 1
        self.now += MOMENT
        place = SlackPlace(team="T1", channel=channel, message=f"{self.number:04}", thread=f"{self.number:04}")
        asked = _question(f"{channel}-{self.number:04}", SlackUser(team="T1", user="U1"), place)
        subject = f"slack:{channel}:{place.message}"
        self.receives(Incoming(question=asked, key=subject, subject=subject, lane=subject))
        return asked.receipt

    def receives(self, incoming: Incoming) -> None:
        with self.database.writing() as session:
            assert self.inbox.receive(session, incoming, now=self.now)

    def claims(self, later: timedelta = timedelta()) -> Claim:
        claim = self.inbox.claim(self.now + later)
        assert claim is not None
        return claim

    def in_hand(self, later: timedelta = timedelta()) -> list[str]:
        """Everything that may be worked on at this moment, beside each other."""
        names = []
        while claim := self.inbox.claim(self.now + later):
            names.append(claim.id)
        return names

    def finishes(self, claim: Claim) -> None:
        with self.database.writing() as session:
            self.inbox.finish(session, claim, self.now)


def _question(name: str, asker: SlackUser | Email, place: SlackPlace | CommandLine) -> Question:
    return Question(receipt=ReceiptId(f"r_{name}"), text="?", asker=asker, place=place, asked_at=NOON)


@pytest.fixture
def office(database: Database) -> Office:
    return Office(database)


def test_of_a_flood_in_one_channel_two_are_in_hand_and_others_go_on(office: Office) -> None:
    flood, direct, elsewhere = office.asks("C1", 9), office.asks("D1"), office.asks("C2")
    assert office.in_hand() == [*flood[:2], *direct, *elsewhere]


def test_what_was_passed_over_goes_first_once_there_is_room(office: Office) -> None:
    flood = office.asks("C1", 4)
    first = office.claims()
    office.claims()
    office.asks("C2")
    office.finishes(first)
    assert office.claims().id == flood[2]


def test_busy_channel_is_worked_off_in_its_order_however_much_is_asked_elsewhere(office: Office) -> None:
    flood = office.asks("C1", 6)
    done: list[str] = []
    while len(done) < len(flood):
        office.asks(f"C{len(done) + 2}")
        claim = office.claims()
        office.finishes(claim)
        done.append(claim.id)
    assert done == flood


def test_room_is_made_by_whatever_ends_the_work(office: Office, subtests: pytest.Subtests) -> None:
    def put_off(claim: Claim) -> None:
        with office.database.writing() as session:
            office.inbox.again(session, claim, office.now + LENGTH, error="later")

    def taken_back(claim: Claim) -> None:
        with office.database.writing() as session:
            office.inbox.forget(session, claim.key, now=office.now)
            office.inbox.withdraw_outdated(session, claim.key)

    ends: dict[str, Callable[[Claim], None]] = {
        "done": office.finishes,
        "failed": lambda claim: office.inbox.fail(claim, office.now, error="Fatal"),
        "put off": put_off,
        "taken back": taken_back,
    }
    flood = office.asks("C1", len(ends) + 2)
    held = [office.claims(), office.claims()]
    for at, (name, end) in enumerate(ends.items()):
        with subtests.test(name):
            assert office.in_hand() == []
            end(held.pop(0))
            held.append(office.claims())
            assert held[-1].id == flood[at + 2]


def test_what_a_dead_process_had_in_hand_takes_no_room_and_is_taken_up_first(office: Office) -> None:
    flood = office.asks("C1", 5)
    assert office.in_hand() == flood[:2]
    assert office.in_hand(LENGTH) == []
    assert office.in_hand(LENGTH + MOMENT) == flood[:2]


def test_one_that_is_alive_leaves_room_for_one_beside_it_while_another_is_dead(office: Office) -> None:
    flood = office.asks("C1", 5)
    alive, _dead = office.claims(), office.claims()
    office.inbox.renew(alive, office.now + LENGTH)
    assert office.in_hand(LENGTH + MOMENT) == [flood[1]]


def test_commands_have_no_channel_and_wait_for_nobody(office: Office) -> None:
    asked = [_question(f"{number}", Email("ana@acme.test"), CommandLine()) for number in range(5)]
    for question in asked:
        office.receives(Incoming.once(question))
    assert sorted(office.in_hand()) == [question.receipt for question in asked]


def test_what_another_workspace_has_in_hand_takes_no_room(office: Office, database_url: str) -> None:
    other = Database(database_url, "rival")
    rival = Office(other)
    rival.number = 100
    rival.asks("C1", 2)
    assert len(rival.in_hand()) == 2
    assert office.in_hand() == []
    flood = office.asks("C1", 3)
    assert office.in_hand() == flood[:2]
    other.close()


def test_claimers_of_several_processes_never_take_more_of_a_channel_than_two(office: Office, database_url: str) -> None:
    """PostgreSQL lets them look at the same moment."""
    processes = [Database(database_url, "acme") for _ in range(4)]
    inboxes = [Inbox(each, owner=f"{number}", length=LENGTH) for number, each in enumerate(processes)]
    for turn in range(6):
        channels = [f"C{turn}", f"D{turn}"]
        for channel in channels:
            office.asks(channel, 8)
        got = at_once(16, lambda number: inboxes[number % 4].claim(office.now))
        held = [claim for claim in got if claim is not None]
        assert Counter(claim.id.removeprefix("r_").partition("-")[0] for claim in held) == dict.fromkeys(
            channels, MOST_IN_HAND
        )
        for claim in held:
            office.finishes(claim)
        while left := office.inbox.claim(office.now):
            office.finishes(left)
    for each in processes:
        each.close()


def test_a_message_is_known_as_put_to_us_until_nothing_but_its_deletion_is(database: Database) -> None:
    office = Office(database)
    office.asks("C1")
    with database.writing() as session:
        office.inbox.forget(session, "slack:C1:0009", now=NOON)
    known = ("slack:C1:0001", "slack:C1:0009", "slack:C1:0002")
    assert [office.inbox.is_taken(subject) for subject in known] == [True, False, False]
