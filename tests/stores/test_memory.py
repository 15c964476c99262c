"""What is kept of a source's tree, and what becomes of everything below when one node changes."""

from datetime import datetime, timedelta

import pytest

from bot.core.ports import Reached
from bot.stores.access import AccessStore
from bot.stores.catalogue import SourceCatalogue
from bot.stores.database import Database
from bot.stores.ledger.book import Ledger
from bot.stores.loops import Checkpoint
from bot.stores.sources import Sources
from connectors.model import AccessChanged, Batch, Cursor, LayerChanged, Loop, Node, OwnedLayer
from policies.access import Layer
from policies.people import Audience, email_address
from tests.stores.house import NOON, House, document, layer
from tests.stores.ledgers import KEY

SPACE, TOP, LEAF = (
    Node(id="space:1", kind="space"),
    Node(id="page:1", kind="page", parent="space:1", label="3"),
    Node(id="page:2", kind="page", parent="page:1", label="1"),
)
OPEN = layer("anyone", node="page:1")
STAFF = layer("group:staff", node="space:1")
PAGE = document("page:2", "Leaf.", access=(STAFF, OPEN))
ANA = "ana@acme.test"


@pytest.fixture
def house(database: Database) -> House:
    """A tree of a space, a page in it, and a page below that, which anybody of the staff may read."""
    made = House(database).added()
    made.know({ANA: ["group:staff", "anyone"]})
    made.catalogue.hide(Batch(nodes=(SPACE, TOP, LEAF)))
    made.bring(PAGE)
    return made


def test_a_layer_that_is_tightened_shuts_all_that_lies_below_it_and_writes_no_document(house: House) -> None:
    before = house.catalogue.memory.known()
    assert house.readers(PAGE, ANA) == {ANA}
    house.catalogue.hide(Batch(changes=(LayerChanged(layer=layer("group:hr", node="page:1")),)))
    assert house.readers(PAGE, ANA) == set()
    assert house.catalogue.memory.known() == before
    house.catalogue.hide(Batch(changes=(LayerChanged(layer=OPEN),)))
    assert house.readers(PAGE, ANA) == {ANA}


def test_who_has_asked_before_is_told_of_a_layer_that_was_tightened_or_forgotten_since(house: House) -> None:
    """What an audience may read is remembered until who may read what has changed."""
    store = AccessStore(house.database)
    ana = Audience.only(store.person(email_address(ANA)))
    assert len(store.readable(ana, NOON)) == 1
    house.catalogue.hide(Batch(changes=(LayerChanged(layer=layer("group:hr", node="page:1")),)))
    assert store.readable(ana, NOON) == frozenset()
    house.catalogue.hide(Batch(changes=(LayerChanged(layer=OPEN),)))
    assert len(store.readable(ana, NOON)) == 1
    house.catalogue.hide(Batch(), Reached(Loop.STRUCTURE, None, ("page:1",)))
    assert store.readable(ana, NOON) == frozenset()


def test_a_node_that_is_forgotten_takes_its_layer_along_and_what_named_it_is_shut(house: House) -> None:
    house.catalogue.hide(Batch(), Reached(Loop.STRUCTURE, None, ("page:1",)))
    assert house.readers(PAGE, ANA) == set()
    assert set(house.catalogue.memory.nodes()) == {"space:1", "page:2"}
    assert house.catalogue.memory.layers(["page:1", "space:1"]) == {"space:1": STAFF.layer}


def test_a_layer_nobody_is_sure_of_stays_so(house: House) -> None:
    unsure = OwnedLayer(node="page:1", layer=Layer(grants=OPEN.layer.grants, unsure=True))
    house.catalogue.hide(Batch(changes=(LayerChanged(layer=unsure),)))
    assert house.catalogue.memory.layers(["page:1"]) == {"page:1": unsure.layer}
    (access,) = house.passages.access_of(["acme:page:2"]).values()
    assert access.unsure


def test_what_lies_below_is_found_at_every_depth_and_once_in_a_circle(house: House) -> None:
    assert house.catalogue.memory.below(["space:1"]) == {"page:1": TOP, "page:2": LEAF}
    assert house.catalogue.memory.below(["page:2"]) == {}
    house.catalogue.hide(Batch(nodes=(TOP.model_copy(update={"parent": "page:2"}),)))
    assert set(house.catalogue.memory.below(["page:1"])) == {"page:2"}


def test_a_node_is_as_it_was_last_placed(house: House) -> None:
    moved = LEAF.model_copy(update={"parent": "space:1", "missing": True, "label": None})
    house.catalogue.hide(Batch(nodes=(LEAF, moved)))
    assert house.catalogue.memory.nodes(["page:2"]) == {"page:2": moved}


def test_known_names_what_its_source_called_the_version(house: House) -> None:
    page = document("page:1", "Top.", access=(STAFF,)).model_copy(update={"label": "3"})
    house.bring(page)
    assert house.catalogue.memory.known(["page:1"])["page:1"].label == "3"
    assert set(house.catalogue.memory.known()) == {"page:1", "page:2"}
    assert house.catalogue.memory.known([]) == {}


def test_another_source_has_a_tree_of_its_own(house: House) -> None:
    other = House(house.database, source="wiki").added()
    assert other.catalogue.memory.nodes() == {}
    assert other.catalogue.memory.below(["space:1"]) == {}
    other.catalogue.hide(Batch(nodes=(SPACE,)), Reached(Loop.STRUCTURE, Cursor("1"), ()))
    house.removed()
    assert set(other.catalogue.memory.nodes()) == {"space:1"}


def test_a_cursor_moves_with_the_last_of_its_batch_and_goes_with_its_source(house: House) -> None:
    (staged,) = house.stage(document("page:1", "Top."))
    house.catalogue.go_live([staged], Reached(Loop.CONTENT, Cursor("2"), ()), embedded_by=None)
    house.catalogue.hide(
        Batch(changes=(AccessChanged(id="page:1", access=()),)), Reached(Loop.ACCESS, Cursor("page:1"), ())
    )
    (source,) = Sources(house.database).active()
    assert source.loops == {Loop.CONTENT: Checkpoint(Cursor("2")), Loop.ACCESS: Checkpoint(Cursor("page:1"))}
    house.removed()
    house.added()
    (source,) = Sources(house.database).active()
    assert source.loops == {}


def test_a_pass_that_goes_on_where_another_was_cut_off_is_as_old_as_that_one(database: Database) -> None:
    """What that one had read by then is not read again."""
    hours = iter(range(10))
    now = [NOON]

    def later() -> datetime:
        now[0] = NOON + timedelta(hours=next(hours))
        return now[0]

    house = House(database).added()
    catalogue = SourceCatalogue(
        database, Ledger(database, KEY), "acme", added_at=house.added_at, hold=lambda _: None, clock=later
    )
    assert catalogue.begin(Loop.ACCESS) == NOON
    assert catalogue.begin(Loop.ACCESS) == NOON + timedelta(hours=1), "nothing was reached: it began anew"
    catalogue.hide(Batch(), Reached(Loop.ACCESS, Cursor("page:1"), ()))
    began = catalogue.begin(Loop.ACCESS)
    assert began == NOON + timedelta(hours=1)
    catalogue.finish(Loop.ACCESS, began=began, problems=[])
    assert catalogue.begin(Loop.ACCESS) == NOON + timedelta(hours=3)
    (source,) = Sources(database).listed()
    assert source.read_at == {Loop.ACCESS: NOON + timedelta(hours=1)}


def test_whom_an_admin_linked_is_told_to_the_connector_until_that_is_taken_back(house: House) -> None:
    sources, ana = Sources(house.database), email_address(ANA)
    for account, new in (("1", True), ("1", False), ("2", True)):
        with house.database.writing() as session:
            assert sources.link(session, "acme", ana, account) is new
    (listed,) = sources.listed()
    assert listed.links == {ana: "2"}
    with house.database.writing() as session:
        assert sources.link(session, "acme", ana, None)
    (unlinked,) = sources.listed()
    assert unlinked.links == {}
    assert unlinked.identity != listed.identity
