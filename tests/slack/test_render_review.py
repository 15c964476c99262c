"""How a card for whoever checks an answer looks: Slack takes it whatever is in it, and nothing in it leads anywhere."""

import json

import pytest

from bot.core.nouns import Checked, Part, Ruled, SlackPlace, SlackUser
from bot.playground.slack.surfaces import check_message_blocks, check_view
from bot.slack import render
from bot.slack.render import review
from policies.contract import Rule, Violation
from tests.slack.replies import inside, of, of_type, read

TURN = "v_" + "0" * 24
BEN, EVE = SlackUser(team="T1", user="U0BEN"), SlackUser(team="T1", user="U0EVE")
CHANNEL = SlackPlace(team="T1", channel="C0GENERAL", message="1.1", thread="1.1")
DIRECT = SlackPlace(team="T1", channel="D0ANA", message="1.1")
HOSTILE = "<!channel> <@U1> *bold* <https://evil.test|click> @here " + "x" * 40_000


def a_card(
    text: str = "Leave is 25 days.", question: str = "How much leave?", place: SlackPlace = CHANNEL
) -> render.Post:
    answer, evidence = of(text)
    return review.card(Part(reply=answer, evidence=evidence), question, place, readers=12, minutes=30, turn=TURN)


@pytest.mark.parametrize(
    ("text", "question"),
    [("Leave is 25 days.", HOSTILE), (HOSTILE, "How much leave?"), (HOSTILE, HOSTILE), ("x\n" * 3_000, "?")],
)
def test_card_is_taken_by_slack_and_pings_and_leads_nobody_whatever_is_in_it(text: str, question: str) -> None:
    post = a_card(text, question)
    check_message_blocks(list(post.blocks))
    assert len(post.text) <= 4_000
    assert "<!channel>" not in post.text
    assert of_type(post.blocks, "user") == of_type(post.blocks, "broadcast") == []
    assert "evil.test" not in json.dumps([one.get("url", "") for one in inside(post.blocks)])


def test_card_says_what_was_asked_what_would_be_answered_who_sees_it_and_how_long_one_has() -> None:
    here, alone = read(a_card().blocks), read(a_card(place=DIRECT).blocks)
    for said in (here, alone):
        assert "How much leave?" in said
        assert "Leave is 25 days." in said
        assert "You have 30 minutes" in said
    assert "12 people now" in here
    assert of_type(a_card().blocks, "channel") == [{"type": "channel", "channel_id": "C0GENERAL"}]
    assert "Whoever asked will see it, and nobody else." in alone


def test_card_has_what_would_stand_under_the_answer() -> None:
    answer, evidence = of("Leave is 25 days.")
    part = Part(reply=answer.model_copy(update={"left_out": 1}), evidence=evidence, shortfall="away", offer="draft")
    said = read(review.card(part, "?", CHANNEL, readers=1, minutes=1, turn=TURN).blocks)
    for words in (
        "one more question",
        "No language model gave an answer",
        "I draft a text when that is all you ask",
        "1 person now",
        "1 minute;",
    ):
        assert words in said


def test_buttons_and_modals_carry_nothing_but_an_opaque_id() -> None:
    assert {one["value"] for one in of_type(a_card().blocks, "button")} == {TURN}
    for view in (review.edit_view(("Leave is 25 days.",), TURN), review.decline_view(TURN), review.loading_edit(TURN)):
        check_view(view)
        assert view["private_metadata"] == TURN


def test_part_that_no_field_takes_stays_as_it_is() -> None:
    view = review.edit_view(("x" * 3_000, "x" * 3_001), TURN)
    check_view(view)
    assert [one["block_id"] for one in view["blocks"] if one["type"] == "input"] == ["claim:0"]
    assert "Part 2 is too long to be changed here" in read(view["blocks"])


@pytest.mark.parametrize("shows", ["approved", "declined", "passed", "over", "withdrawn"])
def test_card_that_is_over_has_no_draft_no_buttons_and_says_who_was_faster(shows: str) -> None:
    for by, is_you in ((BEN, True), (EVE, False)):
        post = review.card_over("How much leave?", shows, by, is_you=is_you)  # type: ignore[arg-type]
        check_message_blocks(list(post.blocks))
        assert of_type(post.blocks, "button") == []
        named = of_type(post.blocks, "user")
        assert named == (
            [{"type": "user", "user_id": "U0EVE"}] if shows in ("approved", "declined") and not is_you else []
        )


@pytest.mark.parametrize(
    "outcome", ["taken", "unknown", "not_yours", "passed", "approved", "declined", "over", "withdrawn"]
)
def test_every_outcome_of_a_click_has_words(outcome: str) -> None:
    assert review.ruled(Ruled(outcome, by=EVE), BEN).endswith(".")  # type: ignore[arg-type]


@pytest.mark.parametrize("rule", list(Rule))
def test_whatever_breaks_the_contract_is_said_in_words_that_fit_under_a_field(rule: Rule) -> None:
    said = review.complaints((Violation(claim=1, rule=rule, detail="x" * 5_000),), first="claim:0", is_empty=False)
    assert list(said) == ["claim:1"]
    assert said["claim:1"].endswith(".")
    assert len(said["claim:1"]) <= 250


@pytest.mark.parametrize("edited", [True, False])
def test_answer_that_was_checked_says_by_whom(edited: bool) -> None:  # noqa: FBT001
    answer, evidence = of("Leave is 25 days.")
    checked = Checked(by=BEN, edited=edited)
    post = render.reply(answer, evidence, receipt="r_1", direct=True, checked=checked)
    check_message_blocks(list(post.blocks))
    assert of_type(post.blocks, "user") == [{"type": "user", "user_id": "U0BEN"}]
    assert ("in other words" in read(post.blocks)) is edited
