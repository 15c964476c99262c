"""The composition root: the only place where adapters are built and handed to each other.

Two doors: `records` is what every command may open at any time; `assistant` searches and writes, so it owns the home.
"""

from bot.app.archive import Records, packaged_rules, records, rules_in_force
from bot.app.house import Assistant, acting, assistant, chroma, vectors
from bot.app.models import (
    Silence,
    Writers,
    ask_a_word,
    composer,
    embedder,
    judge,
    purse,
    reranker,
    rewriter,
    watch,
    writers,
)
from bot.app.work import (
    ask_for_clearing,
    ask_for_embedding,
    ask_for_sync,
    due,
    end_later,
    reread_people,
    standing,
    sync_if_there,
    with_loop,
)

__all__ = [
    "Assistant",
    "Records",
    "Silence",
    "Writers",
    "acting",
    "ask_a_word",
    "ask_for_clearing",
    "ask_for_embedding",
    "ask_for_sync",
    "assistant",
    "chroma",
    "composer",
    "due",
    "embedder",
    "end_later",
    "judge",
    "packaged_rules",
    "purse",
    "records",
    "reranker",
    "reread_people",
    "rewriter",
    "rules_in_force",
    "standing",
    "sync_if_there",
    "vectors",
    "watch",
    "with_loop",
    "writers",
]
