"""How long a hosted model's vectors are: asked when a sync begins, kept in the home, never asked by a question."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from bot.core.errors import Unembedded, Unready
from bot.models import learnt as module
from bot.models.gateway.door import Limits
from bot.models.learnt import known, learnt
from bot.models.remembered import patient
from bot.settings import Settings
from tests.fakes.model_server import embedded, error
from tests.models.conftest import Serving


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setattr(module, "_AT_START", Limits(patience_s=30, pause_s=0.01))
    return Settings(home=tmp_path, embedder="openai/some", embedder_patience_s=20)


def test_what_a_model_said_of_itself_is_known_without_asking_it_again(serving: Serving, settings: Settings) -> None:
    server = serving(embedded())
    assert known(settings) is None
    assert learnt(settings).name == "openai/some@3"
    asked = len(server.asked)
    there = known(settings)
    assert there is not None
    assert (there.name, there.dimensions) == ("openai/some@3", 3)
    assert len(server.asked) == asked


def test_what_was_said_of_another_model_is_not_known_of_this_one(serving: Serving, settings: Settings) -> None:
    serving(embedded())
    learnt(settings)
    assert known(settings.model_copy(update={"embedder": "openai/other"})) is None


def test_model_that_comes_back_with_other_vectors_is_another(serving: Serving, settings: Settings) -> None:
    serving(embedded(), embedded(lambda _: (1.0, 2.0)))
    assert learnt(settings).name == "openai/some@3"
    assert learnt(settings).name == "openai/some@2"


def test_model_that_is_away_is_what_it_said_before(serving: Serving, settings: Settings) -> None:
    serving(embedded(), error(503))
    learnt(settings)
    assert learnt(settings).name == "openai/some@3"


def test_model_that_never_said_anything_cannot_be_begun_with(serving: Serving, settings: Settings) -> None:
    serving(error(401))
    with pytest.raises(Unready, match=r"key.*look at .*FOOTNOTE_EMBEDDER=none"):
        learnt(settings)


@pytest.mark.parametrize("kept", [b"", b"{", b'{"model": "openai/some"}', b'{"model": "openai/some", "dimensions": 0}'])
def test_file_that_says_nothing_is_as_if_it_were_not_there(settings: Settings, kept: bytes) -> None:
    (settings.home / "embedder.json").write_bytes(kept)
    assert known(settings) is None


def test_question_is_remembered(serving: Serving, settings: Settings) -> None:
    server = serving(embedded())
    embedder = learnt(settings)
    first, again = embedder.embed(["leave"]), embedder.embed(["leave"])
    assert np.array_equal(first, again)
    assert len(server.asked) == 2


def test_sync_waits_for_what_a_question_does_not_wait_for(serving: Serving, settings: Settings) -> None:
    serving(embedded(), replace(embedded(), after_s=1.5))
    embedder = learnt(settings.model_copy(update={"embedder_patience_s": 0.3}))
    with pytest.raises(Unembedded, match="timeout"):
        embedder.embed(["leave"])
    waits = patient(embedder)
    assert waits is not None
    assert waits.embed(["a passage"]).shape == (1, 3)
