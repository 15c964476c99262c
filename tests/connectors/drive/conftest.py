"""Connections that are made once, for to read the system's certificates takes longer than a test."""

from collections.abc import Iterator

import httpx
import pytest


@pytest.fixture(scope="session")
def client() -> Iterator[httpx.Client]:
    with httpx.Client() as found:
        yield found
