"""How passages come to their vectors; and how another embedder takes over, beside the one that serves until then.

    what is missing, made and marked → an index of it → nothing is missing any more? → switch

A crash anywhere leaves what was marked, which is never embedded again. What a portion had made and not marked yet is
the one thing that is paid for twice.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from bot.core.failpoints import Reach
from bot.core.nouns import PassageId
from bot.core.portions import portions
from bot.core.ports import Embedding, Maker, Succession

AT_ONCE = 256  # passages embedded between two writes of their vectors: each write waits for the disk


@dataclass(frozen=True)
class Change:
    """What a change of embedder needs of the world. `index` makes one of all that has been embedded; `progress` is told
    how many passages were embedded just now.
    """

    maker: Maker
    embedding: Embedding
    succession: Succession
    index: Callable[[], object]
    reach: Reach
    progress: Callable[[int], None]


def take_over(change: Change) -> int:
    """Until it serves. How many passages were embedded for it."""
    name = change.maker.embedder.name
    made = _made_good(change)
    change.succession.settle(name)
    change.index()
    change.reach("embed.before_switch")
    while not change.succession.switch(name):  # something was brought in, or has changed, meanwhile
        made += _made_good(change)
    change.reach("embed.after_switch")
    return made


def _made_good(change: Change) -> int:
    name = change.maker.embedder.name

    def marked(count: int) -> None:
        change.progress(count)
        change.succession.check_wanted(name)  # each portion may cost money

    change.succession.check_wanted(name)
    tidy(change.maker, change.embedding, thorough=False)
    return embed_missing(change.maker, change.embedding, lambda: change.reach("embed.after_vectors"), marked)


def tidy(maker: Maker, embedding: Embedding, *, thorough: bool) -> None:
    """No vector is left that has no passage, and what lost its vector is known to lack one.

    Each id is compared only when the counts differ, or when somebody asked for a thorough look: as many strays as
    losses, which an old backup can bring, show in no count. Syncs of other sources may run beside this: a
    vector that it takes from them is marked as missing, or shows in the count to the one that ends later.
    """
    name, vectors = maker.embedder.name, maker.vectors
    ours = embedding.embedded_by(name)
    if thorough or vectors.count() != len(ours):
        there = frozenset(vectors.ids())
        embedding.unmark([id_ for id_ in ours if id_ not in there], name)
        strays = embedding.without_row(there)
        vectors.delete(strays)
        embedding.unmark(strays, name)  # those that another process has brought in meanwhile


def embed_missing(
    maker: Maker, embedding: Embedding, written: Callable[[], None], marked: Callable[[int], None]
) -> int:
    """First the vector, then the mark. How many passages that were."""
    made = 0
    for some in portions(embedding.not_embedded_by(maker.embedder.name), AT_ONCE):
        texts = embedding.texts(some)  # without those that are gone by now
        _put(maker, list(texts), list(texts.values()))
        written()
        embedding.mark(list(texts), maker.embedder.name)
        marked(len(texts))
        made += len(texts)
    return made


def put(maker: Maker, texts: dict[PassageId, str]) -> None:
    for some in portions(list(texts), AT_ONCE):
        _put(maker, some, [texts[id_] for id_ in some])


def _put(maker: Maker, ids: Sequence[PassageId], texts: Sequence[str]) -> None:
    maker.vectors.put(ids, maker.embedder.embed(texts))
