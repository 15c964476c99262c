"""Connections that are made once, for to read the system's certificates takes longer than a test; and silent retries."""

from collections.abc import Iterator

import httpx
import pytest
import stamina


@pytest.fixture(scope="session")
def client() -> Iterator[httpx.Client]:
    with httpx.Client() as found:
        yield found


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:
    hooks = stamina.instrumentation.get_on_retry_hooks()
    stamina.instrumentation.set_on_retry_hooks([])
    yield
    stamina.instrumentation.set_on_retry_hooks(hooks)
