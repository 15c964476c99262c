"""Which changes one admin alone may not make."""

from importlib import resources
from typing import Any

import pytest

from policies.overrides import Path, as_packaged, with_all
from policies.rules import FILES, parse
from policies.widening import only_more_admins, widened

FOLDER = resources.files("policies") / "rules"
PACKAGED = {file: (FOLDER / file).read_text(encoding="utf-8") for file in FILES}
PEOPLE: Path = ("admins", "people")
MEMBERS: Path = ("audience", "full_members", "principals")
SALARIES = {"does": "refuse", "risk": "high", "words": ["salary of"], "examples": ["What does Priya earn?"]}
BEFORE = with_all(
    with_all(with_all(PACKAGED, PEOPLE, ["ana@acme.test"]), MEMBERS, ["wiki/group:all"]), ("intents", "pay"), SALARIES
)
PHONES: Path = ("redaction", "phones", "regions")


@pytest.mark.parametrize(
    ("path", "value", "which"),
    [
        pytest.param(PEOPLE, ["ana@acme.test", "ben@acme.test"], ("admins.people",), id="one more admin"),
        pytest.param(PEOPLE, ["ben@acme.test"], ("admins.people",), id="another admin"),
        pytest.param(PEOPLE, [], ("admins.people",), id="one admin less, so that another is alone"),
        pytest.param(("admins", "auditors"), ["ben@acme.test"], ("admins.auditors",), id="one more auditor"),
        pytest.param(("admins", "a_minute"), 5, (), id="fewer commands"),
        pytest.param(
            MEMBERS, ["wiki/group:all", "wiki/group:x"], ("audience.full_members.principals",), id="more held"
        ),
        pytest.param(MEMBERS, [], (), id="less held by everybody"),
        pytest.param(("redaction", "model", "card"), "keep", ("redaction.model",), id="shown to a model"),
        pytest.param(("redaction", "channel", "secret"), "keep", ("redaction.channel",), id="shown in a channel"),
        pytest.param(("redaction", "log", "phone"), "keep", ("redaction.log",), id="shown in a log"),
        pytest.param(("redaction", "model", "mail"), "mask", (), id="masked as well"),
        pytest.param(PHONES, ["DE"], (), id="more numbers known"),
        pytest.param(("intents", "pay", "does"), "answer", ("intents.pay",), id="answered after all"),
        pytest.param(("intents", "pay", "words"), [], ("intents.pay",), id="fewer words refused"),
        pytest.param(("intents", "pay", "examples"), ["Who earns what?"], ("intents.pay",), id="other examples"),
        pytest.param(("intents", "pay", "words"), ["salary of", "pay of"], (), id="more words refused"),
        pytest.param(("intents", "pay", "says"), "Ask HR.", (), id="other words of ours"),
        pytest.param(("answers", "answer", "max_lines"), 8, (), id="longer answers"),
    ],
)
def test_what_lets_more_be_seen_or_trusts_more_people_widens(path: Path, value: Any, which: tuple[str, ...]) -> None:
    after = dict(SALARIES) | {"retrievers": ["keywords"]} if value == "answer" else None
    made = with_all(BEFORE, ("intents", "pay"), {**after, "does": value}) if after else with_all(BEFORE, path, value)
    assert widened(parse(BEFORE), parse(made)) == which


@pytest.mark.parametrize(
    ("set_", "widens"),
    [
        pytest.param({"review": False, "reviewers": [], "review_within_minutes": None}, True, id="checked by nobody"),
        pytest.param({"reviewers": ["U0BEN", "U0MEI"]}, True, id="checked by one more"),
        pytest.param({"words": []}, True, id="fewer words checked"),
        pytest.param({"examples": []}, True, id="other examples"),
        pytest.param(None, True, id="gone"),
        pytest.param({"words": ["contract", "clause"]}, False, id="more words checked"),
        pytest.param({"review_within_minutes": 5}, False, id="more time"),
    ],
)
def test_whoever_checks_less_of_what_is_said_widens(set_: dict[str, Any] | None, widens: bool) -> None:  # noqa: FBT001
    checked = {
        "does": "answer",
        "risk": "high",
        "retrievers": ["keywords"],
        "words": ["contract"],
        "examples": ["May I sign?"],
        "review": True,
        "reviewers": ["U0BEN"],
        "review_within_minutes": 30,
    }
    at: Path = ("intents", "legal")
    before = with_all(PACKAGED, at, checked)
    after = {name: one for name, one in {**checked, **(set_ or {})}.items() if one is not None}
    made = as_packaged(before, at) if set_ is None else with_all(PACKAGED, at, after)
    assert widened(parse(before), parse(made)) == (("intents.legal",) if widens else ())


def test_a_restricted_subject_that_is_gone_widens() -> None:
    gone = parse(as_packaged(BEFORE, ("intents", "pay")))
    assert widened(parse(BEFORE), gone) == ("intents.pay",)


def test_fewer_countries_whose_numbers_are_known_widens() -> None:
    some = with_all(PACKAGED, PHONES, ["DE", "FR"])
    assert widened(parse(some), parse(with_all(PACKAGED, PHONES, ["DE"]))) == ("redaction.phones.regions",)


def test_more_admins_and_something_else_is_not_only_more_admins() -> None:
    more = with_all(PACKAGED, PEOPLE, ["ana@acme.test"])
    assert only_more_admins(parse(PACKAGED), parse(more))
    assert not only_more_admins(parse(PACKAGED), parse(with_all(more, MEMBERS, ["wiki/group:all"])))
    assert not only_more_admins(parse(PACKAGED), parse(PACKAGED))


def test_more_auditors_is_not_only_more_admins_and_fewer_widens_nothing() -> None:
    auditors: Path = ("admins", "auditors")
    more = with_all(PACKAGED, auditors, ["ana@acme.test"])
    assert not only_more_admins(parse(PACKAGED), parse(more))
    assert not only_more_admins(parse(PACKAGED), parse(with_all(more, PEOPLE, ["ana@acme.test"])))
    assert widened(parse(more), parse(PACKAGED)) == ()


GUARDED = with_all(BEFORE, ("experts", "channel"), "C0ASK")
LEAVE: Path = ("answers", "topics", "leave")
ANSWERS = {"does": "answer", "risk": "low", "retrievers": ["keywords"], "words": ["salary"]}


@pytest.mark.parametrize(
    ("path", "value", "which"),
    [
        pytest.param(("intents", "pay", "hand_over"), True, ("intents.pay",), id="a restricted subject handed over"),
        pytest.param(("intents", "question", "words"), ["salary of"], ("intents.question",), id="words drawn away"),
        pytest.param(("intents", "question", "examples"), ["Salaries?"], ("intents.question",), id="another example"),
        pytest.param(("intents", "other"), ANSWERS, ("intents.other",), id="an intent more"),
        pytest.param(("answers", "routing", "unsure"), 0.0, ("answers.routing",), id="less doubt"),
        pytest.param(("answers", "answer", "min_support"), 0.1, ("answers.answer.min_support",), id="less support"),
        pytest.param(("experts", "channel"), "C0ELSE", ("experts.channel",), id="others are asked"),
        pytest.param(("experts", "channel"), "C0ASK", (), id="the same are asked"),
        pytest.param(("experts", "saved", "days"), 365, ("experts.saved",), id="kept for longer"),
        pytest.param(("experts", "saved", "days"), 30, (), id="kept for less"),
        pytest.param(
            ("experts", "subjects", "it"),
            {"words": ["laptop"], "channel": "C0IT"},
            ("experts.subjects.it",),
            id="others are asked on a subject",
        ),
    ],
)
def test_what_draws_from_a_guarded_subject_or_asks_others_widens(
    path: Path, value: Any, which: tuple[str, ...]
) -> None:
    assert widened(parse(GUARDED), parse(with_all(GUARDED, path, value))) == which


def test_where_nothing_is_guarded_an_example_more_is_one_admin_s_to_give() -> None:
    more = with_all(PACKAGED, ("intents", "question", "words"), ["laptop"])
    assert widened(parse(PACKAGED), parse(more)) == ()


def test_a_kind_of_question_that_looks_further_widens() -> None:
    narrow = with_all(PACKAGED, ("intents", "question", "sources"), ["wiki"])
    assert widened(parse(narrow), parse(with_all(narrow, ("intents", "question", "sources"), []))) == (
        "intents.question",
    )
    assert widened(parse(PACKAGED), parse(narrow)) == ()


def test_a_topic_s_rule_that_is_another_widens() -> None:
    ruled = with_all(PACKAGED, LEAVE, {"words": ["leave"], "note": "Ask HR."})
    assert widened(parse(ruled), parse(as_packaged(ruled, LEAVE))) == ("answers.topics.leave",)
