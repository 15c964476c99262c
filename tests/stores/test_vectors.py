import re
import socket

import numpy as np
import pytest

from bot.core.errors import Unready
from bot.core.nouns import PassageId
from bot.core.ports import Vector
from bot.stores import vectors as module
from bot.stores.vectors import Vectors, collection_name, server_client
from tests.conftest import CHROMA, DIMENSIONS, ChromaClient

SOME = [PassageId(f"p{number}") for number in range(5)]


def rows(count: int, seed: int = 0) -> Vector:
    made = np.random.default_rng(seed).standard_normal((count, DIMENSIONS)).astype(np.float32)
    return np.asarray(made / np.linalg.norm(made, axis=1, keepdims=True), dtype=np.float32)


def as_pairs(found: tuple[list[PassageId], Vector]) -> dict[str, bytes]:
    return {id_: row.tobytes() for id_, row in zip(*found, strict=True)}


def test_what_was_put_comes_back_to_the_last_bit(vectors: Vectors) -> None:
    made = rows(5)
    vectors.put(SOME, made)
    assert as_pairs(vectors.get(SOME)) == as_pairs((SOME, made))
    assert vectors.count() == 5
    assert set(vectors.ids()) == set(SOME)


def test_everything_works_over_more_than_one_portion(chroma: ChromaClient) -> None:
    vectors = Vectors(chroma(), workspace="acme", embedder="hashing", dimensions=DIMENSIONS, portion=7)
    many = [PassageId(f"p{number}") for number in range(45)]
    made = rows(45)
    vectors.put(many, made)
    assert vectors.count() == 45
    assert sorted(vectors.ids()) == sorted(many)
    assert as_pairs(vectors.get(many)) == as_pairs((many, made))
    vectors.delete(many[:30])
    assert sorted(vectors.ids()) == sorted(many[30:])
    assert as_pairs(vectors.get(many)) == as_pairs((many[30:], made[30:]))


def test_a_portion_is_one_that_chroma_takes(chroma: ChromaClient) -> None:
    assert chroma().get_max_batch_size() >= module.LARGEST_PORTION


def test_putting_again_replaces(vectors: Vectors) -> None:
    vectors.put(SOME, rows(5))
    vectors.put(SOME[:2], rows(2, seed=1))
    assert vectors.count() == 5
    assert as_pairs(vectors.get(SOME[:2])) == as_pairs((SOME[:2], rows(2, seed=1)))


def test_unknown_ids_are_left_out_and_deleted_without_a_word(vectors: Vectors) -> None:
    unknown = PassageId("nobody")
    vectors.delete([unknown])
    assert as_pairs(vectors.get([unknown])) == {}
    vectors.put(SOME[:1], rows(1))
    vectors.delete([unknown])
    assert list(as_pairs(vectors.get([unknown, SOME[0]]))) == [SOME[0]]


def test_nothing_at_all_is_no_mistake(vectors: Vectors) -> None:
    vectors.put([], np.empty((0, DIMENSIONS), dtype=np.float32))
    vectors.delete([])
    found, none = vectors.get([])
    assert (found, none.shape) == ([], (0, DIMENSIONS))
    assert list(vectors.ids()) == []


def test_another_client_sees_what_was_put(vectors: Vectors, chroma: ChromaClient) -> None:
    vectors.put(SOME, rows(5))
    other = Vectors(chroma(), workspace="acme", embedder="hashing", dimensions=DIMENSIONS)
    assert as_pairs(other.get(SOME)) == as_pairs((SOME, rows(5)))


@pytest.mark.parametrize(("workspace", "embedder"), [("acme", "other"), ("rival", "hashing")])
def test_each_embedder_of_each_workspace_has_its_own_collection(
    vectors: Vectors, chroma: ChromaClient, workspace: str, embedder: str
) -> None:
    other = Vectors(chroma(), workspace=workspace, embedder=embedder, dimensions=8)
    vectors.put(SOME, rows(5))
    assert other.count() == 0
    other.put(SOME[:1], np.eye(8, dtype=np.float32)[:1])
    other.delete(SOME)
    assert vectors.count() == 5


@pytest.mark.parametrize(
    ("one", "another"),
    [
        (("acme", "x-1"), ("acme-x", "1")),
        (("a.b", "x"), ("a-b", "x")),
        (("a_b", "x"), ("a-b", "x")),
        (("acme", "Model"), ("acme", "model")),
        (("acme", "m" * 600 + "1"), ("acme", "m" * 600 + "2")),
        (("ä", "x"), ("ö", "x")),
    ],
)
def test_no_two_share_a_name_however_alike_they_are_spelled(one: tuple[str, str], another: tuple[str, str]) -> None:
    names = {collection_name(*one), collection_name(*another)}
    assert len(names) == 2
    assert all(re.fullmatch(r"[a-zA-Z0-9][a-zA-Z0-9._-]{1,510}[a-zA-Z0-9]", name) for name in names)


def test_a_server_that_does_not_answer_is_named_with_what_to_do() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with pytest.raises(Unready, match=rf"127\.0\.0\.1:{port} does not answer.*Start it, or unset CHROMA_URL"):
        server_client(f"http://127.0.0.1:{port}")


@pytest.mark.parametrize("url", ["", "127.0.0.1:8000", "ftp://127.0.0.1", "http://", "postgresql://127.0.0.1/x"])
def test_an_address_that_is_none_is_refused_with_an_example(url: str) -> None:
    with pytest.raises(Unready, match="CHROMA_URL must look like http://host:8000"):
        server_client(url)


@pytest.mark.skipif(CHROMA is None, reason="needs a Chroma server")
def test_a_server_is_reached_by_its_address() -> None:
    client = server_client(str(CHROMA))
    assert client.heartbeat() > 0
    module.close(client)
