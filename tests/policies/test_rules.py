"""A rule text that is not understood stops everything, and says in which file, on which line, and why."""

import tomllib
from importlib import resources

import pytest

from policies.redaction.kinds import Kind, Redaction
from policies.rules import ANSWERS, AUDIENCE, FILES, INTENTS, REDACTION, RulesError, digest, parse, tables

FOLDER = resources.files("policies") / "rules"
PACKAGED = {file: (FOLDER / file).read_text(encoding="utf-8") for file in FILES}

ANSWERS_TEXT = """\
[question]
max_characters = 4000

[evidence]
candidates = 60
passages = 8
per_document = 3

[answer]
max_lines = 5
max_claim_characters = 600

[answerability]
min_confidence = 1.5
min_confidence_by_words = 0.3
"""
INTENTS_TEXT = """\
[question]
risk = "low"
retrievers = ["keywords", "vectors"]
model_class = "strong"

[other]
risk = "high"
retrievers = [
  "keywords",
]
model_class = "fast"
"""
AUDIENCE_TEXT = """\
[full_members]
principals = ["wiki/group:licensed"]
"""
TEXTS = {ANSWERS: ANSWERS_TEXT, AUDIENCE: AUDIENCE_TEXT, INTENTS: INTENTS_TEXT}


def broken(file: str, old: str, new: str) -> RulesError:
    assert TEXTS[file].count(old) >= 1
    with pytest.raises(RulesError) as raised:
        parse({**TEXTS, file: TEXTS[file].replace(old, new, 1)})
    return raised.value


@pytest.mark.parametrize(
    ("file", "old", "new", "line", "reason"),
    [
        pytest.param(ANSWERS, "[question]", "[question", 1, "Expected", id="not TOML at all"),
        pytest.param(ANSWERS, "passages = 8", "passages = ", 6, "Invalid value", id="no value"),
        pytest.param(ANSWERS, "0.3\n", '"0.3', 15, "Unterminated", id="ends in the middle of a text"),
        pytest.param(AUDIENCE, "wiki/group", "group", 2, "not a principal: 'group:licensed'", id="of no source"),
        pytest.param(AUDIENCE, "principals", "names", 2, "full_members.names: Extra inputs", id="unknown member key"),
        pytest.param(ANSWERS, "passages = 8", "candidates = 8", 6, "overwrite", id="a key twice"),
        pytest.param(ANSWERS, "= 4000", "= 0", 2, "question.max_characters: Input should be greater", id="too small"),
        pytest.param(ANSWERS, "= 4000", "= 1\na_minute_by_one = 0", 3, "question.a_minute_by_one", id="nobody may ask"),
        pytest.param(ANSWERS, "= 4000", "= 1\na_minute_by_all = 0", 3, "question.a_minute_by_all", id="nor all"),
        pytest.param(ANSWERS, "= 60\n", "= 1001\n", 5, "evidence.candidates: Input should be less", id="too large"),
        pytest.param(ANSWERS, "passages = 8", "passages = 51", 6, "evidence.passages", id="too many passages"),
        pytest.param(ANSWERS, "= 3\n", "= 0\n", 7, "evidence.per_document", id="none of a document"),
        pytest.param(ANSWERS, "max_lines = 5", "max_lines = 51", 10, "answer.max_lines", id="too many lines"),
        pytest.param(ANSWERS, "= 600", "= 39", 11, "answer.max_claim_characters", id="claims too short"),
        pytest.param(ANSWERS, "= 1.5", "= -1", 14, "answerability.min_confidence:", id="less than no confidence"),
        pytest.param(ANSWERS, "= 1.5", "= nan", 14, "answerability.min_confidence:", id="not a number"),
        pytest.param(ANSWERS, "= 0.3", "= -0.1", 15, "answerability.min_confidence_by_words", id="a similar name"),
        pytest.param(ANSWERS, "max_lines = 5", 'max_lines = "few"', 10, "valid integer", id="a text for a number"),
        pytest.param(ANSWERS, "passages = 8", "passages = 8.5", 6, "valid integer", id="a fraction"),
        pytest.param(ANSWERS, "passages = 8", "passage = 8", 4, "evidence.passages: Field required", id="misspelt"),
        pytest.param(ANSWERS, "max_lines = 5\n", "", 9, "answer.max_lines: Field required", id="a key is missing"),
        pytest.param(ANSWERS, "= 3\n", "= 3\nextra = 1\n", 8, "evidence.extra: Extra", id="an unknown key"),
        pytest.param(ANSWERS, "[question]", "[questions]", None, "question: Field required", id="a table is missing"),
        pytest.param(ANSWERS, "= 0.3\n", "= 0.3\n[more]\n", 16, "more: Extra inputs", id="an unknown table"),
        pytest.param(ANSWERS, "[question]\nmax_characters =", "question =", 1, "question: Input", id="no table"),
        pytest.param(ANSWERS, "[question]\n", "intent = 1\n[question]\n", 1, "intent: Extra", id="a key at the top"),
        pytest.param(
            ANSWERS, "[question]\nmax_characters = 4000", "question.max_characters = 0", 1, "greater", id="dotted"
        ),
        pytest.param(INTENTS, 'risk = "low"', 'risk = "none"', 2, "question.risk: Input should be 'low'", id="a risk"),
        pytest.param(INTENTS, '"vectors"]', '"bm25"]', 3, "question.retrievers.1: Input", id="an unknown retriever"),
        pytest.param(INTENTS, '  "keywords",\n', '  "x",\n', 8, "other.retrievers.0: Input", id="over several lines"),
        pytest.param(INTENTS, '"strong"', '"best"', 4, "question.model_class", id="an unknown class of model"),
        pytest.param(INTENTS, '"fast"', '"best"', 11, "other.model_class", id="the same key in the second table"),
        pytest.param(INTENTS, 'risk = "high"\n', "", 6, "other.risk: Field required", id="a key is missing in a table"),
        pytest.param(INTENTS, '"fast"', '"fast"\nreviews = true', 12, "other.reviews: Extra", id="an unknown key here"),
        pytest.param(INTENTS, '"fast"', '"fast"\ntools = "all"', 12, "other.tools", id="a text for a list"),
        pytest.param(INTENTS, '"fast"', '"fast"\nreview = "maybe"', 12, "other.review", id="neither yes nor no"),
        pytest.param(INTENTS, '"fast"', '"fast"\nintent = "question"', 12, "other.intent", id="two names of an intent"),
        pytest.param(INTENTS, '"fast"', '"fast"\nreview = true', 6, "name `reviewers`", id="checked by nobody"),
        pytest.param(
            INTENTS,
            '"fast"',
            '"fast"\nreview = true\nreviewers = ["U12"]',
            6,
            "how long each has",
            id="checked for ever",
        ),
        pytest.param(INTENTS, '"fast"', '"fast"\nreviewers = ["U12"]', 6, "`review = true`", id="who checks nothing"),
        pytest.param(INTENTS, '"fast"', '"fast"\nreviewers = ["@omar"]', 12, "other.reviewers.0", id="no account's id"),
        pytest.param(INTENTS, '"fast"', '"fast"\nreview_within_minutes = 0', 12, "greater than 0", id="no time at all"),
        pytest.param(
            INTENTS, 'risk = "high"', 'does = "help"\nrisk = "high"\nreview = true', 6, "by rule", id="no answer"
        ),
        pytest.param(INTENTS, "[question]", "top = 1\n[question]", 1, "`top` must be a table", id="a loose key"),
        pytest.param(INTENTS, "[other]", "[[other]]", 6, "`other` must be a table", id="an array of tables"),
        pytest.param(INTENTS, "[question]", "[questions]", None, "`question` is missing", id="questions have no rule"),
    ],
)
def test_wrong_rule_text_names_its_file_line_and_reason(
    file: str, old: str, new: str, line: int | None, reason: str
) -> None:
    error = broken(file, old, new)
    assert (error.file, error.line) == (file, line)
    assert reason in error.reason
    assert str(error) == f"{file}{f', line {line}' if line else ''}: {error.reason}"


@pytest.mark.parametrize("file", [ANSWERS, AUDIENCE, INTENTS])
def test_missing_rule_file_is_named(file: str) -> None:
    with pytest.raises(RulesError, match="this rule file is missing") as raised:
        parse({name: text for name, text in TEXTS.items() if name != file})
    assert raised.value.file == file


@pytest.mark.parametrize("file", ["tool.toml", "Answers.toml", ""])
def test_unknown_rule_file_is_named(file: str) -> None:
    with pytest.raises(RulesError, match="no such rule file is known") as raised:
        parse({**TEXTS, file: ""})
    assert raised.value.file == file


def test_empty_rule_texts_are_refused() -> None:
    with pytest.raises(RulesError):
        parse(dict.fromkeys(FILES, ""))


def test_rules_are_read_as_they_are_written() -> None:
    rules = parse(TEXTS)
    assert rules.answers.evidence.passages == 8
    assert rules.answers.answerability.min_confidence == 1.5
    assert list(rules.intents) == ["question", "other"]
    assert rules.intents["other"].intent == "other"
    assert rules.intents["other"].retrievers == ("keywords",)
    assert rules.intents["other"].tools == ()
    assert rules.audience.full_members.principals == {"wiki/group:licensed"}
    assert rules.digest == digest(TEXTS)


def test_rules_from_before_there_were_limits_within_a_minute_have_none() -> None:
    asked = parse(TEXTS).answers.question
    assert (asked.a_minute_by_one, asked.a_minute_by_all) == (None, None)


def test_texts_from_before_there_were_rules_of_redaction_go_by_what_is_packaged() -> None:
    assert REDACTION not in TEXTS
    assert parse(TEXTS).redaction == Redaction()
    for destination in ("model", "channel", "log"):
        assert parse(PACKAGED).redaction.masked(destination) == Redaction().masked(destination)


def test_a_kind_that_a_table_does_not_name_is_masked_there() -> None:
    rules = parse({**TEXTS, REDACTION: '[model]\niban = "keep"\n'}).redaction
    assert rules.masked("model") == set(Kind) - {Kind.IBAN}
    assert rules.masked("channel") == Redaction().masked("channel")


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        ('[model]\nnames = "mask"\n', 2, "names"),
        ('[model]\ncard = "hide"\n', 2, "keep"),
        ('[phones]\nregions = ["XX"]\n', 2, "no such country"),
        ('[everywhere]\ncard = "mask"\n', 1, "everywhere"),
    ],
)
def test_rules_of_redaction_that_are_not_understood_stop_everything(text: str, line: int, reason: str) -> None:
    with pytest.raises(RulesError, match=reason) as raised:
        parse({**TEXTS, REDACTION: text})
    assert (raised.value.file, raised.value.line) == (REDACTION, line)


def test_packaged_rules_name_every_kind_for_every_destination() -> None:
    tables = tomllib.loads(PACKAGED[REDACTION])
    for destination in ("model", "channel", "log"):
        assert set(tables[destination]) == {kind.value for kind in Kind}


def test_rules_from_before_there_were_ages_tell_of_none_and_the_packaged_ones_do() -> None:
    assert (parse(TEXTS).answers.ages.months, parse(TEXTS).answers.ages.unread_days) == (0, 0)
    ages = parse(PACKAGED).answers.ages
    assert (ages.of("wiki/hr"), ages.unread_days) == (18, 14)


def test_packaged_rules_parse_and_let_people_ask() -> None:
    rules = parse(PACKAGED)
    asked = rules.answers.question
    assert asked.a_minute_by_one is not None
    assert asked.a_minute_by_all is not None
    assert asked.a_minute_by_one < asked.a_minute_by_all
    assert rules.intents["question"].tools == ()
    assert {entry.name for entry in FOLDER.iterdir() if entry.name.endswith(".toml")} == set(FILES)


def test_digest_changes_with_any_character_of_any_file() -> None:
    seen = {digest(TEXTS)}
    for file, text in TEXTS.items():
        for at in range(len(text)):
            seen.add(digest({**TEXTS, file: text[:at] + chr(ord(text[at]) ^ 1) + text[at + 1 :]}))
    assert len(seen) == 1 + sum(map(len, TEXTS.values()))


@pytest.mark.parametrize(
    "other",
    [
        pytest.param({"a": "xb", "c": ""}, id="text moved to its file's name"),
        pytest.param({"a": "", "c": "xb"}, id="text moved to the other file"),
        pytest.param({"a": "xb"}, id="an empty file less"),
        pytest.param({"a": "x", "bc": ""}, id="a letter moved to the next file's name"),
    ],
)
def test_digest_knows_where_one_file_ends_and_the_next_begins(other: dict[str, str]) -> None:
    assert digest(other) != digest({"a": "x", "c": "b"})


def test_digest_does_not_depend_on_the_order_of_the_files() -> None:
    assert digest(TEXTS) == digest(dict(reversed(TEXTS.items())))


def test_whoever_changes_what_they_have_read_changes_it_for_nobody_else() -> None:
    texts = {file: (resources.files("policies") / "rules" / file).read_text(encoding="utf-8") for file in FILES}
    tables(texts)[INTENTS]["question"]["examples"].clear()
    assert tables(texts)[INTENTS]["question"]["examples"]
