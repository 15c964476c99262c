import string
import time
from collections.abc import Callable
from datetime import timedelta
from random import Random

import pytest
from sqlmodel import Session, select

from bot.core.errors import BadUse, LostLease
from bot.core.nouns import Event, PassageId
from bot.core.ports import Reached
from bot.stores.catalogue import SourceCatalogue
from bot.stores.database import Database
from bot.stores.generations import INDEX, generation
from bot.stores.ledger.book import Ledger
from bot.stores.ledger.verify import verify
from bot.stores.loops import Checkpoint
from bot.stores.sources import Sources
from bot.stores.tables import PassageRow
from connectors.folder.access import LONGEST_ADDRESS, LONGEST_GROUP
from connectors.folder.files import MOST_BYTES_OF_AN_ID
from connectors.model import AccessChanged, Batch, Cursor, Gone, Loop, Problem
from tests.stores.house import EVERYBODY, NOON, House, document, groups, hidden, ids_of, layer, pieces
from tests.stores.ledgers import KEY
from tests.threads import at_once

PAGE = document("a", "One.", "Two.")
Call = Callable[[SourceCatalogue], object]
WRITES: dict[str, Call] = {
    "replace_groups": lambda catalogue: catalogue.replace_groups(groups({})),
    "hide": lambda catalogue: catalogue.hide(hidden(["a"], [AccessChanged(id="b", access=EVERYBODY)])),
    "stage": lambda catalogue: catalogue.stage([(PAGE, pieces(PAGE))]),
    "go_live": lambda catalogue: catalogue.go_live([], embedded_by=None),
    "purge": lambda catalogue: catalogue.purge([PassageId("p")]),
    "finish": lambda catalogue: catalogue.finish(Loop.CONTENT, began=NOON, problems=[]),
    "stop": lambda catalogue: catalogue.stop(Loop.ACCESS, why="away"),
    "record": lambda catalogue: catalogue.record(Event(kind="synced")),
}
EACH_WRITE = pytest.mark.parametrize("write", WRITES.values(), ids=WRITES.keys())


@pytest.fixture
def house(database: Database) -> House:
    return House(database).added()


@pytest.fixture
def other(database: Database) -> House:
    return House(database, source="wiki").added()


def rows(house: House) -> set[str]:
    with house.database.reading() as session:
        return set(session.exec(select(PassageRow.id)))


def every_row(house: House) -> list[PassageRow]:
    with house.database.reading() as session:
        return list(session.exec(select(PassageRow)))


def moved(house: House) -> int:
    with house.database.reading() as session:
        return generation(session, INDEX)


def random_name(length: int) -> str:
    """That a database cannot make shorter."""
    return "".join(Random(7).choices(string.ascii_letters + string.digits, k=length))


def test_the_longest_names_that_a_source_may_have_fit_the_keys(database: Database) -> None:
    """PostgreSQL bounds a key at 2,704 bytes, and one that is longer would stop the whole sync."""
    house = House(database, source=random_name(63).lower()).added()
    page = document(random_name(MOST_BYTES_OF_AN_ID), "One.", access=[layer("group:x", source=house.source)])
    house.bring(page)
    assert set(house.catalogue.memory.known()) == {page.id}
    group = "group:" + "".join(Random(7).choices([chr(0x4E00 + at) for at in range(9_000)], k=LONGEST_GROUP - 6))
    address = random_name(LONGEST_ADDRESS - 10).lower() + "@acme.test"
    assert house.know({address: [group]})
    (known,) = Sources(database).active()
    assert (known.documents, known.people) == (1, 1)


@EACH_WRITE
def test_nothing_is_written_once_the_lease_is_lost(house: House, write: Call) -> None:
    def lost(_: Session) -> None:
        raise LostLease("another worker")

    ledger = Ledger(house.database, KEY)
    catalogue = SourceCatalogue(house.database, ledger, "acme", added_at=NOON, hold=lost, clock=lambda: NOON)
    house.bring(document("b", "Three."))
    before = (rows(house), moved(house), dict(house.catalogue.memory.known()))
    with pytest.raises(LostLease):
        write(catalogue)
    assert (rows(house), moved(house), dict(house.catalogue.memory.known())) == before


@EACH_WRITE
def test_nothing_is_written_to_a_source_that_was_removed_meanwhile(house: House, write: Call) -> None:
    house.bring(document("b", "Three."))
    house.removed()
    before = rows(house)
    with pytest.raises(Gone, match="acme was removed"):
        write(house.catalogue)
    assert rows(house) == before


def test_removing_a_source_hides_at_once_and_brings_nothing_back(house: House, other: House) -> None:
    theirs = document("a", "Theirs.")
    other.bring(theirs)
    house.bring(PAGE)
    staged = house.stage(document("b", "Three."))
    before = moved(house)
    assert house.removed() == 1
    assert moved(house) > before
    assert house.texts(PAGE) == []
    with pytest.raises(Gone):
        house.go_live(staged)
    assert other.texts(theirs) == ["Theirs."]
    assert [source.name for source in Sources(house.database).active()] == ["wiki"]


def test_a_source_is_removed_once(house: House) -> None:
    house.removed()
    with pytest.raises(BadUse, match="no source named acme"):
        house.removed()


def test_a_removed_source_can_be_added_again_and_begins_empty(house: House) -> None:
    house.bring(PAGE)
    house.removed()
    house.added()
    assert house.catalogue.memory.known() == {}
    assert house.catalogue.cursor(Loop.CONTENT) is None
    house.catalogue.purge(house.catalogue.leftovers())
    (staged,) = house.bring(PAGE)
    assert len(staged.fresh) == 2
    assert house.texts(PAGE) == ["One.", "Two."]


@EACH_WRITE
def test_nothing_read_of_a_removed_source_is_written_to_one_of_the_same_name(house: House, write: Call) -> None:
    first = house.catalogue
    house.removed()
    house.added(at=NOON + timedelta(seconds=1))
    with pytest.raises(Gone):
        write(first)
    write(house.catalogue)


def test_what_is_left_of_removed_sources_is_cleared_without_any_source(house: House, other: House) -> None:
    house.bring(PAGE)
    other.stage(PAGE)
    sources = Sources(house.database)
    assert sources.leftovers() == []
    house.removed()
    other.removed()
    assert set(sources.leftovers()) == rows(house) == {*ids_of(PAGE), *ids_of(PAGE, "wiki")}
    sources.purge_leftovers(sources.leftovers())
    assert rows(house) == set()


def test_what_is_left_of_a_source_that_was_added_again_meanwhile_is_its_own_business(house: House) -> None:
    house.stage(PAGE)
    house.removed()
    sources = Sources(house.database)
    late = sources.leftovers()
    house.added()
    sources.purge_leftovers(late)
    assert rows(house) == set(ids_of(PAGE))


def test_removing_while_it_is_being_read_deadlocks_nobody(house: House) -> None:
    house.bring(*(document(f"d{number}", f"Text {number}.") for number in range(20)))

    def bring_again_and_again() -> None:
        for turn in range(1000):
            house.bring(*(document(f"d{each}", f"Text {each} {turn}.") for each in range(20)))
            time.sleep(0.02)  # SQLite's lock goes to whoever asks at the right moment, not to whoever waited longest

    def act(number: int) -> None:
        if not number:
            house.removed()
            return
        with pytest.raises(Gone):
            bring_again_and_again()

    at_once(2, act)
    assert house.catalogue.memory.known() == {}
    assert "live" not in {row.state for row in every_row(house)}


def test_leftovers_are_what_may_not_be_found(house: House) -> None:
    house.bring(PAGE)
    house.stage(document("b", "Three."))
    house.catalogue.hide(hidden(["a"], []))
    assert set(house.catalogue.leftovers()) == rows(house)
    house.bring(document("c", "Four."))
    assert set(house.catalogue.leftovers()) == rows(house) - set(ids_of(document("c", "Four.")))


def test_purging_never_touches_what_is_live_however_late_it_comes(house: House) -> None:
    staged = house.stage(PAGE)
    late = house.catalogue.leftovers()
    house.go_live(staged)
    house.catalogue.purge(late)
    house.catalogue.purge(ids_of(PAGE))
    assert house.texts(PAGE) == ["One.", "Two."]


def test_leftovers_never_name_what_another_source_is_bringing_in(house: House, other: House) -> None:
    staged = other.stage(PAGE)
    retired = document("b", "Three.")
    other.bring(retired)
    other.catalogue.hide(hidden(["b"], []))
    assert house.catalogue.leftovers() == []
    house.catalogue.purge(house.catalogue.leftovers())
    other.go_live(staged)
    assert other.texts(PAGE) == ["One.", "Two."]
    assert list(other.catalogue.leftovers()) == list(ids_of(retired, "wiki"))


def test_leftovers_of_a_source_that_was_removed_are_anybodys(house: House, other: House) -> None:
    other.bring(PAGE)
    other.removed()
    assert set(house.catalogue.leftovers()) == set(ids_of(PAGE, "wiki"))
    house.catalogue.purge(house.catalogue.leftovers())
    assert rows(house) == set()


def test_a_source_whose_name_begins_like_another_is_another(database: Database) -> None:
    short, long = House(database, source="wiki").added(), House(database, source="wiki-2").added()
    long.stage(PAGE)
    assert short.catalogue.leftovers() == []
    assert set(long.catalogue.leftovers()) == set(ids_of(PAGE, "wiki-2"))


def test_many_are_purged_and_hidden_over_more_than_one_portion(house: House) -> None:
    long = document("last", *(f"Text {number}." for number in range(1200)))
    house.bring(long)
    house.catalogue.hide(hidden([*(f"unknown {number}" for number in range(1100)), "last"], []))
    assert house.catalogue.memory.known() == {}
    house.catalogue.purge(house.catalogue.leftovers())
    assert rows(house) == set()


def test_each_change_moves_the_generation_of_the_index(house: House) -> None:
    seen = [moved(house)]
    staged = house.stage(PAGE)
    house.go_live(staged)
    seen.append(moved(house))
    house.catalogue.hide(hidden([], [AccessChanged(id="a", access=())]))
    seen.append(moved(house))
    house.catalogue.hide(hidden(["a"], []))
    seen.append(moved(house))
    assert sorted(set(seen)) == seen


def test_a_finished_pass_is_as_fresh_as_its_beginning_and_in_the_ledger(house: House) -> None:
    problem = Problem(where="x.md", line=3, reason="no front matter")
    house.catalogue.stop(Loop.CONTENT, why="away")
    house.catalogue.hide(Batch(), Reached(Loop.CONTENT, Cursor("7"), ()))
    house.catalogue.finish(Loop.CONTENT, began=NOON, problems=[problem])
    house.catalogue.record(Event(kind="synced"))
    (source,) = Sources(house.database).active()
    assert source.loops == {Loop.CONTENT: Checkpoint(Cursor("7"), NOON, (problem,), None)}
    assert (house.catalogue.cursor(Loop.CONTENT), house.catalogue.cursor(Loop.ACCESS)) == ("7", None)
    assert verify(house.database, keys=[KEY.public]).events == 1


def test_a_source_is_counted_by_what_is_live(house: House, other: House) -> None:
    house.know({"ana@acme.test": ["group:eng"], "ben@acme.test": []})
    house.bring(PAGE, document("b", "Three."))
    house.stage(document("c", "Four."))
    ours, theirs = Sources(house.database).active()
    assert (ours.documents, ours.passages, ours.people) == (2, 3, 2)
    assert (theirs.documents, theirs.passages, theirs.people) == (0, 0, 0)


@pytest.mark.parametrize("name", ["", "A", "a/b", "a b", "-a", "a:b", "a" * 64])
def test_a_name_that_could_be_mistaken_is_refused(database: Database, name: str) -> None:
    with pytest.raises(BadUse, match="cannot name a source"):
        House(database, source=name).added()
