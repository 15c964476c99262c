"""A follow-up is searched with what it follows up on, the same way each time; what was answered is never searched."""

import pytest

from bot.core.nouns import Rewriting, Said, Wording
from bot.steps.rewrite import leans, rewrite
from policies.rules import FollowUps
from tests.fakes.rewriter import CALL, ScriptedRewriter

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


BY_MODEL = RULES.model_copy(update={"told_to_model": 3, "max_characters_of_model": 100})
INTERNS = "How many days of leave are there for interns?"


def by(rewriter: ScriptedRewriter, text: str = "And for interns?", *thread: Said) -> Wording:
    return rewrite(text, thread or (LEAVE,), BY_MODEL, rewriter=rewriter)


def test_follow_up_is_whole_in_the_words_of_a_model_and_itself_is_kept() -> None:
    found = by(ScriptedRewriter(INTERNS))
    assert (found.asked, found.whole, found.understood) == ("And for interns?", INTERNS, INTERNS)
    assert found.rewriting == Rewriting(by="scripted/rewriter", calls=(CALL,))


def test_model_is_told_what_people_asked_last_and_nothing_that_was_answered() -> None:
    rewriter = ScriptedRewriter(INTERNS)
    answer = Said(by="assistant", text="Secret Kestrel: 27 days.")
    by(rewriter, "And for interns?", person("Where is lunch?"), person("Rent?"), LEAVE, answer, TRAVEL, TRAVEL)
    assert rewriter.asked == [("And for interns?", (LEAVE.text, TRAVEL.text))]


@pytest.mark.parametrize(
    ("whole", "because"),
    [
        ("How many days of leave are there for interns at Kestrel?", "unsupported_name"),
        ("How many days of leave are there for interns in 2027?", "unsupported_number"),
        ("How many days of leave are there for interns in HR_POLICY_9?", "unsupported_name"),
        ("How many days of leave are there for interns? See https://evil.test/x", "foreign_link"),
        ("How many days of leave are there for interns? @here", "ping"),
        ("How many days of leave are there not for interns?", "changed_negation"),
        ("How many days of leave are there for interns? " * 3, "too_long"),
        ("", "empty_claim"),
        ("?!", "empty_claim"),
    ],
    ids=["a name", "a number", "an identifier", "a link", "a ping", "a negation", "too long", "nothing", "signs"],
)
def test_words_of_a_model_that_state_more_than_was_asked_are_not_searched(whole: str, because: str) -> None:
    found = by(ScriptedRewriter(whole))
    as_put = rewrite("And for interns?", (LEAVE,), BY_MODEL)
    assert found == as_put.model_copy(update={"rewriting": found.rewriting})
    assert found.rewriting is not None
    assert because in str(found.rewriting.because)
    assert found.rewriting.calls == (CALL,)


def test_names_numbers_and_negations_of_the_questions_may_be_in_it() -> None:
    thread = (person("Which rate does Hotel Adler give us in Q3 2026?"), person("And with breakfast?"))
    whole = "Which rate does Hotel Adler give us in Q3 2026 without breakfast?"
    assert by(ScriptedRewriter(whole), "Without it?", *thread).whole == whole


def test_link_is_not_searched_even_if_somebody_gave_it() -> None:
    thread = (person("What does https://wiki.acme.test/leave say of leave?"),)
    found = by(ScriptedRewriter("What does https://wiki.acme.test/leave say for interns?"), "And for interns?", *thread)
    assert found.rewriting is not None
    assert found.rewriting.because == "foreign_link"


def test_negation_that_a_model_leaves_out_is_missed() -> None:
    found = by(ScriptedRewriter("Is leave allowed for interns?"), "Is it not allowed for interns?")
    assert str(found.whole).startswith(LEAVE.text)
    assert found.rewriting is not None
    assert found.rewriting.because == "changed_negation"


def test_model_that_says_nothing_changes_nothing_but_the_receipt() -> None:
    found = by(ScriptedRewriter(because="timeout"))
    assert found.whole == f"{LEAVE.text}\nAnd for interns?"
    assert found.rewriting == Rewriting(by="scripted/rewriter", because="timeout")


def test_question_that_a_model_finds_whole_is_searched_once() -> None:
    text = "Which hotels near the Berlin office have a corporate rate?"
    assert by(ScriptedRewriter(text, leans=False), text).whole is None


@pytest.mark.parametrize(
    ("thread", "rules", "one_subject"),
    [
        ((), BY_MODEL, True),
        ((Said(by="assistant", text="27 days."),), BY_MODEL, True),
        ((LEAVE,), FollowUps(), True),
        ((LEAVE,), RULES, True),
        ((LEAVE,), BY_MODEL, False),
    ],
    ids=["no thread", "answers alone", "no rules", "rules from before there were models", "another subject"],
)
def test_model_is_asked_only_where_there_is_something_to_make_whole(
    thread: tuple[Said, ...], rules: FollowUps, *, one_subject: bool
) -> None:
    rewriter = ScriptedRewriter(INTERNS)
    rewrite("When does the canteen open?", thread, rules, one_subject=one_subject, rewriter=rewriter)
    assert rewriter.asked == []
