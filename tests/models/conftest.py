from collections.abc import Iterator

import pytest

from bot.models.embedder import MiniLM
from bot.models.weights import Weights, locate
from bot.settings import load


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
