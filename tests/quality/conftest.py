"""The sample company, read once for whoever asks it."""

from collections.abc import Iterator

import pytest

from bot import app
from tests.quality import tables


@pytest.fixture(scope="package")
def acme(tmp_path_factory: pytest.TempPathFactory) -> Iterator[app.Assistant]:
    with tables.company(tmp_path_factory.mktemp("acme")) as assistant:
        yield assistant
