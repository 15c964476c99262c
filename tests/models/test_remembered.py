from collections.abc import Sequence

import numpy as np

from bot.core.ports import NOBODYS, Errand, Vector
from bot.models.remembered import Remembered
from tests.fakes.embedder import HashingEmbedder


class Counting(HashingEmbedder):
    def __init__(self) -> None:
        super().__init__()
        self.embedded: list[str] = []

    def embed(self, texts: Sequence[str], *, errand: Errand = NOBODYS) -> Vector:
        self.embedded += texts
        return super().embed(texts, errand=errand)


def test_a_text_is_embedded_once_and_comes_back_the_same_in_its_place() -> None:
    counting = Counting()
    remembered = Remembered(counting)
    first = remembered.embed(["leave", "price", "leave"])
    again = remembered.embed(["price", "deploy", "leave"])
    assert counting.embedded == ["leave", "price", "deploy"]
    expected = HashingEmbedder().embed(["leave", "price", "leave", "price", "deploy", "leave"])
    assert np.array_equal(np.concatenate([first, again]), expected)


def test_a_passage_is_not_remembered() -> None:
    counting = Counting()
    remembered = Remembered(counting)
    for _ in range(2):
        remembered.embed(["word " * 400])
    assert len(counting.embedded) == 2


def test_nothing_is_a_matrix_of_no_rows() -> None:
    assert Remembered(HashingEmbedder()).embed([]).shape == (0, HashingEmbedder().dimensions)
