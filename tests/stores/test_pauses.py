"""A pause takes what is being answered out of everybody's hands, and nothing else."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.core.admin import Typed
from bot.core.errors import LostLease
from bot.core.nouns import CommandLine, Incoming, Question, ReceiptId, SlackUser
from bot.stores import pauses
from bot.stores.commands import Commands
from bot.stores.config import Config
from bot.stores.database import Database
from bot.stores.handing import ERRAND
from bot.stores.inbox import CLI_QUESTION, Inbox
from bot.stores.jobs import Jobs
from bot.stores.ledger.book import Ledger
from bot.stores.pauses import Pauses
from bot.stores.receipts import Receipts
from policies.people import Email
from tests.stores.ledgers import KEY
from tests.threads import at_once

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def inbox(database: Database) -> Inbox:
    return Inbox(database, owner="here", length=timedelta(seconds=30))


def paused(database: Database) -> bool:
    with database.writing() as session:
        return pauses.pause(session, "ana@acme.test", NOON)


def test_of_many_who_pause_at_once_one_has_done_it(database: Database) -> None:
    assert sorted(at_once(4, lambda _: paused(database))) == [False, False, False, True]
    assert Pauses(database).now() == ("ana@acme.test", NOON)


def test_what_is_being_answered_is_taken_from_whoever_answers_it(database: Database, inbox: Inbox) -> None:
    receipts = Receipts(database, Ledger(database, KEY), inbox, lambda: NOON)
    asked = Question(
        receipt=ReceiptId("r_1"), text="When?", asker=Email("zoe@acme.test"), place=CommandLine(), asked_at=NOON
    )
    claim = receipts.take_and_claim(Incoming.once(asked))
    assert claim is not None
    work = receipts.open(claim)
    assert not work.is_paused()
    paused(database)
    with pytest.raises(LostLease):
        work.check_lease()
    again = inbox.claim(NOON, kinds=[CLI_QUESTION])
    assert again is not None
    assert receipts.open(again).is_paused()


def test_a_command_goes_on(database: Database, inbox: Inbox) -> None:
    commands = Commands(database, Ledger(database, KEY), inbox, Config(database), lambda: NOON, sync=lambda *_: False)
    by = SlackUser(team="T1", user="U1")
    commands.take(Typed(receipt=ReceiptId("r_1"), by=by, key="command:1", at=NOON, text="pause"))
    work = commands.open_next()
    assert work is not None
    assert work.pause("ana@acme.test") is not None
    work.check_lease()


def test_an_errand_whose_like_was_asked_for_meanwhile_gives_way_to_it(database: Database) -> None:
    jobs = Jobs(database, owner="here", length=timedelta(seconds=30))
    for kind in (ERRAND, "sync"):
        with database.writing() as session:
            jobs.enqueue(session, kind, "relay:1", {}, now=NOON)
    errand, sync = jobs.claim(NOON, kinds=[ERRAND]), jobs.claim(NOON, kinds=["sync"])
    assert errand is not None
    assert sync is not None
    with database.writing() as session:
        jobs.enqueue(session, ERRAND, "relay:1", {}, now=NOON)
    paused(database)
    jobs.check(sync)
    with pytest.raises(LostLease):
        jobs.check(errand)
    assert sorted(state for _, state in jobs.states()) == ["claimed", "done", "waiting"]
