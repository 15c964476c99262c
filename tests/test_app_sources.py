"""What a source is set to, and the connector that is made of it. What is not understood opens nothing."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.app import connector
from bot.core.errors import BadUse
from bot.stores.sources import Listed
from policies.people import email_address

NOW = datetime(2026, 1, 1, tzinfo=UTC)
ANA = email_address("ana@acme.test")


def listed(folder: Path, **settings: str) -> Listed:
    return Listed("acme", "folder", {"path": str(folder), **settings}, NOW, {}, {})


@pytest.mark.parametrize("wanted", ["", "everybody", "Anyone", "anyone ", "true"])
def test_a_setting_that_is_not_known_is_refused(tmp_path: Path, wanted: str) -> None:
    with pytest.raises(BadUse, match="means nothing"):
        connector(listed(tmp_path, without_access=wanted))


@pytest.mark.parametrize(
    ("settings", "readable"),
    [({}, set()), ({"without_access": "nobody"}, set()), ({"without_access": "anyone"}, {"a.md"})],
    ids=["not set", "nobody", "anyone"],
)
def test_the_source_is_read_as_it_is_set(tmp_path: Path, settings: dict[str, str], readable: set[str]) -> None:
    (tmp_path / "a.md").write_text("body")
    assert connector(listed(tmp_path, **settings)).readable_now(["a.md"], ANA, NOW) == readable
