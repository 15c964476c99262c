"""How long a hosted model's vectors are: asked when a sync begins, recorded, never asked by a question."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from bot.core.errors import Unembedded, Unready
from bot.core.ports import Embedder
from bot.models import learnt as module
from bot.models.gateway.door import Limits
from bot.models.learnt import hosted, learnt
from bot.models.remembered import patient
from bot.settings import Settings
from tests.fakes.model_server import embedded, error
from tests.models.conftest import Serving

SOME = "openai/some"


@pytest.fixture(autouse=True)
def _soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_AT_START", Limits(patience_s=30, pause_s=0.01))


def some(home: Path, dimensions: int) -> Embedder:
    return hosted(Settings(home=home, embedder_patience_s=20), SOME, dimensions)


def test_what_a_model_said_of_itself_is_known_without_asking_it_again(serving: Serving, tmp_path: Path) -> None:
    server = serving(embedded())
    dimensions = learnt(Settings(), SOME, None)
    asked = len(server.asked)
    there = some(tmp_path, dimensions)
    assert (there.name, there.dimensions) == ("openai/some@3", 3)
    assert len(server.asked) == asked == 1


def test_model_that_comes_back_with_other_vectors_is_another(serving: Serving) -> None:
    serving(embedded(lambda _: (1.0, 2.0)))
    assert learnt(Settings(), SOME, 3) == 2


def test_model_that_is_away_is_what_it_said_before(serving: Serving) -> None:
    serving(error(503))
    assert learnt(Settings(), SOME, 3) == 3


def test_model_that_never_said_anything_cannot_be_begun_with(serving: Serving) -> None:
    serving(error(401))
    with pytest.raises(Unready, match=r"key.*look at .*FOOTNOTE_EMBEDDER=none"):
        learnt(Settings(), SOME, None)


def test_question_is_remembered_and_hurried_and_a_sync_is_patient(serving: Serving, tmp_path: Path) -> None:
    server = serving(embedded(), error(429, Retry_After="1"), embedded())
    embedder = some(tmp_path, 3)
    first, again = embedder.embed(["leave"]), embedder.embed(["leave"])
    assert np.array_equal(first, again)
    assert len(server.asked) == 1
    assert patient(embedder).embed(["a passage"]).shape == (1, 3)
    assert len(server.asked) == 3


def test_question_does_not_wait_for_what_a_sync_would_wait_for(serving: Serving, tmp_path: Path) -> None:
    serving(error(429, Retry_After="60"))
    with pytest.raises(Unembedded):
        some(tmp_path, 3).embed(["leave"])


def test_sync_waits_for_what_a_question_does_not_wait_for(serving: Serving, tmp_path: Path) -> None:
    serving(replace(embedded(), after_s=1.5))
    embedder = hosted(Settings(home=tmp_path, embedder_patience_s=0.3), SOME, 3)
    with pytest.raises(Unembedded, match="timeout"):
        embedder.embed(["leave"])
    assert patient(embedder).embed(["a passage"]).shape == (1, 3)
