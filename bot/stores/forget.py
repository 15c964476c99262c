"""Everything that is kept of one workspace, gone: its rows in every table, its ledger too, its vectors and its index. Only of
one that has removed us, and never while somebody is at work on it.
"""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sqlmodel import SQLModel

from bot.stores import vectors
from bot.stores.database import Database
from bot.stores.embedders import Embedders
from bot.stores.index import folder_of
from bot.stores.vectors import collection_name


def forget(database: Database, embedders: Embedders, client: Callable[[], Any], folder: Path) -> int:
    """How many rows those were. First what is found by them, so that what is cut off is done by doing it again."""
    standing = embedders.standing()
    named = {one.name for one in (standing.serving, standing.coming, *embedders.past()) if one is not None}
    if named:
        _clear_vectors(client(), database.workspace, named)
    for name in ("", *named):
        shutil.rmtree(folder_of(folder, collection_name(database.workspace, name)), ignore_errors=True)
    with database.writing() as session:
        deletes = [
            each.delete().where(each.c.workspace == database.workspace) for each in SQLModel.metadata.sorted_tables
        ]
        return sum(session.connection().execute(one).rowcount for one in reversed(deletes))


def _clear_vectors(client: Any, workspace: str, embedders: set[str]) -> None:
    try:
        for name in embedders:
            vectors.remove(client, workspace=workspace, embedder=name)
    finally:
        vectors.close(client)
