"""That the bench measures what it says, on a company small enough for every day."""

from pathlib import Path

import pytest

from tests.bench import ask
from tests.fakes.embedder import HashingEmbedder


def test_bench_asks_all_its_questions_over_all_its_passages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ask, "PASSAGES", 100)
    monkeypatch.setenv("FOOTNOTE_HOME", str(tmp_path / "home"))
    figures = ask.measure(tmp_path, questions=3, embedder=HashingEmbedder())
    assert (figures["passages"], figures["documents"], figures["questions"]) == (100, 10, 3)
    assert (figures["passage_vectors"], figures["embedder_of_questions_and_sentences"]) == ("by lot", "hashing")
    assert set(figures["steps_ms"]) == {"compose", "recheck", "record", "retrieve", "route"}  # type: ignore[call-overload]


def test_stand_embeds_as_the_real_one_does_once_the_passages_are_in() -> None:
    stand = ask.Stand(real := HashingEmbedder())
    assert (stand.embed(["a question"]) == real.embed(["a question"])).all()
    stand.stands_in = True
    assert stand.embed(["a passage"] * 3).shape == (3, real.dimensions)
