"""A held answer, from one worker to the next: nothing of it is lost, said twice, or shown without approval."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from typing import Literal

import pytest

from bot import worker
from bot.core.failpoints import FAILPOINTS
from bot.core.nouns import Event, Explained, Incoming, Part, Question, ReceiptId, Ruled, SlackPlace, SlackUser
from bot.core.receipt import fold
from bot.flows import ruling
from bot.flows.requests import checked_by, reviewed
from bot.flows.why import why
from bot.stores import pauses
from bot.stores.database import Database
from bot.stores.inbox import SLACK_QUESTION, Inbox
from bot.stores.ledger.book import Ledger
from bot.stores.receipts import Receipts
from bot.stores.reviews import ReviewStore, move_on
from connectors.model import Retryable
from policies.contract import Rule
from policies.evidence import Answer, Refusal, RefusalReason
from policies.intents import Does, Request, Route
from policies.people import Email, Person, Principal
from policies.rules import INTENTS
from tests.fakes.access import FakePeople
from tests.fakes.poster import FakePoster
from tests.fakes.review_desk import FakeReviewDesk
from tests.flows.world import QUESTION, World, rules_from
from tests.stores.ledgers import KEY
from tests.threads import at_once

LEASE = timedelta(seconds=30)
MINUTES = timedelta(minutes=30)
TEAM = "T1"
PLACE = SlackPlace(team=TEAM, channel="C1", message="10.1", thread="10.1")
RECEIPT = ReceiptId("r_1")
POINTS = [name for name in FAILPOINTS if name.startswith("review.")]


class Died(BaseException):
    """As if the process had."""


class Members(FakePeople):
    def asker(self, question: Question) -> Person:
        assert isinstance(question.asker, SlackUser)
        person = self._access.person(Email(f"{question.asker.user[1:].lower()}@acme.test"))
        return person.model_copy(update={"outsider": person.email in self.outsiders})


class Once(FakePoster):
    """As Slack's: what may be there already is looked for."""

    def post(self, question: Question, part: Part, *, again: bool) -> dict[str, str]:
        if not (again and self.posted):
            super().post(question, part, again=again)
        return {"surface": "slack", "channel": "C1", "message": "12.1"}

    def hold(self, question: Question, *, again: bool) -> dict[str, str]:
        if not (again and self.held):
            super().hold(question, again=again)
        return {"surface": "slack", "channel": "C1", "message": "11.1"}


class House:
    """ANA asks; BO, then CY check. All three may read the page."""

    def __init__(self, database: Database) -> None:
        self.world, self.database = World(), database
        self.world.poster, self.desk = Once(), FakeReviewDesk()
        self.world.people = Members(self.world.access)
        for name in ("ana", "bo", "cy"):
            self.world.knows(Email(f"{name}@acme.test"), "acme/staff")
        self.page = self.world.writes("leave.md", "Leave is 25 days.", "acme/staff")
        says = 'review = true\nreviewers = ["UBO", "UCY"]\nreview_within_minutes = 30'
        self.world.rules = rules_from(INTENTS, "review = false", says)
        self.reading = self.world.reading()
        ledger = Ledger(database, KEY)
        self.inbox = Inbox(database, owner="here", length=LEASE)
        self.receipts = Receipts(database, ledger, self.inbox, lambda: self.world.now)
        self.reviews = ReviewStore(database, ledger, lambda: self.world.now, owner="here", length=LEASE)
        self.dies_at: str | None = None
        self.meanwhile: dict[str, Callable[[], object]] = {}  # at a point, what others do

    def reach(self, here: str) -> None:
        self.meanwhile.pop(here, lambda: None)()
        if here == self.dies_at:
            self.dies_at = None
            raise Died

    def asks(self, text: str = QUESTION) -> None:
        question = Question(
            receipt=RECEIPT,
            text=text,
            asker=SlackUser(team=TEAM, user="UANA"),
            place=PLACE,
            asked_at=self.world.now,
        )
        self.receipts.take(Incoming.at(PLACE, question))

    def works(self) -> None:
        """Whatever can be done, by as many processes as it takes."""
        while True:
            try:
                while self._answers() or self._tends():
                    pass
            except Died:
                self.world.now += LEASE + timedelta(seconds=1)
            else:
                return

    def _answers(self) -> bool:
        house = replace(self.world.answering(), reach=self.reach)
        return worker.answer_next(self.inbox, self.receipts, house, self.world.poster, kinds=[SLACK_QUESTION])

    def _tends(self) -> bool:
        return worker.review_next(self.reviews, self.reading, self.desk, self.world.poster, self.reach)

    def card(self, number: int = 1) -> str:
        return self.desk.cards[number - 1][0].id

    def approves(self, user: str = "UBO", number: int = 1) -> str:
        clicker = SlackUser(team=TEAM, user=user)
        return ruling.approve(self.card(number), clicker, reviews=self.reviews, history=self.receipts).outcome

    def passes(self, time: timedelta) -> None:
        self.world.now += time
        self.works()

    @property
    def poster(self) -> FakePoster:
        assert isinstance(self.world.poster, FakePoster)
        return self.world.poster

    @property
    def events(self) -> list[Event]:
        return [Event(kind=one.kind, body=one.body or {}) for one in self.receipts.events(RECEIPT)]

    @property
    def kinds(self) -> list[str]:
        return [event.kind for event in self.events]

    @property
    def refused(self) -> RefusalReason:
        (posted,) = self.poster.posted
        assert isinstance(posted.reply, Refusal)
        return posted.reply.reason

    def puts(self, *texts: str) -> Ruled:
        """In other words."""
        return ruling.approve_edited(
            self.card(),
            SlackUser(team=TEAM, user="UBO"),
            dict(enumerate(texts)),
            reviews=self.reviews,
            history=self.receipts,
            house=self.reading,
        )


@pytest.fixture
def house(database: Database) -> House:
    made = House(database)
    made.asks()
    return made


def is_shown_once(house: House, by: str) -> None:
    (posted,) = house.poster.posted
    assert isinstance(posted.reply, Answer)
    assert posted.checked is not None
    assert posted.checked.by.user == by
    assert house.kinds.count("review_decided") == house.kinds.count("posted") == house.kinds.count("held") == 1
    assert house.kinds[-1] == "posted"
    assert len(house.poster.held) == 1
    assert set(house.desk.says.values()) <= {"approved", "passed"}
    assert {state for _, state in (*house.reviews.states(), *house.inbox.states())} == {"done"}


@pytest.mark.parametrize("point", POINTS)
def test_whoever_dies_anywhere_is_followed_by_one_that_says_everything_once(house: House, point: str) -> None:
    house.dies_at = point
    house.works()
    assert len(house.desk.cards) == len(house.poster.held) == 1
    assert house.poster.posted == []
    assert fold(house.receipts.events(RECEIPT), house.receipts.evidence).state == "held"
    assert house.approves() == "taken"
    house.works()
    assert house.dies_at is None
    is_shown_once(house, "UBO")


@pytest.mark.parametrize("point", ["review.after_ask", "review.after_card"])
def test_whoever_dies_as_time_runs_out_asks_the_next_once_and_no_card_stays_open(house: House, point: str) -> None:
    house.works()
    house.dies_at = point
    house.passes(MINUTES)
    assert [turn.reviewer.user for turn, _ in house.desk.cards] == ["UBO", "UCY"]
    assert house.desk.says == {"UBO": "passed"}
    assert "next" in house.desk.notices
    assert (house.approves("UBO"), house.approves("UCY", 2)) == ("passed", "taken")
    house.works()
    is_shown_once(house, "UCY")


def test_of_many_clicks_at_once_one_decides(house: House) -> None:
    house.works()
    assert sorted(at_once(8, lambda _: house.approves())) == ["approved"] * 7 + ["taken"]
    house.works()
    is_shown_once(house, "UBO")


def test_click_and_the_end_of_time_at_once_are_one_of_both(house: House) -> None:
    house.works()
    house.world.now += MINUTES
    claim = house.reviews.claim(house.world.now)
    assert claim is not None
    assert house.approves() == "taken"  # while a worker has it in hand
    house.reviews.open(claim).rest(house.world.now + MINUTES)
    house.works()
    is_shown_once(house, "UBO")
    assert len(house.desk.cards) == 1


def test_last_one_out_is_a_refusal_that_names_nobody(house: House) -> None:
    house.works()
    house.passes(MINUTES)
    house.passes(MINUTES)
    assert house.refused is RefusalReason.NOT_REVIEWED
    assert house.desk.says == {"UBO": "passed", "UCY": "passed"}
    assert house.approves() == "passed"


def test_somebody_who_cannot_be_written_to_is_passed_over(house: House) -> None:
    house.desk.away.add("UBO")
    house.works()
    assert [turn.reviewer.user for turn, _ in house.desk.cards] == ["UCY"]
    assert [event.body["because"] for event in house.events if event.kind == "review_passed"] == ["unreachable"]


def test_source_that_does_not_say_who_may_read_what_is_waited_for(house: House) -> None:
    house.works()
    house.approves()
    connector = house.world.connectors["acme"]
    connector.fails_with = Retryable("away")
    house._tends()
    assert house.poster.posted == []
    assert house.kinds[-1] == "delayed"
    connector.fails_with = None
    house.passes(timedelta(minutes=5))
    is_shown_once(house, "UBO")


def test_what_is_taken_back_at_its_source_meanwhile_is_not_shown(house: House) -> None:
    house.works()
    house.approves()
    house.world.takes_back("leave.md")
    house.works()
    assert house.refused is RefusalReason.NOT_REVIEWED  # whoever approved it may not read it any more, nor may the next


def test_what_an_asker_who_is_no_full_member_any_more_asked_is_not_shown(house: House) -> None:
    house.works()
    house.approves()
    house.world.people.outsiders.add(Email("ana@acme.test"))
    house.works()
    assert house.refused is RefusalReason.OUTDATED


def test_click_that_was_looked_up_before_time_ran_out_decides_nothing_after(house: House) -> None:
    house.works()
    turn, _ = house.desk.cards[0]
    house.passes(MINUTES)
    assert not house.reviews.rule(turn, "approved", Event(kind="review_decided"))
    assert "review_decided" not in house.kinds


def test_somebody_who_came_and_may_read_as_much_keeps_nothing_from_being_shown(house: House) -> None:
    house.works()
    house.approves()
    house.world.people.beside.append(
        Person(email=Email("di@acme.test"), principals=frozenset({Principal("acme/staff")}))
    )
    house.works()
    is_shown_once(house, "UBO")


def test_page_of_another_version_is_not_vouched_for(house: House) -> None:
    house.works()
    house.approves()
    (id_, stored), *_ = house.world.passages.stored.items()
    newer = stored.passage.model_copy(update={"version": "newer"})
    house.world.passages.stored[id_] = stored._replace(passage=newer)
    house.works()
    assert house.refused is RefusalReason.OUTDATED
    assert house.desk.says == {"UBO": "over"}


@pytest.mark.parametrize("kind", ["closed", "review_decided"])
def test_what_was_erased_meanwhile_is_not_shown(house: House, kind: str) -> None:
    house.works()
    house.approves()
    with house.database.writing() as session:
        found = [one.seq for one in house.receipts.events(RECEIPT) if one.kind == kind]
        Ledger(house.database, KEY).erase(session, found, "asked for", now=house.world.now)
    house.works()
    assert [one for one in house.poster.posted if isinstance(one.reply, Answer)] == []


def test_question_taken_back_just_before_it_is_shown_is_not_answered(house: House) -> None:
    house.works()
    house.approves()
    house.dies_at = "review.after_close"
    with suppress(Died):
        house._tends()
    house.receipts.forget(PLACE.subject)
    house.passes(LEASE * 2)
    assert house.poster.posted == []
    assert house.desk.says == {"UBO": "withdrawn"}
    assert "withdrawn" in house.kinds


def test_question_taken_back_at_the_last_moment_is_not_answered(house: House) -> None:
    house.works()
    house.approves()
    house.meanwhile["review.after_close"] = lambda: house.receipts.forget(PLACE.subject)
    house.works()
    assert house.poster.posted == []
    assert house.desk.says == {"UBO": "withdrawn"}
    assert house.kinds[-1] == "withdrawn"
    assert fold(house.receipts.events(RECEIPT), house.receipts.evidence).state == "withdrawn"


def test_what_cannot_be_shown_is_tried_again_and_given_up_in_the_end(house: House) -> None:
    house.works()
    house.approves()

    def fails(*_: object) -> None:
        raise Retryable("Slack is away")

    house.poster.when_posted = fails
    for _ in range(12):
        house.poster.posted.clear()
        house.passes(timedelta(minutes=10))
    assert house.kinds[-1] == "failed"
    assert len(house.poster.failed) == 1
    assert house.approves() == "approved"


def pause(house: House) -> None:
    with house.database.writing() as session:
        pauses.pause(session, "ana@acme.test", house.world.now)


def resume(house: House) -> None:
    with house.database.writing() as session:
        assert pauses.resume(session, house.world.now)


def fails_once(house: House) -> Callable[..., None]:
    def fails(*_: object) -> None:
        house.poster.posted.clear()
        house.poster.when_posted = lambda *_: None
        raise Retryable("Slack is away")

    return fails


def test_pause_keeps_an_approved_answer_from_being_shown_and_after_it_that_is_shown_once(house: House) -> None:
    house.works()
    house.approves()
    house.meanwhile["review.after_close"] = lambda: pause(house)
    assert house._tends()
    assert house.poster.posted == []
    resume(house)
    house.works()
    assert [type(one.reply) for one in house.poster.posted] == [Answer]
    assert house.kinds[-1] == "posted"


def test_what_was_shown_as_a_pause_began_is_not_shown_again(house: House) -> None:
    house.works()
    house.approves()
    house.meanwhile["review.after_post"] = lambda: pause(house)
    assert house._tends()
    resume(house)
    house.works()
    assert len(house.poster.posted) == 1
    assert house.kinds[-1] == "posted"


def test_pause_keeps_a_card_from_being_sent_and_after_it_that_is_sent_once(house: House) -> None:
    house.asks()
    assert house._answers()
    house.meanwhile["review.after_ask"] = lambda: pause(house)
    assert house._tends()
    assert house.desk.cards == []
    resume(house)
    house.works()
    assert len(house.desk.cards) == 1


def test_pause_leaves_nobody_waiting_for_a_check_that_does_not_come(house: House) -> None:
    house.dies_at = "review.after_notice"
    with suppress(Died):
        house._answers()
    assert len(house.poster.held) == 1
    house.world.now += LEASE * 2
    pause(house)
    assert house._answers()
    assert house.refused is RefusalReason.PAUSED
    assert house.poster.held == []


@pytest.mark.parametrize("is_edited", [True, False], ids=["edited", "deleted"])
def test_question_taken_back_between_its_notice_and_its_record_leaves_no_notice(
    house: House, is_edited: object
) -> None:
    def takes_back() -> None:
        if not is_edited:
            house.receipts.forget(PLACE.subject)
            return
        edited = PLACE.model_copy(update={"edited": "11.1"})
        asker = SlackUser(team=TEAM, user="UANA")
        question = Question(
            receipt=ReceiptId("r_2"), text=QUESTION, asker=asker, place=edited, asked_at=house.world.now
        )
        house.receipts.take(Incoming.at(edited, question))

    house.asks()
    house.meanwhile["review.after_notice"] = takes_back
    house.works()
    assert [one.receipt for one in house.poster.held] == (["r_2"] if is_edited else [])
    assert len(house.desk.cards) == (1 if is_edited else 0)


def test_notice_stays_where_another_worker_goes_on(house: House) -> None:
    def is_overtaken() -> None:
        house.world.now += LEASE * 2
        assert house._answers()

    house.asks()
    house.meanwhile["review.after_notice"] = is_overtaken
    house.works()
    assert [one.receipt for one in house.poster.held] == [RECEIPT]
    assert len(house.desk.cards) == 1


def test_pauses_use_up_no_attempt_of_an_answer_that_is_checked(house: House) -> None:
    house.works()
    house.approves()
    for _ in range(12):
        house.meanwhile["review.after_close"] = lambda: pause(house)
        assert house._tends()
        resume(house)
    house.poster.when_posted = fails_once(house)
    house.works()
    house.passes(timedelta(minutes=10))
    assert [type(one.reply) for one in house.poster.posted] == [Answer]
    assert "failed" not in house.kinds


# --- in other words -------------------------------------------------------------------------------------------------------


def test_what_is_put_in_other_words_is_what_everybody_sees_and_both_stand_in_the_receipt(house: House) -> None:
    house.works()
    assert house.puts("There are 25 days of leave.").outcome == "taken"
    house.works()
    is_shown_once(house, "UBO")
    (posted,) = house.poster.posted
    assert isinstance(posted.reply, Answer)
    assert [claim.text for claim in posted.reply.claims] == ["There are 25 days of leave."]
    assert posted.checked is not None
    assert posted.checked.edited
    receipt = fold(house.receipts.events(RECEIPT), house.receipts.evidence)
    assert receipt.here.reply == posted.reply
    assert receipt.state == "answered"
    explained = why(
        RECEIPT,
        SlackUser(team=TEAM, user="UANA"),
        channel="C1",
        message="12.1",
        history=house.receipts,
        house=house.reading,
    )
    assert isinstance(explained, Explained)
    assert explained.answer == posted.reply
    drafted = next(event.body["reply"]["claims"][0]["text"] for event in house.events if event.kind == "closed")
    assert drafted == "Leave is 25 days."


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("Leave is 26 days.", Rule.UNSUPPORTED_NUMBER),
        ("Leave is not 25 days.", Rule.CHANGED_NEGATION),
        ("Leave is 25 days, says Karin.", Rule.UNSUPPORTED_NAME),
        ("Leave is 25 days: https://evil.test/x", Rule.FOREIGN_LINK),
        ("<!channel> Leave is 25 days.", Rule.PING),
        ("Leave is 25 days. " * 100, Rule.TOO_LONG),
    ],
)
def test_other_words_that_break_the_contract_decide_nothing(house: House, text: str, rule: Rule) -> None:
    house.works()
    ruled = house.puts(text)
    assert rule in {one.rule for one in ruled.broken}
    assert "review_decided" not in house.kinds
    assert house.poster.posted == []


def test_same_words_are_no_other_words(house: House) -> None:
    house.works()
    assert house.puts("Leave is 25 days. \n").outcome == "taken"
    house.works()
    (posted,) = house.poster.posted
    assert posted.checked is not None
    assert not posted.checked.edited


def test_what_is_masked_for_readers_is_masked_for_whoever_checks_it(database: Database) -> None:
    house = House(database)
    house.asks(f"{QUESTION} My card is 4111 1111 1111 1111.")
    house.works()
    assert house.desk.asked == [f"{QUESTION} My card is [card 1]."]


# --- several questions, several rules --------------------------------------------------------------------------------------


def a_route(*reviewers: str, minutes: float = 30, does: Does = "answer") -> Route:
    return Route(
        intent="question",
        does=does,
        risk="low",
        review=bool(reviewers),
        reviewers=reviewers,
        review_within_minutes=minutes if reviewers else None,
    )


@pytest.mark.parametrize(
    ("routes", "who", "minutes"),
    [
        pytest.param([a_route("U11", "U22")], ("U11", "U22"), 30, id="one"),
        pytest.param([a_route(), a_route("U11")], ("U11",), 30, id="one of two"),
        pytest.param([a_route("U11", "U22"), a_route("U22", "U33", minutes=5)], ("U22",), 5, id="who may check both"),
        pytest.param([a_route("U11"), a_route("U22")], (), 30, id="nobody may check both"),
    ],
)
def test_whoever_checks_an_answer_to_several_questions_may_check_each(
    routes: list[Route], who: tuple[str, ...], minutes: float
) -> None:
    requests = [Request(text="?", route=route) for route in routes]
    assert checked_by(routes[0], requests) == (who, minutes)


def test_what_is_said_by_rule_is_checked_by_nobody() -> None:
    assert (
        reviewed(a_route(), [Request(text="?", route=a_route()), Request(text="!", route=a_route(does="refuse"))]) == ()
    )


def test_time_that_was_a_pause_is_no_time_in_which_to_check(house: House) -> None:
    house.works()
    house.world.now += timedelta(minutes=20)
    pause(house)
    house.world.now += timedelta(hours=5)
    resume(house)
    house.works()
    assert [turn.reviewer.user for turn, _ in house.desk.cards] == ["UBO"]
    house.passes(timedelta(minutes=9))
    assert len(house.desk.cards) == 1
    house.passes(timedelta(minutes=1))
    assert [turn.reviewer.user for turn, _ in house.desk.cards] == ["UBO", "UCY"]


def test_who_had_no_time_left_before_a_pause_gets_none_by_it(house: House) -> None:
    house.works()
    house.world.now += MINUTES
    pause(house)
    house.world.now += timedelta(hours=5)
    resume(house)
    house.works()
    assert [turn.reviewer.user for turn, _ in house.desk.cards] == ["UBO", "UCY"]


def moves(house: House, to: Literal["next", "nobody"], receipt: ReceiptId = RECEIPT) -> bool:
    with house.database.writing() as session:
        return move_on(session, receipt, to, house.world.now)


def test_what_waits_is_listed_with_whose_turn_it_is_and_by_which_rule(house: House) -> None:
    assert house.reviews.standing() == ()
    house.works()
    (one,) = house.reviews.standing()
    assert (one.receipt, one.intents, one.reviewer, one.number) == (
        RECEIPT,
        ("question",),
        SlackUser(team=TEAM, user="UBO"),
        1,
    )
    assert one.until == house.world.now + MINUTES
    assert QUESTION not in str(one)
    house.approves()
    assert house.reviews.standing() == ()


def test_a_turn_that_is_ended_goes_to_whoever_is_next_and_to_nobody_else(house: House) -> None:
    assert not moves(house, "next")
    house.works()
    assert not moves(house, "next", ReceiptId("r_2"))
    assert moves(house, "next")
    house.works()
    assert [turn.reviewer.user for turn, _ in house.desk.cards] == ["UBO", "UCY"]
    assert (house.approves(), house.approves("UCY", 2)) == ("passed", "taken")
    assert not moves(house, "next")
    house.works()
    is_shown_once(house, "UCY")


def test_a_check_that_is_ended_is_a_refusal_and_no_card_stays_open(house: House) -> None:
    house.works()
    assert moves(house, "nobody")
    assert not moves(house, "nobody")
    assert house.approves() == "passed"
    house.works()
    assert house.refused is RefusalReason.NOT_REVIEWED
    assert house.desk.says == {"UBO": "passed"}


def test_what_was_approved_first_is_shown_whatever_an_admin_does_after(house: House) -> None:
    house.works()
    house.approves()
    assert (moves(house, "next"), moves(house, "nobody")) == (False, False)
    house.works()
    is_shown_once(house, "UBO")


def test_of_a_click_and_an_end_at_once_one_decides(house: House) -> None:
    house.works()
    done = at_once(2, lambda number: house.approves() == "taken" if number else moves(house, "nobody"))
    assert sorted(done) == [False, True]
    house.works()
    assert len(house.poster.posted) == 1
