from datetime import timedelta

import pytest
from sqlmodel import select

from bot.core.nouns import ListId
from bot.stores import access
from bot.stores.access import AccessStore, access_lists, intern
from bot.stores.database import Database
from bot.stores.generations import ACCESS, generation
from bot.stores.tables import AccessListRow, LayerRow
from connectors.model import OwnedLayer
from policies.access import AccessList, Grant, Layer
from policies.people import Audience, Email, Principal
from tests.stores.house import NOON, House, document, holder, layer, readable
from tests.threads import at_once

ANA, BEN, EVE = "ana@acme.test", "ben@acme.test", "eve@acme.test"


@pytest.fixture
def house(database: Database) -> House:
    return House(database).added()


@pytest.fixture
def store(database: Database) -> AccessStore:
    return AccessStore(database)


def held(store: AccessStore, email: str) -> set[str]:
    return set(store.person(Email(email)).principals)


def interned(house: House, *layers: OwnedLayer) -> ListId:
    with house.database.writing() as session:
        return intern(session, house.source, layers)


def moved(house: House) -> int:
    with house.database.reading() as session:
        return generation(session, ACCESS)


def count(house: House, table: type[AccessListRow | LayerRow]) -> int:
    with house.database.reading() as session:
        return len(session.exec(select(table)).all())


# People.


def test_nobody_is_known_before_a_source_was_read(house: House, store: AccessStore) -> None:
    assert held(store, ANA) == set()


def test_somebody_unlisted_holds_nothing_at_a_closed_source(house: House, store: AccessStore) -> None:
    house.know({ANA: ["group:eng"]})
    assert held(store, EVE) == set()


def test_somebody_listed_holds_what_the_source_says(house: House, store: AccessStore) -> None:
    house.know({ANA: ["group:eng"], BEN: []})
    assert held(store, ANA) == {"acme/group:eng", f"acme/user:{ANA}", "acme/anyone"}
    assert held(store, BEN) == {f"acme/user:{BEN}", "acme/anyone"}


def test_somebody_unlisted_holds_their_own_address_and_no_group_at_an_open_source(
    house: House, store: AccessStore
) -> None:
    house.know({ANA: ["group:eng"]}, is_open=True)
    assert held(store, EVE) == {f"acme/user:{EVE}", "acme/anyone"}
    house.know({ANA: ["group:eng"]}, is_open=False)
    assert held(store, EVE) == set()


def test_the_same_group_name_at_two_sources_is_two_groups(house: House, store: AccessStore) -> None:
    other = House(house.database, source="wiki").added()
    house.know({ANA: ["group:eng"]})
    other.know({BEN: ["group:eng"]})
    ours, theirs = interned(house, layer("group:eng")), interned(other, layer("group:eng", source="wiki"))
    assert readable(store, store.person(Email(ANA))) == {ours}
    assert readable(store, store.person(Email(BEN))) == {theirs}


def test_a_removed_source_knows_nobody(house: House, store: AccessStore) -> None:
    house.know({ANA: ["group:eng"]}, is_open=True)
    other = House(house.database, source="wiki").added()
    other.know({ANA: ["group:eng"]})
    house.removed()
    assert held(store, ANA) == {"wiki/group:eng", f"wiki/user:{ANA}", "wiki/anyone"}
    assert held(store, EVE) == set()


def test_a_source_that_is_added_again_knows_nobody_yet(house: House, store: AccessStore) -> None:
    house.know({ANA: ["group:eng"]}, is_open=True)
    house.removed()
    house.added()
    assert held(store, ANA) == set()


def test_the_same_snapshot_again_changes_nothing(house: House) -> None:
    assert house.know({ANA: ["group:eng"]})
    before = moved(house)
    assert not house.know({ANA: ["group:eng"]})
    assert moved(house) == before


# Who may read which lists.


def test_an_audience_that_is_empty_or_incomplete_reads_nothing(house: House, store: AccessStore) -> None:
    interned(house, layer("anyone"))
    ana = holder(ANA, "acme/anyone")
    assert store.readable(Audience(people=(), complete=True), NOON) == frozenset()
    assert store.readable(Audience(people=(ana,), complete=False), NOON) == frozenset()
    assert len(store.readable(Audience.only(ana), NOON)) == 1


def test_a_list_without_layers_and_a_layer_without_grants_are_nobodys(house: House, store: AccessStore) -> None:
    interned(house)
    interned(house, layer(node="shut"))
    interned(house, layer("anyone"), layer(node="shut"))
    assert readable(store, holder(ANA, "acme/anyone")) == frozenset()


def test_a_list_that_names_an_unknown_layer_is_nobodys(house: House, store: AccessStore) -> None:
    with house.database.writing() as session:
        session.add(AccessListRow(workspace="acme", id="acme:1", source="acme", nodes=["anyone", "lost"]))
        session.add(AccessListRow(workspace="acme", id="acme:2", source="other", nodes=["anyone"]))
    interned(house, layer("anyone"))
    assert not readable(store, holder(ANA, "acme/anyone")) & {"acme:1", "acme:2"}


def test_every_layer_must_open_for_everybody(house: House, store: AccessStore) -> None:
    both = interned(house, layer("group:eng"), layer("group:lead"))
    either = interned(house, layer("group:eng", "group:lead"))
    ana, ben = holder(ANA, "acme/group:eng", "acme/group:lead"), holder(BEN, "acme/group:eng")
    assert readable(store, ana) == {both, either}
    assert readable(store, ben) == {either}
    assert readable(store, ana, ben) == {either}


def test_a_removed_group_member_no_longer_reads_at_the_next_call(house: House, store: AccessStore) -> None:
    house.know({ANA: ["group:eng"]})
    list_id = interned(house, layer("group:eng"))
    assert readable(store, store.person(Email(ANA))) == {list_id}
    house.know({ANA: []})
    assert readable(store, store.person(Email(ANA))) == frozenset()


def test_a_grant_that_was_taken_back_no_longer_opens_at_the_next_call(house: House, store: AccessStore) -> None:
    interned(house, layer("group:eng", node="space"))
    ana = holder(ANA, "acme/group:eng")
    assert len(readable(store, ana)) == 1
    interned(House(house.database), layer("group:lead", node="space"))
    assert readable(store, ana) == frozenset()


def test_a_grant_that_ends_is_noticed_without_any_write(house: House, store: AccessStore) -> None:
    end = NOON + timedelta(minutes=5)
    for_a_while = interned(house, layer("anyone", until=end))
    for_ever = interned(house, layer("anyone"))
    ana = holder(ANA, "acme/anyone")
    assert readable(store, ana) == {for_a_while, for_ever}
    assert readable(store, ana, now=end - timedelta(microseconds=1)) == {for_a_while, for_ever}
    assert readable(store, ana, now=end) == {for_ever}


def test_two_grants_that_end_are_noticed_one_after_the_other(house: House, store: AccessStore) -> None:
    first, second = NOON + timedelta(minutes=5), NOON + timedelta(minutes=9)
    interned(house, layer("anyone", until=first))
    interned(house, layer("anyone", until=second))
    ana = holder(ANA, "acme/anyone")
    assert [len(readable(store, ana, now=now)) for now in (NOON, first, second)] == [2, 1, 0]


def test_a_principal_may_hold_a_grant_that_ends_beside_one_that_does_not(house: House, store: AccessStore) -> None:
    end = NOON + timedelta(minutes=5)
    who = Principal("acme/anyone")
    grants = frozenset({Grant(principal=who), Grant(principal=who, valid_until=end)})
    list_id = interned(house, OwnedLayer(node="space", layer=Layer(grants=grants)))
    assert readable(store, holder(ANA, "acme/anyone"), now=end) == {list_id}


def test_what_was_remembered_is_never_older_than_the_last_change(house: House, store: AccessStore) -> None:
    """Readers beside a writer: once a change is committed, nobody is answered from before it."""
    ana = holder(ANA, "acme/group:eng")
    interned(house, layer("group:eng", node="space"))

    def act(number: int) -> None:
        if number:
            for _ in range(40):
                readable(store, ana)
            return
        for turn in range(20):
            name = ("group:lead", "group:eng")[turn % 2]
            interned(house, layer(name, node="space"))
            assert len(readable(store, ana)) == turn % 2

    at_once(4, act)


# Interning.


def test_equal_lists_are_one_row(house: House) -> None:
    one = interned(house, layer("group:eng"), layer("group:lead"))
    before = moved(house)
    assert interned(house, layer("group:eng"), layer("group:lead")) == one
    assert (count(house, AccessListRow), count(house, LayerRow)) == (1, 2)
    assert moved(house) == before


def test_lists_of_other_layers_are_other_rows(house: House) -> None:
    lists = {
        interned(house),
        interned(house, layer("group:eng")),
        interned(house, layer("group:eng"), layer("group:lead")),
        interned(house, layer("group:eng", "group:lead")),
    }
    assert len(lists) == count(house, AccessListRow) == 4


def test_a_changed_layer_changes_every_list_that_holds_it_in_one_write(house: House, store: AccessStore) -> None:
    space = layer("group:eng", node="space")
    lists = {interned(house, space, layer(f"group:{number}")) for number in range(5)}
    ben = holder(BEN, "acme/group:lead", *(f"acme/group:{number}" for number in range(5)))
    assert readable(store, ben) == frozenset()
    before, rows = moved(house), (count(house, AccessListRow), count(house, LayerRow))
    interned(house, layer("group:lead", node="space"), layer("group:0"))
    assert (count(house, AccessListRow), count(house, LayerRow)) == rows
    assert moved(house) == before + 1
    assert readable(store, ben) == lists


def test_layers_of_one_name_at_two_sources_are_two(house: House) -> None:
    other = House(house.database, source="wiki").added()
    ours = interned(house, layer("group:eng", node="space"))
    interned(other, layer("anyone", source="wiki", node="space"))
    with house.database.reading() as session:
        lists = access_lists(session)
    assert lists[ours] == AccessList(layers=(layer("group:eng").layer,))


def test_layers_come_back_as_they_were(house: House) -> None:
    space = layer("group:ü", "user:a@b.c", node="space", until=NOON)
    list_id = interned(house, space, layer(node="shut"))
    with house.database.reading() as session:
        assert access_lists(session, [list_id]) == {list_id: AccessList(layers=(space.layer, Layer()))}


def test_only_the_layers_of_the_wanted_lists_are_read(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """A thousand layers of other pages cost a question nothing."""
    wanted = [interned(house, layer("group:eng", node=f"page {at}"), layer("group:hr", node="space")) for at in (1, 2)]
    interned(house, layer("group:eng", node="another page"))
    looked_at: list[str] = []
    look = access._layer

    def counted(text: str, unsure: bool) -> Layer:  # noqa: FBT001
        looked_at.append(text)
        return look(text, unsure)

    monkeypatch.setattr(access, "_layer", counted)
    with house.database.reading() as session:
        lists = access_lists(session, wanted)
    assert set(lists) == set(wanted)
    assert all(len(each.layers) == 2 for each in lists.values())
    assert len(looked_at) == 3


def test_lists_of_very_many_layers_are_read_in_portions(house: House) -> None:
    pages = [layer("group:eng", node=f"page {at}") for at in range(1100)]
    list_id = interned(house, *pages)
    with house.database.reading() as session:
        assert access_lists(session, [list_id]) == {list_id: AccessList(layers=tuple(page.layer for page in pages))}


def test_removing_a_source_leaves_nothing_readable_of_it(house: House, store: AccessStore) -> None:
    house.know({ANA: []})
    house.bring(document("a", "Words."))
    assert len(readable(store, holder(ANA, "acme/anyone"))) == 1
    house.removed()
    assert readable(store, holder(ANA, "acme/anyone")) == frozenset()
