"""How a question goes to people, and a reply becomes an answer: on the real rows, with a Slack in memory."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

import pytest

from bot import worker
from bot.core.failpoints import FAILPOINTS
from bot.core.handing import Handing, HandOver, Message, SavedAnswer, Saving
from bot.core.nouns import (
    Event,
    Incoming,
    Part,
    Question,
    ReceiptId,
    SlackPlace,
    SlackUser,
    document_id,
    new_receipt_id,
)
from bot.core.record import part_body
from bot.flows.hand_over import House, ask, hand_over, handing, relay, release
from bot.flows.save_answer import save, saving, want
from bot.stores import pauses
from bot.stores.database import Database
from bot.stores.handing import ERRAND, HandOverStore, kept_answers
from bot.stores.inbox import Inbox
from bot.stores.jobs import Jobs
from bot.stores.ledger.book import Ledger
from bot.stores.receipts import Receipts
from bot.stores.sources import Sources
from policies.evidence import Answer, Claim, Evidence, Refusal, RefusalReason, Reply
from policies.experts import MOST_CHARACTERS, MOST_REPLIES, SAVED, Experts, Lives
from tests.fakes.experts import FakeExperts
from tests.fakes.passages import NOON
from tests.stores.ledgers import KEY
from tests.threads import at_once

ASKER, EXPERT, OTHER = (SlackUser(team="T1", user=user) for user in ("UASK", "UEVA", "UBOB"))
RULES, LIVES = Experts(channel="C0EXPERTS"), Lives()
PLACE = SlackPlace(team="T1", channel="C0PLACE", message="10.0", thread="10.0")
UNANSWERED = Refusal(reason=RefusalReason.UNANSWERED)
POINTS = [name for name in FAILPOINTS if name.startswith(("hand_over.", "saved.")) and not name.endswith("_submit")]


class Died(BaseException):
    """The process ended here."""


class World:
    def __init__(self, database: Database) -> None:
        self.now = NOON
        ledger = Ledger(database, KEY)
        inbox = Inbox(database, owner="here", length=timedelta(seconds=30))
        self.jobs = Jobs(database, owner="here", length=timedelta(seconds=30))
        self.database, self.sources = database, Sources(database)
        self.reread = 0
        self.receipts = Receipts(database, ledger, inbox, self.clock)
        self.desk = HandOverStore(database, ledger, self.jobs, self.sources, self.clock, self._reread)
        self.slack = FakeExperts()
        self.slack.read_by = {"C0EXPERTS": {"UEVA", "UASK"}, "C0PLACE": {"UASK"}}
        self.slack.members = {"UEVA", "UASK", "UBOB"}
        self.dies_at: str | None = None

    def clock(self) -> datetime:
        return self.now

    def _reread(self, _: object) -> None:
        self.reread += 1

    def reach(self, point: str) -> None:
        if point == self.dies_at:
            self.dies_at = None
            raise Died

    @property
    def house(self) -> House:
        return House(self.desk, self.slack, self.receipts, lambda text: text.replace("4111", "[card]"), self.reach)

    def asked(self, reply: Reply = UNANSWERED, text: str = "Where is it?", *, place: SlackPlace = PLACE) -> ReceiptId:
        receipt = new_receipt_id()
        question = Question(receipt=receipt, text=text, asker=ASKER, place=place, asked_at=NOON)
        self.receipts.take(Incoming.at(place, question))
        closed = part_body(Part(reply=reply, evidence=Evidence()))
        self.receipts.note(Event(kind="closed", receipt=receipt, body=closed))
        to = {"to": [{"surface": "slack", "channel": PLACE.channel, "message": "11.0"}]}
        self.receipts.note(Event(kind="posted", receipt=receipt, body=to))
        return receipt

    def offered(self, receipt: ReceiptId, by: SlackUser = ASKER, rules: Experts = RULES) -> object:
        return handing(receipt, by, history=self.receipts, desk=self.desk, rules=lambda _: rules)

    def hands_over(self, receipt: ReceiptId, by: SlackUser = ASKER, text: str = "Where is it?") -> object:
        return hand_over(receipt, by, text, history=self.receipts, desk=self.desk, rules=lambda _: RULES)

    def works(self) -> None:
        """All errands that wait; whoever dies leaves the rest, and theirs, to the next."""
        while (claim := self.jobs.claim(self.now)) is not None:
            what, _, id_ = claim.key.partition(":")
            self._run(what, id_)
            with self.database.writing() as session:
                self.jobs.finish(session, claim, self.now)

    def _run(self, what: str, id_: str) -> None:
        if what == "ask":
            ask(id_, self.house)
        if what == "save":
            save(id_, desk=self.desk, people=self.slack, reach=self.reach)
        if what in {"relay", "save"}:
            relay(id_, self.house)

    def survives(self) -> None:
        """The next process has the same rows."""
        try:
            self.works()
        except Died:
            self.now += timedelta(minutes=5)
            self.works()

    def waits(self, place: SlackPlace = PLACE) -> ReceiptId:
        """A question that was handed over, and posted."""
        receipt = self.asked(place=place)
        assert isinstance(self.hands_over(receipt), HandOver)
        self.survives()
        return receipt

    def replies(self, receipt: ReceiptId, text: str = "In the cellar.", author: str = "UEVA", ts: str = "50.0") -> str:
        """The id of the reply."""
        handed = self.desk.of_receipt(receipt)
        assert handed is not None
        assert handed.posted is not None
        self.slack.said_in.setdefault("C0EXPERTS", []).append(Message(ts, author, text))
        self.desk.hear("C0EXPERTS", handed.posted, ts, author)
        self.survives()
        offered = [name.removeprefix("offer ") for name in self.slack.posts if name.startswith("offer ")]
        return offered[-1] if offered else ""

    def saves(self, id_: str, by: SlackUser = EXPERT, days: int = 30, question: str = "Where is it?") -> object:
        found = want(id_, by, question, days, desk=self.desk, now=self.now)
        self.survives()
        return found

    def kept(self) -> list[SavedAnswer]:
        return list(kept_answers(self.database, NOON))

    def said(self, name: str) -> list[str]:
        return [text for key, texts in self.slack.posts.items() for text in texts if key.startswith(name)]

    def kinds(self, receipt: ReceiptId) -> list[str]:
        return [event.kind for event in self.receipts.happened(receipt)][3:]

    def body(self, receipt: ReceiptId, kind: str) -> Mapping[str, Any]:
        return next((event.body for event in self.receipts.happened(receipt) if event.kind == kind), {})


@pytest.fixture
def world(database: Database) -> World:
    return World(database)


# -- handing over


def test_whoever_did_not_ask_hands_nothing_over(world: World) -> None:
    receipt = world.asked()
    assert world.offered(receipt, OTHER) == "not_yours"
    assert world.hands_over(receipt, OTHER) == "not_yours"
    assert world.offered(receipt, SlackUser(team="T2", user="UASK")) == "not_yours"
    world.works()
    assert world.slack.posts == {}
    assert world.desk.of_receipt(receipt) is None


def test_what_is_no_receipt_hands_nothing_over(world: World) -> None:
    assert world.offered(ReceiptId("r_none")) is None
    assert world.hands_over(ReceiptId("r_none")) is None


def test_without_a_channel_in_the_rules_there_is_nobody(world: World) -> None:
    assert world.offered(world.asked(), rules=Experts()) == "nobody"


def test_what_was_taken_back_is_handed_over_by_nobody_also_if_a_view_is_still_open(world: World) -> None:
    receipt = world.asked()
    assert isinstance(world.offered(receipt), Handing)
    world.receipts.forget(PLACE.subject)
    assert world.hands_over(receipt) == "taken_back"
    assert world.desk.of_receipt(receipt) is None


def test_what_was_erased_is_handed_over_by_nobody(world: World, database: Database) -> None:
    receipt = world.asked()
    with database.writing() as session:
        seqs = [event.seq for event in world.receipts.events(receipt)]
        Ledger(database, KEY).erase(session, seqs, "asked for", NOON)
    assert world.hands_over(receipt) == "erased"


def test_a_question_is_posted_once_in_its_asker_s_words_with_masks_and_nothing_else(world: World) -> None:
    receipt = world.asked()
    assert world.offered(receipt) == Handing("C0EXPERTS", "Where is it?", PLACE)
    assert isinstance(world.hands_over(receipt, text="Where is card 4111?"), HandOver)
    assert world.hands_over(receipt, text="And again") == "asked"
    world.works()
    assert world.said("ask ") == ["Uask: Where is card [card]? None"]
    assert world.said("asked") == ["unanswered 11.0 https://acme.slack.test/C0EXPERTS/100.0"]
    assert world.kinds(receipt) == ["handed_over", "experts_asked"]
    assert world.body(receipt, "handed_over")["text"] == "Where is card 4111?"


def test_two_submissions_at_once_are_one(world: World) -> None:
    receipt = world.asked()
    results: list[object] = []
    at_once(4, lambda _: results.append(world.hands_over(receipt)))
    assert sorted(map(str, map(type, results))).count(str(HandOver)) == 1
    world.works()
    assert len(world.said("ask ")) == 1


def test_a_link_to_the_place_is_given_where_every_expert_may_follow_it(world: World) -> None:
    world.slack.read_by["C0PLACE"] = {"UASK", "UEVA"}
    world.waits()
    assert world.said("ask ")[0].endswith("https://acme.slack.test/C0PLACE/10.0")


def test_whoever_does_not_read_the_experts_channel_gets_no_link_to_it(world: World) -> None:
    world.slack.read_by["C0EXPERTS"] = {"UEVA"}
    world.waits()
    assert world.said("asked") == ["unanswered 11.0 None"]


def test_what_slack_does_not_take_is_said_and_may_be_tried_again(world: World) -> None:
    receipt = world.asked()
    world.slack.refuses = {"C0EXPERTS"}
    world.hands_over(receipt)
    world.works()
    assert isinstance(world.hands_over(receipt), HandOver)
    world.works()
    said = [name.rpartition(" ")[2] for name in world.slack.posts if name.startswith("not asked")]
    assert said == ["1", "2"]  # each has a name of its own, and so is said
    assert world.said("ask ") == []
    world.slack.refuses = set()
    assert isinstance(world.hands_over(receipt), HandOver)
    world.works()
    assert len(world.said("ask ")) == 1
    assert world.kinds(receipt) == 2 * ["handed_over", "experts_not_asked"] + ["handed_over", "experts_asked"]


def test_an_answer_that_did_not_help_goes_on_too_and_stays_as_it_is(world: World) -> None:
    receipt = world.asked(Answer(claims=(Claim(text="On the roof."),)))
    world.hands_over(receipt)
    world.works()
    assert len(world.said("ask ")) == 1
    assert "roof" not in str(world.slack.posts)
    assert world.said("asked") == []


def test_a_huge_text_is_cut_to_what_slack_takes(world: World) -> None:
    receipt = world.asked()
    handed = world.hands_over(receipt, text="x" * 100_000)
    assert isinstance(handed, HandOver)
    assert len(handed.text) == MOST_CHARACTERS


# -- replies


@pytest.mark.parametrize(
    ("place", "experts", "told"),
    [
        pytest.param({"UASK"}, {"UASK", "UEVA"}, "here Ueva: In the cellar. https", id="everybody there reads it"),
        pytest.param({"UASK", "UBOB"}, {"UASK", "UEVA"}, "aside Ueva: In the cellar. https", id="bob does not"),
        pytest.param({"UASK"}, {"UEVA"}, "without_words somebody", id="the asker does not"),
    ],
)
def test_the_asker_is_told_as_far_as_readers_go(world: World, place: set[str], experts: set[str], told: str) -> None:
    world.slack.read_by = {"C0PLACE": place, "C0EXPERTS": experts}
    receipt = world.waits()
    world.replies(receipt)
    assert [text.startswith(told) for text in world.said("tell ")] == [True]
    assert world.kinds(receipt)[2:] == ["expert_replied", "expert_reply_told", "saving_offered"]


def test_who_was_answered_alone_is_told_of_a_reply_alone(world: World) -> None:
    world.replies(world.waits(PLACE.model_copy(update={"alone": True})))
    assert [text.startswith("aside Ueva: In the cellar.") for text in world.said("tell ")] == [True]


def test_people_are_asked_where_that_is_settled_for_the_channel(world: World) -> None:
    rules = {PLACE.channel: RULES.model_copy(update={"channel": "C0OTHERS"})}
    asked = world.asked()
    found = handing(asked, ASKER, history=world.receipts, desk=world.desk, rules=lambda name: rules.get(name, RULES))
    assert isinstance(found, Handing)
    assert found.experts == "C0OTHERS"


def test_words_leave_a_channel_only_by_their_author_s_hand(world: World) -> None:
    world.slack.read_by["C0EXPERTS"] = {"UEVA"}
    receipt = world.waits()
    id_ = world.replies(receipt)
    for other in (ASKER, OTHER, SlackUser(team="T2", user="UEVA")):
        assert not release(id_, other, desk=world.desk)
    assert not release("e_none", EXPERT, desk=world.desk)
    world.works()
    assert world.said("tell ") == ["without_words somebody (Where is it?)"]
    assert release(id_, EXPERT, desk=world.desk)
    assert release(id_, EXPERT, desk=world.desk)  # a second click does no more
    world.works()
    assert world.said("tell ")[-1] == "aside Ueva: In the cellar. None (Where is it?)"
    assert world.kinds(receipt).count("expert_reply_released") == 1


def test_what_is_gone_is_not_sent(world: World) -> None:
    world.slack.read_by["C0EXPERTS"] = {"UEVA"}
    id_ = world.replies(world.waits())
    world.desk.gone("C0EXPERTS", "50.0", is_deleted=True)
    assert not release(id_, EXPERT, desk=world.desk)


def test_where_readers_are_unknown_no_words_are_told(world: World) -> None:
    receipt = world.waits()
    world.slack.unknown = {"C0EXPERTS"}
    world.replies(receipt)
    assert world.said("tell ") == ["without_words somebody (Where is it?)"]


def test_the_asker_s_own_words_and_those_elsewhere_are_no_replies(world: World) -> None:
    receipt = world.waits()
    handed = world.desk.of_receipt(receipt)
    assert handed is not None
    thread = handed.posted or ""
    assert not world.desk.hear("C0EXPERTS", thread, "50.0", "UASK")
    assert not world.desk.hear("C0OTHER", thread, "50.1", "UEVA")
    assert not world.desk.hear("C0EXPERTS", "99.0", "50.2", "UEVA")
    assert world.desk.hear("C0EXPERTS", thread, "50.3", "UEVA")
    assert not world.desk.hear("C0EXPERTS", thread, "50.3", "UEVA")  # delivered twice


def test_a_discussion_ends_at_a_number_of_replies(world: World) -> None:
    receipt = world.waits()
    handed = world.desk.of_receipt(receipt)
    assert handed is not None
    heard = [world.desk.hear("C0EXPERTS", handed.posted or "", f"{n}.5", "UEVA") for n in range(MOST_REPLIES + 3)]
    assert heard.count(True) == MOST_REPLIES


def test_a_reply_that_came_before_the_question_was_on_record_is_heard(world: World) -> None:
    world.slack.said_in["C0EXPERTS"] = [Message("50.0", "UEVA", "In the cellar.")]
    world.waits()
    assert len(world.said("tell ")) == 1


def test_a_guest_s_reply_is_neither_told_nor_offered(world: World) -> None:
    receipt = world.waits()
    world.slack.members.discard("UEVA")
    world.replies(receipt)
    assert world.said("tell ") == world.said("offer ") == []


def test_an_edited_reply_is_told_anew_and_a_deleted_one_taken_back(world: World) -> None:
    receipt = world.waits()
    world.replies(receipt)
    world.slack.said_in["C0EXPERTS"] = [Message("50.0", "UEVA", "In the attic.")]
    world.desk.gone("C0EXPERTS", "50.0", is_deleted=False)
    world.works()
    assert "In the attic." in world.said("tell ")[-1]
    world.slack.said_in.clear()
    world.desk.gone("C0EXPERTS", "50.0", is_deleted=True)
    world.works()
    assert world.said("back ") == ["here"]
    assert world.said("offer ")[-1] == "gone"


def test_what_cannot_be_read_is_withheld_and_not_taken_for_deleted(world: World) -> None:
    receipt = world.waits()
    id_ = world.replies(receipt)
    world.slack.unread = {"C0EXPERTS"}
    world.desk.gone("C0EXPERTS", "50.0", is_deleted=False)
    world.works()
    assert world.said("withheld ") == ["here"]
    assert world.said("back ") == []
    assert "expert_reply_gone" not in world.kinds(receipt)
    world.slack.unread = set()
    world.desk.gone("C0EXPERTS", "50.0", is_deleted=False)
    world.works()
    assert len(world.said("tell ")) == 2
    assert isinstance(world.saves(id_), SavedAnswer)


def test_a_reply_of_which_no_words_are_left_is_withheld_and_not_taken_for_deleted(world: World) -> None:
    receipt = world.waits()
    world.replies(receipt)
    world.slack.said_in["C0EXPERTS"] = [Message("50.0", "UEVA", "")]
    world.desk.gone("C0EXPERTS", "50.0", is_deleted=False)
    world.works()
    assert world.said("withheld ") == ["here"]
    assert len(world.said("tell ")) == 1
    assert "expert_reply_gone" not in world.kinds(receipt)


def test_whoever_asked_and_can_be_told_nothing_any_more_keeps_no_reply_from_being_saved(world: World) -> None:
    receipt = world.waits()
    world.slack.refuses = {"UASK"}
    id_ = world.replies(receipt)
    assert world.said("offer ") == ["offered"]
    assert "expert_reply_told" not in world.kinds(receipt)
    assert isinstance(world.saves(id_), SavedAnswer)
    assert len(world.kept()) == 1


# -- saving


def test_a_reply_is_saved_by_its_author_with_its_words_as_they_stand(world: World) -> None:
    receipt = world.waits()
    id_ = world.replies(receipt)
    found = saving(id_, EXPERT, "C0EXPERTS", desk=world.desk, people=world.slack, lives=LIVES, seen=world.house.seen)
    assert found == Saving("Where is it?", "In the cellar.", 180, 730)
    world.slack.said_in["C0EXPERTS"] = [Message("50.0", "UEVA", "In the attic.")]  # edited while the view was open
    assert isinstance(world.saves(id_), SavedAnswer)
    (kept,) = world.kept()
    assert (kept.text, kept.name, kept.link) == ("In the attic.", "Ueva", "https://acme.slack.test/C0EXPERTS/50.0")
    assert kept.until == NOON + timedelta(days=30)
    assert world.kinds(receipt)[-2:] == ["saving_wanted", "answer_saved"]
    assert [one.kind for one in world.sources.active()] == ["saved"]
    assert world.said("offer ")[-1] == "kept Where is it?"


def test_what_is_masked_in_a_question_is_masked_in_all_that_follows_from_it(world: World) -> None:
    receipt = world.asked(text="Where is card 4111?")
    world.hands_over(receipt, text="Where is card 4111?")
    world.works()
    id_ = world.replies(receipt)
    found = saving(id_, EXPERT, "C0EXPERTS", desk=world.desk, people=world.slack, lives=LIVES, seen=world.house.seen)
    assert isinstance(found, Saving)
    assert found.question == "Where is card [card]?"
    world.saves(id_, question="Where is card 4111?")
    assert world.said("tell ")[-1].endswith("(Where is card [card]?)")
    assert world.said("offer ")[-1] == "kept Where is card [card]?"


@pytest.mark.parametrize(
    ("by", "channel", "why"),
    [
        pytest.param(OTHER, "C0EXPERTS", "not_yours", id="somebody else"),
        pytest.param(ASKER, "C0EXPERTS", "not_yours", id="the asker"),
        pytest.param(EXPERT, "C0PLACE", None, id="in another channel"),
    ],
)
def test_nobody_else_saves_it(world: World, by: SlackUser, channel: str, why: str | None) -> None:
    id_ = world.replies(world.waits())
    assert saving(id_, by, channel, desk=world.desk, people=world.slack, lives=LIVES, seen=world.house.seen) == why
    if why is not None:
        assert world.saves(id_, by) == why
    assert world.kept() == []


def test_another_workspace_s_user_of_the_same_name_saves_nothing(world: World) -> None:
    id_ = world.replies(world.waits())
    assert world.saves(id_, SlackUser(team="T2", user="UEVA")) == "not_a_member"
    assert world.kept() == []


def test_what_is_no_reply_cannot_be_saved(world: World) -> None:
    assert (
        saving("e_none", EXPERT, "C0EXPERTS", desk=world.desk, people=world.slack, lives=LIVES, seen=world.house.seen)
        is None
    )
    assert world.saves("e_none") is None


def test_whoever_left_the_channel_before_it_was_kept_saved_nothing(world: World) -> None:
    receipt = world.waits()
    id_ = world.replies(receipt)
    world.slack.read_by["C0EXPERTS"] = {"UASK"}
    assert (
        saving(id_, EXPERT, "C0EXPERTS", desk=world.desk, people=world.slack, lives=LIVES, seen=world.house.seen)
        == "not_a_member"
    )
    world.saves(id_)
    assert world.kept() == []
    assert world.kinds(receipt)[-1] == "saving_refused"


def test_what_was_deleted_before_it_was_kept_is_not_kept_whether_slack_told_of_it_or_not(world: World) -> None:
    receipt = world.waits()
    id_ = world.replies(receipt)
    world.slack.said_in.clear()
    assert (
        saving(id_, EXPERT, "C0EXPERTS", desk=world.desk, people=world.slack, lives=LIVES, seen=world.house.seen)
        == "gone"
    )
    world.saves(id_)
    assert world.kept() == []
    assert "saving_refused" in world.kinds(receipt)
    assert world.kinds(receipt)[-1] == "expert_reply_gone"


def test_what_cannot_be_read_when_it_is_to_be_kept_is_refused_and_may_be_saved_again(world: World) -> None:
    receipt = world.waits()
    id_ = world.replies(receipt)
    world.slack.unread = {"C0EXPERTS"}
    world.saves(id_)
    assert world.kept() == []
    assert world.kinds(receipt)[-1] == "saving_refused"
    world.slack.unread = set()
    world.saves(id_)
    assert len(world.kept()) == 1


def test_what_slack_tells_of_while_it_is_being_kept_wins(world: World) -> None:
    receipt = world.waits()
    id_ = world.replies(receipt)
    found = want(id_, EXPERT, "Where is it?", 30, desk=world.desk, now=NOON)
    assert isinstance(found, SavedAnswer)
    world.desk.gone("C0EXPERTS", "50.0", is_deleted=True)
    assert not world.desk.keep(found)
    assert world.kept() == []


def test_two_submissions_of_it_at_once_are_one(world: World) -> None:
    id_ = world.replies(world.waits())
    results: list[object] = []
    at_once(4, lambda _: results.append(want(id_, EXPERT, "Where is it?", 30, desk=world.desk, now=NOON)))
    assert results.count("saved") == 3
    world.works()
    assert len(world.kept()) == 1


@pytest.mark.parametrize("is_deleted", [True, False], ids=["deleted", "edited"])
def test_what_is_deleted_or_edited_is_an_answer_no_more_and_an_edited_one_may_be_saved_again(
    world: World, *, is_deleted: bool
) -> None:
    receipt = world.waits()
    id_ = world.replies(receipt)
    world.saves(id_)
    before = world.reread
    world.desk.gone("C0EXPERTS", "50.0", is_deleted=is_deleted)
    assert world.kept() == []
    assert world.reread == before + 1
    ended = world.body(receipt, "saved_answer_ended")
    assert ended == {"document": document_id(SAVED, id_), "why": "deleted" if is_deleted else "edited"}
    world.saves(id_)
    assert len(world.kept()) == (0 if is_deleted else 1)


def test_what_has_come_to_its_end_is_cleared_away_and_may_be_saved_again(world: World) -> None:
    receipt = world.waits()
    id_ = world.replies(receipt)
    world.saves(id_, days=1)
    world.desk.expire(world.now)
    assert len(world.kept()) == 1
    world.now = NOON + timedelta(days=1)
    world.desk.expire(world.now)
    assert world.kept() == []
    assert world.body(receipt, "saved_answer_ended")["why"] == "expired"
    world.works()
    assert world.said("offer ")[-1] == "expired Where is it?"
    world.saves(id_)
    assert len(world.kept()) == 1


def test_what_an_admin_has_removed_does_not_come_back_with_the_next(world: World, database: Database) -> None:
    receipt = world.waits()
    first, second = world.replies(receipt), world.replies(receipt, ts="51.0")
    world.saves(first)
    with database.writing() as session:
        world.sources.remove(session, SAVED)
    world.now += timedelta(minutes=1)
    world.saves(second)
    (source,) = world.sources.listed()
    assert [one.id for one in kept_answers(database, source.added_at)] == [second]


# -- whoever dies


@pytest.mark.parametrize("point", POINTS)
def test_whoever_dies_leaves_everything_to_the_next_which_says_it_once(world: World, point: str) -> None:
    world.dies_at = point
    receipt = world.waits()
    id_ = world.replies(receipt)
    world.saves(id_)
    assert world.dies_at is None, "it was not reached"
    assert [name.split()[0] for name in world.slack.posts] == ["ask", "asked", "tell", "offer"]
    assert len(world.kept()) == 1
    counted = world.kinds(receipt)
    assert {kind: counted.count(kind) for kind in set(counted)} == dict.fromkeys(counted, 1)


# -- a pause


def pauses_at(world: World, point: str, what: Callable[[str, House], None]) -> None:
    """One errand, during which everything is paused; and then no more."""

    def run(key: str, check_lease: Callable[[], None]) -> None:
        def reach(here: str) -> None:
            if here == point:
                with world.database.writing() as session:
                    assert pauses.pause(session, "ana@acme.test", world.now)

        what(key.partition(":")[2], world.house._replace(reach=reach, check_lease=check_lease))

    assert worker.run_errand(world.jobs, world.database, world.clock, run, pytest.fail, kind=ERRAND)
    with world.database.writing() as session:
        assert pauses.resume(session, world.now)


def test_pause_keeps_a_question_from_the_experts_until_it_is_over_however_many_there_are(world: World) -> None:
    receipt = world.asked()
    world.hands_over(receipt)
    for _ in range(12):
        pauses_at(world, "hand_over.before_ask", ask)
        assert world.slack.posts == {}
    world.works()
    assert [name.split()[0] for name in world.slack.posts] == ["ask", "asked"]


def test_pause_keeps_a_reply_from_whoever_asked_until_it_is_over(world: World) -> None:
    receipt = world.waits()
    handed = world.desk.of_receipt(receipt)
    assert handed is not None
    world.slack.said_in["C0EXPERTS"] = [Message("50.0", "UEVA", "In the cellar.")]
    world.desk.hear("C0EXPERTS", handed.posted or "", "50.0", "UEVA")
    pauses_at(world, "hand_over.before_tell", relay)
    assert world.said("tell ") == []
    world.works()
    assert len(world.said("tell ")) == len(world.said("offer ")) == 1
