import threading
from dataclasses import replace
from pathlib import Path

import pytest
from sqlmodel import select

from bot.core.nouns import Piece, document_id
from bot.stores.database import Database
from bot.stores.passages import PassageStore, passage_ids, term_id, term_vector
from bot.stores.tables import PassageRow
from connectors.model import AccessChanged, Batch, LabelsChanged
from tests.stores.house import NOON, House, document, hidden, ids_of, layer

ANA, BEN = "ana@acme.test", "ben@acme.test"
ENG, LEAD = (layer("group:eng"),), (layer("group:lead"),)


@pytest.fixture
def house(database: Database) -> House:
    opened = House(database).added()
    opened.know({ANA: ["group:eng"], BEN: ["group:lead"]})
    return opened


def states(house: House) -> dict[str, str]:
    with house.database.reading() as session:
        return {row.text: row.state for row in session.exec(select(PassageRow))}


# What may be found.


def test_staged_is_not_found(house: House) -> None:
    page = document("a", "One.", "Two.")
    house.stage(page)
    assert house.texts(page) == []
    assert house.catalogue.memory.known() == {}
    assert states(house) == {"One.": "staged", "Two.": "staged"}


def test_live_is_found_with_everything_that_a_citation_needs(house: House) -> None:
    page = document("a", "One.", "Two.", access=ENG)
    house.bring(page)
    assert house.texts(page) == ["One.", "Two."]
    stored = house.passages.live(ids_of(page)[:1])[ids_of(page)[0]]
    assert (stored.passage.document, stored.passage.source, stored.passage.place) == ("acme:a", "acme", "handbook")
    assert (stored.passage.title, stored.passage.url) == (page.title, page.url)
    assert (stored.passage.version, stored.passage.updated) == (page.version, NOON)
    assert stored.access.layers == (ENG[0].layer,)


def test_access_is_read_as_it_is_now_under_whatever_name_it_was_read_before(house: House) -> None:
    page = document("a", "One.", access=(before := layer("group:eng", node="n"),))
    house.bring(page)
    now = layer("group:hr", node="n")
    for one in (before, now, before):
        house.catalogue.hide(hidden([], [AccessChanged(id="a", access=(one,))]))
        (stored,) = house.passages.live(ids_of(page)).values()
        assert stored.access.layers == (one.layer,)


def test_retired_is_not_found(house: House) -> None:
    page, other = document("a", "One."), document("b", "Two.")
    house.bring(page, other)
    house.catalogue.hide(hidden(["a"], []))
    assert house.texts(page) == []
    assert house.texts(other) == ["Two."]
    assert set(house.catalogue.memory.known()) == {"b"}
    assert states(house) == {"One.": "retired", "Two.": "live"}


def test_deleting_what_is_not_there_changes_nothing(house: House) -> None:
    page = document("a", "One.")
    house.bring(page)
    house.catalogue.hide(hidden(["b"], [AccessChanged(id="c", access=ENG)]))
    assert house.texts(page) == ["One."]


def test_what_is_known_is_version_and_layers(house: House) -> None:
    page = document("a", "One.", access=(*ENG, *LEAD))
    house.bring(page)
    known = house.catalogue.memory.known()["a"]
    assert (known.version, known.access) == (page.version, ("group:eng", "group:lead"))


@pytest.mark.parametrize(
    ("spaces", "kinds", "expected"),
    [
        pytest.param((), (), {"a", "b", "c", "d"}, id="everything"),
        pytest.param(("acme/hr",), (), {"a", "b"}, id="a space with what is below it"),
        pytest.param(("acme/hr/pay",), (), {"b"}, id="a part of it"),
        pytest.param(("acme/h",), (), set(), id="half a name is none"),
        pytest.param(("acme",), (), {"a", "b", "c", "d"}, id="a whole source"),
        pytest.param(("wiki", "acme/hrx"), (), {"c"}, id="any of several"),
        pytest.param((), ("sheet",), {"b", "d"}, id="a kind"),
        pytest.param(("acme/hr",), ("sheet", "page"), {"a", "b"}, id="both"),
    ],
)
def test_documents_are_named_by_where_they_are_and_what_they_are(
    house: House, spaces: tuple[str, ...], kinds: tuple[str, ...], expected: set[str]
) -> None:
    for id_, place, kind in (("a", "hr", "page"), ("b", "hr/pay", "sheet"), ("c", "hrx", "page"), ("d", "", "sheet")):
        house.bring(document(id_, f"Text of {id_}.", place=place, kind=kind))
    store = PassageStore(house.database)
    assert store.documents_in(spaces, kinds) == {f"acme:{id_}" for id_ in expected}
    house.catalogue.hide(hidden(["a"], []))
    assert store.documents_in(spaces, kinds) == {f"acme:{id_}" for id_ in expected - {"a"}}, "remembered too long"


def test_a_document_without_any_text_is_known_and_has_nothing_to_find(house: House) -> None:
    house.bring(document("a"))
    assert set(house.catalogue.memory.known()) == {"a"}
    assert states(house) == {}


# New versions.


def test_a_new_version_replaces_the_old_one(house: House) -> None:
    old, new = document("a", "Same.", "Old."), document("a", "Same.", "New.", "More.")
    house.bring(old)
    house.stage(new)
    assert house.texts(old) == ["Same.", "Old."]
    house.go_live(house.stage(new))
    assert house.texts(new) == ["Same.", "New.", "More."]
    assert states(house)["Old."] == "retired"
    assert {stored.passage.version for stored in house.passages.live(ids_of(new)).values()} == {new.version}


def test_a_reader_sees_only_whole_versions(house: House, tmp_path: Path) -> None:
    versions = [document("a", *(f"{number} {turn}." for number in range(6))) for turn in range(8)]
    whole = {tuple(version.text.split("\n\n")) for version in versions}
    every_id = [id_ for version in versions for id_ in ids_of(version)]
    house.bring(versions[0])
    done = threading.Event()
    seen: set[tuple[str, ...]] = set()
    index = replace(house, home=tmp_path).index()

    def read() -> None:
        while not done.is_set():
            live = house.passages.live(every_id).values()
            seen.add(tuple(stored.passage.text for stored in sorted(live, key=lambda each: each.passage.ordinal)))
            assert len(index.newest()) == 6

    reader = threading.Thread(target=read)
    reader.start()
    for version in versions[1:]:
        house.bring(version)
    done.set()
    reader.join()
    assert seen
    assert seen <= whole


def test_a_paragraph_put_in_at_the_top_makes_exactly_one_fresh_passage(house: House) -> None:
    house.bring(document("a", "One.", "Two.", "Three."))
    (staged,) = house.bring(document("a", "Nought.", "One.", "Two.", "Three."))
    assert [piece.text for id_, piece in staged.passages if id_ in staged.fresh] == ["Nought."]
    assert house.texts(staged.document) == ["Nought.", "One.", "Two.", "Three."]


def test_a_paragraph_taken_out_or_moved_makes_no_fresh_passage(house: House) -> None:
    house.bring(document("a", "One.", "Two.", "Three."))
    (staged,) = house.bring(document("a", "Three.", "One."))
    assert staged.fresh == ()
    assert house.texts(staged.document) == ["Three.", "One."]
    assert states(house)["Two."] == "retired"


def test_what_a_document_says_twice_is_two_passages(house: House) -> None:
    page = document("a", "Same.", "Other.", "Same.")
    house.bring(page)
    assert house.texts(page) == ["Same.", "Other.", "Same."]
    (staged,) = house.bring(document("a", "Same.", "Same.", "Other.", "Same."))
    assert len(staged.fresh) == 1
    assert house.texts(staged.document) == ["Same.", "Same.", "Other.", "Same."]
    house.bring(document("a", "Same."))
    assert house.texts(page) == ["Same."]


def test_two_documents_that_say_the_same_have_passages_of_their_own(house: House) -> None:
    one, other = document("a", "Same."), document("b", "Same.", access=ENG)
    house.bring(one, other)
    house.catalogue.hide(hidden(["a"], []))
    assert house.texts(one) == []
    assert house.texts(other) == ["Same."]


def test_the_same_words_under_another_heading_are_another_passage() -> None:
    owner = document_id("acme", "a")
    texts = [
        Piece(ordinal=0, heading_path=(), text="A\nB"),
        Piece(ordinal=0, heading_path=("A",), text="B"),
        Piece(ordinal=0, heading_path=("A", ""), text="B"),
        Piece(ordinal=0, heading_path=("AB",), text=""),
    ]
    assert len({passage_ids(owner, [piece]) for piece in texts}) == 4


def test_a_version_that_was_staged_and_died_is_brought_live_later(house: House) -> None:
    page = document("a", "One.", "Two.")
    house.stage(page)
    house.catalogue.purge(house.catalogue.leftovers())
    assert states(house) == {}
    (staged,) = house.bring(page)
    assert len(staged.fresh) == 2
    assert house.texts(page) == ["One.", "Two."]


# Access that changes, alone and together with the text.


def test_changed_access_holds_at_once(house: House) -> None:
    page = document("a", "One.", access=ENG)
    house.bring(page)
    assert house.readers(page, ANA, BEN) == {ANA}
    house.catalogue.hide(hidden([], [AccessChanged(id="a", access=LEAD)]))
    assert house.readers(page, ANA, BEN) == {BEN}
    house.catalogue.hide(hidden([], [AccessChanged(id="a", access=())]))
    assert house.readers(page, ANA, BEN) == frozenset()


@pytest.mark.parametrize("node", [None, "page:a"], ids=["layer of its own name", "layer of the same node"])
def test_access_that_is_widened_with_new_text_never_shows_the_old_text_to_the_newly_admitted(
    house: House, node: str | None
) -> None:
    old = document("a", "Secret.", access=[layer("group:eng", node=node)])
    new = document("a", "Open.", access=[layer("group:eng", "group:lead", node=node)])
    house.bring(old)
    staged = house.stage(new)
    assert house.texts(old) == ["Secret."]
    assert house.readers(old, ANA, BEN) == {ANA}
    house.go_live(staged)
    assert house.texts(old) == []
    assert house.readers(new, ANA, BEN) == {ANA, BEN}


@pytest.mark.parametrize("node", [None, "page:a"], ids=["layer of its own name", "layer of the same node"])
def test_access_that_is_tightened_with_new_text_holds_for_the_old_text_at_once(house: House, node: str | None) -> None:
    old = document("a", "Open.", access=[layer("group:eng", "group:lead", node=node)])
    new = document("a", "Secret.", access=[layer("group:eng", node=node)])
    house.bring(old)
    assert house.readers(old, ANA, BEN) == {ANA, BEN}
    staged = house.stage(new)
    assert house.readers(old, ANA, BEN) == {ANA}
    house.go_live(staged)
    assert house.readers(new, ANA, BEN) == {ANA}


def test_access_that_is_exchanged_with_new_text_leaves_the_old_text_to_nobody(house: House) -> None:
    old, new = document("a", "Old.", access=ENG), document("a", "New.", access=LEAD)
    house.bring(old)
    house.stage(new)
    house.stage(new)  # the first attempt died
    assert house.readers(old, ANA, BEN) == frozenset()
    house.go_live(house.stage(new))
    assert house.readers(new, ANA, BEN) == {BEN}


@pytest.mark.parametrize(("before", "after"), [((), ENG), (ENG, ())], ids=["from nobody", "to nobody"])
def test_old_text_is_nobodys_while_either_version_is(house: House, before: tuple[()], after: tuple[()]) -> None:
    old, new = document("a", "Old.", access=before), document("a", "New.", access=after)
    house.bring(old)
    house.stage(new)
    assert house.readers(old, ANA, BEN) == frozenset()


def test_a_widened_document_whose_sync_died_is_seen_as_changed_by_the_next(house: House) -> None:
    old = document("a", "Secret.", access=ENG)
    house.bring(old)
    house.stage(document("a", "Open.", access=(layer("anyone"),)))
    known = house.catalogue.memory.known()["a"]
    assert known.version == old.version
    assert known.access != ("group:eng",), "or the access of before would never be restored"


def test_terms_are_counted_as_they_are_looked_for() -> None:
    assert term_vector("") == (b"", b"")
    ids, counts = term_vector("leave leaves leave-policy")
    assert len(ids) // 8 == len(counts) // 2
    assert term_vector("leave leaves leave-policy") == (ids, counts)
    assert len(term_vector("word " * 70_000)[1]) == 2, "a count that does not fit is the largest that does"


def test_passage_in_another_language_says_so_and_an_english_one_nothing() -> None:
    german = "Die Anträge werden von der Leitung in drei Tagen geprüft."
    marked = term_id("de:").to_bytes(8, "little")
    assert marked in term_vector(german)[0]
    assert marked not in term_vector("The applications are looked at within three days.")[0]


@pytest.mark.parametrize(
    ("spaces", "expected"),
    [
        pytest.param(("acme/hr#policy",), {"a", "b"}, id="what has it there and below"),
        pytest.param(("acme#policy",), {"a", "b", "d"}, id="in the whole source"),
        pytest.param(("acme/hr#POLICY",), {"a", "b"}, id="whatever its capitals"),
        pytest.param(("acme/hr#draft", "acme/eng"), {"b", "d"}, id="beside a place without one"),
        pytest.param(("acme/hr#pol",), set(), id="half a label is none"),
    ],
)
def test_documents_are_named_by_their_labels(house: House, spaces: tuple[str, ...], expected: set[str]) -> None:
    told: tuple[tuple[str, str, list[str]], ...] = (
        ("a", "hr", ["policy"]),
        ("b", "hr/pay", ["draft", "policy"]),
        ("c", "hr", []),
        ("d", "eng", ["policy"]),
    )
    for id_, place, labels in told:
        house.bring(document(id_, f"Text of {id_}.", place=place, labels=labels))
    store = PassageStore(house.database)
    assert store.documents_in(spaces, ()) == {f"acme:{id_}" for id_ in expected}
    assert house.catalogue.memory.known()["b"].labels == ("draft", "policy")


def test_a_changed_label_counts_at_once_and_nothing_is_written_anew(house: House) -> None:
    house.bring(document("a", "Leave is 25 days.", place="hr"))
    store, before = PassageStore(house.database), house.catalogue.memory.known()["a"]
    assert store.documents_in(("acme/hr#policy",), ()) == frozenset()
    house.catalogue.hide(Batch(changes=(LabelsChanged(id="a", labels=("policy",)),)))
    assert store.documents_in(("acme/hr#policy",), ()) == {"acme:a"}, "remembered too long"
    assert house.catalogue.memory.known()["a"] == before.model_copy(update={"labels": ("policy",)})
    assert [one.labels for one in store.shelves()] == [("policy",)]
    house.catalogue.hide(Batch(changes=(LabelsChanged(id="a", labels=()),)))
    assert store.documents_in(("acme/hr#policy",), ()) == frozenset(), "taken away, and still there"


def test_documents_are_counted_by_where_they_are_and_who_may_read_them(house: House) -> None:
    for id_, place, access in (("a", "hr", ENG), ("b", "hr", ENG), ("c", "hr", LEAD), ("d", "", ENG)):
        house.bring(document(id_, f"Text of {id_}.", place=place, access=access))
    shelves = PassageStore(house.database).shelves()
    assert sorted((one.where, count) for one, count in shelves.items()) == [("acme", 1), ("acme/hr", 1), ("acme/hr", 2)]
    assert len({one.list_id for one in shelves}) == 2
