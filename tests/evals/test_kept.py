"""The second run of a set embeds nothing, and what is kept of another embedder is never taken for this one's."""

from collections.abc import Sequence
from pathlib import Path

from bot.core.ports import NOBODYS, Errand, Vector
from bot.evals.kept import Kept
from tests.fakes.embedder import HashingEmbedder


class Counting(HashingEmbedder):
    def __init__(self, name: str = "counting") -> None:
        super().__init__()
        self.called, self.seen = name, 0

    @property
    def name(self) -> str:
        return self.called

    def embed(self, texts: Sequence[str], *, errand: Errand = NOBODYS) -> Vector:
        self.seen += len(texts)
        return super().embed(texts, errand=errand)


def test_each_text_is_embedded_once_whatever_run_it_is(tmp_path: Path) -> None:
    texts = ["one", "two", "one", "half \ud83d"]
    with Kept(first := Counting(), tmp_path) as kept:
        vectors = kept.embed(texts)
    with Kept(second := Counting(), tmp_path) as kept:
        assert (kept.embed(texts) == vectors).all()
        assert kept.embed([]).shape == (0, kept.dimensions)
    assert (vectors == HashingEmbedder().embed(texts)).all()
    assert (first.seen, second.seen) == (3, 0)


def test_another_embedder_has_its_own(tmp_path: Path) -> None:
    with Kept(Counting(), tmp_path) as kept:
        kept.embed(["one"])
    with Kept(other := Counting("other"), tmp_path) as kept:
        kept.embed(["one"])
    assert other.seen == 1
