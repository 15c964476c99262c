"""Why was this said, and was it useful? Who may know it, of which message, and what is written down about it."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal

import pytest

from bot.core.clock import Pause, pause
from bot.core.nouns import Event, Explained, Part, Question, ReceiptId, SlackPlace, SlackUser
from bot.core.ports import History
from bot.core.record import ERASED, evidence_from
from bot.flows.answer import answer
from bot.flows.why import rate, why
from connectors.model import Retryable
from policies.evidence import Answer, Evidence
from policies.people import Email
from tests.fakes.access import a_list
from tests.fakes.composer import ScriptedComposer
from tests.fakes.passages import NOON
from tests.fakes.work import FakeWork
from tests.flows.world import ANA, BO, QUESTION, STRANGER, World

PUBLIC, SECRET = "Leave is 25 days.", "Leave of directors is 60 days."
RECEIPT = ReceiptId("r_1")
HERE, ASIDE = ("C1", "20.1"), ("DBO", "20.2")  # what the place was shown, and what Bo alone
CLICKERS: Mapping[str, Email] = {"UANA": ANA, "UBO": BO, "USTRANGER": STRANGER, "UGUEST": Email("guest@acme.test")}


class Kept(History):
    """The receipt of Bo's question, asked where Ana reads along."""

    def __init__(self, work: FakeWork) -> None:
        self.work = work
        self.noted: list[Event] = []

    def happened(self, receipt: ReceiptId) -> Sequence[Event]:
        return [event for event in (*self.work.kept.events, *self.noted) if event.receipt == receipt]

    def evidence(self, named: Sequence[Mapping[str, Any]]) -> Evidence:
        return evidence_from(named, self.work.kept.texts)

    def newest_wording(self, receipt: ReceiptId) -> Question | None:  # noqa: ARG002
        return self.work.question

    def note(self, event: Event) -> None:
        self.noted.append(event)

    def note_once(self, event: Event) -> bool:
        is_new = event not in self.noted
        self.noted += [event] if is_new else []
        return is_new

    def erase(self, kind: str) -> None:
        events = self.work.kept.events
        events[:] = [event.model_copy(update={"body": {}}) if event.kind == kind else event for event in events]


class Place:
    """The flow has answered, and the poster has said where."""

    def __init__(self, *, text: str = QUESTION) -> None:
        self.world = world = World()
        world.knows(ANA, "acme/staff")
        world.knows(BO, "acme/hr", "acme/staff")
        self.public = world.writes("leave.md", PUBLIC, "acme/staff")
        self.secret = world.writes("secret.md", SECRET, "acme/hr")
        world.people.outsiders.add(CLICKERS["UGUEST"])
        world.people.beside = [world.access.person(ANA)]
        place = SlackPlace(team="T1", channel="C1", message="10.1", thread="10.1")
        work = FakeWork(Question(receipt=RECEIPT, text=text, asker=BO, place=place, asked_at=NOON))
        self.house = world.answering()
        self.composer = ScriptedComposer()
        answer(work, self.house, _Poster())
        asked = work.question.model_dump(mode="json", exclude={"receipt"})
        work.kept.events.insert(0, Event(kind="asked", receipt=RECEIPT, body=asked))
        self.history = Kept(work)
        world.people.asker = self._asker  # type: ignore[method-assign]

    def _asker(self, question: Question) -> Any:
        assert isinstance(question.asker, SlackUser)
        email = CLICKERS[question.asker.user]
        person = self.world.access.person(email)
        return person.model_copy(update={"outsider": email in self.world.people.outsiders})

    def why(
        self,
        user: str,
        at: tuple[str, str] = HERE,
        receipt: str = RECEIPT,
        *,
        wait: Pause = pause,
        noted: Literal["explained", "draft_opened"] = "explained",
    ) -> Explained | None:
        channel, message = at
        return why(
            ReceiptId(receipt),
            SlackUser(team="T1", user=user),
            channel=channel,
            message=message,
            history=self.history,
            house=self.house.reading,
            wait=wait,
            noted=noted,
        )

    def rate(
        self,
        user: str = "UANA",
        at: tuple[str, str] = HERE,
        *,
        receipt: str = RECEIPT,
        wait: Pause = pause,
        click: str = "2.1",
    ) -> bool:
        channel, message = at
        return rate(
            ReceiptId(receipt),
            SlackUser(team="T1", user=user),
            useful=True,
            channel=channel,
            message=message,
            click=click,
            history=self.history,
            wait=wait,
        )

    @property
    def noted(self) -> list[tuple[str, dict[str, Any]]]:
        return [(event.kind, event.body) for event in self.history.noted]


class _Poster:
    def post(self, question: Question, part: Part, *, again: bool) -> Mapping[str, str]:  # noqa: ARG002
        channel, message = ASIDE if part.aside else HERE
        return {"surface": "slack", "channel": channel, "message": message}

    def hold(self, question: Question, *, again: bool) -> Mapping[str, str]:  # noqa: ARG002
        return {"surface": "test"}

    def unhold(self, question: Question) -> None: ...

    def is_shown(self, question: Question) -> bool:  # noqa: ARG002
        return False

    def may_grow(self, question: Question) -> bool:  # noqa: ARG002
        return False

    def grow(self, question: Question, part: Part) -> None: ...

    def take_back(self, question: Question, *, again: bool) -> None: ...

    def leave(self, question: Question, *, again: bool) -> None: ...

    def fail(self, question: Question, *, aside: bool, again: bool) -> None: ...


def texts(explained: Explained | None) -> list[str] | None:
    return None if explained is None else sorted(passage.text for passage in explained.evidence.passages)


@pytest.fixture
def place() -> Place:
    return Place()


def test_an_answer_is_no_draft_to_be_used(place: Place) -> None:
    assert place.why("UANA", noted="draft_opened") is None
    assert place.noted == []


# --- who is shown nothing -------------------------------------------------------------------------------------------

Change = Callable[[Place], object]


def _nothing(_: Place) -> None: ...


@pytest.mark.parametrize(
    ("user", "at", "receipt"),
    [
        pytest.param("UBO", ("C2", "20.1"), RECEIPT, id="another channel"),
        pytest.param("UBO", ("C1", "20.2"), RECEIPT, id="another message"),
        pytest.param("UBO", ("C1", "10.1"), RECEIPT, id="the question's own message"),
        pytest.param("UBO", ("DBO", "20.1"), RECEIPT, id="one message's channel, the other's time"),
        pytest.param("UBO", ("", ""), RECEIPT, id="nowhere"),
        pytest.param("UBO", HERE, "r_2", id="a receipt that nobody knows"),
    ],
)
def test_a_click_that_does_not_fit_its_receipt_shows_nothing_and_is_not_noted(
    place: Place, user: str, at: tuple[str, str], receipt: str
) -> None:
    assert place.why(user, at, receipt) is None
    assert place.rate(user, at, receipt=receipt) is False
    assert place.noted == []


@pytest.mark.parametrize(
    ("user", "at", "change"),
    [
        pytest.param("UGUEST", HERE, _nothing, id="a guest"),
        pytest.param("USTRANGER", HERE, _nothing, id="nobody that a source knows"),
        pytest.param("UANA", ASIDE, lambda p: p.world.forgets("leave.md"), id="what was for Bo alone"),
        pytest.param("UANA", HERE, lambda p: p.world.knows(ANA, "acme/visitor"), id="access was lost"),
        pytest.param("UANA", HERE, lambda p: p.world.access.known.clear(), id="no source knows them any longer"),
        pytest.param("UANA", HERE, lambda p: p.world.takes_back("leave.md"), id="taken back, and not yet read here"),
        pytest.param(
            "UANA", HERE, lambda p: p.world.passages.tighten(p.public, a_list("acme/hr")), id="tightened here"
        ),
        pytest.param("UANA", HERE, lambda p: p.world.passages.remove(p.public), id="the document is gone"),
    ],
)
def test_whoever_may_not_read_it_is_shown_nothing_and_that_is_noted(
    place: Place, user: str, at: tuple[str, str], change: Change
) -> None:
    change(place)
    assert place.why(user, at) is None
    ((kind, body),) = place.noted
    assert (kind, body["to"], body["passages"]) == ("explained", f"slack:T1/{user}", 0)


def test_a_source_that_cannot_be_asked_shows_nothing(place: Place) -> None:
    place.world.connectors["acme"].fails_with = Retryable("down")
    assert place.why("UBO") is None


def test_the_source_is_asked_at_each_click(place: Place) -> None:
    assert texts(place.why("UANA")) == [PUBLIC]
    place.world.takes_back("leave.md")
    assert place.why("UANA") is None


# --- whoever is quicker than we write ---


class Late:
    """The end of the receipt is written while somebody waits for it; after so many looks, or never."""

    def __init__(self, place: Place, *, after: int | None) -> None:
        events = place.history.work.kept.events
        self._events, self._end = events, events.pop()
        assert self._end.kind == "posted"
        self._shown = [events.pop(events.index(event)) for event in list(events) if event.kind == "shown"]
        self._after, self.waited_s = after, list[float]()

    def __call__(self, seconds: float) -> None:
        self.waited_s.append(seconds)
        if len(self.waited_s) == self._after:
            self._events.append(self._end)


@pytest.mark.parametrize("after", [1, 4])
@pytest.mark.parametrize("at", [HERE, ASIDE])
def test_a_click_between_the_message_and_our_writing_it_down_waits(
    place: Place, at: tuple[str, str], after: int
) -> None:
    late = Late(place, after=after)
    assert place.why("UBO", at, wait=late) is not None
    assert len(late.waited_s) == after
    assert place.rate("UBO", at, wait=late)


def test_it_does_not_wait_for_ever(place: Place) -> None:
    never = Late(place, after=None)
    assert place.why("UBO", wait=never) is None
    assert place.rate(wait=never) is False
    assert 2 * 2 < sum(never.waited_s) < 2 * 5


def test_nobody_waits_for_what_is_over(place: Place) -> None:
    def refuse(_: float) -> None:
        pytest.fail("there is nothing to wait for")

    assert place.why("UBO", ("C2", "20.1"), wait=refuse) is None
    assert place.why("UBO", HERE, "r_2", wait=refuse) is None
    assert place.why("UBO", wait=refuse) is not None


# --- who is shown what ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("user", "at", "shown", "hidden"),
    [
        pytest.param("UANA", HERE, [PUBLIC], False, id="the place's message, to a reader"),
        pytest.param("UBO", HERE, [PUBLIC], False, id="the place's message, to who could read more"),
        pytest.param("UBO", ASIDE, [PUBLIC, SECRET], False, id="what was for Bo alone, to Bo"),
        pytest.param("UANA", ASIDE, [PUBLIC], True, id="what was for Bo alone, to somebody else: as far as they may"),
    ],
)
def test_each_message_shows_its_own_part_as_far_as_the_clicker_may_read_it(
    place: Place, user: str, at: tuple[str, str], shown: list[str], hidden: object
) -> None:
    explained = place.why(user, at)
    assert explained is not None
    assert (texts(explained), explained.hidden) == (shown, hidden)
    of = 1 if at == HERE else 2
    assert place.noted == [("explained", {"to": f"slack:T1/{user}", "passages": len(shown), "of": of})]


def test_what_is_not_readable_any_longer_is_left_out_and_the_rest_is_shown(place: Place) -> None:
    place.world.takes_back("secret.md")
    explained = place.why("UBO", ASIDE)
    assert explained is not None
    assert (texts(explained), explained.hidden) == ([PUBLIC], True)


# --- what is no longer kept -----------------------------------------------------------------------------------------


def test_evidence_that_was_erased_proves_nothing_and_is_not_said_to_be_hidden(place: Place) -> None:
    place.history.work.kept.texts.clear()
    explained = place.why("UANA")
    assert explained is not None
    assert (texts(explained), explained.hidden) == ([], False)
    assert ERASED not in repr(explained)


def test_what_was_erased_is_not_told_to_whoever_could_not_read_it(place: Place) -> None:
    place.history.work.kept.texts.clear()
    assert place.why("USTRANGER") is None


@pytest.mark.parametrize("kind", ["asked", "closed", "posted"])
def test_a_receipt_that_was_erased_explains_nothing(place: Place, kind: str) -> None:
    place.history.erase(kind)
    assert place.why("UBO") is None
    assert place.why("UBO", ASIDE) is None


def test_without_where_it_was_posted_nothing_is_rated(place: Place) -> None:
    place.history.erase("posted")
    assert place.rate() is False
    assert place.noted == []


# --- what is no answer ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["", "How many moons are there?"], ids=["a clarification", "a refusal"])
def test_what_is_no_answer_has_no_why_but_may_be_rated(text: str) -> None:
    place = Place()
    closed = next(event for event in place.history.work.kept.events if event.kind == "closed")
    reply: dict[str, str | None] = {"kind": "refusal", "reason": "unanswered"}
    if not text:
        reply = {"kind": "clarification", "reason": "empty", "question": None}
        closed.body["route"] = None
    closed.body["reply"] = reply
    assert place.why("UANA") is None
    assert place.noted == []
    assert place.rate() is True


# --- was it useful --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("at", [HERE, ASIDE], ids=["here", "aside"])
def test_what_somebody_thinks_of_a_message_is_noted_with_its_receipt(place: Place, at: tuple[str, str]) -> None:
    assert place.rate("UANA", at) is True
    channel, message = at
    by = "slack:T1/UANA"
    body = {"by": by, "useful": True, "channel": channel, "message": message, "click": "2.1"}
    assert place.noted == [("feedback", body)]
    assert [event.receipt for event in place.history.noted] == [RECEIPT]


def test_a_click_counts_once_however_often_it_arrives_and_another_one_counts_again(place: Place) -> None:
    assert [place.rate(click=click) for click in ("2.1", "2.1", "2.2", "2.1")] == [True, False, True, False]
    assert [body["click"] for _, body in place.noted] == ["2.1", "2.2"]


def test_the_answer_of_the_first_attempt_is_not_the_one_that_was_shown(place: Place) -> None:
    """Two attempts close twice; what counts is what was closed last."""
    events = place.history.work.kept.events
    (closed,) = [event for event in events if event.kind == "closed"]
    earlier = closed.model_copy(update={"body": {**closed.body, "evidence": [], "aside": None}})
    events.insert(events.index(closed), earlier)
    explained = place.why("UANA")
    assert explained is not None
    assert isinstance(explained.answer, Answer)
    assert texts(explained) == [PUBLIC]
