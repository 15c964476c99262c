from collections.abc import Mapping
from datetime import UTC, datetime

import pytest
from sqlalchemy.exc import NoResultFound

from bot.app import packaged_rules
from bot.core.admin import Version
from bot.stores.config import Config
from bot.stores.database import Database
from policies import rules
from policies.overrides import with_all
from policies.rules import RulesError
from tests.threads import at_once

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
PACKAGED = packaged_rules()
EDITED = {file: text + "\n# edited\n" for file, text in PACKAGED.items()}
BROKEN = {**PACKAGED, rules.ANSWERS: "[question\n"}


@pytest.fixture
def config(database: Database) -> Config:
    return Config(database)


def adopt(database: Database, texts: Mapping[str, str] = PACKAGED) -> Version | None:
    with database.writing() as session:
        return Config(database).adopt(session, texts, NOON)


def save(database: Database, texts: Mapping[str, str], author: str = "ana@acme.test") -> Version:
    with database.writing() as session:
        return Config(database).save(session, texts, author=author, note="because", now=NOON)


def roll_back(database: Database, number: int) -> Version:
    with database.writing() as session:
        return Config(database).roll_back(session, number, author="ana@acme.test", now=NOON)


def test_without_a_version_there_are_no_rules(config: Config) -> None:
    with pytest.raises(RulesError, match="there is no version yet"):
        config.rules()


def test_packaged_rules_are_adopted_once(database: Database, config: Config) -> None:
    first = adopt(database)
    assert first is not None
    assert (first.number, first.digest, first.author) == (1, rules.digest(PACKAGED), "package")
    assert adopt(database) is None
    assert config.rules() == rules.parse(PACKAGED)
    assert config.history() == [first]


def test_packaged_rules_are_adopted_once_by_many_at_once(database: Database, config: Config) -> None:
    adopted = at_once(6, lambda _: adopt(database))
    assert [version.number for version in adopted if version is not None] == [1]
    assert len(config.history()) == 1


def test_new_packaged_rules_are_adopted_over_the_old(database: Database, config: Config) -> None:
    adopt(database)
    second = adopt(database, EDITED)
    assert second is not None
    assert second.number == 2
    assert config.rules().digest == rules.digest(EDITED)


def test_packaged_rules_that_are_known_do_not_undo_what_a_person_saved(database: Database, config: Config) -> None:
    adopt(database)
    save(database, EDITED)
    assert adopt(database) is None
    assert config.rules().digest == rules.digest(EDITED)


def test_what_was_saved_is_in_force_for_everybody_at_once(database: Database, config: Config) -> None:
    adopt(database)
    assert config.rules().digest == rules.digest(PACKAGED)
    saved = save(database, EDITED)
    assert saved == Version(2, rules.digest(EDITED), "ana@acme.test", "because", NOON)
    assert config.rules().digest == saved.digest


def test_what_cannot_be_parsed_is_refused_and_the_version_before_stays(database: Database, config: Config) -> None:
    adopt(database)
    with pytest.raises(RulesError) as refused:
        save(database, BROKEN)
    assert (refused.value.file, refused.value.line) == (rules.ANSWERS, 1)
    assert config.rules().digest == rules.digest(PACKAGED)
    assert len(config.history()) == 1


@pytest.mark.parametrize("texts", [{}, {**PACKAGED, "other.toml": ""}], ids=["missing", "unknown"])
def test_a_version_is_whole(database: Database, config: Config, texts: Mapping[str, str]) -> None:
    with pytest.raises(RulesError):
        save(database, texts)
    assert config.history() == []


def test_rolling_back_is_a_new_version(database: Database, config: Config) -> None:
    adopt(database)
    save(database, EDITED)
    back = roll_back(database, 1)
    assert (back.number, back.digest, back.note) == (3, rules.digest(PACKAGED), "rolled back to 1")
    assert config.rules().digest == rules.digest(PACKAGED)
    assert [(version.number, version.author) for version in config.history()] == [
        (1, "package"),
        (2, "ana@acme.test"),
        (3, "ana@acme.test"),
    ]


def test_rolling_back_to_what_never_was_changes_nothing(database: Database, config: Config) -> None:
    adopt(database)
    with pytest.raises(NoResultFound):
        roll_back(database, 7)
    assert len(config.history()) == 1


def test_concurrent_saves_are_versions_without_gaps_and_none_is_overwritten(database: Database, config: Config) -> None:
    def one(number: int) -> str | None:
        texts = {file: f"{text}\n# {number}\n" for file, text in PACKAGED.items()}
        try:
            return save(database, texts, author=f"{number}@acme.test").digest
        except RulesError as refused:
            return None if "somebody else saved a version just now" in refused.reason else "refused for another reason"

    saved = [digest for digest in at_once(8, one) if digest is not None]
    history = config.history()
    assert saved
    assert [version.number for version in history] == list(range(1, len(saved) + 1))
    assert {version.digest for version in history} == set(saved)


LINES = ("answers", "answer", "max_lines")


def test_what_was_set_is_carried_into_a_newer_package(database: Database, config: Config) -> None:
    adopt(database)
    save(database, with_all(PACKAGED, LINES, 8))
    newer = adopt(database, EDITED)
    assert newer is not None
    assert (newer.number, newer.author) == (3, "package")
    assert config.rules().answers.answer.max_lines == 8
    assert config.newest().texts[rules.ANSWERS] == EDITED[rules.ANSWERS]
    assert adopt(database, EDITED) is None


def test_a_rollback_to_an_older_package_outlives_the_next_start(database: Database, config: Config) -> None:
    adopt(database)
    adopt(database, EDITED)
    roll_back(database, 1)
    assert adopt(database, EDITED) is None
    assert config.rules().digest == rules.digest(PACKAGED)


def test_a_newer_package_into_which_what_was_set_does_not_fit_changes_nothing(
    database: Database, config: Config
) -> None:
    adopt(database)
    saved = save(database, with_all(PACKAGED, ("intents", "greeting", "says"), "Hello!"))
    lines = PACKAGED[rules.INTENTS].split("\n[greeting]")
    without = lines[0] + "\n[thanks]" + lines[1].split("\n[thanks]")[1]
    with pytest.raises(RulesError, match="greeting"):
        adopt(database, {**PACKAGED, rules.INTENTS: without})
    assert config.rules().digest == saved.digest


def test_a_version_is_made_from_the_newest_or_not_at_all(database: Database, config: Config) -> None:
    adopt(database)
    save(database, EDITED)
    with pytest.raises(RulesError, match="meanwhile"), database.writing() as session:
        config.save(session, PACKAGED, author="ben@acme.test", note="late", now=NOON, base=1)
    assert len(config.history()) == 2
