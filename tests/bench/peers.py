"""What else could search within what somebody may read, over the same passages."""

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from importlib import import_module, util
from pathlib import Path
from typing import Any

import numpy as np

from bot.core.ports import Vector
from bot.stores.vectors import LARGEST_PORTION, close, embedded_client
from tests.bench.large import Company, list_id, passage_id, texts

Best = list[str]


@contextmanager
def chroma(made: Company) -> Iterator[Callable[[Vector, Sequence[int] | None, int], Best]]:
    """Its own filtered search, of a collection as it makes one for searching; without lists, its search of everything."""
    client = embedded_client(made.home / "peer")
    collection = client.get_or_create_collection(
        "peer", embedding_function=None, configuration={"hnsw": {"space": "ip"}}
    )
    if collection.count() == 0:
        for first in range(0, made.passages, LARGEST_PORTION):
            some = range(first, min(first + LARGEST_PORTION, made.passages))
            collection.upsert(
                ids=list(map(passage_id, some)),
                embeddings=made.matrix[first : some[-1] + 1],
                metadatas=[{"list": list_id(int(one))} for one in made.lists[first : some[-1] + 1]],
            )

    def search(vector: Vector, lists: Sequence[int] | None, k: int) -> Best:
        where = {"where": {"list": {"$in": [list_id(one) for one in lists]}}} if lists is not None else {}
        found = collection.query(query_embeddings=[vector], n_results=k, include=[], **where)
        return list(found["ids"][0])

    yield search
    close(client)


def plain(made: Company) -> Callable[[Vector, Sequence[int], int], Best]:
    """All products, then the mask: as simple as exact can be."""
    ids = [passage_id(number) for number in range(made.passages)]

    def search(vector: Vector, lists: Sequence[int], k: int) -> Best:
        scores = made.matrix @ vector
        scores[~np.isin(made.lists, lists)] = -np.inf
        best = np.argpartition(-scores, k)[:k]
        return [ids[row] for row in best[np.argsort(-scores[best])]]

    return search


def fts5(made: Company, folder: Path) -> Callable[[str, Sequence[int], int], Best]:
    """SQLite's own, joined with each passage's list. It weighs words by what is hidden too."""
    connection = sqlite3.connect(folder / "fts5.db")
    connection.execute("CREATE VIRTUAL TABLE words USING fts5(text, content='')")
    connection.execute("CREATE TABLE list_of (number INTEGER PRIMARY KEY, list INTEGER)")
    connection.executemany(
        "INSERT INTO words (rowid, text) VALUES (?, ?)", ((number, text) for number, text, _ in texts(made.passages))
    )
    connection.executemany("INSERT INTO list_of VALUES (?, ?)", enumerate(made.lists.tolist()))
    connection.commit()

    def search(text: str, lists: Sequence[int], k: int) -> Best:
        statement = f"""
            SELECT words.rowid FROM words JOIN list_of ON list_of.number = words.rowid
            WHERE words MATCH ? AND list_of.list IN ({",".join(map(str, lists))}) ORDER BY bm25(words) LIMIT {k}
        """  # noqa: S608 - numbers
        return [passage_id(number) for (number,) in connection.execute(statement, [text.replace(" ", " OR ")])]

    return search


def tantivy(made: Company) -> Callable[[str, Sequence[int], int], Best] | None:
    """If it is installed here (`pip install tantivy`); nothing of ours needs it. It too weighs by what is hidden."""
    if util.find_spec("tantivy") is None:
        return None
    module: Any = import_module("tantivy")
    builder = module.SchemaBuilder()
    builder.add_text_field("text", tokenizer_name="whitespace")
    builder.add_integer_field("list", indexed=True, fast=True)
    builder.add_integer_field("number", stored=True)
    schema = builder.build()
    index = module.Index(schema)
    writer = index.writer(200_000_000, 1)
    for number, text, _ in texts(made.passages):
        writer.add_document(module.Document(text=text, list=int(made.lists[number]), number=number))
    writer.commit()
    writer.wait_merging_threads()
    index.reload()
    searcher = index.searcher()

    def search(text: str, lists: Sequence[int], k: int) -> Best:
        words = [(module.Occur.Should, module.Query.term_query(schema, "text", word)) for word in text.split()]
        within = module.Query.const_score_query(module.Query.term_set_query(schema, "list", list(lists)), 0.0)
        both = module.Query.boolean_query(
            [(module.Occur.Must, module.Query.boolean_query(words)), (module.Occur.Must, within)]
        )
        hits = searcher.search(both, k, count=False).hits
        return [passage_id(int(searcher.doc(address)["number"][0])) for _, address in hits]

    return search
