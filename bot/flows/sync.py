"""How a source's documents become searchable, and stop being so. What is live in SQL is searchable, always.

    for each loop, groups first: for each batch: hide → stage → embed → vectors → live → purge; then finish

A crash leaves staged or retired passages, which nobody finds; the next pass begins by clearing them away, and each loop
goes on from where its last whole batch ended. Nothing that is unchanged is embedded again.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from bot.core.errors import Unembedded
from bot.core.failpoints import Reach
from bot.core.nouns import Event
from bot.core.ports import Catalogue, Embedding, Maker, Reached, Staged, VectorStore
from bot.flows import embed
from bot.steps.chunk import chunk
from connectors.model import (
    AccessChanged,
    AccessUnknown,
    Batch,
    Braked,
    Connector,
    Delete,
    Fatal,
    LabelsChanged,
    LayerChanged,
    Loop,
    Problem,
    Retryable,
    SourceDocument,
    Upsert,
)

_OPENED = (
    "the source no longer says who exists, which would open it to everybody; the people known before stay. "
    "To accept it, sync this source with --full"
)


@dataclass(frozen=True)
class Progress:
    """How far a loop is. `seen` of `total` documents; `embedded` of the passages that were new."""

    source: str
    loop: Loop
    seen: int = 0
    total: int | None = None
    embedded: int = 0


@dataclass
class Tally:
    """What a pass did."""

    changed: int = 0
    deleted: int = 0
    access_changed: int = 0
    labels_changed: int = 0
    layers_changed: int = 0
    embedded: int = 0
    seen: int = 0
    groups_changed: bool = False
    problems: list[Problem] = field(default_factory=list)


@dataclass(frozen=True)
class Syncing:
    """What syncing needs of the world. Nobody serves: passages go live to be found by their words alone.

    `serving` is asked for each batch, since another may take over meanwhile. `stores`: wherever a vector may be that has
    to go. What is new is embedded by whoever serves; whoever is to serve makes up for it before they do. `is_succeeded`:
    there is such a one, so that nothing has to wait for whoever serves now, whose provider may be gone.
    """

    serving: Callable[[], Maker | None]
    stores: Callable[[], Sequence[VectorStore]]
    is_succeeded: Callable[[], bool]
    embedding: Embedding
    reach: Reach
    progress: Callable[[Progress], None]


def sync(
    connector: Connector,
    catalogue: Catalogue,
    house: Syncing,
    *,
    full: bool,
    loops: Collection[Loop] | None = None,
) -> Tally:
    """Those of `loops` that the source has, or all. One that was braked keeps none of the others from its turn."""
    house.reach("sync.after_claim")
    tally, braked = Tally(), list[Braked]()
    _clear(catalogue, house)
    todo = [loop for loop in connector.loops if loops is None or loop in loops]
    for loop in todo:
        try:
            _go(loop, connector, catalogue, house, tally, full=full)
        except Braked as error:
            catalogue.stop(loop, why=str(error))
            braked.append(error)
        except (Retryable, AccessUnknown, Fatal) as error:
            catalogue.stop(loop, why=str(error))
            raise
    house.reach("sync.after_batches")
    if full or _whole(connector) in todo:
        reconcile_vectors(house, thorough=full)
    house.reach("sync.before_finish")
    catalogue.record(_finished(connector.source, todo, tally, full=full))
    if braked:
        raise braked[0]
    return tally


def _whole(connector: Connector) -> Loop:
    """Who looks at all that is there looks at all the vectors too; an increment costs what has changed, and no more."""
    return Loop.STRUCTURE if Loop.STRUCTURE in connector.loops else Loop.CONTENT


def _go(
    loop: Loop,
    connector: Connector,
    catalogue: Catalogue,
    house: Syncing,
    tally: Tally,
    *,
    full: bool,
) -> None:
    """One pass. What it saw is as old as its beginning, and what it met is told when it has ended."""
    began, before = catalogue.begin(loop), len(tally.problems)
    if loop is Loop.GROUPS:
        if not _take_groups(connector, catalogue, tally, full=full):
            return
        house.reach("sync.after_groups")
    else:
        for batch in connector.changes(loop, catalogue.memory, catalogue.cursor(loop), full=full):
            _apply(batch, loop, catalogue, house, tally)
            house.progress(Progress(connector.source, loop, batch.seen, batch.total, tally.embedded))
    catalogue.finish(loop, began=began, problems=tally.problems[before:])


def _take_groups(connector: Connector, catalogue: Catalogue, tally: Tally, *, full: bool) -> bool:
    """Whether they were taken. Groups that cannot be read keep nobody's documents from being read, and above all none
    from being hidden.

    A source that stops saying who exists would be open to everybody: that is taken only from a person's word.
    """
    try:
        groups = connector.groups()
    except (Retryable, AccessUnknown, Fatal) as error:
        return _not_taken(catalogue, tally, str(error))
    if groups.open and catalogue.knows_people() and not full:
        return _not_taken(catalogue, tally, _OPENED)
    tally.groups_changed = catalogue.replace_groups(groups)
    tally.problems += groups.problems
    return True


def _not_taken(catalogue: Catalogue, tally: Tally, why: str) -> bool:
    tally.problems.append(Problem(where="people", reason=why))
    catalogue.stop(Loop.GROUPS, why=why)
    return False


def reconcile_vectors(house: Syncing, *, thorough: bool) -> None:
    """Every live passage has a vector of the embedder that serves, and no vector is left that has no passage. Asked
    anew: another may have taken over while the source was read.
    """
    maker = house.serving()
    if maker is not None:
        embed.tidy(maker, house.embedding, thorough=thorough)
        try:
            embed.embed_missing(maker, house.embedding, lambda: house.reach("sync.after_repair"), lambda _: None)
        except Unembedded:
            if not house.is_succeeded():
                raise


def _apply(batch: Batch, loop: Loop, catalogue: Catalogue, house: Syncing, tally: Tally) -> None:
    """The cursor moves with the last of it."""
    documents = [change.document for change in batch.changes if isinstance(change, Upsert)]
    deleted = sum(isinstance(change, Delete) for change in batch.changes)
    access = sum(isinstance(change, AccessChanged) for change in batch.changes)
    labels = sum(isinstance(change, LabelsChanged) for change in batch.changes)
    layers = sum(isinstance(change, LayerChanged) for change in batch.changes)
    reached = Reached(loop, batch.cursor, batch.forgotten)
    if deleted or access or labels or layers or batch.nodes or (not documents and (batch.cursor or batch.forgotten)):
        catalogue.hide(batch, None if documents else reached)
        house.reach("sync.after_hide")
    if documents:
        tally.embedded += _bring_live(documents, reached, catalogue, house)
    if deleted or documents:
        _clear(catalogue, house)
    tally.seen = max(tally.seen, batch.seen)
    tally.changed += len(documents)
    tally.deleted += deleted
    tally.access_changed += access
    tally.labels_changed += labels
    tally.layers_changed += layers
    tally.problems += batch.problems


def _bring_live(documents: Sequence[SourceDocument], reached: Reached, catalogue: Catalogue, house: Syncing) -> int:
    """How many passages were embedded."""
    staged = catalogue.stage([(document, chunk(document.title, document.text)) for document in documents])
    house.reach("sync.after_stage")
    embedded = _embedded(staged, house)
    house.reach("sync.after_vectors")
    catalogue.go_live(staged, reached, embedded_by=embedded.by)
    house.reach("sync.after_live")
    return embedded.passages


class _Embedded(NamedTuple):
    """By whom, if anybody did, and how many passages."""

    by: str | None
    passages: int


def _embedded(staged: Sequence[Staged], house: Syncing) -> _Embedded:
    maker = house.serving()
    if maker is None:
        return _Embedded(None, 0)
    try:
        return _Embedded(maker.embedder.name, _embed(staged, maker))
    except Unembedded:
        if not house.is_succeeded():
            raise
        return _Embedded(None, 0)  # found by words alone, until the other one serves


def _embed(staged: Sequence[Staged], maker: Maker) -> int:
    texts = {
        id_: piece.embedded_text for document in staged for id_, piece in document.passages if id_ in document.fresh
    }
    embed.put(maker, texts)
    return len(texts)


def _clear(catalogue: Catalogue, house: Syncing) -> None:
    """First the vector, then the row: a crash between the two leaves a row that still says what is to be done."""
    leftovers = catalogue.leftovers()
    for vectors in house.stores():
        vectors.delete(leftovers)
    house.reach("sync.after_purge_vectors")
    catalogue.purge(leftovers)
    house.reach("sync.after_purge")


def _finished(source: str, loops: Sequence[Loop], tally: Tally, *, full: bool) -> Event:
    body = {
        "source": source,
        "loops": [loop.value for loop in loops],
        "full": full,
        "seen": tally.seen,
        "changed": tally.changed,
        "deleted": tally.deleted,
        "access_changed": tally.access_changed,
        "labels_changed": tally.labels_changed,
        "layers_changed": tally.layers_changed,
        "embedded": tally.embedded,
        "groups_changed": tally.groups_changed,
        "problems": len(tally.problems),
    }
    return Event(kind="synced", body=body)
