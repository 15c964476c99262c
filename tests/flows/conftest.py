"""What the tests of syncing begin with."""

import pytest

from bot.stores.database import Database
from bot.stores.vectors import Vectors
from tests.fakes.connector import FakeConnector
from tests.fakes.embedder import CountingEmbedder
from tests.flows.synced import ANA, BEN, LONG, CountingVectors, World
from tests.stores.house import House, groups


@pytest.fixture
def world(database: Database, vectors: Vectors) -> World:
    source = FakeConnector()
    source.people = dict(groups({ANA: ["group:eng"], BEN: []}).members)
    made = World(House(database, vectors).added(), source, CountingEmbedder(), CountingVectors(vectors))
    for id_ in ("a", "b"):
        made.put(id_, f"Page {id_}.", *LONG)
    return made
