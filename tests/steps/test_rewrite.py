"""A follow-up is searched with what it follows up on, the same way each time; what was answered is never searched."""

import pytest

from bot.core.nouns import Said, Wording
from bot.steps.rewrite import leans, rewrite
from policies.rules import FollowUps

RULES = FollowUps(questions=2, weight=0.5, within_minutes=30)


def person(text: str) -> Said:
    return Said(by="person", text=text)


LEAVE, TRAVEL = person("How many days of leave are there?"), person("And of travel?")


@pytest.mark.parametrize(
    "thread", [(), (person("?!"),), (Said(by="assistant", text="27 days."),)], ids=["none", "signs", "answers"]
)
def test_question_that_follows_nothing_is_searched_as_it_was_put(thread: tuple[Said, ...]) -> None:
    assert rewrite("And for interns?", thread, RULES) == Wording(asked="And for interns?")


def test_follow_up_is_whole_with_the_questions_before_it_and_itself_is_kept() -> None:
    found = rewrite("And for interns?", (LEAVE,), RULES)
    assert found == Wording(asked="And for interns?", whole=f"{LEAVE.text}\nAnd for interns?", leans=True)
    assert found.understood == found.whole


def test_only_the_last_questions_count_and_none_of_the_answers() -> None:
    thread = (person("Where is lunch?"), LEAVE, Said(by="assistant", text="Secret Kestrel: 27 days."), TRAVEL)
    assert rewrite("And for interns?", thread, RULES).whole == f"{LEAVE.text}\n{TRAVEL.text}\nAnd for interns?"


def test_question_that_stands_by_itself_is_answered_by_itself_wherever_it_is_put() -> None:
    found = rewrite("Which hotels near the Berlin office have a corporate rate?", (LEAVE,), RULES)
    assert found.whole is not None
    assert found.understood == found.asked


@pytest.mark.parametrize(
    ("text", "follows"),
    [
        ("Which hotels near the Berlin office have a corporate rate?", False),
        ("When does the canteen open?", False),
        ("Is there a dress code?", False),
        ("Wie lange dauert die Elternzeit?", False),
        ("Is it allowed to bring dogs to work?", False),
        ("And for interns?", True),
        ("What about Denver?", True),
        ("How does it work?", True),
        ("Why?", True),
    ],
)
def test_outside_a_thread_only_what_plainly_goes_on_follows_what_was_asked_before(text: str, *, follows: bool) -> None:
    assert (rewrite(text, (LEAVE,), RULES, one_subject=False).whole is not None) is follows


def test_rules_that_say_nothing_of_threads_search_none() -> None:
    assert rewrite("And for interns?", (LEAVE,), FollowUps()) == Wording(asked="And for interns?")


def test_what_is_too_long_is_cut_where_it_began_never_where_it_was_asked() -> None:
    found = rewrite("And for interns?", (person("leave " * 1000),), RULES)
    assert found.whole is not None
    assert len(found.whole) == RULES.max_characters
    assert found.whole.endswith("\nAnd for interns?")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("And for the next one?", True),
        ("What about removing one?", True),
        ("Does it expire?", True),
        ("Probate?", True),
        ("Und in Portugal?", True),
        ("Which hotels near the Berlin office have a corporate rate?", False),
        ("How many days of parental leave does a new father get?", False),
    ],
)
def test_what_leans_on_others_is_told_from_what_stands(text: str, *, expected: bool) -> None:
    assert leans(text) is expected
