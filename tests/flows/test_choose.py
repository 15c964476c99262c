"""Which option was chosen, by whom, of which message: what a click may do, and what it leaves to the next."""

from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from bot.core.nouns import Chosen, Event, Incoming, Question, ReceiptId, SlackPlace, SlackUser
from bot.core.ports import History
from bot.flows.choose import Unchosen, choose
from policies.evidence import Clarification, Evidence
from policies.redaction.kinds import Redaction
from tests.fakes.passages import NOON

RECEIPT, ANEW = ReceiptId("r_1"), ReceiptId("r_2")
ASKER, OTHER = SlackUser(team="T1", user="UANA"), SlackUser(team="T1", user="UBO")
PLACE = SlackPlace(team="T1", channel="C1", message="10.1", thread="9.1")
ASKED = Question(receipt=RECEIPT, text="How much leave?", asker=ASKER, place=PLACE, asked_at=NOON)
BACK = Clarification(reason="which", options=("Germany", "Spain"))
MESSAGE = "11.1"


class Kept(History):
    """The receipt of a question that was asked back, and what was taken in since."""

    def __init__(self, *kinds: str, erased: str | None = None, back: Clarification = BACK) -> None:
        bodies: Mapping[str, dict[str, Any]] = {
            "asked": ASKED.model_dump(mode="json", exclude={"receipt"}),
            "closed": {"reply": back.model_dump(mode="json")},
            "shown": {"to": [{"surface": "slack", "channel": "C1", "message": MESSAGE}]},
            "posted": {"to": [{"surface": "slack", "channel": "C1", "message": MESSAGE}]},
        }
        self.events = [
            Event(kind=kind, receipt=RECEIPT, body={} if kind == erased else bodies[kind])
            for kind in kinds or ("asked", "closed", "posted")
        ]
        self.newest: Question | None = ASKED
        self.taken: list[Incoming] = []

    def happened(self, receipt: ReceiptId) -> Sequence[Event]:
        return self.events if receipt == RECEIPT else []

    def evidence(self, named: Sequence[Mapping[str, Any]]) -> Evidence:  # noqa: ARG002
        return Evidence()

    def newest_wording(self, receipt: ReceiptId) -> Question | None:  # noqa: ARG002
        return self.newest

    def note(self, event: Event) -> None: ...

    def note_once(self, event: Event) -> bool:  # noqa: ARG002
        return True

    def take(self, incoming: Incoming) -> bool:
        self.taken.append(incoming)
        self.newest = incoming.question
        return True


def clicked(
    kept: Kept,
    number: int = 0,
    by: SlackUser = ASKER,
    *,
    channel: str = "C1",
    message: str = MESSAGE,
    receipt: str = RECEIPT,
) -> tuple[Clarification, Chosen] | Unchosen | None:
    return choose(
        ReceiptId(receipt),
        number,
        by,
        channel=channel,
        message=message,
        history=kept,
        rules=Redaction(),
        take=kept.take,
        anew=ANEW,
        now=NOON,
    )


def test_the_question_is_asked_anew_in_the_words_of_the_receipt_as_another_wording_of_its_message() -> None:
    kept = Kept()
    chosen = Chosen(receipt=RECEIPT, option="Spain")
    assert clicked(kept, 1) == (BACK, chosen)
    (taken,) = kept.taken
    place = PLACE.model_copy(update={"edited": MESSAGE})
    assert taken.question == Question(
        receipt=ANEW, text="How much leave? (Spain)", asker=ASKER, place=place, asked_at=NOON, chosen=chosen
    )
    assert (taken.subject, taken.lane, taken.revision) == (PLACE.subject, PLACE.lane, MESSAGE)
    assert Incoming.at(PLACE, ASKED).revision < taken.revision


def test_what_is_shown_of_a_choice_is_masked_and_what_is_asked_is_not() -> None:
    card = "Card 4111 1111 1111 1111"
    kept = Kept(back=Clarification(reason="which", options=(card, "Cash")))
    seen = Clarification(reason="which", options=("Card [card 1]", "Cash"))
    assert clicked(kept) == (seen, Chosen(receipt=RECEIPT, option="Card [card 1]"))
    assert kept.taken[0].question.chosen == Chosen(receipt=RECEIPT, option=card)


def test_the_next_click_is_told_what_the_first_chose() -> None:
    kept = Kept()
    clicked(kept, 1)
    assert clicked(kept, 0) == (BACK, Chosen(receipt=RECEIPT, option="Spain"))
    assert len(kept.taken) == 1


@pytest.mark.parametrize(
    ("click", "said"),
    [
        pytest.param({"by": OTHER}, "not_yours", id="somebody else"),
        pytest.param({"by": SlackUser(team="T2", user="UANA")}, "not_yours", id="the same name in another team"),
        pytest.param({"number": 2}, None, id="no such option"),
        pytest.param({"message": "12.1"}, None, id="another message"),
        pytest.param({"channel": "C2"}, None, id="another channel"),
        pytest.param({"receipt": "r_9"}, None, id="no such receipt"),
        pytest.param({"by": OTHER, "message": "12.1"}, None, id="somebody else on another message"),
    ],
)
def test_any_other_click_takes_nothing_in(click: dict[str, Any], said: str | None) -> None:
    kept = Kept()
    assert clicked(kept, **click) == said
    assert kept.taken == []


@pytest.mark.parametrize(
    ("kinds", "said"),
    [
        pytest.param(("asked", "closed"), "early", id="shown, and not yet on record"),
        pytest.param(("asked",), None, id="not asked back yet"),
        pytest.param(("closed", "posted"), None, id="nobody asked"),
    ],
)
def test_a_click_that_comes_too_early_takes_nothing_in(kinds: tuple[str, ...], said: str | None) -> None:
    kept = Kept(*kinds)
    assert clicked(kept) == said
    assert kept.taken == []


def test_while_something_is_still_to_be_done_for_the_asker_alone_they_may_choose() -> None:
    assert clicked(Kept("asked", "closed", "shown")) == (BACK, Chosen(receipt=RECEIPT, option="Germany"))


@pytest.mark.parametrize("kind", ["asked", "closed", "posted"])
def test_what_was_erased_cannot_be_chosen_from(kind: str) -> None:
    kept = Kept(erased=kind)
    assert clicked(kept) == "erased"
    assert kept.taken == []


@pytest.mark.parametrize(
    "newest", [None, ASKED.model_copy(update={"receipt": ReceiptId("r_3")})], ids=["taken back", "edited"]
)
def test_a_question_that_is_no_longer_put_so_is_not_asked_anew(newest: Question | None) -> None:
    kept = Kept()
    kept.newest = newest
    assert clicked(kept) == "taken_back"
    assert kept.taken == []
