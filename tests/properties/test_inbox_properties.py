"""Whatever is asked, taken up, finished or dropped in whatever order: the one taken up is the oldest that may be, and
nothing else ever keeps anything waiting.

The oracle is this file's own list, gone through row by row.
"""

import secrets
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.core.nouns import Incoming, Question, ReceiptId, SlackPlace, SlackUser
from bot.stores.database import Database
from bot.stores.inbox import Inbox
from bot.stores.leases import Claim
from bot.stores.schema import migrate

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
LENGTH = timedelta(seconds=30)
MOST = 2

asks = st.tuples(st.just("asks"), st.integers(0, 2), st.integers(0, 2))  # in a channel, in a thread there
acts = st.sampled_from([("claims", 0, 0), ("finishes", 0, 0), ("finishes", 1, 0), ("passes", 20, 0), ("passes", 1, 0)])


@dataclass
class Asked:
    name: str
    channel: str
    lane: str
    lease_until: datetime | None = None
    claim: Claim | None = None

    def is_alive(self, now: datetime) -> bool:
        return self.lease_until is not None and self.lease_until >= now


@dataclass
class Told:
    """What a row-by-row look says of everything that is open, oldest first."""

    open: list[Asked] = field(default_factory=list)

    def next(self, now: datetime) -> Asked | None:
        return next((one for one in self.open if self._may_be_taken(one, now)), None)

    def _may_be_taken(self, one: Asked, now: datetime) -> bool:
        alive = [other for other in self.open if other.is_alive(now)]
        is_first = next(other for other in self.open if other.lane == one.lane) is one
        in_hand = sum(other.channel == one.channel for other in alive)
        return one not in alive and is_first and in_hand < MOST


@given(steps=st.lists(asks | acts, max_size=30))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60)
def test_the_oldest_that_may_be_taken_up_is(database_url: str, steps: list[tuple[str, int, int]]) -> None:
    with closing(Database(database_url, secrets.token_hex(6))) as database:
        migrate(database)
        inbox, told, now = Inbox(database, owner="here", length=LENGTH), Told(), NOON
        for number, (act, one, other) in enumerate(steps):
            now += timedelta(seconds=one if act == "passes" else 0, microseconds=1)
            if act == "asks":
                told.open.append(_asks(database, inbox, f"{number:03}", f"C{one}", f"C{one}:{other}", now))
            elif act == "claims":
                _claims(inbox, told, now)
            elif act == "finishes":
                _finishes(database, inbox, told, one, now)
        while told.open:  # and nothing waits for ever
            _claims(inbox, told, now)
            _finishes(database, inbox, told, 0, now)
            now += timedelta(seconds=1)


def _asks(database: Database, inbox: Inbox, name: str, channel: str, lane: str, now: datetime) -> Asked:
    question = Question(
        receipt=ReceiptId(name),
        text="?",
        asker=SlackUser(team="T1", user="U1"),
        place=SlackPlace(team="T1", channel=channel, message=name),
        asked_at=now,
    )
    with database.writing() as session:
        assert inbox.receive(session, Incoming(question=question, key=name, subject=name, lane=lane), now=now)
    return Asked(name, channel, lane)


def _claims(inbox: Inbox, told: Told, now: datetime) -> None:
    expected, claim = told.next(now), inbox.claim(now)
    assert (claim and claim.id) == (expected and expected.name)
    if expected is not None:
        expected.claim, expected.lease_until = claim, now + LENGTH


def _finishes(database: Database, inbox: Inbox, told: Told, which: int, now: datetime) -> None:
    held = [one for one in told.open if one.claim is not None]
    if held:
        done = held[which % len(held)]
        assert done.claim is not None
        with database.writing() as session:
            inbox.finish(session, done.claim, now)
        told.open.remove(done)
