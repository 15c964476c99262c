"""What a sync tells about a folder: everything that changed, narrowing first, and never more than is written."""

import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

import pytest

from connectors.folder import FolderConnector
from connectors.folder.files import Disk, Entry
from connectors.model import (
    AccessChanged,
    Batch,
    Change,
    Connector,
    Delete,
    Fatal,
    Known,
    LabelsChanged,
    LayerChanged,
    Problem,
    Retryable,
    Upsert,
)
from policies.access import AccessList, Grant, Layer
from policies.people import Principal, email_address
from tests.fakes.looked import looked

NOW = datetime(2026, 1, 1, tzinfo=UTC)
ENG, HR = "[[group:eng]]", "[[group:hr]]"


def put(root: Path, path: str, body: str = "body", *, access: str | None = ENG) -> None:
    file = root / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(body if access is None else f"---\naccess: {access}\n---\n{body}", encoding="utf-8")


@dataclass
class Store:
    """What a store keeps of a source, and how it takes changes."""

    known: dict[str, Known] = field(default_factory=dict)

    def sync(self, connector: FolderConnector, *, full: bool = False) -> "Look":
        look = Look(list(looked(connector, dict(self.known), full=full)))
        for change in look.changes:
            self.take(change)
        return look

    def take(self, change: Change) -> None:
        match change:
            case Upsert(document=document):
                self.known[document.id] = Known(
                    version=document.version, access=nodes(document.access), labels=document.labels
                )
            case Delete(id=document_id):
                del self.known[document_id]
            case LabelsChanged(id=document_id, labels=labels):
                self.known[document_id] = self.known[document_id].model_copy(update={"labels": labels})
            case LayerChanged():
                raise AssertionError("a file has no layer of its own")
            case AccessChanged(id=document_id, access=access):
                self.known[document_id] = self.known[document_id].model_copy(update={"access": nodes(access)})


def nodes(layers: tuple[object, ...]) -> tuple[str, ...]:
    return tuple(str(layer.node) for layer in layers)  # type: ignore[attr-defined]


@dataclass
class Look:
    batches: list[Batch]

    @property
    def changes(self) -> list[Change]:
        return [change for batch in self.batches for change in batch.changes]

    @property
    def told(self) -> list[tuple[str, str]]:
        """Kind and id of each change; `hide` is an access change to nobody."""
        return [
            (change.kind, change.document.id)
            if isinstance(change, Upsert)
            else ("layer", change.layer.node)
            if isinstance(change, LayerChanged)
            else ("hide" if isinstance(change, AccessChanged) and not change.access else change.kind, change.id)
            for change in self.changes
        ]

    @property
    def problems(self) -> list[Problem]:
        return [problem for batch in self.batches for problem in batch.problems]

    @property
    def where(self) -> list[tuple[str, int | None]]:
        return [(problem.where, problem.line) for problem in self.problems]


class StagedDisk(Disk):
    """A disk on which something fails, or happens between two readings, although the tests may run as root."""

    def __init__(self, root: Path) -> None:
        super().__init__(root)
        self.denied: set[str] = set()
        self.after_read: dict[str, Callable[[], object]] = {}

    def entries(self, folder: str) -> list[Entry]:
        self._check(folder)
        return super().entries(folder)

    def read(self, path: str, limit: int) -> bytes:
        self._check(path)
        data = super().read(path, limit)
        self.after_read.pop(path, lambda: None)()
        return data

    def _check(self, path: str) -> None:
        if path in self.denied:
            raise PermissionError(13, "Permission denied")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "handbook"
    folder.mkdir()
    return folder


@pytest.fixture
def disk(root: Path) -> StagedDisk:
    return StagedDisk(root)


@pytest.fixture
def connector(root: Path, disk: StagedDisk) -> FolderConnector:
    return FolderConnector("acme", root, disk=disk)


@pytest.fixture
def store() -> Store:
    return Store()


# -- hidden rather than wrong ------------------------------------------------------------------------------------------

BROKEN = {
    "access is a string": (b"---\naccess: anyone\n---\nx", 2),
    "access is flat": (b"---\naccess: [group:eng]\n---\nx", 2),
    "access is misspelt": (b"---\nacess: [[anyone]]\n---\nx", 2),
    "access is there twice": (b"---\naccess: []\naccess: [[anyone]]\n---\nx", 3),
    "no end": (b"---\naccess: [[anyone]]\nx", 1),
    "alias bomb": (b"---\na: &a [x]\nb: [*a, *a]\naccess: [[anyone]]\n---\nx", 2),
    "tab": (b"---\naccess:\n\t- [anyone]\n---\nx", 3),
    "latin-1": (b"---\naccess: [[anyone]]\n---\ncaf\xe9", 4),
    "NUL": (b"---\naccess: [[anyone]]\n---\n\0", 4),
    "six megabytes": (b"---\naccess: [[anyone]]\n---\n" + b"x" * 6_000_000, None),
}


@pytest.mark.parametrize(("data", "line"), BROKEN.values(), ids=BROKEN.keys())
def test_known_document_that_is_not_understood_is_hidden_reported_and_comes_back(
    root: Path, connector: FolderConnector, store: Store, data: bytes, line: int | None
) -> None:
    put(root, "a.md")
    put(root, "b.md")
    store.sync(connector)
    before = dict(store.known)

    (root / "a.md").write_bytes(data)
    broken = store.sync(connector)
    assert broken.told == [("hide", "a.md")]
    assert broken.where == [("a.md", line)]
    assert connector.access_now(["a.md", "b.md"]).keys() == {"b.md"}

    again = store.sync(connector)
    assert again.told == []
    assert again.where == [("a.md", line)]

    put(root, "a.md")
    mended = store.sync(connector)
    assert mended.told == [("access", "a.md")]
    assert mended.problems == []
    assert store.known == before


@pytest.mark.parametrize(("data", "line"), BROKEN.values(), ids=BROKEN.keys())
def test_new_document_that_is_not_understood_is_skipped_and_reported(
    root: Path, connector: FolderConnector, store: Store, data: bytes, line: int | None
) -> None:
    put(root, "b.md")
    (root / "a.md").write_bytes(data)
    look = store.sync(connector)
    assert look.told == [("upsert", "b.md")]
    assert look.where == [("a.md", line)]


def test_known_document_that_may_not_be_read_is_hidden_even_in_a_full_sync(
    root: Path, connector: FolderConnector, store: Store, disk: StagedDisk
) -> None:
    put(root, "a.md")
    store.sync(connector)
    disk.denied = {"a.md"}
    look = store.sync(connector, full=True)
    assert look.told == [("hide", "a.md")]
    assert "permission denied" in look.problems[0].reason


def test_document_without_access_is_kept_for_nobody(root: Path, connector: FolderConnector, store: Store) -> None:
    put(root, "a.md", access=None)
    put(root, "b.md", access="[]")
    look = store.sync(connector)
    assert [change.document.access for change in look.changes if isinstance(change, Upsert)] == [(), ()]
    assert look.problems == []
    assert connector.access_now(["a.md"]) == {"a.md": AccessList()}


def test_field_that_is_not_used_is_reported_and_the_document_stays(
    root: Path, connector: FolderConnector, store: Store
) -> None:
    (root / "a.md").write_text("---\nurl: ftp://x\nupdated: soon\n---\nx", encoding="utf-8")
    look = store.sync(connector)
    assert look.told == [("upsert", "a.md")]
    assert look.where == [("a.md", 2), ("a.md", 3)]
    assert store.sync(connector).where == look.where


# -- changes and their order -------------------------------------------------------------------------------------------


def test_unchanged_folder_gives_no_changes(root: Path, connector: FolderConnector, store: Store) -> None:
    for number in range(40):
        put(root, f"{number}.md")
    store.sync(connector)
    look = store.sync(connector)
    assert look.told == []
    assert [(batch.seen, batch.total) for batch in look.batches] == [(40, 40)]


def test_only_what_changed_is_told(root: Path, connector: FolderConnector, store: Store) -> None:
    for name in ("access", "both", "gone", "same", "text"):
        put(root, f"{name}.md")
    store.sync(connector)
    put(root, "access.md", access=HR)
    put(root, "both.md", "other", access=HR)
    put(root, "text.md", "other")
    put(root, "new.md")
    (root / "gone.md").unlink()
    assert store.sync(connector).told == [
        ("delete", "gone.md"),
        ("hide", "both.md"),  # neither text was ever meant for the other's readers
        ("access", "access.md"),
        ("upsert", "both.md"),
        ("upsert", "new.md"),
        ("upsert", "text.md"),
    ]


def test_a_changed_label_is_told_without_the_text(root: Path, connector: FolderConnector, store: Store) -> None:
    for name in ("put.md", "taken.md", "same.md"):
        put(root, name)
    relabel(root / "taken.md", "policy")
    store.sync(connector)
    relabel(root / "put.md", "[policy, ops]")
    put(root, "taken.md")
    assert store.sync(connector).told == [("labels", "put.md"), ("labels", "taken.md")]
    assert [store.known[name].labels for name in ("put.md", "taken.md")] == [("ops", "policy"), ()]
    assert store.sync(connector).told == []


def relabel(file: Path, labels: str) -> None:
    file.write_text(file.read_text().replace("---\n", f"---\nlabels: {labels}\n", 1))


def test_what_takes_away_comes_before_everything_else_however_much_there_is(
    root: Path, connector: FolderConnector, store: Store
) -> None:
    for number in range(200):
        put(root, f"{number:03}.md", access=HR)
    store.sync(connector)
    for number in range(200):
        path = f"{number:03}.md"
        match number % 4:
            case 0:
                (root / path).unlink()
            case 1:
                put(root, path, access="[]")
            case 2:
                put(root, path, access=ENG)
            case _:
                put(root, path, "other", access=HR)
    look = store.sync(connector)
    kinds = [kind for kind, _ in look.told]
    assert [kind for kind, after in pairwise([*kinds, ""]) if kind != after] == ["delete", "hide", "access", "upsert"]
    assert max(len(batch.changes) for batch in look.batches) == 32


def test_moved_document_is_another_document(root: Path, connector: FolderConnector, store: Store) -> None:
    put(root, "a.md")
    store.sync(connector)
    (root / "hr").mkdir()
    (root / "a.md").rename(root / "hr/a.md")
    assert store.sync(connector).told == [("delete", "a.md"), ("upsert", "hr/a.md")]


def test_full_sync_tells_every_document_again(root: Path, connector: FolderConnector, store: Store) -> None:
    put(root, "a.md")
    put(root, "b.md")
    store.sync(connector)
    assert store.sync(connector, full=True).told == [("upsert", "a.md"), ("upsert", "b.md")]


def test_progress_runs_to_the_total(root: Path, connector: FolderConnector, store: Store) -> None:
    for number in range(70):
        put(root, f"{number:02}.md")
    look = store.sync(connector)
    assert [(batch.seen, batch.total) for batch in look.batches] == [(0, 70), (32, 70), (64, 70), (70, 70)]


def test_huge_documents_do_not_share_a_batch(root: Path, disk: StagedDisk, store: Store) -> None:
    for number in range(4):
        put(root, f"{number}.md", "x" * 4_500_000)
    look = store.sync(FolderConnector("acme", root, disk=disk))
    assert [len(batch.changes) for batch in look.batches] == [0, 2, 2]


# -- somebody writes while we read -------------------------------------------------------------------------------------


def test_new_document_that_vanishes_between_the_readings_is_reported(
    root: Path, connector: FolderConnector, store: Store, disk: StagedDisk
) -> None:
    put(root, "a.md")
    put(root, "b.md")
    disk.after_read["a.md"] = (root / "a.md").unlink
    look = store.sync(connector)
    assert look.told == [("upsert", "b.md")]
    assert [problem.where for problem in look.problems] == ["a.md"]


def test_known_document_that_vanishes_between_the_readings_is_hidden_then_deleted(
    root: Path, connector: FolderConnector, store: Store, disk: StagedDisk
) -> None:
    put(root, "a.md")
    put(root, "b.md")
    store.sync(connector)
    put(root, "a.md", "other")
    disk.after_read["a.md"] = (root / "a.md").unlink
    assert store.sync(connector).told == [("hide", "a.md")]
    assert store.sync(connector).told == [("delete", "a.md")]


def test_document_tightened_between_the_readings_is_told_as_it_is_now(
    root: Path, connector: FolderConnector, store: Store, disk: StagedDisk
) -> None:
    put(root, "a.md", access="[[anyone]]")
    disk.after_read["a.md"] = lambda: put(root, "a.md", access="[]")
    look = store.sync(connector)
    assert [change.document.access for change in look.changes if isinstance(change, Upsert)] == [()]


# -- absence is believed only from a whole look ------------------------------------------------------------------------


def test_nothing_is_deleted_while_a_folder_cannot_be_listed(
    root: Path, connector: FolderConnector, store: Store, disk: StagedDisk
) -> None:
    for path in ("hr/a.md", "eng/b.md", "eng/gone.md"):
        put(root, path)
    store.sync(connector)
    disk.denied = {"hr"}
    (root / "eng/gone.md").unlink()
    look = store.sync(connector, full=True)
    assert look.told == [("hide", "eng/gone.md"), ("hide", "hr/a.md"), ("upsert", "eng/b.md")]
    assert [problem.where for problem in look.problems] == ["hr", "acme"]
    assert "none deleted" in look.problems[1].reason

    disk.denied = set()
    assert store.sync(connector).told == [("delete", "eng/gone.md"), ("access", "hr/a.md")]


def test_emptied_folder_deletes_only_when_it_is_accepted(root: Path, connector: FolderConnector, store: Store) -> None:
    put(root, "hr/a.md")
    store.sync(connector)
    shutil.rmtree(root / "hr")
    with pytest.raises(
        Retryable, match="looks unmounted or emptied: nothing was changed; run `footnote sync acme --full`"
    ):
        store.sync(connector)
    assert store.sync(connector, full=True).told == [("delete", "hr/a.md")]


def test_empty_folder_of_which_nothing_is_known_is_fine_but_said(connector: FolderConnector, store: Store) -> None:
    (batch,) = store.sync(connector).batches
    assert (batch.changes, batch.seen, batch.total) == ((), 0, 0)
    assert [(problem.where, "is that mounted?" in problem.reason) for problem in batch.problems] == [("acme", True)]


@pytest.mark.parametrize("full", [False, True])
def test_missing_root_concludes_nothing_and_says_what_to_do(
    root: Path, connector: FolderConnector, store: Store, *, full: bool
) -> None:
    put(root, "a.md")
    store.sync(connector)
    shutil.rmtree(root)
    with pytest.raises(Retryable, match="mount it"):
        store.sync(connector, full=full)
    with pytest.raises(Retryable, match="footnote sources remove acme"):
        connector.groups()
    assert connector.access_now(["a.md"]) == {}


@pytest.mark.parametrize("full", [False, True])
def test_root_that_is_a_file_or_closed_concludes_nothing(root: Path, disk: StagedDisk, *, full: bool) -> None:
    put(root, "a.md")
    with pytest.raises(Retryable, match="not a directory"):
        list(looked(FolderConnector("acme", root / "a.md"), {}, full=full))
    disk.denied = {""}
    with pytest.raises(Retryable, match="permission denied"):
        list(looked(FolderConnector("acme", root, disk=disk), {}, full=full))


def test_document_replaced_by_a_symlink_is_gone(root: Path, connector: FolderConnector, store: Store) -> None:
    put(root, "a.md")
    put(root, "b.md")
    store.sync(connector)
    (root / "a.md").unlink()
    (root / "a.md").symlink_to("/etc/passwd")
    look = store.sync(connector)
    assert look.told == [("delete", "a.md")]
    assert look.where == [("a.md", None)]


# -- read live ---------------------------------------------------------------------------------------------------------


def access_of(*names: str) -> AccessList:
    return AccessList(layers=(Layer(grants=frozenset(Grant(principal=Principal(name)) for name in names)),))


def test_live_access_is_what_the_file_says_now(root: Path, connector: FolderConnector) -> None:
    put(root, "hr/a.md")
    assert connector.access_now(["hr/a.md"]) == {"hr/a.md": access_of("acme/group:eng")}
    put(root, "hr/a.md", access="[[group:hr, user:ana@acme.test]]")
    assert connector.access_now(["hr/a.md"]) == {"hr/a.md": access_of("acme/group:hr", "acme/user:ana@acme.test")}


def test_live_access_finds_names_spelt_apart(root: Path, connector: FolderConnector) -> None:
    put(root, "e\u0301te\u0301/e\u0301.md")
    assert connector.access_now(["\u00e9t\u00e9/\u00e9.md"]) == {"\u00e9t\u00e9/\u00e9.md": access_of("acme/group:eng")}


def test_live_access_never_leaves_the_root(root: Path, tmp_path: Path, connector: FolderConnector) -> None:
    put(tmp_path, "outside/secret.md", access="[[anyone]]")
    put(tmp_path, "secret.md", access="[[anyone]]")
    put(root, "a.md")
    (root / "folder").symlink_to(tmp_path / "outside")
    (root / "link.md").symlink_to(tmp_path / "secret.md")
    asked = ["../secret.md", "a/../../secret.md", "folder/secret.md", "link.md", str(tmp_path / "secret.md"), "gone.md"]
    assert connector.access_now([*asked, "folder/\u00e9.md", "", "a.md"]).keys() == {"a.md"}


PEOPLE = "people: {ana@a.test: [group:eng], bo@a.test: []}\ngroups: {group:eng: [group:all]}"
READABLE = {
    "in the group": ("ana@a.test", "[[group:eng]]", PEOPLE, True),
    "in the group's group": ("ana@a.test", "[[group:all]]", PEOPLE, True),
    "in no group": ("bo@a.test", "[[group:eng]]", PEOPLE, False),
    "every layer but one": ("ana@a.test", "[[group:eng], [user:bo@a.test]]", PEOPLE, False),
    "own address": ("bo@a.test", "[['user:bo@a.test']]", PEOPLE, True),
    "anyone listed": ("bo@a.test", "[[anyone]]", PEOPLE, True),
    "stranger to the list": ("cy@a.test", "[[anyone], ['user:cy@a.test', anyone]]", PEOPLE, False),
    "anyone where all are welcome": ("cy@a.test", "[[anyone]]", None, True),
    "group where all are welcome": ("cy@a.test", "[[group:eng]]", None, False),
    "nobody": ("ana@a.test", "[]", PEOPLE, False),
}


@pytest.mark.parametrize(("email", "access", "people", "readable"), READABLE.values(), ids=READABLE.keys())
def test_live_check_of_a_person_uses_what_folder_and_people_say_now(
    root: Path, connector: FolderConnector, email: str, access: str, people: str | None, *, readable: bool
) -> None:
    put(root, "a.md", access=access)
    if people is not None:
        (root / "people.yaml").write_text(people, encoding="utf-8")
    found = connector.readable_now(["a.md", "gone.md"], email_address(email), NOW)
    assert found == (frozenset({"a.md"}) if readable else frozenset())


def test_live_check_sees_a_person_taken_out_of_a_group_at_once(root: Path, connector: FolderConnector) -> None:
    put(root, "a.md")
    ana = email_address("ana@a.test")
    (root / "people.yaml").write_text(PEOPLE, encoding="utf-8")
    assert connector.readable_now(["a.md"], ana, NOW) == {"a.md"}
    (root / "people.yaml").write_text(PEOPLE.replace("[group:eng]", "[group:xyz]", 1), encoding="utf-8")
    assert connector.readable_now(["a.md"], ana, NOW) == frozenset()


def test_live_check_is_an_error_while_people_are_malformed(root: Path, connector: FolderConnector) -> None:
    put(root, "a.md", access="[[anyone]]")
    (root / "people.yaml").write_text("people: [", encoding="utf-8")
    with pytest.raises(Fatal, match="line 1"):
        connector.readable_now(["a.md"], email_address("ana@a.test"), NOW)


# -- groups ------------------------------------------------------------------------------------------------------------


def test_without_people_the_source_is_open(root: Path, connector: FolderConnector) -> None:
    put(root, "a.md")
    found = connector.groups()
    assert (found.open, found.members) == (True, {})


def test_folder_without_anything_says_the_same_of_people_as_one_with_a_hidden_file(
    root: Path, connector: FolderConnector
) -> None:
    empty = connector.groups()
    put(root, "secret.md", access="[]")
    assert connector.groups() == empty
    assert empty.open


def test_live_check_lets_nobody_read_from_an_unmounted_disk(root: Path, connector: FolderConnector) -> None:
    put(root, "a.md", access="[[anyone]]")
    shutil.rmtree(root)
    root.mkdir()
    assert connector.readable_now(["a.md"], email_address("ana@a.test"), NOW) == frozenset()


def test_people_are_read_with_mark_and_line_ends(root: Path, connector: FolderConnector) -> None:
    (root / "people.yaml").write_bytes(b"\xef\xbb\xbfpeople:\r\n  ana@acme.test: [group:eng]\r\n")
    found = connector.groups()
    assert not found.open
    assert {str(principal) for held in found.members.values() for principal in held} == {
        "acme/user:ana@acme.test",
        "acme/anyone",
        "acme/group:eng",
    }


@pytest.mark.parametrize(
    ("data", "place"),
    [
        (b"people:\n  a@b.test: []\n  a@b.test: [group:x]\n", "people.yaml, line 3: "),
        (b"people:\n  caf\xe9@b.test: []\n", "people.yaml, line 2: not UTF-8"),
        (b"people: {}\n" + b"#" * 6_000_000, "people.yaml: larger than"),
        (b"", "people.yaml, line 1: "),
    ],
    ids=["twice", "latin-1", "too large", "empty"],
)
def test_malformed_people_stop_the_group_pass_with_file_line_and_reason(
    root: Path, connector: FolderConnector, data: bytes, place: str
) -> None:
    (root / "people.yaml").write_bytes(data)
    with pytest.raises(Fatal, match=place):
        connector.groups()


def test_people_that_cannot_be_read_are_not_absent(root: Path, connector: FolderConnector, disk: StagedDisk) -> None:
    (root / "people.yaml").write_text("people: {}", encoding="utf-8")
    disk.denied = {"people.yaml"}
    with pytest.raises(Fatal, match="permission denied"):
        connector.groups()


def test_people_behind_a_symlink_are_not_absent(root: Path, tmp_path: Path, connector: FolderConnector) -> None:
    (tmp_path / "people.yaml").write_text("people: {}", encoding="utf-8")
    (root / "people.yaml").symlink_to(tmp_path / "people.yaml")
    with pytest.raises(Fatal, match="symlink"):
        connector.groups()


@pytest.mark.parametrize("name", ["people.yml", "People.yaml", "PEOPLE.YML"])
def test_people_under_nearly_the_right_name_are_not_passed_over(
    root: Path, connector: FolderConnector, name: str
) -> None:
    (root / name).write_text("people: {}", encoding="utf-8")
    with pytest.raises(Fatal, match=r"only `people\.yaml` is read"):
        connector.groups()


# -- the port ----------------------------------------------------------------------------------------------------------


def test_folder_is_a_connector(root: Path) -> None:
    connector: Connector = FolderConnector("acme", root)
    assert connector.source == "acme"


def test_source_name_is_checked_at_once(root: Path) -> None:
    with pytest.raises(ValueError, match="not a source name"):
        FolderConnector("Acme/../x", root)


def test_order_of_changes_is_the_same_every_time(root: Path, connector: FolderConnector) -> None:
    for number in range(50):
        put(root, f"{number % 7}/{number}.md")

    def looks() -> Iterator[list[Batch]]:
        known: Mapping[str, Known] = {}
        yield from (list(looked(connector, known)) for _ in range(2))

    first, second = looks()
    assert first == second
