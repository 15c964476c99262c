"""Connections that are made once, for to read the system's certificates takes longer than a test."""

from collections.abc import Iterator

import httpx
import pytest

from tests.tools.targets import TARGETS, Target


@pytest.fixture(scope="session")
def client() -> Iterator[httpx.Client]:
    with httpx.Client() as found:
        yield found


@pytest.fixture(params=TARGETS)
def target(request: pytest.FixtureRequest, client: httpx.Client) -> Iterator[Target]:
    with TARGETS[request.param](client) as found:
        yield found
