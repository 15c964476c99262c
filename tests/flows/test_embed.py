"""Another embedder takes over on the real stores: what it costs, and what may happen meanwhile."""

from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from sqlmodel import select

from bot.core.failpoints import armed
from bot.core.ports import Maker, Scope
from bot.flows import embed
from bot.flows.embed import Change, take_over
from bot.stores.database import Database
from bot.stores.embedders import Embedders, Recorded
from bot.stores.index import Index
from bot.stores.ledger.book import Ledger
from bot.stores.tables import AccessListRow, PassageRow
from bot.stores.vectors import Vectors
from connectors.model import Gone, Retryable
from tests.conftest import DIMENSIONS, ChromaClient
from tests.fakes.embedder import CountingEmbedder
from tests.stores.house import NOON, House, document, ids_of
from tests.stores.ledgers import KEY

OLD, NEW = Recorded("hashing", "builtin", DIMENSIONS), Recorded("new", "x/new", DIMENSIONS)
AT_ONCE, PAGES = 4, 6  # more than one portion


@dataclass
class World:
    house: House
    embedders: Embedders
    embedder: CountingEmbedder
    vectors: Vectors
    index: Index
    before_index: Callable[[], object] = lambda: None
    progress: list[int] = field(default_factory=list)

    def take_over(self) -> int:
        change = Change(
            maker=Maker(self.embedder, self.vectors),
            embedding=self.house.passages,
            succession=self.embedders,
            index=self._indexed,
            reach=armed(None),
            progress=self.progress.append,
        )
        return take_over(change)

    def _indexed(self) -> None:
        """What happens just after an index was made comes before nobody switched yet."""
        self.index.newest()
        self.before_index()

    def live(self) -> set[str]:
        with self.house.database.reading() as session:
            return {row.id for row in session.exec(select(PassageRow)) if row.state == "live"}

    def found(self) -> set[str]:
        """What the new embedder's index finds by meaning, among everything."""
        with self.house.database.reading() as session:
            lists = frozenset(session.exec(select(AccessListRow.id)))
        (question,) = self.embedder.embed(["pump"])
        return {hit.passage for hit in self.index.newest().vectors(question, Scope(lists), 10_000)}  # type: ignore[arg-type]


@pytest.fixture(autouse=True)
def _small_portions(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(embed, "AT_ONCE", AT_ONCE)


@pytest.fixture
def world(database: Database, vectors: Vectors, chroma: ChromaClient, tmp_path: Path) -> Iterator[World]:
    house = House(database, vectors, home=tmp_path).added()
    house.bring(*(document(f"p{number}", f"pump {number}") for number in range(PAGES)))
    embedders = Embedders(database, Ledger(database, KEY), lambda: NOON)
    embedders.want(OLD)
    embedders.want(NEW)
    theirs = Vectors(chroma(), workspace="acme", embedder=NEW.name, dimensions=DIMENSIONS)
    with closing(Index(database, theirs, tmp_path / "index")) as index:
        yield World(house, embedders, CountingEmbedder(NEW.name), theirs, index)


def test_each_passage_is_embedded_once_and_then_it_serves(world: World) -> None:
    assert world.take_over() == len(world.embedder.texts) == PAGES
    assert world.embedders.serving() == NEW
    assert sum(world.progress) == PAGES
    assert world.found() == world.live() == set(world.vectors.ids())


def test_a_home_without_passages_switches_at_once(database: Database, world: World) -> None:
    world.house.removed()
    assert world.take_over() == 0
    assert world.embedders.serving() == NEW


def test_a_provider_that_fails_midway_leaves_the_old_one_serving_and_is_asked_only_for_the_rest(world: World) -> None:
    def fail_at_the_second(calls: int) -> None:
        if calls == 1:
            raise Retryable("away")

    world.embedder.before = fail_at_the_second
    with pytest.raises(Retryable, match="away"):
        world.take_over()
    assert world.embedders.standing() == (OLD, NEW, AT_ONCE, PAGES)
    world.embedder = CountingEmbedder(NEW.name)
    assert world.take_over() == len(world.embedder.texts) == PAGES - AT_ONCE
    assert world.embedders.serving() == NEW
    assert world.found() == world.live()


def test_a_page_that_changes_meanwhile_is_searched_as_it_is_now(world: World) -> None:
    changed = document("p0", "a valve, and no other thing")
    world.embedder.before = lambda calls: world.house.bring(changed) if calls == 1 else None
    world.take_over()
    assert world.embedder.texts.count("a valve, and no other thing") == 1
    assert set(ids_of(changed)) <= world.found() == world.live()


def test_what_is_brought_in_after_the_index_was_made_is_in_it_before_anybody_searches_it(world: World) -> None:
    late = document("late", "a pump that came late")
    world.before_index = lambda: world.house.bring(late)
    assert world.take_over() == PAGES + 1
    assert set(ids_of(late)) <= world.found() == world.live()


def test_a_source_that_is_removed_meanwhile_is_not_embedded_any_further(world: World) -> None:
    world.embedder.before = lambda calls: world.house.removed() if calls == 0 else None
    assert world.take_over() == AT_ONCE
    assert world.embedders.serving() == NEW
    assert world.found() == world.live() == set()


def test_whoever_is_not_wanted_any_more_stops_with_the_portion_in_hand(world: World) -> None:
    world.embedder.before = lambda calls: world.embedders.want(OLD) if calls == 0 else None
    with pytest.raises(Gone, match="not wanted any more"):
        world.take_over()
    assert len(world.embedder.texts) == AT_ONCE
    assert world.embedders.serving() == OLD


def test_a_vector_that_got_lost_while_it_was_prepared_is_made_again(world: World) -> None:
    """As when the store of vectors was put back to an older copy."""
    lost = sorted(world.live())[:2]
    world.embedder.before = lambda calls: world.embedders.want(OLD) if calls == 1 else None
    with pytest.raises(Gone):
        world.take_over()
    world.vectors.delete(lost)  # type: ignore[arg-type]
    world.embedders.want(NEW)
    world.embedder = CountingEmbedder(NEW.name)
    assert world.take_over() == 2
    assert world.found() == world.live()
