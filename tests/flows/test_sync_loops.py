"""A source that is read in several loops: which are gone, in which order, and from where each goes on."""

from collections.abc import Iterator

import pytest

from bot.flows.sync import sync
from bot.stores.loops import Checkpoint
from bot.stores.sources import Sources
from connectors.model import (
    AccessChanged,
    Batch,
    Braked,
    Cursor,
    Fatal,
    LayerChanged,
    Loop,
    Memory,
    Node,
    Retryable,
    Upsert,
)
from tests.fakes.connector import FakeConnector
from tests.flows.synced import ENG, World
from tests.stores.house import NOON, document, layer

SPACE = Node(id="space", kind="space")


class Tree(FakeConnector):
    """Each loop gives what stands here for it, batch by batch; an error that stands among them is raised in its turn."""

    def __init__(self) -> None:
        super().__init__()
        self.gives: dict[Loop, list[Batch | Exception]] = {}
        self.gone: list[tuple[Loop, Cursor | None]] = []

    @property
    def loops(self) -> tuple[Loop, ...]:
        return tuple(Loop)

    def changes(self, loop: Loop, memory: Memory, cursor: Cursor | None, *, full: bool) -> Iterator[Batch]:  # noqa: ARG002
        self.gone.append((loop, cursor))
        for batch in self.gives.get(loop, []):
            if isinstance(batch, Exception):
                raise batch
            yield batch


@pytest.fixture
def tree(world: World) -> Tree:
    made = Tree()
    made.people = world.source.people
    world.source = made
    return made


def upserts(*ids: str, cursor: str | None = None) -> Batch:
    return Batch(
        changes=tuple(Upsert(document=document(id_, f"Page {id_}.", access=ENG)) for id_ in ids),
        cursor=Cursor(cursor) if cursor is not None else None,
    )


def checkpoints(world: World) -> dict[Loop, Checkpoint]:
    (source,) = Sources(world.house.database).active()
    return dict(source.loops)


def test_a_whole_sync_goes_every_loop_and_who_may_read_before_what_there_is_to_read(world: World, tree: Tree) -> None:
    world.sync()
    assert [loop for loop, _ in tree.gone] == [Loop.STRUCTURE, Loop.ACCESS, Loop.CONTENT]
    assert {loop: point.read_at for loop, point in checkpoints(world).items()} == dict.fromkeys(Loop, NOON)


def test_only_the_loops_that_were_asked_for_are_gone(world: World, tree: Tree) -> None:
    sync(tree, world.house.catalogue, world.whole, full=False, loops=[Loop.ACCESS])
    assert [loop for loop, _ in tree.gone] == [Loop.ACCESS]
    assert set(checkpoints(world)) == {Loop.ACCESS}


def test_what_was_cut_off_goes_on_after_its_last_whole_batch(world: World, tree: Tree) -> None:
    tree.gives = {Loop.CONTENT: [upserts("a", cursor="1"), upserts("b", cursor="2"), Retryable("away")]}
    with pytest.raises(Retryable):
        world.sync()
    point = checkpoints(world)[Loop.CONTENT]
    assert (point.cursor, point.read_at, point.stopped) == ("2", None, "away")
    assert set(world.house.catalogue.memory.known()) == {"a", "b"}
    tree.gives = {Loop.CONTENT: [upserts("c", cursor="3")]}
    world.sync()
    assert tree.gone[-1] == (Loop.CONTENT, "2")
    assert checkpoints(world)[Loop.CONTENT] == Checkpoint(Cursor("3"), NOON)


def test_a_batch_that_does_not_go_live_moves_no_cursor(world: World, tree: Tree) -> None:
    def fail(_: int) -> None:
        raise RuntimeError("the disk is full")

    tree.gives = {Loop.CONTENT: [upserts("a", cursor="1")]}
    world.embedder.before = fail
    with pytest.raises(RuntimeError):
        world.sync()
    assert checkpoints(world)[Loop.CONTENT] == Checkpoint()


def test_a_brake_takes_nothing_away_is_told_and_keeps_no_other_loop_from_its_turn(world: World, tree: Tree) -> None:
    tree.gives = {Loop.STRUCTURE: [Braked("412 of 500 would go")], Loop.CONTENT: [upserts("a")]}
    with pytest.raises(Braked):
        world.sync()
    points = checkpoints(world)
    assert (points[Loop.STRUCTURE].stopped, points[Loop.STRUCTURE].read_at) == ("412 of 500 would go", None)
    assert points[Loop.CONTENT].read_at == NOON
    assert set(world.house.catalogue.memory.known()) == {"a"}


@pytest.mark.parametrize("error", [Retryable("away"), Fatal("the token was withdrawn")])
def test_a_source_that_does_not_answer_is_asked_nothing_more(world: World, tree: Tree, error: Exception) -> None:
    tree.gives = {Loop.STRUCTURE: [error]}
    with pytest.raises(type(error)):
        world.sync()
    assert [loop for loop, _ in tree.gone] == [Loop.STRUCTURE]


def test_a_changed_layer_or_place_embeds_nothing_and_writes_no_vector(world: World, tree: Tree) -> None:
    tree.gives = {Loop.STRUCTURE: [Batch(nodes=(SPACE,))], Loop.CONTENT: [upserts("a", "b")]}
    world.sync()
    tree.gives = {
        Loop.STRUCTURE: [Batch(changes=(AccessChanged(id="a", access=(layer("group:hr"),)),))],
        Loop.ACCESS: [Batch(changes=(LayerChanged(layer=layer("group:lead", node=ENG[0].node)),))],
    }
    tally = world.sync()
    assert (tally.access_changed, tally.layers_changed, tally.embedded) == (1, 1, 0)
    assert (world.vectors.written, world.vectors.deleted) == (0, 0)
    assert world.embedder.texts == []


def test_an_increment_looks_at_no_more_vectors_than_it_writes(world: World, tree: Tree) -> None:
    tree.gives = {Loop.CONTENT: [upserts("a", "b")]}
    world.sync()
    world.vectors.inner.delete(world.house.passages.embedded_by(world.embedder.name))
    sync(tree, world.house.catalogue, world.whole, full=False, loops=[Loop.CONTENT])
    assert not world.is_whole()
    sync(tree, world.house.catalogue, world.whole, full=False, loops=[Loop.STRUCTURE])
    assert world.is_whole()
