"""Which receipt a message belongs to: by what the ledger says was shown, or by the question; by nobody else's word."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot import app
from bot.cli.demo.posts import Posts
from bot.core.clock import utc_now
from bot.core.nouns import CommandLine, Event, Incoming, Question, ReceiptId, SlackPlace, SlackUser, new_receipt_id
from bot.playground.slack import SlackWorld
from bot.settings import Settings
from policies.people import Email


@pytest.fixture
def records(tmp_path: Path) -> Iterator[app.Records]:
    with app.records(Settings(home=tmp_path / "home", embedder="none")) as opened:
        yield opened


@pytest.fixture
def world() -> SlackWorld:
    world = SlackWorld()
    footnote = world.add_app()
    world.add_channel("general", members=[world.add_user("ana", email="ana@acme.test"), footnote])
    return world


def asked(records: app.Records, message: str) -> ReceiptId:
    receipt = new_receipt_id()
    place = SlackPlace(team="T1", channel="C1", message=message, thread=message)
    who = SlackUser(team="T1", user="U1")
    question = Question(receipt=receipt, text="?", asker=who, place=place, asked_at=utc_now())
    records.receipts.take(Incoming(question=question, key=message, subject=message, lane="C1"))
    return receipt


def posted(records: app.Records, receipt: ReceiptId, *messages: str, kind: str = "posted") -> None:
    to = [{"surface": "slack", "channel": "C1", "message": message} for message in messages]
    records.receipts.note(Event(kind=kind, receipt=receipt, body={"attempt": 1, "to": to}))


def test_a_question_and_all_that_was_shown_for_it_lead_to_its_receipt(records: app.Records, world: SlackWorld) -> None:
    posts = Posts(records, world)
    one, other = asked(records, "1.0"), asked(records, "2.0")
    assert posts.receipt_of("C1", "1.1") is None
    posted(records, one, "1.1", kind="shown")
    posted(records, one, "1.1", "1.2")
    posted(records, other, "2.1")
    found = [posts.receipt_of("C1", message) for message in ("1.0", "1.1", "1.2", "2.0", "2.1")]
    assert found == [one, one, one, other, other]
    assert posts.receipt_of("C2", "1.1") is None


def test_what_an_earlier_run_showed_in_another_slack_is_not_looked_through(
    records: app.Records, world: SlackWorld
) -> None:
    posted(records, asked(records, "1.0"), "1.1")
    assert Posts(records, world).receipt_of("C1", "1.1") is None


def test_a_question_at_a_terminal_is_no_message(records: app.Records, world: SlackWorld) -> None:
    posts = Posts(records, world)
    ana = Email("ana@acme.test")
    question = Question(receipt=new_receipt_id(), text="?", asker=ana, place=CommandLine(), asked_at=utc_now())
    records.receipts.take(Incoming.once(question))
    assert posts.receipt_of("", "") is None


def test_that_there_will_be_no_reply_names_its_receipt_if_the_bot_says_it(
    records: app.Records, world: SlackWorld
) -> None:
    from bot.playground.slack import messages

    posts, receipt = Posts(records, world), asked(records, "1.0")
    channel = world.channel("general")
    said = [
        messages.say(world, channel, world.user(name).id, f"Give this id to whoever runs Footnote: {receipt}")
        for name in ("footnote", "ana")
    ]
    said[0].app_id = next(iter(world.apps))
    assert [posts.receipt_of(channel.id, one.ts) for one in said] == [receipt, None]
