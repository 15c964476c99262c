"""Who asks and who reads along, by where it was asked: at a terminal nobody else, in Slack whom Slack names."""

from collections.abc import Hashable
from pathlib import Path

import pytest

from bot import app
from bot.app.people import Surfaces
from bot.core.nouns import CommandLine, Place, Question, ReceiptId, SlackPlace, SlackUser
from bot.core.ports import People
from bot.settings import Settings
from bot.stores.access import AccessStore, replace_groups
from bot.stores.database import Database
from bot.stores.jobs import SYNC
from bot.stores.sources import Sources
from connectors.model import Groups
from policies.people import Audience, Email, Person, Principal
from tests.fakes.passages import NOON

ANA = Email("ana@acme.test")
AT_SLACK = SlackUser(team="T1", user="U1")
CHANNEL = SlackPlace(team="T1", channel="C1", message="1")
STAFF = frozenset({Principal("acme/group:staff")})
DECLARED = frozenset({Principal("acme/group:all")})


class Workspace(People):
    """One member beside whoever asks, who counts as having what is declared."""

    def asker(self, question: Question) -> Person:
        return Person(email=ANA, actor=str(question.asker), principals=STAFF)

    def as_of(self, question: Question) -> Hashable | None:
        return str(question.asker)

    def readers(self, question: Question, asker: Person, *, declared: frozenset[Principal]) -> Audience:  # noqa: ARG002
        return Audience(people=(asker, Person(actor="slack:T1/U2", principals=declared)), complete=True)


@pytest.fixture
def access(database: Database) -> AccessStore:
    """Ana is one of the staff."""
    with database.writing() as session:
        Sources(database).add(session, "acme", "folder", {"path": "acme"}, NOON)
        replace_groups(session, "acme", Groups(members={ANA: STAFF}, digest="1"))
    return AccessStore(database)


def question(asker: Email | SlackUser, place: Place) -> Question:
    return Question(receipt=ReceiptId("r_1"), text="?", asker=asker, place=place, asked_at=NOON)


@pytest.mark.parametrize("slack", [None, Workspace()], ids=["without Slack", "with Slack"])
def test_who_asks_at_a_terminal_is_who_the_sources_say_and_reads_alone(
    access: AccessStore, slack: People | None
) -> None:
    people, asked = Surfaces(access, slack), question(ANA, CommandLine())
    asker = people.asker(asked)
    assert asker == Person(email=ANA, principals=STAFF)
    assert people.readers(asked, asker, declared=DECLARED) == Audience.only(asker)


def test_who_asks_in_slack_and_reads_along_there_is_whom_slack_names(access: AccessStore) -> None:
    people, asked = Surfaces(access, Workspace()), question(AT_SLACK, CHANNEL)
    asker = people.asker(asked)
    assert asker == Person(email=ANA, actor="slack:T1/U1", principals=STAFF)
    readers = people.readers(asked, asker, declared=DECLARED)
    assert [person.principals for person in readers.people] == [STAFF, DECLARED]
    assert readers.complete


def test_without_slack_its_accounts_hold_nothing(access: AccessStore) -> None:
    asker = Surfaces(access, None).asker(question(AT_SLACK, CHANNEL))
    assert asker == Person(actor="slack:T1/U1")
    assert not asker.principals


@pytest.mark.parametrize("asker", [ANA, AT_SLACK], ids=["an address", "an account"])
def test_without_slack_nobody_knows_who_reads_a_place_there(access: AccessStore, asker: Email | SlackUser) -> None:
    people, asked = Surfaces(access, None), question(asker, CHANNEL)
    assert not people.readers(asked, people.asker(asked), declared=DECLARED).complete


def test_glance_at_who_reads_along_is_the_surfaces_and_a_terminal_has_none(access: AccessStore) -> None:
    people = Surfaces(access, Workspace())
    assert people.as_of(question(AT_SLACK, CHANNEL)) == str(AT_SLACK)
    assert people.as_of(question(ANA, CommandLine())) is None
    assert Surfaces(access, None).as_of(question(AT_SLACK, CHANNEL)) is None


def test_a_source_that_is_paused_is_read_for_whoever_is_linked_there_once_it_goes_on(tmp_path: Path) -> None:
    with app.records(Settings(home=tmp_path)) as records:
        now = records.clock()
        with records.database.writing() as session:
            records.sources.add(session, "wiki", "confluence", {}, now)
            records.sources.pause(session, "wiki", "ana", now)
            app.reread_people(records, session, "wiki", now)
        assert not records.jobs.is_in_hand(SYNC, "wiki")
        assert records.jobs.claim(records.clock(), kinds=[SYNC]) is None
        with records.database.writing() as session:
            records.sources.resume(session, "wiki")
            app.reread_people(records, session, "wiki", now)
        assert records.jobs.claim(records.clock(), kinds=[SYNC]) is not None
