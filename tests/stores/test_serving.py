"""What a question searches with, in the process that switched and in the others, on the real stores."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from bot.core.failpoints import armed
from bot.core.ports import Embedder
from bot.stores.database import Database
from bot.stores.embedders import Embedders, Recorded
from bot.stores.index import Index
from bot.stores.ledger.book import Ledger
from bot.stores.serving import Places, Serving
from bot.stores.vectors import Vectors, collection_name
from connectors.model import Fatal, Retryable
from tests.conftest import DIMENSIONS, ChromaClient
from tests.fakes.embedder import HashingEmbedder
from tests.stores.house import NOON, House, document
from tests.stores.ledgers import KEY

OLD, NEW = Recorded("hashing", "builtin", DIMENSIONS), Recorded("new", "x/new", DIMENSIONS)
Process = Callable[..., Serving]


@pytest.fixture
def house(database: Database, vectors: Vectors, tmp_path: Path) -> House:
    made = House(database, vectors, home=tmp_path).added()
    made.bring(document("a", "pump"), document("b", "valve"))
    return made


@pytest.fixture
def embedders(house: House) -> Embedders:
    made = Embedders(house.database, Ledger(house.database, KEY), lambda: NOON)
    made.want(OLD)
    return made


@pytest.fixture
def process(house: House, embedders: Embedders, chroma: ChromaClient, tmp_path: Path) -> Iterator[Process]:
    """Each call: another process that shares the stores, and can build these embedders."""
    client = chroma()
    with ExitStack() as running:

        def start(*names: str, words_alone: bool = False) -> Serving:
            places = Places(house.database, lambda: client, tmp_path / "index", armed(None))
            can_build: dict[str, Embedder] = {name: HashingEmbedder(name) for name in names or (OLD.name, NEW.name)}
            serving = Serving(places, embedders, lambda one: can_build.get(one.name), words_alone=words_alone)
            running.callback(serving._by_words.close)
            return serving

        yield start


def prepare(house: House, embedders: Embedders, serving: Serving) -> None:
    """Everything but the switch."""
    embedders.want(NEW)
    maker, index = serving.coming(NEW)
    texts = house.passages.texts(house.passages.not_embedded_by(NEW.name))
    maker.vectors.put(list(texts), maker.embedder.embed(list(texts.values())))
    house.passages.mark(list(texts), NEW.name)
    embedders.settle(NEW.name)
    index.newest()


def name_of(serving: Serving) -> str | None:
    embedder = serving.meaning().embedder
    return embedder.name if embedder is not None else None


def vectors_of(serving: Serving) -> Vectors | None:
    index = serving.meaning().index
    assert isinstance(index, Index)
    return index._vectors


def test_it_is_searched_with_the_old_one_until_the_switch_and_with_the_new_one_from_the_next_question_on(
    house: House, embedders: Embedders, process: Process
) -> None:
    ours, theirs = process(), process()
    assert (name_of(ours), name_of(theirs)) == (OLD.name, OLD.name)
    prepare(house, embedders, ours)
    assert (name_of(ours), name_of(theirs)) == (OLD.name, OLD.name)
    assert embedders.switch(NEW.name)
    assert (name_of(ours), name_of(theirs)) == (NEW.name, NEW.name)


def test_an_embedder_is_never_without_its_own_index(house: House, embedders: Embedders, process: Process) -> None:
    ours = process()
    for _ in range(2):
        vectors = vectors_of(ours)
        assert vectors is not None
        assert vectors.name == collection_name("acme", name_of(ours) or "")
        if embedders.serving() == OLD:
            prepare(house, embedders, ours)
            assert embedders.switch(NEW.name)
    assert name_of(ours) == NEW.name


def test_what_the_old_one_left_is_there_until_the_switch_and_cleared_away_after_it(
    house: House, embedders: Embedders, process: Process, chroma: ChromaClient, tmp_path: Path
) -> None:
    ours = process()
    ours.meaning().index.newest()
    prepare(house, embedders, ours)
    ours.clear(embedders)
    assert collections(chroma) == {collection_name("acme", OLD.name), collection_name("acme", NEW.name)}
    assert len(index_folders(tmp_path)) == 2
    assert embedders.switch(NEW.name)
    ours.clear(embedders)
    assert collections(chroma) == {collection_name("acme", NEW.name)}
    (left,) = index_folders(tmp_path)
    assert left == collection_name("acme", NEW.name)[-64:].strip("-")
    assert house.passages.embedded_by(OLD.name) == []
    assert not embedders.is_work_left()


def test_another_machine_lets_its_own_index_of_the_old_one_go(
    house: House, embedders: Embedders, process: Process, tmp_path: Path
) -> None:
    ours, theirs = process(), process()
    prepare(house, embedders, ours)
    assert embedders.switch(NEW.name)
    ours.clear(embedders)
    left_here = tmp_path / "index" / collection_name("acme", OLD.name)[-64:].strip("-")
    left_here.mkdir(exist_ok=True)
    theirs.meaning()
    assert not left_here.exists()


def test_of_whoever_is_retired_before_it_served_nothing_is_left(
    house: House, embedders: Embedders, process: Process, chroma: ChromaClient
) -> None:
    ours = process()
    prepare(house, embedders, ours)
    embedders.want(OLD)
    ours.clear(embedders)
    assert collections(chroma) == {collection_name("acme", OLD.name)}
    assert name_of(ours) == OLD.name
    assert len(ours.meaning().index.newest()) == 2  # type: ignore[arg-type]


def test_a_question_whose_vectors_were_cleared_away_meanwhile_is_asked_again_and_not_answered_without_them(
    house: House, embedders: Embedders, process: Process
) -> None:
    ours, theirs = process(), process()
    asked = theirs.meaning()
    asked.index.newest()
    prepare(house, embedders, ours)
    assert embedders.switch(NEW.name)
    ours.clear(embedders)
    house.catalogue.go_live(house.stage(document("c", "changed meanwhile")), embedded_by=None)
    with pytest.raises(Retryable, match="another embedder took over"):
        asked.index.newest()
    assert name_of(theirs) == NEW.name
    assert len(theirs.meaning().index.newest()) == 3  # type: ignore[arg-type]


def test_what_cannot_be_built_any_more_is_searched_by_words_alone_until_another_serves(
    house: House, embedders: Embedders, process: Process
) -> None:
    ours = process(NEW.name)
    assert name_of(ours) is None
    assert ours.maker() is None
    assert len(ours.meaning().index.newest()) == 2  # type: ignore[arg-type]
    prepare(house, embedders, ours)
    assert name_of(ours) is None
    assert embedders.switch(NEW.name)
    assert name_of(ours) == NEW.name


def test_whoever_is_to_serve_and_cannot_be_built_is_said_so(embedders: Embedders, process: Process) -> None:
    embedders.want(NEW)
    with pytest.raises(Fatal, match="x/new cannot be used here"):
        process(OLD.name).coming(NEW)


def test_whoever_wants_words_alone_gets_no_vector_from_anywhere(embedders: Embedders, process: Process) -> None:
    ours = process(words_alone=True)
    assert (name_of(ours), ours.maker(), list(ours.stores())) == (None, None, [])


def test_what_is_gone_goes_from_the_vectors_of_whoever_is_to_serve_too(
    house: House, embedders: Embedders, process: Process
) -> None:
    ours = process()
    prepare(house, embedders, ours)
    assert {vectors.name for vectors in ours.stores()} == {
        collection_name("acme", OLD.name),
        collection_name("acme", NEW.name),
    }


def collections(chroma: ChromaClient) -> set[str]:
    return {collection.name for collection in chroma().list_collections()}


def index_folders(home: Path) -> list[str]:
    return [folder.name for folder in (home / "index").iterdir()]
