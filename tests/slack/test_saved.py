"""Saved answers as a source: what a pass tells of them, and what Slack is asked before one is shown."""

from collections.abc import Sequence
from datetime import timedelta

import pytest

from bot.core.handing import Message, SavedAnswer, Sayings
from bot.core.nouns import ReceiptId
from bot.slack.saved import SavedAnswers
from connectors.model import AccessUnknown, Delete, Known, Retryable, Upsert
from policies.access import may_read
from policies.experts import SAVED, held_by_readers_of
from policies.people import Email, Person
from tests.fakes.looked import looked
from tests.fakes.passages import NOON

EVA = Email("eva@acme.test")
DAY = timedelta(days=1)


def answer(id_: str, text: str = "In the cellar.", channel: str = "C1") -> SavedAnswer:
    return SavedAnswer(
        id=id_,
        receipt=ReceiptId("r_1"),
        channel=channel,
        thread="1.0",
        message=f"{id_}.0",
        author="UEVA",
        question="Where is it?",
        saved_at=NOON,
        until=NOON + DAY,
        state="kept",
        name="Eva",
        text=text,
        link="https://acme.slack.test/1",
    )


class Said(Sayings):
    """`reads`: the channels that everybody reads."""

    def __init__(self, *messages: Message, reads: Sequence[str] = ("C1",)) -> None:
        self.messages, self.reads = {one.message: one for one in messages}, reads
        self.fails_with: Exception | None = None

    def said(self, channel: str, thread: str, message: str) -> Message | None:  # noqa: ARG002
        if self.fails_with is not None:
            raise self.fails_with
        return self.messages.get(message)

    def person_reads(self, email: Email, channel: str) -> bool:  # noqa: ARG002
        return channel in self.reads


def source(*answers: SavedAnswer, sayings: Sayings | None = None) -> SavedAnswers:
    return SavedAnswers(SAVED, lambda: answers, sayings)


def known(one: SavedAnswer) -> Known:
    document = one.document
    return Known(version=document.version, access=tuple(owned.node for owned in document.access))


AS_SAVED = Message("e_1.0", "UEVA", "In the cellar.")


def test_a_pass_takes_away_what_ended_and_brings_what_is_new_or_changed() -> None:
    one, other, third = answer("e_1"), answer("e_2"), answer("e_3")
    later = third.model_copy(update={"until": NOON + 2 * DAY})
    before = {"e_0": known(answer("e_0")), "e_2": known(other), "e_3": known(third)}
    (batch,) = looked(source(one, other, later), before)
    assert batch.changes == (Delete(id="e_0"), Upsert(document=one.document), Upsert(document=later.document))


def test_a_document_is_read_by_whoever_reads_the_channel_until_its_end() -> None:
    reader = Person(principals=frozenset({held_by_readers_of("C1")}))
    other = Person(principals=frozenset({held_by_readers_of("C2")}))
    access = answer("e_1").access
    assert not may_read(other, access, NOON)
    assert not may_read(Person(), access, NOON)
    assert not may_read(reader, access, NOON + DAY)
    assert may_read(reader, access, NOON)


@pytest.mark.parametrize(
    ("now", "readable"),
    [
        pytest.param(None, False, id="gone"),
        pytest.param(Message("e_1.0", "UEVA", "In the attic."), False, id="edited, whatever we were told"),
        pytest.param(Message("e_1.0", "UBOB", "In the cellar."), False, id="somebody else's"),
        pytest.param(AS_SAVED, True, id="as it was saved"),
    ],
)
def test_it_is_asked_in_slack_whether_it_still_says_so(now: Message | None, *, readable: bool) -> None:
    asked = source(answer("e_1"), sayings=Said(*([now] if now else [])))
    assert ("e_1" in asked.access_now(["e_1"])) is readable
    assert ("e_1" in asked.readable_now(["e_1"], EVA, NOON)) is readable


def test_what_cannot_be_read_in_slack_is_nobody_s() -> None:
    said = Said(AS_SAVED)
    said.fails_with = AccessUnknown("not in there")
    assert source(answer("e_1"), sayings=said).readable_now(["e_1"], EVA, NOON) == frozenset()


def test_whoever_does_not_read_the_channel_at_this_moment_may_not_read_it() -> None:
    asked = source(answer("e_1"), sayings=Said(AS_SAVED, reads=()))
    assert asked.readable_now(["e_1"], EVA, NOON) == frozenset()


def test_after_its_end_nobody_may_read_it() -> None:
    asked = source(answer("e_1"), sayings=Said(AS_SAVED))
    assert asked.readable_now(["e_1"], EVA, NOON + DAY) == frozenset()


def test_what_is_not_kept_is_not_asked_about() -> None:
    assert source(sayings=Said(AS_SAVED)).access_now(["e_1"]) == {}


def test_without_a_slack_nobody_reads_anything() -> None:
    with pytest.raises(AccessUnknown):
        source(answer("e_1")).readable_now(["e_1"], EVA, NOON)


def test_trouble_with_slack_concludes_nothing() -> None:
    said = Said(AS_SAVED)
    said.fails_with = Retryable("away")
    with pytest.raises(Retryable):
        source(answer("e_1"), sayings=said).access_now(["e_1"])
