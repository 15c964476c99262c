"""Whom a question goes to, who may click what, and who is told what: each by a table, deny first."""

from collections.abc import Mapping
from typing import Any

import pytest

from policies.evidence import Answer, Claim, Clarification, Notice, Refusal, RefusalReason, Reply
from policies.experts import (
    TRANSITIONS,
    Experts,
    Told,
    Unasked,
    Unsaved,
    before,
    channel_for,
    held_by_readers_of,
    may_follow,
    may_release,
    told_how,
    why_not_asked,
    why_not_saved,
)
from policies.rules import EXPERTS, RulesError, parse
from tests.policies.test_rules import PACKAGED, TEXTS

RULES = Experts.model_validate(
    {
        "channel": "C0DEFAULT",
        "subjects": {
            "leave": {"words": ["leave", "annual Urlaub"], "channel": "C0LEAVE"},
            "money": {"words": ["expenses", "leave"], "channel": "C0MONEY"},
        },
    }
)
ONLY_MONEY = RULES.model_copy(update={"channel": None})


def refused(reason: RefusalReason, **more: Any) -> Refusal:
    return Refusal(reason=reason, **more)


UNANSWERED = refused(RefusalReason.UNANSWERED)
SHUT = RefusalReason.RESTRICTED


@pytest.mark.parametrize(
    ("question", "reply", "rules", "channel"),
    [
        pytest.param("Leave?", UNANSWERED, Experts(), None, id="no rule names a channel"),
        pytest.param("The price?", UNANSWERED, ONLY_MONEY, None, id="no subject, and no channel for the rest"),
        pytest.param("Leave?", refused(SHUT), RULES, None, id="restricted, and no rule hands it over"),
        pytest.param("Leave?", refused(SHUT, ask_in="C0LEGAL"), RULES, None, id="restricted, with a place to go to"),
        pytest.param("Leave?", refused(RefusalReason.NOT_A_MEMBER), RULES, None, id="a guest"),
        pytest.param("Leave?", refused(RefusalReason.UNKNOWN_PERSON), RULES, None, id="known to no source"),
        pytest.param("Leave?", refused(RefusalReason.UNKNOWN_AUDIENCE), RULES, None, id="nobody knows who reads"),
        pytest.param("Leave?", refused(RefusalReason.TOO_MANY), RULES, None, id="one too many"),
        pytest.param("Leave?", refused(RefusalReason.TOO_MANY_BY_ALL), RULES, None, id="one too many by all"),
        pytest.param("Leave?", refused(RefusalReason.NO_TOOL), RULES, None, id="something to be done"),
        pytest.param("Leave?", refused(RefusalReason.NO_SUMMARY), RULES, None, id="a summary"),
        pytest.param("Leave?", Clarification(reason="which"), RULES, None, id="asked back"),
        pytest.param("Leave?", Notice(about="greet"), RULES, None, id="greeted"),
        pytest.param("Leave?", UNANSWERED, RULES, "C0LEAVE", id="the first of two subjects"),
        pytest.param("My expenses", UNANSWERED, RULES, "C0MONEY", id="its subject"),
        pytest.param("an  annual\nurlaub", UNANSWERED, RULES, "C0LEAVE", id="words of two words, however written"),
        pytest.param("Cleaves?", UNANSWERED, RULES, "C0DEFAULT", id="a part of a word is no word"),
        pytest.param("The price?", refused(RefusalReason.UNPROVEN), RULES, "C0DEFAULT", id="not proven"),
        pytest.param("The price?", refused(RefusalReason.OUT_OF_SCOPE), RULES, "C0DEFAULT", id="out of scope"),
        pytest.param("Leave?", refused(SHUT, hand_over=True), RULES, "C0LEAVE", id="restricted, handed over by rule"),
        pytest.param("?", refused(SHUT, hand_over=True, ask_in="C0LEGAL"), RULES, "C0LEGAL", id="to its own channel"),
        pytest.param("Leave?", Answer(claims=(Claim(text="x"),)), RULES, "C0LEAVE", id="an answer that did not help"),
    ],
)
def test_a_question_goes_where_its_reply_and_its_words_lead(
    question: str, reply: Reply, rules: Experts, channel: str | None
) -> None:
    assert channel_for(question, reply, rules) == channel


@pytest.mark.parametrize(
    ("click", "why"),
    [
        pytest.param({"clicker": "U2"}, "not_yours", id="somebody else"),
        pytest.param({"clicker": "U2", "is_asked": True, "channel": None}, "not_yours", id="who learns nothing else"),
        pytest.param({"is_asked": True}, "asked", id="asked before"),
        pytest.param({"is_asked": True, "is_current": False}, "asked", id="asked before, and then taken back"),
        pytest.param({"is_current": False}, "taken_back", id="edited or deleted since"),
        pytest.param({"channel": None}, "nobody", id="no rule names a channel any more"),
        pytest.param({}, None, id="the asker, for the first time"),
    ],
)
def test_only_whoever_asked_hands_over_and_once(click: Mapping[str, Any], why: Unasked | None) -> None:
    usual = {"asker": "U1", "clicker": "U1", "is_current": True, "is_asked": False, "channel": "C1"}
    assert why_not_asked(**{**usual, **click}) == why


@pytest.mark.parametrize(
    ("click", "why"),
    [
        pytest.param({"clicker": "U2"}, "not_yours", id="somebody else"),
        pytest.param({"clicker": "U2", "is_gone": True, "reads": False}, "not_yours", id="who learns nothing else"),
        pytest.param({"is_gone": True}, "gone", id="deleted"),
        pytest.param({"reads": False}, "not_a_member", id="a guest, or no longer in the channel"),
        pytest.param({"is_saved": True}, "saved", id="saved already"),
        pytest.param({}, None, id="its author"),
    ],
)
def test_only_its_author_saves_a_reply_while_it_is_there(click: Mapping[str, Any], why: Unsaved | None) -> None:
    usual = {"author": "U1", "clicker": "U1", "is_gone": False, "reads": True, "is_saved": False}
    assert why_not_saved(**{**usual, **click}) == why


@pytest.mark.parametrize(
    ("place", "experts", "how"),
    [
        pytest.param({"ask"}, None, "without_words", id="who reads the experts' channel is unknown"),
        pytest.param({"ask"}, {"eva"}, "without_words", id="the asker does not read it"),
        pytest.param(None, {"eva"}, "without_words", id="nor is it known who reads the place"),
        pytest.param(None, {"ask", "eva"}, "aside", id="who reads the place is unknown"),
        pytest.param({"ask", "bob"}, {"ask", "eva"}, "aside", id="somebody at the place does not read it"),
        pytest.param({"ask", "company:T2"}, {"ask"}, "aside", id="the place is shared with a company"),
        pytest.param({"eva"}, {"ask", "eva"}, "aside", id="the asker has left the place"),
        pytest.param({"ask"}, {"ask", "eva"}, "here", id="everybody at the place reads it"),
        pytest.param({"ask", "eva"}, {"ask", "eva"}, "here", id="the same people"),
    ],
)
def test_words_from_a_channel_are_shown_to_its_readers_only(
    place: set[str] | None, experts: set[str] | None, how: Told
) -> None:
    assert told_how(place=place, experts=experts, asker="ask") == how


@pytest.mark.parametrize(
    ("experts", "place", "may"),
    [
        pytest.param(None, {"ask"}, False, id="experts unknown"),
        pytest.param({"eva"}, None, False, id="place unknown"),
        pytest.param({"ask", "eva"}, {"ask"}, False, id="an expert is not there"),
        pytest.param({"eva", "company:T2"}, {"ask", "eva"}, False, id="another company reads the experts' channel"),
        pytest.param({"eva"}, {"ask", "eva"}, True, id="all of them are there"),
    ],
)
def test_a_link_is_given_only_to_who_may_follow_it(experts: set[str] | None, place: set[str] | None, may: bool) -> None:  # noqa: FBT001
    assert may_follow(experts=experts, place=place) is may


@pytest.mark.parametrize("experts", [None, {"eva"}], ids=["unknown", "without the asker"])
def test_what_its_author_has_sent_is_told_to_the_asker_alone(experts: set[str] | None) -> None:
    assert told_how(place={"ask"}, experts=experts, asker="ask", is_released=True) == "aside"
    assert told_how(place={"ask"}, experts={"ask"}, asker="ask", is_released=True) == "here"


@pytest.mark.parametrize(
    ("clicker", "is_gone", "may"),
    [("U2", False, False), ("U2", True, False), ("U1", True, False), ("U1", False, True)],
    ids=["somebody else", "somebody else, and it is gone", "gone", "its author"],
)
def test_only_its_author_sends_a_reply_and_only_while_it_is_there(clicker: str, *, is_gone: bool, may: bool) -> None:
    assert may_release(author="U1", clicker=clicker, is_gone=is_gone) is may


def test_a_wider_place_is_never_told_more() -> None:
    order: list[Told] = ["without_words", "aside", "here"]
    narrow, wide = ({"ask"}, {"ask", "bob"})
    for experts in (None, {"eva"}, {"ask"}, {"ask", "bob"}, {"ask", "eva"}):
        heard = [order.index(told_how(place=place, experts=experts, asker="ask")) for place in (narrow, wide)]
        assert heard[0] >= heard[1]


def test_what_was_kept_can_end_and_what_ended_can_only_be_wanted_again() -> None:
    assert {after for states in TRANSITIONS.values() for after in states} <= set(TRANSITIONS)
    assert before("kept") == {"wanted"}
    assert before("wanted") == {"refused", "removed", "expired"}
    assert before("expired") == {"kept"}


def test_readers_of_two_channels_hold_two_things() -> None:
    assert held_by_readers_of("C1") != held_by_readers_of("C2")


def test_no_channel_is_packaged_and_older_texts_have_none() -> None:
    assert parse(PACKAGED).experts == parse(TEXTS).experts == Experts()


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        pytest.param('channel = "#it-help"', 1, "channel", id="a name is no id"),
        pytest.param('channel = "D0123"', 1, "channel", id="a direct conversation is no channel"),
        pytest.param("[saved]\ndays = 800", 1, "more than `most_days`", id="longer than the longest"),
        pytest.param("[saved]\ndays = 0", 2, "saved.days", id="no days"),
        pytest.param('[subjects.leave]\nchannel = "C0LEAVE"', 1, "words", id="told by nothing"),
        pytest.param('[subjects.leave]\nwords = ["leave"]', 1, "channel", id="to nobody"),
        pytest.param("chanel = 1", 1, "Extra inputs", id="a slip"),
    ],
)
def test_a_text_that_is_not_understood_stops_with_its_line(text: str, line: int, reason: str) -> None:
    with pytest.raises(RulesError) as raised:
        parse({**PACKAGED, EXPERTS: text})
    assert (raised.value.file, raised.value.line) == (EXPERTS, line)
    assert reason in str(raised.value)
