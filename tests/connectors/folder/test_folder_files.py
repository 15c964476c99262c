"""Walking and reading: nothing outside the root, nothing twice, nothing silently left out."""

import os
import socket
import unicodedata
from pathlib import Path

import pytest

from connectors.folder.files import MOST_BYTES_OF_AN_ID, Disk, Entry, Kind, locate, survey

ACUTE = unicodedata.normalize("NFC", "e\u0301")
APART = unicodedata.normalize("NFD", ACUTE)


def put(root: Path, path: str, text: str = "x") -> Path:
    file = root / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")
    return file


def reasons(disk: Disk) -> dict[str, str]:
    return {problem.where: problem.reason for problem in survey(disk).problems}


def test_markdown_is_found_in_sorted_order(tmp_path: Path) -> None:
    for path in ("b.md", "a/z.markdown", "a/B.MD", "a/b/c.md", "notes.txt", "README", "people.yaml", "md"):
        put(tmp_path, path)
    found = survey(Disk(tmp_path))
    assert list(found.files) == ["a/B.MD", "a/b/c.md", "a/z.markdown", "b.md"]
    assert found.problems == ()
    assert found.complete


def test_hidden_things_and_packages_are_passed_over_silently(tmp_path: Path) -> None:
    for path in (".git/x.md", ".hidden.md", "a/.b/c.md", "node_modules/p/README.md", "a/node_modules/x.md"):
        put(tmp_path, path)
    (tmp_path / ".link").symlink_to("/etc")
    found = survey(Disk(tmp_path))
    assert (found.files, found.problems, found.complete) == ({}, (), True)


def test_symlinks_are_reported_and_not_followed(tmp_path: Path) -> None:
    root, outside = tmp_path / "root", tmp_path / "outside"
    put(root, "a.md")
    put(outside, "secret.md")
    (root / "passwd.md").symlink_to("/etc/passwd")
    (root / "folder").symlink_to(outside)
    (root / "loop").symlink_to(root)
    (root / "inside.md").symlink_to("a.md")
    (root / "nowhere.md").symlink_to("gone.md")
    assert survey(Disk(root)).files == {"a.md": "a.md"}
    assert set(reasons(Disk(root))) == {"passwd.md", "folder", "loop", "inside.md", "nowhere.md"}
    assert all("symlink" in reason for reason in reasons(Disk(root)).values())


def test_root_itself_may_be_a_symlink(tmp_path: Path) -> None:
    put(tmp_path, "real/a.md")
    (tmp_path / "link").symlink_to("real")
    assert survey(Disk(tmp_path / "link")).files == {"a.md": "a.md"}


@pytest.mark.parametrize("path", ["link/secret.md", "link.md", "../outside/secret.md", "a/../../outside/secret.md"])
def test_reading_never_passes_a_symlink(tmp_path: Path, path: str) -> None:
    root, outside = tmp_path / "root", tmp_path / "outside"
    put(outside, "secret.md")
    put(root, "a/b.md")
    (root / "link").symlink_to(outside)
    (root / "link.md").symlink_to(outside / "secret.md")
    assert locate(Disk(root), path) is None or path.startswith("link")
    if path.startswith("link"):
        with pytest.raises(OSError, match=r"symbolic|directory"):
            Disk(root).read(path, 100)


def test_pipes_and_sockets_are_reported_and_never_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)  # a socket's address is short
    os.mkfifo("pipe.md")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("socket.md")
        assert survey(Disk(tmp_path)).files == {}
        assert set(reasons(Disk(tmp_path))) == {"pipe.md", "socket.md"}


def test_pipe_in_the_place_of_a_file_does_not_hold_up_reading(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.md")
    with pytest.raises(OSError, match="not a regular file"):
        Disk(tmp_path).read("a.md", 100)


def test_reading_stops_one_byte_past_the_limit(tmp_path: Path) -> None:
    put(tmp_path, "a.md", "x" * 1000)
    assert len(Disk(tmp_path).read("a.md", 10)) == 11


def test_names_that_are_not_utf8_or_not_printable_are_reported(tmp_path: Path) -> None:
    root = os.fsencode(tmp_path)
    for name in (b"caf\xe9.md", b"li\nne.md", b"caf\xe9.png"):
        with Path(os.fsdecode(root + b"/" + name)).open("w"):
            pass
    Path(os.fsdecode(root + b"/d\xe9p")).mkdir()
    put(tmp_path, os.fsdecode(b"d\xe9p") + "/a.md")
    assert survey(Disk(tmp_path)).files == {}
    assert set(reasons(Disk(tmp_path))) == {r"b'caf\xe9.md'", r"b'li\nne.md'", r"b'd\xe9p'"}


class SpellingDisk(Disk):
    """A disk that keeps both spellings of a name apart, which not every file system does."""

    def __init__(self, *paths: str) -> None:
        super().__init__(Path("/nowhere"))
        self._paths = paths

    def entries(self, folder: str) -> list[Entry]:
        prefix = f"{folder}/" if folder else ""
        below = {path.removeprefix(prefix) for path in self._paths if path.startswith(prefix)}
        kinds = {name.split("/")[0]: Kind.FOLDER if "/" in name else Kind.FILE for name in below}
        return [Entry(name, kind) for name, kind in sorted(kinds.items())]


@pytest.mark.parametrize(
    "paths",
    [
        (f"{ACUTE}.md", f"{APART}.md"),
        (f"{ACUTE}/a.md", f"{APART}/a.md"),
        (f"{ACUTE}/{APART}.md", f"{APART}/{ACUTE}.md", f"{APART}/{APART}.md"),
        (f"{ACUTE}/{ACUTE}.md", f"{APART}/other.md"),
        ("K.md", "\u212a.md"),
    ],
    ids=["file", "folder", "crossed", "second folder", "Kelvin"],
)
def test_names_of_one_spelling_are_one_document_and_live_lookup_finds_the_same(paths: tuple[str, ...]) -> None:
    disk = SpellingDisk(*paths)
    found = survey(disk)
    assert len(found.files) + len(found.problems) == len(paths)
    assert all(unicodedata.is_normalized("NFC", document_id) for document_id in found.files)
    assert {document_id: locate(disk, document_id) for document_id in found.files} == found.files


@pytest.mark.parametrize(
    ("paths", "shown", "passed_over"),
    [
        ((f"{APART}.md", f"{ACUTE}.md"), f"{ACUTE}.md", [f"{APART}.md"]),
        ((f"{APART}/a.md", f"{ACUTE}/a.md"), f"{ACUTE}/a.md", [f"{APART}/a.md"]),
        (
            (f"{APART}/{APART}.md", f"{APART}/{ACUTE}.md", f"{ACUTE}/{APART}.md", f"{ACUTE}/{ACUTE}.md"),
            f"{ACUTE}/{ACUTE}.md",
            [f"{APART}/{APART}.md", f"{APART}/{ACUTE}.md", f"{ACUTE}/{APART}.md"],
        ),
        ((f"{APART}/{ACUTE}.md", f"{ACUTE}/{APART}.md"), f"{APART}/{ACUTE}.md", [f"{ACUTE}/{APART}.md"]),
    ],
    ids=["file", "folder", "both", "neither"],
)
def test_of_two_spellings_the_one_that_is_the_id_is_the_document(
    paths: tuple[str, ...], shown: str, passed_over: list[str]
) -> None:
    """Otherwise whoever adds the other one takes a document's place."""
    disk = SpellingDisk(*paths)
    found = survey(disk)
    (document_id,) = found.files
    assert found.files[document_id] == locate(disk, document_id) == shown
    assert sorted(problem.where for problem in found.problems) == sorted(passed_over)
    assert all(ascii(shown) in problem.reason for problem in found.problems)


def nested(length: int, letter: str = "a") -> str:
    """A path of so many characters, with names as long as a disk takes them."""
    names = "/".join(letter * 100 for _ in range(length // 101 + 1))
    return names[: length - 3] + ".md"


def test_file_whose_id_is_too_long_is_reported_and_the_rest_is_found() -> None:
    fits, long, accents = nested(MOST_BYTES_OF_AN_ID), nested(MOST_BYTES_OF_AN_ID + 1, "b"), nested(504, ACUTE)
    disk = SpellingDisk("a.md", fits, long, accents)
    found = survey(disk)
    assert set(found.files) == {"a.md", fits}
    assert found.complete
    assert {problem.where: problem.reason for problem in found.problems} == dict.fromkeys(
        (long, accents), "a path longer than 1000 bytes: shorten it"
    )
    assert [locate(disk, path) for path in (fits, long, accents)] == [fits, None, None]


def test_folder_whose_path_is_too_long_is_reported_once_and_not_entered() -> None:
    folder = "/".join("abcdefghij" * 10 for _ in range(10))
    found = survey(SpellingDisk("a.md", f"{folder}/1.md", f"{folder}/2.md", f"{folder}/deeper/3.md"))
    assert set(found.files) == {"a.md"}
    assert found.complete
    assert [problem.where for problem in found.problems] == [folder]


@pytest.mark.parametrize(
    "document_id",
    [
        "",
        "/etc/passwd.md",
        "../a.md",
        "a/../b.md",
        "./a.md",
        "a//b.md",
        ".a.md",
        ".git/a.md",
        "a.txt",
        "a.md/",
        "a\0.md",
        "node_modules/a.md",
        "a\n.md",
        "\udce9.md",
        f"{APART}.md",
        ".md",
        "..md",
    ],
)
def test_only_an_id_that_a_walk_could_give_is_looked_up(tmp_path: Path, document_id: str) -> None:
    assert locate(Disk(tmp_path), document_id) is None


class DenyingDisk(Disk):
    """Denies the listing of some folders: the tests may run as root, whom no permission stops."""

    def __init__(self, root: Path, *denied: str) -> None:
        super().__init__(root)
        self._denied = denied

    def entries(self, folder: str) -> list[Entry]:
        if folder in self._denied:
            raise PermissionError(13, "Permission denied")
        return super().entries(folder)


def test_folder_that_cannot_be_listed_is_reported_and_the_rest_is_walked(tmp_path: Path) -> None:
    for path in ("a/1.md", "b/2.md", "c/3.md"):
        put(tmp_path, path)
    found = survey(DenyingDisk(tmp_path, "b"))
    assert list(found.files) == ["a/1.md", "c/3.md"]
    assert not found.complete
    assert [(problem.where, problem.reason) for problem in found.problems] == [
        ("b", "cannot be listed: permission denied")
    ]


def test_folders_that_are_not_named_are_neither_found_nor_read(tmp_path: Path) -> None:
    for path in ("hr/pay.md", "sales/plan.md", "sales/deals/a.md", "salesmen/b.md", "top.md", "people.yaml"):
        put(tmp_path, path)
    disk = Disk(tmp_path, only=["sales"])
    assert list(survey(disk).files) == ["sales/deals/a.md", "sales/plan.md", "top.md"]
    for path in ("hr/pay.md", "salesmen/b.md"):
        with pytest.raises(FileNotFoundError):
            disk.read(path, 10)
    assert (disk.read("sales/plan.md", 10), disk.read("people.yaml", 10)) == (b"x", b"x")


def test_a_file_or_link_of_a_folders_name_is_told_of_as_ever(tmp_path: Path) -> None:
    put(tmp_path, "sales.md/a.md")
    (tmp_path / "hr").symlink_to("/etc")
    assert reasons(Disk(tmp_path, only=["sales.md"])) == {"hr": "a symlink: not followed"}
