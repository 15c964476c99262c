from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from bot.models.embedder import MiniLM
from bot.models.gateway.door import quiet_litellm
from bot.models.weights import Weights, locate
from bot.settings import load
from tests.fakes.model_server import ModelServer, Reply, model_server

Serving = Callable[..., ModelServer]


@pytest.fixture
def serving(monkeypatch: pytest.MonkeyPatch) -> Iterator[Serving]:
    """Each call: another server, which is the provider from then on. LiteLLM is there before: it takes seconds to load, and whoever
    counts some means others.
    """
    quiet_litellm()
    with ExitStack() as running:

        def serve(*script: Reply) -> ModelServer:
            server = running.enter_context(model_server(*script))
            for name, value in server.environment.items():
                monkeypatch.setenv(name, value)
            return server

        yield serve


@pytest.fixture(scope="session")
def models() -> Weights:
    folder = load().models
    weights = locate(folder)
    if weights is None:
        pytest.fail(f"The embedder's weights are not in {folder}: run `python -m bot.models.weights` first.")
    return weights


@pytest.fixture(scope="session")
def embedder(models: Weights) -> Iterator[MiniLM]:
    with MiniLM(models) as ready:
        yield ready
