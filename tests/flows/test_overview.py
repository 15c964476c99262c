"""What an admin sees of how it stands, without anybody's questions and pages."""

from datetime import timedelta

import pytest

from bot import worker
from bot.core.admin import (
    Audited,
    Changed,
    Contents,
    Decided,
    NoAdmin,
    NoSuchReceipt,
    NoSuchSource,
    NowPaused,
    SourcesListed,
    Spent,
    Standing,
    SyncAsked,
    TooMany,
    Typed,
    Verified,
    Waiting,
)
from bot.core.checked import NotInReview, ReviewMoved, ReviewsListed
from bot.core.nouns import CommandLine, Incoming, Question, ReceiptId, SlackPlace
from bot.core.ports import Cost
from bot.slack.render import admin
from bot.stores.database import Database
from bot.stores.receipts import Receipts
from bot.stores.reviews import begin
from bot.stores.spending import Most, Spending
from policies.people import Email
from tests.flows.bureau import ANA, BEN, LEASE, LINES, NOON, ZOE, Desk, Died

ASKED = ReceiptId("r_0123456789abcdef01234567")


@pytest.fixture
def desk(database: Database) -> Desk:
    return Desk(database)


def is_asked(desk: Desk) -> None:
    receipts = Receipts(desk.database, desk.ledger, desk.inbox, lambda: NOON)
    asked = Question(
        receipt=ASKED, text="Who is fired?", asker=Email("zoe@acme.test"), place=CommandLine(), asked_at=NOON
    )
    receipts.take(Incoming.once(asked))


@pytest.mark.parametrize("text", ["status", "sources", "sources sync wiki", "budget", "audit verify", f"audit {ASKED}"])
def test_who_is_no_admin_sees_nothing_of_it(desk: Desk, text: str) -> None:
    assert isinstance(desk.says(BEN, text), NoAdmin)


def test_the_status_says_what_waits_what_holds_and_whether_it_is_paused(desk: Desk) -> None:
    is_asked(desk)
    desk.says(ANA, f"policy set {LINES} 8")
    desk.says(ANA, "pause")
    told = desk.says(ANA, "status")
    assert isinstance(told, Standing)
    assert (told.version.number, told.waiting, told.in_hand, told.failed, told.sources) == (2, 1, 0, 0, ())
    text = admin.said(told).text
    assert "Paused by ana@acme.test" in text
    assert "Who is fired" not in text


def test_a_receipt_is_shown_without_its_content(desk: Desk) -> None:
    is_asked(desk)
    told = desk.says(ANA, f"audit {ASKED}")
    assert isinstance(told, Audited)
    assert (told.by, [each.kind for each in told.events]) == ("zoe@acme.test", ["asked"])
    assert "Who is fired" not in str(told)
    assert desk.says(ANA, "audit r_" + "0" * 24) == NoSuchReceipt("r_" + "0" * 24)


def test_the_ledger_is_verified(desk: Desk) -> None:
    assert isinstance(desk.says(ANA, f"policy set {LINES} 8"), Changed)
    told = desk.says(ANA, "audit verify")
    assert isinstance(told, Verified)
    assert (told.clean, told.findings) == (True, 0)
    assert told.events > 2


def test_a_source_is_read_again_when_it_is_there(desk: Desk) -> None:
    receipt = desk.takes(ANA, text="sources sync wiki")
    worker.heed_next(desk.commands, desk.house)
    assert desk.voice.told[-1] == SyncAsked("wiki")
    assert desk.kinds(receipt) == ["commanded", "sync_asked", "replied"]
    assert desk.says(ANA, "sources sync drive") == NoSuchSource("drive", ())
    assert desk.says(ANA, "sources") == SourcesListed(())


def test_what_was_spent_stands_beside_what_may_be(desk: Desk, database: Database) -> None:
    free = desk.says(ANA, "budget")
    assert isinstance(free, Spent)
    assert not free.is_limited
    spending = Spending(database, lambda: NOON, by_all=Most.of(1_000, 2.5))
    spending.take("slack:T1/U1", Cost(tokens=10, microdollars=500_000))
    spent = spending.spent()
    assert (spent.tokens, spent.dollars, spent.dollars_by_all, spent.tokens_by_one) == (10, 0.5, 2.5, None)


@pytest.mark.parametrize("text", ["review", f"review next {ASKED}", f"review cancel {ASKED}"])
def test_who_is_no_admin_moves_no_review(desk: Desk, text: str) -> None:
    assert isinstance(desk.says(BEN, text), NoAdmin)


def test_what_waits_for_nobody_is_moved_nowhere(desk: Desk) -> None:
    assert desk.says(ANA, "review") == ReviewsListed(())
    for does in ("next", "cancel"):
        assert desk.says(ANA, f"review {does} {ASKED}") == NotInReview(ASKED)
    assert "review_moved" not in desk.happened


def test_a_review_is_moved_on_record_of_both_receipts_and_whoever_is_asked_is_told_so(desk: Desk) -> None:
    with desk.database.writing() as session:
        place = SlackPlace(team="T1", channel="C1", message="1.1")
        asked = Question(receipt=ASKED, text="Who is fired?", asker=ZOE.user, place=place, asked_at=NOON)
        begin(session, asked, NOON)
    told = desk.says(ANA, "review")
    assert isinstance(told, ReviewsListed)
    assert "Who is fired" not in str(told)
    assert [one.receipt for one in told.reviews] == [ASKED]
    assert desk.says(ANA, f"review next {ASKED}") == NotInReview(ASKED)  # it is nobody's turn yet
    assert desk.says(ANA, f"review cancel {ASKED}") == ReviewMoved(ASKED, "nobody")
    assert desk.says(ANA, f"review cancel {ASKED}") == NotInReview(ASKED)
    assert desk.kinds(ASKED) == ["review_moved"]
    assert desk.happened.count("review_moved") == 2


def auditors(desk: Desk, *names: str) -> None:
    """With the agreement of a second admin."""
    desk.first = ("ana@acme.test", "ben@acme.test")
    named = ", ".join(f'"{name}"' for name in names)
    assert isinstance(desk.says(ANA, f"policy set admins.auditors [{named}]"), Waiting)
    change, _ = desk.voice.offered[-1]
    assert isinstance(desk.presses(BEN, change.id), Decided)


def test_nobody_names_an_auditor_alone(desk: Desk) -> None:
    waiting = desk.says(ANA, 'policy set admins.auditors ["ana@acme.test"]')
    assert isinstance(waiting, Waiting)
    assert waiting.expires_at is None
    is_asked(desk)
    told = desk.says(ANA, f"audit {ASKED}")
    assert isinstance(told, Audited)
    assert (told.contents, desk.archive.shown) == (None, [])


def test_an_auditor_sees_what_a_receipt_says_and_that_is_on_record_in_it_and_an_admin_does_not(desk: Desk) -> None:
    is_asked(desk)
    auditors(desk, "zoe@acme.test")
    told = desk.says(ZOE, f"audit {ASKED}")
    assert isinstance(told, Audited)
    assert told.contents == Contents("Who is fired?", None, None)
    assert "Who is fired?" in admin.said(told).text
    assert desk.kinds(ASKED) == ["asked", "looked_into"]
    assert isinstance(desk.says(ZOE, "audit verify"), Verified)
    seen = desk.says(ANA, f"audit {ASKED}")
    assert isinstance(seen, Audited)
    assert (seen.contents, desk.archive.shown) == (None, [ASKED])
    assert desk.kinds(ASKED) == ["asked", "looked_into"]


@pytest.mark.parametrize(
    "text", ["help", "", "status", "sources", "policy show", "pause", "sources remove wiki", "audit"]
)
def test_an_auditor_who_is_no_admin_has_nothing_else(desk: Desk, text: str) -> None:
    auditors(desk, "zoe@acme.test")
    assert isinstance(desk.says(ZOE, text), NoAdmin)
    assert isinstance(desk.presses(ZOE, "c_1"), NoAdmin)


def test_who_dies_before_the_content_is_shown_has_looked_once(desk: Desk) -> None:
    is_asked(desk)
    auditors(desk, "zoe@acme.test")
    desk.dies_at = "command.after_effect"
    with pytest.raises(Died):
        desk.says(ZOE, f"audit {ASKED}")
    desk.now += 2 * LEASE
    assert worker.heed_next(desk.commands, desk.house)
    assert desk.kinds(ASKED) == ["asked", "looked_into"]


def test_who_types_too_much_is_told_so_once_and_nothing_is_done(desk: Desk) -> None:
    desk.first = ("ana@acme.test", "ben@acme.test")
    assert isinstance(desk.says(ANA, "policy set admins.a_minute 5"), Changed)
    for _ in range(4):
        assert isinstance(desk.says(ANA, "status"), Standing)
    told = len(desk.voice.told)
    assert desk.says(ANA, "status") == TooMany(5, is_told=True)
    for text in ("status", "resume", f"policy set {LINES} 9"):
        desk.takes(ANA, text=text)
        assert worker.heed_next(desk.commands, desk.house)
    assert (len(desk.voice.told), desk.lines) == (told + 1, 5)
    assert desk.presses(ANA, "c_1") == TooMany(5, is_told=True)
    assert len(desk.voice.told) == told + 2
    assert isinstance(desk.says(ANA, "pause"), NowPaused)
    assert isinstance(desk.says(BEN, "status"), Standing)
    desk.now += timedelta(minutes=1)
    assert isinstance(desk.says(ANA, "status"), Standing)


def test_who_is_no_admin_is_counted_too_before_slack_is_asked_who_they_are(desk: Desk) -> None:
    desk.says(ANA, "policy set admins.a_minute 5")
    for _ in range(5):
        assert isinstance(desk.says(ZOE, "status"), NoAdmin)
    desk.members.error = RuntimeError("Slack was asked")
    assert desk.says(ZOE, "status") == TooMany(5, is_told=True)


def test_a_command_that_comes_twice_is_counted_once(desk: Desk) -> None:
    typed = Typed(receipt=ReceiptId("r_1"), by=ANA.user, key="command:1", at=NOON, text="status")
    assert desk.commands.take(typed)
    assert not desk.commands.take(typed.model_copy(update={"receipt": ReceiptId("r_2")}))
    desk.takes(ANA, text="status")
    numbers = [work.typed.number for work in (desk.commands.open_next(), desk.commands.open_next()) if work is not None]
    assert sorted(numbers) == [1, 2]
