"""A file that does not say who may read it: nobody may, unless the source was set to mean anyone by it, as the demo does.

Whatever a file does say holds all the same, and what it says unclearly is nobody, in both.
"""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from connectors.folder import FolderConnector
from connectors.model import AccessChanged, Known, Upsert
from policies.people import email_address
from tests.fakes.looked import looked

NOW = datetime(2026, 1, 1, tzinfo=UTC)
ANA = email_address("ana@acme.test")
SHUT = {
    "nobody": "---\naccess: []\n---\nbody",
    "a group": "---\naccess: [[group:hr]]\n---\nbody",
    "null": "---\naccess:\n---\nbody",
    "a string": "---\naccess: anyone\n---\nbody",
    "misspelt": "---\nacess: [[group:hr]]\n---\nbody",
    "front matter without an end": "---\ntitle: Leave\n\nbody",
    "front matter that is no mapping": "---\n- a\n---\nbody",
    "front matter with an alias": "---\na: &a 1\nb: *a\n---\nbody",
    "bytes that are no text": "\udcff",
}


def lent(root: Path) -> FolderConnector:
    return FolderConnector("acme", root, without_access="anyone")


def upserted(connector: FolderConnector) -> dict[str, bool]:
    """Whether anybody at all may read each."""
    changes = [change for batch in looked(connector, {}) for change in batch.changes]
    return {change.document.id: bool(change.document.access) for change in changes if isinstance(change, Upsert)}


@pytest.mark.parametrize("text", SHUT.values(), ids=SHUT.keys())
def test_what_says_who_reads_it_or_cannot_be_understood_is_shut_to_strangers_in_the_demo_too(
    tmp_path: Path, text: str
) -> None:
    (tmp_path / "a.md").write_bytes(text.encode("utf-8", "surrogateescape"))
    assert lent(tmp_path).readable_now(["a.md"], ANA, NOW) == frozenset()


def test_a_file_that_says_nothing_is_nobodys_unless_that_was_asked_for(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("body")
    connector = FolderConnector("acme", tmp_path)
    assert upserted(connector) == {"a.md": False}
    assert connector.readable_now(["a.md"], ANA, NOW) == frozenset()


@pytest.mark.parametrize("text", ["body", "---\ntitle: Leave\n---\nbody", "---\n---\nbody"])
def test_where_it_was_asked_for_anyone_reads_what_says_nothing(tmp_path: Path, text: str) -> None:
    (tmp_path / "a.md").write_text(text)
    assert upserted(lent(tmp_path)) == {"a.md": True}
    assert lent(tmp_path).readable_now(["a.md"], ANA, NOW) == {"a.md"}


def test_the_live_check_and_the_sync_say_the_same(tmp_path: Path) -> None:
    for number, text in enumerate([*SHUT.values(), "body"]):
        (tmp_path / f"{number}.md").write_bytes(text.encode("utf-8", "surrogateescape"))
    synced = {id_ for id_, is_open in upserted(lent(tmp_path)).items() if is_open}
    live = {id_ for id_, access in lent(tmp_path).access_now([f"{n}.md" for n in range(20)]).items() if access.layers}
    assert synced == live


def test_a_source_set_otherwise_tightens_what_it_had_opened(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("body")
    (first,) = [c for batch in looked(lent(tmp_path), {}) for c in batch.changes]
    assert isinstance(first, Upsert)
    known = {"a.md": Known(version=first.document.version, access=tuple(one.node for one in first.document.access))}
    batches = looked(FolderConnector("acme", tmp_path), known)
    assert [c for batch in batches for c in batch.changes] == [AccessChanged(id="a.md", access=())]


@pytest.mark.parametrize("wanted", ["", "everybody", "Anyone", "anyone ", "true"])
def test_what_is_neither_nobody_nor_anyone_is_refused(tmp_path: Path, wanted: str) -> None:
    with pytest.raises(ValueError, match="without `access`"):
        FolderConnector("acme", tmp_path, without_access=wanted)  # type: ignore[arg-type]
