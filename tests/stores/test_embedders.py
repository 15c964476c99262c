"""Who serves, who is to, and what becomes of them: one decision at a time, on the real database."""

import json

import pytest
from sqlalchemy.exc import IntegrityError
from sqlmodel import col, select

from bot.core.nouns import PassageId
from bot.stores.database import Database
from bot.stores.embedders import Embedders, Recorded
from bot.stores.generations import INDEX, generation
from bot.stores.ledger.book import Ledger
from bot.stores.tables import ContentRow, EmbedderRow, EventRow, VectorRow
from bot.stores.vectors import Vectors
from connectors.model import Gone
from tests.stores.house import NOON, House, document, hidden, ids_of
from tests.stores.ledgers import KEY

OLD, NEW, THIRD = (
    Recorded(name, setting, 64) for name, setting in (("hashing", "builtin"), ("new", "x/new"), ("third", "x/third"))
)


@pytest.fixture
def house(database: Database, vectors: Vectors) -> House:
    """Two passages of two pages, with the vectors of the one that serves."""
    made = House(database, vectors).added()
    made.bring(document("a", "pump"), document("b", "valve"))
    return made


@pytest.fixture
def embedders(house: House) -> Embedders:
    made = Embedders(house.database, Ledger(house.database, KEY), lambda: NOON)
    made.want(OLD)
    return made


def ids(*pages: str) -> list[PassageId]:
    words = {"a": "pump", "b": "valve"}
    return [id_ for page in pages for id_ in ids_of(document(page, words[page]))]


def states(database: Database) -> dict[str, str]:
    with database.reading() as session:
        return dict(session.exec(select(EmbedderRow.name, EmbedderRow.state)).all())


def marked(database: Database) -> set[tuple[str, str]]:
    with database.reading() as session:
        return set(session.exec(select(VectorRow.embedder, VectorRow.passage)).all())


def at(database: Database) -> int:
    with database.reading() as session:
        return generation(session, INDEX)


def test_the_first_that_is_wanted_serves_at_once(embedders: Embedders) -> None:
    assert embedders.serving() == OLD
    assert not embedders.is_work_left()


def test_another_is_prepared_while_the_first_goes_on_serving(embedders: Embedders, house: House) -> None:
    embedders.want(NEW)
    house.passages.mark(ids("a"), NEW.name)
    assert embedders.standing() == (OLD, NEW, 1, 2)
    assert house.passages.not_embedded_by(NEW.name) == ids("b")
    assert sorted(house.passages.embedded_by(OLD.name)) == sorted(ids("a", "b"))


def test_wanting_the_same_again_changes_nothing(embedders: Embedders, house: House) -> None:
    embedders.want(NEW)
    house.passages.mark(ids("a"), NEW.name)
    before = states(house.database), marked(house.database)
    embedders.want(NEW)
    assert (states(house.database), marked(house.database)) == before


def test_nobody_serves_who_lacks_a_vector(embedders: Embedders, house: House) -> None:
    embedders.want(NEW)
    house.passages.mark(ids("a"), NEW.name)
    embedders.settle(NEW.name)
    assert not embedders.switch(NEW.name)
    assert embedders.serving() == OLD
    house.passages.mark(ids("b"), NEW.name)
    assert embedders.switch(NEW.name)
    assert states(house.database) == {"hashing": "retired", "new": "serving"}


def test_a_switch_is_in_the_ledger_with_what_it_was_from_and_to(embedders: Embedders, house: House) -> None:
    embedders.want(NEW)
    house.passages.mark(ids("a", "b"), NEW.name)
    embedders.settle(NEW.name)
    assert embedders.switch(NEW.name)
    with house.database.reading() as session:
        event = select(EventRow.seq).where(col(EventRow.kind) == "embedder_switched")
        (body,) = session.exec(select(ContentRow.body).where(col(ContentRow.seq).in_(event)))
    assert json.loads(body) == {"from": "hashing", "to": "new", "passages": 2}


def test_two_never_serve(embedders: Embedders, house: House) -> None:
    def make_another_serve() -> None:
        with house.database.writing() as session:
            session.add(EmbedderRow(workspace="acme", **NEW._asdict(), state="serving"))

    with pytest.raises(IntegrityError):
        make_another_serve()


@pytest.mark.parametrize("again", [OLD, THIRD], ids=["the one that serves", "a third"])
def test_whoever_is_not_wanted_any_more_never_serves(embedders: Embedders, house: House, again: Recorded) -> None:
    embedders.want(NEW)
    house.passages.mark(ids("a", "b"), NEW.name)
    embedders.settle(NEW.name)
    embedders.want(again)
    for step in (embedders.check_wanted, embedders.settle, embedders.switch):
        with pytest.raises(Gone, match="not wanted any more"):
            step(NEW.name)
    assert embedders.serving() == OLD
    assert [one.name for one in embedders.retired()] == [NEW.name]


def test_nobody_switches_who_has_not_settled(embedders: Embedders, house: House) -> None:
    """Its index would not know of what it got last."""
    embedders.want(NEW)
    house.passages.mark(ids("a", "b"), NEW.name)
    with pytest.raises(Gone):
        embedders.switch(NEW.name)


def test_what_is_prepared_is_no_change_to_what_is_found_until_an_index_may_have_it(
    embedders: Embedders, house: House
) -> None:
    embedders.want(NEW)
    before = at(house.database)
    house.passages.mark(ids("a"), NEW.name)
    house.passages.unmark(ids("a"), NEW.name)
    assert at(house.database) == before
    embedders.settle(NEW.name)
    house.passages.mark(ids("a"), NEW.name)
    assert at(house.database) > before
    before = at(house.database)
    house.passages.unmark(ids("b"), OLD.name)
    assert at(house.database) > before


def test_what_is_known_of_retired_vectors_is_forgotten_and_nothing_else(embedders: Embedders, house: House) -> None:
    embedders.want(NEW)
    house.passages.mark(ids("a", "b"), NEW.name)
    embedders.want(OLD)
    embedders.forget(NEW.name)
    embedders.cleared(NEW.name)
    assert {embedder for embedder, _ in marked(house.database)} == {OLD.name}
    assert len(marked(house.database)) == 2
    assert (states(house.database)[NEW.name], embedders.is_work_left()) == ("gone", False)


def test_what_is_wanted_again_is_not_forgotten(embedders: Embedders, house: House) -> None:
    embedders.want(NEW)
    house.passages.mark(ids("a"), NEW.name)
    embedders.want(OLD)
    embedders.want(NEW)
    with pytest.raises(Gone):
        embedders.forget(NEW.name)
    embedders.cleared(NEW.name)
    assert embedders.standing() == (OLD, NEW, 1, 2)


def test_what_is_gone_can_be_wanted_again_from_the_beginning(embedders: Embedders, house: House) -> None:
    embedders.want(NEW)
    house.passages.mark(ids("a", "b"), NEW.name)
    embedders.want(OLD)
    embedders.forget(NEW.name)
    embedders.cleared(NEW.name)
    embedders.want(NEW)
    assert embedders.standing() == (OLD, NEW, 0, 2)


def test_what_was_built_from_a_setting_is_known(embedders: Embedders) -> None:
    assert embedders.built_from("x/new") is None
    embedders.want(NEW)
    longer = Recorded("new@longer", "x/new", 128)
    embedders.want(longer)
    assert embedders.built_from("x/new") == longer
    assert embedders.built_from("builtin") == OLD


def test_a_passage_that_is_gone_by_now_gets_no_mark(embedders: Embedders, house: House) -> None:
    embedders.want(NEW)
    house.catalogue.hide(hidden(["a"], []))
    house.catalogue.purge(ids("a"))
    house.passages.mark(ids("a", "b"), NEW.name)
    assert marked(house.database) == {(NEW.name, ids("b")[0]), (OLD.name, ids("b")[0])}
