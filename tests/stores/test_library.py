"""How many documents can be found within some lists: those of which it is sure who reads them."""

import pytest

from bot.core.nouns import ListId
from bot.stores.access import AccessStore
from bot.stores.database import MOST_PARAMETERS, Database
from bot.stores.library import StoredLibrary
from connectors.model import OwnedLayer
from policies.people import Audience, Email
from tests.stores.house import NOON, House, document, hidden, layer

STAFF, HR = (layer("group:staff"),), (layer("group:staff"), layer("group:hr"))


@pytest.fixture
def house(database: Database) -> House:
    made = House(database).added()
    made.know({"ana@acme.test": ["group:staff"], "ben@acme.test": ["group:staff", "group:hr"]})
    made.bring(
        document("a", "One.", "Two.", access=STAFF),
        document("b", "Three.", access=STAFF),
        document("c", "Four.", access=HR),
    )
    return made


def lists(house: House, name: str) -> frozenset[ListId]:
    store = AccessStore(house.database)
    return store.readable(Audience.only(store.person(Email(f"{name}@acme.test"))), NOON)


def test_documents_are_counted_and_not_their_passages(house: House) -> None:
    library = StoredLibrary(house.database)
    assert library.documents(lists(house, "ana")) == {"acme": 2}
    assert library.documents(lists(house, "ben")) == {"acme": 3}
    assert library.documents(lists(house, "eve")) == {}
    assert library.documents([]) == {}


def test_a_list_of_which_nobody_is_sure_does_not_count(house: House) -> None:
    staff = STAFF[0]
    unsure = OwnedLayer(node="folder", layer=staff.layer.model_copy(update={"unsure": True}))
    house.bring(document("d", "Five.", access=(unsure,)))
    assert StoredLibrary(house.database).documents(lists(house, "ana")) == {"acme": 2}


def test_what_is_gone_does_not_count_though_its_list_is_still_known(house: House) -> None:
    house.catalogue.hide(hidden(["c"], []))
    assert StoredLibrary(house.database).documents(lists(house, "ben")) == {"acme": 2}


def test_however_many_lists_there_are(house: House) -> None:
    many = [*lists(house, "ben"), *(ListId(f"acme:{number}") for number in range(3 * MOST_PARAMETERS))]
    assert StoredLibrary(house.database).documents(many) == {"acme": 3}
