"""Whatever people do to a folder, what a store was told equals what a fresh reading finds, and is never wider."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.folder import FolderConnector
from connectors.model import AccessChanged, Delete, Known, LabelsChanged, LayerChanged, OwnedLayer, Retryable, Upsert
from tests.fakes.looked import looked

Lists = tuple[frozenset[str], ...]

PATHS = ("a.md", "b.md", "hr/a.md", "hr/leave/b.markdown", "\u00e9t\u00e9/\u00e9.md", "eng/x y.md")
NAMES = ("anyone", "group:eng", "group:hr", "user:ana@acme.test")
RUIN: dict[str, Callable[[str], bytes]] = {
    "flat": lambda text: text.replace("access: [[", "access: [", 1).replace("]]\n", "]\n", 1).encode(),
    "word": lambda _: b"---\naccess: anyone\n---\nx",
    "near": lambda text: text.replace("access:", "acess:", 1).encode(),
    "twice": lambda text: text.replace("---\n", "---\naccess: [[anyone]]\n", 1).encode(),
    "endless": lambda text: text.rsplit("---\n", 1)[0].encode(),
    "empty layer": lambda _: b"---\naccess: [[anyone], []]\n---\n",
    "unknown kind": lambda _: b"---\naccess: [[anyone, role:x]]\n---\n",
    "latin-1": lambda text: text.encode() + b"\xe9",
    "NUL": lambda text: text.encode() + b"\0",
    "large": lambda text: text.encode() + b"x" * 3000,
    "alias": lambda text: text.replace("---\n", "---\nx: &x [anyone]\n", 1).encode(),
    "tab": lambda text: text.replace("access: ", "access:\n\t- ", 1).encode(),
}


@dataclass(frozen=True)
class Page:
    """What was meant; `ruin` says how the writing of it went wrong."""

    body: str
    access: Lists | None
    ruin: str | None = None

    def data(self) -> bytes:
        access = "" if self.access is None else f"access: {[sorted(layer) for layer in self.access]}\n"
        text = f"---\ntitle: T\n{access}---\n{self.body}"
        if self.ruin is None:
            return text.encode()
        # Without `access` some kinds of ruin would change nothing: then the file is ruined by its bytes.
        return RUIN[self.ruin if self.access else "NUL"](text)

    def readers(self) -> Lists:
        """By the author's word alone, with no help from the code under test."""
        return () if self.ruin else tuple(dict.fromkeys(self.access or ()))


@dataclass(frozen=True)
class Row:
    version: str
    text: str
    access: tuple[OwnedLayer, ...]

    def readers(self) -> Lists:
        return tuple(
            frozenset(grant.principal.removeprefix("acme/") for grant in owned.layer.grants) for owned in self.access
        )


pages = st.builds(
    Page,
    body=st.sampled_from(["one", "two", "# three"]),
    access=st.none() | st.lists(st.frozensets(st.sampled_from(NAMES), min_size=1), max_size=2).map(tuple),
    ruin=st.none() | st.none() | st.sampled_from(sorted(RUIN)),
)
worlds = st.dictionaries(st.sampled_from(PATHS), pages)


def write(root: Path, world: dict[str, Page]) -> None:
    for path in PATHS:
        file = root / path
        if path in world:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(world[path].data())
        else:
            file.unlink(missing_ok=True)


def known(store: dict[str, Row]) -> dict[str, Known]:
    return {
        path: Known(version=row.version, access=tuple(owned.node for owned in row.access))
        for path, row in store.items()
    }


def take(store: dict[str, Row], change: Upsert | Delete | AccessChanged | LabelsChanged) -> None:
    match change:
        case Upsert(document=document):
            store[document.id] = Row(document.version, document.text, document.access)
        case Delete(id=path):
            del store[path]
        case AccessChanged(id=path, access=access):
            store[path] = replace(store[path], access=access)
        case LabelsChanged():
            raise AssertionError("nothing here says `labels`")


def readable(store: dict[str, Row]) -> dict[str, Row]:
    return {path: row for path, row in store.items() if row.access}


def look(
    connector: FolderConnector, store: dict[str, Row], *, full: bool
) -> list[Upsert | Delete | AccessChanged | LabelsChanged]:
    """An emptied folder is only believed when somebody says so; the next step says so here."""
    try:
        told = [change for batch in looked(connector, known(store), full=full) for change in batch.changes]
        return [change for change in told if not isinstance(change, LayerChanged)]
    except Retryable:
        return look(connector, store, full=True)


def pairs(store: dict[str, Row], world: dict[str, Page]) -> Iterable[tuple[str, str, Lists]]:
    """Text under a list, as the store had it and as the folder means it."""
    yield from ((path, row.text, row.readers()) for path, row in store.items())
    yield from ((path, page.body, page.readers()) for path, page in world.items())


@settings(max_examples=150, deadline=None)
@given(steps=st.lists(st.tuples(worlds, st.booleans()), min_size=1, max_size=6))
def test_store_that_follows_a_folder_equals_a_fresh_reading_and_is_never_wider(
    steps: list[tuple[dict[str, Page], bool]],
) -> None:
    with TemporaryDirectory() as folder:
        root = Path(folder)
        connector = FolderConnector("acme", root, max_file_bytes=2000)
        store: dict[str, Row] = {}
        for world, full in steps:
            write(root, world)
            decided = set(pairs(store, world))
            for change in look(connector, store, full=full):
                take(store, change)
                # At no moment does a text stand under a list that nobody gave it, but nobody's.
                assert all((path, row.text, row.readers()) in decided for path, row in readable(store).items())
            if not world and not full:  # the brake: an emptied folder deletes nothing unless told to
                assert connector.access_now(PATHS) == {}
                continue

            fresh: dict[str, Row] = {}
            for change in look(connector, fresh, full=False):
                take(fresh, change)
            assert readable(store) == readable(fresh)
            assert {path: row.readers() for path, row in readable(store).items()} == {
                path: page.readers() for path, page in world.items() if page.readers()
            }
            assert store.keys() <= world.keys()
            assert look(connector, store, full=False) == []


@settings(max_examples=150, deadline=None)
@given(world=worlds)
def test_live_access_is_what_the_authors_meant_or_left_out(world: dict[str, Page]) -> None:
    with TemporaryDirectory() as folder:
        write(Path(folder), world)
        found = FolderConnector("acme", Path(folder), max_file_bytes=2000).access_now([*PATHS, "../a.md"])
        assert {
            path: tuple(frozenset(g.principal.removeprefix("acme/") for g in layer.grants) for layer in access.layers)
            for path, access in found.items()
        } == {path: page.readers() for path, page in world.items() if not page.ruin}


@settings(max_examples=300, deadline=None)
@given(data=st.binary(max_size=300) | st.text("-aces:[]{}&*!\"'\n\r\t #?|>%@`,anyone", max_size=80).map(str.encode))
def test_any_bytes_are_a_document_or_a_problem(data: bytes) -> None:
    with TemporaryDirectory() as folder:
        for name, content in (("a.md", data), ("b.md", b"---\n" + data + b"\n---\n")):
            (Path(folder) / name).write_bytes(content)
        (batch, *rest) = looked(FolderConnector("acme", Path(folder)), {})
        told = {change.document.id for later in rest for change in later.changes if isinstance(change, Upsert)}
        reported = {problem.where for problem in batch.problems if "nobody" in problem.reason}
        assert told | reported == {"a.md", "b.md"}
        assert not told & reported
