"""Which sentences stand for a conversation when no model writes? Those that say what came of it, as they were said."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest

from bot.core.nouns import Message, Talk
from bot.models.condensed import Condensed
from bot.models.cues import Cue, asked_for, cues
from bot.steps.listen import fitting, listened
from policies.contract import violations
from policies.evidence import Draft, Evidence
from tests.fakes.embedder import HashingEmbedder, SilentEmbedder
from tests.flows.world import RULES

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
MOST = RULES.answers.answer.max_lines
ASKED = "summarise this thread"

BADGES = (
    ("Ana Ribeiro", "Hi all! Which supplier do we take for the badges? Northwind and Contoso made offers."),
    ("Ben Visser", "I had Northwind at my last company. They were nice people. Their badges are blue."),
    ("Mei Tanaka", "Contoso is cheaper. But they deliver in nine weeks."),
    ("Ana Ribeiro", "ok"),
    ("Ana Ribeiro", "We decided: Northwind, because of the delivery."),
    ("Ben Visser", "I will order 120 badges by Friday."),
    ("Mei Tanaka", "Who tells the people in Denver?"),
)
GERMAN = (
    ("Lena", "Wann ziehen wir in das neue Büro um?"),
    ("Jan", "Der Vermieter sagt, ab Mai ist alles fertig."),
    ("Lena", "Wir haben beschlossen, am 12. Mai umzuziehen."),
    ("Jan", "Ich kümmere mich bis Freitag um die Kartons."),
)


def a_talk(said: Sequence[tuple[str, str]]) -> Evidence:
    messages = (
        Message(ts=f"17000000{number:02}.000000", author=author, at=NOON + timedelta(minutes=number), text=text)
        for number, (author, text) in enumerate(said)
    )
    return listened(Talk(messages=tuple(messages)), "C1")


def drafted(said: Sequence[tuple[str, str]], question: str = ASKED, embedder: HashingEmbedder | None = None) -> Draft:
    return Condensed(embedder).compose(question, a_talk(said), RULES.answers).draft


def lines(draft: Draft) -> list[str]:
    return [claim.text for claim in draft.claims]


@pytest.mark.parametrize("embedder", [None, HashingEmbedder()], ids=["words alone", "meaning"])
def test_what_it_began_with_and_what_came_of_it_are_told_in_order(embedder: HashingEmbedder | None) -> None:
    told = lines(drafted(BADGES, embedder=embedder))
    assert told[0] == "Ana Ribeiro: Hi all! Which supplier do we take for the badges?"
    assert len(told) <= MOST
    assert told[-3:] == [
        "Ana Ribeiro: We decided: Northwind, because of the delivery.",
        "Ben Visser: I will order 120 badges by Friday.",
        "Mei Tanaka: Who tells the people in Denver?",
    ]


def test_another_language_works_whatever_language_it_is_asked_in() -> None:
    told = lines(drafted(GERMAN))
    assert "Lena: Wir haben beschlossen, am 12. Mai umzuziehen." in told
    assert "Jan: Ich kümmere mich bis Freitag um die Kartons." in told


@pytest.mark.parametrize(
    ("question", "first"),
    [
        ("what was decided here?", "Ana Ribeiro: We decided: Northwind, because of the delivery."),
        ("what are the action items?", "Ben Visser: I will order 120 badges by Friday."),
        ("list the open questions", "Mei Tanaka: Who tells the people in Denver?"),
    ],
)
def test_what_is_asked_for_alone_comes_before_all_else(question: str, first: str) -> None:
    rules = RULES.answers.model_copy(update={"answer": RULES.answers.answer.model_copy(update={"max_lines": 1})})
    assert lines(Condensed(None).compose(question, a_talk(BADGES), rules).draft) == [first]


@pytest.mark.parametrize("said", [BADGES, GERMAN], ids=["English", "German"])
def test_every_line_keeps_the_contract_in_whatever_language_it_was_asked(said: Sequence[tuple[str, str]]) -> None:
    draft, limits = drafted(said), RULES.answers.answer
    broken = violations(
        draft,
        a_talk(said),
        max_claim_characters=limits.max_claim_characters,
        question=ASKED,
        min_support=limits.min_support,
    )
    assert broken == ()


@pytest.mark.parametrize("name", ["Ana (2nd line, OOO until 12.3.)", "Nobody Not", "O'Neill-Sánchez", "R2D2", "娜"])
def test_whatever_somebody_calls_themselves_they_are_quoted(name: str) -> None:
    assert lines(drafted([(name, "We decided on Northwind for the badges.")])) == [
        f"{name}: We decided on Northwind for the badges."
    ]


def test_what_would_ring_everybodys_bell_is_not_quoted() -> None:
    assert drafted([("Ana", "@channel we decided on Northwind.")]) == Draft(answerable=False)


def test_of_two_that_say_the_same_one_is_told() -> None:
    twice = ("Ana", "We decided on Northwind for the badges.")
    assert lines(drafted([twice, ("Ben", "Thanks."), twice])) == ["Ana: We decided on Northwind for the badges."]


def test_an_embedder_that_is_away_is_told_of_and_words_are_compared() -> None:
    composed = Condensed(SilentEmbedder()).compose(ASKED, a_talk(BADGES), RULES.answers)
    assert composed.by.without_vectors == "busy"
    assert composed.draft == drafted(BADGES)


def test_what_leads_up_to_the_first_question_is_told_with_it_if_it_is_short() -> None:
    first = "Halvorsen asks for 25 % off.\nDo we give it to them?"
    assert lines(drafted([("Dev", first)])) == ["Dev: Halvorsen asks for 25 % off. Do we give it to them?"]
    long = f"{'This is what they wrote to us. ' * 20}Do we give it to them?"
    assert lines(drafted([("Dev", long)]))[-1] == "Dev: Do we give it to them?"


def test_points_of_a_list_are_told_without_their_marks() -> None:
    told = lines(drafted([("Ana", "For the record:\n1. We decided on Northwind.\n- Ben, please order 120 badges.")]))
    assert told[-2:] == ["Ana: We decided on Northwind.", "Ana: Ben, please order 120 badges."]


def test_nothing_but_signs_is_nothing() -> None:
    assert drafted([("Ana", "…"), ("Ben", "!!")]) == Draft(answerable=False)


def test_of_more_than_there_is_room_for_the_first_and_the_newest_are_kept() -> None:
    messages = tuple(Message(ts=f"{n}", author="Ana", at=NOON, text="x" * 10) for n in range(9))
    kept = fitting(Talk(messages=messages, left_out=3), 45)
    assert [one.ts for one in kept.messages] == ["0", "6", "7", "8"]
    assert kept.left_out == 8
    assert fitting(Talk(), 1) == Talk()


@pytest.mark.parametrize(
    ("sentence", "cue"),
    [
        ("We agreed on ten o'clock.", Cue.DECISION),
        ("Let's go with Northwind.", Cue.DECISION),
        ("Das ist jetzt so beschlossen.", Cue.DECISION),
        ("On a décidé de partir.", Cue.DECISION),
        ("これで決定です", Cue.DECISION),
        ("I’ll send it.", Cue.TASK),
        ("@Ben look at this", Cue.TASK),
        ("Kannst du das machen?", Cue.TASK),
        ("It is due on Friday", Cue.DAY),
        ("Bis Mittwoch geht das", Cue.DAY),
        ("And then?", Cue.QUESTION),
        ("誰がやりますか。", Cue.QUESTION),
    ],
)
def test_a_sentence_shows_what_it_is(sentence: str, cue: Cue) -> None:
    assert cue in cues(sentence)


def test_a_sentence_that_only_tells_something_is_nothing_in_particular() -> None:
    assert cues("The badges of the last company were blue.") == frozenset()
    assert asked_for(ASKED) == frozenset()
