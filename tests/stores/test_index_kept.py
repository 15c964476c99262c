"""The index on the disk: taken up by whoever starts or works beside, believed only if it is whole and ours, and made
anew at any time. A search never depends on it.
"""

import hashlib
import json
import math
import multiprocessing
import resource
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import update
from sqlmodel import col

from bot.core.failpoints import FAILPOINTS, armed
from bot.core.nouns import ListId, PassageId, document_id
from bot.core.ports import Hit, Scope, Vector
from bot.stores.access import AccessStore
from bot.stores.database import Database
from bot.stores.generations import INDEX
from bot.stores.index import Index, _written
from bot.stores.moment import Moment
from bot.stores.passages import purge, retire_documents
from bot.stores.schema import migrate
from bot.stores.shelf import Shelf
from bot.stores.tables import GenerationRow
from bot.stores.vectors import Vectors
from connectors.model import AccessChanged, SourceDocument
from tests.conftest import DIMENSIONS, ChromaClient, MakeDatabaseUrl
from tests.stores.house import EMBEDDER, House, document, hidden, holder, ids_of, layer, readable

EVERYBODY = holder("ana@acme.test", "acme/anyone", "acme/group:eng")


@pytest.fixture
def house(database: Database, vectors: Vectors, tmp_path: Path) -> House:
    house = House(database, vectors, home=tmp_path).added()
    house.bring(*(page(number) for number in range(12)))
    return house


def page(number: int, word: str = "pump") -> SourceDocument:
    return document(f"d{number:02}", f"{word} {number}", f"valve {number} {word}")


def scope_of(house: House) -> Scope:
    return Scope(readable(AccessStore(house.database), EVERYBODY))


def both(index: Index, house: House, text: str = "pump valve 3") -> tuple[tuple[Hit, ...], tuple[Hit, ...]]:
    search, scope = index.newest(), scope_of(house)
    return search.keywords(text, scope, 100), search.vectors(EMBEDDER.embed([text])[0], scope, 100)


def files(house: House) -> list[Path]:
    assert house.home is not None
    return sorted((house.home / "index").rglob("*.segment"))


def manifest(house: House) -> Path:
    assert house.home is not None
    (found,) = (house.home / "index").rglob("manifest")
    return found


def counting(house: House) -> House:
    """The same, and how many vectors Chroma is asked for is counted."""
    assert house.vectors is not None
    return replace(house, vectors=Counted(house.vectors))  # type: ignore[arg-type]


class Counted:
    def __init__(self, vectors: Vectors) -> None:
        self._vectors, self.asked = vectors, 0
        self.name, self.dimensions = vectors.name, vectors.dimensions

    def get(self, ids: list[PassageId]) -> tuple[list[PassageId], Vector]:
        self.asked += len(ids)
        return self._vectors.get(ids)


def asked_of(house: House) -> int:
    assert isinstance(house.vectors, Counted)
    return house.vectors.asked


# Taken up.


def test_a_process_that_starts_asks_chroma_for_nothing_that_is_on_the_disk(house: House) -> None:
    expected = both(house.index(), house)
    later = counting(house)
    assert both(later.index(), house) == expected
    assert asked_of(later) == 0


def test_what_changed_since_is_all_that_is_asked_for(house: House) -> None:
    house.index().newest()
    house.bring(document("d03", "pump 3", "new words"))
    house.catalogue.hide(hidden(["d04"], []))
    later = counting(house)
    words, meaning = both(later.index(), house)
    assert asked_of(later) == 1  # of two passages one is new
    assert len(meaning) == 22
    assert (words, meaning) == both(fresh(house), house)


def test_access_that_changes_moves_passages_and_asks_for_no_vector(house: House) -> None:
    counted = counting(house)
    index = counted.index()
    index.newest()
    before = asked_of(counted)
    shut = (layer("group:nobody"),)
    house.catalogue.hide(hidden([], [AccessChanged(id="d03", access=shut)]))
    assert not set(ids_of(page(3))) & {hit.passage for hits in both(index, house) for hit in hits}
    house.catalogue.hide(hidden([], [AccessChanged(id="d03", access=page(3).access)]))
    assert both(index, house) == both(fresh(house), house)
    assert asked_of(counted) == before


def fresh(house: House) -> Index:
    """Made of nothing but SQL and Chroma."""
    assert house.home is not None
    return Index(house.database, house.vectors, house.home / f"other-{time.monotonic_ns()}")


def test_enough_changes_are_written_out_and_another_process_takes_them_up(house: House) -> None:
    ours, theirs = house.index(tail=8), house.index(tail=1000)
    ours.newest()
    theirs.newest()
    for number in range(6):
        house.bring(page(number, "laptop"))
    before = files(house), manifest(house).read_bytes()
    ours.newest()
    ours.close()
    assert (files(house), manifest(house).read_bytes()) != before
    expected = both(fresh(house), house, "laptop 3")
    assert both(ours, house, "laptop 3") == expected
    assert both(theirs, house, "laptop 3") == expected
    assert [part.file is not None for part in theirs.newest().parts] == [True] * len(theirs.newest().parts)
    assert both(house.index(), house, "laptop 3") == expected


def test_segments_stay_few_and_hold_little_that_is_dead(house: House) -> None:
    index = house.index(tail=3)
    for turn in range(40):
        house.bring(page(turn % 12, f"word{turn}"))
        index.newest()
        index.close()
    parts = index.newest().parts
    assert len(parts) <= 4
    assert len(files(house)) <= 4
    assert sum(part.segment.rows for part in parts) <= 2 * len(index.newest()) == 2 * 24
    assert both(index, house) == both(fresh(house), house)


def test_a_moment_outlives_the_files_that_it_was_read_from(house: House) -> None:
    index = house.index(tail=1)
    before, scope = index.newest(), scope_of(house)
    expected = before.keywords("pump", scope, 100)
    old = files(house)
    for turn in range(3):
        house.bring(*(page(number, f"word{turn}") for number in range(12)))
        index.newest()
        index.close()
    assert not set(old) & set(files(house))
    assert before.keywords("pump", scope, 100) == expected


def test_two_processes_that_start_at_once_build_once(house: House, database_url: str) -> None:
    counted = counting(house)
    indexes = [counted.index() for _ in range(4)]
    threads = [threading.Thread(target=index.newest) for index in indexes]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert asked_of(counted) == 24
    assert len({both(index, house) for index in indexes}) == 1


def test_searches_beside_changes_and_compaction_are_never_wrong(house: House) -> None:
    """Each version of a document says its number; a search finds the one that was live when it began, or a later one."""
    index, scope = house.index(tail=4), scope_of(house)

    def says(version: int) -> str:
        return f"v{chr(ord('a') + version // 10)}{chr(ord('a') + version % 10)}"  # a word that has no parts

    index.newest()
    live, stop = {"version": 0}, threading.Event()
    house.bring(document("d00", f"{says(0)} pump", f"{says(0)} valve"))

    def change() -> None:
        for version in range(1, 40):
            house.bring(document("d00", f"{says(version)} pump", f"{says(version)} valve"))
            live["version"] = version
        stop.set()

    author = threading.Thread(target=change)
    author.start()
    while not stop.is_set():
        least = live["version"]
        search = index.newest()
        found = [version for version in range(42) if search.keywords(says(version), scope, 5)]
        assert len(found) == 1
        assert found[0] >= least
        assert len(search.keywords(says(found[0]), scope, 5)) == 2
    author.join()
    index.close()
    assert both(index, house) == both(fresh(house), house)


# Not believed.


def flip(path: Path, at: int) -> None:
    data = bytearray(path.read_bytes())
    data[at % len(data)] ^= 1
    path.unlink()
    path.write_bytes(data)


def cut(path: Path) -> None:
    data = path.read_bytes()
    path.unlink()
    path.write_bytes(data[: len(data) // 2])


def forged(change: Callable[[dict[str, object]], object]) -> Callable[[House], None]:
    def forge(house: House) -> None:
        said = json.loads(manifest(house).read_text().splitlines()[0])
        change(said)
        body = json.dumps(said)
        manifest(house).write_text(f"{body}\n{hashlib.sha256(body.encode()).hexdigest()}\n")

    return forge


DAMAGE: dict[str, Callable[[House], object]] = {
    "no manifest": lambda house: manifest(house).unlink(),
    "an empty manifest": lambda house: manifest(house).write_text(""),
    "half a manifest": lambda house: cut(manifest(house)),
    "a changed manifest": lambda house: flip(manifest(house), 40),
    "binary": lambda house: manifest(house).write_bytes(bytes(range(256))),
    "no segment": lambda house: files(house)[0].unlink(),
    "half a segment": lambda house: cut(files(house)[0]),
    "an empty segment": lambda house: files(house)[0].write_bytes(b""),
    "a bit at the beginning": lambda house: flip(files(house)[0], 3),
    "a bit in the middle": lambda house: flip(files(house)[0], files(house)[0].stat().st_size // 2),
    "another form": forged(lambda said: said.update(format="footnote index 0")),
    "another embedder's": forged(lambda said: said.update(of="1 other")),
    "other dimensions": forged(lambda said: said.update(dimensions=8)),
    "no numbers": forged(lambda said: said.update(generation="x")),
    "from the future": forged(lambda said: said.update(generation=10**6)),
    "a file elsewhere": forged(lambda said: said["segments"][0].update(file="../../footnote.db")),  # type: ignore[index]
    "shapes that do not fit": forged(lambda said: said["segments"][0]["shapes"].update(vectors=[10**9, 64])),  # type: ignore[index]
    "a list": lambda house: manifest(house).write_text("[]\n" + "0" * 64 + "\n"),
}


@pytest.mark.parametrize("damage", DAMAGE.values(), ids=DAMAGE)
def test_what_is_damaged_is_made_anew_and_then_believed(house: House, damage: Callable[[House], object]) -> None:
    expected = both(house.index(), house)
    damage(house)
    counted = counting(house)
    assert both(counted.index(), house) == expected
    assert asked_of(counted) == 24
    again = counting(house)
    assert both(again.index(), house) == expected
    assert asked_of(again) == 0


def test_damage_beside_a_running_process_does_not_reach_it(house: House) -> None:
    index = house.index(tail=1)
    index.newest()
    manifest(house).write_text("nonsense")
    house.bring(page(1, "laptop"))
    assert both(index, house, "laptop") == both(fresh(house), house, "laptop")
    index.close()
    assert both(house.index(), house, "laptop") == both(fresh(house), house, "laptop")


def test_another_databases_index_is_not_believed(
    house: House, make_database_url: MakeDatabaseUrl, vectors: Vectors, tmp_path: Path
) -> None:
    house.index().newest()
    with closing(Database(make_database_url(), house.database.workspace)) as other:
        migrate(other)
        theirs = House(other, vectors, home=tmp_path).added()
        theirs.bring(*(page(number, "laptop") for number in range(12)))
        assert both(theirs.index(), theirs, "laptop") == both(fresh(theirs), theirs, "laptop")
        assert len(both(theirs.index(), theirs, "laptop")[0]) == 24


def test_a_database_that_was_put_back_is_noticed(house: House) -> None:
    """An older backup: what the index knows of later is not there, now or after as many changes."""
    running = house.index()
    house.bring(page(50))
    running.newest()
    house.index().newest()
    with house.database.writing() as session:  # as if page 50 had never been
        retire_documents(session, [document_id("acme", "d50")])
        purge(session, list(ids_of(page(50))))
        ours = col(GenerationRow.name) == INDEX
        session.execute(update(GenerationRow).where(ours).values(value=GenerationRow.value - 1))
    expected = both(fresh(house), house)
    assert len(expected[1]) == 24
    assert both(running, house) == expected
    assert both(house.index(), house) == expected


def test_a_database_that_was_put_back_and_moved_on_is_noticed_at_the_start(house: House) -> None:
    house.index().newest()
    with house.database.writing() as session:
        retire_documents(session, [document_id("acme", "d05")])
        purge(session, list(ids_of(page(5))))
    house.bring(page(60))
    assert both(house.index(), house) == both(fresh(house), house)


def test_another_embedder_has_an_index_of_its_own(house: House, chroma: ChromaClient) -> None:
    expected = both(house.index(), house)
    other = Vectors(chroma(), workspace="acme", embedder="other", dimensions=DIMENSIONS)
    other.put(list(ids_of(page(3))), EMBEDDER.embed(["x", "y"]))
    theirs = replace(house, vectors=other)
    words, meaning = both(theirs.index(), house)
    assert words == expected[0]
    assert {hit.passage for hit in meaning} == set(ids_of(page(3)))
    alone = replace(house, vectors=None)
    assert both(alone.index(), house) == (expected[0], ())
    assert both(house.index(), house) == expected


# Where nothing can be written.


def test_a_folder_that_is_none_is_no_hindrance(house: House) -> None:
    assert house.home is not None
    (house.home / "index").write_text("a file")
    index = house.index(tail=1)
    assert both(index, house) == both(fresh(house), house)
    house.bring(page(1, "laptop"))
    assert both(index, house, "laptop") == both(fresh(house), house, "laptop")
    index.close()


@contextmanager
def full_disk(size: int) -> Iterator[None]:
    """No file may become larger than this."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_a_full_disk_leaves_the_index_in_memory_and_nothing_half_written(house: House) -> None:
    scope, text = scope_of(house), "pump valve 3"
    warm = both(fresh(house), house)
    index = house.index(tail=4)
    with full_disk(4096):
        search = index.newest()
        found = search.keywords(text, scope, 100), search.vectors(EMBEDDER.embed([text])[0], scope, 100)
    assert found == warm
    assert files(house) == []
    for turn in range(3):
        house.bring(page(turn, "laptop"))
    assert both(index, house) == both(fresh(house), house)
    index.close()


def test_a_disk_that_is_full_later_leaves_the_old_index(house: House) -> None:
    index = house.index(tail=4)
    index.newest()
    before = manifest(house).read_bytes()
    for turn in range(3):
        house.bring(page(turn, "laptop"))
    with full_disk(4096):
        index.newest()
        index.close()
    assert manifest(house).read_bytes() == before
    assert len(files(house)) == 1
    assert both(index, house) == both(house.index(), house) == both(fresh(house), house)


# Killed.


INDEX_POINTS = [name for name in FAILPOINTS if name.startswith("index.")]


def test_the_points_of_the_index_are_tested_here() -> None:
    assert len(INDEX_POINTS) == 3


@pytest.mark.parametrize("point", INDEX_POINTS)
@pytest.mark.parametrize("kept", [False, True], ids=["the first index", "one more"])
def test_whoever_dies_while_writing_leaves_the_old_index_or_the_new(house: House, point: str, *, kept: bool) -> None:
    if kept:
        house.index().newest()
        for number in range(6):
            house.bring(page(number, "laptop"))
    assert _died(house, point)
    expected = both(fresh(house), house)
    index = house.index(tail=1)
    assert both(index, house) == expected
    index.close()
    house.bring(page(2, "bonus"))
    assert both(index, house, "bonus") == both(fresh(house), house, "bonus")
    index.close()
    assert len(files(house)) <= 3
    assert not list(manifest(house).parent.glob("*.new"))


def _died(house: House, point: str) -> bool:
    """Writes in a process of its own, which kills itself there. It asks neither SQL nor Chroma, so it may be forked."""
    moment = fresh(house)._built(None)
    shelf = house.index()._opened()
    process = multiprocessing.get_context("fork").Process(target=_write_and_die, args=(shelf, moment, point))
    process.start()
    process.join(30)
    return process.exitcode == -9


def _write_and_die(shelf: Shelf, moment: Moment, point: str) -> None:
    shelf._reach = armed(point)
    with shelf.building(wait=True):
        _written(shelf, moment)


# Odd shapes.


def test_vectors_that_are_no_numbers_are_as_good_as_missing(house: House) -> None:
    assert house.vectors is not None
    odd = ids_of(page(3))[0]
    rows = np.full((1, DIMENSIONS), math.nan, dtype=np.float32)
    counted = counting(house)

    class Odd(Counted):
        def get(self, ids: list[PassageId]) -> tuple[list[PassageId], Vector]:
            found, vectors = super().get(ids)
            vectors[[at for at, id_ in enumerate(found) if id_ == odd]] = rows
            return found, vectors

    index = replace(counted, vectors=Odd(house.vectors)).index()  # type: ignore[arg-type]
    words, meaning = both(index, house)
    assert odd in {hit.passage for hit in words}
    assert len(meaning) == 23
    assert odd not in {hit.passage for hit in meaning}


def test_a_vector_of_noughts_is_found_last(house: House) -> None:
    assert house.vectors is not None
    odd = ids_of(page(3))[0]
    house.vectors.put([odd], np.zeros((1, DIMENSIONS), dtype=np.float32))
    _, meaning = both(house.index(), house)
    assert (odd, 0.0) in [hit[:2] for hit in meaning]


def test_thousands_of_lists_are_as_good_as_one(database: Database, vectors: Vectors, tmp_path: Path) -> None:
    count = 2_000
    many = House(database, vectors, home=tmp_path).added()
    many.bring(*(document(f"d{n}", f"pump {n}", access=(layer(f"group:{n}"),)) for n in range(count)))
    some = holder("ana@acme.test", *(f"acme/group:{number}" for number in range(0, count, 2)))
    scope = Scope(readable(AccessStore(database), some))
    search = many.index().newest()
    assert len(scope.lists) == len(search.keywords("pump", scope, count)) == 1_000
    assert len(search.vectors(EMBEDDER.embed(["pump"])[0], scope, count)) == 1_000
    without = frozenset(document_id("acme", f"d{number}") for number in range(0, count, 4))
    left = search.keywords("pump", scope._replace(without_documents=without), count)
    assert len(left) == 500
    assert search.keywords("pump", Scope(frozenset({ListId("acme:x")})), 5) == ()


def test_an_index_of_nothing_is_kept_too(database: Database, vectors: Vectors, tmp_path: Path) -> None:
    empty = House(database, vectors, home=tmp_path).added()
    assert len(empty.index().newest()) == 0
    counted = counting(empty)
    index = counted.index()
    assert len(index.newest()) == 0
    empty.bring(page(1))
    assert len(index.newest()) == 2
    empty.catalogue.hide(hidden(["d01"], []))
    assert len(index.newest()) == 0
    assert both(index, empty) == ((), ())
