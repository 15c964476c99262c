"""Syncing from a source in memory into the real stores: what is embedded and written, and what is left alone."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import pytest

from bot.core.errors import Unembedded
from bot.core.nouns import PassageId
from bot.flows.sync import Progress, reconcile_vectors
from bot.stores.generations import INDEX, generation
from bot.stores.sources import Sources
from bot.stores.vectors import Vectors
from connectors.model import AccessUnknown, Groups, Loop, Problem
from policies.people import Email
from tests.conftest import DIMENSIONS, ChromaClient
from tests.fakes.connector import FakeConnector
from tests.fakes.embedder import CountingEmbedder, HashingEmbedder
from tests.flows.synced import ANA, LONG, CountingVectors, World
from tests.stores.house import NOON, House, document, hidden, ids_of, layer


class GroupsUnreadable(FakeConnector):
    """Answers everything but who is in which group."""

    def groups(self) -> Groups:
        raise AccessUnknown("the groups could not be read")


def test_a_first_sync_brings_everything_in(world: World) -> None:
    tally = world.sync()
    assert (tally.changed, tally.seen, tally.deleted, tally.groups_changed) == (2, 2, 0, True)
    assert tally.embedded == len(world.embedder.texts) == len(world.rows()) > 2
    assert world.is_whole()
    assert world.progress[-1] == Progress("acme", Loop.CONTENT, 2, 2, tally.embedded)
    (source,) = Sources(world.house.database).active()
    assert (source.documents, source.people, source.loops[Loop.CONTENT].read_at) == (2, 2, NOON)


def test_what_is_unchanged_is_neither_embedded_nor_written(world: World) -> None:
    world.sync()
    tally = world.sync()
    assert (tally.changed, tally.embedded, tally.groups_changed) == (0, 0, False)
    assert (world.embedder.texts, world.vectors.written, world.vectors.deleted) == ([], 0, 0)
    assert world.is_whole()


def test_one_edit_is_one_embedding(world: World) -> None:
    world.sync()
    before = world.rows()
    world.put("a", "Page a.", *LONG[:2], LONG[2].replace("motor7 ", "motor7 screw "))
    tally = world.sync()
    assert (tally.changed, tally.embedded) == (1, 1)
    assert (len(world.embedder.texts), world.vectors.written, world.vectors.deleted) == (1, 1, 1)
    assert "screw" in world.embedder.texts[0]
    assert len(world.rows().keys() & before.keys()) == len(before) - 1
    assert world.is_whole()


def test_changed_access_embeds_nothing_and_writes_no_vector(world: World) -> None:
    world.sync()
    page = world.source.documents["a"]
    world.put("a", "Page a.", *LONG, access=(layer("group:lead"),))
    tally = world.sync()
    assert (tally.access_changed, tally.changed, tally.embedded) == (1, 0, 0)
    assert (world.embedder.texts, world.vectors.written, world.vectors.deleted) == ([], 0, 0)
    assert world.house.catalogue.memory.known()["a"].access == ("group:lead",)
    assert world.house.catalogue.memory.known()["a"].version == page.version


def test_a_deleted_document_goes_with_its_vectors(world: World) -> None:
    world.sync()
    del world.source.documents["a"]
    tally = world.sync()
    assert (tally.deleted, tally.embedded) == (1, 0)
    assert set(world.house.catalogue.memory.known()) == {"b"}
    assert world.is_whole()


def test_groups_that_cannot_be_read_keep_the_people_known_and_stop_no_document(world: World) -> None:
    world.sync()
    source = GroupsUnreadable()
    source.documents = dict(world.source.documents)
    world.source = source
    world.put("a", "Changed.")
    del source.documents["b"]
    tally = world.sync()
    assert [problem.reason for problem in tally.problems] == ["the groups could not be read"]
    assert (tally.changed, tally.deleted, tally.groups_changed) == (1, 1, False)
    assert set(world.house.catalogue.memory.known()) == {"a"}
    (known,) = Sources(world.house.database).active()
    assert known.people == 2


def test_a_removed_member_is_gone_after_the_next_sync(world: World) -> None:
    world.sync()
    del world.source.people[Email(ANA)]
    assert world.sync().groups_changed
    (known,) = Sources(world.house.database).active()
    assert known.people == 1


def test_without_an_embedder_everything_goes_live_and_is_embedded_later(world: World) -> None:
    tally = world.sync(world.syncing(None, None))
    assert (tally.changed, tally.embedded) == (2, 0)
    assert set(world.rows().values()) == {"live"}
    assert world.vectors.count() == 0
    world.sync()
    assert len(world.embedder.texts) == len(world.rows())
    assert world.is_whole()


def test_edits_made_without_an_embedder_are_repaired_later(world: World) -> None:
    world.sync()
    world.put("a", "Only this.")
    del world.source.documents["b"]
    world.sync(world.syncing(None, None))
    assert not world.is_whole()
    world.sync()
    assert len(world.embedder.texts) == 1
    assert world.is_whole()


def test_whoever_serves_and_is_gone_stops_no_sync_when_another_is_to_serve(world: World) -> None:
    def gone(_: int) -> None:
        raise Unembedded("hashing", "key")

    world.sync()
    world.embedder = CountingEmbedder(before=gone)
    world.put("a", "Only this.")
    with pytest.raises(Unembedded):
        world.sync()
    world.is_succeeded = True
    assert world.sync().changed == 1
    assert set(world.rows().values()) == {"live"}
    assert len(world.house.passages.not_embedded_by("hashing")) == 1


def test_a_lost_vector_is_embedded_again(world: World) -> None:
    world.sync()
    world.vectors.inner.delete(sorted(world.vectors.ids())[:1])
    world.embedder.texts.clear()
    reconcile_vectors(world.whole, thorough=False)
    assert len(world.embedder.texts) == 1
    assert world.is_whole()


def test_a_vector_without_a_passage_is_deleted(world: World) -> None:
    world.sync()
    world.vectors.inner.put([PassageId("stray")], HashingEmbedder().embed(["stray"]))
    world.embedder.texts.clear()
    reconcile_vectors(world.whole, thorough=False)
    assert world.embedder.texts == []
    assert world.is_whole()


@dataclass
class OvertakenVectors(CountingVectors):
    """Just before something is deleted here, another process does what `meanwhile` says."""

    meanwhile: Callable[[], object] = lambda: None

    def delete(self, ids: Sequence[PassageId]) -> None:
        self.meanwhile()
        super().delete(ids)


def test_a_page_that_another_process_brings_in_while_strays_are_cleared_keeps_its_vectors(world: World) -> None:
    world.sync()
    page = document("c", "Theirs.")
    world.vectors.inner.put(ids_of(page, "wiki"), HashingEmbedder().embed(["left of an earlier version of the page"]))
    other = House(world.house.database, world.house.vectors, "wiki").added()
    overtaken = OvertakenVectors(world.vectors.inner, meanwhile=lambda: other.bring(page))
    reconcile_vectors(world.syncing(world.embedder, overtaken), thorough=True)
    assert set(ids_of(page, "wiki")) <= world.rows().keys()
    assert world.is_whole()


def test_housekeeping_that_finds_nothing_makes_no_index_anew(world: World) -> None:
    world.sync()
    with world.house.database.reading() as session:
        before = generation(session, INDEX)
    reconcile_vectors(world.whole, thorough=True)
    with world.house.database.reading() as session:
        assert generation(session, INDEX) == before


def test_as_many_lost_as_stray_vectors_are_repaired_too(world: World) -> None:
    """As after an older copy of the vectors was put back."""
    world.sync()
    world.vectors.inner.delete(sorted(world.vectors.ids())[:1])
    world.vectors.inner.put([PassageId("stray")], HashingEmbedder().embed(["stray"]))
    reconcile_vectors(world.whole, thorough=True)
    assert world.is_whole()


def test_what_another_source_is_bringing_in_keeps_its_vectors(world: World) -> None:
    world.sync()
    other = House(world.house.database, world.house.vectors, "wiki").added()
    staged = other.stage(document("a", "Theirs."))
    other.embed(staged)
    world.sync()
    other.go_live(staged)
    assert world.is_whole()


def test_another_embedder_embeds_everything_again_in_its_own_collection(world: World, chroma: ChromaClient) -> None:
    world.sync()
    first = world.vectors
    another = Vectors(chroma(), workspace="acme", embedder="another", dimensions=DIMENSIONS)
    world.embedder, world.vectors = CountingEmbedder("another"), CountingVectors(another)
    world.sync()
    assert len(world.embedder.texts) == len(world.rows())
    assert world.is_whole()
    world.embedder, world.vectors = CountingEmbedder(), first
    world.put("a", "Only this.")
    world.sync()
    assert world.is_whole()


def test_a_sync_that_died_anywhere_in_between_is_completed_by_the_next(world: World) -> None:
    staged = world.house.stage(document("a", "Half."))
    world.house.embed(staged)
    world.sync()
    assert world.is_whole()
    world.house.catalogue.hide(hidden(["a"], []))
    world.sync()
    assert set(world.house.catalogue.memory.known()) == {"a", "b"}
    assert world.is_whole()


def test_problems_are_kept_and_the_rest_is_synced(world: World) -> None:
    problem = Problem(where="c.md", line=1, reason="not text")

    class Reporting(FakeConnector):
        def changes(self, loop, memory, cursor, *, full):  # type: ignore[no-untyped-def]
            for batch in super().changes(loop, memory, cursor, full=full):
                yield batch.model_copy(update={"problems": (problem,)})

    source = Reporting()
    source.documents = world.source.documents
    world.source = source
    assert world.sync().problems == [problem]
    (known,) = Sources(world.house.database).active()
    assert (known.problems, known.documents) == ((problem,), 2)
