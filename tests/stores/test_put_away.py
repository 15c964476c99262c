"""A workspace has removed us: what waits there is not done, and whoever has some of it in hand loses it."""

from datetime import timedelta

import pytest

from bot.core.errors import LostLease
from bot.core.nouns import CommandLine, Incoming, Question, ReceiptId, SlackUser, new_receipt_id
from bot.stores import evaluations
from bot.stores.database import Database
from bot.stores.evaluations import EvaluationStore
from bot.stores.inbox import Inbox
from bot.stores.jobs import EVALUATE, Jobs
from bot.stores.leader import TIMERS, Leader
from bot.stores.ledger.book import Ledger
from bot.stores.put_away import put_away
from bot.stores.receipts import Receipts
from bot.stores.tables import Leased
from policies.people import Email
from tests.fakes.passages import NOON
from tests.stores.ledgers import KEY

LENGTH = timedelta(seconds=30)


def asked() -> Incoming:
    return Incoming.once(
        Question(
            receipt=new_receipt_id(),
            text="Leave?",
            asker=Email("ana@acme.test"),
            place=CommandLine(),
            asked_at=NOON,
        )
    )


def test_what_waits_is_withdrawn_and_what_is_in_hand_is_lost_and_the_ledger_says_why(database: Database) -> None:
    rival = Database("", "rival", beside=database)
    inbox, jobs = Inbox(database, owner="here", length=LENGTH), Jobs(database, owner="here", length=LENGTH)
    ledger = Ledger(database, KEY)
    receipts = Receipts(database, ledger, inbox, lambda: NOON)
    theirs = Inbox(rival, owner="here", length=LENGTH)
    other = Receipts(rival, Ledger(rival, KEY), theirs, lambda: NOON)
    other.take(asked())
    in_hand = receipts.take_and_claim(asked())
    receipts.take(asked())
    Leader(database, jobs, lambda: NOON).leads()
    with database.writing() as session:
        jobs.enqueue(session, "sync", "handbook", {}, now=NOON)
    job = jobs.claim(NOON, kinds=["sync"])
    assert in_hand is not None
    assert job is not None

    assert put_away(database, ledger, "app_uninstalled", NOON) == 3
    assert {state for _, state in inbox.states()} == {"withdrawn"}
    for lease, claim in ((inbox, in_hand), (jobs, job)):
        with pytest.raises(LostLease):
            lease.check(claim)
    assert inbox.claim(NOON + 2 * LENGTH) is None
    assert [(kind, state) for kind, state, *_ in jobs.still_to_do()] == [(TIMERS, "claimed")]
    assert [event.kind for event in receipts.events(ReceiptId(in_hand.id))][-1] == "withdrawn"
    assert [state for _, state in theirs.states()] == ["waiting"]

    assert put_away(database, ledger, "app_uninstalled", NOON) == 0


def test_every_table_that_work_waits_in_is_put_away() -> None:
    assert {table.__tablename__ for table in Leased.__subclasses__()} == {"inbox", "review", "job", "execution"}


def test_an_evaluation_that_was_asked_for_is_over_and_another_can_be_asked_for(database: Database) -> None:
    ana, jobs = SlackUser(team="T1", user="U1"), Jobs(database, owner="here", length=LENGTH)
    with database.writing() as session:
        before, _ = evaluations.ask(session, ReceiptId("r_1"), "ana", ana, NOON)
    put_away(database, Ledger(database, KEY), "app_uninstalled", NOON)
    with database.writing() as session:
        run, is_new = evaluations.ask(session, ReceiptId("r_2"), "ana", ana, NOON)
    assert is_new
    claim = jobs.claim(NOON, kinds=[EVALUATE])
    assert claim is not None
    old = EvaluationStore(database, Ledger(database, KEY), lambda: NOON).run(before.id)
    assert (old.state if old is not None else None, run.id != before.id) == ("failed", True)
