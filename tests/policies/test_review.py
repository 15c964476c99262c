"""Who checks an answer, what a click on a card finds, and what an answer is in other words."""

from typing import get_args

import pytest

from policies.evidence import Answer, Citation, Claim, Conflict, Old, Refusal, RefusalReason, Section, Superseded
from policies.people import Email, Person, Principal
from policies.review import TRANSITIONS, Stage, Standing, cited_handles, edited, may_check, standing, to_ask
from tests.fakes.passages import NOON

KNOWN = frozenset({Principal("acme/staff")})
ONE, TWO, THREE = (Claim(text=f"{n}", citations=(Citation(passage=n, quote=f"{n}"),)) for n in (1, 2, 3))


@pytest.mark.parametrize(
    ("person", "reads_all", "may"),
    [
        pytest.param(Person(email=Email("a@acme.test")), True, False, id="nobody knows them"),
        pytest.param(Person(actor="slack:T1/U1", principals=KNOWN, outsider=True), True, False, id="no full member"),
        pytest.param(Person(email=Email("a@acme.test"), principals=KNOWN), False, False, id="may not read all of it"),
        pytest.param(Person(email=Email("a@acme.test"), principals=KNOWN), True, True, id="may"),
    ],
)
def test_who_may_check_an_answer(person: Person, reads_all: bool, may: bool) -> None:  # noqa: FBT001
    assert may_check(person, reads_all=reads_all) is may


@pytest.mark.parametrize(
    ("reviewers", "asked", "asker", "left"),
    [
        pytest.param(["U1", "U2"], [], "U9", ("U1", "U2"), id="in order"),
        pytest.param(["U1", "U2"], ["U1"], "U9", ("U2",), id="not twice"),
        pytest.param(["U1", "U2", "U1"], [], "U9", ("U1", "U2"), id="named twice"),
        pytest.param(["U1", "U2"], [], "U1", ("U2",), id="not their own"),
        pytest.param(["U1"], [], "U1", (), id="nobody but the asker"),
    ],
)
def test_who_is_left_to_ask(reviewers: list[str], asked: list[str], asker: str, left: tuple[str, ...]) -> None:
    assert to_ask(reviewers, asked, asker) == left


@pytest.mark.parametrize("stage", get_args(Stage))
def test_card_of_somebody_else_is_not_yours_wherever_the_answer_is(stage: Stage) -> None:
    for is_their_turn in (True, False):
        assert standing(stage, is_theirs=False, is_their_turn=is_their_turn) == "not_yours"


@pytest.mark.parametrize(
    ("stage", "is_their_turn", "found"),
    [
        ("held", False, "passed"),
        ("asked", True, "open"),
        ("asked", False, "passed"),
        ("approved", True, "approved"),
        ("approved", False, "approved"),
        ("declined", True, "declined"),
        ("declined", False, "declined"),
        ("nobody", True, "passed"),
        ("outdated", True, "over"),
        ("outdated", False, "over"),
        ("withdrawn", True, "withdrawn"),
        ("withdrawn", False, "withdrawn"),
    ],
)
def test_what_a_click_finds(stage: Stage, is_their_turn: bool, found: Standing) -> None:  # noqa: FBT001
    assert standing(stage, is_theirs=True, is_their_turn=is_their_turn) == found


def test_every_stage_has_its_transitions_and_what_was_withdrawn_stays_so() -> None:
    assert set(TRANSITIONS) == set(get_args(Stage))
    assert TRANSITIONS["withdrawn"] == frozenset()
    assert {stage for stage, after in TRANSITIONS.items() if "withdrawn" in after} == set(TRANSITIONS) - {"withdrawn"}
    assert {stage for stage, after in TRANSITIONS.items() if "approved" in after} == {"asked"}


def test_everything_that_an_answer_shows_of_documents_has_to_be_readable() -> None:
    caveats = (
        Conflict(here=Citation(passage=1, quote="1"), there=Citation(passage=4, quote="4"), newer=None),
        Superseded(cited=1, by=5),
        Old(passage=6, edited=NOON),
    )
    assert cited_handles(Answer(claims=(ONE, TWO), caveats=caveats)) == {1, 2, 4, 5, 6}


def test_other_words_keep_the_citations_and_what_is_emptied_is_left_out() -> None:
    answer = Answer(claims=(ONE, TWO, THREE))
    changed = edited(answer, {0: "One.", 1: " \n"})
    assert changed is not None
    assert changed.claims == (ONE.model_copy(update={"text": "One."}), THREE)
    assert edited(answer, {}) == answer
    assert edited(answer, {0: "", 1: "", 2: ""}) is None


def test_sections_lose_what_was_left_out_of_them() -> None:
    sections = (Section(question="a", claims=1), Section(question="b", claims=2))
    changed = edited(Answer(claims=(ONE, TWO, THREE), sections=sections), {0: "", 2: ""})
    assert changed is not None
    assert [(one.question, one.claims, one.refusal) for one in changed.sections] == [
        ("a", 0, Refusal(reason=RefusalReason.UNANSWERED)),
        ("b", 1, None),
    ]
