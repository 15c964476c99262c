"""The whole step of retrieving finds what it would find if what is hidden had never been written: the same passages in
the same order, with the same scores and ranks, whatever the headings, the titles, the ties and the thread.
"""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.core.nouns import Piece, Wording
from bot.core.ports import Scope
from bot.steps.retrieve import retrieve
from bot.stores import coarse
from bot.stores.access import AccessStore
from bot.stores.database import Database
from bot.stores.vectors import Vectors
from connectors.model import SourceDocument
from policies.intents import Route
from policies.people import Audience
from tests.conftest import DIMENSIONS, ChromaClient
from tests.flows.world import RULES
from tests.stores.house import EMBEDDER, NOON, House, document, holder, layer, readable

WORDS = ("leave", "holiday", "invoice", "pump", "valve", "4012")
GROUPS = ("eng", "hr", "sales")
ROUTE = Route(intent="question", risk="low", retrievers=("keywords", "vectors"), model_class="fast")

words = st.lists(st.sampled_from(WORDS), min_size=1, max_size=4).map(" ".join)
texts = st.one_of(st.just("Confidential."), words)  # many say the same, and tie
pieces_of_one = st.lists(st.tuples(st.lists(words, max_size=2), texts), min_size=1, max_size=5)
written = st.tuples(st.sampled_from(GROUPS), words, pieces_of_one)
wordings = st.builds(
    lambda asked, before, leans: Wording(asked=asked, whole=f"{before}\n{asked}" if before else None, leans=leans),
    words,
    st.one_of(st.none(), words),
    st.booleans(),
)

Written = tuple[str, str, list[tuple[list[str], str]]]


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    documents=st.lists(written, min_size=1, max_size=8),
    groups=st.frozensets(st.sampled_from(GROUPS), min_size=1, max_size=2),
    without=st.frozensets(st.sampled_from(["d0", "d1"]), max_size=1),
    later=st.integers(0, 3),
    asked=st.lists(wordings, min_size=1, max_size=3),
)
def test_hidden_documents_change_nothing_that_is_retrieved(
    database: Database,
    chroma: ChromaClient,
    tmp_path: Path,
    documents: list[Written],
    groups: frozenset[str],
    without: frozenset[str],
    later: int,
    asked: list[Wording],
) -> None:
    """Some come `later`, so that they lie in other segments than the rest; each is large enough for a first look."""
    visible = [(f"d{at}", one) for at, one in enumerate(documents) if one[0] in groups and f"d{at}" not in without]
    everything = [(f"d{at}", one) for at, one in enumerate(documents)]
    with (
        pytest.MonkeyPatch.context() as patched,
        world(database, chroma, tmp_path) as real,
        world(database, chroma, tmp_path) as ideal,
    ):
        patched.setattr(coarse, "LARGE", 1)
        found = retrieved(real, everything, later, groups, without, asked)
        assert found == retrieved(ideal, visible, 0, groups, frozenset(), asked)


def test_the_property_would_notice_a_difference(database: Database, chroma: ChromaClient, tmp_path: Path) -> None:
    """A document that one may read does change what one gets."""
    pump: Written = ("eng", "pump", [([], "pump valve")])
    more: Written = ("eng", "valve", [([], "valve valve")])
    asked, groups = [Wording(asked="pump valve")], frozenset({"eng"})
    with world(database, chroma, tmp_path) as one, world(database, chroma, tmp_path) as other:
        found = retrieved(one, [("d0", pump), ("d1", more)], 0, groups, frozenset(), asked)
        assert found != retrieved(other, [("d0", pump)], 0, groups, frozenset(), asked)


@contextmanager
def world(database: Database, chroma: ChromaClient, folder: Path) -> Iterator[House]:
    """A workspace with nothing in it."""
    name = secrets.token_hex(6)
    own = Database(str(database.engine.url.render_as_string(hide_password=False)), name)
    vectors = Vectors(chroma(), workspace=name, embedder=EMBEDDER.name, dimensions=DIMENSIONS)
    try:
        yield House(own, vectors, home=folder / name).added()
    finally:
        own.close()


def retrieved(
    house: House,
    documents: list[tuple[str, Written]],
    later: int,
    groups: frozenset[str],
    without: frozenset[str],
    asked: list[Wording],
) -> list[object]:
    index = house.index()
    first = documents[: len(documents) - later]
    for some in (first, documents[len(first) :]):
        bring(house, some)
        index.newest()
    person = holder("ana@acme.test", *(f"acme/group:{group}" for group in groups))
    scope = Scope(readable(AccessStore(house.database), person), frozenset(f"acme:{id_}" for id_ in without))
    found: list[object] = [
        retrieve(
            wording,
            Audience.only(person),
            scope,
            ROUTE,
            search=index.newest(),
            passages=house.passages,
            embedder=EMBEDDER,
            rules=RULES.answers,
            now=NOON,
        )
        for wording in asked
    ]
    index.close()
    return found


def bring(house: House, documents: list[tuple[str, Written]]) -> None:
    if not documents:
        return
    staged = house.catalogue.stage([(_document(id_, one), _pieces(one)) for id_, one in documents])
    house.embed(staged)
    house.go_live(staged)


def _document(id_: str, one: Written) -> SourceDocument:
    group, title, pieces = one
    made = document(id_, *(text for _, text in pieces), access=(layer(f"group:{group}"),))
    return made.model_copy(update={"title": title})


def _pieces(one: Written) -> list[Piece]:
    return [Piece(ordinal=at, heading_path=tuple(headings), text=text) for at, (headings, text) in enumerate(one[2])]
