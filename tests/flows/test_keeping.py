"""Sources that admins pause and remove: at once, once, and by nobody else."""

from datetime import timedelta

import pytest

from bot import worker
from bot.core.admin import NoAdmin, NoSuchChange, NoSuchSource, SyncAsked
from bot.core.errors import LostLease
from bot.core.keeping import (
    NotPausable,
    NotYours,
    Removal,
    RemovalAsked,
    RemovalDecided,
    SourceGoesOn,
    SourcePaused,
    SyncPaused,
)
from bot.slack.render import admin
from bot.stores.database import Database
from bot.stores.jobs import CLEAR, SYNC, Jobs
from bot.stores.sources import SAVED_KIND, Sources
from connectors.model import Gone, Loop
from policies.experts import SAVED
from tests.flows.bureau import ANA, BEN, LEASE, NOON, ZOE, Desk, Died
from tests.stores.house import House, document

PAGE = document("a", "One.", "Two.")


@pytest.fixture
def desk(database: Database) -> Desk:
    return Desk(database, first=("ana@acme.test", "ben@acme.test"))


@pytest.fixture
def wiki(database: Database, desk: Desk) -> House:
    house = House(database, source="wiki").added()
    house.bring(PAGE)
    return house


def wanted(desk: Desk, by: str = "ana") -> Removal:
    asked = desk.says(ANA if by == "ana" else BEN, "sources remove wiki")
    assert isinstance(asked, RemovalAsked)
    assert asked.reached
    return asked.removal


def state(desk: Desk, removal: Removal) -> str:
    found = desk.commands.removal(removal.id)
    assert found is not None
    return found.state


@pytest.mark.parametrize("text", ["sources pause wiki", "sources resume wiki", "sources remove wiki"])
def test_who_is_no_admin_changes_no_source(desk: Desk, wiki: House, text: str) -> None:
    assert isinstance(desk.says(ZOE, text), NoAdmin)
    assert desk.voice.confirming == []
    assert wiki.texts(PAGE) == ["One.", "Two."]
    assert desk.overview.sources()[0].paused is None


@pytest.mark.parametrize("text", ["sources pause x", "sources resume x", "sources remove x"])
def test_what_is_no_source_is_not_touched(desk: Desk, wiki: House, text: str) -> None:
    assert desk.says(ANA, text) == NoSuchSource("x", ("wiki",))


def test_a_paused_source_is_not_read_and_what_was_read_stays(desk: Desk, wiki: House) -> None:
    paused = desk.says(ANA, "sources pause wiki")
    assert paused == SourcePaused("wiki", "ana@acme.test", NOON, anew=True)
    assert desk.says(BEN, "sources pause wiki") == SourcePaused("wiki", "ana@acme.test", NOON, anew=False)
    assert desk.says(ANA, "sources sync wiki") == SyncAsked("wiki")  # the desk's own; see the office for the real one
    assert wiki.texts(PAGE) == ["One.", "Two."]
    with pytest.raises(Gone, match="paused"):
        wiki.bring(document("b", "Three."))
    with pytest.raises(Gone, match="paused"):
        wiki.catalogue.begin(Loop.CONTENT)
    assert "paused by ana@acme.test" in admin.said(desk.says(BEN, "sources")).text
    assert desk.says(BEN, "sources resume wiki") == SourceGoesOn("wiki", anew=True)
    assert desk.says(BEN, "sources resume wiki") == SourceGoesOn("wiki", anew=False)
    wiki.bring(document("b", "Three."))


def test_a_pause_takes_a_sync_from_whoever_is_at_it_and_from_the_queue(desk: Desk, wiki: House) -> None:
    jobs = Jobs(desk.database, owner="here", length=LEASE)
    with desk.database.writing() as session:
        jobs.enqueue(session, SYNC, "wiki", {"full": False}, now=NOON)
        jobs.enqueue(session, SYNC, "other", {"full": False}, now=NOON)
    held = {claim.key: claim for claim in (jobs.claim(NOON), jobs.claim(NOON)) if claim is not None}
    with desk.database.writing() as session:
        jobs.enqueue(session, SYNC, "wiki", {"full": False}, now=NOON)
    desk.says(ANA, "sources pause wiki")
    assert not jobs.is_in_hand(SYNC, "wiki")
    jobs.check(held["other"])
    with pytest.raises(LostLease):
        jobs.check(held["wiki"])


def test_saved_replies_cannot_be_paused_for_then_none_of_them_would_end(desk: Desk) -> None:
    with desk.database.writing() as session:
        Sources(desk.database).add(session, SAVED, SAVED_KIND, {}, NOON)
    assert desk.says(ANA, f"sources pause {SAVED}") == NotPausable(SAVED)
    assert desk.overview.sources()[0].paused is None


def test_what_is_added_again_is_not_paused(desk: Desk, wiki: House) -> None:
    desk.says(ANA, "sources pause wiki")
    wiki.removed()
    wiki.added(at=NOON + timedelta(seconds=1))
    assert desk.overview.sources()[0].paused is None


def test_a_source_is_removed_when_whoever_asked_says_so_again(desk: Desk, wiki: House) -> None:
    removal = wanted(desk)
    assert desk.voice.confirming == [removal]
    assert wiki.texts(PAGE) == ["One.", "Two."]
    decided = desk.confirms(ANA, removal.id)
    assert isinstance(decided, RemovalDecided)
    assert decided.removal.state == "confirmed"
    assert wiki.texts(PAGE) == []
    assert desk.overview.sources() == ()
    assert Jobs(desk.database, owner="here", length=LEASE).is_in_hand(CLEAR, "removed")
    assert "source_removed" in desk.happened


def test_what_is_removed_while_it_is_read_stays_removed(desk: Desk, wiki: House) -> None:
    jobs, reading = Jobs(desk.database, owner="here", length=LEASE), wiki.catalogue
    with desk.database.writing() as session:
        jobs.enqueue(session, SYNC, "wiki", {"full": False}, now=NOON)
    held = jobs.claim(NOON, kinds=[SYNC])
    assert held is not None
    desk.confirms(ANA, wanted(desk).id)
    with pytest.raises(LostLease):
        jobs.check(held)
    with pytest.raises(Gone, match="removed"):
        reading.begin(Loop.CONTENT)
    assert wiki.texts(PAGE) == []


def test_nobody_else_says_the_second_word(desk: Desk, wiki: House) -> None:
    removal = wanted(desk)
    assert desk.confirms(BEN, removal.id) == NotYours()
    assert isinstance(desk.confirms(ZOE, removal.id), NoAdmin)
    assert desk.confirms(ANA, "c_" + "0" * 24) == NoSuchChange()
    assert desk.presses(ANA, removal.id) == NoSuchChange()
    assert (state(desk, removal), wiki.texts(PAGE)) == ("pending", ["One.", "Two."])


def test_who_is_no_admin_any_more_removes_nothing(desk: Desk, wiki: House) -> None:
    removal = wanted(desk)
    desk.first = ("ben@acme.test",)
    assert isinstance(desk.confirms(ANA, removal.id), NoAdmin)
    assert wiki.texts(PAGE) == ["One.", "Two."]


def test_a_press_that_comes_again_says_what_became_of_it_and_does_nothing_more(desk: Desk, wiki: House) -> None:
    removal = wanted(desk)
    desk.confirms(ANA, removal.id)
    wiki.added(at=NOON + timedelta(seconds=1))
    wiki.bring(PAGE)
    again = desk.confirms(ANA, removal.id)
    assert isinstance(again, RemovalDecided)
    assert again.removal.state == "confirmed"
    assert wiki.texts(PAGE) == ["One.", "Two."]
    assert desk.happened.count("source_removed") == 1


def test_of_two_admins_who_remove_it_at_once_one_has_done_it(desk: Desk, wiki: House) -> None:
    first, second = wanted(desk), wanted(desk, "ben")
    desk.confirms(ANA, first.id)
    desk.confirms(BEN, second.id)
    assert (state(desk, first), state(desk, second)) == ("confirmed", "outdated")
    assert desk.happened.count("source_removed") == 1


def test_one_that_was_added_again_meanwhile_is_another_source(desk: Desk, wiki: House) -> None:
    removal = wanted(desk)
    wiki.removed()
    wiki.added(at=NOON + timedelta(seconds=1))
    wiki.bring(PAGE)
    desk.confirms(ANA, removal.id)
    assert (state(desk, removal), wiki.texts(PAGE)) == ("outdated", ["One.", "Two."])


def test_who_thinks_better_of_it_keeps_it(desk: Desk, wiki: House) -> None:
    removal = wanted(desk)
    desk.confirms(ANA, removal.id, approve=False)
    desk.confirms(ANA, removal.id)
    assert (state(desk, removal), wiki.texts(PAGE)) == ("kept", ["One.", "Two."])


def test_a_card_is_good_for_a_while(desk: Desk, wiki: House) -> None:
    removal = wanted(desk)
    desk.now = removal.expires_at
    desk.confirms(ANA, removal.id)
    assert (state(desk, removal), wiki.texts(PAGE)) == ("expired", ["One.", "Two."])


def test_whoever_keeps_it_late_is_not_told_that_they_confirmed_it(desk: Desk, wiki: House) -> None:
    removal = wanted(desk)
    desk.now = removal.expires_at
    desk.confirms(ANA, removal.id, approve=False)
    assert (state(desk, removal), wiki.texts(PAGE)) == ("kept", ["One.", "Two."])


def test_whoever_reads_a_source_on_again_reads_who_people_are_there(desk: Desk, wiki: House) -> None:
    desk.says(ANA, "sources pause wiki")
    desk.says(ANA, "sources resume wiki")
    assert (desk.reread, wiki.texts(PAGE)) == (["wiki"], ["One.", "Two."])


def test_whoever_cannot_be_written_to_is_told_so(desk: Desk, wiki: House) -> None:
    desk.voice.away = {ANA}
    asked = desk.says(ANA, "sources remove wiki")
    assert isinstance(asked, RemovalAsked)
    assert not asked.reached


@pytest.mark.parametrize("point", ["removal.after_hide", "command.after_effect", "command.after_tell"])
def test_who_dies_after_it_is_hidden_is_followed_by_one_who_says_so(desk: Desk, wiki: House, point: str) -> None:
    removal = wanted(desk)
    desk.dies_at = point
    with pytest.raises(Died):
        desk.confirms(ANA, removal.id)
    assert wiki.texts(PAGE) == []
    assert Jobs(desk.database, owner="here", length=LEASE).is_in_hand(CLEAR, "removed")
    desk.now += 2 * LEASE
    assert worker.heed_next(desk.commands, desk.house)
    told = desk.voice.told[-1]
    assert isinstance(told, RemovalDecided)
    assert told.removal.state == "confirmed"
    assert desk.happened.count("source_removed") == 1


@pytest.mark.parametrize("text", ["sources pause wiki", "sources remove wiki"])
def test_who_dies_over_a_command_is_followed_by_one_who_says_the_same(desk: Desk, wiki: House, text: str) -> None:
    desk.dies_at = "command.after_effect"
    with pytest.raises(Died):
        desk.says(ANA, text)
    desk.now += 2 * LEASE
    assert worker.heed_next(desk.commands, desk.house)
    told = desk.voice.told[-1]
    assert (told.anew if isinstance(told, SourcePaused) else isinstance(told, RemovalAsked)) is True
    assert len(desk.voice.confirming) == (0 if "pause" in text else 1)


def test_what_is_paused_is_said_to_whoever_wants_it_read() -> None:
    assert "sources resume wiki" in admin.said(SyncPaused("wiki")).text
